"""Tokens as markup, and the dialogs that issue, replace and revoke them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from netwb.access.records import IssuedToken, NewToken, Token, User
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
from netwb.views.html import button, esc, tag
from netwb.views.navigation import Moment
from netwb.views.rights import named, scope_words
from netwb.views.states import empty
from netwb.views.tokens import (
    days_of,
    ends,
    is_over,
    is_replaced,
    networks_of,
    offered_rights,
    relation,
    rights,
    rights_of,
    short,
    used,
)
from netwb.views.words import exact_day

OWNERS = "the owner's"
RIGHTS = "Rights; none ticked: all of the role's"
SCOPE = f"Scope; none ticked: {OWNERS}"


def tokens_tab(tokens: Sequence[Token], moment: Moment) -> str:
    """Every token; those that open nothing any more stand last."""
    if not tokens:
        text = "A script authenticates with a token, whose rights are never more than its owner's."
        return empty("No token yet", text)
    ordered = sorted(tokens, key=lambda item: (is_over(item, moment.now), item.expires_at))
    rows = "".join(_token(item, tokens, moment) for item in ordered)
    heads = "".join(
        f'<th scope="col">{head}</th>'
        for head in ("Token", "Owner", "May", "Scope, from", "Ends", "Used, from")
    )
    return (
        f'<table class="fold tokens" aria-label="Tokens"><thead><tr>{heads}'
        '<th scope="col"><span class="unseen">Actions</span></th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _token(token: Token, tokens: Sequence[Token], moment: Moment) -> str:
    over, replaced = is_over(token, moment.now), is_replaced(token, tokens, moment.now)
    rotate = "" if over or replaced else button("Rotate…", "ask-rotate", data_id=token.id)
    revoke = "" if over else button("Revoke…", "ask-revoke", kind="danger", data_id=token.id)
    acts = f'<span class="acts">{rotate}{revoke}</span>' if rotate or revoke else ""
    may = rights(token, all_of_them="all that its owner may")
    whole = ", ".join(token.allow) if token.allow else may
    scope = OWNERS if token.tenants is None else scope_words(token.tenants)
    return (
        f'<tr><td class="cut named" title="{esc(token.note)} ({esc(token.id)})">{_name(token)}</td>'
        f"<td>{esc(token.user)}</td>"
        f'<td class="t2 sm cut may" title="{esc(whole)}">{esc(may)}</td>'
        f'<td class="t2 sm cut where">{_line(scope)}{_line(", ".join(token.networks) or "from anywhere")}</td>'
        f"<td>{ends(token, moment, replaced=replaced)}</td>"
        f'<td class="t2 used" data-label="used">{_used(token, moment)}</td>'
        f'<td class="r">{acts}</td></tr>'
    )


def _name(token: Token) -> str:
    """What it is for, and below which one it is among those that are for the same."""
    told = [short(token.id) if token.note else "", relation(token)]
    below = " ".join(filter(None, told))
    return f"<div><b>{esc(token.note or token.id)}</b></div><div>{below}</div>"


def _line(text: str) -> str:
    return f'<div title="{esc(text)}">{esc(text)}</div>'


def _used(token: Token, moment: Moment) -> str:
    below = (
        f'<div class="t3 sm mono" title="{esc(token.used_from)}">{esc(token.used_from)}</div>'
        if token.used_from
        else ""
    )
    return f"<div>{used(token, moment.now)}</div>{below}"


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


# -- reading


def new_token(fields: Mapping[str, Any]) -> NewToken:
    """The token that a form describes."""
    role = text_of(fields, "role")
    try:
        named_role = Role(role) if role else None
    except ValueError as error:
        msg = "there is no such role; choose from the form"
        raise InputError(msg) from error
    return NewToken(
        user=text_of(fields, "user"),
        days=days_of(fields),
        note=text_of(fields, "note"),
        role=named_role,
        tenants=texts_of(fields, "tenants") or None,
        allow=rights_of(fields),
        networks=networks_of(fields),
    )
