"""The audit chain's arithmetic: the code of one link, and what a walk along the links finds. Pure.

Each link is authenticated with the code of the link before it (HMAC-SHA256 over canonical bytes), so
that nobody without the key can change, take out, swap or forge one. What was cut off at the end
shows against the head, which is kept apart. What a link says can be erased, by who has the key, when
a tenant's data must go: its number, time and code stay, so that the chain goes on over it, and a
code of its own proves that netwb erased it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from netwb.store.canonical import canonical_json, instant

GENESIS = "0" * 64  # what the first link names as the one before it
ERASED = "erased"  # action of a link whose words are gone
SHORT = 16  # hex digits of a code that a Git trailer carries

ProblemKind = Literal["changed", "missing", "misplaced", "cut", "head", "unwitnessed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One event as it is authenticated; `detail` is canonical JSON."""

    seq: int
    at: datetime
    actor: str
    action: str
    tenant_id: str
    target: str
    detail: str
    previous: str
    mac: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Number and code of the newest link; 0 and GENESIS for an empty chain."""

    seq: int
    mac: str

    def short(self) -> str:
        """`17:0123456789abcdef`, for a place outside of the database."""
        return f"{self.seq}:{self.mac[:SHORT]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditProblem:
    """One place where the chain is not what was written.

    changed      a field of the link, or its number, is another one; or it was forged
    missing      links before this one are gone
    misplaced    the link does not follow the one before it
    cut          links at the end are gone
    head         the head is gone or was changed
    unwitnessed  a head that was noted elsewhere is not in the chain
    """

    seq: int
    kind: ProblemKind
    message: str


def link_code(key: bytes, link: Link) -> str:
    """HMAC-SHA256 of the link without its own code, as hex."""
    text = canonical_json(
        {
            "seq": link.seq,
            "at": instant(link.at),
            "actor": link.actor,
            "action": link.action,
            "tenant_id": link.tenant_id,
            "target": link.target,
            "detail": link.detail,
            "previous": link.previous,
        }
    )
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def erased(key: bytes, link: Link) -> Link:
    """The link without what it said; the code of what it was stays, for the link after it."""
    bare = replace(link, actor="", action=ERASED, target="", detail="")
    return replace(bare, detail=canonical_json({ERASED: _erasure_code(key, bare)}))


def _erasure_code(key: bytes, bare: Link) -> str:
    text = canonical_json(
        {
            ERASED: bare.seq,
            "at": instant(bare.at),
            "tenant_id": bare.tenant_id,
            "previous": bare.previous,
            "mac": bare.mac,
        }
    )
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _is_genuine(key: bytes, link: Link) -> bool:
    if link.action == ERASED and erased(key, link) == link:
        return True
    return hmac.compare_digest(link_code(key, link), link.mac)


def problems(
    key: bytes, links: Iterable[Link], head: Head | None, witnesses: Collection[str] = ()
) -> Iterator[AuditProblem]:
    """Walk the links, oldest first, and give what is wrong, as it is met.

    witnesses    `Head.short()` values that were noted elsewhere; each must be in the chain
    """
    unseen = set(witnesses)
    last = Head(seq=0, mac=GENESIS)
    for link in links:
        yield from _link_problems(key, link, last)
        last = Head(seq=link.seq, mac=link.mac)
        unseen.discard(last.short())
    yield from _head_problems(head, last)
    for witness in sorted(unseen):
        message = f"head {witness} was noted elsewhere and is not in the chain"
        yield AuditProblem(seq=int(witness.partition(":")[0]), kind="unwitnessed", message=message)


def _link_problems(key: bytes, link: Link, last: Head) -> Iterator[AuditProblem]:
    if link.seq != last.seq + 1:
        message = f"links {last.seq + 1} to {link.seq - 1} are missing"
        yield AuditProblem(seq=link.seq, kind="missing", message=message)
    elif link.previous != last.mac:
        message = f"link {link.seq} does not follow link {last.seq}"
        yield AuditProblem(seq=link.seq, kind="misplaced", message=message)
    if not _is_genuine(key, link):
        message = f"link {link.seq} was changed or forged"
        yield AuditProblem(seq=link.seq, kind="changed", message=message)


def _head_problems(head: Head | None, last: Head) -> Iterator[AuditProblem]:
    if head is None:
        yield AuditProblem(seq=last.seq, kind="head", message="the head is gone")
    elif head.seq > last.seq:
        message = f"links {last.seq + 1} to {head.seq} are missing at the end"
        yield AuditProblem(seq=head.seq, kind="cut", message=message)
    elif head != last:
        message = f"the head names link {head.seq}, the newest one is {last.seq}"
        yield AuditProblem(seq=last.seq, kind="head", message=message)
