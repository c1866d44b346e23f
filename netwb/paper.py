"""Sheets of A4 that are written from above, for what is printed: bills, reports.

The same words give the same bytes: no clock, no random names. Text is kept as text, so that it can be
searched and read aloud; what a device or a person wrote is set as it is and never read as a formula,
and a sign that the font has not is shown as an empty box. What is words alone, and long, stands in
`netwb.typed_paper`.
Sources: matplotlib.backends.backend_pdf (3.11); ISO 216 (A4).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags

A4_MM = (210, 297)
LEFT, RIGHT, TOP, FOOT = 18, 192, 282, 12  # mm from the left and from below
LABEL_MM = 30
LINE_MM = 4.1
DARK, GREY, RULE = "#161b22", "#5f6a78", "#c5ccd6"
LETTERS = 900  # of what one person wrote; no page has room for more
_MM = 25.4  # of an inch
_ROOM_MM = RIGHT - LEFT - LABEL_MM  # of a line beside its label
_BOX = "\N{WHITE SQUARE}"
_EXACT: Any = {  # matplotlib's type of it has two hundred names
    "pdf.fonttype": 42,  # letters stay letters for who searches or copies
    "pdf.compression": 6,
    "path.simplify": True,
    "path.simplify_threshold": 0.1,
    "axes.formatter.use_locale": False,
}
Face = Literal["regular", "bold", "mono"]
Size = Literal["row", "small", "text", "title", "figure"]
POINTS: Mapping[Size, float] = {
    "row": 5.9,
    "small": 7.0,
    "text": 8.0,
    "title": 15.0,
    "figure": 20.0,
}
FACES: Mapping[Face, str] = {
    "regular": "DejaVuSans.ttf",
    "bold": "DejaVuSans-Bold.ttf",
    "mono": "DejaVuSansMono.ttf",
}


@dataclass(slots=True)
class Sheet:
    """A sheet of paper that is written from above."""

    figure: Figure = field(default_factory=lambda: Figure(figsize=(A4_MM[0] / _MM, A4_MM[1] / _MM)))
    y_mm: float = field(default=TOP)

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
        self.figure.text(
            x_mm / A4_MM[0],
            self.y_mm / A4_MM[1],
            plain(words, face),
            fontproperties=font(face, POINTS[size]),
            parse_math=False,
            verticalalignment="baseline",
            color=color,
            horizontalalignment=align,
        )

    def down(self, mm: float = LINE_MM) -> None:
        """Go on below."""
        self.y_mm -= mm

    def said(self, label: str, *lines: str) -> None:
        """A label, and what it is, in lines."""
        self.put(label, [part for line in lines for part in wrapped(line)])

    def put(self, label: str, lines: Sequence[str]) -> None:
        """The same of lines that are short enough."""
        self.write(label, color=GREY)
        for line in lines or ("none",):
            self.write(line, x_mm=LEFT + LABEL_MM)
            self.down()

    def rule(self) -> None:
        """A line across."""
        self.down(1)
        height = self.y_mm / A4_MM[1]
        x = [LEFT / A4_MM[0], RIGHT / A4_MM[0]]
        self.figure.add_artist(
            mpl.lines.Line2D(
                x, [height, height], color=RULE, linewidth=0.6, transform=self.figure.transFigure
            )
        )
        self.down(LINE_MM + 1)


def printed(title: str, sheets: Iterable[Sheet]) -> bytes:
    """A PDF of these sheets; each is drawn as it comes, and then let go."""
    out = io.BytesIO()
    told = {"Creator": "netwb", "Producer": None, "CreationDate": None, "Title": plain(title)}
    with mpl.rc_context(_EXACT), PdfPages(out, metadata=told) as pages:
        for sheet in sheets:
            pages.savefig(sheet.figure)
    return out.getvalue()


def wrapped(words: str, room_mm: float = _ROOM_MM) -> Iterator[str]:
    """In lines that fit."""
    line = ""
    for word in words[:LETTERS].split(" "):
        longer = f"{line} {word}" if line else word
        if line and not _fits(longer, room_mm):
            yield line
            longer = word
        line = cut(longer, room_mm)
    yield line


def cut(line: str, room_mm: float = _ROOM_MM) -> str:
    """One line of it: a name may be four thousand letters without a blank."""
    kept = line[:LETTERS]
    if _fits(kept, room_mm):
        return kept
    while not _fits(f"{kept}…", room_mm):
        kept = kept[: min(len(kept) - 1, int(len(kept) * room_mm / _width_mm(kept)) + 1)]
    return f"{kept}…"


def plain(words: str, face: Face = "regular") -> str:
    """What that font can show of it."""
    known = _wide(face)
    return "".join(
        letter if letter.isprintable() and ord(letter) in known else _BOX for letter in words
    )


def font(face: Face, points: float) -> FontProperties:
    """By its file: no search through the fonts of the machine, which differ."""
    return FontProperties(fname=str(font_file(face)), size=points)


def font_file(face: Face) -> Path:
    """The font comes with matplotlib."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / FACES[face]


def _fits(line: str, room_mm: float) -> bool:
    return _width_mm(line) <= room_mm


def _width_mm(line: str) -> float:
    wide = _wide("regular")
    return sum(wide.get(ord(letter), wide[ord(_BOX)]) for letter in line)


@cache
def _wide(face: Face) -> Mapping[int, float]:
    """How many millimetres each sign takes that the font has, in the size of text."""
    found = FT2Font(str(font_file(face)))
    found.set_size(POINTS["text"], 72)
    return {
        sign: found.load_glyph(place, LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / 72 * _MM
        for sign, place in found.get_charmap().items()
        if sign >= 32
    }
