"""Every case of tests/data, through gate and redaction."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from netwb.configs.clean import clean, digest
from netwb.configs.records import CleanConfig, LastGood, Rejected
from netwb.configs.redact import find_tokens, redact, restore
from netwb.platforms.record import Platform
from tests.configs.conftest import KEY, LIMIT, Case, case_folders

FOLDERS = case_folders()


def judged(case: Case, platform: Platform) -> CleanConfig | Rejected:
    lines: int = case.expected.get("last_lines", 0)
    last_good = LastGood(lines=lines) if lines else None
    words: dict[str, Any] = {"identity": case.identity, "limit": LIMIT, "key": KEY}
    verdict = clean(case.raw, platform, last_good=last_good, **words)
    if case.expected.get("suspect") is None:
        return verdict
    assert isinstance(verdict, Rejected)
    suspect = verdict.digest if case.expected["suspect"] == "same" else digest(KEY, b"another")
    return clean(case.raw, platform, last_good=LastGood(lines=lines, suspect=suspect), **words)


@pytest.mark.parametrize("folder", FOLDERS, ids=[f"{f.parent.name}-{f.name}" for f in FOLDERS])
def test_every_recorded_text_gets_its_verdict(folder: Path, platforms: dict[str, Platform]) -> None:
    case = Case(folder)

    verdict = judged(case, platforms[case.platform])

    if case.expected["verdict"] == "good":
        assert isinstance(verdict, CleanConfig), verdict.cause
        assert_is_canonical(verdict, case)
    else:
        assert isinstance(verdict, Rejected)
        assert type(verdict.cause).__name__ == case.expected["verdict"]
        assert case.expected.get("says", "") in str(verdict.cause)
        assert (verdict.clean is not None) == case.expected.get("acceptable", False)


def assert_is_canonical(config: CleanConfig, case: Case) -> None:
    expected = case.expected
    assert b"\r" not in config.text
    assert config.text.endswith(b"\n")
    assert not config.text.endswith(b"\n\n")
    assert not config.text.startswith(expected["command"].encode())
    assert bytes.fromhex(expected.get("contains_hex", "")) in config.text
    assert config.proof == expected.get("proof", config.proof)
    if "changed_at" in expected:
        at = expected["changed_at"]
        assert config.changed_at == (at and datetime.fromisoformat(at))
        assert config.changed_by == expected["changed_by"]
    assert len(config.volatile) == expected.get("volatile", len(config.volatile))


@pytest.mark.parametrize("folder", FOLDERS, ids=[f"{f.parent.name}-{f.name}" for f in FOLDERS])
def test_every_good_text_comes_back_from_its_redacted_form(
    folder: Path, platforms: dict[str, Platform]
) -> None:
    case = Case(folder)
    platform = platforms[case.platform]
    verdict = judged(case, platform)
    text = verdict.text

    redacted = redact(text, (), platform, key=KEY)

    values = {token: secret.value for token, secret in redacted.secrets.items()}
    assert restore(redacted.text, redacted.placed, values) == text
    assert find_tokens(redacted.text) == redacted.placed
    if "secrets" in case.expected:
        assert set(values.values()) == {value.encode() for value in case.expected["secrets"]}


def test_each_platform_has_good_and_bad_cases(platforms: dict[str, Platform]) -> None:
    for name in platforms:
        verdicts = {Case(f).expected["verdict"] for f in FOLDERS if f.parent.name == name}

        assert {"good", "IncompleteConfigError", "WrongDeviceError"} <= verdicts
