"""From what one device sent to what is to be stored: gate, digest, redaction. No I/O, no database.

A short cut keeps a quiet night cheap: a text whose keyed digest and rule set are those of the newest
revision is unchanged without being redacted, and without a look at what was secret before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import dropwhile

from netwb.archive.records import Baseline, Cause, Entry
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
from netwb.configs.redact import comparable, long_secrets, redact
from netwb.configs.spans import is_long
from netwb.health.syslog.records import Said
from netwb.inventory.records import ConfigKind, Device, Target
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
KnownSecrets = Callable[[], Collection[bytes]]  # asked only for a text that is to be stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of one kind of text of the device.

    suspect    digest of the text that is held in quarantine for this device and kind
    discarded  digests of those that a person discarded
    """

    baseline: Baseline | None = None
    suspect: str | None = None
    discarded: frozenset[str] = frozenset()


def judge(  # noqa: PLR0913 - one arrow of the data flow; the rest goes by keyword
    raws: Sequence[RawConfig],
    target: Target,
    platform: Platform,
    *,
    keys: TenantKeys,
    past: Mapping[ConfigKind, Past],
    limit: ShrinkLimit,
    serial: str | None,
    known: KnownSecrets,
) -> list[Verdict]:
    """What is to be done with the texts of one login.

    serial  what the device said of itself in this login; another one than the inventory's makes its
            texts wait for a person
    known   secrets of the device's newest revisions; those of a text of this login count for the
            other one too, even of a rejected one, so that startup does not show what only running
            calls a secret
    """
    judged = [
        _believed(raw, target, platform, keys=keys, past=past[raw.kind], limit=limit, serial=serial)
        for raw in raws
    ]

    def known_to(own: CleanConfig) -> Collection[bytes]:
        others = (long_secrets(text.text, platform) for text in judged if text is not own)
        return frozenset(known()).union(*others)

    verdicts = [
        text
        if isinstance(text, Rejected)
        else compare(
            text,
            platform,
            keys=keys,
            baseline=past[text.kind].baseline,
            known=partial(known_to, text),
        )
        for text in judged
    ]
    return credited(verdicts, platform)


def _believed(  # noqa: PLR0913 - as above
    raw: RawConfig,
    target: Target,
    platform: Platform,
    *,
    keys: TenantKeys,
    past: Past,
    limit: ShrinkLimit,
    serial: str | None,
) -> CleanConfig | Rejected:
    return clean(
        raw,
        platform,
        identity=Identity(
            hostname=target.hostname,
            sysname=target.sysname,
            serial=target.serial,
            reference=f"{target.tenant}/{target.hostname}",
            trigger=target.trigger,
        ),
        last_good=_last_good(past.baseline, past) if past.baseline else None,
        limit=limit,
        key=keys.digest,
        serial=serial,
    )


def _last_good(baseline: Baseline, past: Past) -> LastGood:
    return LastGood(
        lines=baseline.lines,
        suspect=past.suspect,
        digest=baseline.digest,
        discarded=past.discarded,
    )


def compare(
    verdict: CleanConfig,
    platform: Platform,
    *,
    keys: TenantKeys,
    baseline: Baseline | None,
    known: KnownSecrets,
) -> Changed | Unchanged:
    """Whether a good text differs from the newest revision; also for one that a person accepted."""
    mark = digest(keys.digest, comparable(verdict.text, platform))
    stored = baseline is not None and baseline.secrets == "kept"
    if baseline and stored and (baseline.digest, baseline.rule_set) == (mark, platform.rule_set):
        return Unchanged(baseline=baseline, clean=verdict)
    redacted = redact(
        verdict.text, verdict.volatile, platform, key=keys.redact, known=tuple(known())
    )
    return Changed(clean=_discreet(verdict, redacted), redacted=redacted, digest=mark)


def _discreet(clean: CleanConfig, redacted: Redacted) -> CleanConfig:
    """Without its author, where that name is one of the secrets: it would stand in the commit."""
    if is_secret(clean.changed_by or "", redacted):
        return replace(clean, changed_by=None)
    return clean


def is_secret(name: str, redacted: Redacted) -> bool:
    """Whether somebody's name is, or holds, one of the text's secrets."""
    author = name.encode()
    values = (secret.value for secret in redacted.secrets.values())
    return bool(author) and any(v in author and (v == author or is_long(v)) for v in values)


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


def crediting(entry: Entry, heard: Sequence[Said]) -> Entry:
    """The entry with what was heard of its device, but for names that are secrets of its text."""
    known = tuple(one for one in heard if not is_secret(one.by, entry.redacted))
    return replace(entry, heard=known) if known else entry


def make_entry(  # noqa: PLR0913 - one arrow of the data flow; the rest goes by keyword
    verdict: Changed,
    place: Device | Target,
    *,
    device_id: str,
    cause: Cause,
    run_id: str,
    note: str,
    now: datetime,
) -> Entry:
    """What the archive is given for a text that is to be stored.

    now   when it was fetched: its time, where the device does not say when it was changed
    """
    return Entry(
        device_id=device_id,
        tenant_id=place.tenant_id,
        tenant=place.tenant,
        site=place.site,
        hostname=place.hostname,
        platform=place.platform,
        kind=verdict.clean.kind,
        clean=verdict.clean,
        redacted=verdict.redacted,
        digest=verdict.digest,
        cause=cause,
        run_id=run_id,
        note=note,
        author=verdict.clean.changed_by,
        at=verdict.clean.changed_at or now,
    )
