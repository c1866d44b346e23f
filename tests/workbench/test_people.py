"""Who manages whom, and what everybody does for themselves."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from argon2 import PasswordHasher

from netwb.access.records import NewToken, NewUser, UserChanges
from netwb.errors import (
    CodeNeededError,
    InputError,
    InventoryError,
    LoginThrottledError,
    NetwbError,
    NotAuthenticatedError,
    NotPermittedError,
    UnknownNameError,
)
from netwb.roles import Permission, Role
from netwb.workbench import Workbench
from tests.benches import Rig, check_quickly, rig
from tests.stores import KINDS, cluster_of
from tests.workbench.people import ELSEWHERE, HOME, PASSWORD, add, admitted, code, logged_in


@pytest.fixture(params=KINDS)
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Two tenants without devices."""
    with rig(tmp_path, {"acme": (), "umbra": ()}, cluster=cluster_of(request)) as made:
        yield made


def names(bench: Workbench) -> list[str]:
    return [user.name for user in bench.users()]


def test_an_admin_of_some_tenants_sees_people_of_these_alone(two: Rig) -> None:
    add(two, "root", Role.ADMIN)
    add(two, "boss", Role.ADMIN, "acme")
    add(two, "ana", Role.ENGINEER, "acme")
    add(two, "both", Role.VIEWER, "acme", "umbra")
    add(two, "eva", Role.VIEWER, "umbra")
    two.bench.add_user(NewUser(name="none", role=Role.VIEWER))
    for name in ("root", "ana", "eva"):
        two.bench.issue_token(NewToken(user=name, days=9))
        admitted(two, name)

    boss = logged_in(two, "boss")

    assert names(boss) == ["ana", "boss"]
    assert {token.user for token in boss.tokens()} == {"ana"}
    assert {session.user for session in boss.login_sessions()} == {"ana", "boss"}
    assert names(two.bench) == ["ana", "boss", "both", "eva", "none", "root"]


@pytest.mark.parametrize("name", ["root", "eva", "both", "none", "nobody"])
def test_a_foreign_person_is_as_unknown_as_nobody(two: Rig, name: str) -> None:
    add(two, "root", Role.ADMIN)
    add(two, "both", Role.VIEWER, "acme", "umbra")
    add(two, "eva", Role.VIEWER, "umbra")
    two.bench.add_user(NewUser(name="none", role=Role.VIEWER))
    add(two, "boss", Role.ADMIN, "acme")
    boss = logged_in(two, "boss")

    asked = (
        lambda: boss.user(name),
        lambda: boss.set_user(name, UserChanges(password="another long sentence")),
        lambda: boss.retire_user(name),
        lambda: boss.login_sessions(name),
        lambda: boss.tokens(name),
        lambda: boss.issue_token(NewToken(user=name, days=1)),
    )

    for ask in asked:
        with pytest.raises(UnknownNameError) as unknown:
            ask()
        assert str(unknown.value).startswith(f"no user '{name}'")


@pytest.mark.parametrize(
    "new",
    [
        NewUser(name="x", role=Role.ADMIN, tenants=None),
        NewUser(name="x", role=Role.VIEWER, tenants=None),
        NewUser(name="x", role=Role.VIEWER, tenants=()),
    ],
    ids=["admin of all", "viewer of all", "of none"],
)
def test_an_admin_of_some_tenants_gives_no_wider_scope(two: Rig, new: NewUser) -> None:
    add(two, "boss", Role.ADMIN, "acme")
    boss = logged_in(two, "boss")

    with pytest.raises(NotPermittedError, match="boss may not give user x"):
        boss.add_user(new)
    with pytest.raises(UnknownNameError):
        boss.add_user(NewUser(name="x", role=Role.VIEWER, tenants=("acme", "umbra")))
    boss.add_user(NewUser(name="x", role=Role.ADMIN, tenants=("acme",)))
    with pytest.raises(NotPermittedError):
        boss.set_user("x", UserChanges(scope=(None,)))
    with pytest.raises(NotPermittedError):
        boss.set_user("boss", UserChanges(scope=(None,)))


