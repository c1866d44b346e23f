"""A script of this folder at work in a node's network: it ends with its test, and says when it began.

It is given one JSON document, prints one line once it works, and ends when its input does.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.real.namespaces import Namespaces, RigError

_WAIT_S = 10


class Helper:
    """A running script; `began_at` is its first line, a reading of the monotonic clock."""

    def __init__(self, node: Namespaces, script: str, given: Mapping[str, Any]) -> None:
        path = Path(__file__).with_name(script)
        self._process = subprocess.Popen(
            [*node.inside, sys.executable, "-I", "-S", str(path), json.dumps(given)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            said = self._process.communicate(timeout=_WAIT_S)[1]
            raise RigError(said.decode())
        self.began_at = float(line)

    def stop(self) -> None:
        """Let it finish now; an error of its is the rig's. Twice does no harm."""
        if self._process.stdin is None or self._process.stdin.closed:
            return
        said = self._process.communicate(timeout=_WAIT_S)[1]
        if self._process.returncode:
            raise RigError(said.decode())
