"""A compliance report in a notebook's cell: the matrix of the page, under a line that needs no script.

Where Panel was not asked for, and for who reads the stored notebook elsewhere, there is the report's
own table. Nothing in it leads anywhere: a notebook does not know where netwb is served.
"""

from __future__ import annotations

from netwb.compliance.report import ComplianceReport
from netwb.views.cells.bundle import HTML, Bundle, line, running
from netwb.views.compliance.grid import choose, grid_text
from netwb.views.compliance.look import Look
from netwb.views.compliance.pane import MatrixPane

HEAD_PX, ROW_PX, MOST_PX = (
    156,
    34,
    560,
)  # of the names of rules, of a row with its part of the heads


def mimebundle(report: ComplianceReport, caption: str, table: str) -> Bundle:
    """What a cell shows, by its type, and what Panel wants said beside it."""
    plain: Bundle = ({"text/plain": caption, HTML: table}, {})
    if not running():
        return plain
    bundle = matrix_of(report)._repr_mimebundle_()  # type: ignore[no-untyped-call]  # Panel's is untyped
    if not isinstance(bundle, tuple):  # Panel had to warn: its scripts are not in this notebook
        return plain
    drawn, beside = bundle
    return {**drawn, "text/plain": caption, HTML: line(caption) + drawn.get(HTML, "")}, beside


def matrix_of(report: ComplianceReport) -> MatrixPane:
    """Worst devices first; what is good is said once."""
    shown = choose(report, Look(), report.at)
    pane = MatrixPane(
        sizing_mode="stretch_width",
        height=min(MOST_PX, HEAD_PX + ROW_PX * (len(shown.lines) + 2 * len(shown.groups))),
        margin=(4, 0),
    )
    pane.draw(grid_text(shown, Look(), None, report.at))
    return pane