def test_a_token_that_manages_people_makes_nobody_who_may_more(two: Rig) -> None:
    add(two, "root", Role.ADMIN)
    add(two, "ana", Role.ENGINEER)
    allow = (Permission.ACCESS_MANAGE, *sorted(_views()))
    issued = two.bench.issue_token(NewToken(user="root", days=1, allow=allow))
    bot = two.bench.at_token(issued.secret, origin=HOME)

    bot.add_user(NewUser(name="eva", role=Role.VIEWER, tenants=None))
    with pytest.raises(NotPermittedError, match="lacks"):
        bot.add_user(NewUser(name="x", role=Role.ADMIN, tenants=None))
    with pytest.raises(NotPermittedError, match="may not change user ana"):
        bot.set_user("ana", UserChanges(password="another long sentence"))
    with pytest.raises(NotPermittedError):
        bot.issue_token(NewToken(user="root", days=900))
    with pytest.raises(NotPermittedError):
        bot.issue_token(NewToken(user="root", days=900, role=Role.OPERATOR))
    for own in (bot.begin_totp, lambda: bot.change_password(old=PASSWORD, new="x" * 12)):
        with pytest.raises(NotPermittedError, match="no account to change here"):
            own()


def _views() -> set[Permission]:
    return {permission for permission in Permission if permission.endswith(".view")} - {
        Permission.AUDIT_VIEW,
        Permission.HEALTH_VIEW,
    }


@pytest.mark.parametrize(
    "changes",
    [
        UserChanges(role=Role.ENGINEER),
        UserChanges(scope=(("acme",),)),
        UserChanges(status="disabled"),
        UserChanges(status="retired"),
    ],
    ids=["role", "scope", "disabled", "retired"],
)
def test_the_last_admin_of_all_tenants_stays(two: Rig, changes: UserChanges) -> None:
    add(two, "root", Role.ADMIN)
    add(two, "boss", Role.ADMIN, "acme")
    root = logged_in(two, "root")

    with pytest.raises(NotPermittedError, match="last active admin"):
        root.set_user("root", changes)

    assert root.me().role == Role.ADMIN
    add(two, "second", Role.ADMIN)
    root.set_user("root", changes)
    two.bench.set_user("second", UserChanges(status="disabled"))  # the local login may


def test_a_new_password_by_an_admin_ends_the_logins(two: Rig) -> None:
    add(two, "ana")
    ana = logged_in(two, "ana")

    two.bench.set_user("ana", UserChanges(password="another long sentence"))

    with pytest.raises(NotAuthenticatedError):
        ana.me()
    with pytest.raises(NotAuthenticatedError):
        admitted(two, "ana")
    two.bench.log_in("ana", "another long sentence", origin=HOME)


def test_one_changes_ones_own_password_and_stays_logged_in(two: Rig) -> None:
    add(two, "ana")
    here, there = logged_in(two, "ana"), logged_in(two, "ana")

    with pytest.raises(InputError, match="old password is not right"):
        here.change_password(old="wrong", new="another long sentence")
    with pytest.raises(InputError, match="12 characters"):
        here.change_password(old=PASSWORD, new="tiny")
    with pytest.raises(InputError, match="is the old one"):
        here.change_password(old=PASSWORD, new=PASSWORD)
    here.change_password(old=PASSWORD, new="another long sentence")

    here.me()
    with pytest.raises(NotAuthenticatedError):
        there.me()
    two.bench.log_in("ana", "another long sentence", origin=HOME)


def test_an_open_page_is_no_place_to_guess_the_password(two: Rig) -> None:
    add(two, "ana")
    ana = logged_in(two, "ana")

    for _ in range(4):
        with pytest.raises(InputError):
            ana.change_password(old="wrong", new="another long sentence")

    with pytest.raises(LoginThrottledError):
        ana.change_password(old=PASSWORD, new="another long sentence")


