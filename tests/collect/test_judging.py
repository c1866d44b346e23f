"""Crediting a change by the other text of the same device."""

from __future__ import annotations

from datetime import UTC, datetime

from netwb.collect.judging import Changed, credited
from netwb.configs.records import CleanConfig, Redacted
from netwb.inventory.records import ConfigKind
from tests.collect.ground import PLATFORMS

EOS = PLATFORMS["arista_eos"]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BODY = b"!\nhostname leaf1\n!\nend\n"


def changed(kind: ConfigKind, text: bytes, by: str | None) -> Changed:
    clean = CleanConfig(
        kind=kind,
        text=text,
        lines=text.count(b"\n"),
        volatile=(),
        proof="end mark",
        changed_by=by,
        changed_at=NOON if by else None,
    )
    redacted = Redacted(text=text, placed=(), secrets={}, volatile=(), rule_set="1")
    return Changed(clean=clean, redacted=redacted, digest="d")


def authors(running: bytes, startup: bytes) -> list[str | None]:
    verdicts = [changed("running", running, None), changed("startup", startup, "eva")]
    return [v.clean.changed_by for v in credited(verdicts, EOS) if isinstance(v, Changed)]


def test_a_saved_change_is_of_who_saved_it() -> None:
    running = b"! Command: show running-config\n" + BODY
    startup = b"! Command: show startup-config\n" + BODY

    assert authors(running, startup) == ["eva", "eva"]


def test_an_unsaved_change_is_of_nobody_known() -> None:
    running = b"! Command: show running-config\n" + BODY.replace(b"leaf1", b"leaf2")
    startup = b"! Command: show startup-config\n" + BODY

    assert authors(running, startup) == [None, "eva"]
