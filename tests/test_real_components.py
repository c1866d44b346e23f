"""A missing component skips a test on a laptop, and fails it in CI."""

from __future__ import annotations

import pytest

from tests.real_components import REQUIRE_REAL, require_real


@pytest.fixture(params=["0", "1"], ids=["laptop", "ci"])
def switch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(REQUIRE_REAL, request.param)
    return str(request.param)


def test_a_present_component_lets_the_test_go_on(switch: str) -> None:
    require_real("sshd", present=True)
    require_real("a router", missing=[])

    assert switch


def test_a_missing_component_skips_or_fails_and_is_named(switch: str) -> None:
    outcome = pytest.fail.Exception if switch == "1" else pytest.skip.Exception

    with pytest.raises(outcome, match="sshd is missing"):
        require_real("sshd", present=False)
    with pytest.raises(outcome, match="a router needs root, zebra"):
        require_real("a router", missing=["root", "zebra"])
