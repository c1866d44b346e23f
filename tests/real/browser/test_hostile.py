"""Hostile texts, in whatever a device or a person may write, on every page: shown, never obeyed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog

from netwb.access.records import NewToken, NewUser
from netwb.loading import share
from netwb.roles import Role
from tests.benches import ios, rig
from tests.real.browser.reading import shown, went
from tests.real.browser.rig import Site, opened
from tests.web.servers import add_people, netwb_serve

pytestmark = pytest.mark.real

MARK = "\N{RIGHT-TO-LEFT OVERRIDE}"
EVIL = f"<img src=x onerror=window.__pwned=1></script><script>window.__pwned=1</script>{MARK}gnp"
FORMULA = "=HYPERLINK(0)"
LONG = "x" * 5_000
CONTROLS = "\x00 \x07 \x1b[31m"
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Site]:
    """A tenant, site, device, person, note and token with such names; two hostile revisions."""
    with rig(tmp_path_factory.mktemp("hostile"), {"acme": ("edge1",), "umbra": ()}) as made:
        add_people(made.bench)
        bench = made.bench
        bench.set_tenant("acme", name=EVIL[:60])
        bench.set_site("acme/fra1", name=EVIL[:60])
        bench.set_device("acme/edge1", role=FORMULA)
        bench.add_user(
            NewUser(name="eve", role=Role.VIEWER, tenants=("acme",), full_name=EVIL[:60])
        )
        bench.issue_token(NewToken(user="eve", days=3, note=EVIL[:60]))
        with (
            netwb_serve(bench.home, pages=share() / "dashboards") as server,
            opened(made, server, chromium) as site,
        ):
            made.clock.now -= timedelta(hours=1)
            made.back_up(note=FORMULA)
            made.clock.advance(hours=1)
            for more, outcome in (("", "changed"), (CONTROLS, "rejected")):
                text = f"192.0.2.9 {EVIL} {more}\n banner {LONG}\n{FORMULA} ntp"
                made.answer("acme/edge1", ios("edge1", by="<b>ben", at=made.clock.now, ntp=text))
                assert made.back_up(note=EVIL[:60]).counts() == {outcome: 1}
                made.clock.advance(hours=1)
            yield site


def test_nothing_hostile_runs_on_any_page_and_marks_are_shown_as_boxes(evil: Site) -> None:
    visitor = evil.visitor("ada")
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    visitor.page.on("dialog", note)
    device = evil.rig.devices["acme/edge1"].id
    find = "find=onerror"
    pages = (
        ("/configs?period=7d", f"/configs?device={device}", "/configs?quarantine=1"),
        (f"/configs?{find}", f"/configs?{find}&when=ever"),
        ("/configs?find=%3Cimg%20src%3Dx%20onerror%3Dwindow.__pwned%3D1%3E%E2%80%AE",),
        ("/inventory", f"/inventory?device={device}", "/inventory?tab=places"),
        ("/inventory?q=%3C/script%3E%3Cscript%3Ewindow.__pwned%3D1%3C/script%3E",),
        ("/admin", "/admin?tab=people&user=eve", "/admin?tab=tokens", "/admin?tab=audit"),
        ("/account",),
    )
    told = ""
    for first, *others in pages:
        seen = [shown(visitor, first), *(went(visitor, other) for other in others)]
        for one in seen:
            told += one.text
            assert MARK not in one.text
            assert "\x00" not in one.html
            assert "<img src=x" not in one.html
            assert "<script>window" not in one.html
        assert visitor.page.evaluate("window.__pwned") is None
    assert dialogs == []
    assert "<img src=x onerror=window.__pwned=1>" in told
    assert re.search(r"U\+202E", told)
    assert visitor.foreign == []
    assert [line for line in visitor.said if "pwned" in line] == []


@pytest.mark.parametrize("path", ["/inventory", "/configs?find=ntp&when=ever", "/admin?tab=audit"])
def test_a_table_for_a_spreadsheet_holds_no_formula(evil: Site, tmp_path: Path, path: str) -> None:
    visitor = evil.visitor("ada")
    shown(visitor, path)
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "table.csv")

    with (tmp_path / "table.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) > 1
    for row in rows[1:]:
        assert not [
            cell
            for cell in row
            if cell.startswith(FORMULA_BEGINS) and not re.fullmatch(r"-?\d+(\.\d+)?", cell)
        ], row
    assert visitor.foreign == []
