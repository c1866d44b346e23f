"""One-time codes: the RFC's own, one step of drift, and each of them once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.access.totp import STEP_S, base32, uri, used_step

RFC_SECRET = b"12345678901234567890"
# RFC 6238, appendix B, SHA-1; the last six digits of its eight
RFC_CODES = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
}


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), RFC_CODES.items())
def test_the_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    assert used_step(RFC_SECRET, code, at(seconds), after=0) == seconds // STEP_S


@pytest.mark.parametrize(
    ("drift_s", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_clock_may_be_off_by_one_step(drift_s: int, taken: bool) -> None:  # noqa: FBT001 - a table
    shown_at = 1111111111

    step = used_step(RFC_SECRET, RFC_CODES[shown_at], at(shown_at + drift_s), after=0)

    assert (step is not None) is taken


def test_a_step_that_was_used_is_used_up_and_so_are_those_before() -> None:
    step = used_step(RFC_SECRET, "050471", at(1111111111), after=0)
    assert step is not None

    assert used_step(RFC_SECRET, "050471", at(1111111111), after=step) is None
    assert used_step(RFC_SECRET, "050471", at(1111111111), after=step + 1) is None


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "05047a", "٠٥٠٤٧١", "-50471", "050471\x00"]
)
def test_what_is_no_code_is_none(code: str) -> None:
    assert used_step(RFC_SECRET, code, at(1111111111), after=0) is None


def test_blanks_in_a_code_are_not_minded() -> None:
    assert used_step(RFC_SECRET, " 050 471\n", at(1111111111), after=0) is not None


@given(st.integers(0, 999_999), st.integers(0, 2**33))
def test_a_guess_is_taken_for_three_codes_at_most(guess: int, seconds: int) -> None:
    now = at(seconds)
    code = f"{guess:06}"

    step = used_step(RFC_SECRET, code, now, after=0)

    if step is not None:
        assert abs(step - seconds // STEP_S) <= 1
        assert used_step(RFC_SECRET, code, now + timedelta(hours=1), after=step) != step


def test_the_uri_is_what_an_app_reads() -> None:
    assert uri(RFC_SECRET, "ana@acme.example") == (
        "otpauth://totp/netwb:ana%40acme.example"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=netwb"
    )
    assert base32(b"x" * 20).count("=") == 0
