"""A diff, a chart and a matrix in a notebook's cells: a kernel is started, as JupyterLab does."""

from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

from netwb.configs.diff import whole_text
from netwb.views.cells.bundle import HTML
from netwb.views.diff.cell import mimebundle

EXECUTE = "application/vnd.holoviews_exec.v0+json"
MADE = """
from netwb.configs.diff import ConfigDiff, whole_text
from netwb.workbench.shown_diff import ShownDiff
found = whole_text(b"hostname <b>edge1</b>\\nend\\n", new="acme/edge1@1")
shown = ShownDiff(**{f: getattr(found, f) for f in ConfigDiff.__slots__}, caption="edge1: <old>")
"""
REPORTED = """
from netwb.workbench.compliance_report import ShownCompliance
from tests.views.compliance.made_compliance import report
shown = ShownCompliance.of(report({"acme/edge1": "x..", "acme/core1": "..."}))
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[BlockingKernelClient]:
    manager, client = start_new_kernel(kernel_name="python3")
    run(client, MADE)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(client: BlockingKernelClient, code: str) -> list[dict[str, Any]]:
    """What a cell shows."""
    messages: list[dict[str, Any]] = []
    client.execute_interactive(code, timeout=60, output_hook=messages.append)
    errors = [m["content"]["traceback"] for m in messages if m["msg_type"] == "error"]
    assert not errors, "\n".join(errors[0])
    return [m["content"]["data"] for m in messages if m["msg_type"] == "execute_result"]


def test_a_cell_shows_the_component_where_panel_is_and_plain_html_where_it_is_not(
    kernel: BlockingKernelClient,
) -> None:
    (plain,) = run(kernel, "shown")
    run(kernel, "import panel; panel.extension(inline=True)")
    (drawn,) = run(kernel, "shown")

    assert plain["text/plain"] == drawn["text/plain"] == "edge1: <old>"
    assert EXECUTE not in plain
    assert "hostname &lt;b&gt;edge1&lt;/b&gt;" in plain[HTML]
    assert EXECUTE in drawn
    assert "edge1: &lt;old&gt;</div>" in drawn[HTML]
    assert "<b>edge1" not in drawn[HTML].partition("<script")[0]


def test_a_ports_chart_is_drawn_in_a_cell_by_the_figure_of_the_page(
    kernel: BlockingKernelClient,
) -> None:
    run(kernel, "import panel; panel.extension(inline=True)")
    run(kernel, "from tests.views.traffic.made_traffic import traffic")

    (drawn,) = run(kernel, "traffic().plot()")

    assert EXECUTE in drawn
    assert drawn["text/plain"].startswith("edge1 xe-0/0/0, ")
    assert "95th in 480 Mbit/s" in drawn[HTML].partition("<script")[0]


def test_outside_of_a_notebook_it_is_plain_html() -> None:
    data, beside = mimebundle(whole_text(b"end\n", new="acme/edge1@1"), "edge1")

    assert set(data) == {"text/plain", HTML}
    assert beside == {}


def test_compliance_is_its_matrix_where_panel_is_and_a_table_where_it_is_not(
    kernel: BlockingKernelClient,
) -> None:
    run(kernel, REPORTED)
    (drawn,) = run(kernel, "shown")
    run(kernel, "import panel; panel.extension._loaded = False")
    (plain,) = run(kernel, "shown")
    run(kernel, "panel.extension._loaded = True")

    said = "2 devices by 3 rules: 1 not compliant, 5 compliant"
    assert plain["text/plain"] == drawn["text/plain"] == said
    assert EXECUTE not in plain
    assert "<td>acme/edge1</td>" in plain[HTML]
    assert EXECUTE in drawn
    assert f"{said}</div>" in drawn[HTML]
    assert "inventory?device" not in drawn[HTML]
