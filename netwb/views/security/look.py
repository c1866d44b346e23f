"""What the address of `/security` asks for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from netwb.blackhole.records import State
from netwb.views.address import Address

Tab = Literal["recent", "shadow", "events"]
TABS: tuple[Tab, ...] = get_args(Tab)
PAST, MORE, MOST = 50, 100, 1000  # rows of a tab at first, so many more at a time, at most
ENDED: frozenset[State] = frozenset({"expired", "withdrawn", "denied", "failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """held: id of one that waits, or waited, for a person; "": none is meant.

    rows         of the tab
    ends, mark   of a notification's link, by which it is known; both "" of the page's own
    """

    tab: Tab
    held: str
    rows: int = PAST
    ends: str = ""
    mark: str = ""

    @property
    def is_link(self) -> bool:
        """Whether a notification led here."""
        return bool(self.ends or self.mark)


def look_of(address: Address) -> Look:
    """A tab that there is not is the first one."""
    wanted = address.get("tab", "")
    tab = next((one for one in TABS if one == wanted), TABS[0])
    rows = address.get("rows", "")
    asked = int(rows) if rows.isascii() and rows.isdigit() and len(rows) < 6 else PAST
    return Look(
        tab=tab,
        held=address.get("held", ""),
        rows=min(max(asked, PAST), MOST),
        ends=address.get("ends", ""),
        mark=address.get("mark", ""),
    )


def opening(held: str) -> dict[str, str]:
    """What the address says of the one that is opened next; "": none. No notification led there."""
    return {"held": held, "ends": "", "mark": ""}
