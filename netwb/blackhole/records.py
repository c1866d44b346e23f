"""Words of blackholes: frozen records that travel between floors. No I/O, no clock.

RFC 5635 and RFC 7999: a trigger router announces a victim's host route with a community, and each
edge that hears it discards what goes there. Times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal, get_args

from netwb.blackhole.addresses import written

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

Direction = Literal["incoming", "outgoing", "other"]
Mode = Literal["auto", "approve", "never"]
Reach = Literal["edge", "upstream", "both"]
Answer = Literal["allow", "hold", "deny"]
State = Literal[
    "held",
    "denied",
    "intended",
    "announced",
    "withdrawing",
    "withdrawn",
    "expired",
    "failed",
    "shadow",
]
RouterRole = Literal["trigger", "edge"]
RouteKind = Literal["blackhole", "other", "absent"]
RouterState = Literal["waiting", "announced", "verified", "failed", "withdrawn"]

MODES: tuple[Mode, ...] = get_args(Mode)
REACHES: tuple[Reach, ...] = get_args(Reach)
STATES: tuple[State, ...] = get_args(State)
STANDING: frozenset[State] = frozenset({"intended", "announced", "withdrawing"})
BLACKHOLE_COMMUNITY = "65535:666"  # RFC 7999
EDGE_TAG, UPSTREAM_TAG = 666, 667


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutedPort:
    """The port that a prefix is routed to.

    label, tenant   `acme/edge1 xe-0/0/1`, and the slug of whom it is for; "" where the inventory has
                    it no more, or not for the reader's scope
    """

    id: str
    label: str = ""
    tenant_id: str = ""
    tenant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPrefix:
    """A network of a tenant, and what may be done about attacks on it.

    mode          auto: at once; approve: a person says so; never: no host of it
    by_customer   whether the tenant's own people may ask
    site          slug, where its addresses are; None: not said
    port          that it is routed to, which is to be for the same tenant; None: not said
    """

    id: str
    tenant_id: str
    tenant: str
    network: IPNetwork
    mode: Mode
    reach: Reach
    by_customer: bool
    site_id: str | None
    site: str | None
    port: RoutedPort | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """A trigger or an edge: a device of the inventory.

    community   what its policy announces with, for people: netwb types a tag, and that alone
    saves       whether its configuration is saved after each change of ours; a trigger's alone
    max_routes  how many of ours it may carry, well below what its peers take; a trigger's alone
    read_at     its routes were last read; None: never
    fault       why they could not be, the last time
    """

    device_id: str
    tenant_id: str
    tenant: str
    hostname: str
    platform: str
    role: RouterRole
    community: str = BLACKHOLE_COMMUNITY
    max_routes: int = 0
    saves: bool = False
    read_at: datetime | None = None
    fault: str = ""

    @property
    def label(self) -> str:
        """`acme/trg1`."""
        return f"{self.tenant}/{self.hostname}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Never:
    """An address or network that is never blackholed, and why.

    tenant_id   whose people may read why; None: only who sees all tenants
    """

    network: IPNetwork
    why: str
    tenant_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person's word for a blackhole that was held. A token counts as its owner.

    minutes   for how long at most; None: as it was asked for
    """

    person: str
    name: str
    at: datetime
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLink:
    """A link of a notification, judged.

    held    id of the one that it leads to; "" where it is not netwb's own
    fault   what is wrong with it, in a sentence; "": nothing
    """

    held: str
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How much netwb does before it asks; from the settings `blackhole.*`. Minutes, and counts.

    approval_minutes   for so long an approval counts: it is asked for again at the moment of sending
    """

    active: int
    active_per_tenant: int
    per_minute: int
    minutes: int  # of one that an alarm asked for
    max_minutes: int
    repeat_within_minutes: int
    late_minutes: int
    break_glass_minutes: int
    approval_minutes: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody asks that a prefix be blackholed.

    by, person   audit name, and the person behind it; a machine's person is its owner, None: nobody
    tenants      ids that who asks may see; None: all
    customer     whether who asks is a tenant's own staff
    minutes      None: as the settings say
    reach        None: as the prefix's policy says
    """

    network: IPNetwork
    alarm: bool
    by: str
    person: str | None
    tenants: frozenset[str] | None
    reason: str
    customer: bool = False
    machine: bool = False
    direction: Direction = "incoming"
    manual: bool = False
    observed_at: datetime | None = None
    minutes: int | None = None
    reach: Reach | None = None
    break_glass: bool = False
    approvals: tuple[Approval, ...] = ()

    @property
    def asker_id(self) -> str | None:
        """The one tenant whose person asks; None: who asks may see several, or all."""
        return next(iter(self.tenants)) if self.tenants and len(self.tenants) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All that the guard goes by, beside what stands already.

    paused       why nothing new is announced, since `paused_at`; None: it is not paused
    shadow       ids of sites where it is only written down what would have been done
    expirer_at   when whoever expires blackholes was last alive; None: never
    """

    prefixes: tuple[OwnPrefix, ...]
    never: tuple[Never, ...]
    caps: Caps
    triggers: tuple[Router, ...]
    shadow: frozenset[str] = frozenset()
    paused: str | None = None
    paused_at: datetime | None = None
    expirer_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A blackhole that counts: one that stands, or ended within `repeat_within_minutes`.

    announced_at   when it was intended, before any router had it
    ended_at       None: it stands
    withdrawing    it stands still, and is being taken back: who asks for it asks anew
    """

    network: IPNetwork
    tenant_id: str
    announced_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    reach: Reach = "edge"
    withdrawing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What one guard said. `allow`: it did not object."""

    guard: str
    answer: Answer
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the guard answers, and why.

    shadow    it would be as `answer` says, and nothing is sent
    prefix    the longest that holds the address; None: none does that who asks may know of
    expires_at, reach   what it would stand for; of no meaning where it is denied
    """

    answer: Answer
    reasons: tuple[Reason, ...]
    prefix: OwnPrefix | None
    reach: Reach
    expires_at: datetime
    shadow: bool = False

    @property
    def why(self) -> tuple[str, ...]:
        """The sentences that led to it; all that did not object where it is allowed."""
        return tuple(one.text for one in self.reasons if one.answer == self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRouter:
    """A blackhole on one router.

    said   what the router said last, where it went wrong
    """

    router: Router
    state: RouterState
    at: datetime | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """Whether a router keeps its configuration over a reboot; `why` where it does not."""

    saved: bool
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteThere:
    """What one router has for one host.

    kind   blackhole: what goes there is dropped, all of it; other: it goes somewhere; absent: there
           is no route for this host alone
    tag    of a static route; None: it has none, or it is not one
    said   where it goes, in the router's words, where that is known
    """

    network: IPNetwork
    kind: RouteKind
    tag: int | None = None
    said: str = ""

    @property
    def ours(self) -> bool:
        """Whether it is exactly of the kind that netwb makes."""
        return self.kind == "blackhole" and self.tag in (EDGE_TAG, UPSTREAM_TAG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blackhole:
    """One that was asked for, from its beginning to its end.

    person     who is behind `requested_by`, as in the request
    answer     the guard's; of a shadow what it would have been
    version    rises with each change, but for a later end by a repeat of its alarm
    commands   those of its announcement, by the trigger's label
    expires_at  None: it is held, and its time begins once it is let through, or it was denied
    """

    id: str
    tenant_id: str | None  # None: nobody's address
    tenant: str | None
    network: IPNetwork
    state: State
    reach: Reach
    alarm: bool
    requested_by: str
    reason: str
    requested_at: datetime
    announced_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None
    attack_id: str | None
    reasons: tuple[Reason, ...]
    approvals: tuple[Approval, ...] = ()
    routers: tuple[OnRouter, ...] = ()
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    person: str | None = None
    answer: Answer = "allow"
    version: int = 1
    site_id: str | None = None

    @property
    def prefix(self) -> str:
        """The network as people write it."""
        return written(self.network)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A blackhole with what is asked of the guard again before anything is sent.

    cause_id   event that asked for it; None: a person or token did
    called_at  on-call was last told that it is held
    """

    blackhole: Blackhole
    request: Request
    cause_id: int | None = None
    intended_at: datetime | None = None
    called_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Nothing new is announced: since when, by whom, and why."""

    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayRoute:
    """A route on a router that looks like a blackhole, and is none of ours. It is never removed."""

    router: Router
    network: IPNetwork
    line: str
    since_at: datetime
    seen_at: datetime
