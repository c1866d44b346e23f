"""What people are told of blackholes, and what the audit keeps of them.

What is said within a sitting is told once that is written, many at a time; of one that was not written
nothing is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from netwb.blackhole.engine.parts import ENGINE, EngineParts
from netwb.blackhole.guard.telling import narrowed
from netwb.blackhole.ledger.sitting import Sitting
from netwb.blackhole.records import (
    Answer,
    Blackhole,
    Entry,
    IPNetwork,
    OnRouter,
    Router,
    Saved,
)
from netwb.notify.records import Happening, Observed, Severity
from netwb.store.audit import NewEvent
from netwb.store.notices import LONGEST

HELD, DENIED, ANNOUNCED, ENDED = (
    "blackhole.held",
    "blackhole.denied",
    "blackhole.announced",
    "blackhole.ended",
)
ON_ROUTER, STRAY = "blackhole.router", "blackhole.stray"
SHOWN = 5  # networks of one message


class Telling:
    """Notices and audit events, each with what a person needs to act on it."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts
        self._happenings: list[tuple[str, Happening]] = []
        self._states: list[Observed] = []
        self._events: list[NewEvent] = []

    @contextmanager
    def sitting(self) -> Iterator[Sitting]:
        """One sitting of the ledger, and what is told of it afterwards."""
        try:
            with self._parts.ledger.sitting(self._parts.within) as sitting:
                yield sitting
        except BaseException:
            for said in (self._happenings, self._states, self._events):
                said.clear()
            raise
        self._tell()

    def held(self, one: Blackhole, why: str) -> None:
        """On-call is called: a person must answer."""
        reasons = "; ".join(_said(one, "hold")) or why
        link = self._parts.answer_at(one)
        where = f"; answer it at {link}" if link else ""
        text = _cut(f"{one.prefix} waits for a person: {reasons}", LONGEST - len(where))
        self._happened(HELD, one, "critical", text + where, by=ENGINE)

    def denied(self, entry: Entry) -> None:
        """An attack that nothing is done about.

        Where whoever asked may not act on the address, the audit is of their own tenant.
        """
        one = entry.blackhole
        why = one.end_reason or "; ".join(_said(one, "deny"))
        text = f"{one.prefix} is not blackholed: {why}"
        asker = entry.request.asker_id
        self._happened(DENIED, one, "warning", text, by=ENGINE, asker_id=asker or "")

    def announced(self, one: Blackhole) -> None:
        """It stands."""
        until = f"{one.expires_at:%H:%M} UTC" if one.expires_at else "it is withdrawn"
        text = f"{one.prefix} is blackholed until {until}: {one.reason}"
        self._happened(ANNOUNCED, one, "warning", text, by=ENGINE)

    def ended(self, one: Blackhole) -> None:
        """It stands no more."""
        text = f"{one.prefix} is {one.state}: {one.end_reason or 'its time was up'}"
        self._happened(ENDED, one, "info", text, by=one.ended_by or ENGINE)

    def on_router(self, one: Blackhole, stood: OnRouter) -> None:
        """How it stands on one router, told when that changes."""
        wrong = stood.state == "failed"
        label = stood.router.label
        said = f"{one.network} on {label}: {stood.said}" if wrong else f"{one.network} on {label}"
        self._states.append(
            Observed(
                subject=f"{stood.router.device_id}/{one.network}",
                label=label,
                is_wrong=wrong,
                severity="critical",
                message=said if wrong else f"{said} is as it should be",
            )
        )

    def router(self, router: Router, fault: str) -> None:
        """Whether a router can be reached and read."""
        self._parts.notices.stands(
            ON_ROUTER,
            subject=router.device_id,
            label=router.label,
            is_wrong=bool(fault),
            severity="critical",
            message=fault or f"{router.label} answers, and its routes were read",
        )

    def saved(self, router: Router, saved: Saved) -> None:
        """Whether its configuration was saved after a change of ours."""
        text = (
            f"the configuration of {router.label} is saved"
            if saved.saved
            else f"the configuration of {router.label} is not saved, and netwb puts its routes back"
            f" after a reboot: {saved.why}"
        )
        self._parts.notices.stands(
            ON_ROUTER,
            subject=f"{router.device_id}/saved",
            label=router.label,
            is_wrong=not saved.saved,
            severity="warning",
            message=text,
        )

    def strays(self, router: Router, found: Iterable[IPNetwork]) -> None:
        """Routes that look like ours and are not; never removed by netwb."""
        named = ", ".join(sorted(map(str, found))[:SHOWN])
        text = f"{named} stands on {router.label} and is none of netwb's; look whose it is there"
        self._parts.notices.stands(
            STRAY,
            subject=router.device_id,
            label=router.label,
            is_wrong=bool(named),
            severity="critical",
            message=text if named else f"nothing stands on {router.label} that is none of netwb's",
        )

    def _happened(  # noqa: PLR0913 - each by its name
        self,
        kind: str,
        one: Blackhole,
        severity: Severity,
        text: str,
        *,
        by: str,
        asker_id: str = "",
    ) -> None:
        tenant_id, network = one.tenant_id or "", str(one.network)
        happening = Happening(
            tenant_id=tenant_id,
            subject=one.id,
            label=one.prefix,
            severity=severity,
            message=text,
            detail={"network": network, "state": one.state, "reach": one.reach},
        )
        self._happenings.append((kind, happening))
        detail = {
            "id": one.id,
            "state": one.state,
            "reach": one.reach,
            "asked_by": one.requested_by,
            "reasons": _said(one, one.answer),
            "why": one.end_reason or one.reason,
        }
        whose = tenant_id or asker_id
        self._events.append(
            NewEvent(actor=by, action=kind, target=network, tenant_id=whose, detail=detail)
        )
        if one.commands or one.routers:  # of the provider's routers no tenant reads
            self._events.append(_at_routers(one, by))

    def _tell(self) -> None:
        """What could not be written is told the next time."""
        for kind in dict.fromkeys(kind for kind, _ in self._happenings):
            some = [one for of, one in self._happenings if of == kind]
            self._parts.notices.happened_many(kind, some)
            self._happenings = [one for one in self._happenings if one[0] != kind]
        self._parts.notices.stands_many(ON_ROUTER, self._states)
        self._states.clear()
        self._parts.audit.append_many(self._events)
        self._events.clear()


def _at_routers(one: Blackhole, by: str) -> NewEvent:
    routers = {f"{on.router.role} {on.router.label}": on.said or on.state for on in one.routers}
    commands = {label: list(lines) for label, lines in one.commands.items()}
    return NewEvent(
        actor=by,
        action="blackhole.routers",
        target=str(one.network),
        detail={"id": one.id, "commands": commands, "routers": routers},
    )


def _said(one: Blackhole, answer: Answer) -> list[str]:
    """What led to that answer, as anybody whose address it is may read it."""
    return [reason.text for reason in narrowed(one.reasons) if reason.answer == answer]


def _cut(text: str, most: int) -> str:
    """A link that follows stays whole: what is cut off it would read as altered."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
