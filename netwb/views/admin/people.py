"""People as markup: the table, the panel of one person, the matrix of rights, dialogs. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from netwb.access.records import LoginSession, NewUser, TotpState, User, UserChanges
from netwb.errors import InputError
from netwb.roles import MATRIX, Permission, Role
from netwb.views.fields import (
    Ask,
    Field,
    check_field,
    dialog,
    secret_of,
    select_field,
    text_field,
    text_of,
    texts_of,
)
from netwb.views.html import Shape, age, button, esc, icon, link, shape, state, tag
from netwb.views.navigation import Moment
from netwb.views.rights import scope_words, sentences
from netwb.views.words import count

OLD_PASSWORD = timedelta(days=365)
TOTP_WORDS: Mapping[str, str] = {
    "off": "off",
    "required": "asked for at the next login",
    "on": "on",
}
SOURCES: Mapping[str, str] = {"local": "password here", "oidc": "company's login", "proxy": "proxy"}
EVERY = "*"  # of a form: all tenants


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
        '<table class="people" aria-label="People"><thead><tr><th scope="col">Name</th>'
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
        f'<td class="r t2">{seen}</td><td class="t3 sm">{_note(user, logins)}</td></tr>'
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


# -- dialogs


def person_dialog(
    user: User | None,
    tenants: Sequence[tuple[str, str]],
    filled: Mapping[str, Any],
    *,
    wide: bool,
    wrong: str = "",
) -> str:
    """Somebody new, or what may be changed of a person. `tenants`: (slug, name) to choose from."""
    said = {name: text_of(filled, name) for name in filled}
    chosen = _chosen(user, filled)
    if user is None:
        ask = Ask(title="Add person", act="save-person", yes="Add person", data={}, wrong=wrong)
    else:
        data = {"name": user.name}
        ask = Ask(title=f"Edit {user.name}", act="save-person", yes="Save", data=data, wrong=wrong)
    name = Field(
        name="name",
        label="Login name",
        id="person-name",
        value=said.get("name", ""),
        hint="Letters, digits, dot, dash, underscore and @; it stays.",
        required=True,
    )
    full = Field(
        name="full_name",
        label="Full name",
        id="person-full_name",
        value=said.get("full_name", user.full_name if user else ""),
    )
    role = Field(
        name="role",
        label="Role",
        id="person-role",
        value=said.get("role", user.role if user else Role.VIEWER),
    )
    codes = Field(
        name="totp",
        label="One-time codes",
        id="person-totp",
        value=said.get("totp", user.totp if user else "off"),
    )
    zone = Field(
        name="time_zone",
        label="Time zone",
        id="person-time_zone",
        value=said.get("time_zone", user.time_zone if user else ""),
        hint="Europe/Berlin; empty: the server's",
    )
    head = "" if user else text_field(name, autofocus=True, autocapitalize="none")
    content = (
        head
        + text_field(full)
        + select_field(role, [(item.value, item.value) for item in Role])
        + ("" if user else _password_field())
        + select_field(codes, _codes(user))
        + text_field(zone)
        + _scope(tenants, chosen, wide=wide)
    )
    return dialog(ask, content, two_columns=True)


def _codes(user: User | None) -> list[tuple[str, str]]:
    known: list[TotpState] = ["off", "required"]
    if user is not None and user.totp == "on":
        known = ["on", "off"]
    return [(word, {"required": "required", "on": "on", "off": "off"}[word]) for word in known]


def _password_field() -> str:
    field = Field(
        name="password",
        label="First password",
        id="person-password",
        hint="Empty: none yet; the person cannot log in by password.",
    )
    return text_field(field, kind="password", autocomplete="new-password")


def _chosen(user: User | None, filled: Mapping[str, Any]) -> Collection[str]:
    if filled:
        return texts_of(filled, "tenants")
    if user is None:
        return ()
    return (EVERY,) if user.tenants is None else user.tenants


def _scope(tenants: Sequence[tuple[str, str]], chosen: Collection[str], *, wide: bool) -> str:
    every = [(EVERY, "All tenants, those to come too")] if wide else []
    boxes = "".join(
        f'<label class="check"><input type="checkbox" name="tenants" value="{esc(slug)}"'
        f' id="person-of-{esc(slug)}"{" checked" if slug in chosen else ""}>'
        f'<span class="cut">{esc(said)}</span></label>'
        for slug, said in (*every, *((slug, f"{slug} ({name})") for slug, name in tenants))
    )
    return f'<fieldset class="wide"><legend class="lbl">Scope</legend><div class="allow">{boxes}</div></fieldset>'


def password_dialog(user: User, *, wrong: str = "") -> str:
    """A new password for somebody else, who is logged out by it."""
    ask = Ask(
        title=f"Set the password of {user.name}",
        act="set-password",
        yes="Set password",
        data={"name": user.name},
        wrong=wrong,
    )
    fields = "".join(
        text_field(
            Field(name=name, label=label, id=f"set-{name}", required=True),
            kind="password",
            autocomplete="new-password",
        )
        for name, label in (("password", "New password"), ("again", "Once more"))
    )
    text = tag("p", "All logins of this person end.", class_="t2")
    return dialog(ask, text + fields)


def disable_dialog(user: User, *, wrong: str = "") -> str:
    """No login until it is enabled again."""
    ask = _danger(f"Disable {user.name}", "disable", f"Disable {user.name}", user, wrong)
    text = "Open pages and logins end at once, and tokens open nothing. It can be enabled again."
    return dialog(ask, tag("p", text, class_="t2"))


def retire_dialog(user: User, *, wrong: str = "") -> str:
    """For good."""
    ask = _danger(f"Retire {user.name}", "retire", f"Retire {user.name}", user, wrong)
    text = "For good: logins and tokens end, and nobody gets this name again. Disable keeps the way back."
    return dialog(ask, tag("p", text, class_="t2"))


def codes_dialog(user: User, *, wrong: str = "") -> str:
    """The cure for a lost phone."""
    ask = _danger(f"Reset the codes of {user.name}", "reset-codes", "Reset codes", user, wrong)
    text = "The app's codes open nothing any more. Only do this for a person whom you recognized."
    keep = Field(
        name="require",
        label="Ask for new ones at the next login",
        id="codes-require",
        value="yes",
    )
    return dialog(ask, tag("p", text, class_="t2") + check_field(keep, checked=True))


def _danger(title: str, act: str, yes: str, user: User, wrong: str) -> Ask:
    data = {"name": user.name}
    return Ask(title=title, act=act, yes=yes, data=data, danger=True, wrong=wrong)


# -- reading


def new_user(fields: Mapping[str, Any]) -> NewUser:
    """The person that a form describes."""
    return NewUser(
        name=text_of(fields, "name"),
        role=_role(fields),
        tenants=_tenants(fields),
        full_name=text_of(fields, "full_name"),
        password=secret_of(fields, "password") or None,
        totp=_totp(fields),
        time_zone=text_of(fields, "time_zone"),
    )


def user_changes(user: User, fields: Mapping[str, Any]) -> UserChanges:
    """What an edited form changes of a person."""
    full, role, totp = text_of(fields, "full_name"), _role(fields), _totp(fields)
    zone, tenants = text_of(fields, "time_zone"), _tenants(fields)
    return UserChanges(
        full_name=full if full != user.full_name else None,
        role=role if role != user.role else None,
        totp=totp if totp != user.totp else None,
        time_zone=zone if zone != user.time_zone else None,
        scope=(tenants,) if _set(tenants) != _set(user.tenants) else None,
    )


def _set(tenants: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if tenants is None else frozenset(tenants)


def _tenants(fields: Mapping[str, Any]) -> tuple[str, ...] | None:
    chosen = texts_of(fields, "tenants")
    return None if EVERY in chosen else tuple(sorted(chosen))


def _role(fields: Mapping[str, Any]) -> Role:
    try:
        return Role(text_of(fields, "role"))
    except ValueError as error:
        msg = f"there is no such role; take one of {', '.join(Role)}"
        raise InputError(msg) from error


def _totp(fields: Mapping[str, Any]) -> TotpState:
    said = text_of(fields, "totp") or "off"
    if said not in TOTP_WORDS:
        msg = f"one-time codes are off, required or on; {said!r} is none of these"
        raise InputError(msg)
    return cast("TotpState", said)


def password_of(fields: Mapping[str, Any]) -> str:
    """The new password, typed twice."""
    password = secret_of(fields, "password")
    if password != secret_of(fields, "again"):
        msg = "the two passwords differ; type the same one twice"
        raise InputError(msg)
    return password
