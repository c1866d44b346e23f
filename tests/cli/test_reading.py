"""history, changes, show, diff, search, restore, quarantine, audit: what scripts and people get."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.collect.replay import recorded
from tests.benches import Rig, ios, ios_text, rig
from tests.cli.commands import Commands


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Rig]:
    """Two tenants; edge1 of acme changed twice, once by ana and once by ben."""
    names = {"acme": ("edge1", "edge2"), "umbra": ("edge9",)}
    with rig(tmp_path, names, past=two_nights) as made:
        yield made


def two_nights(made: Rig) -> None:
    made.back_up(note="CHG1")
    made.clock.advance(days=1)
    made.answer("acme/edge1", ios("edge1", by="ben", at=made.clock.now, ntp="192.0.2.99"))
    made.back_up(note="CHG2")


@pytest.fixture
def netwb(home: Rig, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(home.bench.home, capsys)


def test_history_is_newest_first_in_the_contracts_shape(netwb: Commands) -> None:
    items = netwb("history", "edge1", "--json").json["items"]

    assert [item["author"] for item in items] == ["ben", "ana"]
    assert items[0]["at"] == "2026-11-21T02:00:00Z"
    assert {"id", "at", "author", "message", "added", "removed", "size"} <= set(items[0])
    assert (items[0]["added"], items[0]["removed"]) == (1, 1)


def test_changes_are_those_of_the_time_and_the_person(netwb: Commands) -> None:
    since = "2026-11-20T12:00"

    assert [i["hostname"] for i in netwb("changes", "--since", since, "--json").json["items"]] == [
        "edge1"
    ]
    assert netwb("changes", "--since", since, "--by", "ana", "--json").json == {"items": []}
    assert "-ntp server 192.0.2.53" in netwb("changes", "--since", since, "--patch").out


def test_a_change_that_was_made_before_that_time_and_stored_since_is_said_to_be(
    home: Rig, netwb: Commands
) -> None:
    made_at = home.clock.now + timedelta(hours=1)
    home.clock.advance(days=2)
    since = f"{home.clock.now - timedelta(hours=1):%Y-%m-%dT%H:%M}"
    home.answer("acme/edge1", ios("edge1", by="ben", at=made_at, ntp="192.0.2.7"))
    home.back_up()

    told = netwb("changes", "--since", since)

    assert "2026-11-21 03:00" in told.out
    assert "one was made before 2026-11-23 01:00 UTC, as the device's own clock says" in told.err
    assert netwb("changes", "--since", "2026-11-20").err == ""


def test_lists_name_the_sections_that_were_touched(netwb: Commands) -> None:
    for line in (("history", "edge1"), ("changes", "--since", "2026-11-20T12:00")):
        out = netwb(*line).out

        assert "sections" in out.splitlines()[0]
        assert "ntp server" in out


def test_changes_without_a_time_are_those_of_the_last_day(netwb: Commands) -> None:
    assert netwb("changes").out.startswith("nothing changed since ")
    assert netwb("changes", "--json").json == {"items": []}
    ran = netwb("changes", "--since", "9999 days ago", "--device", "edge2", "--json")
    assert [item["hostname"] for item in ran.json["items"]] == ["edge2"]


@pytest.mark.parametrize("option", ["--by", "--author"])
def test_a_person_of_whom_nothing_is_stored_is_named_with_who_was_meant(
    netwb: Commands, option: str
) -> None:
    for line in (("changes", "--since", "2026-11-01"), ("search", "ntp", "--ever")):
        ran = netwb(*line, option, "anna")

        assert ran.status == 4
        assert "nothing that is stored is by 'anna'; did you mean ana?" in ran.err
        assert netwb(*line, option, "ana").status == 0


@pytest.mark.parametrize("command", ["changes", "search"])
def test_help_offers_one_name_of_an_option(netwb: Commands, command: str) -> None:
    out = netwb(command, "--help").out

    assert "--by WHO" in out
    assert "--author" not in out


def test_a_patch_shows_every_change_also_where_a_first_revision_has_none(netwb: Commands) -> None:
    ran = netwb("changes", "--since", "2026-11-01", "--patch")

    assert ran.status == 0
    assert "+ntp server 192.0.2.99" in ran.out
    assert "is the first revision; `netwb show acme/edge2@" in ran.out


def test_git_applies_a_patch_in_a_clone_of_the_archive(
    netwb: Commands, home: Rig, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    archive = home.bench.home / "archive" / "acme.git"
    subprocess.run(["git", "clone", "-q", str(archive), str(clone)], check=True)
    stored = clone / "fra1" / "edge1.cfg"
    newest, before = (home.bench.show(f"edge1@latest{back}") for back in ("", "~1"))
    assert stored.read_bytes() == newest

    for words in (("diff", "edge1"), ("changes", "--since", "2026-11-20T12:00")):
        patch = netwb(*words, "--patch").out.encode()
        for way, text in ((["-R"], before), ([], newest)):
            subprocess.run(["git", "apply", *way], input=patch, cwd=clone, check=True)
            assert stored.read_bytes() == text


def test_a_search_for_an_address_names_the_device_that_is_reached_there(netwb: Commands) -> None:
    ran = netwb("search", "127.0.0.1", "--tenant", "umbra")

    assert ran.status == 0
    assert ran.err == "127.0.0.1 is the management address of umbra/edge9\n"
    assert netwb("search", "127.0.0", "--tenant", "umbra").err == ""


def test_where_nothing_is_held_there_is_nothing_to_accept(netwb: Commands) -> None:
    ran = netwb("quarantine", "accept", "acme/edge1", "--reason", "looked at it")

    assert ran.status == 4
    assert "nothing waits: no running text of acme/edge1 is held" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("histroy",), "there is no command 'histroy'; did you mean `history`?"),
        (("device", "lst"), "there is no command 'lst'; did you mean `list` or `set`?"),
        (("zzzz",), "there is no command 'zzzz'; see `netwb --help`"),
    ],
)
def test_a_command_that_is_none_is_told_with_what_resembles_it(
    words: tuple[str, ...], said: str, netwb: Commands
) -> None:
    ran = netwb(*words)

    assert ran.status == 2
    assert said in ran.err


def test_a_second_init_says_that_the_home_is_there(netwb: Commands) -> None:
    assert "was set up already, and is as it was" in netwb("init").err


def test_an_init_with_another_database_that_is_empty_says_what_it_made_and_what_is_left(
    netwb: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = Path(netwb("init").err.split()[1])
    archive = home / "archive"
    archive.rename(home / "archive-of-before")  # its repositories would be nobody's
    archive.mkdir()
    other = tmp_path / "other.db"
    monkeypatch.setenv("NETWB_STORE__URL", f"sqlite:///{other}")
    before = (home / "netwb.db").read_bytes()

    made = netwb("init")

    assert made.status == 0, made.err
    assert f"was there; its database {other} was empty and is set up now;" in made.err
    assert "netwb.db of before is left in the home as it was" in made.err
    assert (home / "netwb.db").read_bytes() == before
    assert "netwb.db of before lies in the home and is not used" in netwb("doctor").out
    again = netwb("init").err
    assert "was set up already, and is as it was" in again
    assert "netwb.db" not in again


def test_a_patch_is_a_form_of_its_own(netwb: Commands) -> None:
    ran = netwb("diff", "edge1", "--patch", "--json")

    assert (ran.status, ran.out) == (2, "")
    assert "leave --words and --json out" in ran.err


def test_show_prints_the_text_alone_and_no_secret(netwb: Commands) -> None:
    shown = netwb("show", "edge1")

    assert shown.err == ""
    assert shown.out.endswith("\nend\n")
    assert "Pub1icRead" not in shown.out
    assert "snmp-server community <netwb:secret:" in shown.out


def test_diff_of_a_device_alone_is_its_last_change(netwb: Commands) -> None:
    diff = netwb("diff", "edge1", "--json").json

    assert (diff["added"], diff["removed"]) == (1, 1)
    lines = [line for hunk in diff["hunks"] for line in hunk["lines"] if line["kind"] != "same"]
    assert lines == [
        {"kind": "removed", "text": "ntp server 192.0.2.53"},
        {"kind": "added", "text": "ntp server 192.0.2.99"},
    ]


def test_a_revision_alone_is_compared_with_the_one_before(netwb: Commands) -> None:
    assert netwb("diff", "edge1@latest", "--json").json == netwb("diff", "edge1", "--json").json
    first = netwb("diff", "edge1@latest~1")
    assert first.status == 4
    assert " is the first revision; `netwb show acme/edge1@" in first.err


def test_a_first_revision_has_nothing_to_differ_from(netwb: Commands) -> None:
    ran = netwb("diff", "edge2")

    assert ran.status == 4
    assert "acme/edge2 has one revision only; `netwb show acme/edge2` prints it" in ran.err


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("edge1@latest~1", "edge1@latest"),
        ("edge1@2026-11-20T12:00", "edge1@2026-11-22"),
        ("edge2", "edge1"),
        ("umbra/edge9", "acme/edge1"),
    ],
    ids=["steps", "times", "two devices", "two tenants"],
)
def test_any_revision_against_any_other(netwb: Commands, old: str, new: str) -> None:
    found = netwb("diff", old, new, "--json")

    assert found.status == 0
    assert found.json["added"] >= 1


def test_search_tells_since_when_and_by_whom(netwb: Commands) -> None:
    now = netwb("search", "192.0.2.99", "--json").json["items"]
    ever = netwb("search", "192.0.2.53", "--ever", "--json").json["items"]

    assert [(i["hostname"], i["author"], i["until"]) for i in now] == [("edge1", "ben", None)]
    assert now[0]["text"] == "ntp server 192.0.2.99"
    gone = [item for item in ever if item["until"] is not None]
    assert [(i["hostname"], i["since"], i["until"]) for i in gone] == [
        ("edge1", "2026-11-20T02:00:00Z", "2026-11-21T02:00:00Z")
    ]


@pytest.mark.parametrize(
    ("words", "hosts"),
    [
        (("--word", "192.0.2.9"), []),  # it is the beginning of 192.0.2.99 alone
        (("--word", "192.0.2.99"), ["edge1"]),
        (("--pattern", r"^ntp server 192\.0\.2\.9\d$"), ["edge1"]),
    ],
    ids=["part-of-a-word", "word", "pattern"],
)
def test_a_search_by_word_or_pattern(
    netwb: Commands, words: tuple[str, ...], hosts: list[str]
) -> None:
    found = netwb("search", *words, "--json").json["items"]

    assert [item["hostname"] for item in found] == hosts


def test_a_pattern_that_is_none_is_bad_input(netwb: Commands) -> None:
    assert netwb("search", "--pattern", "ntp (").status == 2


def test_a_search_never_finds_a_secret(netwb: Commands) -> None:
    assert netwb("search", "Pub1icRead", "--ever", "--json").json == {"items": []}


def test_restore_gives_the_bytes_back_to_its_owner_alone(netwb: Commands, tmp_path: Path) -> None:
    out = tmp_path / "edge1.cfg"

    ran = netwb("restore", "edge1@latest~1", "-o", str(out), "--reason", "test")

    assert ran.status == 0
    text = out.read_bytes()
    assert b"snmp-server community Pub1icRead RO\n" in text
    assert b"ntp server 192.0.2.53\n" in text
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert netwb("audit", "list", "--json").json["items"][0]["action"] == "config.restore"


def test_restore_never_overwrites_a_file(netwb: Commands, tmp_path: Path) -> None:
    out = tmp_path / "edge1.cfg"
    out.write_text("mine")

    ran = netwb("restore", "edge1@latest", "-o", str(out), "--reason", "test")

    assert ran.status == 2
    assert "not overwritten" in ran.err
    assert out.read_text() == "mine"


def test_restore_writes_to_stdout_when_asked_to(
    netwb: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    ran = netwb("restore", "edge1@latest~1", "-o", "-", "--reason", "test")

    assert ran.status == 0
    assert "snmp-server community Pub1icRead RO\n" in ran.out
    assert list(tmp_path.glob("-*")) == []


@pytest.mark.parametrize("given", ["", "  "], ids=["empty", "blank"])
@pytest.mark.parametrize("line", ["restore edge1 -o -", "quarantine accept edge1"])
def test_a_reason_is_not_empty(netwb: Commands, line: str, given: str) -> None:
    ran = netwb(*line.split(), "--reason", given)

    assert (ran.status, ran.out) == (2, "")
    assert "reason is empty" in ran.err


def test_the_hint_to_history_is_given_only_where_history_was_not_asked(netwb: Commands) -> None:
    hint = "--ever looks in history too"

    assert hint in netwb("search", "nowhere-at-all").out
    for more in (["--ever"], ["--author", "ana"], ["--since", "7d"]):
        assert hint not in netwb("search", "nowhere-at-all", *more).out


def test_tables_end_their_lines_where_the_words_end(netwb: Commands) -> None:
    lines = netwb("history", "edge1").out.split("\n")

    assert len(lines) == 4
    assert [line for line in lines if line != line.rstrip()] == []


def test_restore_redacted_holds_no_secret(netwb: Commands, tmp_path: Path) -> None:
    out = tmp_path / "edge1.cfg"

    netwb("restore", "edge1@latest", "-o", str(out), "--reason", "test", "--redacted")

    assert b"Pub1icRead" not in out.read_bytes()


def test_quarantine_is_listed_shown_and_discarded(netwb: Commands, home: Rig) -> None:
    home.answer("acme/edge2", recorded(ios_text("edge2").removesuffix(b"end\n"), prompt=b"edge2#"))
    home.back_up()

    assert [i["hostname"] for i in netwb("quarantine", "list", "--json").json["items"]] == ["edge2"]
    assert "hostname edge2" in netwb("quarantine", "show", "edge2").out
    assert netwb("quarantine", "accept", "edge2", "--reason", "no").status == 1
    assert netwb("quarantine", "discard", "edge2", "--reason", "cut").status == 0
    assert netwb("quarantine", "list", "--json").json == {"items": []}


def test_a_held_startup_text_is_reached_by_its_kind(netwb: Commands, home: Rig) -> None:
    cut = recorded(ios_text("edge2").removesuffix(b"end\n"), prompt=b"edge2#").running
    home.answer("acme/edge2", replace(ios("edge2"), startup=replace(cut, kind="startup")))
    home.back_up()

    assert "startup" in netwb("quarantine", "list").out
    assert netwb("quarantine", "show", "edge2").status == 4
    assert "hostname edge2" in netwb("quarantine", "show", "edge2", "--startup").out
    assert netwb("quarantine", "accept", "edge2", "--startup", "--reason", "no").status == 1
    assert netwb("quarantine", "discard", "edge2", "--startup", "--reason", "cut").status == 0
    assert netwb("quarantine", "list", "--json").json == {"items": []}


def test_a_renewed_master_key_opens_everything_and_the_old_one_nothing(
    netwb: Commands, home: Rig, tmp_path: Path
) -> None:
    master = home.bench.home / "master.key"
    old = master.read_bytes()

    assert netwb("credential", "rekey").status == 0

    out = tmp_path / "edge1.cfg"
    assert netwb("restore", "edge1@latest", "-o", str(out), "--reason", "test").status == 0
    assert b"Pub1icRead" in out.read_bytes()
    master.write_bytes(old)
    refused = netwb("history", "edge1")
    assert refused.status == 5
    assert "master key" in refused.err


def test_the_audit_chain_verifies(netwb: Commands) -> None:
    ran = netwb("audit", "verify", "--json")

    assert ran.status == 0
    assert ran.json["problems"] == []


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("history", "nosuch"), 4),
        (("show", "edge1@deadbeef"), 4),
        (("show", "edge1@latest~9"), 4),
        (("diff", "edge2"), 4),
        (("history", "edge1", "--limit", "0"), 2),
        (("changes", "--since", "tomorrow"), 2),
        (("changes", "--since", "1d", "--until", "2d"), 2),
        (("search", "x", "--since", "1d", "--until", "2d"), 2),
        (("backup", "--where", "host=edge1"), 2),
        (("backup", "--tenant", "acme", "--where", "tenant=umbra"), 2),
        (("nosuch",), 2),
        (("restore", "edge1@latest", "-o", "/nowhere/x", "--reason", "r"), 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_bad_input_is_one_sentence_with_its_status(
    netwb: Commands, arguments: tuple[str, ...], status: int
) -> None:
    ran = netwb(*arguments)

    assert ran.status == status
    assert ran.out == ""
    assert ran.err.startswith("netwb: ")
    assert len(ran.err.strip().splitlines()) == 1


def test_a_revision_that_is_not_there_names_the_list_that_has_it(netwb: Commands) -> None:
    assert "`netwb history acme/edge1` lists them" in netwb("show", "edge1@deadbeef").err
    assert "`netwb history acme/edge1 --startup`" in netwb("show", "edge1", "--startup").err


def test_a_home_that_is_not_there_names_the_cure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = Commands(tmp_path / "nowhere", capsys)("history", "edge1")

    assert ran.status == 5
    assert "netwb init" in ran.err


def test_what_a_text_or_a_command_line_holds_is_shown_and_not_obeyed(
    netwb: Commands, tmp_path: Path
) -> None:
    text = tmp_path / "edge2.cfg"
    text.write_bytes(ios_text("edge2").replace(b"hostname edge2", b"hostname ed\x1b[2Jge2"))

    judged = netwb("text", "judge", str(text), "--platform", "cisco_ios")
    refused = netwb("history", "ed\x1b[2Jge2")

    assert "\x1b" not in judged.out + judged.err + refused.out + refused.err
    assert refused.status == 4
