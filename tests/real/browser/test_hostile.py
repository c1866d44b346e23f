"""Hostile texts, in whatever a device or a person may write, on every page: shown, never obeyed."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from netwb.access.records import NewToken, NewUser, Origin
from netwb.errors import NotAuthenticatedError
from netwb.loading import share
from netwb.roles import Role
from tests.benches import ios, rig
from tests.counted import count, give_ports
from tests.real.browser.reading import Shown, shown, went
from tests.real.browser.rig import Chromium, Site, opened
from tests.web.servers import add_people, netwb_serve
from tests.web.two_tenants import PASSWORD

pytestmark = pytest.mark.real

MARK = "\N{RIGHT-TO-LEFT OVERRIDE}"
RUNS = "window.pwned=1"
WALL = "/wall"
EVIL = f"\"'><img src=x onerror={RUNS}></script><script>{RUNS}</script>{MARK}gnp"
SHOWN = EVIL.replace(MARK, "[U+202E]")  # what a person is to read instead
FORMULA = "=HYPERLINK(0)"
LONG = "x" * 5_000
CONTROLS = "\x00 \x07 \x1b[31m"
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")

# netwb refuses such names itself: they stand in its tables as another program's doing. What devices
# and people may write is written the way that they write it.
NAMES: Mapping[str, tuple[str, ...]] = {
    "tenant": ("name", "jump"),
    "site": ("name",),
    "device": ("hostname", "address", "sysname", "model", "serial", "os_version", "contract_ref"),
    "credential": ("name", "username"),
    "user": ("full_name",),
    "token": ("note",),
    "revision": ("author", "message", "note"),
    "current": ("changed_by",),
    "backup_run": ("note", "actor"),
    "backup_outcome": ("cause_message",),
    "quarantine": ("cause_message",),
    "device_event": ("actor",),
    "port": ("circuit_ref",),
    "port_group": ("name",),
    "bill_exclusion": ("reason",),
    "blackhole": ("reason", "requested_by"),
    "waiver": ("reason", "owner"),
}

# Elements and attributes that no page has of its own.
MADE = f"""() => {{
  const made = []
  const walk = (at) => at.querySelectorAll("*").forEach((e) => {{
    if (e.shadowRoot) walk(e.shadowRoot)
    const acts = [...e.attributes].some((one) => one.name.startsWith("on") || /^\\s*javascript:/i.test(one.value))
    const script = e.localName === "script" && e.textContent.includes("{RUNS}")
    if (acts || script || e.matches('img[src="x"]')) made.push(e.outerHTML.slice(0, 200))
  }})
  walk(document)
  return made
}}"""


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Site]:
    """A tenant with such names everywhere, and two hostile revisions of its device, one held."""
    with rig(tmp_path_factory.mktemp("hostile"), {"acme": ("edge1",), "umbra": ()}) as made:
        made.clock.now = datetime.now(UTC) - timedelta(hours=9)
        add_people(made.bench)
        bench = made.bench
        bench.set_device("acme/edge1", role=FORMULA)
        bench.add_user(NewUser(name="eve", role=Role.VIEWER, tenants=("acme",), password=PASSWORD))
        bench.issue_token(NewToken(user="eve", days=3))
        bench.log_in("eve", PASSWORD, origin=Origin(address="127.0.0.9", browser=EVIL))
        with pytest.raises(NotAuthenticatedError):
            bench.log_in(EVIL, PASSWORD, origin=Origin(address="127.0.0.9", browser=EVIL))
        made.back_up(note=FORMULA)
        for more, outcome in (("", "changed"), (CONTROLS, "rejected")):
            made.clock.advance(hours=1)
            text = f"192.0.2.9 {EVIL} {more}\n banner {LONG}\n{FORMULA} ntp"
            made.answer("acme/edge1", ios("edge1", by="<b>ben", at=made.clock.now, ntp=text))
            assert made.back_up(note=EVIL).counts() == {outcome: 1}
        (one,) = bench.check().devices
        broken = next(rule for rule, cell in one.cells.items() if cell.judged == "non_compliant")
        bench.waive("acme/edge1", broken, reason="an exchange", until="30d")
        (port,) = give_ports(bench, made.devices["acme/edge1"], EVIL, alias=EVIL)
        count(bench, port, until=datetime.now(UTC), minutes=600)
        bench.add_port_group("acme", "transit", add_ports=[("acme/edge1", port.name)])
        bench.exclude_from_bill("acme", since="2h", until="1h", reason="works")
        bench.add_prefix("acme", "203.0.113.0/25", mode="auto")
        bench.add_trigger("acme/edge1")
        bench.blackhole("203.0.113.10", reason="a flood")  # nobody lives that would end it: held
        name_all(made.bench.home)
        with (
            netwb_serve(bench.home, pages=share() / "dashboards") as server,
            opened(made, server, chromium) as site,
        ):
            yield site


def name_all(home: Path) -> None:
    """Past everything that netwb asks of a name."""
    with closing(sqlite3.connect(home / "netwb.db")) as tables, tables:
        for table, columns in NAMES.items():
            named = ", ".join(f"{column} = :evil" for column in columns)
            tables.execute(f'UPDATE "{table}" SET {named}', {"evil": EVIL})
        labels = {"labels": json.dumps({"rack": EVIL, EVIL: ""})}
        tables.execute("UPDATE device SET labels = :labels", labels)


def pages(device: str, port: str) -> dict[str, bool]:
    """Every page's views -> whether something hostile is to be read there, all of it."""
    return {
        "/configs?period=7d": True,
        f"/configs?device={device}": True,
        f"/configs?device={device}&look=text": True,
        "/configs?quarantine=1": True,
        "/configs?find=onerror": True,
        "/configs?find=onerror&when=ever": True,
        f"/configs?find={quote(EVIL)}": True,
        f"/configs?by={quote(EVIL)}&site={quote(EVIL)}": True,
        f"/configs?device={quote(EVIL)}": False,  # a refusal quotes it, escaped
        "/traffic": True,
        f"/traffic?port={port}": True,
        f"/traffic?port={quote(EVIL)}": False,
        f"/traffic?port={port}&range=between&since={quote(EVIL)}": False,
        f"/traffic?port={port}&unit={quote(EVIL)}": False,
        "/billing": True,
        f"/billing?of=acme&group={quote(EVIL)}": True,
        f"/billing?of={quote(EVIL)}": False,
        f"/billing?of=acme&month={quote(EVIL)}&version={quote(EVIL)}": True,
        "/security": True,
        f"/security?held={quote(EVIL)}": False,
        f"/security?tab={quote(EVIL)}": True,
        "/compliance": True,
        f"/compliance?device={device}": True,
        f"/compliance?device={quote(EVIL)}&rule={quote(EVIL)}": True,
        f"/compliance?site={quote(EVIL)}&rules={quote(EVIL)}&sort={quote(EVIL)}": True,
        "/compliance?tab=rules": False,
        "/compliance?tab=waivers": True,
        "/inventory": True,
        f"/inventory?device={device}": True,
        f"/inventory?device={device}&act=edit": True,
        "/inventory?tab=places": True,
        "/inventory?tab=credentials": True,
        f"/inventory?q={quote(EVIL)}": True,
        "/admin": True,
        "/admin?tab=people&user=eve": True,
        "/admin?tab=tokens": True,
        "/admin?tab=sessions": False,
        "/admin?tab=walls": False,
        "/admin?tab=audit": True,
        f"/admin?tab=audit&user={quote(EVIL)}": True,
        "/account": True,
    }


