"""A repository as a bundle: any Git clones it, and one that is damaged becomes none."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.archive.bundles import prove_bundle, read_bundle, refs, write_bundle
from netwb.archive.repository import MAIN, Repository
from netwb.errors import ArchiveDamagedError
from tests.benches import Rig, ios, rig
from tests.flipped import flip_a_text


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home-of-it"
    folder.mkdir()
    with rig(folder, {"acme": ("edge1", "edge2")}, past=two_nights) as made:
        yield made.bench.home / "archive" / "acme.git"


def two_nights(made: Rig) -> None:
    made.back_up()
    made.clock.advance(days=1)
    made.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
    made.back_up()


def bundle_of(repository: Path) -> bytes:
    target = io.BytesIO()
    write_bundle(repository, list(refs(repository)), target.write)
    return target.getvalue()


def test_a_plain_clone_checks_the_newest_texts_out(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "acme.bundle").write_bytes(bundle_of(repository))

    subprocess.run(["git", "clone", "--quiet", "acme.bundle", "acme"], cwd=tmp_path, check=True)

    assert "192.0.2.99" in (tmp_path / "acme/fra1/edge1.cfg").read_text()


def test_a_bundle_without_a_head_is_read_as_well(repository: Path, tmp_path: Path) -> None:
    old = ["git", "-C", str(repository), "bundle", "create", "--quiet", "-", MAIN]
    bundles = [bundle_of(repository), subprocess.check_output(old)]

    tip = Repository(repository).tip()
    assert tip is not None
    for number, bundle in enumerate(bundles):
        read_bundle(tmp_path / f"{number}.git", io.BytesIO(bundle), tip)
        assert Repository(tmp_path / f"{number}.git").tip() == tip


def test_a_byte_that_flipped_in_a_pack_is_told_with_its_cure(repository: Path) -> None:
    flip_a_text(repository)

    with pytest.raises(ArchiveDamagedError, match=r"acme\.git is damaged .*put back a copy"):
        bundle_of(repository)


def test_a_bundle_that_lacks_something_is_damaged(repository: Path) -> None:
    whole = bundle_of(repository)
    refs_end = whole.index(b"\n\n")
    tip = (Repository(repository).tip() or "").encode()
    bad = [
        b"",
        b"no bundle\n",
        whole[:refs_end],
        whole[: len(whole) // 2],
        whole[:-1],
        whole.replace(tip, b"1" * 40),
        *(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :] for place in (-1, -400)),
    ]
    prove_bundle(io.BytesIO(whole))
    for bundle in bad:
        with pytest.raises(ArchiveDamagedError) as told:
            prove_bundle(io.BytesIO(bundle))
        assert told.value.reason != "", bundle[:80]


def test_a_bundle_whose_texts_are_not_all_there_is_damaged(repository: Path) -> None:
    """Each object of it is whole, but the history needs more than those."""
    git = ["git", "-C", str(repository)]
    listed = subprocess.check_output([*git, "rev-list", "--objects", "--no-object-names", MAIN])
    told = subprocess.check_output(
        [*git, "cat-file", "--batch-check=%(objecttype) %(objectname)"], input=listed
    )
    kept = [line[5:] for line in told.splitlines() if not line.startswith(b"blob")]
    pack = subprocess.check_output([*git, "pack-objects", "--stdout", "-q"], input=told_of(kept))
    head = bundle_of(repository).partition(b"\n\n")[0]

    with pytest.raises(ArchiveDamagedError):
        prove_bundle(io.BytesIO(head + b"\n\n" + pack))


def told_of(names: list[bytes]) -> bytes:
    return b"".join(name.strip().rpartition(b" ")[2] + b"\n" for name in names)
