"""Tables of thousands of rows, of which those near what is seen are drawn. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LongTable:
    """Measures of one.

    row_px   height of a row with its line, to which a stylesheet holds it
    drawn    rows at once: some windows of the largest common screen
    ahead    rows above and below what is seen
    """

    row_px: int
    drawn: int
    ahead: int

    def first(self, scroll_px: int, start: int, rows: int) -> int:
        """The first row to draw for a scroll position; `start` where what is drawn still covers it."""
        seen = max(0, scroll_px // self.row_px)
        last = max(0, rows - self.drawn)
        above = start <= max(0, seen - self.ahead // 4)
        below = seen + self.drawn - 2 * self.ahead <= start + self.drawn
        if (above and below) or (start == last and seen >= last):
            return start
        return min(last, max(0, seen - self.ahead))

    def gap(self, rows: int) -> str:
        """So many rows' room. One cell: a narrow window hides columns, and others would take their place."""
        if not rows:
            return ""
        height = rows * self.row_px
        return f'<tr class="gap" aria-hidden="true"><td style="height:{height}px"></td></tr>'
