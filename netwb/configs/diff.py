"""Read what `git diff --histogram --text` printed into a ConfigDiff with sections. Pure.

Git compares (`archive.history` runs it), because it finds the smaller difference and stays fast at
20,000 lines (facts-git section 6). Here its hunks are cut where a top-level section ends, and each
is labelled with the sections that enclose what changed. Words within a changed line are compared
here, since Git's word diff loses where removed lines end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

from netwb.configs.sections import Crumbs, Style, readable, sections
from netwb.configs.words import Word, changed_words
from netwb.platforms.record import BlockRule

Kind = Literal["same", "added", "removed"]

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_KINDS: dict[bytes, Kind] = {b" ": "same", b"+": "added", b"-": "removed"}
_BETWEEN = " > "
_SEPARATORS = ("", "!", "}", "exit", "exit-address-family")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """One line. `words` says what changed within it, where its counterpart is known.

    home   the sections that enclose it, its own among them where it opens one
    """

    kind: Kind
    text: str
    words: tuple[Word, ...] = ()
    home: Crumbs = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Neighbouring changed lines and a little around them.

    section    the headers that enclose all that changed, as "router bgp 64500 > vrf RED";
               `crumbs`: the same, apart
    old_start  1-based number of the first line in the old text; new_start likewise
    """

    section: str
    old_start: int
    new_start: int
    lines: tuple[DiffLine, ...]
    crumbs: Crumbs = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigDiff:
    """Old against new, each labelled; `added` and `removed` count lines.

    old_text   what was compared: it holds what lies between the hunks
    """

    old: str
    new: str
    added: int
    removed: int
    hunks: tuple[Hunk, ...]
    old_text: bytes = field(default=b"", compare=False, repr=False)
    new_text: bytes = field(default=b"", compare=False, repr=False)

    def as_json(self) -> dict[str, Any]:
        """The shape of `netwb diff --json`."""
        return {
            "old": self.old,
            "new": self.new,
            "added": self.added,
            "removed": self.removed,
            "hunks": [
                {
                    "section": hunk.section,
                    "old_start": hunk.old_start,
                    "new_start": hunk.new_start,
                    "lines": [{"kind": line.kind, "text": line.text} for line in hunk.lines],
                }
                for hunk in self.hunks
            ],
        }

    def _repr_html_(self) -> str:
        """Draw it in a notebook's cell; every text escaped, no style from elsewhere."""
        heads = f"<b>{escape(self.old)}</b> &rarr; <b>{escape(self.new)}</b>"
        count = f"{self.added} added, {self.removed} removed"
        return f"<div>{heads} ({count}){''.join(map(_hunk_html, self.hunks))}</div>"


_PAINT = {"same": "", "added": "background:#1a7f3722", "removed": "background:#cf222e22"}
_STRONG = {"added": "background:#1a7f3766", "removed": "background:#cf222e66"}
_SIGN = {"same": " ", "added": "+", "removed": "-"}


def _hunk_html(hunk: Hunk) -> str:
    lines = "".join(
        f'<div style="{_PAINT[line.kind]}">{_SIGN[line.kind]}{_line_html(line)}</div>'
        for line in hunk.lines
    )
    place = f"line {hunk.new_start}" + (f" &middot; {escape(hunk.section)}" if hunk.section else "")
    return f'<div style="opacity:.7">{place}</div><pre style="margin:0 0 .5em">{lines}</pre>'