def test_a_code_is_set_up_asked_for_and_works_once(two: Rig) -> None:
    add(two, "ana")
    ana = logged_in(two, "ana")
    secret = ana.begin_totp()
    assert secret.secret not in repr(secret)
    with pytest.raises(InputError):
        ana.confirm_totp("000000")
    ana.confirm_totp(code(two, secret.secret))
    assert ana.me().totp == "on"
    two.clock.advance(seconds=30)

    with pytest.raises(CodeNeededError) as needed:
        admitted(two, "ana")
    shown = code(two, secret.secret)
    admission = two.bench.log_in_by_code(needed.value.ticket, shown, origin=HOME)

    assert two.bench.at_session(admission.secret, origin=HOME).me().name == "ana"
    with pytest.raises(CodeNeededError, match="used already"):
        two.bench.log_in("ana", PASSWORD, origin=HOME, code=shown)
    with pytest.raises(NotAuthenticatedError, match="begin again"):
        two.bench.log_in_by_code(needed.value.ticket, shown, origin=HOME)


def test_a_code_is_taken_also_where_the_hash_of_the_password_was_renewed_before_it(
    two: Rig,
) -> None:
    """A newer netwb hashes by other parameters; whoever logs in then is not sent back once."""
    add(two, "ana")
    secret = (ana := logged_in(two, "ana")).begin_totp().secret
    ana.confirm_totp(code(two, secret))
    two.clock.advance(seconds=30)
    check_quickly(two.bench, PasswordHasher(time_cost=2, memory_cost=1024, parallelism=1))

    with pytest.raises(CodeNeededError) as needed:
        admitted(two, "ana")
    admission = two.bench.log_in_by_code(needed.value.ticket, code(two, secret), origin=HOME)

    assert two.bench.at_session(admission.secret, origin=HOME).me().name == "ana"


def test_a_wrong_code_keeps_its_step_and_is_throttled(two: Rig) -> None:
    add(two, "ana")
    ana = logged_in(two, "ana")
    ana.confirm_totp(code(two, ana.begin_totp().secret))
    with pytest.raises(CodeNeededError) as needed:
        admitted(two, "ana", origin=ELSEWHERE)
    ticket = needed.value.ticket

    for _ in range(4):
        with pytest.raises(CodeNeededError) as again:
            two.bench.log_in_by_code(ticket, "000000", origin=ELSEWHERE)
        ticket = again.value.ticket

    with pytest.raises(LoginThrottledError):
        two.bench.log_in_by_code(ticket, "000000", origin=ELSEWHERE)


def test_a_ticket_dies_with_time_and_with_the_password(two: Rig) -> None:
    add(two, "ana")
    ana = logged_in(two, "ana")
    secret = ana.begin_totp().secret
    ana.confirm_totp(code(two, secret))
    with pytest.raises(CodeNeededError) as late:
        admitted(two, "ana")
    two.clock.advance(minutes=6)
    with pytest.raises(NotAuthenticatedError, match="begin again"):
        two.bench.log_in_by_code(late.value.ticket, code(two, secret), origin=HOME)

    with pytest.raises(CodeNeededError) as stale:
        admitted(two, "ana")
    two.bench.set_user("ana", UserChanges(password="another long sentence"))
    with pytest.raises(NotAuthenticatedError, match="begin again"):
        two.bench.log_in_by_code(stale.value.ticket, code(two, secret), origin=HOME)


def test_who_must_set_a_code_up_may_nothing_else_before(two: Rig) -> None:
    new = NewUser(name="ana", role=Role.ADMIN, tenants=None, password=PASSWORD, totp="required")
    two.bench.add_user(new)
    ana = logged_in(two, "ana")

    assert (ana.me().totp, ana.me().permissions) == ("required", frozenset())
    for look in (ana.devices, ana.users, lambda: ana.as_tenant("acme").devices()):
        with pytest.raises(NotPermittedError, match="set up the one-time code first"):
            look()
    with pytest.raises(NotPermittedError):
        ana.issue_token(NewToken(user="ana", days=9))
    ana.confirm_totp(code(two, ana.begin_totp().secret))

    assert names(ana) == ["ana"]


