"""`telegraf/verify`: pass or fail a line, against a docker that stands in for the real one."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netwb.inventory.records import SecretSource
from netwb.notify.signing import key_text
from netwb.workbench import Workbench
from tests.grafana.rigs import grafana_rig
from tests.stack.folders import STACK, copied, ran, stand_in
from tests.web.servers import netwb_serve

# Answers as `docker compose ps`, `docker inspect` and `exec` do; python of the container is ours.
DOCKER = r"""
case "$*" in
    "compose version") exit 0 ;;
    *" ps --quiet "*) [ "${@: -1}" = "$GONE" ] || echo "id-${@: -1}" ;;
    inspect*) [ "${@: -1}" = "id-$SICK" ] && echo unhealthy || echo healthy ;;
    *"exec -T netwb netwb monitoring --json")
        [ -z "$NETWB_HOME" ] || exec "$PYTHON" -m netwb monitoring --json
        cat "$DEVICES" ;;
    *"exec -T fastnetmon netwb_notify.py "*)
        shift 7
        [ -z "$NETWB_NOTIFY_URL" ] || exec "$PYTHON" "$SCRIPT" "$@"
        echo "$*: $(cat)" >>"$CALLS"
        [ "$1" != --test ] || echo "$TEST_SAYS"
        [ "$1" != --test ] || [ "$TEST_SAYS" = "the test arrived: 202" ] ;;
    *"exec -T netwb python -c "*subprocess*)
        PATH="$(dirname "$PYTHON"):$PATH"
        [ -z "$NETWB_NOTIFY_URL" ] || exec "$PYTHON" -c "${@: -2:1}" "${@: -1}"
        printf '%b\n' "$ATTACK" ;;
    *"exec -T netwb python -c "*) exec "$PYTHON" -c "${@: -1}" ;;
    *) echo "unexpected: $*" >&2; exit 97 ;;