def test_no_page_of_the_application_is_forgotten() -> None:
    served = {f"/{page.stem}" for page in (share() / "dashboards").glob("*.py")}

    assert {path.partition("?")[0] for path in pages("x", "y")} | {WALL} == served


def test_nothing_hostile_runs_on_the_wall(evil: Site) -> None:
    """It stands in no frame, and its clock is never still."""
    visitor = evil.visitor("ada")
    visitor.go(WALL)
    visitor.page.get_by_text("Backup").first.wait_for()

    assert visitor.page.evaluate("window.pwned") is None
    assert visitor.page.evaluate(MADE) == []


@pytest.mark.parametrize(
    "page",
    [
        *("/configs", "/traffic", "/billing", "/security", "/compliance", "/inventory", "/admin"),
        "/account",
    ],
)
def test_nothing_hostile_runs_on_any_page_and_marks_are_shown_as_words(
    evil: Site, page: str
) -> None:
    visitor = evil.visitor("ada")
    visitor.go(page)

    device = evil.rig.devices["acme/edge1"].id
    (port,) = evil.bench.ports()
    for path, read in pages(device, port.id).items():
        if path.partition("?")[0] != page:
            continue
        seen = went(visitor, path)
        assert visitor.page.evaluate("window.pwned") is None, path
        assert visitor.page.evaluate(MADE) == [], path
        assert marks(seen) == [], path
        assert (whole(seen) > 0) == read, path


def marks(seen: Shown) -> list[str]:
    """Where a character stands that acts, with what is around it."""
    return re.findall(f".{{0,60}}[{MARK}\\x00\\x07\\x1b].{{0,20}}", f"{seen.text}\n{seen.html}")


def whole(seen: Shown) -> int:
    """How often a hostile text is read, all of it; the comparison boxes its marks by themselves."""
    return sum(seen.text.count(one) for one in (SHOWN, EVIL.replace(MARK, "U+202E")))


@pytest.mark.parametrize(
    "path", ["/inventory", "/configs?find=ntp&when=ever", "/admin?tab=audit", "/traffic"]
)
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
