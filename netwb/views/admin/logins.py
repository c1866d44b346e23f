"""Tokens and open logins as markup, and the dialogs that issue, revoke and end them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from netwb.access.records import IssuedToken, LoginSession, NewToken, Token, User
from netwb.errors import InputError
from netwb.roles import Permission, Role
from netwb.views.fields import (
    Ask,
    Field,
    dialog,
    select_field,
    shown_once,
    text_field,
    text_of,
    texts_of,
)
from netwb.views.html import age, button, esc, state, tag
from netwb.views.navigation import Moment
from netwb.views.rights import IN_USE, scope_words
from netwb.views.states import empty
from netwb.views.words import browser, exact, exact_day, listed, until

SOON = timedelta(days=7)  # a token that ends within it is said loudly
OWNERS = "the owner's"
MEANS: Mapping[str, str] = {"password": "password", "oidc": "company's login", "proxy": "proxy"}


def tokens_tab(tokens: Sequence[Token], moment: Moment) -> str:
    """Every token; those that open nothing any more stand last."""
    if not tokens:
        text = "A script authenticates with a token, whose rights are never more than its owner's."
        return empty("No token yet", text)
    ordered = sorted(tokens, key=lambda item: (_dead(item, moment.now), item.expires_at))
    rows = "".join(_token(item, moment) for item in ordered)
    return (
        '<table aria-label="Tokens"><thead><tr><th scope="col">Token</th><th scope="col">Owner</th>'
        '<th scope="col">May</th><th scope="col">Scope</th><th scope="col">From</th>'
        '<th scope="col">Ends</th><th scope="col" class="r">Used</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _dead(token: Token, now: datetime) -> bool:
    return token.revoked_at is not None or token.expires_at <= now


def _token(token: Token, moment: Moment) -> str:
    used = age(token.used_at, moment.now) if token.used_at else '<span class="t3">never</span>'
    revoke = ""
    if not _dead(token, moment.now):
        revoke = button("Revoke…", "ask-revoke", kind="danger", data_id=token.id)
    networks = ", ".join(token.networks) or "anywhere"
    return (
        f'<tr><td class="cut named" title="{esc(token.note)} ({esc(token.id)})"><b>{esc(token.note or token.id)}</b></td>'
        f"<td>{esc(token.user)}</td>"
        f'<td class="t2 sm cut">{esc(_may(token))}</td>'
        f'<td class="t2 sm">{esc(OWNERS if token.tenants is None else scope_words(token.tenants))}</td>'
        f'<td class="t2 sm cut">{esc(networks)}</td><td>{_ends(token, moment)}</td>'
        f'<td class="r t2">{used}</td><td class="r">{revoke}</td></tr>'
    )


def _may(token: Token) -> str:
    role = f"as {token.role}" if token.role else "all that its owner may"
    return role if token.allow is None else listed(tuple(token.allow), at_most=3) or "nothing"


def _ends(token: Token, moment: Moment) -> str:
    if token.revoked_at is not None:
        return state("waived", "revoked")
    if token.expires_at <= moment.now:
        return state("waived", "ended")
    soon = token.expires_at - moment.now < SOON
    words = f"in {until(token.expires_at, moment.now)}"
    return state("warn" if soon else "ok", words)


def sessions_tab(sessions: Sequence[LoginSession], own: str, moment: Moment) -> str:
    """Every open login; one's own is marked."""
    if not sessions:
        return empty("Nobody is logged in", "Logins of everybody in your scope would stand here.")
    rows = "".join(_session(item, item.id == own, moment) for item in sessions)
    return (
        '<table aria-label="Open logins"><thead><tr><th scope="col">Person</th>'
        '<th scope="col">By</th><th scope="col">From</th><th scope="col" class="wide-only">Browser</th>'
        '<th scope="col" class="r">Since</th><th scope="col" class="r">Last seen</th>'
        '<th scope="col" class="r">Ends in</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _session(item: LoginSession, own: bool, moment: Moment) -> str:  # noqa: FBT001 - private, one caller
    mine = ' <span class="chip">this one</span>' if own else ""
    end = button("End…", "ask-end", kind="danger", data_id=item.id)
    since = f'<span title="{esc(exact(item.opened_at, moment.zone))}">{age(item.opened_at, moment.now)}</span>'
    return (
        f"<tr><td><b>{esc(item.user)}</b>{mine}</td><td>{esc(MEANS[item.means])}</td>"
        f'<td class="mono">{esc(item.address)}</td>'
        f'<td class="t2 sm cut browser wide-only" title="{esc(item.browser)}">{esc(browser(item.browser))}</td>'
        f'<td class="r t2">{since}</td><td class="r t2">{age(item.seen_at, moment.now)}</td>'
        f'<td class="r t2">{esc(until(item.expires_at, moment.now))}</td><td class="r">{end}</td></tr>'
    )


# -- dialogs


def issue_dialog(
    users: Sequence[User],
    tenants: Sequence[tuple[str, str]],
    filled: Mapping[str, Any],
    *,
    wrong: str = "",
) -> str:
    """A new token for somebody in scope."""
    said = {"days": "90", **{name: text_of(filled, name) for name in filled}}
    ask = Ask(title="Issue token", act="issue-token", yes="Issue token", data={}, wrong=wrong)
    owners = [(user.name, user.name) for user in users if user.status == "active"]
    user = Field(name="user", label="Owner", id="token-user", value=said.get("user", ""))
    note = Field(
        name="note",
        label="What it is for",
        id="token-note",
        value=said.get("note", ""),
        required=True,
    )
    days = Field(name="days", label="Days that it holds", id="token-days", value=said["days"])
    role = Field(name="role", label="Role", id="token-role", value=said.get("role", ""))
    networks = Field(
        name="networks",
        label="Only from",
        id="token-networks",
        value=said.get("networks", ""),
        hint="192.0.2.0/24, parted by commas; empty: from anywhere",
        wide=True,
    )
    content = (
        select_field(user, owners)
        + text_field(note)
        + text_field(days, inputmode="numeric")
        + select_field(role, [("", OWNERS), *((item.value, item.value) for item in Role)])
        + text_field(networks, class_="mono")
        + _boxes("Rights; none ticked: all of the role's", "allow", _rights(), filled)
        + _boxes(f"Scope; none ticked: {OWNERS}", "tenants", tenants, filled)
    )
    return dialog(ask, content, two_columns=True)


def _rights() -> list[tuple[str, str]]:
    return [(right.value, right.value) for right in Permission if right in IN_USE]


def _boxes(
    title: str, name: str, options: Sequence[tuple[str, str]], filled: Mapping[str, Any]
) -> str:
    ticked: Collection[str] = texts_of(filled, name)
    boxes = "".join(
        f'<label class="check"><input type="checkbox" name="{name}" value="{esc(value)}"'
        f' id="token-{name}-{esc(value)}"{" checked" if value in ticked else ""}>'
        f'<span class="cut">{esc(said)}</span></label>'
        for value, said in options
    )
    return f'<fieldset class="wide"><legend class="lbl">{esc(title)}</legend><div class="allow">{boxes}</div></fieldset>'


def issued_dialog(issued: IssuedToken) -> str:
    """The token's text, this once."""
    token = issued.token
    return shown_once(f"Token for {token.user}", issued.secret, ends=exact_day(token.expires_at))


def revoke_dialog(token: Token, *, wrong: str = "") -> str:
    """It opens nothing from now on."""
    ask = Ask(
        title=f"Revoke {token.note or token.id}",
        act="revoke-token",
        yes="Revoke",
        data={"id": token.id},
        danger=True,
        wrong=wrong,
    )
    text = f"A token of {token.user}. Whatever uses it is refused from now on; it never comes back."
    return dialog(ask, tag("p", esc(text), class_="t2"))


def end_dialog(session: LoginSession, *, own: bool, wrong: str = "") -> str:
    """A login ends, under its open pages."""
    ask = Ask(
        title=f"End a login of {session.user}",
        act="end-login",
        yes="End login",
        data={"id": session.id},
        danger=True,
        wrong=wrong,
    )
    more = " It is your own: you are signed out." if own else ""
    text = f"From {session.address}. Open pages of this login stop at once.{more}"
    return dialog(ask, tag("p", esc(text), class_="t2"))


# -- reading


def new_token(fields: Mapping[str, Any]) -> NewToken:
    """The token that a form describes."""
    days, role = text_of(fields, "days"), text_of(fields, "role")
    if not (days.isascii() and days.isdigit() and 1 <= len(days) <= 4):
        msg = f"a token holds for a number of days, not {days!r}; write 90"
        raise InputError(msg)
    allow, tenants = texts_of(fields, "allow"), texts_of(fields, "tenants")
    try:
        rights = tuple(Permission(right) for right in allow)
        named = Role(role) if role else None
    except ValueError as error:
        msg = "there is no such role or right; choose from the form"
        raise InputError(msg) from error
    networks = (part.strip() for part in text_of(fields, "networks").split(","))
    return NewToken(
        user=text_of(fields, "user"),
        days=int(days),
        note=text_of(fields, "note"),
        role=named,
        tenants=tenants or None,
        allow=rights or None,
        networks=tuple(part for part in networks if part),
    )