def _line_html(line: DiffLine) -> str:
    if not line.words:
        return escape(line.text)
    return "".join(
        f'<span style="{_STRONG[word.kind]}">{escape(word.text)}</span>'
        if word.kind in _STRONG
        else escape(word.text)
        for word in line.words
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    kind: Kind
    text: str
    home: Crumbs  # the sections that the line belongs to, its own among them where it opens one
    old: int  # number of this line, or of the next one, in the old text
    new: int


def parse_diff(  # noqa: PLR0913 - what Git printed, and by keyword what it is read with
    git_diff_output: bytes,
    *,
    old_text: bytes,
    new_text: bytes,
    style: Style,
    blocks: Sequence[BlockRule] = (),
    old: str = "old",
    new: str = "new",
    words: Literal["no", "yes"] = "no",
) -> ConfigDiff:
    """Read one file's diff.

    blocks  the platform's rules for banners and the like
    words   "yes": also say what changed within lines
    """
    old_homes = _homes(old_text, style, blocks)
    new_homes = _homes(new_text, style, blocks)
    hunks = tuple(
        _hunk(part, words)
        for lines in _git_hunks(git_diff_output, old_homes, new_homes)
        for part in _parts(lines)
    )
    kinds = [line.kind for hunk in hunks for line in hunk.lines]
    return ConfigDiff(
        old=old,
        new=new,
        added=kinds.count("added"),
        removed=kinds.count("removed"),
        hunks=hunks,
        old_text=old_text,
        new_text=new_text,
    )


def whole_text(text: bytes, *, new: str) -> ConfigDiff:
    """The first text of a device, as something that came: every line is added."""
    lines = tuple(DiffLine(kind="added", text=readable(line)) for line in _lines(text))
    hunks = (Hunk(section="", old_start=1, new_start=1, lines=lines),) if lines else ()
    return ConfigDiff(
        old="", new=new, added=len(lines), removed=0, hunks=hunks, old_text=b"", new_text=text
    )


def touched_sections(diff: ConfigDiff) -> Crumbs:
    r"""What the diff touched, in a few words each: outermost sections; of a line outside, its head.

    >>> touched_sections(whole_text(b"ntp server 192.0.2.1\nend\n", new=""))
    ('ntp server', 'end')
    """
    names = (
        line.home[0] if line.home else " ".join(line.text.split()[:2])
        for hunk in diff.hunks
        for line in hunk.lines
        if line.kind != "same" and line.text.strip() not in _SEPARATORS
    )
    return tuple(dict.fromkeys(names))


def render_patch(diff: ConfigDiff, *, old: str | None, new: str) -> bytes:
    """The diff as `git apply` and `patch -p1` take it, forwards and backwards.

    old, new   path of the file with the old text and with the new one; another path is a rename,
               and without an old one the file is a new one

    Hunks are cut as Git cut them, since `git apply` takes one that ends without context for the end
    of the file. The lines are those of the texts, byte for byte.
    """
    if not diff.hunks and old == new:
        return b""
    sides = _Side(diff.old_text), _Side(diff.new_text)
    hunks = b"".join(_patch_hunk(group, *sides) for group in _joined(diff.hunks))
    return (
        _patch_head(old, new).encode() + (_patch_files(old, new).encode() if hunks else b"") + hunks
    )


def _patch_head(old: str | None, new: str) -> str:
    head = f"diff --git a/{old or new} b/{new}\n"
    if old is None:
        return f"{head}new file mode 100644\n"
    return head if old == new else f"{head}rename from {old}\nrename to {new}\n"


def _patch_files(old: str | None, new: str) -> str:
    return f"--- {'/dev/null' if old is None else f'a/{old}'}\n+++ b/{new}\n"


def _lines(text: bytes) -> list[bytes]:
    """The lines as Git counts them, at LF alone, without it."""
    return text.removesuffix(b"\n").split(b"\n") if text else []


def _joined(hunks: Sequence[Hunk]) -> Iterator[tuple[int, int, str, list[DiffLine]]]:
    """Start in the old text, in the new one, section, and lines, of what stands without a gap."""
    lines: list[DiffLine] = []
    section = ""
    old = new = old_end = new_end = 0
    for hunk in hunks:
        if (hunk.old_start, hunk.new_start) != (old_end, new_end):
            if lines:
                yield old, new, section, lines
            lines, old, new, section = [], hunk.old_start, hunk.new_start, hunk.section
        lines += hunk.lines
        old_end = hunk.old_start + sum(line.kind != "added" for line in hunk.lines)
        new_end = hunk.new_start + sum(line.kind != "removed" for line in hunk.lines)
    if lines:
        yield old, new, section, lines


def _patch_hunk(group: tuple[int, int, str, Sequence[DiffLine]], old: _Side, new: _Side) -> bytes:
    old_start, new_start, section, lines = group
    counts = [sum(line.kind != gone for line in lines) for gone in ("added", "removed")]
    starts = [
        start - (count == 0) for start, count in zip((old_start, new_start), counts, strict=True)
    ]
    heading = f"@@ -{starts[0]},{counts[0]} +{starts[1]},{counts[1]} @@ {section}".rstrip()
    printed = ["".join(c if c.isprintable() else "?" for c in heading).encode() + b"\n"]
    at_old, at_new = old_start - 1, new_start - 1
    for line in lines:
        side, place = (new, at_new) if line.kind == "added" else (old, at_old)
        printed.append(_SIGN[line.kind].encode() + side.line(place))
        at_old += line.kind != "added"
        at_new += line.kind != "removed"
    return b"".join(printed)


class _Side:
    """One text by lines, each as a patch shows it."""

    def __init__(self, text: bytes) -> None:
        self._lines = _lines(text)
        self._open = bool(text) and not text.endswith(b"\n")

    def line(self, place: int) -> bytes:
        last = self._open and place == len(self._lines) - 1
        return self._lines[place] + (b"\n\\ No newline at end of file\n" if last else b"\n")


def _homes(text: bytes, style: Style, blocks: Sequence[BlockRule]) -> tuple[Crumbs, ...]:
    """The section of each line; a line that opens a section belongs to that one."""
    crumbs = sections(text, style, blocks)
    return tuple(
        below if len(below) == len(own) + 1 and below[:-1] == own else own
        for own, below in zip(crumbs, (*crumbs[1:], ()), strict=False)
    )


def _git_hunks(
    output: bytes, old_homes: Sequence[Crumbs], new_homes: Sequence[Crumbs]
) -> Iterator[list[_Line]]:
    lines = iter(output.split(b"\n"))
    for header in lines:
        match = _HUNK.match(header)
        if match is None:
            continue
        old, old_count, new, new_count = (int(part or 1) for part in match.groups())
        # an empty side is numbered by the line before it
        old, new = old + (old_count == 0), new + (new_count == 0)
        old_end, new_end = old + old_count, new + new_count
        hunk: list[_Line] = []
        while old < old_end or new < new_end:
            line = next(lines)
            kind = _KINDS.get(line[:1])
            if kind is None:
                continue  # "\ No newline at end of file"
            home = old_homes[old - 1] if kind == "removed" else new_homes[new - 1]
            hunk.append(_Line(kind=kind, text=readable(line[1:]), home=home, old=old, new=new))
            old += kind != "added"
            new += kind != "removed"
        yield hunk


def _parts(lines: Sequence[_Line]) -> Iterator[Sequence[_Line]]:
    """Cut between changes of different top-level sections, where the former section ends.

    Lines that changed side by side stay together.
    """
    begin, last = 0, None
    for place, line in enumerate(lines):
        if line.kind == "same":
            continue
        apart = last is not None and place - last > 1
        if last is not None and apart and lines[last].home[:1] != line.home[:1]:
            cut = last + 1
            while cut < place and lines[cut].home[:1] == lines[last].home[:1]:
                cut += 1
            yield lines[begin:cut]
            begin = cut
        last = place
    yield lines[begin:]


def _hunk(lines: Sequence[_Line], words: Literal["no", "yes"]) -> Hunk:
    marked = changed_words([(line.kind, line.text) for line in lines]) if words == "yes" else {}
    crumbs = _section(lines)
    return Hunk(
        section=_BETWEEN.join(crumbs),
        old_start=lines[0].old,
        new_start=lines[0].new,
        lines=tuple(
            DiffLine(kind=line.kind, text=line.text, words=marked.get(place, ()), home=line.home)
            for place, line in enumerate(lines)
        ),
        crumbs=crumbs,
    )


def _section(lines: Sequence[_Line]) -> Crumbs:
    """What encloses all changed lines; a separator like `!` counts only when nothing else changed."""
    changed = [line for line in lines if line.kind != "same"]
    homes = [line.home for line in changed if line.text.strip() not in _SEPARATORS]
    shared, *others = homes or [line.home for line in changed]
    for home in others:
        length = next(
            (place for place, (a, b) in enumerate(zip(shared, home, strict=False)) if a != b),
            min(len(shared), len(home)),
        )
        shared = shared[:length]
    return shared
