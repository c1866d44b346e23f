"""Every fault of the lab leaves under its true name, at once or when its clock ends it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from netwb.collect.gather import Gathered, gather_configs
from netwb.collect.ssh import Sessions
from netwb.errors import NetwbError
from netwb.inventory.records import Target
from netwb.lab.faults import EFFECTS, FAULTS, Fault
from netwb.lab.fleet import Fleet
from tests.collect.ground import PLATFORMS, QUICK, forget, make_device, make_world, target_on

PLATFORMS_PLAYED = ("cisco_ios", "arista_eos", "frr")
DEADLINE_S = 8.0  # for the trickle, which never falls silent; 60 logins share two busy cores

NAMES = {
    "port_closed": ("UnreachableError", "the port is closed"),
    "no_banner": ("UnreachableError", "no SSH banner within 1.5 s"),
    "login_refused": ("LoginRefusedError", "`netwb credential set acme/lab --password prompt`"),
    "hangs_after_login": ("DeadlineError", "silent for 1.5 s after login, after 0 bytes"),
    "hangs_in_the_middle": ("DeadlineError", "silent for 1.5 s in the answer to `show running"),
    "dropped_in_the_middle": ("ConnectionLostError", "ended in the answer to `show running"),
    "slow_trickle": ("DeadlineError", f"not done within {DEADLINE_S:g} s"),
    "pager_left_on": ("CommandRejectedError", "a pager waits"),
    "restricted": ("RestrictedLoginError", ""),
    "host_key_changed": ("HostKeyChangedError", "netwb device trust acme/"),
}


pytestmark = pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")


@pytest.fixture(scope="module")
def outcomes() -> dict[tuple[str, str], Any]:
    """What each platform's device with each fault gave, and after how long; all at once."""
    devices = [
        make_device(f"{platform}/{fault.replace('_', '-')}", platform=platform)
        for platform in PLATFORMS_PLAYED
        for fault in FAULTS
    ]
    with Fleet(make_world(*devices)) as fleet:
        targets = [target_on(fleet, device.key, tenant="acme") for device in devices]
        fleet.set_faults(
            {f"{p}/{fault.replace('_', '-')}": fault for p in PLATFORMS_PLAYED for fault in FAULTS}
        )
        # gear with old algorithms has an old key too, and its owner trusts that one
        targets = [
            replace(target, host_key=None) if "old-algorithms" in target.device_id else target
            for target in targets
        ]
        results = asyncio.run(_gather_all(targets))
    pairs = [(platform, fault) for platform in PLATFORMS_PLAYED for fault in FAULTS]
    return dict(zip(pairs, results, strict=True))


async def _gather_all(targets: list[Target]) -> list[Any]:
    settings = replace(QUICK, total_deadline_s=DEADLINE_S)
    sessions = Sessions(settings, forget)
    return list(await asyncio.gather(*(_gather(sessions, target) for target in targets)))


async def _gather(sessions: Sessions, target: Target) -> tuple[Any, float]:
    started, platform = monotonic(), PLATFORMS[target.platform]
    try:
        async with sessions.open(target, platform) as session:
            return await gather_configs(session, platform), monotonic() - started
    except NetwbError as error:
        return error, monotonic() - started


@pytest.mark.parametrize("platform", PLATFORMS_PLAYED)
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault in NAMES])
def test_fault_has_its_true_name(
    fault: Fault, platform: str, outcomes: dict[tuple[str, str], Any]
) -> None:
    result, seconds = outcomes[platform, fault]

    kind, words = NAMES[fault]
    assert type(result).__name__ == kind
    assert words in str(result)
    assert seconds < DEADLINE_S + 2


@pytest.mark.parametrize("platform", PLATFORMS_PLAYED)
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in NAMES])
def test_text_of_a_spoiled_device_is_brought_as_it_was_sent(
    fault: Fault, platform: str, outcomes: dict[tuple[str, str], Any]
) -> None:
    result, _ = outcomes[platform, fault]

    assert isinstance(result, Gathered), result
    assert result.running.transcript.startswith(b"show running-config\r\n")
    assert result.running.prompt.strip().endswith(b"#")
    assert EFFECTS[fault] in {"spoiled", "harmless"}


@pytest.mark.parametrize("platform", PLATFORMS_PLAYED)
def test_message_names_no_secret(platform: str, outcomes: dict[tuple[str, str], Any]) -> None:
    said = " ".join(str(outcomes[platform, fault][0]) for fault in NAMES)

    assert "lab-password" not in said
    assert "lab-enable" not in said
