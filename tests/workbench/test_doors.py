"""The doors of the facade: passwords, sessions, tokens, and the views of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netwb.access.records import NewToken, NewUser, Origin, UserChanges
from netwb.errors import (
    NotAuthenticatedError,
    NotPermittedError,
    UnknownNameError,
)
from netwb.roles import Permission, Role
from tests.benches import Rig, rig
from tests.stores import KINDS, cluster_of
from tests.workbench.people import ELSEWHERE, HOME, PASSWORD, add, admitted, logged_in


@pytest.fixture(params=KINDS)
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Two tenants with a device each."""
    with rig(
        tmp_path, {"acme": ("edge1",), "umbra": ("edge9",)}, cluster=cluster_of(request)
    ) as made:
        yield made


def actions(made: Rig) -> list[tuple[str, str, str]]:
    return [(e.actor, e.action, e.target) for e in made.bench.audit_events(limit=20)]


def test_a_person_logs_in_and_acts_with_its_own_rights(two: Rig) -> None:
    add(two, "ana", Role.VIEWER, "acme")

    admission = two.bench.log_in("ANA", PASSWORD, origin=HOME)
    ana = two.bench.at_session(admission.secret, origin=HOME)

    assert [device.hostname for device in ana.devices()] == ["edge1"]
    me = ana.me()
    assert (me.name, me.role, me.tenants) == ("ana", Role.VIEWER, (("acme", "Acme"),))
    assert (me.wide, me.session, me.source) == (False, admission.session.id, "local")
    assert Permission.BACKUP_RUN not in me.permissions
    assert ("ana", "login", "ana") in actions(two)
    assert admission.secret not in repr(admission)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ana", "not the password"),
        ("nobody", PASSWORD),
        ("off", PASSWORD),
        ("ana", ""),
        ("a\x00na", PASSWORD),
        ("\udcff", "\udcff\x00"),
        ("x" * 100_000, "y" * 100_000),
        ("' or 1=1 --", PASSWORD),
    ],
    ids=["password", "name", "disabled", "empty", "nul", "surrogate", "long", "sql"],
)
def test_every_refusal_reads_the_same(two: Rig, name: str, password: str) -> None:
    add(two, "ana")
    add(two, "off")
    two.bench.set_user("off", UserChanges(status="disabled"))

    with pytest.raises(NotAuthenticatedError) as refusal:
        two.bench.log_in(name, password, origin=HOME)

    assert str(refusal.value).startswith("name or password is wrong")
    assert actions(two)[0][:2] == ("nobody", "login.refused")


def test_what_was_typed_as_a_name_is_not_audited(two: Rig) -> None:
    with pytest.raises(NotAuthenticatedError):
        two.bench.log_in("My-Secret-Password-1", "", origin=HOME)

    events = two.bench.audit_events(limit=5)
    assert "My-Secret" not in str(list(events))


def test_each_login_is_a_session_of_its_own(two: Rig) -> None:
    add(two, "ana")

    first, second = admitted(two, "ana"), admitted(two, "ana")

    assert first.secret != second.secret
    assert first.session.id != second.session.id
    assert len(two.bench.login_sessions("ana")) == 2


@pytest.mark.parametrize("name", ["a\x00", "\udcff", "", "x" * 9999])
def test_what_can_be_no_name_is_unknown(two: Rig, name: str) -> None:
    for ask in (two.bench.user, two.bench.retire_user, two.bench.token, two.bench.end_session):
        with pytest.raises(UnknownNameError):
            ask(name)
    assert two.bench.login_rights([name]) == {}


def test_a_hostile_browser_name_is_no_hindrance(two: Rig) -> None:
    add(two, "ana")

    admission = admitted(two, "ana", origin=Origin(address="\udcff", browser="<b>\x00" * 999))

    assert len(admission.session.browser) < 1000


@pytest.mark.parametrize("secret", ["", "x", "\udcff", "a" * 43])
def test_what_is_no_session_opens_nothing(two: Rig, secret: str) -> None:
    with pytest.raises(NotAuthenticatedError, match="log in again"):
        two.bench.at_session(secret, origin=HOME)


