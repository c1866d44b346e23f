"""What an open page asks of blackholes besides: whether anything changed, and what the settings allow."""

from __future__ import annotations

from dataclasses import dataclass

from netwb.blackhole.records import ApprovalLink
from netwb.roles import Permission
from netwb.workbench.blackhole_chain import BlackholeChainFace


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackholeLimits:
    """How many may stand, and for how long; minutes, and counts.

    hold_minutes   one that is held so long is denied
    """

    active: int
    minutes: int
    max_minutes: int
    hold_minutes: int
    break_glass_minutes: int


class BlackholePageFace(BlackholeChainFace):
    """`blackholes_mark`, `blackhole_limits` and `judge_link`."""

    def blackholes_mark(self) -> int:
        """Another number than before once any blackhole, attack or the pause has changed; cheap."""
        self._require(Permission.BLACKHOLE_VIEW)
        return self._parts.attacks.heads.mark()

    def blackhole_limits(self) -> BlackholeLimits:
        """What the settings `blackhole.*` allow."""
        self._require(Permission.BLACKHOLE_VIEW)
        settings = self._parts.settings.blackhole
        return BlackholeLimits(
            active=settings.active,
            minutes=settings.minutes,
            max_minutes=settings.max_minutes,
            hold_minutes=settings.hold_minutes,
            break_glass_minutes=settings.break_glass_minutes,
        )

    def judge_link(self, held: str, ends: str, mark: str) -> ApprovalLink:
        """What becomes of a notification's link, by its three parts as they came; it only opens a page."""
        self._require(Permission.BLACKHOLE_VIEW)
        return self._parts.attacks.links.judge(held, ends, mark)
