"""Ask for a blackhole, and answer one that is held, on the facade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from netwb.blackhole.records import (
    Approval,
    Blackhole,
    Entry,
    IPNetwork,
    Reach,
    Reason,
    Request,
    State,
)
from netwb.errors import NotPermittedError
from netwb.loading import lazy
from netwb.roles import ALL_TENANTS, Permission, Role
from netwb.workbench.blackhole_admins import BlackholeAdminsFace
from netwb.workbench.blackhole_records import (
    DRY,
    BlackholeAnswer,
)
from netwb.workbench.blackholes import CALM, TRIES, WAIT_S, require_reason

if TYPE_CHECKING:
    from netwb.blackhole.guard import approving as _approving
    from netwb.blackhole.guard import prefixes as _prefixes
else:
    _approving = lazy("netwb.blackhole.guard.approving")
    _prefixes = lazy("netwb.blackhole.guard.prefixes")

DONE: frozenset[State] = CALM | {"announced"}


class BlackholeAskingFace(BlackholeAdminsFace):
    """`blackhole`, `approve`, `deny`, and what would come of each."""

    def blackhole(  # noqa: PLR0913 - each by its name
        self,
        prefix: str,
        *,
        minutes: int | None = None,
        reason: str,
        reach: Reach | None = None,
        break_glass: bool = False,
        dry_run: bool = False,
        once_key: str | None = None,
        wait_s: float = WAIT_S,
    ) -> BlackholeAnswer:
        """Ask that a host's traffic be dropped; a bare address is its /32 or /128.

        minutes      None: as `blackhole.minutes` says
        break_glass  without a second person, for an engineer who says why
        dry_run      what the guard answers and what would be typed; no router is touched
        once_key     a repeat with the same key gives what the first one gave
        Raises InputError for what is no prefix of a host. A denial is an answer and no error.
        """
        self._require(Permission.BLACKHOLE_REQUEST)
        request = self._request(prefix, minutes, reason, reach=reach, break_glass=break_glass)
        if dry_run:
            return self._would(request)
        begun = self._new_engine().asking.ask(request, once_key=once_key)
        one = begun.entry.blackhole
        tenants = self._scope.tenants
        if tenants is not None and one.tenant_id not in tenants:  # nobody's, or another tenant's
            outside = replace(one, id="", tenant_id=request.asker_id, state="denied")
            self._audit_request(request, outside, "refused: deny")
            return self._would(request)
        if begun.how == "repeat" and begun.verdict is not None and begun.verdict.answer != "allow":
            self._audit_request(request, one, f"refused: {begun.verdict.answer}")
            return self._answer_of(one, reasons=begun.verdict.reasons, repeat=True)
        self._audit_request(request, one, begun.how)
        if one.state not in CALM:
            one = self._awaited(one.id, DONE, wait_s)
        answer = self._answer_of(one, repeat=begun.how != "new")
        if not break_glass or begun.how == "again" or answer.answer == "deny":
            return answer
        told = self._tell_admins(request, begun.entry.blackhole)
        return replace(answer, reasons=(*answer.reasons, told))

    def blackhole_would(self, reference: str) -> BlackholeAnswer:
        """What the guard answers about a held one now, and what would be typed if it is approved."""
        self._require(Permission.BLACKHOLE_VIEW)
        entry = self._entry(reference)
        request = entry.request
        return (
            self._would(request)
            if self._scope.tenants is None
            else self._answer_of(entry.blackhole)
        )

    def may_approve(self, reference: str) -> Reason:
        """Whether who asks may approve that one, and why; `allow` or `deny`."""
        self._require(Permission.BLACKHOLE_VIEW)
        lacks = Permission.BLACKHOLE_APPROVE not in self._actor.permissions
        if lacks:
            text = "Your role may not approve; an operator, engineer or admin may"
            return Reason(guard="approver", answer="deny", text=text)
        return self._may_say(_approving.may_approve, self._found(reference))

    def approve(
        self,
        reference: str,
        *,
        minutes: int | None = None,
        seen: int | None = None,
        wait_s: float = WAIT_S,
    ) -> BlackholeAnswer:
        """Say as a person that a held one be announced; NotPermittedError for who asked for it.

        minutes   for so long at most
        seen      only where that is its `version` still; ChangedSinceError
        """
        self._require(Permission.BLACKHOLE_APPROVE)
        entry = self._entry(reference)
        self._require_seen(entry.blackhole, seen)
        self._require_answer(_approving.may_approve, entry.blackhole, "approve")
        given = Approval(
            person=self._person, name=self._actor.name, at=self._parts.clock(), minutes=minutes
        )
        engine = self._parts.engine
        approved = self._approved(entry, given, seen)
        self._audit_step("blackhole.approve", approved.blackhole, {"minutes": minutes})
        asked = engine.ledger.ask_again(approved, engine.asking(), within=engine.within)
        one = asked[0].blackhole if asked is not None else self._found(entry.blackhole.id)
        if one.state not in CALM:
            one = self._awaited(one.id, DONE, wait_s)
        return self._answer_of(one)

    def deny(self, reference: str, *, reason: str, seen: int | None = None) -> Blackhole:
        """Say as a person that a held one shall not be. `seen`: as of `approve`."""
        self._require(Permission.BLACKHOLE_REQUEST)
        require_reason(reason)
        entry = self._entry(reference)
        if entry.request.person != self._person:  # whoever asked takes it back
            self._require(Permission.BLACKHOLE_APPROVE)
        self._require_seen(entry.blackhole, seen)
        self._require_answer(_approving.may_deny, entry.blackhole, "deny")
        ledger = self._parts.engine.ledger
        for _ in range(TRIES):  # on-call may be called at the same moment
            moved = ledger.move(entry, "denied", by=self._actor.name, why=reason)
            if moved is not None:
                self._audit_step("blackhole.deny", moved.blackhole, {"reason": reason})
                return self._found(moved.blackhole.id)
            entry = ledger.entry(entry.blackhole.id)
            self._require_seen(entry.blackhole, seen)
            self._require_answer(_approving.may_deny, entry.blackhole, "deny")
        raise self._changed(entry.blackhole)

    # -- what is asked, and what is answered

    def _request(
        self,
        prefix: str,
        minutes: int | None,
        reason: str,
        *,
        reach: Reach | None,
        break_glass: bool,
    ) -> Request:
        actor = self._actor
        if break_glass and actor.role not in {Role.ENGINEER, Role.ADMIN}:
            with self._denials_audited("blackhole.break_glass", prefix):
                msg = f"{actor.name} may not break the glass; an engineer or admin may"
                raise NotPermittedError(msg)
        require_reason(reason)
        return Request(
            network=_prefixes.parse_prefix(prefix),
            alarm=False,
            by=actor.name,
            person=self._person,
            tenants=actor.scope.tenants,
            reason=reason,
            customer=actor.role is Role.CUSTOMER,
            machine=self._who.reference.startswith("token:"),
            minutes=minutes,
            reach=reach,
            break_glass=break_glass,
        )

    def _would(self, request: Request) -> BlackholeAnswer:
        parts = self._parts.engine
        verdict = parts.asking()(request, parts.ledger.standing(parts.within))
        commands = {}
        if verdict.answer != "deny" and self._scope.tenants is None:
            commands = self._commands(request.network, verdict.reach)
        return BlackholeAnswer(
            id="",
            network=request.network,
            state=DRY[verdict.answer],  # type: ignore[arg-type]  # its three words
            answer=verdict.answer,
            reasons=verdict.reasons,
            commands=commands,
            reach=verdict.reach,
            tenant=None if verdict.prefix is None else verdict.prefix.tenant,
            expires_at=None if verdict.answer == "deny" else verdict.expires_at,
            shadow=verdict.shadow,
        )

    def _commands(self, network: IPNetwork, reach: Reach) -> dict[str, tuple[str, ...]]:
        parts = self._parts.engine
        return {
            router.label: parts.triggers.commands(router, [network], reach)
            for router in parts.routers.list(ALL_TENANTS, "trigger")
        }

    def _answer_of(
        self, one: Blackhole, *, reasons: tuple[Reason, ...] | None = None, repeat: bool = False
    ) -> BlackholeAnswer:
        one = self._found(one.id)  # as this scope may read it
        commands = one.commands
        if not commands and one.state in {"held", "intended"} and self._scope.tenants is None:
            commands = self._commands(one.network, one.reach)
        return BlackholeAnswer(
            id=one.id,
            network=one.network,
            state=one.state,
            answer=one.answer,
            reasons=one.reasons if reasons is None else reasons,
            commands=commands,
            reach=one.reach,
            tenant=one.tenant,
            expires_at=one.expires_at,
            shadow=one.state == "shadow",
            repeat=repeat,
            blackhole=one,
        )

    def _approved(self, entry: Entry, given: Approval, seen: int | None) -> Entry:
        """On-call may be called at the same moment, which changes the row."""
        ledger = self._parts.engine.ledger
        for _ in range(TRIES):
            approved = ledger.approve(entry, given)
            if approved is not None:
                return approved
            entry = ledger.entry(entry.blackhole.id)
            self._require_seen(entry.blackhole, seen)
            self._require_answer(_approving.may_approve, entry.blackhole, "approve")
        raise self._changed(entry.blackhole)

    def _may_say(self, question: Callable[..., Reason], one: Blackhole) -> Reason:
        reason: Reason = question(
            one,
            person=self._person,
            tenants=self._actor.scope.tenants,
            now=self._parts.clock(),
            hold_minutes=self._parts.settings.blackhole.hold_minutes,
        )
        return reason

    def _require_answer(self, question: Callable[..., Reason], one: Blackhole, what: str) -> None:
        reason = self._may_say(question, one)
        if reason.answer == "deny":
            with self._denials_audited(f"blackhole.{what}", str(one.network)):
                raise NotPermittedError(f"{one.prefix}: {reason.text}")

    def _audit_request(self, request: Request, one: Blackhole, how: str) -> None:
        detail = {
            "id": one.id,
            "state": one.state,
            "how": how,
            "minutes": request.minutes,
            "reason": request.reason,
            "break_glass": request.break_glass,
        }
        self._audit(
            "blackhole.request", str(request.network), tenant_id=one.tenant_id or "", detail=detail
        )
