"""Sheets of A4 with words alone, as many as there are: what is a long table on paper.

They look as those of `netwb.paper`, whose fonts and sizes they have, and are made by reportlab: a
sheet of eighty lines takes it 8 ms. matplotlib lays each text out, shapes it and loads each of its
letters anew, which came to 0.3 s a sheet; it draws what has a figure.
The same words give the same bytes: the time in it is the one that is given.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Literal

from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from netwb.paper import (
    A4_MM,
    DARK,
    FACES,
    LEFT,
    LINE_MM,
    POINTS,
    RIGHT,
    RULE,
    TOP,
    Face,
    Size,
    font_file,
    plain,
)

_POINTS = 72 / 25.4  # of a millimeter
_RULE_POINTS = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    words: str
    x_mm: float
    y_mm: float
    size: Size
    face: Face
    color: str
    align: Literal["left", "right"]


@dataclass(slots=True)
class TypedSheet:
    """A sheet that is written from above; nothing is drawn before it is printed."""

    y_mm: float = field(default=TOP)
    _words: list[_Words] = field(default_factory=list)
    _rules_mm: list[float] = field(default_factory=list)

    def write(  # noqa: PLR0913 - how a word is set
        self,
        words: str,
        *,
        x_mm: float = LEFT,
        size: Size = "text",
        face: Face = "regular",
        color: str = DARK,
        align: Literal["left", "right"] = "left",
    ) -> None:
        """At this height; nothing moves."""
        self._words.append(
            _Words(
                words=plain(words, face),
                x_mm=x_mm,
                y_mm=self.y_mm,
                size=size,
                face=face,
                color=color,
                align=align,
            )
        )

    def down(self, mm: float = LINE_MM) -> None:
        """Go on below."""
        self.y_mm -= mm

    def rule(self) -> None:
        """A line across."""
        self.down(1)
        self._rules_mm.append(self.y_mm)
        self.down(LINE_MM + 1)

    def draw(self, canvas: Canvas) -> None:
        """All of it, on the page that the canvas is at."""
        for y_mm in self._rules_mm:
            canvas.setStrokeColor(RULE)
            canvas.setLineWidth(_RULE_POINTS)
            canvas.line(LEFT * _POINTS, y_mm * _POINTS, RIGHT * _POINTS, y_mm * _POINTS)
        for one in self._words:
            canvas.setFont(_fonts()[one.face], POINTS[one.size])
            canvas.setFillColor(one.color)
            put = canvas.drawString if one.align == "left" else canvas.drawRightString
            put(one.x_mm * _POINTS, one.y_mm * _POINTS, one.words)


def typed(title: str, sheets: Iterable[TypedSheet], *, made_at: datetime) -> bytes:
    """A PDF of these sheets; each is drawn as it comes."""
    out = io.BytesIO()
    size = (A4_MM[0] * _POINTS, A4_MM[1] * _POINTS)
    canvas = Canvas(out, pagesize=size, pageCompression=1, invariant=1)
    stamp = f"D:{made_at.astimezone(UTC):%Y%m%d%H%M%SZ}"
    canvas.setDateFormatter(lambda *_moment: stamp)  # else the clock's, or none that is true
    canvas.setTitle(plain(title))
    for tell in (canvas.setAuthor, canvas.setCreator, canvas.setProducer):
        tell("netwb")
    canvas.setSubject(plain(title))
    for sheet in sheets:
        sheet.draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@cache
def _fonts() -> dict[Face, str]:
    """What reportlab calls each face; it reads the files once."""
    for face in FACES:
        registerFont(TTFont(f"netwb-{face}", str(font_file(face))))
    return {face: f"netwb-{face}" for face in FACES}
