"""From a person's groups elsewhere to a role and tenants here. Pure.

`noc=operator:*; acme-staff=customer:acme,umbra`: group, role, tenants by slug or `*` for all. The
first entry whose group the person is in counts; who is in none may not come in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from netwb.errors import SettingsError
from netwb.roles import Role


@dataclass(frozen=True, slots=True)
class GroupRight:
    """What the people of one group get; `tenants` None: all."""

    group: str
    role: Role
    tenants: tuple[str, ...] | None


def parse_group_rights(text: str) -> tuple[GroupRight, ...]:
    """In their order; SettingsError names the entry that cannot be read."""
    return tuple(_parse(entry.strip()) for entry in text.split(";") if entry.strip())


def right_of(rights: Collection[GroupRight], groups: Collection[str]) -> GroupRight | None:
    """The first that fits."""
    return next((right for right in rights if right.group in groups), None)


def _parse(entry: str) -> GroupRight:
    group, equals, right = entry.rpartition("=")
    role, colon, places = right.partition(":")
    tenants = tuple(slug.strip() for slug in places.split(",") if slug.strip())
    known = {str(one): one for one in Role}
    if not (group.strip() and equals and colon and tenants) or role.strip() not in known:
        msg = (
            f"setting access.oidc_rights: {entry!r} is not understood; write group=role:tenant,"
            f" or group=role:*; roles are {', '.join(known)}"
        )
        raise SettingsError(msg)
    every = tenants == ("*",)
    return GroupRight(group.strip(), known[role.strip()], None if every else tenants)
