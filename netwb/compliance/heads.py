"""Rules as lists show them, to whoever asks: to a tenant without words that are of others. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from netwb.compliance.records import Rule
from netwb.compliance.report import RuleHead
from netwb.compliance.selector import Words

EVERY = "every device"
_KEYS = ("platform", "role", "label", "site", "tenant", "hostname")
_OPEN = ("platform", "role", "label")  # words that tell nothing of a tenant's network


def head_of(
    rule: Rule,
    *,
    source: str,
    slugs: Mapping[str, str],
    seen: Collection[str] | None,
    off_for: Iterable[str] = (),
) -> RuleHead:
    """One rule.

    slugs   of tenants with rules of their own, by id
    seen    slugs of all tenants that whoever asks may see; None: all there are
    """
    names = {name for check in rule.checks for name in check.platforms}
    everywhere = any(not check.platforms for check in rule.checks)
    return RuleHead(
        id=rule.id,
        title=rule.title,
        severity=rule.severity,
        why=rule.why,
        reference=rule.reference,
        locked=rule.locked,
        source=source,  # type: ignore[arg-type]  # an Origin
        tenant=slugs.get(rule.tenant_id) if rule.tenant_id else None,
        origin=rule.origin,
        applies_to=_selected(rule, seen),
        platforms=() if everywhere else tuple(sorted(names)),
        note=rule.note,
        off_for=tuple(sorted(off_for)),
    )


def source_of(rule: Rule) -> str:
    """Which kind of file it is of, by its place."""
    if rule.tenant_id:
        return "tenant"
    return "starter" if rule.origin.startswith("starter/") else "provider"


def concerns(rule: Rule, seen: Collection[str] | None) -> bool:
    """Whether it can mean a device of one of those tenants; what cannot is not theirs to know."""
    wanted = rule.applies_to.words.tenant
    return seen is None or not wanted or any(slug in seen for slug in wanted)


def _selected(rule: Rule, seen: Collection[str] | None) -> str:
    own = rule.tenant_id is not None
    meant = _words(rule.applies_to.words, seen, own=own)
    without = _words(rule.applies_to.without, seen, own=own)
    said = meant or EVERY
    return f"{said}, but {without}" if without else said


def _words(words: Words, seen: Collection[str] | None, *, own: bool) -> str:
    parts = []
    for key in _KEYS:
        listed: tuple[str, ...] = getattr(words, key)
        if key == "tenant" and seen is not None and not own:
            listed = tuple(one for one in listed if one in seen)
        if not listed:
            continue
        hidden = seen is not None and not own and key not in (*_OPEN, "tenant")
        parts.append(f"some {key}s" if hidden else f"{key} {' or '.join(listed)}")
    return ", ".join(parts)
