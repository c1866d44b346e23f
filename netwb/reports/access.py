"""Who could do what in a month, out of the audit trail and today's tables. Pure.

The trail says what happened; the tables say only how it is today. So a person or a token is shown as
of today, with what changed in the month and behind it, and nobody has to trust a picture of then that
netwb never took.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from netwb.access.records import Token, User
from netwb.reports.records import Bounds, Denied, Entry, PersonNow, TokenNow

RIGHTS = ("user.", "token.", "wall.", "sender.", "session.end", "keys.renew")
LOGIN, REFUSED = "login", "login.refused"
DENIED = "denied."
REVEALS = ("config.reveal", "config.restore", "quarantine.reveal", "quarantine.show")
QUARANTINE = ("quarantine.accept", "quarantine.discard")
BLACKHOLES = ("blackhole.approve", "blackhole.deny")
READ = (*RIGHTS, LOGIN, DENIED, *REVEALS, *QUARANTINE, *BLACKHOLES)  # what the trail is asked for
_OF_A_PERSON = ("user.", "token.")


def is_of(entry: Entry, actions: Iterable[str]) -> bool:
    """Whether the event is one of those; a name that ends with a dot is a whole family."""
    return any(
        entry.action.startswith(one) if one.endswith(".") else entry.action == one
        for one in actions
    )


def people_of(
    users: Iterable[User],
    month: Bounds,
    *,
    within: Sequence[Entry],
    later: Sequence[Entry],
    tenant: str = "",
) -> tuple[PersonNow, ...]:
    """Who was there in the month, by name.

    tenant   only who could reach that one, today or by a change of the month
    """
    logins = Counter(one.actor for one in within if one.action == LOGIN)
    after = Counter(one.target for one in later if is_of(one, _OF_A_PERSON))
    touched = {one.target for one in within if is_of(one, _OF_A_PERSON)}
    retired_in = {one.target for one in (*within, *later) if one.action == "user.retire"}
    found = []
    for user in sorted(users, key=lambda one: one.name.casefold()):
        gone = user.status == "retired" and user.name not in retired_in
        reaches = not tenant or user.tenants is None or tenant in user.tenants
        if user.created_at >= month.until or gone or not (reaches or user.name in touched):
            continue
        found.append(
            PersonNow(
                name=user.name,
                full_name=user.full_name,
                role=user.role,
                tenants=user.tenants,
                source=user.source,
                status=user.status,
                totp=user.totp,
                created_at=user.created_at,
                seen_at=user.seen_at,
                logins=logins[user.name],
                changed_since=after[user.name],
            )
        )
    return tuple(found)


def tokens_of(
    tokens: Iterable[Token], people: Iterable[PersonNow], month: Bounds
) -> tuple[TokenNow, ...]:
    """Those of these people that opened something at any moment of the month, by owner and age."""
    owners = {one.name for one in people}
    return tuple(
        TokenNow(
            id=one.id,
            user=one.user,
            note=one.note,
            role=one.role,
            tenants=one.tenants,
            rights=None if one.allow is None else tuple(map(str, one.allow)),
            networks=one.networks,
            created_at=one.created_at,
            created_by=one.created_by,
            expires_at=one.expires_at,
            revoked_at=one.revoked_at,
            used_at=one.used_at,
        )
        for one in sorted(tokens, key=lambda one: (one.user.casefold(), one.created_at))
        if one.user in owners
        and one.created_at < month.until
        and one.expires_at > month.since
        and (one.revoked_at is None or one.revoked_at > month.since)
    )


def denied_of(entries: Iterable[Entry]) -> tuple[Denied, ...]:
    """Denials and refused logins, the same of the same one together, the most first.

    An event with `repeats` stands for so many more.
    """
    groups: dict[tuple[str, str, str], list[Entry]] = {}
    for one in entries:
        if is_of(one, (DENIED, REFUSED)):
            groups.setdefault((one.actor, one.action, one.target), []).append(one)
    found = [
        Denied(
            actor=actor,
            action=action,
            target=target,
            times=sum(_times(one.detail) for one in group),
            first_at=group[0].at,
            last_at=group[-1].at,
            reason=str(group[0].detail.get("reason", "")),
        )
        for (actor, action, target), group in groups.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.times, one.first_at, one.actor)))


def _times(detail: Mapping[str, object]) -> int:
    repeats = detail.get("repeats", 1)
    return repeats if isinstance(repeats, int) else 1
