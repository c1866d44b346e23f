"""Forms of people: the dialogs as markup, and what a filled one says. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from netwb.access.password_rule import check_password
from netwb.access.records import NewUser, TotpState, User, UserChanges
from netwb.errors import InputError
from netwb.faults import Faults
from netwb.roles import Role
from netwb.views.admin.people import TOTP_WORDS
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
    tick_fields,
)
from netwb.views.html import tag
from netwb.views.rights import named

EVERY = "*"  # of a form: all tenants


def person_dialog(
    user: User | None,
    tenants: Sequence[tuple[str, str]],
    filled: Mapping[str, Any],
    *,
    wide: bool,
    wrong: str = "",
) -> str:
    """Somebody new, or what may be changed of a person. `tenants`: (slug, name) to choose from."""
    fields = _person_fields(user, {name: text_of(filled, name) for name in filled})
    if user is None:
        ask = Ask(title="Add person", act="save-person", yes="Add person", data={}, wrong=wrong)
    else:
        data = {"name": user.name}
        ask = Ask(title=f"Edit {user.name}", act="save-person", yes="Save", data=data, wrong=wrong)
    content = (
        ("" if user else text_field(fields["name"], autofocus=True, autocapitalize="none"))
        + text_field(fields["full_name"])
        + select_field(fields["role"], [(item.value, item.value) for item in Role])
        + ("" if user else _password_field())
        + select_field(fields["totp"], _codes(user))
        + text_field(fields["time_zone"])
        + _scope(tenants, _chosen(user, filled), wide=wide)
    )
    return dialog(ask, content, two_columns=True)


def _person_fields(user: User | None, said: Mapping[str, str]) -> dict[str, Field]:
    """By name; each as it was filled in, else as the person is."""

    def field(name: str, label: str, now: str, hint: str = "", *, required: bool = False) -> Field:
        """What was typed; `now` where nothing was."""
        return Field(
            name=name,
            label=label,
            id=f"person-{name}",
            value=said.get(name, now),
            hint=hint,
            required=required,
        )

    name_hint = "Letters, digits, dot, dash, underscore and @; it stays."
    zone_hint = "Europe/Berlin; empty: the server's"
    fields = (
        field("name", "Login name", "", name_hint, required=True),
        field("full_name", "Full name", user.full_name if user else ""),
        field("role", "Role", user.role if user else Role.VIEWER),
        field("totp", "One-time codes", user.totp if user else "off"),
        field("time_zone", "Time zone", user.time_zone if user else "", zone_hint),
    )
    return {one.name: one for one in fields}


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
    return tick_fields("Scope", "tenants", [*every, *named(tenants)], chosen, of="person-")


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


def password_of(user: User, fields: Mapping[str, Any]) -> str:
    """The new password, typed twice; all that is wrong with it in the error's `faults`."""
    password = secret_of(fields, "password")
    found = Faults()
    with found.of("password"):
        check_password(user.name, password)
    with found.of("again"):
        if password != secret_of(fields, "again"):
            msg = "the two passwords differ; type the same one twice"
            raise InputError(msg)
    found.settle()
    return password
