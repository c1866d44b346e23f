"""People as markup: the table, the panel of one person, the matrix of rights. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from netwb.access.records import LoginSession, User
from netwb.roles import MATRIX, Permission, Role
from netwb.views.html import Shape, age, button, esc, icon, link, shape, state, tag
from netwb.views.navigation import Moment
from netwb.views.rights import IN_USE, scope_words, sentences
from netwb.views.words import count

OLD_PASSWORD = timedelta(days=365)
TOTP_WORDS: Mapping[str, str] = {
    "off": "off",
    "required": "asked for at the next login",
    "on": "on",
}
SOURCES: Mapping[str, str] = {"local": "password here", "oidc": "company's login", "proxy": "proxy"}


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What the tab shows; `chosen` is the name of the person in the panel.

    me      name of who looks: nobody disables oneself by accident       url   of a person's row
    """

    users: Sequence[User]
    sessions: Sequence[LoginSession]
    chosen: str
    me: str
    moment: Moment
    url: Mapping[str, str]

    def user(self) -> User | None:
        """The chosen person."""
        return next((user for user in self.users if user.name == self.chosen), None)


def people_tab(people: People) -> str:
    """The table on the left, the chosen person and the matrix on the right."""
    open_ = Counter(session.user for session in people.sessions)
    rows = "".join(_row(user, open_[user.name], people) for user in _ordered(people.users))
    return (
        '<table class="people fold" aria-label="People"><thead><tr><th scope="col">Name</th>'
        '<th scope="col" class="wide-only">Full name</th><th scope="col">Role</th>'
        '<th scope="col">Scope</th><th scope="col">State</th><th scope="col" class="r">Last seen</th>'
        f'<th scope="col"><span class="unseen">Logins</span></th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _ordered(users: Sequence[User]) -> list[User]:
    """By name; who cannot log in any more stands last."""
    order = {"active": 0, "disabled": 1, "retired": 2}
    return sorted(users, key=lambda user: (order[user.status], user.name.casefold()))


def _row(user: User, logins: int, people: People) -> str:
    chosen = user.name == people.chosen
    name = link(
        people.url[user.name],
        esc(user.name),
        class_="host",
        data_act="person",
        data_name=user.name,
        aria_current="true" if chosen else None,
    )
    seen = age(user.seen_at, people.moment.now) if user.seen_at else '<span class="t3">never</span>'
    return (
        f"<tr{' class=sel' if chosen else ''}><td>{name}</td>"
        f'<td class="t2 cut wide-only">{esc(user.full_name)}</td>'
        f'<td><span class="chip">{esc(user.role)}</span></td>'
        f'<td class="t2 cut">{esc(scope_words(user.tenants))}</td><td>{user_state(user)}</td>'
        f'<td class="r t2" data-label="seen">{seen}</td><td class="t3 sm">{_note(user, logins)}</td></tr>'
    )


def user_state(user: User) -> str:
    """Shape and word of whether that person can log in."""
    kind, word = _state_of(user)
    return state(kind, word)


def _state_of(user: User) -> tuple[Shape, str]:
    if user.status == "retired":
        return "ghost", "retired"
    if user.status == "disabled":
        return "waived", "disabled"
    if user.source == "local" and user.password_at is None:
        return "warn", "no password"
    return "ok", "active"


def _note(user: User, logins: int) -> str:
    said = [count(logins, "login")] if logins else []
    if user.source != "local":
        said.append(SOURCES[user.source])
    if user.totp != "off":
        said.append("codes on" if user.totp == "on" else "codes asked for")
    return esc(", ".join(said))


# -- one person


def person_panel(people: People) -> str:
    """What the role means in sentences, how old the password is, open logins."""
    user = people.user()
    if user is None:
        words = "Choose a person to see what the role means." if people.users else "Nobody yet."
        return f'<section class="panel"><p class="in t2">{words}</p></section>'
    head = (
        f'<div class="bar"><h2 class="h">{esc(user.name)}</h2>'
        f'<span class="push acts">{_acts(user, people.me)}</span></div>'
    )
    full = f'<p class="t2">{esc(user.full_name)}</p>' if user.full_name else ""
    role = f"{full}<p>Role <b>{esc(user.role)}</b> on <b>{esc(scope_words(user.tenants))}</b></p>"
    rights = "".join(
        f"<li>{shape('ok')}<span>{esc(sentence)}</span></li>"
        for sentence in sentences(MATRIX[user.role])
    )
    lines = _password_line(user, people) + _codes_line(user) + _zone_line(user)
    return (
        f'<section class="panel" aria-label="{esc(user.name)}">{head}<div class="in">{role}'
        f'<ul class="rights">{rights}</ul><ul class="rights">{lines}</ul>{_logins(user, people)}'
        "</div></section>"
    )


def _acts(user: User, me: str) -> str:
    if user.status == "retired":
        return ""
    parts = [button("Edit", "edit-person", data_name=user.name), _menu(user, me)]
    if user.status == "disabled":
        parts.append(button("Enable", "enable", data_name=user.name))
    elif user.name != me:
        parts.append(button("Disable…", "ask-disable", kind="danger", data_name=user.name))
    return "".join(parts)


def _menu(user: User, me: str) -> str:
    entries = [("Set password…", "ask-password")] if user.source == "local" else []
    if user.totp != "off":
        entries.append(("Reset one-time codes…", "ask-codes"))
    entries.append(("Issue token…", "ask-issue"))
    if user.name != me:
        entries.append(("Retire…", "ask-retire"))
    items = "".join(
        tag("button", esc(said), type="button", role="menuitem", data_act=act, data_name=user.name)
        for said, act in entries
    )
    summary = f'<summary class="btn" aria-label="More">{icon("more")}</summary>'
    return f'<details data-menu>{summary}<div class="menu" role="menu">{items}</div></details>'


def _line(kind: Shape, words: str) -> str:
    return f"<li>{shape(kind)}<span>{words}</span></li>"


def _password_line(user: User, people: People) -> str:
    if user.source != "local":
        return _line("ok", esc(f"Logs in by the {SOURCES[user.source]}"))
    if user.password_at is None:
        return _line("warn", "Has no password yet, and cannot log in")
    old = people.moment.now - user.password_at > OLD_PASSWORD
    said = f"Last password change {age(user.password_at, people.moment.now)} ago"
    return _line("warn" if old else "ok", said)


def _codes_line(user: User) -> str:
    if user.source != "local":
        return ""
    kind: Shape = {"off": "waived", "required": "warn", "on": "ok"}[user.totp]  # type: ignore[assignment]  # three shapes
    return _line(kind, f"One-time codes {TOTP_WORDS[user.totp]}")


def _zone_line(user: User) -> str:
    return _line("ok", f"Time zone {esc(user.time_zone)}") if user.time_zone else ""


def _logins(user: User, people: People) -> str:
    own = [session for session in people.sessions if session.user == user.name]
    rows = "".join(
        f'<li class="login"><span class="mono">{esc(session.address)}</span>'
        f'<span class="t3">{age(session.seen_at, people.moment.now)} ago</span>'
        f"{button('End…', 'ask-end', kind='quiet', data_id=session.id)}</li>"
        for session in own
    )
    return f'<div class="lbl">{count(len(own), "open login")}</div><ul>{rows}</ul>' if own else ""


def matrix() -> str:
    """Which role holds which right, drawn from the table that decides it."""
    roles = tuple(Role)
    heads = "".join(f'<th scope="col" class="c">{role}</th>' for role in roles)
    rows = "".join(
        f'<tr><th scope="row">{permission}</th>'
        + "".join(_held(permission in MATRIX[role]) for role in roles)
        + "</tr>"
        for permission in Permission
        if permission in IN_USE
    )
    head = (
        '<div class="bar"><h2 class="h">What a role may</h2>'
        '<span class="push t3 sm">a change holds at once, on open pages too</span></div>'
    )
    table = f'<table class="matrix dense"><thead><tr><th scope="col">Permission</th>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<section class="panel" aria-label="What a role may">{head}{table}</section>'


def _held(holds: bool) -> str:  # noqa: FBT001 - one cell's truth
    if holds:
        return f'<td class="c">{icon("check", size=14)}<span class="unseen">yes</span></td>'
    return '<td class="c t3">·<span class="unseen">no</span></td>'
