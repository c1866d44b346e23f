"""`netwb syslog`: what messages would start, and what was heard."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netwb.cli.main import main
from netwb.health.syslog.records import Burst, Said
from tests.benches import START, Rig, rig

DATA = Path(__file__).parents[1] / "data"


def run(home: Path, *words: str) -> int:
    return main(["--home", str(home), *words])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def messages(tmp_path: Path, *lines: str) -> str:
    file = tmp_path / "messages.txt"
    file.write_text("\n".join(lines))
    return str(file)


IOS = [
    line.split("\t", 2)
    for line in (DATA / "cisco_ios/syslog/messages.tsv").read_text().splitlines()
]


def test_messages_are_judged_line_by_line_without_a_home(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = messages(tmp_path, *(message for _, _, message in IOS), "", "  ")

    assert run(home, "syslog", "judge", file, "--platform", "cisco_ios", "--json") == 0

    items = json.loads(capsys.readouterr().out)["items"]
    assert [item["means"] for item in items] == [m if m != "-" else "other" for m, _, _ in IOS]
    assert items[0]["by"] == "ana"
    assert not home.exists()


def test_a_commit_of_junos_starts_a_backup_at_once(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = messages(
        tmp_path, "<189>Nov 28 15:00:02 core1 mgd[1]: UI_COMMIT_COMPLETED: commit complete"
    )

    assert run(home, "syslog", "judge", file, "--platform", "juniper_junos") == 0

    told = capsys.readouterr().out
    assert "a backup at once" in told
    assert "core1" in told


def test_the_answer_is_no_where_nothing_starts_a_backup(home: Path, tmp_path: Path) -> None:
    file = messages(tmp_path, "<189>1: %LINK-3-UPDOWN: Interface Gi0/1, changed state to up")

    assert run(home, "syslog", "judge", file, "--platform", "cisco_ios") == 1


def test_a_platform_without_messages_is_named(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home, "syslog", "judge", messages(tmp_path, "x"), "--platform", "vax") == 2

    assert "of platform vax no messages are known; known are arista_eos" in capsys.readouterr().err


def test_hostile_messages_send_a_terminal_nothing(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = messages(
        tmp_path,
        "<189>1: %SYS-5-CONFIG_I: Configured from x by a\x1b[31m\x9b31mb on vty0 (192.0.2.7)",
    )

    run(home, "syslog", "judge", file, "--platform", "cisco_ios")

    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "\x9b" not in told


def test_a_listener_is_told_of_only_while_a_scheduler_leads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETWB_SYSLOG__ADDRESS", "127.0.0.1")
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        home = made.bench.home
        made.clock.now = datetime.now(UTC)
        leader = made.bench.lead()

        assert run(home, "syslog", "show") == 0
        before = capsys.readouterr().err
        leader.begin()
        assert run(home, "syslog", "show") == 0
        led = capsys.readouterr().err

    assert before.startswith("nothing listens: no scheduler runs; `netwb scheduler` would listen")
    assert led.startswith("the scheduler listens at 127.0.0.1, UDP port")


def test_what_was_heard_and_waits_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        keep(made)
        home = made.bench.home

        assert run(home, "syslog", "show") == 0
        shown = capsys.readouterr()
        assert run(home, "syslog", "show", "--json") == 0
        document = json.loads(capsys.readouterr().out)

    assert "no listener: set `syslog.address`" in shown.err
    assert "acme/edge1" in shown.out
    assert document["counts"] == {"change": 2, "unknown": 7}
    assert document["waiting"] == [
        {
            "device": "acme/edge1",
            "since": "2026-11-20T02:00:00Z",
            "until": "2026-11-20T02:00:00Z",
            "by": ["ana"],
            "tries": 0,
        }
    ]


def keep(made: Rig) -> None:
    device = made.devices["acme/edge1"]
    bursts = made.bench._parts.bursts
    bursts.count({"change": 2, "unknown": 7})
    bursts.keep(
        [
            Burst(
                id="b1",
                device_id=device.id,
                tenant_id=device.tenant_id,
                first_at=START,
                last_at=START,
                said=(Said(by="ana", at=START), Said(by="", at=START)),
            )
        ]
    )


def test_a_homes_own_platform_record_brings_its_messages(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = (Path("netwb/platforms") / "frr.toml").read_text()
    rule = '[[message]]\nname = "own"\nword = "ZAP"\npattern = "ZAP by (?P<by>.*)"\n'
    own = source.replace('name = "frr"', 'name = "zapos"', 1).partition("[[message]]")[0] + rule
    run(home, "init")
    (home / "platforms.d/zapos.toml").write_text(own)

    assert (
        run(home, "syslog", "judge", messages(tmp_path, "<1>ZAP by ana"), "--platform", "zapos")
        == 0
    )
    assert "ana" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('name = "own"\nword = "Z"\npattern = "(?=x)"', "a pattern that RE2 does not read"),
        ('name = "own"\nword = "Z"\npattern = "("', "a pattern that RE2 does not read"),
        ('name = "own"\nword = ""\npattern = "x"', "needs a word that is not empty"),
        ('name = "own"\nword = "Z"', "not usable: 'pattern'"),
        ('name = "own"\nword = "Z"\npattern = 7', "must be a text"),
        ('name = "own"\nword = "Z"\npattern = "x"\nmeans = "perhaps"', "means is one of change"),
        ('name = "own"\nword = "Z"\npattern = "x"\nafter = "1"', "unknown key 'after'"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], rule: str, said: str
) -> None:
    source = (Path("netwb/platforms") / "frr.toml").read_text()
    run(home, "init")
    (home / "platforms.d/frr.toml").write_text(source + "\n[[message]]\n" + rule + "\n")

    assert run(home, "syslog", "judge", messages(tmp_path, "x"), "--platform", "frr") == 2
    error = capsys.readouterr().err
    assert said in error
    assert "frr.toml" in error
