"""Reading: revisions by name, texts, differences, restored texts; nothing beyond the scope."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from netwb.errors import ArchiveError, SecretMissingError, UnknownRevisionError
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from netwb.store.models import VaultRow
from tests.archive.world import NOON, World, commit_by_hand, device, entry

EDGE = device("edge1")
THEIRS = device("edge7", tenant="bolt")
DAY = timedelta(days=1)


@pytest.fixture
def three(world: World) -> list[str]:
    """Commits of three nights, oldest first."""
    return [world.store(EDGE, f"a\nnight {n}\n", at=NOON + n * DAY) for n in range(3)]


@pytest.mark.parametrize(
    ("rev", "night"),
    [
        (lambda ids: ids[1], 1),
        (lambda ids: ids[1][:10].upper(), 1),
        (lambda _: "latest", 2),
        (lambda _: "latest~2", 0),
        (lambda _: "2026-03-02T18:00Z", 1),
        (lambda _: "2099-01-01", 2),
    ],
    ids=["id", "short id", "latest", "latest~2", "a time", "a time to come"],
)
def test_a_revision_is_found_by_any_of_its_names(
    world: World, three: list[str], rev: Callable[[list[str]], str], night: int
) -> None:
    found = world.history.resolve(ALL_TENANTS, EDGE, rev(three))

    assert found.id == three[night]
    assert world.history.text(ALL_TENANTS, EDGE, found) == b"a\nnight %d\n" % night


@pytest.mark.parametrize("rev", ["latest~3", "ffffffff", "2020-01-01"])
def test_a_revision_that_is_not_there_is_named(world: World, three: list[str], rev: str) -> None:
    assert three
    with pytest.raises(UnknownRevisionError, match=rev):
        world.history.resolve(ALL_TENANTS, EDGE, rev)


def test_revisions_come_in_pages(world: World, three: list[str]) -> None:
    first = world.history.revisions(ALL_TENANTS, EDGE, limit=2)
    rest = world.history.revisions(ALL_TENANTS, EDGE, limit=2, before=first[-1].number)

    assert [r.id for r in (*first, *rest)] == three[::-1]


def test_nothing_of_another_tenant_is_there(world: World) -> None:
    world.store(THEIRS, "secret plans\n")
    mine = Scope(frozenset({"t-acme"}))
    (revision,) = world.revisions(THEIRS)

    for scope in (mine, NO_TENANT):
        assert world.history.revisions(scope, THEIRS) == ()
        assert world.history.changes(scope, since=NOON - DAY, devices=[THEIRS]) == ()
        with pytest.raises(UnknownRevisionError):
            world.history.resolve(scope, THEIRS, "latest")
        for read in (world.history.text, world.history.restore):
            with pytest.raises(UnknownRevisionError):
                read(scope, THEIRS, revision)
        with pytest.raises(UnknownRevisionError):
            world.history.diff(
                scope, old=(THEIRS, revision), new=(THEIRS, revision), style="indent"
            )


def test_a_text_is_not_given_for_another_device(world: World) -> None:
    other = device("core1")
    world.archive.write([entry(EDGE, "a\n"), entry(other, "b\n")])

    with pytest.raises(UnknownRevisionError):
        world.history.text(ALL_TENANTS, other, world.revisions(EDGE)[0])


def test_two_revisions_are_compared_with_their_sections(world: World) -> None:
    world.store(EDGE, "interface a\n mtu 1500\n!\nend\n")
    world.store(EDGE, "interface a\n mtu 9000\n!\nend\n")
    new, old = world.revisions(EDGE)

    diff = world.history.diff(ALL_TENANTS, old=(EDGE, old), new=(EDGE, new), style="indent")

    assert (diff.added, diff.removed) == (1, 1)
    assert diff.hunks[0].section == "interface a"
    assert [(line.kind, line.text) for line in diff.hunks[0].lines][1:3] == [
        ("removed", " mtu 1500"),
        ("added", " mtu 9000"),
    ]
    assert (diff.old, diff.new) == (f"acme/edge1@{old.id[:12]}", f"acme/edge1@{new.id[:12]}")


def test_devices_of_two_tenants_are_compared_across_their_repositories(world: World) -> None:
    world.archive.write([entry(EDGE, "same\nmine\n"), entry(THEIRS, "same\ntheirs\n")])
    old, new = world.revisions(EDGE)[0], world.revisions(THEIRS)[0]

    diff = world.history.diff(
        ALL_TENANTS, old=(EDGE, old), new=(THEIRS, new), style="indent", words="words"
    )

    assert (diff.added, diff.removed) == (1, 1)


def test_equal_revisions_have_no_hunks(world: World) -> None:
    world.store(EDGE, "a\n")
    (one,) = world.revisions(EDGE)

    diff = world.history.diff(ALL_TENANTS, old=(EDGE, one), new=(EDGE, one), style="indent")

    assert (diff.added, diff.removed, diff.hunks) == (0, 0, ())


def test_changes_come_newest_first_and_by_whom(world: World) -> None:
    core = device("core1")
    world.store(EDGE, "a\n", author="ana", at=NOON)
    world.store(core, "b\n", author="ben", at=NOON + DAY)
    world.store(EDGE, "c\n", author="ben", at=NOON + 2 * DAY)

    def changes(**how: object) -> list[tuple[str, str]]:
        found = world.history.changes(ALL_TENANTS, devices=[EDGE, core], **how)  # type: ignore[arg-type]
        return [(change.hostname, change.author) for change in found]

    assert changes(since=NOON) == [("edge1", "ben"), ("core1", "ben"), ("edge1", "ana")]
    day_two = NOON + DAY
    assert changes(since=day_two, until=day_two + DAY / 2) == [("core1", "ben")]
    assert changes(since=NOON, by="ana") == [("edge1", "ana")]


@pytest.mark.parametrize("said", [datetime(2006, 1, 2, tzinfo=UTC), NOON + 9 * DAY, NOON])
def test_a_wrong_clock_hides_no_change(world: World, said: datetime) -> None:
    world.store(EDGE, "a\n", at=NOON)
    world.clock.now = NOON + DAY
    (second,) = world.archive.write([entry(EDGE, "b\n", author="eve", at=said)])

    (change,) = world.history.changes(ALL_TENANTS, since=NOON + DAY, devices=[EDGE])
    yesterday = world.history.resolve(ALL_TENANTS, EDGE, "2026-03-01T18:00Z")

    assert (change.id, change.author) == (second.revision, "eve")
    assert change.at == world.revisions(EDGE)[0].stored_at
    assert yesterday.number == 1


def test_a_change_is_found_by_when_it_was_stored_and_shown_by_when_it_was_made(
    world: World,
) -> None:
    world.store(EDGE, "a\n", at=NOON)
    world.clock.now = NOON + 9 * DAY
    world.archive.write([entry(EDGE, "b\n", author="eve", at=NOON + DAY)])

    (change,) = world.history.changes(ALL_TENANTS, since=NOON + 8 * DAY, devices=[EDGE])

    assert change.at == NOON + DAY


def test_a_secret_is_put_back_only_where_it_was_taken_out(world: World) -> None:
    world.store(EDGE, b"user {s3cret}\n")
    token = world.latest(EDGE)[5:-1]
    # A device could hold a token's text; redaction takes that out like a secret of its own.
    world.store(EDGE, b"user {s3cret}\ndescription {%s}\n" % token)

    restored = world.history.restore(ALL_TENANTS, EDGE, world.revisions(EDGE)[0])

    assert restored == b"user s3cret\ndescription %s\n" % token


def test_nothing_is_restored_when_a_secret_is_missing(world: World) -> None:
    world.store(EDGE, b"user {one} {two}\n")
    with world.database.writing(ALL_TENANTS) as session:
        session.execute(
            delete(VaultRow).where(VaultRow.full.startswith("0") | (VaultRow.rule == "braces"))
        )

    with pytest.raises(SecretMissingError, match="2 missing"):
        world.history.restore(ALL_TENANTS, EDGE, world.revisions(EDGE)[0])


def test_a_text_that_a_person_committed_is_not_restored(world: World) -> None:
    world.store(EDGE, b"user {one}\n")
    text = world.latest(EDGE)
    commit_by_hand(world, "fra1/edge1.cfg", text + b"more\n")
    world.archive.recover({"t-acme": "acme"})

    by_hand, sent = world.revisions(EDGE)[:2]
    with pytest.raises(
        ArchiveError, match=f"by hand.*the device sent is acme/edge1@{sent.id[:12]}"
    ):
        world.history.restore(ALL_TENANTS, EDGE, by_hand)


def test_a_file_that_a_person_deleted_lost_all_of_its_lines(world: World) -> None:
    world.store(EDGE, b"a\nb\n")
    commit_by_hand(world, "fra1/edge1.cfg", None)
    world.archive.recover({"t-acme": "acme"})

    deleted = world.revisions(EDGE)[0]
    assert (deleted.cause, deleted.added, deleted.removed) == ("foreign", 0, 2)


def test_old_revisions_restore_with_the_secrets_of_their_time(world: World) -> None:
    for night in range(3):
        world.store(EDGE, f"user {{pw{night}}}\n")

    restored = [
        world.history.restore(ALL_TENANTS, EDGE, revision) for revision in world.revisions(EDGE)
    ]

    assert restored == [b"user pw2\n", b"user pw1\n", b"user pw0\n"]
