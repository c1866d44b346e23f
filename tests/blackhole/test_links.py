"""Links of notifications: netwb's own alone, whole, and no longer than somebody may answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.blackhole.engine.network import PAGES, World, links_of, world


@pytest.fixture
def asks(tmp_path: Path) -> Iterator[World]:
    """One blackhole is held."""
    with world(tmp_path, mode="approve") as made:
        made.hear("ban")
        made.turn()
        yield made


def parts_of_link(there: World) -> dict[str, str]:
    link = urlsplit(links_of(there.made).maker()(there.one()))
    assert f"{link.scheme}://{link.netloc}{link.path}" == f"{PAGES}/security"
    return dict(parse_qsl(link.query))


def test_a_link_names_its_blackhole_and_counts_as_long_as_that_is_held(asks: World) -> None:
    said = parts_of_link(asks)

    judged = links_of(asks.made).judge(**said)

    assert (judged.held, judged.fault) == (asks.one().id, "")
    assert int(said["ends"]) == int(asks.one().requested_at.timestamp()) + 30 * 60


def test_an_expired_link_says_so_and_still_leads_there(asks: World) -> None:
    said = parts_of_link(asks)
    asks.clock.advance(minutes=30)

    judged = links_of(asks.made).judge(**said)

    assert judged.held == asks.one().id
    assert judged.fault.startswith("This link counted until 20")


@pytest.mark.parametrize(
    "other",
    [
        {"held": "another"},
        {"ends": "99999999999"},
        {"ends": ""},
        {"mark": ""},
        {"mark": "0" * 43},
        {"mark": "\u2028\ud800"},
        {"held": "a\0b", "ends": "c"},
    ],
    ids=["another", "longer", "no-end", "no-mark", "forged", "no-text", "shifted"],
)
def test_a_forged_or_altered_link_leads_nowhere(asks: World, other: dict[str, str]) -> None:
    judged = links_of(asks.made).judge(**{**parts_of_link(asks), **other})

    assert judged.held == ""
    assert "altered on its way" in judged.fault


def test_a_mark_of_another_home_is_forged(asks: World, tmp_path: Path) -> None:
    with world(tmp_path / "other", mode="approve") as other:
        judged = links_of(other.made).judge(**parts_of_link(asks))

    assert judged.held == ""


def test_without_pages_there_is_no_link(asks: World) -> None:
    assert asks.made.bench._parts.attacks.links.maker()(asks.one()) == ""
