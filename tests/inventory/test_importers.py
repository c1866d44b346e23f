from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.errors import ImportRefusedError
from netwb.inventory.importers.judge import World, judge, slug_of
from netwb.inventory.importers.netbox import parse_netbox_json
from netwb.inventory.importers.platforms import known_as
from netwb.inventory.importers.reading import parse_source
from netwb.inventory.importers.rows import Columns, Fault, Heading, Parsed, Source
from netwb.inventory.importers.simple_inventory import parse_simple_inventory
from netwb.inventory.importers.table import decode, parse_table, read_header

DATA = Path(__file__).parent.parent / "data" / "inventory"
HEADER = "tenant,site,hostname,address,platform"
ROW = "acme,fra1,edge1,192.0.2.1,cisco_ios"
VALUES = {
    "tenant": "acme",
    "site": "fra1",
    "hostname": "edge1",
    "address": "192.0.2.1",
    "platform": "cisco_ios",
}


def rows(parsed: Parsed) -> list[tuple[str, dict[str, str], str]]:
    return [(row.at, dict(row.values), row.problem) for row in parsed.rows]


# -- what is wrong, cell by cell


WORLD = World(
    tenants={"acme": "Acme"},
    sites={("acme", "fra1"): "Frankfurt"},
    credentials={("acme", "lab")},
    devices=(),
    platforms={"cisco_ios"},
)


@pytest.mark.parametrize(
    ("line", "column", "kind"),
    [
        ("nobody,fra1,edge1,192.0.2.1,cisco_ios,", "tenant", "unknown place"),
        ("acme,ham1,edge1,192.0.2.1,cisco_ios,", "site", "unknown place"),
        ("acme,fra1,=cmd|' /C calc'!A0,192.0.2.1,cisco_ios,", "hostname", "value"),
        ("acme,fra1,edge0,192.0.2.1,cisco_ios,", "hostname", "value"),
        ("acme,fra1,edge1,192.0.2.311,cisco_ios,", "address", "value"),
        ("acme,fra1,edge1,,cisco_ios,", "address", "value"),
        ("acme,fra1,edge1,192.0.2.1,cisco_ois,", "platform", "value"),
        ("acme,fra1,edge1,192.0.2.1,cisco_ios,other", "credential", "value"),
        ("acme,fra1,edge1", "", "value"),
    ],
    ids=[
        "tenant",
        "site",
        "hostname",
        "twice",
        "address",
        "no-address",
        "platform",
        "credential",
        "short-row",
    ],
)
def test_a_refused_row_names_the_cell_at_fault(line: str, column: str, kind: str) -> None:
    good = "acme,fra1,edge0,192.0.2.9,cisco_ios,"
    parsed = parse_table(f"{HEADER},credential\n{good}\n{line}\n", Columns())

    plan = judge(parsed, {}, WORLD)

    (row,) = plan.refused
    assert row.at == "line 3"
    assert [(fault.column, fault.kind) for fault in row.faults] == [(column, kind)]
    assert plan.problems == (f"line 3: {row.faults[0].message}",)
    assert row.values["tenant"] == line.partition(",")[0]


def test_every_cell_at_fault_is_named() -> None:
    parsed = parse_table(f"{HEADER}\nacme,fra1,edge 1,192.0.2.311,cisco_ois\n", Columns())

    (row,) = judge(parsed, {}, WORLD).refused

    assert [fault.column for fault in row.faults] == ["hostname", "address", "platform"]
    assert all(isinstance(fault, Fault) for fault in row.faults)


# -- tables


def test_what_stands_beside_a_bad_cell_is_judged_too() -> None:
    line = "acme,ham1,edge 9,192.0.2.311,cisco_ois"
    parsed = parse_table(
        f"tenant,site,hostname,address,platform,credential\n{line},nope", Columns()
    )

    (row,) = judge(parsed, {}, WORLD).refused

    assert [fault.column for fault in row.faults] == [
        *("hostname", "address", "platform", "site", "credential")
    ]


def test_the_columns_of_a_table_are_told_with_what_they_would_be_read_as() -> None:
    found = read_header("Tenant;Where;hostname\n\nacme;fra1\n")

    assert found == (
        Heading(name="Tenant", ours="tenant", example="acme"),
        Heading(name="Where", ours=None, example="fra1"),
        Heading(name="hostname", ours="hostname", example=""),
    )


def test_the_columns_of_a_netbox_table_are_read_by_its_titles() -> None:
    found = {item.name: item.ours for item in read_header("Name,Site,Status,Type,Rack\n")}

    assert found == {
        "Name": "hostname",
        "Site": "site",
        "Status": "status",
        "Type": "model",
        "Rack": None,
    }


