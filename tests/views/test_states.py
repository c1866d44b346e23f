from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from netwb.errors import (
    ArchiveBusyError,
    ArchiveDamagedError,
    ArchiveError,
    HomeError,
    InputError,
    NotAuthenticatedError,
    SettingsError,
    StoreUnavailableError,
    UnknownDeviceError,
)
from netwb.roles import Permission, Role, lacking
from netwb.views import states
from tests.views.hostile import HOSTILE, assert_inert

NOW = datetime(2026, 11, 28, 9, 42, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
FAILURE = states.Failure(at=NOW, zone=ZONE, reference="7f3a22c1", page_url="configs?device=d1")
OWNER = replace(FAILURE, runs_netwb=True)


@pytest.mark.parametrize("text", HOSTILE)
def test_every_state_is_inert(text: str) -> None:
    assert_inert(states.empty(text, text))
    assert_inert(states.loading(text))
    assert_inert(states.stale(NOW - timedelta(hours=1), NOW, ZONE, why=text))
    assert_inert(states.running(text, text, done=1, planned=2))
    assert_inert(states.not_found(text, back=("inventory", text)))
    assert_inert(states.failed(InputError(text), FAILURE))
    assert_inert(states.notice(InputError(text), FAILURE))
    assert_inert(states.signed_out(text))


def test_error_names_source_time_reference_and_a_way_on() -> None:
    said = states.failed(StoreUnavailableError("the database is locked; wait"), OWNER)

    assert "The database cannot be read" in said
    assert "The database is locked; wait." in said
    assert "10:42, reference 7f3a22c1" in said
    assert 'data-act="again"' in said


@pytest.mark.parametrize(
    "error",
    [
        StoreUnavailableError("database /srv/netwb.db is not there; set one up with `netwb init`"),
        ArchiveDamagedError("repository /srv/acme.git is damaged: put back a copy"),
        ArchiveError("repository /srv/x/acme.git refused: fatal: cannot open '/srv/x/packed-refs'"),
        HomeError("home /srv/nets/home is not there; set one up with `netwb init`"),
        SettingsError("file /srv/nets/netwb.toml holds no such setting"),
    ],
)
def test_what_broke_on_the_server_is_for_who_runs_it_and_where_is_in_the_log(
    error: Exception,
) -> None:
    said = states.failed(error, replace(FAILURE, contact="noc@example.net"))

    assert "/srv" not in said + states.notice(error, FAILURE)
    assert "if it stays so, tell noc@example.net the reference" in said
    assert 'data-act="again"' in said
    assert "/srv" not in states.failed(error, OWNER)
    assert str(error).split()[0] in states.failed(error, OWNER).lower()


def test_error_that_is_not_ours_tells_nothing_of_its_inside() -> None:
    said = states.failed(RuntimeError("/srv/secret/path"), FAILURE)

    assert "/srv" not in said
    assert "7f3a22c1" in said


def test_missing_right_names_permission_role_tenant_and_whom_to_ask() -> None:
    error = lacking("jkim", Role.CUSTOMER, Permission.CONFIG_REVEAL)
    here = replace(FAILURE, tenants="acme", contact="noc@example.net", ways="<b>elsewhere</b>")

    alone, told = states.failed(error, FAILURE), states.failed(error, here)

    assert "jkim (customer) lacks config.reveal. The role engineer holds it; ask an admin" in alone
    assert "jkim (customer) lacks config.reveal on acme." in told
    assert "ask noc@example.net for it." in told
    assert "<b>elsewhere</b>" in told


def test_what_is_held_back_for_now_names_its_own_cure() -> None:
    error = lacking("jkim", Role.ADMIN, Permission.CONFIG_VIEW, cure="set up the code first")

    assert "jkim (admin) lacks config.view; set up the code first." in states.failed(error, FAILURE)


@pytest.mark.parametrize(
    "error",
    [
        lacking("jkim", Role.CUSTOMER, Permission.CONFIG_REVEAL),
        UnknownDeviceError("device 'x' is not known"),
        InputError("the time is not written as one"),
    ],
    ids=["denied", "unknown", "input"],
)
def test_trying_again_is_offered_only_where_it_may_help(error: Exception) -> None:
    assert 'data-act="again"' not in states.failed(error, FAILURE)
    assert 'data-act="again"' in states.failed(StoreUnavailableError("it is locked"), FAILURE)
    assert 'data-act="again"' in states.failed(RuntimeError("odd"), FAILURE)


def test_foreign_and_missing_are_the_same_words() -> None:
    foreign = states.failed(
        UnknownDeviceError("device 'x' is not known; `netwb device list`"), FAILURE
    )

    assert "Device &#x27;x&#x27; is not known. It does not exist, or lies outside" in foreign
    assert "netwb device" not in foreign
    assert "It does not exist, or lies outside what you may see." in states.not_found("device")


@pytest.mark.parametrize("build", [states.failed, states.notice])
def test_signed_out_leads_back_to_the_same_view(build: object) -> None:
    assert callable(build)

    said = build(NotAuthenticatedError("the login ended"), FAILURE)

    assert 'href="login?next=%2Fconfigs%3Fdevice%3Dd1"' in said


def test_what_a_person_gave_is_told_as_it_was_given() -> None:
    said = states.failed(InputError("pattern '/a/b/c(' is no regular expression"), FAILURE)

    assert "/a/b/c(" in said


def test_archive_that_is_busy_says_so() -> None:
    assert (
        states.told(ArchiveBusyError("acme.git is being written"), FAILURE)[1]
        == "The archive cannot be read"
    )


def test_stale_says_since_when_and_how_long() -> None:
    said = states.stale(NOW - timedelta(minutes=59), NOW, ZONE, why="poller osl is silent.")

    assert "No data since 09:43" in said
    assert "59 min ago" in said
    assert "poller osl" in said


@pytest.mark.parametrize(("done", "planned", "share"), [(0, 0, 0), (121, 167, 72), (9, 8, 100)])
def test_bar_of_a_job_stays_in_its_frame(done: int, planned: int, share: int) -> None:
    said = states.running("Backup", "…", done=done, planned=planned)

    assert f'aria-valuenow="{share}"' in said
    assert f"width:{share}%" in said