def test_logging_out_ends_an_open_workbench_at_once(two: Rig) -> None:
    add(two, "ana")
    admission = admitted(two, "ana")
    ana = two.bench.at_session(admission.secret, origin=HOME)

    two.bench.log_out(admission.secret)
    two.bench.log_out(admission.secret)

    with pytest.raises(NotAuthenticatedError):
        ana.devices()
    assert actions(two)[:2] == [("ana", "logout", "ana"), ("ana", "login", "ana")]


def test_a_session_ends_when_idle_and_after_its_whole_time(two: Rig) -> None:
    add(two, "ana")
    idle = two.bench.at_session(admitted(two, "ana").secret, origin=HOME)
    busy = admitted(two, "ana")

    for _ in range(21):  # 7 days in steps of 8 hours less a little
        two.clock.advance(hours=7.99)
        two.bench.at_session(busy.secret, origin=HOME).me()
    with pytest.raises(NotAuthenticatedError):
        idle.me()
    two.clock.advance(hours=0.5)

    with pytest.raises(NotAuthenticatedError):
        two.bench.at_session(busy.secret, origin=HOME)


def test_an_open_page_that_only_looks_is_idle_and_one_that_acts_is_not(two: Rig) -> None:
    add(two, "ana")
    looking, acting = logged_in(two, "ana"), logged_in(two, "ana")

    for _ in range(9):
        two.clock.advance(hours=1)
        acting.note_activity()
        if _ < 7:
            looking.me()

    acting.me()
    with pytest.raises(NotAuthenticatedError):
        looking.me()


def test_rights_that_change_are_in_force_for_the_next_call(two: Rig) -> None:
    add(two, "ana", Role.ENGINEER)
    ana = logged_in(two, "ana")
    assert len(ana.devices()) == 2

    two.bench.set_user("ana", UserChanges(role=Role.VIEWER, scope=(("umbra",),)))

    assert [device.tenant for device in ana.devices()] == ["umbra"]
    with pytest.raises(NotPermittedError, match=r"ana \(viewer\) lacks backup.run"):
        ana.back_up()


def test_the_watch_sees_which_logins_live_and_what_they_may(two: Rig) -> None:
    add(two, "ana")
    add(two, "ben")
    ana, ben, out = admitted(two, "ana"), admitted(two, "ben"), admitted(two, "ana")
    two.bench.set_user("ben", UserChanges(status="disabled"))
    two.bench.log_out(out.secret)

    ids = [one.session.id for one in (ana, ben, out)]

    before = two.bench.login_rights([*ids, "unknown"])
    assert before == {ana.session.id: two.bench.at_session(ana.secret, origin=HOME).me().rights}
    assert two.bench.login_rights([]) == {}

    two.bench.set_user("ana", UserChanges(role=Role.OPERATOR))
    assert two.bench.login_rights(ids)[ana.session.id] != before[ana.session.id]


def test_a_token_acts_for_its_owner_and_ends_with_it(two: Rig) -> None:
    add(two, "ana", Role.ENGINEER, "acme", "umbra")
    issued = two.bench.issue_token(
        NewToken(user="ana", days=90, tenants=("acme",), allow=(Permission.INVENTORY_VIEW,))
    )
    bot = two.bench.at_token(issued.secret, origin=ELSEWHERE)

    assert [device.tenant for device in bot.devices()] == ["acme"]
    assert bot.me().permissions == {Permission.INVENTORY_VIEW}
    assert bot.me().name == f"ana/{issued.token.id}"
    with pytest.raises(NotPermittedError):
        bot.history("acme/edge1")
    two.bench.set_user("ana", UserChanges(scope=(("umbra",),)))
    assert list(bot.devices()) == []
    two.bench.set_user("ana", UserChanges(status="disabled"))
    with pytest.raises(NotAuthenticatedError):
        bot.devices()


