"""The page of people and the audit on a real Workbench, as far as rights go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.access.records import NewToken, UserChanges
from netwb.errors import NotAuthenticatedError, NotPermittedError, UnknownNameError
from netwb.roles import ALL_TENANTS, MATRIX, Permission, Role
from netwb.store.models import AuditRow
from netwb.views.admin.people import matrix
from netwb.views.admin.view import AdminView
from netwb.views.rights import IN_USE
from netwb.views.words import exact_day
from tests.benches import Rig, rig
from tests.views.visits import HOSTILE, Visit, run
from tests.workbench.people import HOME, PASSWORD, add, admitted, logged_in

TENANTS = {"acme": ("edge1",), "umbra": ("pe1",)}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    """Two tenants, and people of each kind."""
    with rig(tmp_path, TENANTS) as made:
        add(made, "boss", Role.ADMIN)
        add(made, "half", Role.ADMIN, "acme")
        add(made, "eng", Role.ENGINEER, "acme")
        add(made, "staff", Role.CUSTOMER, "umbra")
        made.clock.advance(minutes=5)
        yield made


def visit(made: Rig, who: str = "boss", search: str = "") -> Visit:
    async def story() -> Visit:
        page = await Visit(AdminView, logged_in(made, who), made, search).load()
        await page.view._desk.settled()
        return page

    return run(story())


def test_people_stand_with_role_scope_and_what_the_role_means(made: Rig) -> None:
    page = visit(made, search="?user=eng")

    assert "Role engineer on acme" in page.text
    assert "May back devices up at any time" in page.text
    assert "Last password change 5 min ago" in page.text
    assert page.html.count('data-act="person"') == 4


def test_the_matrix_is_the_table_that_decides() -> None:
    html = matrix()

    assert html.count('<th scope="row">') == len(IN_USE)
    assert html.count(">yes<") == sum(len(rights & set(IN_USE)) for rights in MATRIX.values())
    assert html.count(">no<") == len(IN_USE) * len(Role) - html.count(">yes<")


def test_an_engineer_sees_the_audit_of_its_own_scope_and_no_people(made: Rig) -> None:
    page = visit(made, "eng", "?tab=audit")

    assert page.frame._crumbs[-1] == ("Audit trail", None)
    assert "device.add" in page.html
    assert "acme/edge1" in page.html
    assert "umbra" not in page.html
    assert "staff" not in page.html
    assert "Check the chain" not in page.html
    assert 'data-tab="people"' not in page.html


def test_a_link_to_a_tab_that_one_may_not_see_says_what_is_lacking(made: Rig) -> None:
    page = visit(made, "eng", "?tab=people&user=staff")

    assert page.frame._crumbs[-1] == ("People", None)
    assert "eng (engineer) lacks access.manage" in page.text
    assert "staff" not in page.text
    assert "device.add" not in page.html


def test_a_customer_is_refused(made: Rig) -> None:
    with pytest.raises(NotPermittedError, match=r"staff \(customer\) lacks audit\.view"):
        visit(made, "staff")


def test_an_admin_of_one_tenant_sees_its_own_people_alone(made: Rig) -> None:
    page = visit(made, "half", "?user=staff")

    assert "staff" not in page.html
    assert "boss" not in page.html
    assert "eng" in page.html


def test_a_person_is_added_edited_disabled_and_enabled(made: Rig) -> None:
    page = visit(made)

    fields = {"name": "newbie", "role": "operator", "tenants": "acme", "full_name": HOSTILE[:28]}
    run(page.send("save-person", **fields, totp="required", password=PASSWORD))
    added = made.bench.user("newbie")
    assert (added.role, added.tenants, added.totp) == (Role.OPERATOR, ("acme",), "required")
    assert "<img" not in page.html
    assert PASSWORD not in page.html

    edited = {"role": "viewer", "tenants": ["acme", "umbra"], "totp": "off", "full_name": "N"}
    run(page.act("save-person", name="newbie", fields=edited))
    changed = made.bench.user("newbie")
    assert (changed.role, changed.tenants, changed.full_name) == (
        Role.VIEWER,
        ("acme", "umbra"),
        "N",
    )

    run(page.act("disable", name="newbie", fields={}))
    assert made.bench.user("newbie").status == "disabled"
    run(page.act("enable", name="newbie"))
    assert made.bench.user("newbie").status == "active"


def test_a_refused_form_says_every_fault_at_its_field(made: Rig) -> None:
    page = visit(made)
    fields = {
        "name": "a b",
        "role": "viewer",
        "password": "short",
        "full_name": "x" * 201,
        "time_zone": "Mars/Base",
        "tenants": "nowhere",
    }

    run(page.send("save-person", **fields))

    assert "5 fields cannot be as given." in page.text
    for name in ("name", "password", "full_name", "time_zone", "tenants"):
        assert f'id="fault-{name}"' in page.html
    assert 'value="Mars/Base"' in page.html
    assert "short" not in page.html.replace("too short", "")


def test_a_token_form_says_every_fault_at_its_field(made: Rig) -> None:
    page = visit(made, search="?tab=tokens")
    fields = {
        "user": "eng",
        "note": "x" * 201,
        "days": "never",
        "role": "admin",
        "networks": "here, 192.0.2.0/24, there",
        "tenants": "umbra",
    }

    run(page.send("issue-token", **fields))

    for name in ("note", "days", "role", "networks", "tenants"):
        assert f'id="fault-{name}"' in page.html
    assert "&#x27;here&#x27;, &#x27;there&#x27; are no networks" in page.html
    assert not list(made.bench.tokens())


def test_a_new_password_says_both_of_its_faults(made: Rig) -> None:
    page = visit(made)

    run(page.act("set-password", name="eng", fields={"password": "short", "again": "shorter"}))

    assert 'id="fault-password"' in page.html
    assert 'id="fault-again"' in page.html


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "a b", "role": "viewer"}, "a b"),
        ({"name": "eng", "role": "viewer"}, "eng"),
        ({"name": "x", "role": "emperor"}, "there is no such role"),
        ({"name": "x", "role": "viewer", "password": "Kurz1"}, "password"),
        ({"name": "x", "role": "viewer", "tenants": "nowhere"}, "nowhere"),
        ({"name": "x", "role": "viewer", "time_zone": "Mars/Base"}, "Mars/Base"),
        ({"name": "x", "role": "viewer", "totp": "maybe"}, "none of these"),
    ],
)
def test_a_form_that_is_refused_stays_and_says_why(
    made: Rig, fields: dict[str, str], words: str
) -> None:
    page = visit(made)
    before = len(made.bench.users())

    run(page.send("save-person", **fields))

    dialog = page.view._desk.dialog.html
    assert 'role="alert"' in dialog
    assert words in page.text
    assert fields.get("password", "-none-") not in dialog
    assert len(made.bench.users()) == before


def test_nobody_gives_more_than_one_has(made: Rig) -> None:
    page = visit(made, "half")

    refusal = run(
        page.refusal("save-person", fields={"name": "x", "role": "admin", "tenants": "*"})
    )

    assert 'role="alert"' in page.html
    assert "half" in refusal
    assert "x" not in {user.name for user in made.bench.users()}


def test_a_new_password_is_typed_twice_and_ends_the_logins(made: Rig) -> None:
    secret = admitted(made, "eng").secret
    page = visit(made)

    run(page.act("set-password", name="eng", fields={"password": "one sentence", "again": "two"}))
    assert "differ" in page.text
    new = "another long sentence"
    run(page.act("set-password", name="eng", fields={"password": new, "again": new}))

    assert new not in page.html
    with pytest.raises(NotAuthenticatedError):
        made.bench.at_session(secret, origin=HOME)
    assert made.bench.log_in("eng", new, origin=HOME).session.user == "eng"


def test_codes_are_reset_and_asked_for_again(made: Rig) -> None:
    made.bench.set_user("eng", UserChanges(totp="required"))
    page = visit(made, search="?user=eng")
    assert 'data-act="ask-codes"' in page.html

    run(page.act("reset-codes", name="eng", fields={"require": "yes"}))
    assert made.bench.user("eng").totp == "required"
    run(page.act("reset-codes", name="eng", fields={}))

    assert made.bench.user("eng").totp == "off"


def test_a_person_is_retired_for_good_and_oneself_is_not_offered(made: Rig) -> None:
    assert 'data-act="ask-retire"' not in visit(made, search="?user=boss").html
    page = visit(made, search="?user=eng")
    assert 'data-act="ask-retire"' in page.html

    run(page.act("retire", name="eng", fields={}))

    assert made.bench.user("eng").status == "retired"


def test_a_token_is_shown_once_and_revoked(made: Rig) -> None:
    page = visit(made, search="?tab=tokens")
    fields = {"user": "eng", "note": "erp", "days": "30", "allow": ["inventory.view"]}

    run(page.send("issue-token", **fields, networks="192.0.2.0/24"))

    (token,) = made.bench.tokens()
    assert (token.user, token.allow) == ("eng", (Permission.INVENTORY_VIEW,))
    assert token.networks == ("192.0.2.0/24",)
    assert f"nwb_{token.id}." in page.html
    run(page.act("close"))
    assert f"nwb_{token.id}." not in page.html
    assert "in 30 d" in page.html or "in 29 d" in page.html

    run(page.act("revoke-token", id=token.id, fields={}))
    assert made.bench.tokens()[0].revoked_at is not None
    assert "revoked" in page.html


def issued(made: Rig, note: str = "erp", *, days: int = 30) -> str:
    return made.bench.issue_token(NewToken(user="eng", note=note, days=days)).token.id


def test_a_token_is_rotated_and_both_say_which_took_over(made: Rig) -> None:
    old = issued(made)
    made.clock.advance(days=20)
    page = visit(made, search="?tab=tokens")
    run(page.act("ask-rotate", id=old))
    assert 'value="30"' in page.view._desk.dialog.html  # as many days as it was issued for
    assert '<option value="7" selected>7 days</option>' in page.view._desk.dialog.html

    run(page.act("rotate-token", id=old, fields={"days": "60", "overlap": "3"}))

    new, was = made.bench.tokens()
    assert (new.replaces, was.replaced_by, was.id) == (old, new.id, old)
    assert was.expires_at == made.clock() + timedelta(days=3)
    assert f"nwb_{new.id}." in page.view._desk.dialog.html
    assert f"The old one opens until {exact_day(was.expires_at)}." in page.text
    run(page.act("close"))
    assert f"nwb_{new.id}." not in page.html
    assert f"replaced by {new.id[:6]}" in page.text
    assert f"replaces {old[:6]}" in page.text
    assert page.html.count('data-act="ask-rotate"') == 1
    assert page.html.count('data-act="ask-revoke"') == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"days": "0", "overlap": "7"}, "of 0 days"),
        ({"days": "soon", "overlap": "7"}, "of 0 days"),
        ({"days": "30", "overlap": "8"}, "no such overlap"),
        ({"days": "30"}, "no such overlap"),
    ],
)
def test_a_rotation_that_is_refused_says_why_in_its_form(
    made: Rig, fields: dict[str, str], words: str
) -> None:
    token = issued(made)
    page = visit(made, search="?tab=tokens")

    run(page.act("rotate-token", id=token, fields=fields))

    assert 'role="alert"' in page.view._desk.dialog.html
    assert words in page.text
    assert len(made.bench.tokens()) == 1


def test_a_token_that_was_rotated_meanwhile_says_so_in_the_form(made: Rig) -> None:
    token = issued(made)
    page = visit(made, search="?tab=tokens")
    made.bench.rotate_token(token)

    run(page.act("rotate-token", id=token, fields={"days": "30", "overlap": "7"}))

    assert "is replaced by" in page.text
    assert len(made.bench.tokens()) == 2


def test_the_nearer_its_end_the_louder_a_token_is_unless_another_took_over(made: Rig) -> None:
    replaced = issued(made, "was-replaced", days=1)
    made.bench.rotate_token(replaced, days=20)
    for note, days in (("at-once", 3), ("soon", 14), ("far", 15)):
        issued(made, note, days=days)

    html = visit(made, search="?tab=tokens").html

    rows = {
        re.search(r"<b>([\w-]+)</b>", row)[1]: re.search(r"st st-(\w+)", row)[1]  # type: ignore[index]
        for row in reversed(html.split("<tr>")[2:])
    }
    assert rows == {"was-replaced": "waived", "at-once": "bad", "soon": "warn", "far": "ok"}


def test_where_a_token_was_used_last_stands_beside_when(made: Rig) -> None:
    text = made.bench.issue_token(NewToken(user="eng", days=30)).secret
    made.bench.at_token(text, origin=HOME)

    assert HOME.address in visit(made, search="?tab=tokens").text


def test_a_note_of_a_token_is_inert_on_its_page_and_in_its_dialogs(made: Rig) -> None:
    token = issued(made, HOSTILE[:30])
    page = visit(made, search="?tab=tokens")

    for act in ("ask-rotate", "ask-revoke"):
        run(page.act(act, id=token))
        assert "<img" not in page.html + page.view._desk.dialog.html
    run(page.act("rotate-token", id=token, fields={"days": "9", "overlap": "0"}))
    assert "<img" not in page.html + page.view._desk.dialog.html
    assert "The old one opens no more." in page.text


@pytest.mark.parametrize(
    "fields",
    [
        {"days": "soon"},
        {"days": "0"},
        {"days": "99999"},
        {"allow": "rule.the.world"},
        {"role": "emperor"},
        {"user": "nobody"},
        {"networks": "everywhere"},
    ],
)
def test_a_token_that_cannot_be_issued_says_why(made: Rig, fields: dict[str, str]) -> None:
    page = visit(made, search="?tab=tokens")

    run(page.send("issue-token", **{"user": "eng", "note": "n", "days": "9", **fields}))

    assert 'role="alert"' in page.html
    assert len(made.bench.tokens()) == 0


def test_a_login_is_ended_under_its_page(made: Rig) -> None:
    admission = admitted(made, "eng")
    page = visit(made, search="?tab=sessions")
    assert "this one" in page.html

    run(page.act("end-login", id=admission.session.id, fields={}))

    assert admission.session.id not in page.html
    with pytest.raises(NotAuthenticatedError):
        made.bench.at_session(admission.secret, origin=HOME)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("save-person", {"fields": {"name": "x", "role": "viewer"}}),
        ("issue-token", {"fields": {"user": "staff", "days": "9"}}),
    ],
)
def test_an_act_that_nobody_offered_is_refused_by_the_facade(
    made: Rig, act: str, said: dict[str, object]
) -> None:
    page = visit(made, "eng")

    assert "eng (engineer) lacks access.manage" in run(page.refusal(act, **said))


@pytest.mark.parametrize(
    "act", ["disable", "ask-password", "revoke-token", "rotate-token", "end-login"]
)
def test_what_is_not_on_the_page_cannot_be_acted_on(made: Rig, act: str) -> None:
    page = visit(made, "half")

    with pytest.raises(UnknownNameError):
        run(page.act(act, name="staff", id="staff", fields={}))


# -- audit


def test_the_audit_is_filtered_by_its_address(made: Rig) -> None:
    made.bench.set_device("acme/edge1", role=HOSTILE[:12])
    page = visit(made, search="?tab=audit&what=device&on=edge&of=acme")

    assert "device.set" in page.html
    assert "user.add" not in page.html
    assert "2 entries" in page.text
    run(page.act("audit", filter="what", value="device.add"))
    assert page.frame.address["what"] == "device.add"
    assert "1 entry" in page.text
    run(page.act("clear-audit"))
    assert dict(page.frame.address) == {"tab": "audit"}


@pytest.mark.parametrize(
    ("search", "found"), [("since=1h", True), ("until=1h", False), ("since=2099-01-01", False)]
)
def test_times_are_read_as_people_write_them(made: Rig, search: str, found: bool) -> None:  # noqa: FBT001 - a case
    page = visit(made, search=f"?tab=audit&what=user.add&{search}")

    assert ("user.add</td>" in page.html) is found


def test_a_time_that_is_none_says_so(made: Rig) -> None:
    page = visit(made, search="?tab=audit")

    assert "is no time" in run(page.refusal("audit", filter="since", value="the other day"))


def test_a_mailed_filter_that_cannot_be_read_leaves_the_fields_to_mend_it(made: Rig) -> None:
    page = visit(made, search="?tab=audit&who=root&since=rubbish")

    assert "is no time; write 2026" in page.text
    assert 'value="rubbish"' in page.html
    run(page.act("clear-audit"))
    assert "is no time" not in page.text


def test_older_entries_stand_on_further_pages(made: Rig) -> None:
    for number in range(130):
        made.bench.set_device("acme/edge1", role=f"role{number}")
    page = visit(made, search="?tab=audit")
    first = page.html
    assert 'data-act="older"' in first
    assert 'data-act="newest"' not in first

    seq = made.bench.audit_events(limit=100)[-1].seq
    run(page.act("older", before=str(seq)))

    assert page.frame.address["before"] == str(seq)
    assert 'data-act="newest"' in page.html
    assert page.html != first
    assert "bad" not in visit(made, search="?tab=audit&before=nonsense").frame.address["before"]


def test_the_csv_holds_every_entry_that_the_filter_leaves(made: Rig) -> None:
    made.bench.set_user("eng", UserChanges(full_name="=cmd|x"))
    page = visit(made, search="?tab=audit&what=user")

    run(page.act("csv"))

    name, content = page.frame.saved[0]
    lines = content.decode("utf-8-sig").splitlines()
    assert name.startswith("audit-")
    assert lines[0] == "seq,at,who,what,on,tenant,result,detail"
    assert len(lines) == 1 + made.bench.audit_count(what="user")


def test_the_chain_is_walked_and_its_state_has_an_age(made: Rig) -> None:
    page = visit(made, search="?tab=audit")

    assert "chain whole" in page.html
    assert "checked" in page.text


def test_a_broken_chain_is_loud(made: Rig) -> None:
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        session.get_one(AuditRow, 2).target = "somebody else"

    page = visit(made, search="?tab=audit")

    assert "chain broken: link 2 changed" in page.html
    assert "st-bad" in page.html


def test_a_denial_is_told_as_refused_and_hostile_words_are_text(made: Rig) -> None:
    made.bench._parts.audit.append(HOSTILE, f"denied.{HOSTILE}", HOSTILE, detail={HOSTILE: HOSTILE})

    page = visit(made, search="?tab=audit")

    assert "refused" in page.html
    assert "<img" not in page.html
    assert "</script" not in page.html
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page.html


def test_the_age_of_a_password_is_said_when_it_is_old(made: Rig) -> None:
    made.clock.advance(days=371)

    page = visit(made, search="?user=eng")

    assert "Last password change 371 d" in page.text


def test_a_list_in_an_entry_is_names_and_a_time_in_it_is_the_readers(made: Rig) -> None:
    detail = {"fields": ["full_name", "time_zone"], "ends_at": "2027-02-26T07:07:32.662544+00:00"}
    made.bench._parts.audit.append("ada", "user.set", "eng", detail=detail)

    page = visit(made, search="?tab=audit")

    assert "fields: full_name and time_zone" in page.text
    assert "ends_at: Fri 26 Feb 2027" in page.text
    assert "07:07:32.66" not in page.text
