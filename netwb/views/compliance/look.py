"""What the address of `/compliance` asks for: order, filters, the chosen cell, which list. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from netwb.compliance.records import State
from netwb.compliance.report import WORST_FIRST

Order = Literal["worst", "rule", "site"]
Tab = Literal["matrix", "rules", "waivers"]
ORDERS: tuple[tuple[Order, str], ...] = (
    ("worst", "Worst first"),
    ("rule", "By rule"),
    ("site", "By site"),
)
NO_FILTER = dict.fromkeys(("site", "rules", "only", "state"))  # what "clear" takes off an address
_LONGEST = 80  # letters of a rule's id, with some to spare


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the page is looked at.

    site     `tenant/site`; "": all
    rules    a severity, or one rule's id; "": all
    opened   rows and columns with an open finding alone
    fresh    those alone that have one since yesterday
    state    those alone that have a cell of that state
    device   id of the chosen cell's device, `rule` its rule's; a rule alone is chosen as a whole, and
             a device alone by the first rule that it breaks
    good     devices that break nothing are shown, however many they are
    """

    order: Order = "worst"
    site: str = ""
    rules: str = ""
    opened: bool = False
    fresh: bool = False
    state: State | None = None
    device: str = ""
    rule: str = ""
    tab: Tab = "matrix"
    good: bool = False

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.site or self.rules or self.opened or self.fresh or self.state)


def look_of(address: Mapping[str, str]) -> Look:
    """The look at that address; a word that is not known is as if it was not there."""
    only = address.get("only", "").split(",")
    order, tab, state = address.get("sort", ""), address.get("tab", ""), address.get("state", "")
    return Look(
        order=next((one for one in get_args(Order) if one == order), "worst"),
        site=address.get("site", "")[: _LONGEST * 2],
        rules=address.get("rules", "")[:_LONGEST],
        opened="open" in only,
        fresh="new" in only,
        state=next((one for one in WORST_FIRST if one == state), None),
        device=address.get("device", "")[: _LONGEST * 2],
        rule=address.get("rule", "")[:_LONGEST],
        tab=next((one for one in get_args(Tab) if one == tab), "matrix"),
        good=bool(address.get("good")),
    )


def only(look: Look, *, opened: bool | None = None, fresh: bool | None = None) -> str | None:
    """The word of the address for both boxes, with one of them ticked or not."""
    ticked = (
        ("open", look.opened if opened is None else opened),
        ("new", look.fresh if fresh is None else fresh),
    )
    return ",".join(name for name, on in ticked if on) or None
