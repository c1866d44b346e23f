"""The pictures of the README's tour are those that the script takes, and small; and one look of each
page can be had with them. Whether they are of today's pages, only who takes them anew can tell.
"""

from __future__ import annotations

import pytest
from PIL import Image

from tests.sentences import ROOT
from tests.tour import LARGEST, NOTEBOOKS, SHOTS, SIZE, TOUR

NAMES = sorted([*(one.name for one in SHOTS), *NOTEBOOKS])


def test_there_is_a_picture_of_each_name_and_no_other() -> None:
    assert sorted(path.stem for path in TOUR.glob("*.png")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_picture_is_small_and_of_the_size_that_pages_are_made_for(name: str) -> None:
    path = TOUR / f"{name}.png"

    with Image.open(path) as picture:
        assert (picture.size, picture.mode) == (SIZE, "P")
    assert path.stat().st_size <= LARGEST


def test_the_readme_leads_to_each_page_but_for_one_look_of_it() -> None:
    readme = (ROOT / "README.md").read_text()
    shown = {name for name in NAMES if f"dashboards/tour/{name}.png" in readme}

    assert set(NAMES) - shown == {"traffic", "compliance-dark"}
