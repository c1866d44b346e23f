"""`netwb export | import | tenant export | tenant purge`: words, exit statuses, one document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from netwb.cli import asking, tenant
from tests.benches import a_night, rig
from tests.cli.commands import Commands

Asks = Callable[[], None]


@pytest.fixture
def netwb(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Commands]:
    """A home with two tenants, and nobody at a terminal."""
    monkeypatch.setenv("PASSPHRASE", "a sentence that is long")
    monkeypatch.setenv("WRONG", "another sentence that is long")
    monkeypatch.setattr(asking, "has_terminal", lambda: False)
    monkeypatch.setattr(tenant, "has_terminal", lambda: False)
    (tmp_path / "old").mkdir()
    with rig(tmp_path / "old", {"acme": ("edge1",), "umbra": ("core1",)}, past=a_night) as made:
        yield Commands(made.bench.home, capsys)


@pytest.fixture
def file(netwb: Commands, tmp_path: Path) -> str:
    done = netwb("export", str(tmp_path / "all.netwb"), "--passphrase", "env:PASSPHRASE")
    assert done.status == 0, done.err
    return str(tmp_path / "all.netwb")


def test_a_home_is_moved(
    netwb: Commands, file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = Commands(tmp_path / "new", capsys)

    looked = new("import", file, "--passphrase", "env:PASSPHRASE", "--dry-run")
    assert (looked.status, looked.out) == (0, "")
    assert "could take" in looked.err
    assert not (tmp_path / "new").exists()
    done = new("import", file, "--passphrase", "env:PASSPHRASE", "--json")
    assert done.status == 0, done.err
    assert done.json["export"]["devices"] == 2
    assert done.json["database"] == "SQLite in the home"
    assert new("audit", "verify").status == 0
    assert new("show", "acme/edge1").out == netwb("show", "acme/edge1").out


def test_an_export_tells_what_is_in_it(netwb: Commands, file: str, tmp_path: Path) -> None:
    checked = netwb("export", file, "--check", "--passphrase", "env:PASSPHRASE")
    assert checked.status == 0
    assert "is whole: 2 tenants, 2 devices, 2 revisions" in checked.err
    other = str(tmp_path / "other.netwb")
    found = netwb("export", other, "--passphrase", "env:PASSPHRASE", "--json").json
    assert (found["tenants"], found["repositories"], found["missing"]) == (2, 2, 0)
    assert found["size"] == Path(other).stat().st_size


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        (("export", "{new}"), (2, "no terminal to ask on; give env:NAME or file:PATH")),
        (
            ("export", "{new}", "--passphrase", "hunter2hunter2"),
            (2, "never taken from an argument"),
        ),
        (("export", "{new}", "--passphrase", "env:UNSET"), (2, "UNSET is not set")),
        (("export", "{file}", "--passphrase", "env:PASSPHRASE"), (2, "never overwritten")),
        (("export", "{file}", "--check", "--passphrase", "env:WRONG"), (2, "does not open it")),
        (("export", "{no}/x", "--passphrase", "env:PASSPHRASE"), (2, "No such file or directory")),
        (("import", "{file}", "--passphrase", "env:PASSPHRASE"), (5, "is not empty")),
        (("import", "{no}", "--passphrase", "env:PASSPHRASE"), (5, "is not empty")),
    ],
    ids=["unasked", "argument", "unset", "taken", "wrong", "folder", "full", "none"],
)
def test_what_cannot_be_is_one_sentence(
    netwb: Commands, file: str, tmp_path: Path, words: tuple[str, ...], ends: tuple[int, str]
) -> None:
    status, said = ends
    places = {"new": tmp_path / "new.netwb", "file": file, "no": tmp_path / "no"}

    done = netwb(*(word.format(**places) for word in words))

    assert (done.status, done.out) == (status, "")
    assert said in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "new.netwb").exists()


def test_a_file_that_is_not_there_is_not_imported(
    netwb: Commands, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert netwb("version").status == 0
    done = Commands(tmp_path / "new", capsys)("import", "/no/file", "--passphrase", "env:WRONG")

    assert done.status == 2
    assert "cannot be read" in done.err


def test_a_tenant_is_handed_over_and_purged(netwb: Commands, tmp_path: Path) -> None:
    given = netwb("tenant", "export", "acme", str(tmp_path / "acme.zip"))
    assert given.status == 0
    assert "1 devices" in given.err
    assert "history.bundle" in ZipFile(tmp_path / "acme.zip").namelist()

    purge = ("tenant", "purge", "acme", "--reason", "contract ended")
    planned = netwb(*purge, "--dry-run", "--json")
    assert planned.json["rows"]["device"] == 1
    unasked = netwb(*purge)
    assert (unasked.status, unasked.err.splitlines()[-1]) == (
        2,
        "netwb: nobody is there to type acme; purge it with --yes",
    )
    assert netwb("tenant", "show", "acme").status == 0
    done = netwb(*purge, "--yes")
    assert done.status == 0
    assert "is purged; gone are" in done.err
    assert netwb("tenant", "show", "acme").status == 4
    assert netwb("audit", "verify").status == 0
    assert [item["slug"] for item in netwb("tenant", "list", "--json").json["items"]] == ["umbra"]


def test_a_purge_needs_its_reason(netwb: Commands) -> None:
    assert netwb("tenant", "purge", "acme", "--yes").status == 2
    assert netwb("tenant", "purge", "acme", "--yes", "--reason", " ").status == 2
    assert netwb("tenant", "show", "acme").status == 0