def test_an_empty_table_has_no_columns_to_tell() -> None:
    with pytest.raises(ImportRefusedError, match="empty"):
        read_header("\n \n")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_reads_the_same_however_it_was_saved(
    delimiter: str, end: str, encoding: str
) -> None:
    text = end.join([HEADER, ROW, ""]).replace(",", delimiter)

    parsed = parse_table(decode(text.encode(encoding)), Columns())

    assert rows(parsed) == [("line 2", VALUES, "")]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    text = f'{HEADER},model\n\n{ROW},"two\nlines"\n  , ,\n{ROW.replace("edge1", "edge2")},x\n'

    parsed = parse_table(text, Columns())

    assert [row.at for row in parsed.rows] == ["line 3", "line 6"]
    assert parsed.rows[0].values["model"] == "two\nlines"


def test_excels_own_first_line_is_understood() -> None:
    parsed = parse_table(f"sep=;\n{HEADER}\n{ROW}\n".replace(",", ";"), Columns())

    assert rows(parsed) == [("line 3", VALUES, "")]


def test_headers_are_compared_without_case_and_blanks() -> None:
    parsed = parse_table(f" Tenant , SITE,HostName,address,Platform\n{ROW}\n", Columns())

    assert rows(parsed) == [("line 2", VALUES, "")]


def test_columns_are_mapped_ignored_and_defaulted() -> None:
    text = "Name,IP,Notes,site\nedge1,192.0.2.1,x,fra1\n"
    columns = Columns(
        mapping={"ip": "address", "Name": "hostname"},
        ignored=frozenset({"NOTES"}),
        defaults={"tenant": "acme", "platform": "cisco_ios"},
    )

    parsed = parse_table(text, columns)

    assert rows(parsed) == [
        ("line 2", {"hostname": "edge1", "address": "192.0.2.1", "site": "fra1"}, "")
    ]


