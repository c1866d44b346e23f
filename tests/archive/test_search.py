"""Searching: who carries a line, since when and by whom; and who ever did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.archive.matching import matcher, needles
from netwb.archive.records import Hit
from netwb.errors import InputError
from netwb.inventory.records import Device
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from tests.archive.world import ANA, NOON, World, device, entry

EDGE = device("edge1")
CORE = device("core1")
THEIRS = device("edge1", tenant="bolt")
ALL = [EDGE, CORE, THEIRS]
DAY = timedelta(days=1)


def search(world: World, text: str, **how: Any) -> list[tuple[str, int | None, str]]:
    devices: list[Device] = how.pop("devices", ALL)
    hits = world.history.search(how.pop("scope", ALL_TENANTS), text, devices=devices, **how)
    return [(hit.hostname, hit.line, hit.text) for hit in hits]


def hits(world: World, text: str, **how: Any) -> tuple[Hit, ...]:
    return world.history.search(ALL_TENANTS, text, devices=ALL, **how)


def test_a_search_gives_each_line_that_holds_the_text(world: World) -> None:
    world.archive.write(
        [entry(EDGE, "ntp server 192.0.2.1\n!\nx 192.0.2.1 192.0.2.1\n"), entry(CORE, "none\n")]
    )

    assert search(world, "192.0.2.1") == [
        ("edge1", 1, "ntp server 192.0.2.1"),
        ("edge1", 3, "x 192.0.2.1 192.0.2.1"),
    ]


def test_a_search_is_literal_and_minds_the_case(world: World) -> None:
    world.store(EDGE, "50% of A_B\n")

    assert search(world, "% of A_") == [("edge1", 1, "50% of A_B")]
    assert search(world, "a_b") == search(world, "A.B") == search(world, "A%B") == []


def test_a_text_is_found_however_the_device_wrote_its_letters(world: World) -> None:
    world.store(EDGE, "description caf\u00e9 one\n".encode() + b"description caf\xe9 two\n")

    assert search(world, "caf\u00e9") == [
        ("edge1", 1, "description caf\u00e9 one"),
        ("edge1", 2, "description caf\u00e9 two"),
    ]
    assert needles("caf\u00e9") == (b"caf\xc3\xa9", b"caf\xe9")
    assert needles("\u20ac") == (b"\xe2\x82\xac",)


def test_each_of_two_equal_lines_has_its_own_age_and_author(world: World) -> None:
    first = "interface a\n shutdown\ninterface b\n no ip\n"
    world.store(EDGE, first, author="ana", at=NOON)
    world.store(EDGE, first + " shutdown\n", author="ben", at=NOON + DAY)

    old, new = hits(world, " shutdown")

    assert (old.line, old.author, old.since) == (2, "ana", NOON)
    assert (new.line, new.author, new.since) == (5, "ben", NOON + DAY)


def test_a_line_that_went_is_found_only_ever_with_both_its_times(world: World) -> None:
    world.store(EDGE, "a\n", author="ana", at=NOON)
    world.store(EDGE, "a\ntemp\n", author="ben", at=NOON + DAY)
    world.store(EDGE, "a\n", author="cem", at=NOON + 2 * DAY)

    (hit,) = hits(world, "temp", when="ever")

    assert hits(world, "temp") == ()
    assert (hit.line, hit.author, hit.since, hit.until) == (None, "ben", NOON + DAY, NOON + 2 * DAY)


def test_a_line_that_moved_with_its_device_is_as_old_as_before(world: World) -> None:
    world.store(EDGE, "a\n", at=NOON)
    moved = device("edge9", device_id=EDGE.id)

    world.archive.rename(moved, ANA)
    (hit,) = world.history.search(ALL_TENANTS, "a", devices=[moved])

    assert (hit.hostname, hit.since) == ("edge9", NOON)


def test_a_line_that_netwb_wrote_anew_keeps_its_author_and_its_secret_out_of_the_past(
    world: World,
) -> None:
    world.store(EDGE, "user x\n", author="ana", at=NOON)
    world.store(EDGE, "user {x}\n", rule_set="2")

    (hit,) = hits(world, "user", when="ever")

    assert (hit.author, hit.since) == ("ana", NOON)
    assert hit.text.startswith("user <netwb:secret:")


def test_a_retired_device_is_searched_only_ever(world: World) -> None:
    world.store(EDGE, "a line\n")
    world.archive.retire(EDGE, ANA)

    assert search(world, "a line") == []
    assert search(world, "a line", when="ever") == [("edge1", 1, "a line")]


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ({"author": "ben"}, ["late"]),
        ({"since": NOON + 3 * DAY}, ["early", "late"]),
        ({"until": NOON + DAY}, ["early", "gone"]),
        ({"since": NOON + DAY, "until": NOON + DAY}, ["early", "gone"]),
    ],
    ids=["author", "since", "until", "between"],
)
def test_a_search_is_narrowed_to_lines_that_stood_then(
    world: World, how: dict[str, Any], found: list[str]
) -> None:
    world.store(EDGE, "x early\nx gone\n", author="ana", at=NOON)
    world.store(EDGE, "x early\nx late\n", author="ben", at=NOON + 2 * DAY)

    assert sorted(text for *_, text in search(world, "x ", when="ever", **how)) == [
        f"x {word}" for word in found
    ]


def test_another_tenants_lines_are_not_there(world: World) -> None:
    world.archive.write([entry(EDGE, "shared\n"), entry(THEIRS, "shared\n")])
    world.archive.write([entry(EDGE, "x\n"), entry(THEIRS, "x\n")])
    mine = Scope(frozenset({"t-acme"}))

    for when in ("now", "ever"):
        assert search(world, "shared", scope=NO_TENANT, when=when) == []
    assert search(world, "x", scope=mine) == [("edge1", 1, "x")]
    assert [h.tenant for h in world.history.search(mine, "shared", when="ever", devices=ALL)] == [
        "acme"
    ]
    assert search(world, "x", devices=[CORE]) == []


@pytest.mark.parametrize("text", ["", "a\nb"], ids=["empty", "two lines"])
def test_what_no_line_can_hold_is_refused(world: World, text: str) -> None:
    with pytest.raises(InputError, match="one line"):
        search(world, text)


@given(
    text=st.lists(st.sampled_from([b"a", b"b", b"\n"]), max_size=30).map(b"".join),
    needle=st.sampled_from(["a", "ab", "b", "aa"]),
)
def test_lines_found_agree_with_splitting_the_text(text: bytes, needle: str) -> None:
    plain = [n for n, line in enumerate(text.split(b"\n")) if needle.encode() in line]

    assert [n for n, _ in matcher(needle, "text").lines(text)] == plain
    assert [n for n, _ in matcher(needle, "pattern").lines(text)] == plain


def test_a_word_is_found_now_and_ever(world: World) -> None:
    world.store(EDGE, "ntp 192.0.2.1\nntp 192.0.2.10\n")
    world.store(EDGE, "ntp 192.0.2.10\n", at=NOON + DAY)

    assert search(world, "192.0.2.1", match="word") == []
    assert search(world, "192.0.2.1", match="word", when="ever") == [
        ("edge1", None, "ntp 192.0.2.1")
    ]


def test_a_pattern_is_found_now_and_ever(world: World) -> None:
    world.store(EDGE, "ntp 192.0.2.1\nsnmp x\n")
    world.store(EDGE, "ntp 192.0.2.7\nsnmp x\n", at=NOON + DAY)

    assert search(world, r"^ntp .*\d$", match="pattern") == [("edge1", 1, "ntp 192.0.2.7")]
    assert len(search(world, r"^ntp .*\d$", match="pattern", when="ever")) == 2


def test_a_pattern_that_takes_too_long_is_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.store(EDGE, "ntp 192.0.2.1\n")
    monkeypatch.setattr("netwb.archive.search._PATTERN_S", -1.0)

    with pytest.raises(InputError, match="was stopped"):
        search(world, "ntp", match="pattern")
    assert search(world, "ntp") == [("edge1", 1, "ntp 192.0.2.1")]


def test_a_hit_says_its_section_and_who_took_the_line_out(world: World) -> None:
    world.store(EDGE, "router bgp 1\n neighbor a\n")
    world.store(EDGE, "router bgp 1\n neighbor b\n", author="ben", at=NOON + DAY)

    standing, gone = hits(world, "neighbor", when="ever")

    assert (standing.section, standing.until_author) == ("router bgp 1", None)
    assert (gone.section, gone.author, gone.until_author) == ("", "ana", "ben")


def test_a_search_ends_after_so_many_lines(world: World) -> None:
    world.archive.write([entry(EDGE, "x\n" * 50), entry(CORE, "x\n" * 50)])

    assert len(hits(world, "x", most=7)) == 7
    assert len(hits(world, "x", most=700)) == 100


def test_who_has_the_very_line_is_told_by_device(world: World) -> None:
    world.archive.write([entry(EDGE, "a\n ntp x\n"), entry(CORE, "ntp x y\nno ntp x\nntp x\n")])
    world.store(THEIRS, "ntp xx\nntp x y\n")

    found = world.history.carriers(ALL_TENANTS, b" ntp x", ALL)

    assert found == {EDGE.id, CORE.id}
    assert world.history.carriers(NO_TENANT, b"ntp x", ALL) == frozenset()
    assert world.history.carriers(ALL_TENANTS, b"ntp x", [CORE]) == {CORE.id}


def test_bytes_are_found_and_secrets_restored(world: World) -> None:
    world.store(EDGE, b"ntp \\ % \xff\nuser {s3cr\xe9t}\ngone\n")
    world.store(EDGE, b"ntp \\ % \xff\nuser {s3cr\xe9t}\n")
    (newest, _) = world.revisions(EDGE)
    mine = Scope(frozenset({"t-acme"}))

    for scope in (ALL_TENANTS, mine):
        (hit,) = world.history.search(scope, "\\ %", devices=[EDGE])
        (past,) = world.history.search(scope, "gone", when="ever", devices=[EDGE])
        assert (hit.line, past.line) == (1, None)
    assert world.history.search(Scope(frozenset()), "ntp", devices=[EDGE]) == ()
    assert world.history.restore(mine, EDGE, newest) == b"ntp \\ % \xff\nuser s3cr\xe9t\n"
