"""`netwb remote`, `netwb push`, `netwb restore --from-remote`, `netwb doctor --secrets`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.workbench import Workbench
from tests.benches import Rig, a_night, rig
from tests.cli.commands import Commands
from tests.workbench.remotes import PASSPHRASE, bare, every_text, git, newer_source


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2")}, past=a_night) as made:
        yield made


@pytest.fixture
def netwb(
    home: Rig, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Commands:
    monkeypatch.setenv("PHRASE", PASSPHRASE)
    monkeypatch.setenv("TOKEN", "t0ken-of-the-Robot")
    return Commands(home.bench.home, capsys)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return bare(tmp_path / "far.git")


def test_a_remote_is_set_pushed_to_shown_and_unset(netwb: Commands, url: str) -> None:
    set_ = netwb("remote", "set", "acme", url)
    before = netwb("remote", "show", "acme", "--json").json
    pushed = netwb("push", "--tenant", "acme", "--json").json
    after = netwb("remote", "show", "--json").json
    shown = netwb("remote", "show", "acme")
    unset = netwb("remote", "unset", "acme")

    assert set_.status == 0
    assert "netwb push --tenant acme" in set_.err
    assert (before["url"], before["ahead"], before["pushed_at"]) == (url, 2, None)
    assert pushed["items"] == [{"tenant": "acme", "status": "pushed", "commits": 2, "cause": None}]
    assert [item["ahead"] for item in after["items"]] == [0]
    assert "netwb remote passphrase acme" in shown.out
    assert unset.status == 0
    assert netwb("remote", "show", "acme").status == 4


def test_a_tenant_comes_back_by_url_and_passphrase(
    netwb: Commands, home: Rig, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    netwb("remote", "set", "acme", url)
    netwb("remote", "passphrase", "acme", "--passphrase", "env:PHRASE")
    netwb("push")
    tried = netwb("remote", "check", "acme", "--passphrase", "env:PHRASE")
    elsewhere = Commands(tmp_path / "new", capsys)

    ran = elsewhere("restore", "--from-remote", url, "--passphrase", "env:PHRASE")
    listed = elsewhere("history", "acme/edge1", "--json").json

    again = Workbench.open(tmp_path / "new", environment={})
    assert tried.status == ran.status == 0
    assert "2 revisions of 2 devices" in ran.err
    assert listed == netwb("history", "acme/edge1", "--json").json
    assert every_text(again) == every_text(home.bench)
    again.close()


def test_what_somebody_else_put_at_a_remote_is_said_by_check_and_restore(
    netwb: Commands, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    netwb("remote", "set", "acme", url)
    netwb("remote", "passphrase", "acme", "--passphrase", "env:PHRASE")
    netwb("push")
    far = tmp_path / "far.git"
    good = git(far, "rev-parse", "main")
    tree = git(far, "hash-object", "-w", "-t", "tree", "/dev/null")  # with no file
    first = git(far, "commit-tree", "-p", good, "-m", "tidied", tree)
    second = git(far, "commit-tree", "-p", first, "-m", "tidied more", tree)
    git(far, "update-ref", "refs/heads/main", second)
    elsewhere = Commands(tmp_path / "new", capsys)

    tried = netwb("remote", "check", "acme", "--passphrase", "env:PHRASE")
    ran = elsewhere("restore", "--from-remote", url, "--passphrase", "env:PHRASE")

    assert (tried.status, ran.status) == (1, 1)
    for said in (tried.err, ran.err):
        assert "has 2 commits that netwb did not push there, which are left off" in said
        assert f"from {first[:12]} on, committed as eve, in fra1/edge1.cfg, fra1/edge2.cfg;" in said
        assert f"let main there end at {good[:12]}" in said


def test_texts_come_back_into_a_folder(netwb: Commands, url: str, tmp_path: Path) -> None:
    netwb("remote", "set", "acme", url)
    netwb("remote", "passphrase", "acme", "--passphrase", "env:PHRASE")
    netwb("push")
    folder = tmp_path / "texts"

    ran = netwb(
        *(
            "restore",
            "--from-remote",
            url,
            "-o",
            str(folder),
            "--passphrase",
            "env:PHRASE",
            "--json",
        )
    )
    again = netwb(
        *("restore", "--from-remote", url, "-o", str(folder), "--passphrase", "env:PHRASE")
    )

    assert ran.json["revisions"] == 2
    assert b"Pub1icRead" in (folder / "fra1/edge1.cfg").read_bytes()
    assert (folder / "fra1/edge1.cfg").stat().st_mode & 0o077 == 0
    assert again.status == 2
    assert "is not empty" in again.err


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        ("remote set acme ext::sh", 2, "option or for a program to run"),
        ("remote set acme https://u:hunter2@h/x", 2, "holds a password"),
        ("remote set acme https://h/x --username robot", 2, "go together"),
        ("remote set acme https://h/x --username robot --password t0ken-of-the-Robot", 2, "never taken from an argument"),
        ("remote set acme https://h/x --key env:TOKEN", 2, "opens ssh alone"),
        ("remote set acme ssh://h/x --key env:TOKEN", 2, "is no private key"),
        ("remote set acme file:///x --username robot --password env:TOKEN", 2, "https alone"),
        ("remote set nobody file:///x", 4, "tenant 'nobody' is not known"),
        ("remote show acme", 4, "has no remote"),
        ("remote passphrase acme --passphrase env:PHRASE", 4, "has no remote"),
        ("remote check acme --passphrase env:PHRASE", 4, "has no remote"),
        ("push --tenant acme", 4, "has no remote"),
        ("restore", 2, "DEVICE@REV -o FILE --reason TEXT"),
        ("restore acme/edge1 --from-remote file:///x", 2, "leave DEVICE@REV"),
        ("restore acme/edge1 -o x --reason y --passphrase env:PHRASE", 2, "go with --from-remote"),
        ("restore --from-remote file:///nowhere/x.git --passphrase env:PHRASE", 5, "is not there"),
        ("restore --from-remote file:///nowhere/x.git --passphrase env:NONE", 2, "NONE is not set"),
        ("remote accept acme nonsense --reason x", 4, "no hit"),
    ],
)  # fmt: skip
def test_bad_input_is_told_in_one_sentence(
    netwb: Commands, arguments: str, status: int, word: str
) -> None:
    ran = netwb(*arguments.split())

    assert (ran.status, ran.out) == (status, "")
    assert word in ran.err
    assert "hunter2" not in ran.err
    assert "t0ken" not in ran.err


def test_a_short_passphrase_is_refused(
    netwb: Commands, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHRASE", "short")
    netwb("remote", "set", "acme", url)

    ran = netwb("remote", "passphrase", "acme", "--passphrase", "env:PHRASE")

    assert ran.status == 2
    assert "too short" in ran.err


def test_a_push_that_failed_is_exit_1_with_its_cause(
    netwb: Commands, url: str, tmp_path: Path
) -> None:
    netwb("remote", "set", "acme", url)
    (tmp_path / "far.git").rename(tmp_path / "moved.git")

    ran = netwb("push")
    shown = netwb("remote", "show")

    assert ran.status == 1
    assert "is not there" in ran.out
    assert "is not there" in shown.out


def test_a_scan_that_finds_nothing_says_so(netwb: Commands) -> None:
    ran = netwb("doctor", "--secrets")

    assert ran.status == 0
    assert "no stored text shows" in ran.out
    assert netwb("doctor", "--secrets", "--json").json == {"items": []}


def test_a_scan_names_hits_and_one_is_accepted(netwb: Commands, home: Rig, url: str) -> None:
    """By a rule of the home's own, which came after the texts."""
    own = home.bench.home / "platforms.d/cisco_ios.toml"
    own.write_text(newer_source())
    netwb("remote", "set", "acme", url)

    found = netwb("doctor", "--secrets", "--json")
    table = netwb("doctor", "--secrets")
    refused = netwb("push")
    for hit in found.json["items"]:
        netwb("remote", "accept", "acme", hit["id"], "--reason", "names of neighbours")
    pushed = netwb("push")

    assert found.status == table.status == 1
    assert [hit["rule"] for hit in found.json["items"]] == ["peer description"] * 2
    assert "edge1-peer" not in found.out + table.out + refused.out
    assert refused.status == 1
    assert pushed.status == 0
    assert netwb("doctor", "--secrets").status == 0