@pytest.mark.parametrize(
    ("text", "columns", "words"),
    [
        ("", Columns(), "the file is empty"),
        ("\n \n", Columns(), "the file is empty"),
        (f"{HEADER},Rack,Owner\n", Columns(), "unknown column 'Rack', 'Owner'; leave it out with --ignore"),
        (f"{HEADER},\n", Columns(), "unknown column ''"),
        ("tenant,site,hostname\n", Columns(), "no column 'address'; add it"),
        (f"{HEADER},Tenant\n", Columns(), "column 'tenant' is there twice"),
        (f"{HEADER},IP\n", Columns(mapping={"IP": "address"}), "column 'address' is there twice"),
        (f"{HEADER}\n", Columns(mapping={"IP": "address"}), "the file has no column 'ip'"),
        (f"{HEADER}\n", Columns(ignored=frozenset({"x"})), "the file has no column 'x'"),
        (f"{HEADER},IP\n", Columns(mapping={"IP": "ip"}), "netwb has no column 'ip'"),
        (f'{HEADER}\nacme,"fra1\n', Columns(), "line 2 is no CSV"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_read_is_refused_whole(
    text: str, columns: Columns, words: str
) -> None:
    with pytest.raises(ImportRefusedError, match=re.escape(words)):
        parse_table(text, columns)


@pytest.mark.parametrize(
    ("row", "cells"), [("a,b,c", 3), (ROW + ",more", 6)], ids=["short", "long"]
)
def test_a_row_of_another_length_is_bad(row: str, cells: int) -> None:
    parsed = parse_table(f"{HEADER}\n{row}\n", Columns())

    assert f"has {cells} cells where the header has 5" in parsed.rows[0].problem


def test_what_is_no_text_names_its_line() -> None:
    with pytest.raises(ImportRefusedError, match="line 2 is no UTF-8 text"):
        decode(b"tenant\nK\xf6ln\n")


def refusal(parse: Callable[[str], Parsed], text: str) -> str:
    """What the refusal says; nothing where the text was read."""
    try:
        parse(text)
    except ImportRefusedError as refused:
        return str(refused)
    return ""


@given(text=st.text(max_size=200))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    for parse in (lambda t: parse_table(t, Columns()), parse_netbox_json, parse_simple_inventory):
        assert "\n" not in refusal(parse, text)


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12).map(str.strip)


@given(cells=st.lists(CELLS, min_size=5, max_size=5), delimiter=st.sampled_from(",;\t"))
def test_quoted_cells_come_back_as_they_were(cells: list[str], delimiter: str) -> None:
    quoted = delimiter.join('"' + cell.replace('"', '""') + '"' for cell in cells)

    parsed = parse_table(f"{HEADER.replace(',', delimiter)}\n{quoted}\n", Columns())

    expected = {name: cell for name, cell in zip(VALUES, cells, strict=True) if cell}
    assert [dict(row.values) for row in parsed.rows] == ([expected] if expected else [])


# -- NetBox


def test_a_netbox_table_is_known_by_its_titles() -> None:
    text = (DATA / "netbox" / "all_data.csv").read_text()

    parsed = parse_table(text, Columns())

    assert rows(parsed)[0] == (
        "line 2",
        {
            "hostname": "edge1",
            "status": "active",
            "tenant": "Acme Ltd",
            "site": "Frankfurt 1",
            "role": "Provider Edge",
            "model": "C9300-48P",
            "address": "192.0.2.1",
            "platform": "Cisco IOS",
            "serial": "FDO1",
            "labels": "core,ring-a",
        },
        "",
    )
    assert [row.at for row in parsed.rows] == ["line 2", "line 4", "line 5", "line 6"]
    assert [row.values.get("status") for row in parsed.rows] == [
        "active",
        "planned",
        "active",
        "retired",
    ]
    assert "address" not in parsed.rows[2].values
    assert parsed.fallbacks == {"platform": "auto"}
    assert "Rack" in parsed.notes[0]


def test_a_netbox_answer_is_read_by_its_slugs() -> None:
    parsed = parse_netbox_json((DATA / "netbox" / "devices.json").read_text())

    assert rows(parsed) == [
        (
            "device 1",
            {
                "hostname": "edge1",
                "tenant": "acme",
                "site": "fra1",
                "status": "active",
                "role": "pe",
                "model": "C9300-48P",
                "platform": "cisco-ios",
                "serial": "FDO1",
                "address": "192.0.2.1",
                "labels": "core",
            },
            "",
        ),
        (
            "device 2",
            {
                "site": "fra1",
                "status": "maintenance",
                "role": "access",
                "model": "C3750",
                "address": "2001:db8::2",
            },
            "",
        ),
        ("device 3", {}, "is no JSON object"),
    ]
    assert "one page of several" in parsed.notes[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "no JSON"), ('{"detail": "no"}', "no list of devices"), ("[" * 100_000, "no JSON")],
    ids=["cut", "other", "deep"],
)
def test_what_is_no_netbox_answer_is_refused(text: str, words: str) -> None:
    with pytest.raises(ImportRefusedError, match=words):
        parse_netbox_json(text)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("ios", "cisco_ios"),
        ("Cisco IOS", "cisco_ios"),
        ("cisco-ios-xe", "cisco_ios"),
        ("Cisco IOS-XE", "cisco_ios"),
        ("cisco_xe", "cisco_ios"),
        ("iosxe", "cisco_ios"),
        ("IOS-XR", "IOS-XR"),
        ("nxos", "cisco_nxos"),
        ("Arista EOS", "arista_eos"),
        ("auto", "auto"),
        ("nxos_ssh", "cisco_nxos"),
        ("Cisco NX-OS", "cisco_nxos"),
        ("eos", "arista_eos"),
        ("Juniper Junos", "Juniper Junos"),
        ("FRRouting", "frr"),
        ("cisco_ios", "cisco_ios"),
        ("Some Thing", "Some Thing"),
    ],
)
def test_platforms_have_one_name(theirs: str, ours: str) -> None:
    assert known_as(theirs, {"cisco_ios", "cisco_nxos", "arista_eos", "frr"}) == ours


def test_a_homes_own_platform_comes_before_the_table() -> None:
    assert known_as("Cisco XE", {"cisco_ios", "cisco_xe"}) == "cisco_xe"


@pytest.mark.parametrize(
    ("name", "slug"), [("Acme Ltd", "acme-ltd"), ("Frankfurt 1", "frankfurt-1"), ("fra1", "fra1")]
)
def test_a_name_has_a_slug(name: str, slug: str) -> None:
    assert slug_of(name) == slug


# -- SimpleInventory


def simple_inventory() -> Parsed:
    folder = DATA / "simple_inventory"
    names = ("hosts", "groups", "defaults")
    return parse_simple_inventory(*((folder / f"{name}.yaml").read_text() for name in names))


def test_hosts_are_resolved_as_nornir_resolves_them() -> None:
    assert rows(simple_inventory()) == [
        (
            "line 2",
            {
                "hostname": "edge1",
                "address": "192.0.2.1",
                "port": "2222",
                "platform": "ios",
                "tenant": "acme",
                "site": "fra1",
                "role": "pe",
                "labels": "ring=a",
            },
            "",
        ),
        (
            "line 9",
            {
                "hostname": "edge2.example.net",
                "address": "edge2.example.net",
                "platform": "eos",
                "tenant": "acme",
                "site": "ams1",
                "role": "access",
            },
            "",
        ),
        (
            "line 14",
            {"hostname": "edge3"},
            "names the group 'nowhere', which groups.yaml does not have",
        ),
    ]


