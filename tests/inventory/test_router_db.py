"""Devices as RANCID and Oxidized list them."""

from __future__ import annotations

import pytest

from netwb.errors import ImportRefusedError
from netwb.inventory.importers.judge import World, judge
from netwb.inventory.importers.router_db import is_router_db, parse_router_db, read_fields
from netwb.inventory.importers.rows import Columns

RANCID = """\
# core
core1.example.net;cisco;up
core2.example.net;juniper;down;RMA; since Monday

192.0.2.7;arista;up
2001:db8::7;cisco-nx;ticket4711
edge1.fra.example.net;ios-xr;up
edge1.ber.example.net;ios-xr;UP
"""
OXIDIZED = "core1.example.net:ios\r\ncore2.example.net:routeros:noc:S3cret\r\n"


def rows(text: str, columns: Columns | None = None) -> list[dict[str, str]]:
    return [dict(row.values) for row in parse_router_db(text, columns or Columns()).rows]


def test_rancids_lines_are_name_type_and_state() -> None:
    found = rows(RANCID)

    assert [(row["hostname"], row["address"]) for row in found] == [
        ("core1", "core1.example.net"),
        ("core2", "core2.example.net"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("edge1.fra.example.net", "edge1.fra.example.net"),
        ("edge1.ber.example.net", "edge1.ber.example.net"),
    ]
    assert [row["platform"] for row in found] == [
        *("cisco_ios", "juniper", "arista", "cisco_nxos", "cisco_xr", "cisco_xr")
    ]
    assert [row["status"] for row in found] == [
        *("active", "planned", "active", "planned", "active", "active")
    ]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    assert [row.at for row in parse_router_db(RANCID, Columns()).rows][:3] == [
        *("line 2", "line 3", "line 5")
    ]


@pytest.mark.parametrize("delimiter", [":", ";", ","])
def test_each_delimiter_parts_a_line(delimiter: str) -> None:
    text = "core1.example.net:cisco:up\n".replace(":", delimiter)

    assert rows(text) == [
        {
            "hostname": "core1",
            "address": "core1.example.net",
            "platform": "cisco_ios",
            "status": "active",
        }
    ]


def test_what_is_not_mapped_is_left_out_and_never_told() -> None:
    parsed = parse_router_db(OXIDIZED, Columns())

    assert "S3cret" not in repr(parsed)
    assert parsed.notes == ("field 2, 3 of each line is left out; --map says what it is",)
    assert "S3cret" not in repr(read_fields(OXIDIZED))


def test_a_map_is_oxidizeds_own() -> None:
    columns = Columns(
        mapping={"0": "hostname", "1": "platform", "2": "site"},
        ignored=frozenset({"3"}),
        defaults={"tenant": "acme"},
    )

    assert rows(OXIDIZED, columns)[1] == {
        "hostname": "core2",
        "address": "core2.example.net",
        "platform": "routeros",
        "site": "noc",
    }


def test_a_map_may_have_name_and_address_apart() -> None:
    columns = Columns(mapping={"0": "hostname", "1": "address", "2": "platform"})

    assert rows("edge1:192.0.2.1:ios", columns) == [
        {"hostname": "edge1", "address": "192.0.2.1", "platform": "ios"}
    ]


@pytest.mark.parametrize(
    ("text", "columns", "words"),
    [
        ("", Columns(), "the file is empty"),
        ("# nothing\n\n", Columns(), "the file is empty"),
        ("a:ios", Columns(mapping={"7": "site"}), "no field 7; its fields are 0 to 1"),
        ("a:ios", Columns(mapping={"name": "hostname"}), "no field name"),
        ("a:ios", Columns(mapping={"\u00b2": "hostname"}), "no field \u00b2"),
        ("a:ios", Columns(mapping={"0": "name"}), "netwb has no column name"),
        ("a:ios", Columns(mapping={"1": "platform"}), "--map 0=hostname"),
        ("a:ios", Columns(ignored=frozenset({"0"})), "--map 0=hostname"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, columns: Columns, words: str) -> None:
    with pytest.raises(ImportRefusedError, match=words):
        parse_router_db(text, columns)


def test_rows_are_judged_as_any_others() -> None:
    world = World(
        tenants={"acme": "Acme"},
        sites={("acme", "fra1"): "Frankfurt"},
        credentials=(),
        devices=(),
        platforms={"cisco_ios", "juniper_junos"},
    )
    text = "core1.example.net;cisco;up\ncore2.example.net;juniper;up\nodd;dell;up\nbare\n"

    plan = judge(parse_router_db(text, Columns()), {"tenant": "acme", "site": "fra1"}, world)

    assert [(d.new.hostname, d.new.platform) for d in plan.devices if d.new] == [
        ("core1", "cisco_ios"),
        ("core2", "juniper_junos"),
        ("bare", "auto"),
    ]
    assert "line 3: platform 'dell' is not known" in plan.problems[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RANCID, True),
        (OXIDIZED, True),
        ("tenant;site;hostname;address;platform\nacme;fra1;e;192.0.2.1;auto", False),
        ("hostname:platform\n", False),
        ("hostname,address\n", False),
        ("", False),
    ],
)
def test_a_pasted_one_is_known_by_its_first_line(text: str, *, expected: bool) -> None:
    assert is_router_db(text) is expected


def test_fields_are_shown_with_what_they_would_be_read_as() -> None:
    assert [(head.name, head.ours, head.example) for head in read_fields(RANCID)] == [
        ("0", "hostname", "core1.example.net"),
        ("1", "platform", "cisco"),
        ("2", "status", "up"),
        ("3", None, ""),
        ("4", None, ""),
    ]
