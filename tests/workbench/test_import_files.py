from __future__ import annotations

import os
from pathlib import Path

import pytest

from netwb.errors import ImportRefusedError
from netwb.workbench.import_files import headings_of, read_source, source_of

DATA = Path(__file__).parent.parent / "data" / "inventory"


@pytest.mark.parametrize(
    ("name", "kind", "texts"),
    [
        ("simple_inventory", "nornir", {"hosts", "groups", "defaults"}),
        ("netbox/devices.json", "netbox", {"netbox"}),
        ("netbox/all_data.csv", "table", {"table"}),
    ],
)
def test_the_path_tells_the_kind(name: str, kind: str, texts: set[str]) -> None:
    source = read_source(DATA / name)

    assert (source.kind, set(source.texts)) == (kind, texts)


def test_a_folder_may_spell_yaml_short_and_hold_hosts_only(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text("edge1: {}\n")

    assert read_source(tmp_path).texts == {"hosts": "edge1: {}\n"}


def test_a_pipe_is_a_file_too() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"tenant\n")
    os.close(writer)

    assert read_source(Path(f"/dev/fd/{reader}")).texts == {"table": "tenant\n"}
    os.close(reader)


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match=r"gone.csv cannot be read: No such file"):
        read_source(tmp_path / "gone.csv")
    with pytest.raises(ImportRefusedError, match=r"holds no hosts.yaml"):
        read_source(tmp_path)


def test_what_is_too_long_is_not_read_to_its_end() -> None:
    with pytest.raises(ImportRefusedError, match=r"/dev/zero is longer than 67108864 bytes"):
        read_source(Path("/dev/zero"))


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("sites.csv", "tenant,site\n", "table"),
        ("", "\ufefftenant,site\n", "table"),
        ("devices.JSON", '{"results": []}', "netbox"),
        ("", '  [{"name": "edge1"}]', "netbox"),
        ("hosts.yml", "edge1: {}\n", "nornir"),
        ("", "---\nedge1: {}\n", "nornir"),
        ("{braces}.csv", "{tenant},site\n", "table"),
    ],
)
def test_a_text_handed_in_is_known_by_its_name_or_its_first_character(
    name: str, text: str, kind: str
) -> None:
    assert source_of(name, text).kind == kind


def test_a_byte_order_mark_is_no_part_of_a_pasted_table() -> None:
    (heading,) = headings_of(source_of("", "\ufefftenant\nacme\n"))

    assert (heading.name, heading.ours) == ("tenant", "tenant")


def test_a_source_with_names_of_its_own_has_no_columns_to_map() -> None:
    assert headings_of(source_of("hosts.yaml", "edge1: {}\n")) == ()