def test_passwords_of_a_folder_are_left_out_and_that_is_said() -> None:
    parsed = simple_inventory()

    assert "password" not in repr([row.values for row in parsed.rows])
    assert parsed.notes == (
        "user names and passwords of the folder are left out; add them with `netwb credential add`",
    )


@pytest.mark.parametrize(
    ("hosts", "words"),
    [
        ("a: [", "hosts.yaml, line 1, column 5 is no YAML"),
        ("- a\n- b\n", "hosts.yaml holds no mapping"),
        ("a: {}\nb: {}\na: {}\n", "line 3: host 'a' stands already in line 1"),
        ("a: !!python/object/apply:os.system [ls]\n", "is no YAML"),
        ("a: {hostname: 2020-99-99}\n", "hosts.yaml holds a value that is none"),
    ],
    ids=["cut", "list", "twice", "object", "date"],
)
def test_what_is_no_simple_inventory_is_refused(hosts: str, words: str) -> None:
    with pytest.raises(ImportRefusedError, match=re.escape(words)):
        parse_simple_inventory(hosts)


@pytest.mark.parametrize(
    "value", ["*S3cret", "!S3cret x", '"S3cret', "S3cret: x", "@S3cret", "[S3cret", "0b_"]
)
def test_a_refusal_names_the_place_and_never_quotes_what_may_be_a_password(value: str) -> None:
    with pytest.raises(ImportRefusedError) as refused:
        parse_simple_inventory(f"edge1:\n  hostname: 192.0.2.1\n  password: {value}\n")

    assert re.search(
        r"hosts\.yaml(, line \d+, column \d+ is no YAML| holds a value)", str(refused.value)
    )
    assert "S3cret" not in str(refused.value)
    assert refused.value.__suppress_context__  # PyYAML's own error quotes the text


def test_what_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(ImportRefusedError, match="nested too deeply"):
        parse_simple_inventory("a: " + "[" * 3000 + "]" * 3000)


def test_a_long_chain_of_groups_is_followed_to_its_end() -> None:
    chain = "".join(f"g{number}: {{groups: [g{number + 1}]}}\n" for number in range(2000))
    groups = chain + "g2000: {platform: ios}\n"

    assert rows(parse_simple_inventory("a: {groups: [g0]}\n", groups))[0][1]["platform"] == "ios"


@pytest.mark.parametrize("hosts", ["", "---\n", "a:\n", "1: {}\n", "a: text\n"])
def test_a_sparse_folder_is_read(hosts: str) -> None:
    parsed = parse_simple_inventory(hosts)

    assert all(row.values["address"] == row.values["hostname"] for row in parsed.rows)


@pytest.mark.parametrize("groups", ["fra", "[[fra]]", "{fra: 1}"])
def test_groups_that_are_no_list_of_names_make_a_bad_row_or_one_name(groups: str) -> None:
    parsed = parse_simple_inventory(f"a: {{groups: {groups}}}\n", "fra: {data: {role: pe}}\n")

    (row,) = parsed.rows
    assert row.values.get("role") == "pe" or "names the group" in row.problem


# -- which reader


def test_each_kind_of_source_has_its_reader() -> None:
    for source, found in (
        (Source(kind="table", texts={"table": f"{HEADER}\n{ROW}\n"}), ["edge1"]),
        (Source(kind="netbox", texts={"netbox": '[{"name": "edge2"}]'}), ["edge2"]),
        (Source(kind="nornir", texts={"hosts": "edge3: {data: {labels: [a, b]}}"}), ["edge3"]),
    ):
        parsed = parse_source(source, Columns())
        assert [row.values["hostname"] for row in parsed.rows] == found
        assert parsed.rows[0].values.get("labels", "a,b") == "a,b"


def test_map_and_ignore_are_for_tables() -> None:
    with pytest.raises(ImportRefusedError, match="columns are named and left out in tables only"):
        parse_source(
            Source(kind="netbox", texts={"netbox": "[]"}), Columns(mapping={"a": "address"})
        )


def test_defaults_are_for_columns_that_there_are() -> None:
    with pytest.raises(
        ImportRefusedError, match="no column is named colour; defaults can be of tenant"
    ):
        parse_source(Source(kind="table", texts={"table": ""}), Columns(defaults={"colour": "red"}))
