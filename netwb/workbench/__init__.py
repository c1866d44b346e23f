"""The facade: what notebooks, dashboards, handlers, commands and the daemon stand on."""

from netwb.workbench.bench import Workbench

__all__ = ["Workbench"]
