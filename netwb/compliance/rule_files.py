"""Rule files: YAML in, rules out, and a sentence for each fault with file, line and cure. Pure.

A file at fault gives what can be read of it all the same: a rule whose id can be read stays, and says
for each device that it cannot be evaluated and why. Behind the lazy door, for pydantic.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from netwb.compliance.records import SEVERITIES, Origin, Rule, RuleFile
from netwb.compliance.rule_faults import named, near, shape_faults
from netwb.compliance.rule_shaping import rule_of, selector_of
from netwb.compliance.selector import EVERY_DEVICE, Selector
from netwb.compliance.shapes import ID, RULES, RuleShape, SelectorShape
from netwb.compliance.yaml_nodes import Document, Path, read_yaml
from netwb.errors import RuleError

# Bytes of a file: a tenant's goes into the database, and any tenant may write one.
LONGEST: Mapping[Origin, int] = {"starter": 1 << 20, "provider": 1 << 20, "tenant": 64 << 10}
PLATFORMS = frozenset(
    {
        *("arista_eos", "cisco_ios", "cisco_nxos", "cisco_xe", "cisco_xr", "frr"),
        *("juniper_junos", "mikrotik_routeros"),
    }
)
_KEYS = ("rules", "off")
_MOST_TOLD = 30  # faults of a file


def parse_rules(
    text: str,
    *,
    name: str,
    origin: Origin,
    tenant_id: str | None = None,
    platforms: Collection[str] = PLATFORMS,
) -> RuleFile:
    """The rules of a file without fault; raises RuleError with all of its `problems`."""
    file = read_rules(text, name=name, origin=origin, tenant_id=tenant_id, platforms=platforms)
    if not file.faults:
        return file
    more = len(file.faults) - 1
    first = file.faults[0]
    message = (
        first if not more else f"{first} (and {more} more fault{'s' * (more > 1)} in the file)"
    )
    raise RuleError(message, file.faults)


def read_rules(
    text: str,
    *,
    name: str,
    origin: Origin,
    tenant_id: str | None = None,
    platforms: Collection[str] = PLATFORMS,
) -> RuleFile:
    """What can be read of the file, with its faults; never raises for what stands in it.

    platforms  known ones: another name that is much like one of them is a slip
    """
    reading = _Reading(name=name, origin=origin, tenant_id=tenant_id, platforms=platforms)
    return reading.read(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    line: int
    sentence: str


def _line_of(fault: _Fault) -> int:
    return fault.line


class _Reading:
    """One file on its way: what was read, and what is wrong with it."""

    def __init__(
        self, *, name: str, origin: Origin, tenant_id: str | None, platforms: Collection[str]
    ) -> None:
        self._name = name
        self._origin = origin
        self._tenant_id = tenant_id
        self._platforms = platforms
        self._faults: list[_Fault] = []
        self._document = Document()
        self._seen: dict[str, int] = {}  # ids with the line of each

    def read(self, text: str) -> RuleFile:
        """The file's good rules, and each fault with its line; a fault spoils its own rule alone."""
        rules: tuple[Rule, ...] = ()
        off: dict[str, int] = {}
        size = len(text.encode(errors="surrogatepass"))
        if size > LONGEST[self._origin]:
            most = LONGEST[self._origin] >> 10
            self._fault(1, f"the file has {size >> 10} kB and {most} kB are the most; split it")
        else:
            self._document = read_yaml(text)
            self._faults += [_Fault(line=at, sentence=said) for at, said in self._document.faults]
            top = self._top()
            rules = tuple(self._rules(top.get("rules", [])))
            off = dict(self._off(top.get("off", [])))
        return RuleFile(
            name=self._name,
            origin=self._origin,
            rules=rules,
            off=tuple(off),
            off_lines=tuple(off.values()),
            faults=tuple(self._told()),
            tenant_id=self._tenant_id,
        )

    def _told(self) -> Iterator[str]:
        """Each fault once, from top to bottom; nobody reads hundreds."""
        ordered = sorted(self._faults, key=_line_of)
        told = list(dict.fromkeys(self._placed(fault) for fault in ordered))
        yield from told[:_MOST_TOLD]
        if len(told) > _MOST_TOLD:
            line, rest = ordered[_MOST_TOLD].line, len(told) - _MOST_TOLD
            yield f"{self._name}:{line}: {rest} more faults follow; correct those above first"

    def _top(self) -> dict[str, Any]:
        """The keys of the file that hold something."""
        data = self._document.data
        if not isinstance(data, dict):
            if not self._faults:
                said = "the file holds no rules; begin it with `rules:` and a list of them"
                self._fault(1, said)
            return {}
        broken = {fault.line for fault in self._faults}
        for key in data:
            if key not in _KEYS and self._line(key) in broken:
                continue  # it is there for the anchor that was told
            if key not in _KEYS:
                self._fault(self._line(key), f"unknown key `{key[:40]}`{near(key, _KEYS)}")
            elif not isinstance(data[key], list):
                line, said = self._line(key), f"`{key}` must be a list; write each item as `- ...`"
                self._fault(line, said)
        if not data and not self._faults:
            self._fault(1, "the file holds no rules; begin it with `rules:` and a list of them")
        return {key: data[key] for key in _KEYS if isinstance(data.get(key), list)}

    def _off(self, items: list[Any]) -> Iterator[tuple[str, int]]:
        """Each id with its line."""
        if self._are_too_many("off", items):
            return
        for number, item in enumerate(items):
            line = self._line("off", number)
            if not isinstance(item, str) or not _is_id(item):
                self._fault(line, "`off` is a list of rules' ids; write each as `- rule-id`")
            elif item in items[:number]:
                self._fault(line, f"`off` names {item} twice; keep one")
            else:
                yield item, line

    def _are_too_many(self, key: str, items: list[Any]) -> bool:
        if len(items) <= RULES:
            return False
        said = f"`{key}` has {len(items)} items and {RULES} are the most; split the file"
        self._fault(self._line(key, RULES), said)
        return True

    def _rules(self, items: list[Any]) -> Iterator[Rule]:
        if self._are_too_many("rules", items):
            return
        starts = [self._line("rules", number) for number in range(len(items))]
        ends = [*starts[1:], 1 << 62]
        broken = {fault.line for fault in self._faults} | self._document.spoiled
        for number, item in enumerate(items):
            spoiled = any(starts[number] <= line < ends[number] for line in broken)
            rule = self._rule(number, item, spoiled=spoiled, end=ends[number])
            if rule is not None:
                yield rule

    def _rule(self, number: int, item: Any, *, spoiled: bool, end: int) -> Rule | None:
        line = self._line("rules", number)
        made: Rule | None = None
        if not spoiled and isinstance(item, dict):
            made = self._shaped(number, item)
        elif not spoiled:
            self._fault(line, "a rule is a list item with keys; write `- id: ...` and the others")
        known = item.get("id") if isinstance(item, dict) else None
        if not isinstance(known, str) or not _is_id(known):
            return None
        if known in self._seen:
            said = f"the id `{known}` stands here again after line {self._seen[known]}; rename one"
            self._fault(self._line("rules", number, "id"), said)
            return None
        self._seen[known] = line
        own = sorted((fault for fault in self._faults if line <= fault.line < end), key=_line_of)
        return made if made is not None and not own else self._at_fault(item, line, own)

    def _shaped(self, number: int, item: dict[str, Any]) -> Rule | None:
        above: Path = ("rules", number)
        label = f"rule {item['id'][:70]}: " if isinstance(item.get("id"), str) else ""
        for path in _empty_in(item):
            said = f"{label}{named(path)} is empty; write something, or take the key out"
            self._fault(self._document.line((*above, *path)), said)
        try:
            shape = RuleShape.model_validate(item)
        except ValidationError as error:
            for path, sentence in shape_faults(error, item):
                self._fault(self._document.line((*above, *path)), label + sentence)
            return None
        if any(_empty_in(item)):
            return None
        for path, sentence in self._beyond_shape(item):
            self._fault(self._document.line((*above, *path)), label + sentence)
        made = rule_of(shape, line_of=lambda *path: self._document.line((*above, *path)))
        origin = f"{self._name}:{self._line(*above)}"
        return replace(made, origin=origin, tenant_id=self._tenant_id)

    def _beyond_shape(self, item: dict[str, Any]) -> Iterator[tuple[Path, str]]:
        """What is well formed and yet cannot be meant."""
        if self._origin == "tenant" and "locked" in item:
            yield ("locked",), "`locked` is the provider's alone; take it out"
        for path, name in _platforms_in(item):
            alike = near(name, self._platforms, cutoff=0.8)
            if name not in self._platforms and alike:
                yield path, f"unknown platform `{name}`{alike}"

    def _at_fault(self, item: dict[str, Any], line: int, faults: list[_Fault]) -> Rule:
        """A rule that stays in sight though it cannot be evaluated."""
        spoiled = f"{self._name}:{line}: an alias stands in it, which is not read; write its text"
        reason = self._placed(faults[0]) if faults else spoiled
        title, severity = item.get("title"), item.get("severity")
        return Rule(
            id=item["id"],
            title=title if isinstance(title, str) else item["id"],
            severity=severity if severity in SEVERITIES else "high",
            locked=item.get("locked") in ("true", "yes", "on") and self._origin != "tenant",
            applies_to=_selector(item.get("applies_to")),
            origin=f"{self._name}:{line}",
            tenant_id=self._tenant_id,
            fault=f"The rule is at fault in its file: {reason}",
        )

    def _line(self, *path: str | int) -> int:
        return self._document.line(path)

    def _fault(self, line: int, sentence: str) -> None:
        self._faults.append(_Fault(line=line, sentence=sentence))

    def _placed(self, fault: _Fault) -> str:
        return f"{self._name}:{fault.line}: {fault.sentence}"


