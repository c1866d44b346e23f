"""Pushes that hang, are killed, or meet each other; over file://, with a hook that holds them."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netwb.errors import RemoteError
from netwb.workbench import Workbench
from tests.benches import Rig, a_night, ios, rig
from tests.forked import forking
from tests.stores import EACH_STORE
from tests.workbench.remotes import asked, bare, push_now, tip, under_passphrase

pytestmark = EACH_STORE

WAIT_S = 20
VAULT = "refs/netwb/vault"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "bolt": ("core1",)}, past=a_night) as made:
        made.bench.set_remote("acme", bare(tmp_path / "far.git"))
        under_passphrase(made, "acme")
        yield made


@contextmanager
def held(folder: Path, *, ref: str = "refs/heads/main") -> Iterator[Path]:
    """Pushes of that ref wait within the remote's hook while the block lasts; gives a sign that one does."""
    reached, gone = folder / "reached", folder / "free"
    hook = folder / "hooks/update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f'#!/bin/sh\n[ "$1" = {ref} ] || exit 0\n'
        f"touch {reached}\nwhile [ ! -e {gone} ]; do sleep 0.05; done\n"
    )
    hook.chmod(0o755)
    try:
        yield reached
    finally:
        gone.touch()


def awaited(sign: Path) -> None:
    until = time.monotonic() + WAIT_S
    while not sign.exists():
        assert time.monotonic() < until, f"{sign} did not come"
        time.sleep(0.02)


def with_limits(home: Rig, **limits: float) -> Workbench:
    """The same home by a process of its own, with other limits for remotes."""
    wanted = {f"NETWB_REMOTE__{name.upper()}": str(value) for name, value in limits.items()}
    variables = {**home.variables, **wanted}
    return Workbench.open(home.bench.home, environment=variables, clock=home.clock)


def test_a_remote_that_hangs_is_given_up_and_nothing_of_it_is_left(
    home: Rig, tmp_path: Path
) -> None:
    hasty = with_limits(home, timeout_s=1)
    folder = tmp_path / "far.git"

    with held(folder) as reached:
        (pushed,) = hasty.push()
        left = [line for line in processes() if str(folder) in line and "receive-pack" in line]

    stands = hasty.remote("acme")
    assert reached.exists()
    assert isinstance(pushed.cause, RemoteError)
    assert "did not answer within 1 s" in str(pushed.cause)
    assert "remote.timeout_s" in str(pushed.cause)
    assert (stands.ahead, stands.tries) == (2, 1)
    assert left == []
    hasty.close()


def test_a_remote_that_hangs_holds_up_no_other_tenants(home: Rig, tmp_path: Path) -> None:
    home.bench.set_remote("bolt", bare(tmp_path / "other.git"))
    hasty = with_limits(home, timeout_s=6)

    with held(tmp_path / "far.git"):
        begun = time.monotonic()
        done = hasty.push()
        took_s = time.monotonic() - begun

    assert [(one.tenant, one.status) for one in done] == [("acme", "failed"), ("bolt", "pushed")]
    assert took_s < 2 * 6
    hasty.close()


def test_a_run_does_not_wait_for_a_push(home: Rig, tmp_path: Path) -> None:
    pushing = threading.Thread(target=home.bench.push)
    home.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))

    with held(tmp_path / "far.git") as reached:
        pushing.start()
        awaited(reached)
        report = home.back_up()
    pushing.join(WAIT_S)

    assert report.counts()["changed"] == 1
    assert home.bench.remote("acme").ahead == 1


def test_of_two_pushers_one_pushes(home: Rig, tmp_path: Path) -> None:
    other = with_limits(home)
    first: list[str] = []
    pushing = threading.Thread(target=lambda: first.extend(one.status for one in home.bench.push()))

    with held(tmp_path / "far.git") as reached:
        pushing.start()
        awaited(reached)
        second = [one.status for one in other.push(when="now")]
    pushing.join(WAIT_S)

    assert (first, second) == (["pushed"], ["busy"])
    assert other.remote("acme").ahead == 0
    other.close()


@pytest.mark.parametrize("ref", ["refs/heads/main", VAULT], ids=["commits", "vault"])
def test_a_push_that_was_killed_is_done_by_the_next_one(
    home: Rig, tmp_path: Path, ref: str
) -> None:
    folder = tmp_path / "far.git"
    with held(folder, ref=ref) as reached:
        process = forking().Process(target=push_now, args=(home.bench.home, dict(home.variables)))
        process.start()
        awaited(reached)
        process.kill()
        process.join(WAIT_S)
    far_end_over(folder)
    home.clock.now = far_future(home)

    (pushed,) = home.bench.push(when="now")

    stands = home.bench.remote("acme")
    assert pushed.cause is None
    assert tip(folder) == tip(home.bench.home / "archive/acme.git")
    assert tip(folder, VAULT) == tip(home.bench.home / "archive/acme.git", VAULT)
    assert (stands.ahead, stands.error) == (0, "")


@pytest.mark.parametrize("ref", ["refs/heads/main", VAULT], ids=["commits", "vault"])
def test_a_push_that_another_one_of_ours_has_overtaken_is_done(
    home: Rig, tmp_path: Path, ref: str
) -> None:
    """As when the far end of a killed push is still at work: it sets the ref before ours does."""
    folder = tmp_path / "far.git"
    hook = folder / "hooks/update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\n[ "$1" != {ref} ] || git update-ref "$1" "$3"\n')
    hook.chmod(0o755)

    (pushed,) = home.bench.push(when="now")

    assert (pushed.cause, pushed.status) == (None, "pushed")
    assert tip(folder) == tip(home.bench.home / "archive/acme.git")
    assert home.bench.remote("acme").ahead == 0


def test_what_a_killed_push_left_can_always_be_restored(home: Rig, tmp_path: Path) -> None:
    """The vault is there before the commits: it may hold more than they need, and never less."""
    folder = tmp_path / "far.git"
    home.bench.push()
    home.answer("acme/edge1", ios("edge1", community="Brand-New-1"))
    home.clock.advance(days=1)
    home.back_up()
    hasty = with_limits(home, timeout_s=1)
    with held(folder):
        hasty.push()

    tried = home.bench.check_remote("acme", asked())

    assert (tried.revisions, tried.lacking) == (2, 0)
    assert "secrets/00002" in git_names(folder)
    hasty.close()


def far_end_over(folder: Path) -> None:
    """Until what a killed push left at the far end has done its work."""
    until = time.monotonic() + WAIT_S
    while any(str(folder) in line and "receive-pack" in line for line in processes()):
        assert time.monotonic() < until, "the far end does not end"
        time.sleep(0.02)


def far_future(home: Rig) -> datetime:
    """After the lease of the process that was killed, whose clock was the real one."""
    return max(home.clock.now, datetime.now(UTC)) + timedelta(minutes=5)


def processes() -> list[str]:
    printed = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True)
    return printed.stdout.splitlines()


def git_names(folder: Path) -> list[str]:
    command = ["git", "-C", str(folder), "ls-tree", "-r", "--name-only", VAULT]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