esac
"""
ARRIVED = "the test arrived: 202"
DENIED = r"pass\t192.0.2.1 is denied: It is the next hop of what is discarded"
WELL: list[dict[str, Any]] = [
    {"tenant": "acme", "hostname": "edge1", "status": "up", "age_s": 40},
    {"tenant": "acme", "hostname": "lab1", "status": "maintenance", "age_s": None},
]


def verified(
    tmp_path: Path, devices: list[dict[str, Any]] | None = None, **more: str
) -> tuple[int, list[str]]:
    tmp_path.mkdir(exist_ok=True)
    told = tmp_path / "devices.json"
    answer = {"interval_s": 60, "devices": WELL if devices is None else devices}
    told.write_text("" if more.pop("silent", "") else json.dumps(answer))
    environment: Mapping[str, str] = {
        **stand_in(tmp_path, "docker", DOCKER),
        "DEVICES": str(told),
        "PYTHON": sys.executable,
        "GONE": "",
        "SICK": "",
        "NETWB_HOME": "",
        "NETWB_NOTIFY_URL": "",
        "SCRIPT": str(STACK / "fastnetmon/netwb_notify.py"),
        "CALLS": str(tmp_path / "calls"),
        "TEST_SAYS": ARRIVED,
        "ATTACK": DENIED,
        **more,
    }
    done = ran(copied(tmp_path) / "verify", environment=environment)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_a_stack_that_works_passes_each_line(tmp_path: Path) -> None:
    status, lines = verified(tmp_path)

    assert status == 0
    assert len(lines) == 11
    assert all(line.startswith("pass") for line in lines)
    assert "acme/edge1" in lines[7]
    assert "40 s old" in lines[7]
    assert lines[9].endswith(ARRIVED)
    assert lines[10].split("  ")[1] == "fake attack"
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == [
        "--test: ",
        "192.0.2.1 incoming 1 ban: fake attack of telegraf/verify",
        "192.0.2.1 incoming 1 unban: ",
    ]


def test_a_script_that_netwb_does_not_believe_fails_with_the_cure(tmp_path: Path) -> None:
    status, lines = verified(tmp_path, TEST_SAYS="the test did not arrive: 401")

    assert status == 1
    assert lines[-1].startswith("fail  signed test")
    assert "sender add fastnetmon --key env:FASTNETMON_SENDER_KEY" in lines[-1]


def test_a_fake_attack_that_is_not_denied_fails(tmp_path: Path) -> None:
    status, lines = verified(tmp_path, ATTACK=r"fail\tit did not come within 20 s")

    assert status == 1
    assert lines[-1] == "fail  fake attack              it did not come within 20 s"


def test_a_service_that_is_ill_or_gone_fails_with_what_to_look_at(tmp_path: Path) -> None:
    status, lines = verified(tmp_path, SICK="telegraf", GONE="grafana")

    assert status == 1
    failed = [line for line in lines if line.startswith("fail")]
    assert "logs telegraf" in failed[0]
    assert "up --detach" in failed[1]
    assert len(failed) == 2


def test_a_device_without_a_fresh_sample_fails(tmp_path: Path) -> None:
    silent = {"tenant": "acme", "hostname": "old1", "status": "unknown", "age_s": 121}
    never = {"tenant": "acme", "hostname": "new1", "status": "unknown", "age_s": None}

    status, lines = verified(tmp_path, [*WELL, silent, never])

    assert status == 1
    assert [line.split()[1] for line in lines if line.startswith("fail")] == [
        "acme/old1",
        "acme/new1",
    ]


def test_no_device_and_no_answer_are_failures(tmp_path: Path) -> None:
    assert verified(tmp_path / "none", [])[0] == 1
    status, lines = verified(tmp_path / "silent", silent="yes")

    assert status == 1
    assert "logs netwb" in lines[-1]


def test_without_docker_it_says_what_is_missing(tmp_path: Path) -> None:
    environment = stand_in(tmp_path, "docker", "exit 1\n")

    done = ran(copied(tmp_path) / "verify", environment=environment)

    assert done.returncode == 5
    assert "docker compose is missing" in done.stderr


def test_it_reads_what_netwb_itself_tells(tmp_path: Path) -> None:
    """Else a stand-in's shape is all that was tried."""
    with grafana_rig(tmp_path / "made") as made:
        home = {"NETWB_HOME": str(made.bench.home), **made.variables}

        status, lines = verified(tmp_path / "verified", None, **home)

    assert status == 1
    (line,) = (line for line in lines if "acme/edge1" in line)
    assert re.fullmatch(r"fail  acme/edge1 +(no sample lately|newest sample \d+ s old)", line)


def test_its_fake_attack_is_judged_by_netwb_itself(tmp_path: Path) -> None:
    """The script as it is, a server on loopback, the guard's own words; docker alone is stood in for."""
    key = tmp_path / "key"
    key.write_text(key_text(bytes(range(32))))
    key.chmod(0o600)
    bench = Workbench.create(tmp_path / "home", environment={})
    bench.add_sender("fastnetmon", key=SecretSource(origin=f"file:{key}"))
    bench.close()
    with netwb_serve(tmp_path / "home") as server:
        script = {
            "NETWB_HOME": str(tmp_path / "home"),
            "NETWB_NOTIFY_URL": f"http://127.0.0.1:{server.port}",
            "NETWB_NOTIFY_SENDER": "fastnetmon",
            "NETWB_NOTIFY_KEY": f"file:{key}",
            "NETWB_NOTIFY_SPOOL": str(tmp_path / "spool"),
            "NETWB_NOTIFY_LOG": "stderr",
        }

        _, lines = verified(tmp_path / "verified", None, **script)

    assert lines[-2].startswith("pass  signed test"), lines[-3:]
    assert lines[-1].startswith("pass  fake attack"), lines[-3:]
    assert "192.0.2.1 is denied" in lines[-1]
    assert "the next hop of what is discarded" in lines[-1]