def _empty_in(data: Any, path: Path = ()) -> Iterator[Path]:
    """The paths at which nothing stands; no file nests deeper than Python does."""
    if data is None:
        yield path
    items = data.items() if isinstance(data, dict) else ()
    for key, value in enumerate(data) if isinstance(data, list) else items:
        yield from _empty_in(value, (*path, key))


def _is_id(text: str) -> bool:
    return ID.fullmatch(text) is not None


def _selector(data: Any) -> Selector:
    """Which devices a rule at fault means, where that much can be read; else every one."""
    with suppress(ValidationError):
        return selector_of(SelectorShape.model_validate(data or {}))
    return EVERY_DEVICE


def _platforms_in(item: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Each platform that a well-formed rule names, and where."""
    places: list[tuple[Path, Any]] = [
        (("checks", number, "platform"), check.get("platform"))
        for number, check in enumerate(item["checks"])
    ]
    places += [
        (("examples", number, "platform"), example["platform"])
        for number, example in enumerate(item.get("examples", ()))
    ]
    applies = item.get("applies_to", {})
    places.append((("applies_to", "platform"), applies.get("platform")))
    places.append((("applies_to", "not", "platform"), applies.get("not", {}).get("platform")))
    for path, given in places:
        names = [given] if isinstance(given, str) else given or []
        for number, name in enumerate(names):
            yield (path if isinstance(given, str) else (*path, number)), name
