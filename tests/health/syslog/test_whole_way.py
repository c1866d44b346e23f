"""From a message on the wire to a revision with its author."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benches import Rig, ios, rig
from tests.health.syslog.listening import ears, eventually, working

CONFIGURED = "<189>29: Nov 20 02:00:00.123: %SYS-5-CONFIG_I: Configured from console by {} on vty0 (192.0.2.7)"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",)}) as found:
        found.clock.advance(minutes=1)
        yield found


def test_a_message_from_a_known_device_gives_a_revision_its_author(made: Rig) -> None:
    with ears(made.bench, wait_s=0.5) as heard, working(made.bench):
        made.answer("acme/edge1", ios("edge1", by="ana", ntp="192.0.2.99"))
        heard.send(CONFIGURED.format("ana"))
        eventually(lambda: made.bench._parts.bursts.of([made.devices["acme/edge1"].id]))
        made.clock.advance(seconds=1)
        found = eventually(lambda: list(made.bench.history("edge1")))

    assert [revision.author for revision in found] == ["ana"]
