"""Where a device's history leads."""

from urllib.parse import parse_qs

import pytest

from netwb.views.address import Address
from netwb.views.history.links import Links

OPEN = "device=d1&rev=aa&line=4&within=ntp&look=text&tenant=acme&as=bolt"


def links(query: str) -> Links:
    return Links(Address(query, page="configs"))


def query(url: str) -> dict[str, list[str]]:
    page, _, text = url.partition("?")
    assert page == "configs"
    return parse_qs(text, strict_parsing=True)


def test_another_view_keeps_whose_it_is_and_nothing_of_the_text() -> None:
    assert query(links(OPEN).find("ntp server", when="ever")) == {
        "tenant": ["acme"],
        "as": ["bolt"],
        "find": ["ntp server"],
        "when": ["ever"],
    }


def test_the_same_history_keeps_all_but_what_is_changed() -> None:
    found = query(links("device=d1&rev=aa&line=4").here(rev="bb", line=None))

    assert found == {"device": ["d1"], "rev": ["bb"]}


@pytest.mark.parametrize(
    ("asked", "kind"), [("", "running"), ("&kind=startup", "startup"), ("&kind=<b>", "running")]
)
def test_a_change_is_of_the_kind_that_is_open(asked: str, kind: str) -> None:
    at = links(f"device=d1{asked}")

    assert at.kind == kind
    assert query(at.change("d1", "aa")).get("kind", ["running"]) == [kind]
    assert query(at.compare("d1@aa", "d2@latest")).get("kind", ["running"]) == [kind]


@pytest.mark.parametrize(("device", "rev"), [("d1", "aa"), ("d2", "")])
def test_a_mark_is_seen_at_its_own_device_alone(device: str, rev: str) -> None:
    at = links("device=d1&old=d1@aa")

    assert at.marked_of(device, "old") == rev
    assert at.marked("old") == "d1@aa"
    assert at.marked("new") == at.marked_of(device, "new") == ""
