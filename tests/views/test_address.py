import asyncio
import re
from pathlib import Path

import pytest

from netwb import views
from netwb.views.address import KNOWN, LONGEST, LOOKS, MOST, Address
from netwb.views.admin import trail
from netwb.views.configs import change_list, changes
from netwb.views.inventory import rows


def shown(address: Address) -> list[tuple[str, str]]:
    """What the browser is told from now on."""
    told: list[tuple[str, str]] = []
    address.show_with(lambda url, history: told.append((url, history)))
    return told


def test_every_name_that_a_page_reads_is_known() -> None:
    """Of the source, so that a new one is not told as unknown."""
    reads = re.compile(r'address(?:\.get\(|\[)"(\w+)"')
    sources = [path.read_text() for path in Path(views.__file__).parent.rglob("*.py")]

    assert {name for text in sources for name in reads.findall(text)} <= KNOWN
    assert {*trail.FILTERS, *rows.FACETS, *change_list.FILTERS, *LOOKS, *changes._OWN} <= KNOWN


def test_what_no_page_reads_is_named() -> None:
    assert Address("?device=d&colour=red&tenant=acme", page="configs").unknown() == ("colour",)


def test_query_is_a_mapping_of_its_first_values() -> None:
    address = Address("?tenant=acme&tenant=other&empty=&q=a+b", page="inventory")

    assert dict(address) == {"tenant": "acme", "q": "a b"}
    assert address.get("page", "1") == "1"


def test_change_goes_into_the_url_and_its_history() -> None:
    address = Address("?q=a", page="inventory")
    told = shown(address)

    address.set(q="b c", site=7)
    address.set(history="replace", q=None)
    address.set(site="7")

    assert told == [("inventory?q=b+c&site=7", "push"), ("inventory?site=7", "replace")]
    assert dict(address) == {"site": "7"}


def test_url_of_another_view_leaves_this_one_as_it_is() -> None:
    address = Address("?tenant=acme&device=d1", page="configs")

    assert address.url(device=None, find="x&y") == "configs?tenant=acme&find=x%26y"
    assert address.url() == "configs?tenant=acme&device=d1"


def test_tenant_and_view_go_along_to_other_pages() -> None:
    assert Address("?tenant=acme&as=acme&device=d1").kept() == {"tenant": "acme", "as": "acme"}


def test_back_tells_the_view_and_its_own_changes_do_not() -> None:
    address = Address("?q=a", page="inventory")
    told = shown(address)
    heard: list[str] = []

    async def listen() -> None:
        heard.append(address.get("q", ""))

    address.on_change(listen)
    address.set(q="b")
    asyncio.run(address.went("?q=a"))
    asyncio.run(address.went("?q=a"))

    assert heard == ["a"]
    assert told == [("inventory?q=b", "push")]


@pytest.mark.parametrize(
    "search",
    ["?" + "&".join(f"k{n}=1" for n in range(MOST + 1)), "?=%zz&%ff=%ff", "?&&&=", "\ud800"],
    ids=["many", "broken", "empty", "surrogate"],
)
def test_query_that_somebody_plays_with_does_no_harm(search: str) -> None:
    address = Address(search, page="configs")

    assert len(address) <= MOST
    assert address.url().encode()


def test_value_is_cut_where_no_view_has_one_so_long() -> None:
    assert len(Address("?q=" + "a" * 100_000)["q"]) == LONGEST
