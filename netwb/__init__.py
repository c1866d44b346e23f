"""netwb, the network engineer's workbench: `Workbench.open()` is where everything begins."""

from netwb._version import __version__
from netwb.errors import NetwbError
from netwb.workbench import Workbench

__all__ = ["NetwbError", "Workbench", "__version__"]
