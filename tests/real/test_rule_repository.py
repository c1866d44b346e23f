"""The provider's rules from a private Git host, over ssh by a key and over https by a name and a token."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from netwb.workbench import Workbench
from tests.benches import Rig, a_night, rig
from tests.compliance.keeping import HOSTS, NTP, ONLY_OURS
from tests.real.git_hosts import SshHost, https_host, make_key

TOKEN = "t0ken-of-the-Reader"
pytestmark = pytest.mark.real


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS, past=a_night) as made:
        yield made


@pytest.fixture
def far(tmp_path: Path) -> Path:
    """A bare repository with one file of rules."""
    folder = tmp_path / "hosted" / "rules.git"
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "--bare", "-b", "main")
    write(folder, NTP)
    return folder


def git(folder: Path, *words: str, said: str = "") -> str:
    identity = ("-c", "user.name=ben", "-c", "user.email=ben@example.invalid")
    command = ["git", "-C", str(folder), *identity, *words]
    done = subprocess.run(command, input=said, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def write(folder: Path, rules: str) -> None:
    """A commit on `main` whose one file holds that."""
    blob = git(folder, "hash-object", "-w", "--stdin", said=rules)
    tree = git(folder, "mktree", said=f"100644 blob {blob}\tntp.yaml\n")
    git(folder, "update-ref", "refs/heads/main", git(folder, "commit-tree", "-m", "rules", tree))


@contextmanager
def opened(home: Rig, url: str, **settings: object) -> Iterator[Workbench]:
    given: Mapping[str, object] = {"compliance.repository": url, **settings}
    variables = {
        f"NETWB_{name.upper().replace('.', '__')}": str(value) for name, value in given.items()
    }
    bench = Workbench.open(
        home.bench.home, environment={**ONLY_OURS, **variables}, clock=home.clock
    )
    try:
        yield bench
    finally:
        bench.close()


def test_rules_come_over_ssh_by_a_key(home: Rig, host: SshHost, key: Path, far: Path) -> None:
    with opened(home, host.url(far), **{"compliance.key": f"file:{key}"}) as bench:
        first = bench.check()
        write(far, NTP.replace("no-http", "no-web"))
        second = bench.check()

    assert (first.problems, second.problems) == ((), ())
    assert set(first.rule_ids) == {"ntp-ours", "no-http"}
    assert set(second.rule_ids) == {"ntp-ours", "no-web"}
    assert not (home.bench.home / "rules.ssh").exists(), "the key lasts as long as the fetch"


def test_a_key_that_is_refused_leaves_the_former_rules_in_force(
    home: Rig, host: SshHost, key: Path, far: Path, tmp_path: Path
) -> None:
    with opened(home, host.url(far), **{"compliance.key": f"file:{key}"}) as bench:
        bench.check()
    other = make_key(tmp_path / "other_key")

    with opened(home, host.url(far), **{"compliance.key": f"file:{other}"}) as bench:
        report = bench.check()

    (problem,) = report.problems
    assert set(report.rule_ids) == {"ntp-ours", "no-http"}
    assert problem.in_force == "former"
    assert problem.message == (
        f"{host.url(far)} refuses what it was opened with; correct compliance.key, or"
        " compliance.username and compliance.password"
    )


def test_a_host_whose_key_changed_is_refused_until_a_person_trusts_it(
    home: Rig, host: SshHost, key: Path, far: Path
) -> None:
    with opened(home, host.url(far), **{"compliance.key": f"file:{key}"}) as bench:
        bench.check()
        host.stop()
        host.renew_key()
        host.start()
        (problem,) = bench.check().problems
        hosts = bench.home / "rules.hosts"
        hosts.unlink()
        again = bench.check()

    assert problem.message == (
        f"{host.url(far)} shows another host key than it did before; find out why, then take its"
        f" line out of {hosts}"
    )
    assert again.problems == ()


def test_rules_come_over_https_by_a_name_and_a_token_that_may_be_renewed(
    home: Rig, far: Path, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("an-old-One\n")
    with https_host(far.parent, username="reader", password=TOKEN) as server:
        settings = {
            "compliance.username": "reader",
            "compliance.password": f"file:{token}",
            "remote.ca_file": server.ca,
        }
        with opened(home, server.url("rules.git"), **settings) as bench:
            (refused,) = bench.check().problems
            token.write_text(f"{TOKEN}\n")
            good = bench.check()

    assert "refuses what it was opened with; correct compliance.key, or" in refused.message
    assert "an-old-One" not in refused.message
    assert good.problems == ()
    assert set(good.rule_ids) == {"ntp-ours", "no-http"}


def test_a_token_that_is_not_there_is_said_and_nothing_is_asked(home: Rig) -> None:
    settings = {"compliance.username": "reader", "compliance.password": "env:RULES_TOKEN"}
    with opened(home, "https://localhost:1/rules.git", **settings) as bench:
        (problem,) = bench.check().problems

    assert "environment variable RULES_TOKEN is not set" in problem.message


def test_a_host_that_never_answers_is_given_up(home: Rig, key: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"ssh://127.0.0.1:{silent.getsockname()[1]}/rules.git"
        settings = {"compliance.key": f"file:{key}", "compliance.fetch_timeout_s": 1}
        with opened(home, url, **settings) as bench:
            (problem,) = bench.check().problems

    assert problem.message == (
        f"{url} did not answer within 1 s; one that is slow needs a longer"
        " compliance.fetch_timeout_s"
    )
