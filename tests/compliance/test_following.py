"""From findings to cells and changes: each change has its revision, and nothing is lost or told twice."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from netwb.compliance.following import Follower, Found, reigns
from netwb.compliance.records import Judged
from netwb.compliance.rows import KeptCell, Step, packed, unpacked
from netwb.inventory.records import ConfigKind
from tests.benches import START

NOW = START + timedelta(days=400)
DEVICE = {"tenant_id": "t", "device_id": "d"}
FOUND = st.dictionaries(st.sampled_from("abc"), st.sampled_from(get_args(Judged)))
CELLS = st.dictionaries(
    st.text(min_size=1),
    st.builds(
        KeptCell,
        st.sampled_from(get_args(Judged)),
        st.none() | st.integers(0, 2**33),
        st.none() | st.integers(1, 999),
    ),
)


def step(number: int, *, kind: ConfigKind = "running", hours: float = 0) -> Step:
    at = START + timedelta(hours=hours or number)
    return Step(
        kind=kind,
        number=number,
        commit=f"c{number}",
        blob=f"{kind}{number}",
        at=at,
        stored_at=at,
        author=f"author{number}",
    )


@given(st.lists(FOUND, min_size=1, max_size=6))
def test_changes_lead_from_what_was_first_to_what_is_now(history: list[Found]) -> None:
    follower = Follower(cells={}, now=NOW, device=DEVICE)
    for number, found in enumerate(history, 1):
        follower.take(found, source=step(number), first=step(number))

    assert {rule: cell.judged for rule, cell in follower.cells.items()} == dict(history[-1])
    for rule, cell in follower.cells.items():
        own = [one for one in follower.changes if one["rule_id"] == rule and one["old"] is not None]
        if own and cell.number is not None:
            assert (own[-1]["new"], own[-1]["number"]) == (cell.judged, cell.number)
    for one in follower.changes:
        assert one["old"] != one["new"]
        assert (one["number"] is None) == (one["old"] is None)


@given(st.lists(FOUND, min_size=1, max_size=6))
def test_what_is_found_once_more_changes_nothing(history: list[Found]) -> None:
    follower = Follower(cells={}, now=NOW, device=DEVICE)
    for number, found in enumerate(history, 1):
        follower.take(found, source=step(number), first=step(number))
    cells, changes = dict(follower.cells), len(follower.changes)

    follower.take(history[-1], source=step(99), first=step(99))

    assert (follower.cells, len(follower.changes)) == (cells, changes)


@given(CELLS)
def test_cells_come_back_as_they_were_kept(cells: dict[str, KeptCell]) -> None:
    assert unpacked(packed(cells)) == cells


def test_cells_of_a_form_that_is_not_known_are_as_if_never_judged() -> None:
    assert unpacked([["x", 1, 1, ["a"]], ["c", 1, 1, ["b"]]]) == {"b": KeptCell("compliant", 1, 1)}


def test_what_a_startup_text_did_names_its_person_and_no_running_revision() -> None:
    follower = Follower(cells={"a": KeptCell("compliant", 1, 1)}, now=NOW, device=DEVICE)

    follower.take({"a": "non_compliant"}, source=step(3, kind="startup"), first=step(7))

    (change,) = follower.changes
    assert (change["number"], change["commit"], change["author"]) == (None, "c3", "author3")
    assert follower.cells["a"].number is None


def test_a_revision_reigns_with_the_startup_text_that_was_known_until_the_next_one() -> None:
    steps = [
        step(1, hours=1),
        step(2, hours=5),
        step(1, kind="startup", hours=2),
        step(2, kind="startup", hours=6),
    ]

    found = [(one.blob, startup.blob if startup else None) for one, startup in reigns(steps)]

    assert found == [("running1", "startup1"), ("running2", "startup2")]
    assert reigns([step(1, hours=1)]) == ((step(1, hours=1), None),)
