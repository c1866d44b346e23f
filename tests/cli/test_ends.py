"""How a command ends when somebody else ends it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminals import as_in_a_terminal

COMMAND = [sys.executable, "-m", "netwb", "text"]


@pytest.mark.parametrize(
    ("number", "words"),
    [(signal.SIGTERM, "ended by SIGTERM"), (signal.SIGINT, "stopped by the keyboard")],
    ids=["SIGTERM", "SIGINT"],
)
def test_a_signal_ends_it_with_a_word_and_the_status_that_shells_give(
    tmp_path: Path, number: signal.Signals, words: str
) -> None:
    fifo = tmp_path / "fifo"
    subprocess.run(["mkfifo", fifo], check=True)
    command = [*COMMAND, "judge", str(fifo), "--platform", "cisco_ios"]
    with (
        subprocess.Popen(
            command,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=as_in_a_terminal,  # noqa: PLW1509 - the test has one thread
        ) as child,
        fifo.open("wb"),  # opens when the command reads the other end
    ):
        child.send_signal(number)
        _, told = child.communicate(timeout=30)

    assert child.returncode == 128 + number
    assert words in told
    assert "Traceback" not in told


def test_a_reader_that_has_had_enough_is_no_failure(tmp_path: Path) -> None:
    text = tmp_path / "running.txt"
    text.write_bytes(b"hostname edge1\n" + b"ip route 192.0.2.1 255.255.255.255 Null0\n" * 50_000)
    command = [*COMMAND, "redact", str(text), "--platform", "cisco_ios"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.readline() == b"hostname edge1\n"
        child.stdout.close()
        told = child.stderr.read()

    assert child.returncode == 0, told
    assert b"Traceback" not in told
