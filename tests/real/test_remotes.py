"""Remotes over ssh and https as people have them: keys, passwords, hosts that change or go away."""

from __future__ import annotations

import getpass
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.errors import InputError
from netwb.inventory.records import SecretSource
from netwb.workbench import Workbench
from netwb.workbench.words import RemoteSource
from tests.benches import Rig, a_night, ios, rig
from tests.real.git_hosts import (
    ADDRESS,
    SshHost,
    free_port,
    https_host,
    make_key,
)
from tests.workbench.remotes import asked, bare, every_text, tip

PASSWORD = "t0ken-of-the-Robot"
pytestmark = pytest.mark.real


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2")}, past=a_night) as made:
        yield made


@pytest.fixture
def far(tmp_path: Path) -> Path:
    folder = tmp_path / "far.git"
    bare(folder)
    return folder


def with_limits(home: Rig, **limits: object) -> Workbench:
    variables = {f"NETWB_REMOTE__{name.upper()}": str(value) for name, value in limits.items()}
    return Workbench.open(home.bench.home, environment=variables, clock=home.clock)


def from_file(path: Path) -> SecretSource:
    return SecretSource(origin=f"file:{path}")


def keep_arguments(far: Path) -> Path:
    """Let the remote keep the process table of the moment in which it is pushed to."""
    kept = far / "seen"
    hook = far / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nps -eo args >> {kept}\n")
    hook.chmod(0o755)
    return kept


def test_an_archive_is_pushed_over_ssh_and_comes_back(
    home: Rig, host: SshHost, key: Path, far: Path, tmp_path: Path
) -> None:
    home.bench.set_remote("acme", host.url(far), key=from_file(key))
    home.bench.set_remote_passphrase("acme", asked())
    kept = keep_arguments(far)

    (pushed,) = home.bench.push()
    source = RemoteSource(url=host.url(far), passphrase=asked(), key=from_file(key))
    Workbench.restore_from_remote(source, home=tmp_path / "new", environment={})

    again = Workbench.open(tmp_path / "new", environment={})
    assert pushed.cause is None
    assert every_text(again) == every_text(home.bench)
    assert "-o BatchMode=yes" in kept.read_text()
    assert "PRIVATE KEY" not in kept.read_text()
    assert not list(tmp_path.rglob("acme.ssh"))
    again.close()


def test_a_home_may_lie_in_a_folder_with_blanks_and_percent_signs(
    host: SshHost, key: Path, far: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "a b 100%t"
    folder.mkdir()
    with rig(folder, {"acme": ("edge1",)}) as home:
        home.back_up()
        home.bench.set_remote("acme", host.url(far), key=from_file(key))

        (pushed,) = home.bench.push()

        assert pushed.cause is None
        assert (home.bench.home / "archive/acme.hosts").exists()


def test_a_reference_to_a_key_is_read_at_each_push(
    home: Rig, host: SshHost, key: Path, far: Path
) -> None:
    source = SecretSource(origin=f"file:{key}", keep="reference")
    home.bench.set_remote("acme", host.url(far), key=source)
    home.bench.push()
    key.rename(key.with_name("elsewhere"))
    home.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
    home.back_up()

    (pushed,) = home.bench.push()

    assert home.bench.remote("acme").opened_by == (f"key: file:{key}",)
    assert "cannot be read" in str(pushed.cause)


def test_a_host_whose_key_changed_is_refused_until_it_is_set_anew(
    home: Rig, host: SshHost, key: Path, far: Path
) -> None:
    home.bench.set_remote("acme", host.url(far), key=from_file(key))
    home.bench.push()
    host.stop()
    host.renew_key()
    host.start()

    (refused,) = home.bench.push(when="now")
    home.bench.set_remote("acme", host.url(far), key=from_file(key))
    (pushed,) = home.bench.push(when="now")

    assert "another host key" in str(refused.cause)
    assert pushed.cause is None


def test_a_key_that_the_host_does_not_know_is_refused(
    home: Rig, host: SshHost, far: Path, tmp_path: Path
) -> None:
    other = make_key(tmp_path / "other_key")
    home.bench.set_remote("acme", host.url(far), key=from_file(other))

    (pushed,) = home.bench.push()

    assert "refuses what it was opened with" in str(pushed.cause)


def test_a_key_with_a_passphrase_is_refused_before_it_is_kept(
    home: Rig, host: SshHost, far: Path, tmp_path: Path
) -> None:
    locked = tmp_path / "locked"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret-1", "-f", locked], check=True
    )

    with pytest.raises(InputError, match="has a passphrase"):
        home.bench.set_remote("acme", host.url(far), key=from_file(locked))


