"""A comparison in a notebook's cell: the component of the pages, under a line that needs no script.

Where Panel was not asked for (`panel.extension()`), and for who reads the stored notebook elsewhere,
there is the diff's own HTML, which needs nothing.
"""

from __future__ import annotations

from netwb.configs.diff import ConfigDiff
from netwb.views.cells.bundle import HTML, Bundle, line, running
from netwb.views.diff.view import DiffView

ROWS = 2_000  # that come with the output: a stored notebook has no kernel to ask for more


def mimebundle(diff: ConfigDiff, caption: str) -> Bundle:
    """What a cell shows, by its type, and what Panel wants said beside it."""
    plain: Bundle = ({"text/plain": caption, HTML: diff._repr_html_()}, {})
    if not running():
        return plain
    view = DiffView(
        diff, label=caption, keys="focus", first=ROWS, sizing_mode="stretch_width", margin=(4, 0)
    )
    bundle = view._repr_mimebundle_()  # type: ignore[no-untyped-call]  # Panel's is untyped
    if not isinstance(bundle, tuple):  # Panel had to warn: its scripts are not in this notebook
        return plain
    drawn, beside = bundle
    return {**drawn, "text/plain": caption, HTML: line(caption) + drawn.get(HTML, "")}, beside
