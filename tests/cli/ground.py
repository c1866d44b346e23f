"""Command lines run within the test's process: status, what was printed, what was said."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netwb.cli.main import main


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One command line's end."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


class Netwb:
    """The command `netwb` over one home."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *arguments: str) -> Ran:
        out, err = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
        with redirect_stdout(out), redirect_stderr(err):
            status = main([*arguments, "--home", str(self.home)])
        return Ran(status=status, out=_text(out), err=_text(err))

    def good(self, *arguments: str) -> Ran:
        """The same, for steps on the way that have to work."""
        ran = self(*arguments)
        assert ran.status == 0, ran.err
        return ran


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
