"""An export that is not whole, not ours, or has no room: named, and nothing half done."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netwb.errors import (
    ArchiveDamagedError,
    ArchiveError,
    ExportError,
    ExportRefusedError,
    HomeError,
    InputError,
    StoreError,
    StoreUnavailableError,
)
from netwb.health.exporting.writing import write_export
from netwb.inventory.records import SecretSource
from netwb.workbench import Workbench
from tests.benches import Rig
from tests.conftest import FULL
from tests.flipped import flip_a_text
from tests.health.exporting.conftest import ENVIRONMENT, PASSPHRASE, QUICK, SOURCE, quiet
from tests.real_components import require_real
from tests.store.conftest import as_nobody

WRONG = SecretSource(origin="env:WRONG")


def refused(file: Path, home: Path, words: str, *, source: SecretSource = SOURCE) -> None:
    """Neither checked nor imported, and no home begins."""
    with pytest.raises(ExportRefusedError, match=words):
        Workbench.check_export(file, passphrase=source, environment=ENVIRONMENT, told=quiet)
    with pytest.raises(ExportRefusedError, match=words):
        Workbench.import_export(
            file, passphrase=source, home=home, environment=ENVIRONMENT, told=quiet
        )
    assert not home.exists()


def test_the_wrong_passphrase_is_told_as_that(export: Path, tmp_path: Path) -> None:
    refused(export, tmp_path / "new", "passphrase does not open it", source=WRONG)


def test_an_export_cut_short_anywhere_is_refused(
    export: Path, tmp_path: Path, dice: random.Random
) -> None:
    whole, cut = export.read_bytes(), tmp_path / "cut.netwb"
    ends = [0, 1, 511, 512, len(whole) - 1600, *dice.sample(range(len(whole) - 2048), 15)]
    for end in ends:
        cut.write_bytes(whole[:end])

        refused(cut, tmp_path / "new", "cut short|is no export")


def test_an_edited_byte_is_seen(export: Path, tmp_path: Path, dice: random.Random) -> None:
    """The padding of the tar and its end too."""
    whole, edited = export.read_bytes(), tmp_path / "edited.netwb"
    with tarfile.open(export) as tar:
        padding = [info.offset_data + info.size for info in tar if info.size % 512]
    places = dice.sample(range(len(whole)), 400 if FULL else 60)
    for place in [*places, *padding, len(whole) - 1024, len(whole) - 1]:
        changed = bytearray(whole)
        changed[place] ^= 1 << dice.randrange(8)
        edited.write_bytes(changed)
        with pytest.raises(ExportRefusedError):
            Workbench.check_export(edited, passphrase=SOURCE, environment=ENVIRONMENT, told=quiet)


def test_a_changed_header_is_no_cut_end(export: Path, tmp_path: Path) -> None:
    edited = tmp_path / "edited.netwb"
    with tarfile.open(export) as tar:
        (place,) = (info.offset for info in tar if info.name == "tables/audit.jsonl.gz")
    changed = bytearray(export.read_bytes())
    changed[place + 10] ^= 1
    edited.write_bytes(changed)

    refused(edited, tmp_path / "new", r"it was changed \(after ")


def test_bytes_after_the_end_and_a_cut_end_are_seen(export: Path, tmp_path: Path) -> None:
    whole, edited = export.read_bytes(), tmp_path / "edited.netwb"
    for content in (whole + b"x", whole + bytes(512), whole[:-1], whole[:-1024]):
        edited.write_bytes(content)

        refused(edited, tmp_path / "new", r"changed \(its end\); take another copy|cut short")


def members(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]


def rewritten(export: Path, target: Path, **changes: bytes | None) -> Path:
    """The same with other members; None leaves one out, `new:NAME` adds one."""
    with tarfile.open(export) as old, tarfile.open(target, "w") as new:
        for info in old:
            content = old.extractfile(info).read()  # type: ignore[union-attr]
            content = changes.pop(info.name, content) or b""
            if content:
                info.size = len(content)
                new.addfile(info, io.BytesIO(content))
            if info.name == "netwb-export.json":
                for name in [name for name in changes if name.startswith("new:")]:
                    added = tarfile.TarInfo(name.removeprefix("new:"))
                    content = changes.pop(name) or b""
                    added.size = len(content)
                    new.addfile(added, io.BytesIO(content))
    return target


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tables/audit.jsonl.gz": b"other"}, r"changed \(tables/audit"),
        ({"tables/audit.jsonl.gz": None}, r"changed \(tables/"),
        ({"archive/acme.bundle": None}, r"changed \(archive/acme"),
        ({"manifest.json": b"{}"}, r"changed \(manifest\.json"),
        ({"manifest.code": b"0" * 64}, r"changed \(manifest\.json"),
        ({"manifest.code": None}, "cut short"),
        ({"new:platforms.d/evil.toml": b"x"}, "was changed"),
        ({"new:../evil": b"x"}, "was changed"),
        ({"new:/tmp/evil": b"x"}, "was changed"),
        ({"new:rules/../../evil": b"x"}, "was changed"),
        ({"new:netwb-export.json": b"x"}, "was changed"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_members_that_are_not_what_was_written_are_refused(
    export: Path, tmp_path: Path, changes: dict[str, bytes | None], words: str
) -> None:
    edited = rewritten(export, tmp_path / "edited.netwb", **changes)

    refused(edited, tmp_path / "new", words)


def test_a_repository_with_a_flipped_byte_is_told_and_leaves_no_export(
    full: Rig, tmp_path: Path
) -> None:
    flip_a_text(full.bench.home / "archive" / "acme.git")

    with pytest.raises(ArchiveDamagedError, match=r"acme\.git is damaged .*put back a copy"):
        full.bench.export(tmp_path / "all.netwb", passphrase=SOURCE, told=quiet)

    assert list(tmp_path.glob("all*")) == []


def test_an_export_that_was_made_of_a_damaged_repository_is_refused(
    full: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flip_a_text(full.bench.home / "archive" / "acme.git")
    monkeypatch.setattr("netwb.health.exporting.writing.write_bundle", write_unproven)
    write_export(full.bench._sources(), tmp_path / "all.netwb", PASSPHRASE, costs=QUICK)

    words = "the archive of acme was damaged before it was made .*take an older export"
    refused(tmp_path / "all.netwb", tmp_path / "new", words)
    with pytest.raises(ExportRefusedError, match=words):
        Workbench.import_export(
            tmp_path / "all.netwb",
            passphrase=SOURCE,
            home=tmp_path / "new",
            only="check",
            environment=ENVIRONMENT,
            told=quiet,
        )


def write_unproven(path: Path, names: list[str], put: Callable[[bytes], object]) -> None:
    """As netwb did once."""
    put(subprocess.check_output(["git", "-C", path, "bundle", "create", "--quiet", "-", *names]))


def test_a_newer_format_is_told_with_the_version_that_reads_it(
    export: Path, tmp_path: Path
) -> None:
    head = json.loads(members(export)["netwb-export.json"])
    newer = json.dumps({**head, "netwb_export": 2, "netwb": "9.1.0"}).encode()

    edited = rewritten(export, tmp_path / "newer.netwb", **{"netwb-export.json": newer})

    refused(edited, tmp_path / "new", r"netwb 9\.1\.0, which is newer; install that")


def test_a_newer_migration_is_refused(
    old: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netwb.health.exporting.writing.revision_of", lambda _: "9999")
    monkeypatch.setattr("netwb.health.exporting.writing.verified", open_unseen)
    write_export(old.bench._sources(), tmp_path / "newer.netwb", PASSPHRASE, costs=QUICK)

    refused(tmp_path / "newer.netwb", tmp_path / "new", "which is newer; install that")


def open_unseen(path: Path, *_arguments: object) -> io.BufferedReader:
    return path.open("rb")


@pytest.mark.parametrize("content", [b"", b"x", b"# a text\n" * 200, bytes(4096)])
def test_what_is_no_export_is_told_as_that(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.netwb").write_bytes(content)

    refused(tmp_path / "other.netwb", tmp_path / "new", "is no export of netwb|cut short")


def test_a_file_that_is_not_there_or_a_folder_is_bad_input(tmp_path: Path) -> None:
    for file in (tmp_path / "none.netwb", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            Workbench.check_export(file, passphrase=SOURCE, environment=ENVIRONMENT, told=quiet)


def test_a_database_that_holds_something_is_left_alone(
    old: Rig, export: Path, tmp_path: Path
) -> None:
    environment = {**ENVIRONMENT, "NETWB_STORE__URL": f"sqlite:///{old.bench.home}/netwb.db"}

    with pytest.raises(StoreError, match="already has tables"):
        Workbench.import_export(
            export, passphrase=SOURCE, home=tmp_path / "new", environment=environment, told=quiet
        )

    assert len(old.bench.history("acme/edge1")) == 3
    assert not (tmp_path / "new").exists()


def test_another_master_key_in_its_place_is_left_alone(export: Path, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere.key"
    place.write_text("00" * 32)
    place.chmod(0o600)
    environment = {**ENVIRONMENT, "NETWB_KEYS__MASTER_FILE": str(place)}

    with pytest.raises(HomeError, match="another one"):
        Workbench.import_export(
            export, passphrase=SOURCE, home=tmp_path / "new", environment=environment, told=quiet
        )

    assert place.read_text() == "00" * 32
    assert not (tmp_path / "new").exists()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 100 KB: less than an export, or a home, of ours."""
    mount = shutil.which("mount")
    require_real("a small file system (root and mount)", os.geteuid() == 0 and mount is not None)
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=40k,mode=700", "tmpfs", str(folder)]
    subprocess.run(command, check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.real
def test_without_room_nothing_of_an_export_is_left(old: Rig, small: Path) -> None:
    with pytest.raises(ExportError, match="No space left on device; make room"):
        write_export(old.bench._sources(), small / "all.netwb", PASSPHRASE, costs=QUICK)

    assert list(small.iterdir()) == []


@pytest.mark.real
def test_without_room_no_home_is_made_and_with_room_it_is(export: Path, small: Path) -> None:
    home = small / "home"
    with pytest.raises((StoreUnavailableError, HomeError, ArchiveError), match=r"full|No space"):
        Workbench.import_export(
            export, passphrase=SOURCE, home=home, environment=ENVIRONMENT, told=quiet
        )
    assert not (home / "netwb.toml").exists()

    subprocess.run(["mount", "-o", "remount,size=20m", str(small)], check=True)
    Workbench.import_export(
        export, passphrase=SOURCE, home=home, environment=ENVIRONMENT, told=quiet
    )
    assert (home / "netwb.toml").exists()


@pytest.mark.real
def test_a_folder_that_is_not_ours_is_told(old: Rig, export: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o755)
    readable = Path("/tmp") / f"{tmp_path.name}.netwb"
    shutil.copy(export, readable)
    readable.chmod(0o644)
    try:
        with (
            as_nobody(),
            pytest.raises((InputError, StoreUnavailableError, HomeError), match="ermission"),
        ):
            Workbench.import_export(
                readable,
                passphrase=SOURCE,
                home=theirs / "new",
                environment=ENVIRONMENT,
                told=quiet,
            )
    finally:
        readable.unlink()
    with pytest.raises(InputError, match="No such file"):
        write_export(old.bench._sources(), tmp_path / "none" / "all.netwb", PASSPHRASE)
    assert list(theirs.iterdir()) == []
