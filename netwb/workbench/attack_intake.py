"""What detectors post: judged by who signed it and from where it came, stored, and answered at once.

Nobody of netwb asks here: a sender's key is what lets it in. The same words refuse an unknown sender and
a wrong signature; the log says which it was.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING, Literal

from netwb.blackhole.attack_records import AttackEvent, Sender
from netwb.errors import InputError, NotAuthenticatedError, StoreError
from netwb.loading import lazy
from netwb.workbench.face import Face

if TYPE_CHECKING:
    from netwb.blackhole import senders as _senders
    from netwb.blackhole.events import advanced as _advanced
    from netwb.blackhole.events import arriving as _arriving
    from netwb.blackhole.guard import space as _space
    from netwb.blackhole.senders import OpenSender
    from netwb.store import ids as _ids
else:
    _advanced = lazy("netwb.blackhole.events.advanced")
    _arriving = lazy("netwb.blackhole.events.arriving")
    _space = lazy("netwb.blackhole.guard.space")
    _senders = lazy("netwb.blackhole.senders")
    _ids = lazy("netwb.store.ids")

logger = logging.getLogger(__name__)

UNKNOWN = (
    "no sender that netwb knows signed this, from an address that it reports from; give its script the"
    " sender's name and key, and netwb the networks that it reports from"
)
REFUSED = "attack.refused"  # in the audit
CALLBACK = "cb-"  # how ids begin that netwb gives, where the sender gives none


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of a post.

    how   new; again: the very same message is stored already; test: nothing follows from it
    """

    message_id: str
    how: Literal["new", "again", "test"]


class AttackIntakeFace(Face):
    """`hear_attack`, `hear_callback`."""

    def hear_attack(self, headers: Mapping[str, str], body: bytes, *, address: str) -> Heard:
        """Store a signed event. Raises NotAuthenticatedError, InputError for what is no event.

        address   from which it came
        """
        self._require_local("what detectors report")
        name = _header(headers, _arriving.SENDER_HEADER)
        sender = self._signing(name, address)
        found = _arriving.receive(headers, body, now=self._parts.clock(), keys=sender.keys)
        if isinstance(found, _arriving.Refusal):
            self._refused(name, found.name, address)
            logger.warning("event of sender %s from %s: %s", name, address, found.text)
            if found.name in {"too-large", "unreadable"}:  # the event is at fault, not the way
                raise InputError(found.text)
            raise NotAuthenticatedError(UNKNOWN if found.name == "bad-signature" else found.text)
        self._note_heard(sender.sender)
        if found.event is None:
            return Heard(message_id=found.message_id, how="test")
        return self._stored(sender.sender.id, found.message_id, found.event)

    def hear_callback(self, secret: str, body: bytes, *, address: str) -> Heard:
        """Store what FastNetMon Advanced posts to its secret path, which cannot sign."""
        self._require_local("what detectors report")
        sender = self._parts.attacks.senders.of_callback(secret)
        if sender is None or not sender.networks or not _senders.reports_from(sender, address):
            self._refused("" if sender is None else sender.name, "bad-callback", address)
            raise NotAuthenticatedError(UNKNOWN)
        event = _advanced.parse(body)
        self._note_heard(sender)
        return self._stored(sender.id, CALLBACK + _ids.new_id(), event)

    def _refused(self, sender: str, why: str, address: str) -> None:
        """Audit what was not believed; what repeats is counted. `sender`: "" for none that is known.

        That it cannot be audited lets nobody in.
        """
        detail = {"why": why, "from": address}
        try:
            self._parts.access.denials.note(
                "unknown" if not sender else f"sender:{sender}", REFUSED, sender, detail=detail
            )
        except StoreError as error:
            logger.warning("a refused event is not audited: %s", error)

    def _signing(self, name: str, address: str) -> OpenSender:
        for one in self._parts.attacks.senders.open():
            if one.sender.name == name and one.reports_from(address):
                return one
        self._refused("", "unknown-sender", address)
        logger.warning("event of sender %s from %s: there is no such sender there", name, address)
        raise NotAuthenticatedError(UNKNOWN)

    def _note_heard(self, sender: Sender) -> None:
        """Nothing is asked where it was read just now that it was heard lately: a flood has thousands."""
        at = sender.heard_at
        if at is None or self._parts.clock() - at >= _senders.HEARD_EVERY:
            self._parts.attacks.senders.heard(sender.id)

    def _stored(self, sender_id: str, message_id: str, event: AttackEvent) -> Heard:
        prefix = None
        if event.address is not None:
            network = ip_network(event.address)
            prefix = _space.strictest(self._parts.attacks.space.all(), network)
        taken = self._parts.attacks.events.take_in(
            sender_id, message_id, event, tenant_id=None if prefix is None else prefix.tenant_id
        )
        return Heard(message_id=message_id, how="new" if taken.how == "new" else "again")


def _header(headers: Mapping[str, str], wanted: str) -> str:
    return next((value for name, value in headers.items() if name.lower() == wanted), "")[:100]
