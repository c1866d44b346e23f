"""How long a person waits for `from netwb import Workbench`; must be at most 1.0 s, aim 0.4 s."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import time
began = time.perf_counter()
from netwb import Workbench
print(time.perf_counter() - began)
"""


def test_import_of_the_facade() -> None:
    took = [float(subprocess.check_output([sys.executable, "-c", SCRIPT])) for _ in range(5)]

    print(f"\nfrom netwb import Workbench: {min(took):.2f} s best, {max(took):.2f} s worst of 5")
