"""What a simulated agent sends back for one packet. Pure but for the moment that it is asked at.

A wrong community is met with silence, as every agent does it. An answer that would not fit is cut to
what fits (GETBULK, RFC 3416 section 4.2.3) or is tooBig.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from netwb.lab.snmp.ber import (
    END_OF_VIEW,
    GET,
    GET_BULK,
    NO_SUCH_INSTANCE,
    NULL,
    BerError,
    Oid,
    Request,
    element,
    oid_content,
    parse_request,
    response,
)
from netwb.lab.snmp.device import Agent, AgentFault
from netwb.lab.snmp.mib import IFX, Mib, View, varbind

LONGEST = 1472  # octets of an answer: what one Ethernet frame holds of UDP over IPv4
_ENVELOPE = 60  # octets of a message around its varbinds, a long community included
_TOO_BIG, _GENERAL = 1, 5
_MOST_REPETITIONS = 200
_FEW_REPETITIONS = 10  # all that an agent with short answers bears
_HALF = (*IFX, 10)  # a half table ends before this column: octets in, none out


class Answering:
    """One agent; counts what it was asked."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._mib = Mib(agent)
        self.requests = 0
        self.refused = 0  # of another community

    def answer(self, packet: bytes, now: float, fault: AgentFault | None) -> bytes | None:
        """The answer's octets; None: silence."""
        try:
            request = parse_request(packet)
        except BerError:
            return None
        if request.community != self._agent.community:
            self.refused += 1
            return None
        self.requests += 1
        if fault == "too_big" or (fault == "short_answers" and _is_long(request)):
            return response(request, _TOO_BIG, 0, ())
        if fault == "half_table" and request.kind != GET and request.oids[0] >= _HALF:
            nulls = (varbind(oid_content(oid), element(NULL, b"")) for oid in request.oids)
            return response(request, _GENERAL, 1, nulls)
        return response(request, 0, 0, _varbinds(request, self._mib.at(now), now))


def _is_long(request: Request) -> bool:
    return request.kind == GET_BULK and request.second > _FEW_REPETITIONS


def _varbinds(request: Request, view: View, now: float) -> Iterator[bytes]:
    if request.kind == GET:
        for oid in request.oids:
            yield view.get(oid, now) or _nothing(oid, NO_SUCH_INSTANCE)
    elif request.kind == GET_BULK:
        yield from _bulk(request, view, now)
    else:
        for oid in request.oids:
            yield next((bound for _, bound in view.after(oid, now)), _nothing(oid, END_OF_VIEW))


def _bulk(request: Request, view: View, now: float) -> Iterator[bytes]:
    """One column a request, as a walk asks: so many rows as fit."""
    left = LONGEST - _ENVELOPE
    last = request.oids[0]
    most = min(request.second, _MOST_REPETITIONS)
    given = 0
    for oid, bound in islice(view.after(last, now), most):
        left -= len(bound)
        if left < 0:
            return
        last, given = oid, given + 1
        yield bound
    if given < most:
        yield _nothing(last, END_OF_VIEW)


def _nothing(oid: Oid, tag: int) -> bytes:
    return varbind(oid_content(oid), element(tag, b""))
