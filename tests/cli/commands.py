"""Run a command line as a person does, and read what it printed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from netwb.cli.main import main


@dataclass(frozen=True)
class Ran:
    """One command: exit status and what stood on both outputs."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its one document."""
        return json.loads(self.out)


class Commands:
    """`netwb ARGUMENTS --home HOME`."""

    def __init__(self, home: object, capture: pytest.CaptureFixture[str]) -> None:
        self._home = str(home)
        self._capture = capture

    def __call__(self, *arguments: str) -> Ran:
        self._capture.readouterr()
        status = main([*arguments, "--home", self._home])
        printed = self._capture.readouterr()
        return Ran(status, printed.out, printed.err)