def test_a_token_ends_by_time_and_by_hand(two: Rig) -> None:
    add(two, "ana")
    one = two.bench.issue_token(NewToken(user="ana", days=1))
    other = two.bench.issue_token(NewToken(user="ana", days=9))
    bot = two.bench.at_token(one.secret, origin=HOME)

    two.clock.advance(days=1)
    with pytest.raises(NotAuthenticatedError):
        bot.me()
    two.bench.revoke_token(other.token.id)

    with pytest.raises(NotAuthenticatedError, match="revoked"):
        two.bench.at_token(other.secret, origin=HOME)


@pytest.mark.parametrize(
    ("address", "let_in"),
    [("192.0.2.99", True), ("::ffff:192.0.2.99", True), ("198.51.100.7", False), ("", False)],
)
def test_a_token_is_for_its_networks(two: Rig, address: str, let_in: bool) -> None:  # noqa: FBT001 - a table
    add(two, "ana")
    new = NewToken(user="ana", days=1, networks=("192.0.2.0/24",))
    issued = two.bench.issue_token(new)
    origin = type(HOME)(address=address)

    if let_in:
        two.bench.at_token(issued.secret, origin=origin).me()
    else:
        with pytest.raises(NotAuthenticatedError):
            two.bench.at_token(issued.secret, origin=origin)


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text[:-1] + ("a" if text[-1] != "a" else "b"),
        lambda text: text.replace("nwb_", "nwb_0", 1),
        lambda text: text + "x",
        lambda text: "nwb_" + "0" * 16 + "." + text.partition(".")[2],
        lambda text: text[:0],
    ],
    ids=["secret", "id", "longer", "other id", "empty"],
)
def test_a_token_that_was_changed_opens_nothing(two: Rig, changed: Callable[[str], str]) -> None:
    add(two, "ana")
    issued = two.bench.issue_token(NewToken(user="ana", days=1))

    with pytest.raises(NotAuthenticatedError):
        two.bench.at_token(changed(issued.secret), origin=HOME)


def test_seeing_as_a_tenant_is_read_only_and_audited_once(two: Rig) -> None:
    add(two, "ana", Role.ENGINEER)
    ana = logged_in(two, "ana")

    view = ana.as_tenant("acme")
    ana.as_tenant("acme")

    assert [device.tenant for device in view.devices()] == ["acme"]
    assert (view.me().viewing_as, view.me().role) == ("acme", Role.CUSTOMER)
    with pytest.raises(NotPermittedError):
        view.back_up()
    with pytest.raises(NotPermittedError):
        view.as_tenant("acme")
    assert actions(two).count(("ana", "view.as_tenant", "acme")) == 1


def test_who_holds_one_tenant_sees_as_nobody_else(two: Rig) -> None:
    add(two, "eva", Role.VIEWER, "umbra")
    eva = logged_in(two, "eva")

    with pytest.raises(NotPermittedError, match="no more than that tenant"):
        eva.as_tenant("umbra")
    with pytest.raises(UnknownNameError):
        eva.as_tenant("acme")


def test_the_local_login_acts_as_a_user_and_the_audit_names_both(two: Rig) -> None:
    add(two, "ana", Role.ENGINEER, "acme")

    ana = two.bench.acting_as("ana")
    ana.set_site("acme/fra1", name="Frankfurt")

    event = two.bench.audit_events(limit=1)[0]
    assert (event.actor, event.detail["by"]) == ("ana", two.bench.me().name)
    with pytest.raises(NotPermittedError):
        ana.add_user(NewUser(name="x", role=Role.VIEWER))


def test_nobody_acts_as_another_over_the_network(two: Rig) -> None:
    add(two, "ana", Role.ADMIN)
    add(two, "ben")

    with pytest.raises(NotPermittedError):
        logged_in(two, "ana").acting_as("ben")
    two.bench.set_user("ben", UserChanges(status="disabled"))
    with pytest.raises(NotAuthenticatedError):
        two.bench.acting_as("ben")