def test_a_host_that_is_gone_for_a_day_is_caught_up(
    home: Rig, host: SshHost, key: Path, far: Path
) -> None:
    home.bench.set_remote("acme", host.url(far), key=from_file(key))
    home.bench.push()
    host.stop()
    home.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
    home.back_up()

    statuses = []
    for _ in range(48):
        home.clock.advance(minutes=30)
        statuses += [one.status for one in home.bench.push()]
    failing = home.bench.remote("acme")
    host.start()
    home.clock.advance(hours=1)
    (pushed,) = home.bench.push()

    assert set(statuses) == {"failed", "waiting"}
    assert "cannot be reached" in failing.error
    assert failing.ahead == 1
    assert (pushed.status, pushed.commits) == ("pushed", 1)
    assert tip(far) == tip(home.bench.home / "archive/acme.git")


@pytest.mark.parametrize("scheme", ["ssh", "https"])
def test_a_host_that_takes_connections_and_says_nothing_is_given_up(home: Rig, scheme: str) -> None:
    with socket.create_server((ADDRESS, 0)) as silent:
        port = silent.getsockname()[1]
        home.bench.set_remote("acme", f"{scheme}://{ADDRESS}:{port}/far.git")
        hasty = with_limits(home, answer_timeout_s=2)

        (pushed,) = hasty.push()

    assert pushed.status == "failed"
    assert "did not answer" in str(pushed.cause) or "cannot be reached" in str(pushed.cause)
    hasty.close()


@pytest.mark.parametrize("scheme", ["ssh", "https"])
def test_a_port_that_nothing_listens_on_is_said_at_once(home: Rig, scheme: str) -> None:
    home.bench.set_remote("acme", f"{scheme}://{ADDRESS}:{free_port()}/far.git")

    (pushed,) = home.bench.push()

    assert "cannot be reached" in str(pushed.cause)


def test_an_archive_is_pushed_over_https_and_comes_back(
    home: Rig, far: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    far.rename(folder / "far.git")
    kept = keep_arguments(folder / "far.git")
    with https_host(folder, username="robot", password=PASSWORD) as server:
        bench = with_limits(home, ca_file=server.ca)
        bench.set_remote("acme", server.url("far.git"), username="robot", password=asked(PASSWORD))
        bench.set_remote_passphrase("acme", asked())

        (pushed,) = bench.push()
        source = RemoteSource(
            url=server.url("far.git"),
            passphrase=asked(),
            username="robot",
            password=asked(PASSWORD),
        )
        variables = {"NETWB_REMOTE__CA_FILE": str(server.ca)}
        Workbench.restore_from_remote(source, home=tmp_path / "new", environment=variables)

    again = Workbench.open(tmp_path / "new", environment={})
    assert pushed.cause is None
    assert every_text(again) == every_text(home.bench)
    assert "git push" in kept.read_text()
    assert PASSWORD not in kept.read_text()
    again.close()
    bench.close()


def test_a_wrong_password_or_certificate_is_said_as_what_it_is(
    home: Rig, far: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    far.rename(folder / "far.git")
    with https_host(folder, username="robot", password=PASSWORD) as server:
        bench = with_limits(home, ca_file=server.ca)
        bench.set_remote("acme", server.url("far.git"), username="robot", password=asked("no-1-x"))

        (wrong,) = bench.push()
        (untrusted,) = home.bench.push(when="now")

    assert "refuses what it was opened with" in str(wrong.cause)
    assert "certificate that is not trusted" in str(untrusted.cause)
    assert getpass.getuser() not in str(wrong.cause)
    bench.close()
