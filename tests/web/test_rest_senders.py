"""What detectors post: taken once, and what is not believed is told why, in the sender's own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from netwb.notify.signing import parse_key, signed_headers
from tests.blackhole.engine.network import World, world
from tests.web.rest import Client, Reply, serving

EVENTS = "/fastnetmon/events"
BAN = {"ip": "203.0.113.10", "action": "ban"}


class Detector:
    """A sender of the world, and its posts."""

    def __init__(self, there: World, port: int) -> None:
        self.there = there
        self.client = Client(port)
        self.key = parse_key(there.made.bench.add_sender("fnm9", networks=("127.0.0.1",)).key)

    def post(
        self,
        event: Any = BAN,
        *,
        sender: str = "fnm9",
        key: bytes = b"",
        late: timedelta = timedelta(),
        message: str = "m1",
    ) -> Reply:
        at = self.there.clock()
        body = json.dumps({"observed_at": at.isoformat(), **event}).encode()
        signed = signed_headers(message, at - late, body, [key or self.key])
        headers = {**signed, "netwb-sender": sender}
        return self.client.ask("POST", f"/api/v1{EVENTS}", body=body, headers=headers)

    def audited(self) -> list[tuple[str, str]]:
        """Who was refused, and why."""
        events = self.there.made.bench.audit_events(what="attack.refused")
        return [(one.actor, str(one.detail["why"])) for one in events]


@pytest.fixture
def detector(tmp_path: Path) -> Iterator[Detector]:
    with world(tmp_path) as there, serving(there.made.bench) as port:
        yield Detector(there, port)


def test_an_event_is_taken_at_once_and_a_replay_is_known(detector: Detector) -> None:
    first, replay = (detector.post() for _ in range(2))

    assert [(one.status, one.json["status"]) for one in (first, replay)] == [
        (202, "new"),
        (202, "again"),
    ]
    assert detector.audited() == []


@pytest.mark.parametrize(
    ("how", "says", "audited"),
    [
        ({"key": bytes(32)}, "no sender that netwb knows signed this", "bad-signature"),
        ({"sender": "nobody"}, "no sender that netwb knows signed this", "unknown-sender"),
        ({"late": timedelta(minutes=6)}, "it was signed 360 s ago", "too-old"),
        ({"late": timedelta(minutes=-6)}, "it was signed 360 s ahead", "too-new"),
    ],
    ids=["forged", "unknown", "old", "of the future"],
)
def test_what_is_not_believed_is_401_with_a_cure_for_the_sender(
    detector: Detector, how: dict[str, Any], says: str, audited: str
) -> None:
    refused = detector.post(**how)

    assert refused.status == 401
    assert refused.json["detail"].startswith(says)
    assert "; " in refused.json["detail"]
    assert "Bearer" not in refused.json["detail"]
    who = "unknown" if audited == "unknown-sender" else "sender:fnm9"
    assert detector.audited() == [(who, audited)]


def test_many_forged_posts_are_a_line_of_the_audit_and_a_count(detector: Detector) -> None:
    for number in range(20):
        detector.post(key=bytes(32), message=f"m{number}")
        detector.post(sender=f"nobody{number}")

    assert len(detector.audited()) == 2


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0", "::", "203.0.113.0/24", "edge1"],
)
def test_what_is_no_hosts_address_is_refused_by_name(detector: Detector, address: str) -> None:
    refused = detector.post({"ip": address, "action": "ban"})

    assert refused.status == 400
    assert refused.json["detail"].startswith("the address")
    assert [why for _, why in detector.audited()] == ["unreadable"]


def test_a_wrong_callback_is_as_an_unknown_one_and_its_secret_is_kept_nowhere(
    detector: Detector,
) -> None:
    refused = detector.client.post("/fastnetmon/callback/guessed-by-somebody", BAN)

    assert refused.status == 401
    assert refused.json["detail"].startswith("no sender that netwb knows")
    assert detector.audited() == [("unknown", "bad-callback")]
    assert "guessed" not in str(detector.there.made.bench.audit_events())
