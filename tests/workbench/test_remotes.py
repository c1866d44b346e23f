"""Remotes on the facade: set, pushed, seen, and what a person is told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.access.records import NewUser
from netwb.errors import (
    InputError,
    NotPermittedError,
    RemoteAheadError,
    RemoteError,
    UnknownNameError,
)
from netwb.roles import ALL_TENANTS, Role
from tests.benches import Rig, a_night, ios, rig
from tests.stores import EACH_STORE, KINDS_IN_FULL
from tests.workbench.people import add, logged_in
from tests.workbench.remotes import asked, bare, git, tip

pytestmark = EACH_STORE
# Of what a repository says: what is kept of it is written alike, which the other tests show on both.
AT_HOME = pytest.mark.parametrize("each_store", KINDS_IN_FULL, indirect=True)
TENANTS = {"acme": ("edge1", "edge2"), "bolt": ("core1",)}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, TENANTS) as made:
        yield made


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[Rig]:
    """The same after a night."""
    with rig(tmp_path, TENANTS, past=a_night) as made:
        yield made


def someone_pushes(folder: Path, scratch: Path) -> None:
    git(folder.parent, "clone", "-q", "-b", "main", str(folder), str(scratch))
    (scratch / "notes.txt").write_text("by hand\n")
    git(scratch, "add", ".")
    git(scratch, "commit", "-q", "-m", "Notes of Eve")
    git(scratch, "push", "-q", "origin", "main")


def test_a_push_brings_every_commit_and_the_remote_is_in_step(saved: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "far.git"
    saved.bench.set_remote("acme", bare(folder))
    before = saved.bench.remote("acme")

    (pushed,) = saved.bench.push()

    after = saved.bench.remote("acme")
    assert (before.ahead, before.pushed_at) == (2, None)
    assert (pushed.status, pushed.commits) == ("pushed", 2)
    assert (after.ahead, after.behind, after.error) == (0, 0, "")
    assert tip(folder) == tip(saved.bench.home / "archive/acme.git")


def test_a_push_that_is_not_due_asks_no_remote(saved: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "far.git"
    saved.bench.set_remote("acme", bare(folder))
    saved.bench.push()
    folder.rename(tmp_path / "moved.git")

    (pushed,) = saved.bench.push()

    assert pushed.status == "in step"


def test_a_run_by_hand_is_pushed_at_its_end_where_no_daemon_leads(
    home: Rig, tmp_path: Path
) -> None:
    folder = tmp_path / "far.git"
    home.bench.set_remote("acme", bare(folder))
    home.back_up()

    done = home.bench.push_after_run()

    assert done is not None
    assert [(one.tenant, one.status) for one in done] == [("acme", "pushed")]


def test_a_run_by_hand_leaves_its_push_to_the_daemon_that_leads(home: Rig, tmp_path: Path) -> None:
    home.bench.set_remote("acme", bare(tmp_path / "far.git"))
    home.back_up()
    home.bench._parts.scheduling.daemons.beat(leads_since=home.clock.now)

    done = home.bench.push_after_run()
    by_the_daemon = home.bench.push_due()

    assert done is None
    assert (by_the_daemon.pushed, by_the_daemon.commits, by_the_daemon.failed) == (1, 2, 0)


@AT_HOME
def test_without_a_remote_nothing_is_said_of_pushing(saved: Rig) -> None:
    saved.bench._parts.scheduling.daemons.beat(leads_since=saved.clock.now)

    assert saved.bench.push_after_run() is not None
    assert saved.bench.push_due().commits == 0


def test_people_are_told_after_some_tries_and_of_the_recovery(home: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "far.git"
    home.bench.set_remote("acme", bare(folder))
    home.back_up()
    folder.rename(tmp_path / "moved.git")
    notices = home.bench._parts.notices

    told = []
    for _ in range(4):
        home.bench.push()
        told.append([one.label for one in notices.standing(ALL_TENANTS)])
        home.clock.advance(hours=2)
    (tmp_path / "moved.git").rename(folder)
    home.bench.push()

    assert told == [[], [], ["acme"], ["acme"]]
    assert notices.standing(ALL_TENANTS) == ()


def test_who_may_not_manage_netwb_sets_no_remote_and_who_may_not_back_up_pushes_none(
    home: Rig, tmp_path: Path
) -> None:
    url = bare(tmp_path / "far.git")
    home.bench.set_remote("acme", url)
    home.bench.add_user(NewUser(name="eva", role=Role.VIEWER, tenants=("acme",)))
    eva = home.bench.acting_as("eva")

    for forbidden in (
        lambda: eva.set_remote("acme", url),
        lambda: eva.unset_remote("acme"),
        lambda: eva.set_remote_passphrase("acme", asked()),
        lambda: eva.check_remote("acme", asked()),
        lambda: eva.accept_secret("acme", "x", reason="y"),
        eva.scan_secrets,
        eva.push,
        eva.remotes,
    ):
        with pytest.raises(NotPermittedError):
            forbidden()


@AT_HOME
def test_a_remote_that_was_made_anew_is_noticed_within_an_hour(saved: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "far.git"
    saved.bench.set_remote("acme", bare(folder))
    saved.bench.push()
    shutil.rmtree(folder)
    bare(folder)
    saved.clock.advance(hours=1)

    (pushed,) = saved.bench.push()

    assert (pushed.status, pushed.commits) == ("pushed", 2)
    assert tip(folder) == tip(saved.bench.home / "archive/acme.git")


def test_a_remote_that_is_gone_is_tried_again_later_and_caught_up(
    home: Rig, tmp_path: Path
) -> None:
    folder = tmp_path / "far.git"
    home.bench.set_remote("acme", bare(folder))
    folder.rename(tmp_path / "moved.git")
    home.back_up()

    waited: list[str] = []
    for _ in range(24 * 12):  # a day
        home.clock.advance(minutes=5)
        waited += [one.status for one in home.bench.push()]
    failing = home.bench.remote("acme")
    (tmp_path / "moved.git").rename(folder)
    home.clock.advance(hours=1)
    (pushed,) = home.bench.push()

    assert set(waited) == {"failed", "waiting"}
    assert waited.count("failed") < 40
    assert failing.error_kind == "RemoteError"
    assert "is not there" in failing.error
    assert failing.next_at is not None
    assert (pushed.status, pushed.commits) == ("pushed", 2)
    assert home.bench.remote("acme").error == ""


def test_a_remote_that_somebody_pushed_to_is_left_alone_and_named(
    saved: Rig, tmp_path: Path
) -> None:
    folder = tmp_path / "far.git"
    saved.bench.set_remote("acme", bare(folder))
    saved.bench.push()
    someone_pushes(folder, tmp_path / "clone")
    theirs = tip(folder)
    saved.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
    saved.clock.advance(days=1)
    saved.back_up()

    (pushed,) = saved.bench.push()

    stands = saved.bench.remote("acme")
    assert isinstance(pushed.cause, RemoteAheadError)
    assert tip(folder) == theirs
    assert (stands.ahead, stands.behind) == (1, 1)
    assert [(s.commit, s.author, s.subject) for s in stands.strangers] == [
        (theirs, "eve", "Notes of Eve")
    ]


@AT_HOME
def test_the_daemon_finds_within_an_hour_who_pushed_while_nothing_is_new(
    saved: Rig, tmp_path: Path
) -> None:
    folder = tmp_path / "far.git"
    saved.bench.set_remote("acme", bare(folder))
    saved.bench.push_due()
    someone_pushes(folder, tmp_path / "clone")
    saved.clock.advance(minutes=30)
    early = saved.bench.push_due()
    saved.clock.advance(minutes=30)

    late = saved.bench.push_due()

    (told,) = saved.bench.standing()
    assert (early.in_step, late.failed) == (1, 1)
    assert told.kind == "remote.push"
    assert told.message.startswith("remote of acme has 1 commit that netwb did not push there")


@AT_HOME
def test_a_lost_vault_is_given_again_and_that_is_told(saved: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "far.git"
    saved.bench.set_remote("acme", bare(folder))
    saved.bench.push()
    vault = tip(folder, "refs/netwb/vault")
    git(folder, "update-ref", "-d", "refs/netwb/vault")

    (pushed,) = saved.bench.push(when="now")

    (told,) = saved.bench.standing()
    assert (pushed.status, pushed.commits) == ("pushed", 0)
    assert tip(folder, "refs/netwb/vault") == vault
    assert told.kind == "remote.lost"
    assert "had lost sealed secrets and keys (refs/netwb/vault)" in told.message


@AT_HOME
def test_a_remote_is_healed_when_the_strange_commits_are_taken_off(
    saved: Rig, tmp_path: Path
) -> None:
    folder = tmp_path / "far.git"
    saved.bench.set_remote("acme", bare(folder))
    saved.bench.push()
    someone_pushes(folder, tmp_path / "clone")
    saved.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
    saved.clock.advance(days=1)
    saved.back_up()
    saved.bench.push()

    git(folder, "update-ref", "refs/heads/main", "refs/heads/main~1")
    (pushed,) = saved.bench.push(when="now")

    stands = saved.bench.remote("acme")
    assert (pushed.status, pushed.commits) == ("pushed", 1)
    assert (stands.ahead, stands.behind, stands.strangers, stands.error) == (0, 0, (), "")


@AT_HOME
def test_a_repository_of_something_else_is_never_pushed_over(saved: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "far.git"
    url = bare(folder)
    saved.bench.set_remote("bolt", url)
    saved.bench.push()
    saved.bench.unset_remote("bolt")
    theirs = tip(folder)

    saved.bench.set_remote("acme", url)
    (pushed,) = saved.bench.push()

    assert isinstance(pushed.cause, RemoteAheadError)
    assert tip(folder) == theirs


@AT_HOME
def test_a_tenant_without_a_commit_is_not_in_step_with_somebody_elses_repository(
    home: Rig, tmp_path: Path
) -> None:
    folder = tmp_path / "far.git"
    url = bare(folder)
    home.back_up("bolt/core1")
    home.bench.set_remote("bolt", url)
    home.bench.push()
    home.bench.unset_remote("bolt")
    home.bench.set_remote("acme", url)

    (pushed,) = home.bench.push(when="now")
    behind = home.bench.remote("acme").behind
    shutil.rmtree(folder)
    bare(folder)
    (emptied,) = home.bench.push(when="now")

    assert isinstance(pushed.cause, RemoteAheadError)
    assert behind == 1
    assert (emptied.status, home.bench.remote("acme").error) == ("in step", "")


@AT_HOME
def test_a_due_push_asks_too_before_the_first_commit_and_then_once_an_hour(
    home: Rig, tmp_path: Path
) -> None:
    folder = tmp_path / "far.git"
    url = bare(folder)
    home.bench.set_remote("acme", url)
    (empty,) = home.bench.push(when="due")
    home.bench.unset_remote("acme")
    home.back_up("bolt/core1")
    home.bench.set_remote("bolt", url)
    home.bench.push()
    home.bench.unset_remote("bolt")
    home.bench.set_remote("acme", url)

    (foreign,) = home.bench.push(when="due")

    assert (empty.status, foreign.status) == ("in step", "failed")
    assert isinstance(foreign.cause, RemoteAheadError)


@AT_HOME
def test_a_repository_that_is_damaged_is_noted_at_its_remote_and_stops_no_other(
    saved: Rig, tmp_path: Path
) -> None:
    for tenant in ("acme", "bolt"):
        saved.bench.set_remote(tenant, bare(tmp_path / f"{tenant}.git"))
    saved.bench.where(tenant="acme").push()
    (saved.bench.home / "archive" / "acme.git" / "HEAD").unlink()

    done = {one.tenant: one for one in saved.bench.push(when="due")}

    assert {tenant: one.status for tenant, one in done.items()} == {
        "acme": "failed",
        "bolt": "pushed",
    }
    (noted, _) = saved.bench._parts.remote.remotes.list(ALL_TENANTS)
    assert (noted.tries, noted.error) == (1, str(done["acme"].cause))


@AT_HOME
def test_a_remote_that_is_unset_leaves_no_key_of_a_killed_push(home: Rig, tmp_path: Path) -> None:
    home.bench.set_remote("acme", bare(tmp_path / "far"))
    left = home.bench.home / "archive" / "acme.ssh"
    left.mkdir(mode=0o700)
    (left / "key").write_text("a private key")

    home.bench.unset_remote("acme")

    assert not left.exists()


def test_two_tenants_never_share_a_remote(home: Rig, tmp_path: Path) -> None:
    url = bare(tmp_path / "far.git")
    home.bench.set_remote("acme", url)

    with pytest.raises(InputError, match="another tenant's remote"):
        home.bench.set_remote("bolt", url)


def test_a_folder_of_the_server_is_no_remote_for_who_sees_some_tenants(
    home: Rig, tmp_path: Path
) -> None:
    url = bare(tmp_path / "far.git")
    home.bench.set_remote("bolt", url)
    add(home, "adx", Role.ADMIN, "acme")
    denied = logged_in(home, "adx")

    for asked_for in (url, "file:///etc/shadow", f"file://{home.bench.home}/archive/bolt.git"):
        with pytest.raises(NotPermittedError, match="needs the scope of all tenants"):
            denied.set_remote("acme", asked_for)

    denied.set_remote("acme", "https://git.example.net/acme.git")
    assert denied.remote("acme").url == "https://git.example.net/acme.git"


@AT_HOME
def test_a_remote_within_the_home_is_refused(home: Rig) -> None:
    with pytest.raises(InputError, match="lies in the home"):
        home.bench.set_remote("acme", f"file://{home.bench.home}/archive/bolt.git")


@AT_HOME
def test_a_tenant_without_a_remote_is_told_how_to_get_one(home: Rig) -> None:
    with pytest.raises(UnknownNameError, match="netwb remote set acme URL"):
        home.bench.remote("acme")


@AT_HOME
def test_a_commit_stays_to_be_pushed_when_the_remote_refuses_it(saved: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "far.git"
    saved.bench.set_remote("acme", bare(folder))
    hook = folder / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\necho 'this branch is protected by https://u:p@host/x' >&2\nexit 1\n"
    )
    hook.chmod(0o755)

    (pushed,) = saved.bench.push()

    assert isinstance(pushed.cause, RemoteError)
    assert "protected" in str(pushed.cause)
    assert "u:p" not in str(pushed.cause)
    assert saved.bench.remote("acme").ahead == 2
