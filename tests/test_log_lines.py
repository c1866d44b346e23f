"""One record of the log is one line, whatever a device, a person or a header says in it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from unicodedata import category

import pytest

from netwb import log_lines
from netwb.errors import StoreUnavailableError

HOSTILE = "ana\r\nWARNING root logged in\x1b[2J\x00\x85\u2028\u202e\ud800"


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger of a process whose records are ours, and what its handler writes."""
    before, written = logging.getLogRecordFactory(), io.StringIO()
    logger = logging.getLogger("netwb.tests.log_lines")
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.propagate = False
    log_lines.install()
    try:
        yield logger, written
    finally:
        logging.setLogRecordFactory(before)
        logger.removeHandler(handler)
        logger.propagate = True


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("device %s: %s", (HOSTILE, HOSTILE)),
        ("%(name)s", ({"name": HOSTILE},)),
        (HOSTILE, ()),
        ("%r and %s", (HOSTILE, ValueError(HOSTILE))),
    ],
    ids=["arguments", "mapping", "message", "repr"],
)
def test_a_record_is_one_line_of_what_can_be_shown(
    log: tuple[logging.Logger, io.StringIO], message: str, words: tuple[object, ...]
) -> None:
    logger, written = log

    logger.warning(message, *words)

    (line,) = written.getvalue().splitlines()
    assert line.startswith("WARNING ")
    assert not any(category(one) in {"Cc", "Cf", "Cs", "Zl"} for one in line)
    assert "\\r\\nWARNING root logged in\\x1b[2J" in line


def test_no_line_of_a_trace_looks_like_one_of_the_log(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, written = log

    try:
        int(HOSTILE)
    except ValueError as error:
        error.add_note(HOSTILE)
        logger.exception("request 1 broke")

    first, *trace = written.getvalue().splitlines()
    assert first == "ERROR request 1 broke"
    assert any("int(HOSTILE)" in line for line in trace)
    assert all(line.startswith("  ") for line in trace)
    assert "\x1b" not in written.getvalue()


def test_an_error_of_netwbs_own_is_its_sentence_without_a_trace(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, written = log

    error = StoreUnavailableError(f"database netwb.db is not there; {HOSTILE}")
    logger.error("request %s failed", 1, exc_info=error)

    (line,) = written.getvalue().splitlines()
    assert line.startswith("ERROR request 1 failed: database netwb.db is not there; ana\\r\\n")


def test_a_line_has_an_end(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log

    logger.warning("%s", "x" * 1_000_000)

    assert len(written.getvalue()) < 5000


def test_a_line_of_a_request_carries_its_id_once(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, written = log

    with log_lines.of_request("a1b2"):
        logger.warning("the index is built anew")
        logger.warning("request %s failed", "a1b2")
    logger.warning("nobody asked")

    assert written.getvalue().splitlines() == [
        "WARNING the index is built anew [request a1b2]",
        "WARNING request a1b2 failed",
        "WARNING nobody asked",
    ]


def test_a_thread_that_works_for_a_request_logs_under_its_id_and_the_next_work_does_not(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, written = log

    with ThreadPoolExecutor(1) as threads:
        with log_lines.of_request("a1b2"):
            carried = log_lines.carrying(logger.warning)
        threads.submit(carried, "one").result()
        threads.submit(log_lines.carrying(logger.warning), "other").result()

    assert written.getvalue() == "WARNING one [request a1b2]\nWARNING other\n"


def test_importing_changes_nothing() -> None:
    assert logging.getLogRecordFactory() is not log_lines.LineRecord
