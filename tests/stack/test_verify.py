"""`telegraf/verify`: pass or fail a line, against a docker that stands in for the real one."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.stack.folders import copied, ran, stand_in

# Answers as `docker compose ps`, `docker inspect` and `exec` do; python of the container is ours.
DOCKER = """
case "$*" in
    "compose version") exit 0 ;;
    *" ps --quiet "*) [ "${@: -1}" = "$GONE" ] || echo "id-${@: -1}" ;;
    inspect*) [ "${@: -1}" = "id-$SICK" ] && echo unhealthy || echo healthy ;;
    *"exec -T netwb netwb monitoring --json") cat "$DEVICES" ;;
    *"exec -T netwb python -c "*) exec "$PYTHON" -c "${@: -1}" ;;
    *) echo "unexpected: $*" >&2; exit 97 ;;
esac
"""
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
        **more,
    }
    done = ran(copied(tmp_path) / "verify", environment=environment)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_a_stack_that_works_passes_each_line(tmp_path: Path) -> None:
    status, lines = verified(tmp_path)

    assert status == 0
    assert len(lines) == 8
    assert all(line.startswith("pass") for line in lines)
    assert "acme/edge1" in lines[6]
    assert "40 s old" in lines[6]


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
