"""Paths: one for each text, none that two devices share, none that leaves the repository."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.archive.paths import aside, hostname_of, is_aside, place
from netwb.errors import ArchiveError
from netwb.inventory.records import HOSTNAME_PATTERN, ConfigKind

HOSTNAMES = st.from_regex(HOSTNAME_PATTERN, fullmatch=True) | st.sampled_from(
    ["a", "a.startup", "a.startup.startup", "A.STARTUP", "a.cfg", "a.startup.cfg"]
)
KINDS: list[ConfigKind] = ["running", "startup"]


@given(one=HOSTNAMES, other=HOSTNAMES, kind=st.sampled_from(KINDS), its=st.sampled_from(KINDS))
def test_two_texts_share_no_path(one: str, other: str, kind: ConfigKind, its: ConfigKind) -> None:
    same = (one, kind) == (other, its)

    assert (place("fra1", one, kind) == place("fra1", other, its)) is same


@given(hostname=HOSTNAMES, kind=st.sampled_from(KINDS))
def test_a_path_shows_its_hostname(hostname: str, kind: ConfigKind) -> None:
    assert hostname_of(place("fra1", hostname, kind)) == hostname


def test_what_is_put_aside_lies_in_no_site() -> None:
    path = aside("retired", "edge1", "0123", "startup")

    assert path == ".retired/edge1-0123.startup.cfg"
    assert is_aside(path)
    assert not is_aside(place("fra1", "edge1", "startup"))


@pytest.mark.parametrize(
    ("site", "hostname"),
    [
        ("fra1", "../edge1"),
        ("fra1", "edge1\nx"),
        ("fra1", ".git"),
        ("fra1", ""),
        ("..", "edge1"),
        ("fra1/x", "edge1"),
    ],
)
def test_a_name_that_is_no_files_is_refused(site: str, hostname: str) -> None:
    with pytest.raises(ArchiveError, match="rename"):
        place(site, hostname, "running")


def test_a_hostname_that_is_no_files_is_not_put_aside() -> None:
    with pytest.raises(ArchiveError, match="rename"):
        aside("retired", "a\nb", "0123", "running")
