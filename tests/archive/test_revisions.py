"""What may stand behind `@`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from netwb.archive.revisions import AsOf, Back, CommitId, parse_revision
from netwb.errors import InputError


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("latest", Back(0)),
        ("latest~3", Back(3)),
        ("ABCD", CommitId("abcd")),
        ("2026", CommitId("2026")),
        ("0" * 40, CommitId("0" * 40)),
        ("2026-03-01", AsOf(datetime(2026, 3, 1, tzinfo=UTC))),
        ("2026-03-01T12:00Z", AsOf(datetime(2026, 3, 1, 12, tzinfo=UTC))),
        (
            "2026-03-01 12:00+02:00",
            AsOf(datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))),
        ),
    ],
)
def test_a_revision_is_read(text: str, meant: object) -> None:
    assert parse_revision(text) == meant


@pytest.mark.parametrize(
    "text", ["", "abc", "latest~", "latest~-1", "yesterday", "g" * 8, "0" * 41]
)
def test_what_is_no_revision_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InputError, match=r"latest~1"):
        parse_revision(text)
