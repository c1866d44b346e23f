"""The same run with its state in PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwb.collect.replay import recorded
from tests.benches import ios, rig
from tests.postgresql import Cluster


@pytest.mark.real
def test_nights_on_postgresql(tmp_path: Path, postgresql: Cluster) -> None:
    with rig(
        tmp_path, {"acme": ("edge1", "edge2"), "umbra": ("edge1",)}, cluster=postgresql
    ) as made:
        assert made.back_up().counts() == {"changed": 3}
        made.answer("acme/edge1", ios("edge1", by="ben", ntp="192.0.2.99"))
        made.answer("acme/edge2", recorded(b"", prompt=b"edge2#"))

        report = made.back_up(note="CHG2")

        assert report.counts() == {"rejected": 1, "changed": 1, "unchanged": 1}
        assert made.bench.history("acme/edge1")[0].author == "ben"
        assert [hit.author for hit in made.bench.search("192.0.2.99")] == ["ben"]
        assert [item.hostname for item in made.bench.quarantine()] == ["edge2"]
        assert made.bench.verify_audit().problems == ()
        assert b"Pub1icRead" in made.bench.restore("acme/edge1@latest", reason="test")
