"""What reaches a terminal, and what reaches a program."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout

import pytest

from netwb.cli.show import in_words, print_json, print_text

HOSTILE = "banner \x1b]0;owned\x07 \x9b2J\ttab\r\nend \x7f\n"


class Terminal(io.TextIOWrapper):
    """Stdout that says that a person looks."""

    def isatty(self) -> bool:
        return True


def printed(stdout: io.TextIOWrapper) -> bytes:
    with redirect_stdout(stdout):
        print_text(HOSTILE.encode())
        stdout.flush()
    assert isinstance(stdout.buffer, io.BytesIO)
    return stdout.buffer.getvalue()


def test_a_person_sees_control_characters_and_a_terminal_obeys_none() -> None:
    seen = printed(Terminal(io.BytesIO(), encoding="utf-8")).decode()

    assert seen == "banner \\x1b]0;owned\\x07 \\x9b2J   tab\nend \\x7f\n"


def test_a_program_gets_the_bytes() -> None:
    assert printed(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")) == HOSTILE.encode()


def test_json_holds_no_control_character_and_keeps_the_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_json({"text": HOSTILE + "Zürich"})

    out = capsys.readouterr().out
    assert all(character.isprintable() or character == "\n" for character in out)
    assert "Zürich" in out
    assert json.loads(out) == {"text": HOSTILE + "Zürich"}


def test_one_device_is_one_device() -> None:
    assert [in_words(count) for count in (0, 1, 2)] == ["0 devices", "1 device", "2 devices"]
