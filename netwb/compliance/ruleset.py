"""All rules that hold: the starter pack, over it the provider's, over those each tenant's. Pure.

A rule of the same id replaces the one below it. What the provider has locked no tenant replaces and
nobody turns off; who tries is told, and the locked rule holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from hashlib import sha256

from netwb.compliance.records import Origin, Rule, RuleFile, RunningIsStartup
from netwb.compliance.selector import Subject

ENGINE = 2  # raised when the same rule may find something else in the same text than before
_ORDER: tuple[Origin, ...] = ("starter", "provider", "tenant")


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """Rules merged by id.

    rules   all that are in force for somebody, by id; a tenant's before what it replaces there
    faults  those of the files, and what they may not do to each other, one sentence each
    digest  changes when a finding may: what was judged by another one is judged anew
    """

    rules: tuple[Rule, ...] = ()
    faults: tuple[str, ...] = ()
    digest: str = ""
    _common: tuple[Rule, ...] = field(default=(), repr=False)
    _tenants: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, *files: RuleFile) -> RuleSet:
        """Merge them, in the order starter, provider, tenants, whatever order they come in."""
        return _Merging(files).merged()

    def for_tenant(self, tenant_id: str) -> tuple[Rule, ...]:
        """The rules in force for a tenant's devices, by id."""
        return self._tenants.get(tenant_id, self._common)

    def for_device(self, subject: Subject, tenant_id: str) -> tuple[Rule, ...]:
        """Those of them that mean this device, by id."""
        return tuple(rule for rule in self.for_tenant(tenant_id) if rule.applies_to.means(subject))


def where_startup_is_taken(file: RuleFile, is_taken: Callable[[str], bool]) -> RuleFile:
    """What compares with the startup configuration means no platform whose one is not taken."""
    return replace(file, rules=tuple(_where_taken(rule, is_taken) for rule in file.rules))


def _where_taken(rule: Rule, is_taken: Callable[[str], bool]) -> Rule:
    checks = (check for check in rule.checks if isinstance(check.verb, RunningIsStartup))
    named = {name for check in checks for name in check.platforms if not is_taken(name)}
    if not named:
        return rule
    without = rule.applies_to.without
    platform = tuple(sorted({*without.platform, *named}))
    selector = replace(rule.applies_to, without=replace(without, platform=platform))
    return replace(rule, applies_to=selector)


def digest_of(rules: Iterable[Rule]) -> str:
    """Changes when what these rules find may change; not by their words, examples or places."""
    return sha256(repr([ENGINE, *map(_judging, rules)]).encode(errors="surrogatepass")).hexdigest()


def _judging(rule: Rule) -> tuple[object, ...]:
    checks = tuple(replace(check, line=0) for check in rule.checks)
    return rule.id, rule.applies_to, checks, rule.fault, rule.tenant_id


class _Merging:
    """Files on their way into one set."""

    def __init__(self, files: Sequence[RuleFile]) -> None:
        self._files = sorted(files, key=lambda file: _ORDER.index(file.origin))
        self._faults = [fault for file in self._files for fault in file.faults]

    def merged(self) -> RuleSet:
        """What holds for all, and for each tenant: the later origin replaces, but for what is locked."""
        provider = [file for file in self._files if file.origin != "tenant"]
        common: dict[str, Rule] = {}
        for origin in _ORDER[:2]:
            common |= self._own([file for file in provider if file.origin == origin])
        known = frozenset(common)
        common = self._without(common, provider, known)
        tenants: dict[str, dict[str, Rule]] = {}
        for tenant_id, files in self._by_tenant().items():
            own = self._unlocked(self._own(files), common)
            tenants[tenant_id] = self._without(common | own, files, known | own.keys())
        return self._set(common, tenants)

    def _set(self, common: dict[str, Rule], tenants: dict[str, dict[str, Rule]]) -> RuleSet:
        rules = {id(rule): rule for one in (*tenants.values(), common) for rule in one.values()}
        ordered = sorted(rules.values(), key=lambda rule: (rule.id, rule.tenant_id is None))
        return RuleSet(
            rules=tuple(ordered),
            faults=tuple(dict.fromkeys(self._faults)),
            digest=digest_of(rule for one in (common, *tenants.values()) for rule in _by_id(one)),
            _common=_by_id(common),
            _tenants={tenant_id: _by_id(own) for tenant_id, own in tenants.items()},
        )

    def _by_tenant(self) -> dict[str, list[RuleFile]]:
        found: defaultdict[str, list[RuleFile]] = defaultdict(list)
        for file in self._files:
            if file.origin == "tenant":
                found[file.tenant_id or ""].append(file)
        return found

    def _own(self, files: Iterable[RuleFile]) -> dict[str, Rule]:
        """The rules of files that stand beside each other."""
        found: dict[str, Rule] = {}
        for rule in (rule for file in files for rule in file.rules):
            if rule.id in found:
                first = found[rule.id].origin
                said = f"the id `{rule.id}` stands in {first} already; rename one"
                self._faults.append(f"{rule.origin}: {said}")
            else:
                found[rule.id] = rule
        return found

    def _unlocked(self, own: dict[str, Rule], common: dict[str, Rule]) -> dict[str, Rule]:
        """What a tenant may have."""
        locked = [rule for rule in own.values() if _is_locked(rule.id, common)]
        for rule in locked:
            said = f"the provider has locked `{rule.id}`; give the rule another id"
            self._faults.append(f"{rule.origin}: {said}")
        return {rule_id: rule for rule_id, rule in own.items() if rule not in locked}

    def _without(
        self, rules: dict[str, Rule], files: Iterable[RuleFile], known: Iterable[str]
    ) -> dict[str, Rule]:
        """The rules less those that the files do without."""
        off = set()
        for where, rule_id in (named for file in files for named in _off(file)):
            if rule_id not in known:
                self._faults.append(f"{where}: `off` names `{rule_id}`{_meant(rule_id, known)}")
            elif _is_locked(rule_id, rules):
                said = f"`off` names `{rule_id}`, which the provider has locked; take it out"
                self._faults.append(f"{where}: {said}")
            else:
                off.add(rule_id)
        return {rule_id: rule for rule_id, rule in rules.items() if rule_id not in off}


def _off(file: RuleFile) -> Iterator[tuple[str, str]]:
    """File and line, and the id that it does without."""
    for rule_id, line in zip(file.off, file.off_lines, strict=True):
        yield f"{file.name}:{line}", rule_id


def _is_locked(rule_id: str, rules: Mapping[str, Rule]) -> bool:
    return rule_id in rules and rules[rule_id].locked


def _meant(rule_id: str, known: Iterable[str]) -> str:
    near = get_close_matches(rule_id, sorted(known), n=1)
    return (
        f", which is no rule; did you mean `{near[0]}`?"
        if near
        else ", which is no rule; take it out"
    )


def _by_id(rules: Mapping[str, Rule]) -> tuple[Rule, ...]:
    return tuple(rules[rule_id] for rule_id in sorted(rules))
