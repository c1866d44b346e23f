"""The stylesheet of the bars and tables of `/traffic`."""

from functools import cache
from pathlib import Path


@cache
def traffic_css() -> str:
    """For each sheet of the page."""
    return (Path(__file__).parent / "traffic.css").read_text(encoding="utf-8")
