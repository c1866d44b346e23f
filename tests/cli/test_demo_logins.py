"""What a demo says of its simulated network's logins."""

from __future__ import annotations

from datetime import UTC, datetime

from netwb.cli.demo.building import network_logins, secrets_of
from netwb.cli.demo.state import new_state


def test_each_secret_that_the_devices_ask_for_is_said() -> None:
    state = new_state(datetime(2026, 11, 28, tzinfo=UTC), devices=3)

    said = " ".join(network_logins(state))

    assert [secret for secret in secrets_of(state).values() if secret not in said] == []
    assert "enable secret" in said
