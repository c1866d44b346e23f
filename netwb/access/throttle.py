"""How long the next try of a login waits. Counted in SQL: a restart forgets nothing.

A try is counted before its password is looked at, so that a hundred at once are a hundred tries. A
right password takes its own try back. Three counts, each forgotten after a quiet hour:

- account and address together: after 3 wrong ones 1, 2, 4 ... s, at most 15 minutes
- an address, whatever it tries: after 20 wrong ones the same
- an account, from wherever it is tried: after 20 wrong ones at most 30 s, which slows a crowd of
  addresses down and leaves the person in between

A browser that this account logged in from before is known by a device cookie and counts for itself
alone: whoever tries that account from elsewhere, or from behind the same address, delays it by
nothing. So nobody is locked out for good by what others do.
Source: OWASP Authentication Cheat Sheet, and its "Device Cookies".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from netwb.errors import LoginThrottledError
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.inserting import insert_absent
from netwb.store.models import LoginThrottleRow

QUIET = timedelta(hours=1)
LONGEST_S = 900.0
IPV6_SITE = 64  # bits; one customer has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One thing that is counted: after `free` wrong tries the delay doubles up to `longest_s`."""

    key: str
    free: int
    longest_s: float

    def delay_s(self, tries: int) -> float:
        """How long the next try waits after so many wrong ones."""
        beyond = tries - self.free
        return 0.0 if beyond <= 0 else min(self.longest_s, 2.0 ** min(beyond - 1, 30))


def counts_of(name: str, address: str, device: str) -> tuple[Count, ...]:
    """What a try counts for; `device` is the proven id of a known device, or empty."""
    account, place = name.casefold(), _place(address)
    if device:
        return (Count(key=_key("device", account, device), free=3, longest_s=LONGEST_S),)
    return (
        Count(key=_key("both", account, place), free=3, longest_s=LONGEST_S),
        Count(key=_key("address", place), free=20, longest_s=LONGEST_S),
        Count(key=_key("account", account), free=20, longest_s=30.0),
    )


class Throttle:
    """Counts tries."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def take(self, counts: Sequence[Count]) -> None:
        """Count one try, wrong until it is given back; LoginThrottledError where one has to wait.

        A try that has to wait is not counted: waiting ends, however often somebody asks.
        """
        now = self._clock()
        self._refuse_waiting(counts, now)
        with self._database.writing(ALL_TENANTS) as session:
            rows = _held(session, counts, now)
            wait_s = max((row.until - now).total_seconds() for row in rows.values())
            if wait_s > 0:
                raise throttled(wait_s)
            for count in counts:
                row = rows[count.key]
                row.tries += 1
                row.tried_at = now
                row.until = _until(count, row.tries, now)
            session.execute(delete(LoginThrottleRow).where(LoginThrottleRow.tried_at < now - QUIET))

    def _refuse_waiting(self, counts: Sequence[Count], now: datetime) -> None:
        """By a read alone: a flood of tries that have to wait is no flood of writes."""
        keys = [count.key for count in counts]
        query = select(LoginThrottleRow.until).where(LoginThrottleRow.key.in_(keys))
        with self._database.reading(ALL_TENANTS) as session:
            until = max(session.scalars(query), default=now)
        if until > now:
            raise throttled((until - now).total_seconds())

    def give_back(self, counts: Sequence[Count]) -> None:
        """That try was none: take it off each count. The delay of earlier wrong ones stays."""
        now = self._clock()
        with self._database.writing(ALL_TENANTS) as session:
            rows = _held(session, counts, now)
            for count in counts:
                row = rows[count.key]
                row.tries = max(0, row.tries - 1)
                row.until = min(row.until, _until(count, row.tries, now))

    def forgive(self, counts: Sequence[Count]) -> None:
        """The person is in: what it mistyped from there is forgotten, the other counts go on."""
        self.give_back(counts)
        with self._database.writing(ALL_TENANTS) as session:
            first = LoginThrottleRow.key == counts[0].key
            session.execute(delete(LoginThrottleRow).where(first))


def _until(count: Count, tries: int, now: datetime) -> datetime:
    """Until when the next try waits. Where it need not, that is long ago: of two tries at once, the
    one that read its clock first must not wait for the other's.
    """
    delay_s = count.delay_s(tries)
    return now + timedelta(seconds=delay_s) if delay_s else now - QUIET


def throttled(wait_s: float) -> LoginThrottledError:
    """The sentence, and the wait in whole seconds at least one."""
    whole = max(1, round(wait_s + 0.5))
    return LoginThrottledError(
        f"too many wrong tries; the next one can be made in {whole} s", retry_after_s=whole
    )


def _held(session: Session, counts: Sequence[Count], now: datetime) -> dict[str, LoginThrottleRow]:
    """The rows of these counts, made where absent, held until the commit; quiet ones begin anew."""
    keys = sorted(count.key for count in counts)  # one order, so that no two wait for each other
    for key in keys:
        insert_absent(session, LoginThrottleRow(key=key, tries=0, tried_at=now, until=now - QUIET))
    query = select(LoginThrottleRow).where(LoginThrottleRow.key.in_(keys))
    rows = session.scalars(query.order_by(LoginThrottleRow.key).with_for_update())
    found = {row.key: row for row in rows}
    for row in found.values():
        if row.tried_at < now - QUIET:
            row.tries, row.until = 0, now - QUIET
    return found


def _place(address: str) -> str:
    """One address, or one IPv6 site."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{int(found) >> (128 - IPV6_SITE):x}/{IPV6_SITE}"


def _key(*parts: str) -> str:
    """A digest: what was typed as a name may be a password."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
