"""An apply: judged, put in place, told, on trial; whatever goes wrong, good files are in force."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from netwb.errors import (
    HomeError,
    LeaseLostError,
    MetricsUnavailableError,
    RunUnderWayError,
    TelegrafError,
    TelegrafFailedError,
)
from netwb.telegraf.folder import ShardFolder
from netwb.telegraf.records import ShardVerdict
from tests.telegraf.appliers import FRA, Ground, ground, without_commands
from tests.telegraf.ground import V2C, V3, rendered, target

OLD, NEW = "127.0.0.1", "127.0.0.9"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Ground]:
    with ground(tmp_path) as made:
        yield made


@pytest.fixture
def proven(made: Ground) -> Ground:
    """The same with files that are in force and proven."""
    made.applier.apply(made.files(OLD))
    made.clock.advance(seconds=60)
    made.answer("edge1")
    assert verdict(made).status == "proven"
    made.clock.advance(seconds=60)
    made.answer("edge1")
    return made


def verdict(made: Ground) -> ShardVerdict:
    found = made.applier.settle(made.shard)
    assert found is not None
    return found


def test_a_first_apply_writes_all_and_restarts(made: Ground) -> None:
    outcome = made.applier.apply(made.files(OLD))

    assert (outcome.status, outcome.files, outcome.told) == ("applied", 3, "restart")
    assert made.told() == ["restart"]
    assert ShardFolder(made.live).environment()["SNMP_ACME__SNMP_COMMUNITY"] == "Pub1icRead"


def test_nothing_changed_writes_and_tells_nothing(proven: Ground) -> None:
    before = [path.stat().st_mtime_ns for path in sorted(proven.live.rglob("*.conf"))]

    outcome = proven.applier.apply(proven.files(OLD))

    assert (outcome.status, outcome.files, outcome.until) == ("unchanged", 0, None)
    assert [path.stat().st_mtime_ns for path in sorted(proven.live.rglob("*.conf"))] == before
    assert proven.told() == ["restart"]


def test_changed_files_are_a_reload_and_unchanged_ones_stay(proven: Ground) -> None:
    agent = (proven.live / "telegraf.conf").stat().st_mtime_ns

    outcome = proven.applier.apply(proven.files(NEW))

    assert (outcome.files, outcome.told) == (1, "reload")
    assert proven.told() == ["restart", "reload"]
    assert NEW in proven.text()
    assert (proven.live / "telegraf.conf").stat().st_mtime_ns == agent


def test_a_changed_secret_is_a_restart_and_shows_as_a_fingerprint(proven: Ground) -> None:
    other = rendered(target("edge1", login=replace(V2C, community="An0ther")), shard=proven.shard)

    found = proven.applier.diff(other)

    assert (found.files, found.needs) == ((), "restart")
    (change,) = found.secrets
    assert change.variable == "SNMP_ACME__SNMP_COMMUNITY"
    assert len({change.old, change.new, ""}) == 3
    assert "An0ther" not in repr(found)
    assert proven.applier.apply(other).told == "restart"
    assert ShardFolder(proven.live).environment()["SNMP_ACME__SNMP_COMMUNITY"] == "An0ther"


def test_a_diff_has_the_lines_of_what_changed_and_writes_nothing(proven: Ground) -> None:
    found = proven.applier.diff(proven.files(NEW, OLD))

    (change,) = found.files
    assert (change.path, change.change, found.needs) == (FRA, "changed", "reload")
    assert f'-  agents = ["udp://{OLD}:161"]' in change.lines
    assert f'+  agents = ["udp://{NEW}:161"]' in change.lines
    assert NEW not in proven.text()


def test_operators_snippets_are_judged_and_never_touched(proven: Ground) -> None:
    snippet = proven.live / "telegraf.d" / "own.conf"
    snippet.write_text("[[inputs.cpu]]\n")

    proven.applier.apply(proven.files(NEW))

    assert snippet.read_text() == "[[inputs.cpu]]\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[inputs.snmp]]\nagents = ["foo://x:161"]\n', "is not written as udp://"),
        ("[[inputs.snmpp]]\n", "undefined but requested input: snmpp"),
        ('[[inputs.snmp]]\nagents = ["x"]\ncommunty = "x"\n', "but they were not used"),
        ('[[inputs.cpu]]\nx = "${MISSING:?set it}"\n', "required variable MISSING is missing"),
    ],
    ids=["own check", "unknown plugin", "unknown option", "unset variable"],
)
def test_files_that_are_not_fit_change_nothing(proven: Ground, text: str, says: str) -> None:
    (proven.live / "telegraf.d" / "own.conf").write_text(text)

    with pytest.raises(TelegrafError, match=says):
        proven.applier.apply(proven.files(NEW))

    assert NEW not in proven.text()
    assert proven.told() == ["restart"]


def test_the_program_is_asked_as_it_will_run(made: Ground) -> None:
    made.applier.apply(made.files(OLD))

    check, test = made.calls()
    assert check["words"][:3] == ["config", "check", "--strict-env-handling"]
    assert check["words"][-1].endswith("/telegraf.d/")
    assert test["words"][:2] == ["--test", "--strict-env-handling"]
    assert check["variables"] == ["METRICS_SECRET", "SNMP_ACME__SNMP_COMMUNITY"]


def test_one_device_a_profile_is_tried_and_a_silent_one_is_a_warning(tmp_path: Path) -> None:
    with ground(tmp_path, silent="acme|core1") as made:
        files = rendered(target(), target("core1", login=V3), target("b"), shard=made.shard)

        outcome = made.applier.apply(files)

    (warning,) = outcome.warnings
    assert "acme|core1" in warning
    assert "request timeout" in warning


def test_what_telegraf_stumbles_over_at_run_alone_is_refused(tmp_path: Path) -> None:
    with ground(tmp_path, stumbles="acme|edge1") as made:
        with pytest.raises(TelegrafError, match=r"would stumble .* cannot translate \.1\.3"):
            made.applier.apply(made.files(OLD))

        assert not (made.live / "telegraf.conf").exists()


def test_without_the_program_its_check_is_left_out_and_said(tmp_path: Path) -> None:
    with ground(tmp_path, program="no-such-telegraf") as made:
        outcome = made.applier.apply(made.files(OLD))

    assert outcome.status == "applied"
    assert outcome.warnings == (
        "Telegraf's program is not on this machine: its own check was left out, and no device was asked",
    )


def test_no_secret_is_in_what_a_program_is_said_to_have_said(tmp_path: Path) -> None:
    with ground(tmp_path) as made:
        (made.tools / "telegraf").write_text('#!/bin/sh\necho "bad $METRICS_SECRET" >&2\nexit 1\n')

        with pytest.raises(TelegrafError) as refused:
            made.applier.apply(made.files(OLD))

    assert str(refused.value) == (
        "Telegraf does not take the new files: bad ***; correct the file that it names"
    )


def test_samples_prove_new_files(proven: Ground) -> None:
    outcome = proven.applier.apply(proven.files(NEW))
    assert outcome.until is not None

    assert verdict(proven).status == "waiting"
    proven.clock.advance(seconds=61)
    proven.answer("edge1")
    assert verdict(proven).status == "proven"
    assert proven.applier.settle(proven.shard) is None
    assert not (proven.parts.folder / ".state/main/before").exists()


def test_a_shard_that_falls_silent_gets_its_former_files_back(proven: Ground) -> None:
    before = proven.text()
    proven.applier.apply(proven.files(NEW))

    proven.clock.advance(seconds=2 * 60 + 29)
    assert verdict(proven).status == "waiting"
    proven.clock.advance(seconds=1)
    found = verdict(proven)

    assert found.status == "rolled_back"
    assert "wrote nothing for two intervals" in found.message
    assert proven.text() == before
    assert proven.told() == ["restart", "reload", "reload"]


def test_a_roll_back_undoes_what_was_added_changed_and_removed_and_the_secrets(
    proven: Ground,
) -> None:
    proven.applier.apply(rendered(target("edge1"), target("b", site="ber1"), shard=proven.shard))
    proven.clock.advance(seconds=60)
    proven.answer("edge1")
    verdict(proven)
    there = {str(path): path.read_text() for path in proven.live.rglob("*") if path.is_file()}
    changed = replace(V2C, community="An0ther")
    proven.applier.apply(
        rendered(
            target("edge1", login=changed),
            target("c", site="x", login=changed),
            shard=proven.shard,
        )
    )

    proven.clock.advance(seconds=300)
    assert verdict(proven).status == "rolled_back"

    assert there == {
        str(path): path.read_text() for path in proven.live.rglob("*") if path.is_file()
    }
    assert proven.told()[-2:] == ["restart", "restart"]


def test_files_that_were_rolled_back_are_tried_again_by_a_person_alone(proven: Ground) -> None:
    proven.applier.apply(proven.files(NEW))
    proven.clock.advance(seconds=300)
    verdict(proven)

    left = proven.applier.apply(proven.files(NEW), refused="leave")
    assert (left.status, left.warnings) == ("unchanged", ("these files were rolled back before",))
    assert proven.applier.apply(proven.files(NEW), refused="again").status == "applied"


def test_a_shard_that_was_silent_before_is_not_rolled_back_but_said(made: Ground) -> None:
    made.applier.apply(made.files(OLD))

    made.clock.advance(seconds=300)
    found = verdict(made)

    assert (found.status, OLD in made.text()) == ("silent", True)
    assert "look at the log of its Telegraf" in found.message


def test_a_second_apply_before_the_first_is_proven_goes_back_behind_both(proven: Ground) -> None:
    before = proven.text()
    proven.applier.apply(proven.files(NEW))
    proven.applier.apply(proven.files("127.0.0.10"))

    proven.clock.advance(seconds=300)
    verdict(proven)

    assert proven.text() == before


def test_a_metrics_store_that_does_not_answer_proves_nothing_and_undoes_nothing(
    proven: Ground,
) -> None:
    proven.applier.apply(proven.files(NEW))
    proven.clock.advance(seconds=300)

    def down() -> NoReturn:
        msg = "InfluxDB does not answer"
        raise MetricsUnavailableError(msg)

    proof = replace(proven.parts.proof, store=down)
    silent = replace(proven, parts=replace(proven.parts, proof=proof))
    found = verdict(silent)

    assert (found.status, found.message) == ("unknown", "InfluxDB does not answer")
    assert NEW in proven.text()
    assert silent.applier.apply(proven.files("127.0.0.10")).status == "applied"


def test_a_command_that_fails_puts_the_former_files_back(proven: Ground) -> None:
    before = proven.text()
    proven.fail_when_told("reload")

    with pytest.raises(TelegrafFailedError) as failed:
        proven.applier.apply(proven.files(NEW))

    assert "ended with 3: cannot reload: no such unit" in str(failed.value)
    assert "the former files are in force again, but its Telegraf does not know it" in str(
        failed.value
    )
    assert proven.text() == before
    assert proven.applier.settle(proven.shard) is None
    (proven.tools / "fails-reload").unlink()
    assert proven.applier.apply(proven.files(NEW), refused="leave").status == "applied"


def whole_folder(made: Ground) -> dict[str, str]:
    found = (path for path in made.live.rglob("*") if path.is_file())
    return {str(path.relative_to(made.live)): path.read_text() for path in found}


def test_a_command_that_fails_before_the_first_apply_is_proven_leaves_that_one_on_trial(
    made: Ground,
) -> None:
    made.applier.apply(made.files(OLD))
    (made.live / "telegraf.d" / "own.conf").write_text("[[inputs.cpu]]\n")
    before = whole_folder(made)
    made.fail_when_told("reload")

    with pytest.raises(TelegrafFailedError, match="the former files are in force again"):
        made.applier.apply(made.files(NEW, "127.0.0.10"))

    assert len(before) == 4
    assert whole_folder(made) == before
    assert verdict(made).status == "waiting"
    made.clock.advance(seconds=60)
    made.answer("edge1")
    assert verdict(made).status == "proven"
    assert whole_folder(made) == before
    assert sorted(path.name for path in (made.parts.folder / ".state/main").iterdir()) == [
        "state.json"
    ]


def test_a_command_that_fails_over_a_trial_goes_back_one_apply_and_silence_to_the_proven(
    proven: Ground,
) -> None:
    first = whole_folder(proven)
    proven.applier.apply(
        rendered(target("edge1", address=NEW), target("b", site="ber1"), shard=proven.shard)
    )
    second = whole_folder(proven)
    changed = replace(V2C, community="An0ther")
    proven.fail_when_told("restart")

    with pytest.raises(TelegrafFailedError, match="the former files are in force again"):
        proven.applier.apply(
            rendered(
                target("edge1", login=changed),
                target("c", site="x", login=changed),
                shard=proven.shard,
            )
        )

    assert whole_folder(proven) == second
    proven.clock.advance(seconds=300)
    assert verdict(proven).status == "rolled_back"
    assert whole_folder(proven) == first


def test_a_command_that_fails_after_a_crash_goes_back_to_what_telegraf_was_told_of(
    made: Ground,
) -> None:
    made.applier.apply(made.files(OLD))
    before = whole_folder(made)
    files = rendered(target("edge1", address=NEW), target("c", site="x"), shard=made.shard)
    made.clock.sleeps_s = 130
    with pytest.raises(LeaseLostError):
        made.applier.apply(files)
    made.clock.sleeps_s = 0
    assert whole_folder(made) != before
    made.fail_when_told("reload")

    with pytest.raises(TelegrafFailedError, match="the former files are in force again"):
        made.applier.apply(files)

    assert whole_folder(made) == before


def test_a_first_apply_whose_command_fails_leaves_no_files_and_says_so(made: Ground) -> None:
    (made.live / "telegraf.d").mkdir(parents=True)
    (made.live / "telegraf.d" / "own.conf").write_text("[[inputs.cpu]]\n")
    made.fail_when_told("restart")

    with pytest.raises(TelegrafFailedError, match=r"there were none before, and .*/main has none"):
        made.applier.apply(made.files(OLD))

    assert whole_folder(made) == {"telegraf.d/own.conf": "[[inputs.cpu]]\n"}


def test_a_command_that_does_not_end_is_given_up(
    proven: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netwb.telegraf.program.COMMAND_S", 0.2)
    shard = replace(proven.shard, reload=("/bin/sleep", "60"))

    with pytest.raises(TelegrafFailedError, match=r"'/bin/sleep 60' did not end within 0\.2 s"):
        proven.applier.apply(replace(proven.files(NEW), shard=shard))


def test_a_command_that_is_not_there_is_said(proven: Ground) -> None:
    shard = replace(proven.shard, reload=("/no/such/command",))

    with pytest.raises(TelegrafFailedError, match="cannot be run: No such file or directory"):
        replace(proven, shard=shard).applier.apply(replace(proven.files(NEW), shard=shard))


def test_without_a_command_the_person_is_told_to_do_it(made: Ground) -> None:
    silent = without_commands(made)

    outcome = silent.applier.apply(silent.files(OLD))

    assert (outcome.told, outcome.until) == ("nobody", None)
    assert outcome.warnings[-1] == (
        "no command restarts the Telegraf of shard main: secrets changed, and a reload would end it;"
        " restart it yourself, or set telegraf.restart"
    )
    assert silent.applier.settle(silent.shard) is None


def test_a_reload_is_never_taken_for_a_restart_but_a_restart_for_a_reload(proven: Ground) -> None:
    restart_only = replace(proven, shard=replace(proven.shard, reload=()))
    assert restart_only.applier.apply(restart_only.files(NEW)).told == "restart"

    reload_only = replace(proven, shard=replace(proven.shard, restart=()))
    changed = rendered(
        target("edge1", login=replace(V2C, community="An0ther")), shard=reload_only.shard
    )
    assert reload_only.applier.apply(changed).told == "nobody"


def test_two_appliers_never_mix(made: Ground) -> None:
    other = made.other_holder()
    lease = other.acquire("telegraf:main", 60)
    assert lease is not None

    with pytest.raises(RunUnderWayError, match="elsewhere:1:x applies shard main; wait for it"):
        made.applier.apply(made.files(OLD))

    assert not (made.live / "telegraf.conf").exists()
    other.release(lease)
    assert made.applier.apply(made.files(OLD)).status == "applied"


def test_a_lease_that_is_lost_stops_before_the_next_rename_and_the_next_apply_mends(
    proven: Ground,
) -> None:
    files = rendered(
        target("edge1", address=NEW),
        target("b", site="ber1"),
        target("c", site="x"),
        shard=proven.shard,
    )
    proven.clock.sleeps_s = 100
    with pytest.raises(LeaseLostError):
        proven.applier.apply(files)
    proven.clock.sleeps_s = 0
    half = ShardFolder(proven.live).texts()
    assert proven.applier.is_due("main", "")

    outcome = proven.applier.apply(files)

    assert half != files.texts
    assert ShardFolder(proven.live).texts() == files.texts
    assert outcome.told == "reload"
    proven.clock.advance(seconds=300)
    assert verdict(proven).status == "rolled_back"
    assert set(ShardFolder(proven.live).texts()) == {"telegraf.conf", FRA}


def test_a_rename_that_fails_in_the_middle_is_mended_once_it_can_be(proven: Ground) -> None:
    files = rendered(
        target("edge1", address=NEW),
        target("c", site="x"),
        target("d", site="y"),
        shard=proven.shard,
    )
    stone = proven.live / "telegraf.d" / "netwb-acme.x.conf"
    stone.mkdir()
    (stone / "in").write_text("the way")

    with pytest.raises(HomeError, match=r"netwb-acme\.x\.conf cannot be used"):
        proven.applier.apply(files)
    (stone / "in").unlink()
    stone.rmdir()

    assert proven.applier.apply(files).status == "applied"
    assert ShardFolder(proven.live).texts() == files.texts


def test_a_process_that_is_killed_before_it_told_telegraf_is_followed_by_one_that_does(
    tmp_path: Path,
) -> None:
    with ground(tmp_path) as made:
        made.applier.apply(made.files(OLD))
        made.clock.advance(seconds=60)
        made.answer("edge1")
        assert verdict(made).status == "proven"
    command = [sys.executable, "-m", "tests.telegraf.dying", str(tmp_path), NEW]
    died = subprocess.run(command, check=False, cwd=Path(__file__).parents[2])
    assert died.returncode == -signal.SIGKILL
    with ground(tmp_path) as made:
        made.clock.advance(seconds=120)
        made.answer("edge1")
        assert NEW in made.text()
        assert made.applier.is_due("main", "")

        outcome = made.applier.apply(made.files(NEW))

        assert (outcome.status, outcome.files, outcome.told) == ("applied", 0, "reload")
        made.clock.advance(seconds=300)
        assert verdict(made).status == "rolled_back"
        assert OLD in made.text()


def test_a_state_that_a_hand_has_broken_is_begun_anew(proven: Ground) -> None:
    (proven.parts.folder / ".state/main/state.json").write_text('{"trial": 7}')

    assert proven.applier.apply(proven.files(NEW)).status == "applied"


def test_a_folder_of_states_that_cannot_be_used_is_said(made: Ground) -> None:
    made.parts.folder.mkdir()
    (made.parts.folder / ".state").write_text("a file")

    with pytest.raises(HomeError, match=r"\.state/main.* cannot be used"):
        made.applier.apply(made.files(OLD))


def test_what_another_process_has_ended_is_not_ended_twice(proven: Ground) -> None:
    proven.applier.apply(proven.files(NEW))
    trial = proven.applier._state("main").load().trial
    assert trial is not None
    proven.clock.advance(seconds=61)
    proven.answer("edge1")
    verdict(proven)

    late = proven.applier._end(proven.shard, trial, proven.clock(), "none")

    assert (late.status, NEW in proven.text()) == ("waiting", True)
    assert proven.applier.ended("main") == "proven"


def test_a_trial_is_left_to_another_process_that_has_the_shard_now(proven: Ground) -> None:
    proven.applier.apply(proven.files(NEW))
    proven.clock.advance(seconds=300)
    assert proven.other_holder().acquire("telegraf:main", 60)

    assert verdict(proven).status == "waiting"
    assert NEW in proven.text()


def test_a_telegraf_that_cannot_be_told_of_a_roll_back_is_said(proven: Ground) -> None:
    proven.applier.apply(proven.files(NEW))
    proven.fail_when_told("reload")
    proven.clock.advance(seconds=300)

    found = verdict(proven)

    assert found.status == "rolled_back"
    assert "but Telegraf could not be told: command" in found.message


def test_all_findings_are_told_and_a_configuration_is_judged_without_a_change(
    made: Ground,
) -> None:
    files = made.files(OLD)
    assert made.applier.findings(files) == ()
    assert made.applier.judge(files) == ()
    assert not (made.live / "telegraf.conf").exists()


def test_an_apply_is_due_when_the_inventory_s_mark_is_another(made: Ground) -> None:
    assert made.applier.is_due("main", "m1")

    made.applier.apply(made.files(OLD), mark="m1")

    assert not made.applier.is_due("main", "m1")
    assert made.applier.is_due("main", "m2")
    assert made.applier.apply(made.files(OLD), mark="m2").status == "unchanged"
    assert not made.applier.is_due("main", "m2")


def test_refused_files_are_not_due_again_until_the_inventory_changes(made: Ground) -> None:
    made.applier.apply(made.files(OLD), mark="m1")
    (made.live / "telegraf.d" / "own.conf").write_text("[[inputs.snmpp]]\n")

    with pytest.raises(TelegrafError, match="snmpp"):
        made.applier.apply(made.files(NEW), mark="m2")

    assert not made.applier.is_due("main", "m2")


def test_a_shard_without_devices_is_told_and_not_waited_for(made: Ground) -> None:
    outcome = made.applier.apply(rendered(shard=made.shard))

    assert (outcome.told, outcome.until) == ("restart", None)
