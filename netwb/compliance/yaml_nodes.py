"""YAML with the line of everything: mappings, lists and texts, and nothing that YAML makes of them. Pure.

Scalars stay as they are written: `no` is a word, `10` too, and the key `off` is no truth value. What
a rule file needs no part of is refused by name: anchors and aliases (a small file can stand for a
huge one), tags (which name Python's classes), a second document, keys that come twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
DEPTH = 12  # levels; a rule has seven
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's reads ten times as fast
_UNREADABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EMPTY = {"", "~", "null"}

_TAB = "a tab stands where YAML wants spaces; indent by spaces"
# What YAML's scanner says, in part, and what a person does about it.
_CURES = (
    ("maximum nesting depth", "this nests too deep; rules need less"),
    ("tab character", _TAB),
    ("'\\t' that cannot start", _TAB),
    ("cannot start any token", "a text cannot begin by this character; put the text in single quotes"),
    ("mapping values are not allowed", "a colon stands where none can be; put the text in single quotes, or align the line with those above"),
    ("while scanning a quoted scalar", "a quote is opened here and never closed; close it"),
    ("double-quoted scalar", "a backslash in double quotes means something else to YAML; put the pattern in single quotes"),
    ("unknown escape", "a backslash in double quotes means something else to YAML; put the pattern in single quotes"),
    ("could not find expected ':'", "a key lacks its colon; write `key: value`"),
    ("flow node", "a bracket or brace is opened and not closed as it should be; close it, or put the text in single quotes"),
    ("flow sequence", "a bracket is opened here and not closed as it should be; close it, or put the text in single quotes"),
    ("flow mapping", "a brace is opened here and not closed as it should be; close it, or put the text in single quotes"),
    ("while scanning an alias", "a text cannot begin by `*`; put the text in single quotes"),
    ("while scanning an anchor", "a text cannot begin by `&`; put the text in single quotes"),
    ("block scalar", "after `|` the line ends; begin the text on the next line"),
    ("'-' indicator", "the line is not indented as those above; align it with them"),
    ("block collection", "the line is not indented as those above; align it with them"),
    ("block mapping", "the line fits neither in place nor in form to those above; align it, and put texts with `[ ] : #` in single quotes"),
    ("expected key", "the line fits neither in place nor in form to those above; align it, and put texts with `[ ] : #` in single quotes"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What stands in a file.

    data     mappings, lists, texts, and None for nothing; None also where YAML cannot read it
    lines    the line, from 1, of each thing by its path
    faults   line and sentence of each
    spoiled  lines that lack something for a fault that stands elsewhere
    """

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: tuple[tuple[int, str], ...] = ()
    spoiled: frozenset[int] = frozenset()

    def line(self, path: Path) -> int:
        """The line of that thing, or of the nearest above it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(text: str) -> Document:
    """The document, as far as it can be read; never raises."""
    unreadable = _UNREADABLE.search(text)
    if unreadable:
        line = text.count("\n", 0, unreadable.start()) + 1
        code = ord(unreadable.group())
        sentence = f"the character U+{code:04X} cannot stand in YAML; take it out"
        return Document(faults=((line, sentence),))
    building = _Building()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            building.take(event)
    except yaml.MarkedYAMLError as error:
        building.faults.append(_told(error, text))
        building.whole = False
    except _EnoughError:
        building.whole = False
    return building.document()


class _EnoughError(Exception):
    """The rest is not worth reading."""


class _Skipped(str):
    """A key that is at fault; what it leads to is read and left out."""

    __slots__ = ()


class _Building:
    """Builds the data from events, without recursion: a file can nest deeper than Python does."""

    def __init__(self) -> None:
        self.faults: list[tuple[int, str]] = []
        self.whole = True
        self._data: Any = None
        self._lines: dict[Path, int] = {}
        self._open: list[tuple[Any, Path]] = []  # mappings and lists that are not closed
        self._keys: list[str | None] = []  # the key that waits for its value, one each
        self._documents = 0
        self._anchors: list[tuple[int, str, list[int]]] = []  # line, name, lines of its aliases
        self._aliases: dict[str, list[int]] = {}  # those lines, of the anchors that hold now

    def document(self) -> Document:
        return Document(
            data=self._data if self.whole else None,
            lines=self._lines,
            faults=tuple(sorted([*self.faults, *map(_anchored, self._anchors)])),
            spoiled=frozenset(line for *_, lines in self._anchors for line in lines),
        )

    def take(self, event: Any) -> None:
        """The next event of the parser, in its order."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._begin(line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()
            self._keys.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._refuse_extras(event, line)
            self._node(event, line)

    def _begin(self, line: int) -> None:
        self._documents += 1
        if self._documents > 1:
            self._fault(line, "a second document begins here; take the line `---` out")
            raise _EnoughError

    def _refuse_extras(self, event: Any, line: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            name = str(event.anchor)
            if name in self._aliases:
                self._aliases[name].append(line)  # told with its anchor: that is one fault
            else:
                self._fault(line, f"the alias `*{_cut(name)}` is not read; write its text here")
        elif event.anchor:
            self._aliases[event.anchor] = []
            self._anchors.append((line, event.anchor, self._aliases[event.anchor]))
        if getattr(event, "tag", None) not in {None, "!"}:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._fault(line, f"the tag `{_cut(tag)}` is not read; take it out")

    def _node(self, event: Any, line: int) -> None:
        made: Any = None
        if isinstance(event, yaml.MappingStartEvent):
            made = {}
        elif isinstance(event, yaml.SequenceStartEvent):
            made = []
        elif isinstance(event, yaml.ScalarEvent):
            is_plain = event.style in {None, ""}  # the two readers say it in two ways
            made = None if is_plain and event.value in _EMPTY else event.value
        if self._awaits_key():
            self._key(made if isinstance(event, yaml.ScalarEvent) else event, line)
            if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
                return
            path: Path = (*self._open[-1][1], "?")
        else:
            path = self._place(made, line)
        if isinstance(made, dict | list):
            self._open.append((made, path))
            self._keys.append(None)
            self._look_at_depth(line)

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1][0], dict) and self._keys[-1] is None

    def _key(self, key: object, line: int) -> None:
        mapping, path = self._open[-1]
        if not isinstance(key, str):
            self._fault(line, "a key must be a word; write `key: value`")
            key = _Skipped("?")
        elif key in mapping:
            first = self._lines[(*path, key)]
            self._fault(
                line, f"the key `{_cut(key)}` stands here again after line {first}; keep one"
            )
            key = _Skipped(key)
        else:
            self._lines[(*path, key)] = line
        self._keys[-1] = key

    def _place(self, made: Any, line: int) -> Path:
        """Put it where it belongs, and give its path."""
        if not self._open:
            self._data = made
            return ()
        container, above = self._open[-1]
        if isinstance(container, list):
            path: Path = (*above, len(container))
            container.append(made)
            self._lines[path] = line
            return path
        key = self._keys[-1]
        self._keys[-1] = None
        assert key is not None
        if not isinstance(key, _Skipped):
            container[key] = made
        return (*above, key)

    def _look_at_depth(self, line: int) -> None:
        if len(self._open) > DEPTH:
            self._fault(line, f"this nests deeper than {DEPTH} levels; rules need less")
            raise _EnoughError

    def _fault(self, line: int, sentence: str) -> None:
        self.faults.append((line, sentence))


