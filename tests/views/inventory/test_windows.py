"""Change windows as a panel of a device's page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from netwb.snapshots.records import DeviceState, SnapshotHead
from netwb.views.inventory.windows import MOST, windows_panel
from netwb.workbench.snapshots import DeviceWindow, Snapshot, _compared

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
EVIL = "<img src=x onerror=alert(1)>"


def taken(name: str, interfaces: dict[str, Any], **changes: Any) -> Snapshot:
    state = {
        "device_id": "d1",
        "tenant_id": "t1",
        "tenant": "acme",
        "hostname": "edge1",
        "state": {"interfaces": interfaces},
    }
    head = SnapshotHead(
        id=name,
        name=name,
        taken_at=NOW - timedelta(hours=1),
        taken_by="ana",
        getters=("interfaces",),
        devices=1,
        failed=0,
    )
    return Snapshot(head=head, states=(DeviceState(**{**state, **changes}),))


def window(one: Snapshot, before: Snapshot | None = None) -> DeviceWindow:
    since = None if before is None else _compared(before, one)
    return DeviceWindow(head=one.head, state=one.states[0], since=since)


def panel(*windows: DeviceWindow) -> str:
    return windows_panel(windows, NOW, ZONE)


def test_a_device_without_any_has_no_panel() -> None:
    assert panel() == ""


def test_the_first_one_says_what_was_asked_and_the_next_what_differs() -> None:
    first, second = taken("CHG1", {"eth0": {"is_up": True}}), taken("CHG2", {"eth0": {"is_up": 0}})

    drawn = panel(window(second, first), window(first))

    assert drawn.index("CHG2") < drawn.index("the first one: interfaces")
    assert "1 difference</summary>" not in drawn
    assert "1 difference since CHG1" in drawn
    assert '<span class="mono">eth0 &gt; is_up</span>: True → 0' in drawn


def test_where_nothing_differs_that_is_said() -> None:
    first = taken("CHG1", {"eth0": {"is_up": True}})

    assert "nothing differs since CHG1" in panel(window(first, first))


def test_a_device_that_gave_nothing_says_why_and_missing_getters_are_named() -> None:
    failed = taken("CHG1", {}, state={}, cause_kind="UnreachableError", cause=f"closed {EVIL}")
    partly = taken("CHG2", {"eth0": {}}, missing={"vlans": EVIL})

    drawn = panel(window(failed), window(partly))

    assert "no answer" in drawn
    assert "vlans: &lt;img" in drawn
    assert EVIL not in drawn


def test_what_devices_and_people_wrote_is_escaped_and_cut() -> None:
    ports = {EVIL: {"description": EVIL * 9}}

    drawn = panel(window(taken(EVIL, ports), taken("CHG1", {})))

    assert EVIL not in drawn
    assert "…" in drawn


def test_of_many_differences_the_first_are_shown_with_how_many_more_there_are() -> None:
    ports = {f"eth{number}": {"is_up": True} for number in range(MOST + 5)}

    drawn = panel(window(taken("CHG2", ports), taken("CHG1", {"lo": {}})))

    assert drawn.count("<li") == MOST + 1
    assert "and 6 more" in drawn or "and 5 more" in drawn
