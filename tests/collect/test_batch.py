"""The writing half of a run, without its thread."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwb.collect.batch import BatchWriter, RunContext
from netwb.collect.runs import LEASE_S
from netwb.errors import DeadlineError, LeaseLostError, RunUnderWayError
from tests.benches import Rig, rig


def begin(made: Rig) -> tuple[BatchWriter, list[str]]:
    """A run over all devices that nobody gathers for."""
    parts = made.bench._parts.acceptance.parts
    targets = made.bench._parts.credentials.targets(made.bench._scope, list(made.bench.devices()))
    run_id, lease = parts.runs.start(targets, actor="local:test", note="")
    context = RunContext(run_id=run_id, note="", actor=made.bench._actor, baselines={}, suspects={})
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
        made.clock.advance(seconds=LEASE_S * 2)
        made.back_up()

        with pytest.raises(LeaseLostError):
            writer.flush()

        assert told == []


def test_devices_of_a_living_run_are_not_taken(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        begin(made)

        with pytest.raises(RunUnderWayError):
            made.back_up()
