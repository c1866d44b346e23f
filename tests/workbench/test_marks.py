"""Marks: where somebody left a list, sealed for that list and that person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from netwb.access.records import NewUser
from netwb.errors import InputError
from netwb.roles import Role
from tests.benches import Rig, rig
from tests.stores import KINDS, cluster_of

STATE = ["2026-11-20T02:00:00+00:00", "0123456789abcdef", 7]


@pytest.fixture(scope="module", params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("marks")
    with rig(folder, {"acme": ("edge1",)}, cluster=cluster_of(request)) as opened:
        for name in ("ana", "ben"):
            opened.bench.add_user(NewUser(name=name, role=Role.VIEWER, tenants=None))
        yield opened


def test_a_mark_gives_back_what_it_was_given(made: Rig) -> None:
    ana = made.bench.acting_as("ana")

    assert ana.read_mark("/changes", ana.mark("/changes", STATE)) == STATE


def test_another_process_of_the_home_reads_it(made: Rig) -> None:
    mark = made.bench.acting_as("ana").mark("/changes", STATE)
    other = type(made.bench).open(made.bench.home, environment=made.variables)

    assert other.acting_as("ana").read_mark("/changes", mark) == STATE
    other.close()


def test_a_mark_is_no_other_persons_and_no_other_lists(made: Rig) -> None:
    ana, ben = made.bench.acting_as("ana"), made.bench.acting_as("ben")
    mark = ana.mark("/changes", STATE)

    with pytest.raises(InputError):
        ben.read_mark("/changes", mark)
    with pytest.raises(InputError):
        ana.read_mark("/changes?by=ben", mark)


def test_every_edit_of_a_mark_is_refused(made: Rig) -> None:
    ana = made.bench.acting_as("ana")
    mark = ana.mark("/changes", STATE)

    for place, letter in enumerate(mark):
        edited = mark[:place] + ("A" if letter != "A" else "B") + mark[place + 1 :]
        with pytest.raises(InputError):
            ana.read_mark("/changes", edited)
    for added in ("!", "=", "A", " "):
        with pytest.raises(InputError):
            ana.read_mark("/changes", mark + added)


@pytest.mark.parametrize("text", ["", "A", "AAAA", "\u00e9", "=", "a b", "x" * 4000, "\0"])
def test_what_is_no_mark_is_refused(text: str, made: Rig) -> None:
    with pytest.raises(InputError):
        made.bench.read_mark("/changes", text)
