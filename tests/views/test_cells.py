"""Charts in a notebook's cells: alive where somebody sits before it, a picture where nobody does."""

from __future__ import annotations

import os
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

from netwb.archive.records import Change
from netwb.errors import InputError
from netwb.inventory.records import Inherited
from netwb.views.cells.bundle import HTML, PNG, SESSION
from netwb.workbench.records import records_of
from tests.views.traffic.made_traffic import traffic

EVIL = "<img src=x onerror=alert(1)>"
PICTURE = b"\x89PNG"
BARRED = """
from netwb.workbench.progress import DeviceProgress
with DeviceProgress("backup", 2) as bar:
    bar.note_word("failed")
    bar.note_word("<changed")
"""
WRONG = "traffic().plot(zone='Mars')"
MADE = """
from tests.views.test_cells import changes, traffic
"""


def change(day: int, author: str) -> Change:
    return Change(
        at=datetime(2026, 11, day, 8, tzinfo=UTC),
        tenant="acme",
        site="fra1",
        hostname="edge1",
        device_id="d1",
        kind="running",
        author=author,
        message=EVIL,
        added=1,
        removed=0,
        id="f" * 40,
        number=1,
    )


def changes() -> Any:
    return records_of([change(24, "ben"), change(23, "ana"), change(23, EVIL)], Change)


def kernel(session: str) -> Iterator[BlockingKernelClient]:
    own = {name: value for name, value in os.environ.items() if name != SESSION}
    environment = own | ({SESSION: session} if session else {})
    manager, client = start_new_kernel(kernel_name="python3", env=environment)
    shown(client, MADE)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def nobody() -> Iterator[BlockingKernelClient]:
    yield from kernel("")


@pytest.fixture(scope="module")
def somebody() -> Iterator[BlockingKernelClient]:
    yield from kernel("00-start.ipynb")


def shown(client: BlockingKernelClient, code: str) -> list[dict[str, Any]]:
    """What a cell shows, by type, one after the other."""
    messages: list[dict[str, Any]] = []
    client.execute_interactive(code, timeout=60, output_hook=messages.append)
    errors = [m["content"]["traceback"] for m in messages if m["msg_type"] == "error"]
    assert not errors, "\n".join(errors[0])
    kinds = {"execute_result", "display_data"}
    return [m["content"]["data"] for m in messages if m["msg_type"] in kinds]


@pytest.mark.parametrize("code", ["traffic().plot()", "changes().plot()"])
def test_where_nobody_sits_before_a_kernel_a_chart_is_words_and_a_picture(
    nobody: BlockingKernelClient, code: str
) -> None:
    (data,) = shown(nobody, code)

    assert set(data) == {"text/plain", PNG}
    assert b64decode(data[PNG]).startswith(PICTURE)


@pytest.mark.parametrize("code", ["traffic().plot()", "changes().plot()"])
def test_where_somebody_does_the_chart_brings_its_scripts_itself_and_takes_its_picture_away(
    somebody: BlockingKernelClient, code: str
) -> None:
    data = shown(somebody, code)[-1]

    assert "vnd.holoviews_exec" in " ".join(data)
    before_scripts = data[HTML].partition("<script")[0]
    assert f'src="data:{PNG};base64,' in before_scripts
    assert 'document.getElementById("netwb-still-' in data[HTML]
    assert "https://" not in before_scripts
    assert EVIL not in before_scripts


def test_the_same_data_gives_the_same_picture(nobody: BlockingKernelClient) -> None:
    first, second = (shown(nobody, "changes().plot()")[0] for _ in range(2))

    assert first == second
    assert first["text/plain"] == "3 changes by 3 authors, 23 Nov 08:00 to 24 Nov 08:00 UTC"


def test_a_kind_of_which_there_is_no_chart_is_said_with_those_of_which_there_is_one() -> None:
    with pytest.raises(
        InputError, match="no chart of Inherited, but of BusyPort, Change, PortNumbers, TrendDay"
    ):
        records_of([Inherited(value="lab", source="site")], Inherited).plot()
    with pytest.raises(InputError, match="there is no Change to draw"):
        records_of([], Change).plot()


def test_changes_of_the_device_within_the_time_have_a_flag_in_a_ports_chart() -> None:
    other = replace(change(23, "eva"), device_id="d2")

    plot = traffic().plot(changes=[change(23, "ana"), change(24, "ben"), other])

    assert [mark.author for mark in plot._marks] == ["ana"]


def test_a_bar_in_a_cell_is_the_browsers_own_and_leaves_a_line(
    nobody: BlockingKernelClient,
) -> None:
    messages: list[dict[str, Any]] = []
    nobody.execute_interactive(BARRED, timeout=60, output_hook=messages.append)

    drawn = [m["content"] for m in messages if m["msg_type"].endswith("display_data")]
    said = [m for m in messages if m["msg_type"] in {"stream", "error"}]
    assert said == []
    assert '<progress value="0" max="2">' in drawn[0]["data"][HTML]
    assert drawn[-1]["data"]["text/plain"] == "backup: 1 &lt;changed, 1 failed".replace("&lt;", "<")
    assert drawn[-1]["data"][HTML] == "<p>backup: 1 &lt;changed, 1 failed</p>"
    assert len({one["transient"]["display_id"] for one in drawn}) == 1


def test_an_error_in_a_cell_is_one_sentence_without_a_stack(nobody: BlockingKernelClient) -> None:
    messages: list[dict[str, Any]] = []
    nobody.execute_interactive(WRONG, timeout=60, output_hook=messages.append)

    (error,) = (m["content"] for m in messages if m["msg_type"] == "error")
    assert error["traceback"] == ["InputError: 'Mars' is no time zone; write it as Europe/Berlin"]
