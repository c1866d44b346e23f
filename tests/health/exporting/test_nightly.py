"""netwb's own backup: written, read back, the newest kept, and told when it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netwb.errors import ArchiveDamagedError, ExportError, InputError, InventoryError, NetwbError
from netwb.settings import SelfBackupSettings
from netwb.workbench import Workbench
from tests.benches import Rig, a_night, rig, with_parts
from tests.flipped import flip_a_text
from tests.health.exporting.conftest import ENVIRONMENT, SOURCE, quiet

Sets = Callable[..., None]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",)}, past=a_night) as made:
        yield made


@pytest.fixture
def sets(made: Rig, tmp_path: Path) -> Sets:
    (tmp_path / "own").mkdir()

    def set_(**given: object) -> None:
        own = {"folder": str(tmp_path / "own"), "passphrase": "env:PASSPHRASE", **given}
        parts = made.bench._parts
        settings = replace(parts.settings, self_backup=SelfBackupSettings(**own))  # type: ignore[arg-type]
        made.bench._parts = with_parts(
            parts, settings=settings, environment={**parts.environment, **ENVIRONMENT}
        )

    return set_


def test_where_no_folder_is_set_nothing_is_done(made: Rig) -> None:
    assert made.bench.back_up_itself().file is None
    assert made.bench.newest_self_backup() is None


def test_the_newest_are_kept(made: Rig, sets: Sets, tmp_path: Path) -> None:
    sets(keep=2)
    (tmp_path / "own" / "mine.netwb").write_text("of a person")

    names = []
    for _ in range(4):
        names.append(made.bench.back_up_itself().file)
        made.clock.advance(days=1)

    left = sorted(path.name for path in (tmp_path / "own").iterdir())
    assert left == ["mine.netwb", *(name.name for name in names[2:] if name)]
    newest = made.bench.newest_self_backup()
    assert newest is not None
    assert newest[0] == names[-1]
    assert (
        Workbench.check_export(
            newest[0], passphrase=SOURCE, environment=ENVIRONMENT, told=quiet
        ).devices
        == 1
    )


def test_two_in_one_second_are_two(made: Rig, sets: Sets) -> None:
    sets()

    first, second = made.bench.back_up_itself(), made.bench.back_up_itself()

    assert first.file != second.file
    assert second.kept == 2


def test_what_a_killed_one_left_is_removed(made: Rig, sets: Sets, tmp_path: Path) -> None:
    sets()
    stale = tmp_path / "own" / "netwb-20260101T000000Z.netwb.part"
    stale.write_bytes(b"half")

    made.bench.back_up_itself()

    assert not stale.exists()


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"folder": "/no/such/folder"}, ExportError, "make it, or mount its disk"),
        ({"passphrase": ""}, InputError, "self_backup.passphrase is empty"),
        ({"passphrase": "env:NO_SUCH"}, InventoryError, "NO_SUCH is not set"),
        ({"passphrase": "env:SHORT"}, InputError, "12 characters"),
    ],
    ids=["folder", "no-passphrase", "not-set", "short"],
)
def test_what_is_wrong_is_told_once_and_its_end_too(
    made: Rig, sets: Sets, given: dict[str, str], error: type[NetwbError], words: str
) -> None:
    sets(**given)
    parts = made.bench._parts
    made.bench._parts = with_parts(parts, environment={**parts.environment, "SHORT": "short"})

    for _ in range(2):
        with pytest.raises(error, match=words):
            made.bench.back_up_itself()
    standing = made.bench._parts.notices.standing(made.bench._scope)
    assert [(one.kind, words in one.message) for one in standing] == [("self.backup", True)]

    sets()
    made.bench.back_up_itself()

    assert made.bench._parts.notices.standing(made.bench._scope) == ()


def test_an_export_that_fails_removes_no_older_one(made: Rig, sets: Sets, tmp_path: Path) -> None:
    sets(keep=1)
    before = made.bench.back_up_itself().file
    made.clock.advance(days=1)
    (made.bench.home / "archive" / "acme.git" / "objects").rename(tmp_path / "away")

    with pytest.raises(NetwbError, match="is damaged"):
        made.bench.back_up_itself()

    assert list((tmp_path / "own").iterdir()) == [before]


def test_a_damaged_repository_takes_no_older_export_away(
    made: Rig, sets: Sets, tmp_path: Path
) -> None:
    sets(keep=1)
    usable = made.bench.back_up_itself().file
    made.clock.advance(days=1)
    flip_a_text(made.bench.home / "archive" / "acme.git")

    with pytest.raises(ArchiveDamagedError, match=r"acme\.git is damaged"):
        made.bench.back_up_itself()

    assert list((tmp_path / "own").iterdir()) == [usable]


@pytest.mark.parametrize("within", ["", "backups"])
def test_a_folder_in_the_home_itself_is_refused(made: Rig, sets: Sets, within: str) -> None:
    sets(folder=str(made.bench.home / within))

    with pytest.raises(InputError, match="lies in the home that it is to be a backup of"):
        made.bench.back_up_itself()

    found = {one.check: one for one in made.bench.examine_opened()}["self backup"]
    assert (found.verdict, "lost with it" in found.said) == ("wrong", True)
    assert not list(made.bench.home.rglob("*.netwb"))
