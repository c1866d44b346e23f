"""What checks found, for people: the worst first, and what is well once said."""

from __future__ import annotations

from collections.abc import Sequence

from netwb.cli.show import print_table
from netwb.health.diagnosis import VERDICTS, Diagnosis


def print_diagnoses(found: Sequence[Diagnosis]) -> None:
    """One row each; rows of a verdict stay in their order."""
    rows = sorted(found, key=lambda one: VERDICTS.index(one.verdict))
    print_table(
        ("verdict", "check", "what was found"),
        [(one.verdict, one.check, _sentence(one)) for one in rows],
        empty="nothing was looked at",
    )


def counted(found: Sequence[Diagnosis]) -> str:
    """`1 wrong, 3 advice, 20 ok`."""
    counts = ((verdict, sum(one.verdict == verdict for one in found)) for verdict in VERDICTS)
    return ", ".join(f"{count} {verdict}" for verdict, count in counts if count)


def _sentence(one: Diagnosis) -> str:
    return f"{one.said}; {one.cure}" if one.cure else one.said
