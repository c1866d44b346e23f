import asyncio
import base64
import hashlib
import hmac
import re
import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from netwb.access.records import LoginSession, NewToken, Token, UserChanges
from netwb.errors import NotAuthenticatedError, NotPermittedError, UnknownNameError
from netwb.roles import LATER, Permission, Role
from netwb.views.account.cards import Shown, render
from netwb.views.account.page import AccountView, qr_of, zones
from netwb.views.rights import IN_USE, SENTENCES, scope_words, sentences
from tests.benches import Rig, rig
from tests.test_floors import ROOT
from tests.views.hostile import HOSTILE, Tags, assert_inert
from tests.views.people import HERE, PASSWORD, again, frame_of, log_in

NEW_PASSWORD = "nine New batteries 4 horses"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",), "borealis": ("edge1",)}) as one:
        yield one


@pytest.fixture
def view(made: Rig) -> AccountView:
    return opened(made, "ana", Role.ENGINEER, ("acme",))


def opened(made: Rig, name: str, role: Role, tenants: tuple[str, ...] | None = None) -> AccountView:
    """The page as its person sees it."""
    frame = frame_of(made, log_in(made, name, role, tenants), page="account")
    view = AccountView(frame)
    asyncio.run(view.load())
    return view


def do(view: AccountView, act: str, **said: Any) -> str:
    asyncio.run(view.act({"act": act, **said}))
    return view.sheet.html


def send(view: AccountView, act: str, **fields: Any) -> str:
    return do(view, act, fields=fields)


def shown(view: AccountView) -> Shown:
    assert view.shown is not None
    return view.shown