def test_a_lost_phone_is_cured_by_an_admin(two: Rig) -> None:
    add(two, "ana")
    ana = logged_in(two, "ana")
    ana.confirm_totp(code(two, ana.begin_totp().secret))

    two.bench.set_user("ana", UserChanges(totp="off"))

    admitted(two, "ana")


def test_one_drops_ones_code_with_a_last_one(two: Rig) -> None:
    add(two, "ana")
    ana = logged_in(two, "ana")
    secret = ana.begin_totp().secret
    ana.confirm_totp(code(two, secret))
    with pytest.raises(InputError):
        ana.drop_totp("000000")
    two.clock.advance(seconds=30)
    ana.drop_totp(code(two, secret))

    assert ana.me().totp == "off"
    admitted(two, "ana")


def test_a_code_in_force_is_not_replaced_without_a_last_one(two: Rig) -> None:
    add(two, "ana")
    ana = logged_in(two, "ana")
    ana.confirm_totp(code(two, ana.begin_totp().secret))

    with pytest.raises(InputError, match="with a last code first"):
        ana.begin_totp()


@pytest.mark.parametrize("asked", ["before", "after"])
def test_a_code_that_an_admin_asks_for_is_set_up_again_after_it_was_dropped(
    two: Rig, asked: str
) -> None:
    add(two, "ana")
    required = UserChanges(totp="required")
    if asked == "before":
        two.bench.set_user("ana", required)
    ana = logged_in(two, "ana")
    secret = ana.begin_totp().secret
    ana.confirm_totp(code(two, secret))
    if asked == "after":
        two.bench.set_user("ana", required)
    assert ana.me().totp == two.bench.user("ana").totp == "on"
    two.clock.advance(seconds=30)

    ana.drop_totp(code(two, secret))

    assert two.bench.user("ana").totp == "required"
    with pytest.raises(NotPermittedError, match="set up the one-time code first"):
        ana.devices()
    two.bench.set_user("ana", UserChanges(totp="off"))
    assert ana.me().totp == "off"


def test_everybody_has_ones_own_logins_and_tokens_and_no_others(two: Rig) -> None:
    add(two, "eva", Role.CUSTOMER, "acme")
    add(two, "ana", Role.ENGINEER, "acme")
    eva, ana = logged_in(two, "eva"), logged_in(two, "ana")

    mine = eva.issue_token(NewToken(user="eva", days=9)).token

    assert [token.id for token in eva.tokens()] == [mine.id]
    assert [session.id for session in eva.login_sessions()] == [eva.me().session]
    with pytest.raises(NotPermittedError):
        eva.tokens("ana")
    with pytest.raises(NotPermittedError):
        eva.issue_token(NewToken(user="ana", days=9))
    with pytest.raises(UnknownNameError):
        eva.end_session(ana.me().session)
    with pytest.raises(UnknownNameError):
        ana.revoke_token(mine.id)
    assert eva.revoke_token(mine.id).revoked_at is not None
    eva.end_session(eva.me().session)
    with pytest.raises(NotAuthenticatedError):
        eva.me()


def test_names_that_differ_in_case_are_one(two: Rig) -> None:
    add(two, "ana")

    with pytest.raises(InventoryError, match="exists already"):
        add(two, "Ana")


def test_one_sets_ones_own_name_and_time_zone(two: Rig) -> None:
    add(two, "ana")
    ana = logged_in(two, "ana")

    ana.set_me(full_name="Ana Santos", time_zone="Europe/Lisbon")

    assert (ana.me().full_name, ana.me().time_zone) == ("Ana Santos", "Europe/Lisbon")
    with pytest.raises(InputError, match="no time zone"):
        ana.set_me(time_zone="Mars/Olympus")
    with pytest.raises(InventoryError, match="one line"):
        ana.set_me(full_name="a\nb")


