"""A test that logs what no UTF-8 holds does not end the process that shares the tests with others."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from tests.reports import sendable


def test_what_cannot_be_sent_is_spelled_out() -> None:
    told: dict[str, Any] = {"sections": [("log", "file \udcff and ü")], "count": 1, "none": None}

    assert sendable(told) == {
        "sections": [("log", "file \\udcff and ü")],
        "count": 1,
        "none": None,
    }


def test_the_reports_of_a_test_are_sent_so(request: pytest.FixtureRequest) -> None:
    logging.getLogger(__name__).warning("file %s", "\udcff")  # and so does this one itself
    report = pytest.TestReport(
        nodeid=f"{Path(__file__).name}::one",
        location=("", 0, "one"),
        keywords={},
        outcome="passed",
        longrepr=None,
        when="call",
        sections=[("Captured log call", "file \udcff")],
    )

    sent = request.config.hook.pytest_report_to_serializable(config=request.config, report=report)

    assert sent["sections"] == [("Captured log call", "file \\udcff")]
