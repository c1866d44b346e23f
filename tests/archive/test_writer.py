"""Writing: one commit for each changed text, its author, its trailers, and none for the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from netwb.store.models import CurrentRow
from tests.archive.world import ANA, NOON, World, device, entry

EDGE = device("edge1")
CORE = device("core1")


def test_each_changed_text_is_one_commit_by_the_person_who_changed_it(world: World) -> None:
    world.archive.write([entry(EDGE, "a\nb\n"), entry(CORE, "x\n", author="ben")])

    log = world.git("log", "--reverse", "--format=%an|%cn|%s", "main").splitlines()

    assert log == ["ana|netwb|edge1: first backup", "ben|netwb|core1: first backup"]
    assert world.git("ls-tree", "-r", "--name-only", "main").split() == [
        "fra1/core1.cfg",
        "fra1/edge1.cfg",
    ]


def test_an_unchanged_text_makes_no_commit(world: World) -> None:
    first = world.store(EDGE, "a\n")

    (written,) = world.archive.write([entry(EDGE, "a\n")])

    assert (written.status, written.revision) == ("unchanged", first)
    assert world.git("rev-list", "--count", "main").strip() == "1"


def test_a_change_is_counted_and_shown_newest_first(world: World) -> None:
    world.store(EDGE, "a\nb\nc\n")
    world.store(EDGE, "a\nB\nc\nd\n", note="CHG1\nnext", at=NOON + timedelta(days=1))

    newest, oldest = world.revisions(EDGE)

    assert (newest.added, newest.removed, newest.size, newest.lines) == (2, 1, 8, 4)
    assert (newest.message, newest.note) == ("edge1: CHG1 next", "CHG1 next")
    assert newest.at == NOON + timedelta(days=1)
    assert oldest.number == 1
    assert world.latest(EDGE) == b"a\nB\nc\nd\n"
    assert world.latest(EDGE, "latest~1") == b"a\nb\nc\n"


def test_a_text_is_restored_byte_for_byte_with_its_secrets(world: World) -> None:
    text = b"user ana {s3cr\xe9t}\nuser bob {other}\n"
    world.store(EDGE, text)
    newest = world.revisions(EDGE)[0]

    stored = world.history.text(ALL_TENANTS, EDGE, newest)
    restored = world.history.restore(ALL_TENANTS, EDGE, newest)

    assert b"s3cr" not in stored
    assert restored == b"user ana s3cr\xe9t\nuser bob other\n"


def test_a_renamed_device_keeps_its_history(world: World) -> None:
    world.store(EDGE, "a\n")
    renamed = device("edge9", device_id=EDGE.id, site="muc1")

    world.archive.rename(renamed, ANA)
    world.store(renamed, "a\nb\n")

    assert [r.cause for r in world.revisions(renamed)] == ["backup", "rename", "backup"]
    assert world.git("ls-tree", "-r", "--name-only", "main").split() == ["muc1/edge9.cfg"]
    assert world.revisions(renamed)[1].author == "ana"


def files(world: World, tenant: str = "acme") -> list[str]:
    return world.git("ls-tree", "-r", "--name-only", "main", tenant=tenant).split()


def test_each_tenant_has_a_repository_of_its_own(world: World) -> None:
    theirs = device("edge1", tenant="bolt")

    written = world.archive.write([entry(EDGE, "a\n"), entry(theirs, "b\n"), entry(CORE, "c\n")])

    assert [w.device_id for w in written] == [EDGE.id, theirs.id, CORE.id]
    assert files(world) == ["fra1/core1.cfg", "fra1/edge1.cfg"]
    assert files(world, "bolt") == ["fra1/edge1.cfg"]


def test_startup_lies_beside_running_and_has_a_history_of_its_own(world: World) -> None:
    world.archive.write([entry(EDGE, "a\n"), entry(EDGE, "s\n", kind="startup")])
    world.store(EDGE, "a2\n")

    assert files(world) == ["fra1/edge1.cfg", "fra1/edge1.startup.cfg"]
    assert len(world.revisions(EDGE)) == 2
    assert len(world.revisions(EDGE, "startup")) == 1


def test_a_hostname_that_looks_like_a_startup_file_shares_no_path(world: World) -> None:
    odd = device("edge1.startup")

    world.archive.write([entry(EDGE, "s\n", kind="startup"), entry(odd, "o\n")])

    assert files(world) == ["fra1/edge1.startup.cfg", "fra1/edge1.startup~.cfg"]


def test_an_author_whom_the_device_does_not_name_is_unknown(world: World) -> None:
    world.store(EDGE, "a\n", author=None)

    assert world.git("log", "-1", "--format=%an <%ae>", "main").strip() == "unknown <unknown@edge1>"


def test_what_git_cannot_hold_is_taken_out_of_an_author_and_a_note(world: World) -> None:
    world.store(EDGE, "a\n", author="a<n>a\n\x1b[0m", note="CHG\x00 1\nDevice: other\n")

    (revision,) = world.revisions(EDGE)

    assert (revision.author, revision.note) == ("ana [0m", "CHG 1 Device: other")
    assert revision.device_id == EDGE.id


@pytest.mark.parametrize(
    "said",
    [datetime(1993, 3, 1, tzinfo=UTC), datetime(2093, 3, 1, tzinfo=UTC)],
    ids=["never set", "ahead"],
)
def test_a_device_clock_that_is_wrong_is_not_believed(world: World, said: datetime) -> None:
    world.store(EDGE, "a\n", at=said)

    (revision,) = world.revisions(EDGE)

    assert revision.at == revision.stored_at


def test_newer_rules_rewrite_once_as_netwb_and_out_of_the_way_of_changes(world: World) -> None:
    world.store(EDGE, "a\nuser {x}\n", at=NOON)
    world.store(CORE, "a\nuser x\n", at=NOON)

    world.store(CORE, "a\nuser {x}\n", rule_set="2")
    world.store(CORE, "a\nuser {x}\n", rule_set="2")

    newest, _ = world.revisions(CORE)
    assert (newest.author, newest.cause, newest.rule_set) == ("netwb", "rules", "2")
    changes = world.history.changes(ALL_TENANTS, since=NOON, devices=[EDGE, CORE])
    assert [c.message for c in changes] == ["core1: first backup", "edge1: first backup"]


def test_newer_rules_that_find_nothing_new_make_no_commit(world: World) -> None:
    first = world.store(EDGE, "a\n")

    (written,) = world.archive.write([entry(EDGE, "a\n", rule_set="2")])

    assert (written.status, written.revision) == ("unchanged", first)
    assert world.archive.baselines(ALL_TENANTS, [EDGE.id])[EDGE.id, "running"].rule_set == "2"


def test_a_retired_device_keeps_history_and_text_and_gives_its_name_free(world: World) -> None:
    world.store(EDGE, "old\n")
    world.archive.retire(EDGE, ANA)
    successor = device("edge1", device_id="id-successor")

    world.store(successor, "new\n")

    assert files(world) == [f".retired/edge1-{EDGE.id}.cfg", "fra1/edge1.cfg"]
    assert [r.message for r in world.revisions(EDGE)] == ["edge1: retired", "edge1: first backup"]
    assert world.latest(EDGE) == b"old\n"
    assert [r.number for r in world.revisions(successor)] == [1]


def test_a_device_that_comes_back_goes_on_where_it_was(world: World) -> None:
    world.store(EDGE, "a\n")
    world.archive.retire(EDGE, ANA)

    (written,) = world.archive.write([entry(EDGE, "a\n")])

    assert written.status == "changed"
    assert files(world) == ["fra1/edge1.cfg"]
    assert [r.cause for r in world.revisions(EDGE)] == ["rename", "retire", "backup"]


def test_a_device_that_was_never_backed_up_is_renamed_and_retired_in_silence(world: World) -> None:
    world.archive.rename(EDGE, ANA)
    world.archive.retire(EDGE, ANA)

    assert list((world.home / "archive").iterdir()) == []


def test_a_move_that_nobody_told_the_archive_is_made_up_for(world: World) -> None:
    world.store(EDGE, "a\n")
    moved = replace(EDGE, site="muc1")

    world.store(moved, "a\nb\n", at=NOON + timedelta(seconds=1))

    assert files(world) == ["muc1/edge1.cfg"]
    assert [(r.cause, r.author) for r in world.revisions(moved)] == [
        ("backup", "ana"),
        ("rename", "netwb"),
        ("backup", "ana"),
    ]


def test_two_devices_that_swapped_names_keep_their_own_histories(world: World) -> None:
    world.archive.write([entry(EDGE, "edge\n"), entry(CORE, "core\n")])
    edge, core = replace(EDGE, hostname="core1"), replace(CORE, hostname="edge1")

    world.archive.write([entry(edge, "edge\n"), entry(core, "core\n")])

    assert files(world) == ["fra1/core1.cfg", "fra1/edge1.cfg"]
    assert world.latest(edge) == b"edge\n"
    assert world.latest(core) == b"core\n"
    assert world.git("show", "main:fra1/core1.cfg") == "edge\n"


def test_a_device_written_twice_in_one_batch_has_two_revisions(world: World) -> None:
    world.archive.write([entry(EDGE, "a\n"), entry(EDGE, "b\n")])

    assert [r.number for r in world.revisions(EDGE)] == [2, 1]
    assert world.latest(EDGE) == b"b\n"


def test_seen_moves_only_the_time_of_looking(world: World) -> None:
    world.archive.write([entry(EDGE, "a\n"), entry(CORE, "b\n")])
    later = NOON + timedelta(days=2)

    world.archive.seen([(EDGE.id, "running")], later)

    with world.database.reading(ALL_TENANTS) as session:
        rows = session.execute(select(CurrentRow.device_id, CurrentRow.checked_at))
        assert {device_id: at == later for device_id, at in rows} == {EDGE.id: True, CORE.id: False}


def test_baselines_outside_of_the_scope_are_not_there(world: World) -> None:
    world.store(EDGE, "a\n")

    assert world.archive.baselines(NO_TENANT, [EDGE.id]) == {}
    assert len(world.archive.baselines(Scope(frozenset({"t-acme"})), [EDGE.id])) == 1


def test_high_bytes_and_long_lines_are_stored_as_they_came(world: World) -> None:
    text = b"banner \xff\xfe\n" + b"x" * 100_000 + b"\nend\n"
    world.store(EDGE, text)
    world.store(EDGE, text + b"more\n")

    assert world.latest(EDGE, "latest~1") == text
    assert world.latest(EDGE) == text + b"more\n"


def test_git_settings_of_the_person_and_of_a_calling_git_do_not_matter(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "gitconfig"
    config.write_text("[core]\n\tcompression = 99\n[diff]\n\tnoprefix = true\n[broken\n")
    for name, value in {
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_DIR": str(tmp_path / "elsewhere"),
        "GIT_INDEX_FILE": "x",
        "GIT_COMMON_DIR": "x",
        "GIT_OBJECT_DIRECTORY": str(tmp_path / "objects"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.bare",
        "GIT_CONFIG_VALUE_0": "maybe",
    }.items():
        monkeypatch.setenv(name, value)

    world.store(EDGE, "a\n")
    world.store(EDGE, "b\n")

    assert world.latest(EDGE) == b"b\n"


def test_files_of_the_archive_are_its_owners_alone(world: World) -> None:
    world.store(EDGE, "a\n")

    modes = {
        path.stat().st_mode & 0o077
        for path in (world.home / "archive").rglob("*")
        if path.is_file()
    }
    assert modes == {0}


def test_a_person_is_not_credited_twice_for_one_stamp(world: World) -> None:
    world.store(EDGE, "a\n", author="ana", at=NOON)
    world.archive.rename(replace(EDGE, site="muc1"), ANA)
    moved = replace(EDGE, site="muc1")

    world.store(moved, "a\nb\n", author="ana", at=NOON)
    world.store(moved, "a\nb\nc\n", author="ana", at=NOON)
    world.store(moved, "a\nb\n", author="ben", at=NOON)
    world.store(moved, "a\n", author="ben", at=NOON + timedelta(seconds=1))

    authors = [r.author for r in world.revisions(moved) if r.cause == "backup"]
    assert authors == ["ben", "ben", "unknown", "unknown", "ana"]
    stale = world.revisions(moved)[2]
    assert stale.at == stale.stored_at


def test_the_secrets_of_the_newest_texts_are_known(world: World) -> None:
    world.store(EDGE, "user {old-1}\n")
    world.store(EDGE, "user {new-1}\n")
    world.store(EDGE, "user {start-1}\n", kind="startup")
    world.store(CORE, "user {other-1}\n")

    assert world.archive.known_secrets(EDGE.tenant_id, EDGE.id, []) == {b"new-1", b"start-1"}
    assert world.archive.known_secrets("t-bolt", EDGE.id, []) == frozenset()


def test_a_stamp_that_was_not_believed_is_remembered(world: World) -> None:
    never_set = datetime(2006, 1, 2, tzinfo=UTC)
    world.store(EDGE, "a\n", author="ana", at=NOON)
    for text in ("b\n", "c\n"):
        world.store(EDGE, text, author="eve", at=never_set)

    assert [r.author for r in world.revisions(EDGE)] == ["unknown", "eve", "ana"]
    assert "Said: 2006-01-02T00:00:00+00:00" in world.git("log", "--format=%B", "main")
