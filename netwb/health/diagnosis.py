"""What one check found: a verdict, a sentence and its cure. Pure.

`unknown` is said where it could not be found out, with the reason; it is never taken for good.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "advice", "wrong", "unknown"]
VERDICTS: tuple[Verdict, ...] = ("wrong", "unknown", "advice", "ok")  # from the worst to the best


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One finding of one check; `said` and `cure` name no secret. A good one needs no cure."""

    check: str
    verdict: Verdict
    said: str
    cure: str = ""


def ok(check: str, said: str) -> Diagnosis:
    """It is as it should be."""
    return Diagnosis(check=check, verdict="ok", said=said)


def advice(check: str, said: str, cure: str) -> Diagnosis:
    """It works, and could be better."""
    return Diagnosis(check=check, verdict="advice", said=said, cure=cure)


def wrong(check: str, said: str, cure: str) -> Diagnosis:
    """It does not work, or will not for long."""
    return Diagnosis(check=check, verdict="wrong", said=said, cure=cure)


def unknown(check: str, said: str, cure: str = "") -> Diagnosis:
    """It could not be found out."""
    return Diagnosis(check=check, verdict="unknown", said=said, cure=cure)


def of_error(check: str, error: object) -> Diagnosis:
    """What an error of netwb's says, whose cures stand after its first semicolon."""
    said, _, cure = str(error).partition("; ")
    return wrong(check, said, cure)


def is_wrong(found: Iterable[Diagnosis]) -> bool:
    """Whether one of them is."""
    return any(one.verdict == "wrong" for one in found)
