"""Tokens and open logins as markup, and the dialogs that issue, revoke and end them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    tick_fields,
)
from netwb.views.html import age, button, esc, tag
from netwb.views.navigation import Moment
from netwb.views.rights import named, scope_words
from netwb.views.states import empty
from netwb.views.tokens import ends, is_over, networks_of, offered_rights, rights, rights_of, used
from netwb.views.words import browser, exact, exact_day, until

OWNERS = "the owner's"
RIGHTS = "Rights; none ticked: all of the role's"
SCOPE = f"Scope; none ticked: {OWNERS}"
MEANS: Mapping[str, str] = {"password": "password", "oidc": "company's login", "proxy": "proxy"}


def tokens_tab(tokens: Sequence[Token], moment: Moment) -> str:
    """Every token; those that open nothing any more stand last."""
    if not tokens:
        text = "A script authenticates with a token, whose rights are never more than its owner's."
        return empty("No token yet", text)
    ordered = sorted(tokens, key=lambda item: (is_over(item, moment.now), item.expires_at))
    rows = "".join(_token(item, moment) for item in ordered)
    return (
        '<table class="fold" aria-label="Tokens"><thead><tr><th scope="col">Token</th><th scope="col">Owner</th>'
        '<th scope="col">May</th><th scope="col">Scope</th><th scope="col">From</th>'
        '<th scope="col">Ends</th><th scope="col" class="r">Used</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _token(token: Token, moment: Moment) -> str:
    revoke = ""
    if not is_over(token, moment.now):
        revoke = button("Revoke…", "ask-revoke", kind="danger", data_id=token.id)
    networks = ", ".join(token.networks) or "anywhere"
    return (
        f'<tr><td class="cut named" title="{esc(token.note)} ({esc(token.id)})"><b>{esc(token.note or token.id)}</b></td>'
        f"<td>{esc(token.user)}</td>"
        f'<td class="t2 sm cut">{esc(rights(token, all_of_them="all that its owner may"))}</td>'
        f'<td class="t2 sm">{esc(OWNERS if token.tenants is None else scope_words(token.tenants))}</td>'
        f'<td class="t2 sm cut" data-label="from">{esc(networks)}</td><td>{ends(token, moment)}</td>'
        f'<td class="r t2" data-label="used">{used(token, moment.now)}</td><td class="r">{revoke}</td></tr>'
    )


def sessions_tab(sessions: Sequence[LoginSession], own: str, moment: Moment) -> str:
    """Every open login; one's own is marked."""
    if not sessions:
        return empty("Nobody is logged in", "Logins of everybody in your scope would stand here.")
    rows = "".join(_session(item, item.id == own, moment) for item in sessions)
    return (
        '<table class="fold" aria-label="Open logins"><thead><tr><th scope="col">Person</th>'
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
        f'<td class="r t2" data-label="since">{since}</td><td class="r t2" data-label="seen">{age(item.seen_at, moment.now)}</td>'
        f'<td class="r t2" data-label="ends in">{esc(until(item.expires_at, moment.now))}</td><td class="r">{end}</td></tr>'
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
        hint="192.0.2.0/24, parted by commas or blanks; empty: from anywhere",
        wide=True,
    )
    content = (
        select_field(user, owners)
        + text_field(note)
        + text_field(days, inputmode="numeric")
        + select_field(role, [("", OWNERS), *((item.value, item.value) for item in Role)])
        + text_field(networks, class_="mono")
        + tick_fields(
            RIGHTS,
            "allow",
            offered_rights(tuple(Permission)),
            texts_of(filled, "allow"),
            of="token-",
        )
        + tick_fields(SCOPE, "tenants", named(tenants), texts_of(filled, "tenants"), of="token-")
    )
    return dialog(ask, content, two_columns=True)


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
    usable = days.isascii() and days.isdigit() and len(days) <= 4
    try:
        named_role = Role(role) if role else None
    except ValueError as error:
        msg = "there is no such role; choose from the form"
        raise InputError(msg) from error
    return NewToken(
        user=text_of(fields, "user"),
        days=int(days) if usable else 0,  # which is refused, with all else that is wrong
        note=text_of(fields, "note"),
        role=named_role,
        tenants=texts_of(fields, "tenants") or None,
        allow=rights_of(fields),
        networks=networks_of(fields),
    )
