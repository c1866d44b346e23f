"""The writing half of a run, without its thread."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwb.collect.batch import FULL_BYTES, BatchWriter, RunContext
from netwb.collect.replay import recorded
from netwb.collect.runs import LEASE_S
from netwb.errors import DeadlineError, HostKeyChangedError, LeaseLostError, RunUnderWayError
from tests.benches import Rig, rig
from tests.stores import EACH_STORE

pytestmark = EACH_STORE

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"


def begin(made: Rig) -> tuple[BatchWriter, list[str]]:
    """A run over all devices that nobody gathers for."""
    parts = made.bench._parts.acceptance.parts
    targets = made.bench._parts.credentials.targets(made.bench._scope, list(made.bench.devices()))
    run_id, lease = parts.runs.start(targets, actor="local:test", note="")
    context = RunContext(
        run_id=run_id,
        started_at=made.clock(),
        note="",
        actor=made.bench._actor,
        baselines={},
        suspects={},
        discarded={},
    )
    told: list[str] = []
    writer = BatchWriter(parts, context, lease, lambda outcome: told.append(outcome.hostname))
    writer.failed(targets[0], DeadlineError("silent"))
    return writer, told


def test_a_silent_run_keeps_its_devices_by_beating(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        writer, told = begin(made)
        writer.flush()
        assert told == ["edge1"]

        for _ in range(5):
            made.clock.advance(seconds=LEASE_S * 0.9)
            writer.flush()


def test_a_run_that_lost_its_lease_writes_nothing(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        writer, told = begin(made)
        (target,) = made.bench._parts.credentials.targets(
            made.bench._scope, list(made.bench.devices())
        )
        writer.gathered(target, recorded(b"half", prompt=b"edge1#"))
        refused = HostKeyChangedError("another key", shown=KEY, device_id=target.device_id)
        writer.failed(target, refused)
        made.clock.advance(seconds=LEASE_S * 2)
        made.back_up()

        with pytest.raises(LeaseLostError):
            writer.flush()

        assert told == []
        assert len(made.bench.quarantine()) == 0
        assert [event.kind for event in made.bench.device_events("edge1")] == ["facts", "added"]


def test_a_batch_is_full_by_devices_or_by_text_and_empty_once_it_is_written(
    tmp_path: Path,
) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        writer, _ = begin(made)
        (target,) = made.bench._parts.credentials.targets(
            made.bench._scope, list(made.bench.devices())
        )
        assert (writer.is_full(1), writer.is_full(2)) == (True, False)

        writer.gathered(target, recorded(b"!" * FULL_BYTES, prompt=b"edge1#"))
        assert writer.is_full(1000)

        writer.flush()
        assert not writer.is_full(1)


def test_devices_of_a_living_run_are_not_taken(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        begin(made)

        with pytest.raises(RunUnderWayError):
            made.back_up()