def code_at(secret: str, seconds: float) -> str:
    """RFC 6238 with its defaults: six digits, 30 s, SHA-1."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(seconds) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def test_page_says_who_one_is_and_what_that_allows(view: AccountView) -> None:
    html = view.sheet.html

    assert "<b>ana</b>" in html
    assert "Role <b>engineer</b> on <b>acme</b>" in html
    assert "May reveal secrets, with a reason" in html
    assert "May add people" not in html
    assert "borealis" not in html


def asked_for() -> set[Permission]:
    """Each right that the facade or REST asks for. What a later feature wants, nobody asks for yet."""
    folders = (
        "access",
        "archive",
        "collect",
        "inventory",
        "web",
        "workbench",
        "blackhole",
        "metrics",
    )
    texts = (
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in (ROOT / "netwb" / folder).rglob("*.py")
        if path.name != "pages.py"  # says which pages there will be
    )
    names = {name for text in texts for name in re.findall(r"Permission\.([A-Z_]+)", text)}
    return {Permission[name] for name in names}


def test_every_permission_that_is_asked_for_is_spoken_of_once_and_no_other() -> None:
    told = [permission for group, _ in SENTENCES for permission in group]

    assert sorted(told) == sorted(asked_for()) == sorted(IN_USE)
    assert set(IN_USE) == set(Permission) - LATER


def test_part_of_a_group_is_told_by_name() -> None:
    assert sentences({Permission.CONFIG_VIEW, Permission.BACKUP_RUN}) == (
        "May use config.view only",
        "May back devices up at any time",
    )


def test_scope_is_told_in_words() -> None:
    assert scope_words(None) == "all tenants"
    assert scope_words(()) == "no tenant"
    assert scope_words(("acme", "borealis")) == "acme and borealis"


def test_time_zone_is_kept_and_the_page_is_drawn_anew(made: Rig, view: AccountView) -> None:
    gone: list[str] = []
    view.frame.go = gone.append  # type: ignore[method-assign]  # there is no browser to send away

    do(view, "zone", value="Asia/Kolkata")

    assert view.frame.bench.me().time_zone == "Asia/Kolkata"
    assert gone == ["account"]
    assert frame_of(made, view.frame.bench).zone.key == "Asia/Kolkata"


def test_zones_are_those_that_are_named_after_places() -> None:
    assert zones()[0] == "UTC"
    assert "Europe/Berlin" in zones()
    assert not {"EST5EDT", "Etc/GMT+1", "posix/Europe/Berlin"} & set(zones())


def test_password_is_changed_and_other_logins_end(made: Rig, view: AccountView) -> None:
    other = again(made, "ana")

    html = send(
        view,
        "password",
        old=PASSWORD,
        new=NEW_PASSWORD,
        again=NEW_PASSWORD,
    )

    assert 'role="alert"' not in html
    assert made.bench.log_in("ana", NEW_PASSWORD, origin=HERE).session.user == "ana"
    with pytest.raises(NotAuthenticatedError):
        other.me()
    assert len(shown(view).sessions) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ((PASSWORD, NEW_PASSWORD, "nine"), "not the same twice"),
        (("wrong", NEW_PASSWORD, NEW_PASSWORD), "password"),
        ((PASSWORD, "short", "short"), "characters"),
    ],
    ids=["typed-apart", "wrong-old", "too-short"],
)
def test_password_that_is_refused_says_why_beside_the_form(
    made: Rig, view: AccountView, typed: tuple[str, str, str], said: str
) -> None:
    html = send(view, "password", **dict(zip(("old", "new", "again"), typed, strict=True)))

    refusal = html.partition('class="wrong" role="alert"')[2].partition("</p>")[0]
    assert said in refusal
    assert not any(secret in html for secret in (PASSWORD, NEW_PASSWORD))
    assert made.bench.log_in("ana", PASSWORD, origin=HERE).session.user == "ana"


def test_password_form_says_every_fault_at_its_field(view: AccountView) -> None:
    html = send(view, "password", old="wrong", new="short", again="else")
    assert 'id="fault-new"' in html
    assert 'id="fault-again"' in html

    html = send(view, "password", old="wrong", new=PASSWORD, again=PASSWORD)
    assert html.count('class="wrong"') >= 1


def test_token_form_says_every_fault_at_its_field(view: AccountView) -> None:
    do(view, "ask-issue")

    html = send(view, "issue", note="x" * 201, days="90", networks="nowhere")

    assert 'id="fault-note"' in html
    assert 'id="fault-networks"' in html
    assert "2 fields cannot be as given." in html


def test_codes_are_set_up_confirmed_and_dropped(made: Rig, view: AccountView) -> None:
    html = do(view, "begin-codes")
    secret = shown(view).totp
    assert secret is not None
    assert "<svg" in html
    assert secret.secret[:4] in html

    wrong = send(view, "confirm-codes", code="000000")
    assert 'role="alert"' in wrong
    send(view, "confirm-codes", code=code_at(secret.secret, made.clock().timestamp()))

    assert view.frame.bench.me().totp == "on"
    assert secret.secret not in view.sheet.html
    made.clock.advance(seconds=60)
    send(view, "drop-codes", code=code_at(secret.secret, made.clock().timestamp()))
    assert view.frame.bench.me().totp == "off"


def test_qr_code_is_drawn_without_another_machine() -> None:
    svg = qr_of("otpauth://totp/netwb:ana?secret=JBSWY3DPEHPK3PXP&issuer=netwb")

    assert svg.startswith("<svg")
    assert "http" not in svg


def test_own_logins_are_listed_and_the_others_end(made: Rig, view: AccountView) -> None:
    again(made, "ana")
    log_in(made, "ben", Role.VIEWER)
    asyncio.run(view.load())
    assert view.sheet.html.count("this one") == 1
    assert len(shown(view).sessions) == 2

    do(view, "end-others")

    assert [session.id for session in shown(view).sessions] == [view.frame.bench.me().session]


def test_token_is_shown_once_and_revoked(view: AccountView) -> None:
    do(view, "ask-issue")
    html = send(
        view,
        "issue",
        note="<img src=x> erp",
        days="30",
        networks="192.0.2.0/24, 198.51.100.0/24",
        allow=["config.view", "inventory.view"],
    )

    issued = shown(view).issued
    assert issued is not None
    assert issued.secret in html
    assert_inert(html)
    token = shown(view).tokens[0]
    assert token.networks == ("192.0.2.0/24", "198.51.100.0/24")
    assert set(token.allow or ()) == {Permission.CONFIG_VIEW, Permission.INVENTORY_VIEW}
    assert token.expires_at - token.created_at == timedelta(days=30)
    assert issued.secret not in do(view, "close")

    assert 'data-act="revoke"' in do(view, "ask-revoke", id=token.id)
    do(view, "revoke", id=token.id, fields={})
    assert shown(view).tokens[0].revoked_at is not None


def test_ones_own_token_is_rotated_and_the_new_text_is_shown_once(view: AccountView) -> None:
    send(view, "issue", note="<img src=x> erp", days="30")
    do(view, "close")
    old = shown(view).tokens[0]
    assert 'data-act="rotate-token"' in do(view, "ask-rotate", id=old.id)

    html = do(view, "rotate-token", id=old.id, fields={"days": "60", "overlap": "1"})

    rotated = shown(view).rotated
    assert rotated is not None
    assert rotated.issued.secret in html
    assert_inert(html)
    was, new = sorted(shown(view).tokens, key=lambda one: one.replaces or "")
    assert (new.replaces, was.replaced_by) == (old.id, new.id)
    assert was.expires_at - was.created_at == timedelta(days=1)
    html = do(view, "close")
    assert rotated.issued.secret not in html
    assert html.count('data-act="ask-rotate"') == 1
    assert "replaced by" in html


def test_a_rotation_of_ones_own_that_is_refused_says_why_in_its_form(view: AccountView) -> None:
    send(view, "issue", note="erp", days="30")
    do(view, "close")
    token = shown(view).tokens[0]
    do(view, "ask-rotate", id=token.id)

    html = do(view, "rotate-token", id=token.id, fields={"days": "0", "overlap": "1"})

    assert "a token of 0 days is not usable" in html
    assert 'data-act="rotate-token"' in html
    assert shown(view).tokens == (token,)


@pytest.mark.parametrize(
    "fields",
    [
        {"note": "x", "days": "30", "allow": "no.such.right"},
        {"note": "x", "days": "30", "networks": "not-a-network", "allow": "config.view"},
    ],
    ids=["right", "network"],
)
def test_token_that_is_refused_says_why_in_its_form(
    view: AccountView, fields: dict[str, str]
) -> None:
    do(view, "ask-issue")

    html = send(view, "issue", **fields)

    assert shown(view).issued is None
    assert 'role="alert"' in html


def test_token_that_is_refused_leaves_its_form_as_it_was_typed(view: AccountView) -> None:
    do(view, "ask-issue")

    html = send(view, "issue", note="erp", days="30", networks="300.0.0.0/8", allow="config.view")

    assert 'value="erp"' in html
    assert 'value="300.0.0.0/8"' in html
    assert '<option value="30" selected' in html
    assert [
        line for line in html.split("<label") if " checked>" in line and "allow-config.view" in line
    ]


def test_password_that_is_refused_is_not_in_the_page(view: AccountView) -> None:
    html = send(
        view, "password", old="not-mine-at-all", new="another-one-12", again="another-one-1"
    )

    assert 'role="alert"' in html
    assert "another-one" not in html
    assert "not-mine" not in html


def test_login_of_somebody_else_is_not_ended_from_here(made: Rig, view: AccountView) -> None:
    ben = log_in(made, "ben", Role.VIEWER)

    with pytest.raises(UnknownNameError):
        do(view, "end-session", id=ben.me().session)

    assert ben.me().name == "ben"


def test_view_as_tenant_offers_nothing_to_change(made: Rig) -> None:
    bench = log_in(made, "kim", Role.ENGINEER)
    view = AccountView(frame_of(made, bench, "?as=acme", page="account"))

    asyncio.run(view.load())

    assert "data-act" not in view.sheet.html
    with pytest.raises(NotPermittedError):
        do(view, "zone", value="UTC")


@pytest.mark.parametrize("text", HOSTILE)
def test_page_is_inert(view: AccountView, text: str) -> None:
    state = shown(view)
    now = state.moment.now
    session = LoginSession(
        id="s1",
        user=text,
        means="password",
        opened_at=now,
        seen_at=now,
        expires_at=now,
        address=text,
        browser=text,
    )
    token = Token(
        id="t1",
        user=text,
        note=text,
        role=None,
        tenants=(text,),
        allow=None,
        networks=(text,),
        created_at=now,
        created_by=text,
        expires_at=now + timedelta(days=3),
        used_at=None,
        revoked_at=None,
    )
    person = replace(state.person, name=text, full_name=text, tenants=((text, text),))

    html = render(
        replace(
            state,
            person=person,
            sessions=(session,),
            tokens=(token,),
            asked="t1",
            wrong=("password", text),
        )
    )

    assert_inert(html)
    assert Tags(html).names >= {"table", "dialog"}


def test_codes_that_are_asked_for_come_first_and_nothing_else_is_said_to_be_open(
    made: Rig,
) -> None:
    log_in(made, "tot", Role.ENGINEER, ("acme",))
    made.bench.set_user("tot", UserChanges(totp="required"))
    view = AccountView(frame_of(made, again(made, "tot"), page="account"))
    asyncio.run(view.load())

    html = view.sheet.html
    assert html.index("Needed: an admin asks for it") < html.index("Role <b>engineer</b>")
    assert "May see and do nothing before one-time codes are set up" in html
    assert html.count("One-time codes</h2>") == 1
    assert 'id="password-form"' in html


def test_a_page_that_codes_keep_shut_leads_to_where_they_are_set_up(made: Rig) -> None:
    log_in(made, "tot", Role.ENGINEER, ("acme",))
    made.bench.set_user("tot", UserChanges(totp="required"))
    frame = frame_of(made, again(made, "tot"), "tab=places", page="inventory")
    said: list[str] = []

    async def load() -> None:
        frame.bench.devices()

    asyncio.run(frame.part(load, said.append))

    assert "Set up one-time codes first" in said[-1]
    assert 'href="account"' in said[-1]
    assert "Your role" not in said[-1]


def test_the_tables_of_a_person_fold_on_a_phone_and_say_what_each_cell_is(
    made: Rig, view: AccountView
) -> None:
    made.bench.issue_token(NewToken(user="ana", days=3))
    asyncio.run(view.load())

    html = view.sheet.html
    assert html.count("<table") == html.count('<table class="fold"') == 2
    assert {"seen", "ends in", "may", "ends", "used"} <= set(
        re.findall('data-label="([^"]+)"', html)
    )
