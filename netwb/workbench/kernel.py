"""Whether a notebook's kernel runs this process, and how something is shown in its cell meanwhile.

Nothing is imported for it: a kernel has both modules loaded, and nothing else needs them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any


def in_kernel() -> bool:
    """One that only talks to kernels has the package as well, and is none."""
    kernel: Any = sys.modules.get("ipykernel.kernelapp")
    return kernel is not None and bool(kernel.IPKernelApp.initialized())


class CellPlace:
    """A place in the cell's output whose content can be put in the place of the former one."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, data: Mapping[str, str]) -> None:
        """By type."""
        if self._handle is not None:
            self._handle.update(dict(data), raw=True)
            return
        display: Any = sys.modules["IPython.display"]
        self._handle = display.display(dict(data), raw=True, display_id=True)