def _told(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    """Line and sentence of what YAML does not read; an opening that is not closed counts there."""
    said = f"{error.context or ''} {error.problem or ''}"
    cure = next((cure for word, cure in _CURES if word in said), None)
    opened = any(word in said for word in ("flow ", "quoted scalar"))
    mark = error.context_mark if opened and error.context_mark else error.problem_mark
    mark = mark or error.context_mark
    lines = text.rstrip().split("\n")
    line = min(
        mark.line if mark else 0, len(lines) - 1
    )  # the end counts as the last line with words
    if mark and "cannot start any token" in said:
        cure = _TAB if lines[line][mark.column : mark.column + 1] == "\t" else cure
    return line + 1, cure or f"YAML cannot read this ({' '.join(said.split())}); correct it"


def _anchored(anchor: tuple[int, str, list[int]]) -> tuple[int, str]:
    """Line and sentence of an anchor, with where it is used."""
    line, name, aliases = anchor
    said = f"the anchor `&{_cut(name)}` is not read"
    if not aliases:
        return line, f"{said}; take it out"
    first, more = aliases[0], len(aliases) - 1
    where = f"line {first}" + (f" and {more} more" if more else "")
    return line, f"{said}, nor is `*{_cut(name)}` in {where}; write the text itself in each place"


def _cut(word: str) -> str:
    return word if len(word) <= 40 else word[:40] + "..."