def test_a_browser_that_was_here_before_is_not_delayed_by_others(two: Rig) -> None:
    add(two, "ana")
    device = admitted(two, "ana").device
    for _ in range(5):
        with pytest.raises(NotAuthenticatedError):
            two.bench.log_in("ana", "guess", origin=HOME)

    with pytest.raises(LoginThrottledError):
        admitted(two, "ana")
    known = type(HOME)(address=HOME.address, device=device)
    assert admitted(two, "ana", origin=known).device == device
    forged = type(HOME)(address=HOME.address, device="a" * 43 + "." + "0" * 64)
    with pytest.raises(LoginThrottledError):
        admitted(two, "ana", origin=forged)


def test_denials_and_refused_logins_are_audited_with_their_reason(two: Rig) -> None:
    add(two, "eva", Role.VIEWER, "acme")
    eva = logged_in(two, "eva")
    for _ in range(3):
        with pytest.raises(NotPermittedError):
            eva.users()
        with pytest.raises(NotAuthenticatedError):
            two.bench.log_in("eva", "guess", origin=HOME)

    events = {e.action: e for e in two.bench.audit_events(limit=3)}

    assert events["denied.access.manage"].actor == "eva"
    assert "eva (viewer) lacks access.manage" in str(events["denied.access.manage"].detail)
    assert events["login.refused"].detail == {"reason": "password", "address": "192.0.2.10"}
    two.clock.advance(minutes=11)
    two.bench.settle_denials()
    assert [e.detail["repeats"] for e in two.bench.audit_events(limit=2)] == [2, 2]


def test_two_admins_cannot_take_each_other_away_at_the_same_time(two: Rig) -> None:
    add(two, "root", Role.ADMIN)
    add(two, "second", Role.ADMIN)
    acting = {"second": logged_in(two, "root"), "root": logged_in(two, "second")}
    together = Barrier(2)

    def disable(other: str) -> str:
        together.wait()
        try:
            acting[other].set_user(other, UserChanges(status="disabled"))
        except NetwbError as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(disable, acting))

    assert answers.count("done") == 1, answers
    assert [user.status for user in two.bench.users()].count("active") == 1


def test_what_a_tenants_own_person_did_is_read_by_that_tenants_admin(two: Rig) -> None:
    add(two, "boss", Role.ADMIN, "acme")
    add(two, "ana", Role.ENGINEER, "acme")
    add(two, "eva", Role.ENGINEER, "umbra")
    add(two, "both", Role.ENGINEER, "acme", "umbra")
    boss = logged_in(two, "boss")
    for name in ("ana", "eva", "both"):
        person = logged_in(two, name)
        token = person.issue_token(NewToken(user=name, days=1)).token
        person.revoke_token(token.id)
        person.end_session(person.me().session)
        with pytest.raises(NotAuthenticatedError):
            two.bench.log_in(name, "guess", origin=HOME)

    read = [(e.action, e.target) for e in boss.audit_events(limit=100)]

    assert {target for _, target in read if target != "boss"} == {
        "acme",
        "acme/fra1",
        "acme/lab",
        "ana",
    }
    done = {action for action, target in read if target == "ana"}
    assert done == {
        "user.add",
        "login",
        "token.issue",
        "token.revoke",
        "session.end",
        "login.refused",
    }


def test_a_token_of_ones_own_does_nothing_until_the_code_that_is_asked_for_is_set_up(
    two: Rig,
) -> None:
    two.bench.add_user(NewUser(name="ana", role=Role.ADMIN, tenants=None, password=PASSWORD))
    ana = logged_in(two, "ana")
    own = two.bench.at_token(ana.issue_token(NewToken(user="ana", days=9)).secret, origin=HOME)
    script = two.bench.at_token(
        two.bench.issue_token(NewToken(user="ana", days=9)).secret, origin=HOME
    )
    two.bench.set_user("ana", UserChanges(totp="required"))

    with pytest.raises(NotPermittedError, match="set up the one-time code first"):
        own.devices()
    assert names(script) == ["ana"]
    again = logged_in(two, "ana")
    again.confirm_totp(code(two, again.begin_totp().secret))
    assert names(own) == ["ana"]
