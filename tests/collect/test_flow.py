"""A backup run: what becomes of each device's answer, and what a run never does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from netwb.collect.gather import Gathered
from netwb.collect.replay import recorded
from netwb.configs.records import RawConfig
from netwb.errors import (
    DeadlineError,
    IncompleteConfigError,
    LoginRefusedError,
    RunUnderWayError,
    ShrunkConfigError,
    StoreError,
    UnknownPlatformError,
    WrongDeviceError,
)
from netwb.inventory.records import ConfigKind, Facts, NewDevice, Target
from netwb.roles import ALL_TENANTS
from netwb.settings import ArchiveSettings
from netwb.store.models import VaultRow
from tests.benches import START, Rig, ios, ios_long, ios_text, rig
from tests.stores import EACH_STORE

pytestmark = EACH_STORE


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2", "edge3")}) as made:
        yield made


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "umbra": ("edge2", "core1")}) as made:
        yield made


def test_every_planned_device_has_an_outcome(acme: Rig) -> None:
    acme.answer("acme/edge2", LoginRefusedError("edge2: login refused"))

    report = acme.back_up()

    assert {o.hostname: o.status for o in report.outcomes} == {
        "edge1": "changed",
        "edge2": "failed",
        "edge3": "changed",
    }
    assert report.outcomes[0].hostname == "edge2", "worst first"


def test_the_commit_carries_the_person_who_changed_the_device(acme: Rig) -> None:
    acme.back_up(note="CHG7")

    newest = acme.bench.history("edge1")[0]

    assert (newest.author, newest.at, newest.note) == ("ana", START, "CHG7")


def test_a_second_run_over_the_same_network_commits_nothing(acme: Rig) -> None:
    first = acme.back_up()

    second = acme.back_up()

    assert second.counts() == {"unchanged": 3}
    assert {o.revision for o in second.outcomes} == {o.revision for o in first.outcomes}
    assert len(acme.bench.history("edge1")) == 1


def test_a_line_that_changes_by_itself_makes_no_commit(acme: Rig) -> None:
    acme.back_up()
    acme.answer("acme/edge1", ios("edge1", at=START + timedelta(hours=3), by="ben"))

    assert acme.outcome("acme/edge1", acme.back_up()).status == "unchanged"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (ios_text("edge1").removesuffix(b"end\n"), IncompleteConfigError),
        (b"", IncompleteConfigError),
        (ios_text("edge9"), WrongDeviceError),
    ],
    ids=["cut", "empty", "another device"],
)
def test_a_text_that_is_not_whole_never_replaces_the_good_one(
    acme: Rig, text: bytes, kind: type[Exception]
) -> None:
    good = acme.outcome("acme/edge1", acme.back_up()).revision
    acme.answer("acme/edge1", recorded(text, prompt=b"edge1#"))

    outcome = acme.outcome("acme/edge1", acme.back_up())

    assert outcome.status == "rejected"
    assert isinstance(outcome.cause, kind)
    assert outcome.revision == good
    assert len(acme.bench.history("edge1")) == 1
    assert [item.hostname for item in acme.bench.quarantine()] == ["edge1"]


def test_a_good_text_ends_the_waiting_of_a_bad_one(acme: Rig) -> None:
    acme.answer("acme/edge1", recorded(b"", prompt=b"edge1#"))
    acme.back_up()
    assert len(acme.bench.quarantine()) == 1
    acme.answer("acme/edge1", ios("edge1"))

    acme.back_up()

    assert len(acme.bench.quarantine()) == 0
    assert list((acme.bench.home / "quarantine").iterdir()) == []


def test_a_failed_device_keeps_its_last_good_revision(acme: Rig) -> None:
    good = acme.outcome("acme/edge1", acme.back_up()).revision
    acme.answer("acme/edge1", DeadlineError("edge1: silent"))

    outcome = acme.outcome("acme/edge1", acme.back_up())

    assert (outcome.status, outcome.revision) == ("failed", good)


def be_shrunk(acme: Rig) -> None:
    """From now on edge1 sends far less than what is stored of it."""
    acme.answer("acme/edge1", recorded(ios_long("edge1"), prompt=b"edge1#"))
    assert acme.outcome("acme/edge1", acme.back_up()).status == "changed"
    acme.answer("acme/edge1", ios("edge1"))


def test_a_shrunk_text_waits_and_is_accepted_when_a_second_fetch_proves_it(acme: Rig) -> None:
    be_shrunk(acme)

    first = acme.outcome("acme/edge1", acme.back_up())
    second = acme.outcome("acme/edge1", acme.back_up())

    assert (first.status, type(first.cause)) == ("rejected", ShrunkConfigError)
    assert second.status == "changed"


def test_a_text_that_a_person_discarded_is_held_again_and_never_believed_by_itself(
    acme: Rig,
) -> None:
    be_shrunk(acme)
    before = acme.outcome("acme/edge1", acme.back_up())
    acme.bench.discard_quarantined("edge1", reason="half of it is gone")

    again = [acme.outcome("acme/edge1", acme.back_up()) for _ in range(3)]

    assert [one.status for one in again] == ["rejected"] * 3
    assert "fetched once more is believed" in str(before.cause)
    assert all("was discarded before" in str(one.cause) for one in again)
    assert not any("believed" in str(one.cause) for one in again)
    assert len(acme.bench.quarantine()) == 1
    acme.bench.accept_quarantined("edge1", reason="it is meant so")
    assert acme.outcome("acme/edge1", acme.back_up()).status == "unchanged"


def test_a_person_accepts_what_the_gate_held(acme: Rig) -> None:
    acme.back_up()
    acme.answer("acme/edge1", recorded(ios_text("edge1-new"), prompt=b"edge1-new#"))
    acme.back_up()
    held = acme.bench.quarantine()[0]

    if held.acceptable:
        revision = acme.bench.accept_quarantined("edge1", reason="renamed on purpose")
        assert acme.bench.history("edge1")[0].id == revision
    else:
        acme.bench.discard_quarantined("edge1", reason="wrong cable")

    assert len(acme.bench.quarantine()) == 0


def test_facts_are_stored_and_a_changed_one_is_an_event(acme: Rig) -> None:
    acme.back_up()
    answer = ios("edge1")
    acme.answer("acme/edge1", replace(answer, facts=Facts(serial="SN-other")))

    acme.back_up()

    assert acme.bench.device("edge1").serial == "SN-other"
    kinds = [event.kind for event in acme.bench.device_events("edge1")]
    assert kinds.count("facts") == 2


USER = b"username ops privilege 15 password 7 060506324F41\n"


def edge1(user: bytes, description: bytes = b"", by: str = "ana") -> Gathered:
    """A good text of edge1 with another user line and a word in its description."""
    text = (
        ios_text("edge1", by=by).replace(USER, user).replace(b"ion to", b"ion %bto" % description)
    )
    counted = len(text.partition(b" bytes\n")[2].replace(b"\n", b"\r\n"))
    head, _, rest = text.partition(b"configuration : ")
    return recorded(
        head + b"configuration : %d bytes\n" % counted + rest.partition(b"\n")[2], prompt=b"edge1#"
    )


def test_a_secret_stays_one_when_its_line_is_gone(acme: Rig) -> None:
    for user in (b"username ops password 0 Tr0ub4dor&3\n", b"", b"username ben password 0 0ther\n"):
        acme.answer("acme/edge1", edge1(user, b"pw Tr0ub4dor&3 "))
        assert acme.outcome("acme/edge1", acme.back_up()).status == "changed"

        stored = acme.bench.show("edge1")
        assert b"description pw <netwb:secret:" in stored
        assert b"Tr0ub4dor" not in stored


@pytest.mark.parametrize(
    ("end", "kinds"),
    [(b"!\nend\n", ["running", "startup"]), (b"", ["startup"])],
    ids=["whole", "cut"],
)
def test_a_secret_of_the_one_text_stands_in_the_other_neither(
    acme: Rig, end: bytes, kinds: list[ConfigKind]
) -> None:
    device = NewDevice(
        tenant="acme", site="fra1", hostname="sw1", address="127.0.0.1", platform="arista_eos"
    )
    id_ = acme.bench.add_device(device).id
    body = b"interface Ethernet1\n   description pw Tr0ub4dorX\n"
    acme.gatherer.answers[id_] = Gathered(
        running=eos("running", b"username bob secret 0 Tr0ub4dorX\n" + body + end),
        startup=eos("startup", body + b"!\nend\n"),
        facts=Facts(),
    )

    acme.back_up("sw1")

    for kind in kinds:
        stored = acme.bench.show("sw1", kind=kind)
        assert b"description pw <netwb:secret:" in stored


def eos(kind: ConfigKind, body: bytes) -> RawConfig:
    command = f"show {kind}-config"
    head = f"! Command: {command}\n! device: sw1 (vEOS, EOS-4.30)\n!\nhostname sw1\n".encode()
    lines = command.encode() + b"\n" + head + body
    return RawConfig(
        kind=kind, command=command, transcript=lines.replace(b"\n", b"\r\n"), prompt=b"sw1#"
    )


def test_secrets_that_the_vault_lost_come_back_without_a_commit(acme: Rig) -> None:
    acme.answer("acme/edge1", edge1(b"username ops password 0 Tr0ub4dor&3\n", b"pw Tr0ub4dor&3 "))
    acme.back_up()
    good = edge1(b"", b"pw Tr0ub4dor&3 ")
    acme.answer("acme/edge1", good)
    acme.back_up()
    database = acme.bench._parts.database
    with database.writing(ALL_TENANTS) as session:
        session.execute(delete(VaultRow))

    report = acme.back_up()

    assert report.counts() == {"unchanged": 3}
    assert len(acme.bench.history("edge1")) == 2
    assert b"pw Tr0ub4dor&3 " in acme.bench.restore("edge1", reason="proof")
    baselines = acme.bench._parts.acceptance.parts.archive.baselines(
        ALL_TENANTS, [device.id for device in acme.devices.values()]
    )
    assert {baseline.secrets for baseline in baselines.values()} == {"kept"}


@pytest.mark.parametrize("secret", ["S3cretAdm1n", "ops"], ids=["long", "short"])
def test_an_author_whose_name_is_a_secret_is_not_told(acme: Rig, secret: str) -> None:
    user = b"username %b password 0 %b\n" % (secret.encode(), secret.encode())
    acme.answer("acme/edge1", edge1(user, by=secret))

    acme.back_up("edge1")

    assert acme.bench.history("edge1")[0].author == "unknown"


FOREIGN_NAMES = (b"core1", b"CORE1.example.net", b"re0-core1", b"cor")


@pytest.mark.parametrize("name", FOREIGN_NAMES, ids=lambda name: name.decode())
def test_a_text_of_another_tenants_device_names_it_to_nobody(
    two: Rig, name: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    text = ios_text("edge1").replace(b"hostname edge1", b"hostname " + name)
    two.answer("acme/edge1", recorded(text, prompt=name + b"#"))

    outcome = two.outcome("acme/edge1", two.back_up())

    assert isinstance(outcome.cause, WrongDeviceError)
    (held,) = two.bench.quarantine()
    for told in (str(outcome.cause), held.cause_message, caplog.text):
        assert name.decode().lower() not in told.lower().replace("umbra/core1", "")
    assert "calls itself by another name" in str(outcome.cause)


def test_a_serial_number_of_another_tenants_device_is_not_told(two: Rig) -> None:
    two.back_up()
    serial = two.bench.device("umbra/core1").serial or ""
    two.answer("acme/edge1", replace(ios("edge1", ntp="192.0.2.99"), facts=Facts(serial=serial)))

    outcome = two.outcome("acme/edge1", two.back_up())

    assert isinstance(outcome.cause, WrongDeviceError)
    assert serial not in str(outcome.cause)
    assert "netwb device replace acme/edge1" in str(outcome.cause)


@pytest.mark.parametrize("name", ["edge2", "lonely9"], ids=["own device's", "nobody's"])
def test_a_name_that_is_no_other_tenants_is_told(two: Rig, name: str) -> None:
    two.answer("acme/edge1", recorded(ios_text(name), prompt=f"{name}#".encode()))

    outcome = two.outcome("acme/edge1", two.back_up())

    assert f"calls itself '{name}', not 'edge1'" in str(outcome.cause)


def test_another_chassis_of_the_same_name_waits_for_a_person(acme: Rig) -> None:
    acme.back_up()
    other = replace(ios("edge1", ntp="192.0.2.99"), facts=Facts(serial="SN-other"))
    acme.answer("acme/edge1", other)

    outcome = acme.outcome("acme/edge1", acme.back_up())

    assert (outcome.status, type(outcome.cause)) == ("rejected", WrongDeviceError)
    assert acme.bench.device("edge1").serial == "SN-edge1"
    (held,) = acme.bench.quarantine()
    assert held.acceptable

    acme.bench.accept_quarantined("edge1", reason="exchanged")
    assert acme.outcome("acme/edge1", acme.back_up()).status == "unchanged"
    assert acme.bench.device("edge1").serial == "SN-other"


def test_facts_of_a_text_that_is_not_believed_are_not_taken_over(acme: Rig) -> None:
    acme.back_up()
    cut = recorded(b"half", prompt=b"edge1#", facts=Facts(serial="SN-other"))
    acme.answer("acme/edge1", cut)

    acme.back_up()

    assert acme.bench.device("edge1").serial == "SN-edge1"


def test_a_platform_without_record_is_an_outcome_with_its_cure(acme: Rig) -> None:
    acme.bench.set_device("edge1", platform="auto")

    outcome = acme.outcome("acme/edge1", acme.back_up())

    assert isinstance(outcome.cause, UnknownPlatformError)
    assert "device probe" in str(outcome.cause)


def test_only_the_failed_are_tried_again(acme: Rig) -> None:
    acme.answer("acme/edge2", DeadlineError("edge2: silent"))
    acme.back_up()

    assert [device.hostname for device in acme.bench.plan_backup(only="failed")] == ["edge2"]


def test_the_newest_outcome_says_who_failed(acme: Rig) -> None:
    acme.answer("acme/edge2", DeadlineError("edge2: silent"))
    acme.back_up()
    acme.clock.advance(hours=1)
    acme.answer("acme/edge1", DeadlineError("edge1: silent"))
    acme.answer("acme/edge2", ios("edge2"))
    acme.back_up()

    assert [device.hostname for device in acme.bench.plan_backup(only="failed")] == ["edge1"]


def test_retired_devices_are_left_alone(acme: Rig) -> None:
    acme.bench.retire_device("edge3")

    assert {o.hostname for o in acme.back_up().outcomes} == {"edge1", "edge2"}


def test_a_device_is_never_in_two_runs_at_once(tmp_path: Path) -> None:
    refused: list[str] = []

    def start_another(_: Target) -> None:
        with pytest.raises(RunUnderWayError) as caught:
            made.back_up("edge2")
        refused.append(str(caught.value))

    with rig(tmp_path, {"acme": ("edge1", "edge2")}, between=start_another) as made:
        report = made.back_up("edge1", "edge2")

    assert report.counts() == {"changed": 2}
    assert refused[0].startswith("acme/edge2 is in a backup run of local:")
    assert " since 2026-11-20 02:00:00 UTC; wait for it to end" in refused[0]


def test_who_waits_runs_when_the_other_run_has_ended(acme: Rig) -> None:
    runs, bench = acme.bench._parts.runs, acme.bench
    targets = bench._parts.credentials.targets(bench._scope, [bench.device("edge1")])
    run_id, lease = runs.start(targets, actor="ana", note="")
    said: list[str] = []

    def end_the_other(error: RunUnderWayError) -> None:
        said.append(str(error))
        runs.end(run_id, lease)

    report = bench.back_up(wait_s=60, on_wait=end_the_other, on_outcome=lambda _: None)

    assert report.counts() == {"changed": 3}
    assert len(said) == 1
    assert "acme/edge1 is in a backup run of ana" in said[0]


def test_who_waits_too_long_is_told_who_has_the_devices(acme: Rig) -> None:
    runs, bench = acme.bench._parts.runs, acme.bench
    targets = bench._parts.credentials.targets(bench._scope, list(bench.devices()))
    runs.start(targets, actor="ana", note="")
    said: list[str] = []

    with pytest.raises(RunUnderWayError, match="of ana since"):
        bench.back_up(wait_s=0.05, on_wait=lambda error: said.append(str(error)))

    assert len(said) == 1


def test_nobody_waits_for_a_run_that_died(acme: Rig) -> None:
    runs, bench = acme.bench._parts.runs, acme.bench
    targets = bench._parts.credentials.targets(bench._scope, list(bench.devices()))
    runs.start(targets, actor="ana", note="")
    assert runs.under_way([target.device_id for target in targets])

    acme.clock.advance(minutes=10)

    assert not runs.under_way([target.device_id for target in targets])


def test_a_run_that_died_is_closed_by_the_next_one(acme: Rig) -> None:
    runs = acme.bench._parts.runs
    targets = acme.bench._parts.credentials.targets(acme.bench._scope, list(acme.bench.devices()))
    runs.start(targets, actor="local:test", note="")
    with pytest.raises(RunUnderWayError):
        acme.back_up()

    acme.clock.advance(minutes=10)

    assert acme.back_up().counts() == {"changed": 3}


def test_one_tenants_broken_repository_does_not_stop_the_others(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("edge1",)}) as made:
        (made.bench.home / "archive" / "acme.git").write_text("not a repository")

        report = made.back_up()

    statuses = {outcome.tenant: outcome.status for outcome in report.outcomes}
    assert statuses == {"acme": "failed", "umbra": "changed"}


def test_once_nothing_can_be_written_no_other_device_is_logged_in_to(tmp_path: Path) -> None:
    """The database goes away in the middle of a night of many devices."""
    asked: list[str] = []
    made: Rig

    def between(target: Target) -> None:
        asked.append(target.hostname)
        if len(asked) == 3:
            rename(made, "backup_outcome", "gone")
        if len(asked) == 4:  # the third one's outcome could not be written
            writer = next(one for one in threading.enumerate() if one.name == "netwb-writer")
            writer.join(30)

    names = tuple(f"edge{number}" for number in range(8))
    with rig(tmp_path, {"acme": names}, between=between) as made:
        made.flow._settings = ArchiveSettings(batch_devices=1)
        with pytest.raises(StoreError):
            made.back_up()
        rename(made, "gone", "backup_outcome")
        assert len(asked) == 4

        asked.extend(names)  # nothing is renamed any more
        assert set(made.back_up().counts()) == {"changed", "unchanged"}
        assert all(made.bench.history(name) for name in names)


def rename(made: Rig, old: str, new: str) -> None:
    """A table that is not there: the database answers, and takes nothing."""
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        session.execute(text(f"alter table {old} rename to {new}"))
