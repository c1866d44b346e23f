"""From what one device sent to what is to be stored: gate, digest, redaction. No I/O, no database.

Two short cuts keep a quiet night cheap: a text whose keyed digest and rule set are those of the
newest revision is unchanged without being redacted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile

from netwb.archive.records import Baseline
from netwb.configs.clean import clean, digest
from netwb.configs.records import (
    CleanConfig,
    Identity,
    LastGood,
    RawConfig,
    Redacted,
    Rejected,
    ShrinkLimit,
)
from netwb.configs.redact import comparable, redact
from netwb.inventory.records import Target
from netwb.platforms.record import Platform
from netwb.store.keyring import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantKeys:
    """The two keys of a tenant that judging needs, 32 bytes each."""

    redact: bytes
    digest: bytes

    @classmethod
    def of(cls, keyring: Keyring, tenant_id: str) -> TenantKeys:
        """From the keyring; a tenant's first use makes them."""
        return cls(redact=keyring.key("redact", tenant_id), digest=keyring.key("digest", tenant_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A good text that is to be stored."""

    clean: CleanConfig
    redacted: Redacted
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The text of the newest revision again."""

    baseline: Baseline
    clean: CleanConfig


Verdict = Changed | Unchanged | Rejected


def judge(  # noqa: PLR0913 - one arrow of the data flow; the rest goes by keyword
    raw: RawConfig,
    target: Target,
    platform: Platform,
    *,
    keys: TenantKeys,
    baseline: Baseline | None,
    suspect: str | None,
    limit: ShrinkLimit,
) -> Verdict:
    """What is to be done with one text of one device.

    suspect    digest of the text that is held in quarantine for this device and kind
    """
    verdict = clean(
        raw,
        platform,
        identity=Identity(
            hostname=target.hostname,
            sysname=target.sysname,
            serial=target.serial,
            reference=f"{target.tenant}/{target.hostname}",
        ),
        last_good=_last_good(baseline, suspect) if baseline else None,
        limit=limit,
        key=keys.digest,
    )
    if isinstance(verdict, Rejected):
        return verdict
    return compare(verdict, platform, keys=keys, baseline=baseline)


def _last_good(baseline: Baseline, suspect: str | None) -> LastGood:
    return LastGood(lines=baseline.lines, suspect=suspect, digest=baseline.digest)


def compare(
    verdict: CleanConfig, platform: Platform, *, keys: TenantKeys, baseline: Baseline | None
) -> Changed | Unchanged:
    """Whether a good text differs from the newest revision; also for one that a person accepted."""
    mark = digest(keys.digest, comparable(verdict.text, platform))
    if baseline and baseline.digest == mark and baseline.rule_set == platform.rule_set:
        return Unchanged(baseline=baseline, clean=verdict)
    redacted = redact(verdict.text, verdict.volatile, platform, key=keys.redact)
    return Changed(clean=verdict, redacted=redacted, digest=mark)


def credited(verdicts: Sequence[Verdict], platform: Platform) -> list[Verdict]:
    """The verdicts of one device, where a text that names nobody is credited by one like it.

    EOS tells in the startup text alone who wrote it, and when; where that text is the running one,
    the person who saved it is the one who made it.
    """
    told = next((v.clean for v in verdicts if isinstance(v, Changed) and v.clean.changed_by), None)
    if told is None:
        return list(verdicts)
    return [
        replace(v, clean=_credit(v.clean, told, platform)) if isinstance(v, Changed) else v
        for v in verdicts
    ]


def _credit(clean: CleanConfig, told: CleanConfig, platform: Platform) -> CleanConfig:
    if clean.changed_by is not None or _body(clean, platform) != _body(told, platform):
        return clean
    return replace(clean, changed_by=told.changed_by, changed_at=told.changed_at)


def _body(clean: CleanConfig, platform: Platform) -> list[bytes]:
    """From the first line that is no comment: the head names the command that was sent."""
    comment = platform.comment.encode()
    return list(dropwhile(lambda line: line.startswith(comment), clean.text.splitlines()))
