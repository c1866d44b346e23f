"""Each fault does over SSH what its name says, on each platform."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import asyncssh
import pytest

from netwb.lab.faults import EFFECTS, FAULTS, Fault, halve
from netwb.lab.fleet import Fleet
from tests.lab.ground import (
    ENABLE,
    ENDS,
    PROMPTS,
    Terminal,
    connect,
    make_device,
    make_world,
    terminal_on,
)
from tests.lab.ground import show_running as fetch

PLATFORMS = tuple(PROMPTS)
AWHILE_S = 0.2  # a device that answers at all answers within this on loopback


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    world = make_world(
        *(make_device(f"{platform}/edge1", platform=platform) for platform in PLATFORMS),
        *(make_device(f"{platform}/edge2", platform=platform) for platform in PLATFORMS),
        make_device("locked/edge1", enable=ENABLE),
    )
    with Fleet(world) as running:
        yield running


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def key(fleet: Fleet, platform: str) -> Iterator[str]:
    yield f"{platform}/edge1"
    fleet.set_faults({})


def show_running(fleet: Fleet, key: str) -> str:
    return fetch(fleet, key, prompt_of(key))


def prompt_of(key: str) -> str:
    return PROMPTS[key.partition("/")[0]]


async def hears_nothing(terminal: Terminal) -> bool:
    """Whether a device stays silent for a while after a key was pressed."""
    try:
        await asyncio.wait_for(terminal.type("\n", "never seen"), AWHILE_S)
    except TimeoutError:
        return True
    return False


def test_every_fault_has_an_effect() -> None:
    assert set(EFFECTS) == set(FAULTS)


def test_without_a_fault_the_text_is_the_worlds(fleet: Fleet, key: str) -> None:
    assert show_running(fleet, key) == fleet.world.running(key, 0)


def test_port_closed_refuses_tcp(fleet: Fleet, key: str) -> None:
    fleet.set_fault(key, "port_closed")

    with pytest.raises(ConnectionRefusedError):
        show_running(fleet, key)


def test_no_banner_accepts_tcp_and_is_silent(fleet: Fleet, key: str) -> None:
    fleet.set_fault(key, "no_banner")

    async def listen() -> bytes:
        reader, writer = await asyncio.open_connection(fleet.address(key), fleet.port)
        try:
            return await asyncio.wait_for(reader.read(1), AWHILE_S)
        finally:
            writer.close()
            await writer.wait_closed()

    with pytest.raises(TimeoutError):
        asyncio.run(listen())


def test_login_refused_refuses_the_right_password(fleet: Fleet, key: str) -> None:
    fleet.set_fault(key, "login_refused")
    before = fleet.seen(key).refusals

    with pytest.raises(asyncssh.PermissionDenied):
        show_running(fleet, key)

    assert fleet.seen(key).refusals > before


def test_hangs_after_login_never_prompts(fleet: Fleet, key: str) -> None:
    fleet.set_fault(key, "hangs_after_login")

    async def wait() -> bool:
        async with terminal_on(fleet, key) as terminal:
            return await hears_nothing(terminal)

    assert asyncio.run(wait())


def test_hangs_in_the_middle_sends_half_and_stays(fleet: Fleet, key: str) -> None:
    fleet.set_fault(key, "hangs_in_the_middle")
    wanted = fleet.world.running(key, 0).replace("\n", "\r\n")

    async def wait() -> bool:
        async with terminal_on(fleet, key) as terminal:
            await terminal.read_until(prompt_of(key))
            await terminal.type("show running-config\n", wanted[: len(wanted) // 2])
            return await hears_nothing(terminal)

    assert asyncio.run(wait())


def test_dropped_in_the_middle_cuts_the_connection(fleet: Fleet, key: str) -> None:
    fleet.set_fault(key, "dropped_in_the_middle")

    async def drop() -> str:
        async with terminal_on(fleet, key) as terminal:
            await terminal.read_until(prompt_of(key))
            return await terminal.type("show running-config\n", "never seen")

    with pytest.raises((asyncssh.ConnectionLost, ConnectionResetError)):
        asyncio.run(drop())


def test_slow_trickle_is_never_silent_and_never_done(fleet: Fleet, key: str) -> None:
    fleet.set_fault(key, "slow_trickle")

    async def trickle() -> int:
        async with terminal_on(fleet, key) as terminal:
            await terminal.read_until(prompt_of(key))
            await terminal.type("show running-config\n", "")
            first = await terminal.read_some()
            return len(first + await terminal.read_some())

    assert 0 < asyncio.run(trickle()) <= 100


def test_cut_without_end_prompts_after_a_part(fleet: Fleet, key: str) -> None:
    fleet.set_fault(key, "cut_without_end")
    whole = fleet.world.running(key, 0)

    text = show_running(fleet, key)

    assert whole.startswith(text)
    assert len(whole) * 0.5 < len(text) < len(whole) * 0.7
    assert not text.rstrip().endswith("\nend")


def test_empty_shows_nothing(fleet: Fleet, key: str) -> None:
    fleet.set_fault(key, "empty")

    assert show_running(fleet, key).strip() == ""


def test_authorization_failed_shows_one_line(fleet: Fleet, key: str) -> None:
    fleet.set_fault(key, "authorization_failed")

    assert re.fullmatch(r"% Authorization (failed|denied).*\n+", show_running(fleet, key))


def test_another_device_shows_its_neighbors_text(fleet: Fleet, key: str, platform: str) -> None:
    fleet.set_fault(key, "another_device")

    assert show_running(fleet, key) == fleet.world.running(f"{platform}/edge2", 0)


def test_pager_left_on_ignores_terminal_length(fleet: Fleet, key: str, platform: str) -> None:
    fleet.set_fault(key, "pager_left_on")

    async def page() -> str:
        async with terminal_on(fleet, key) as terminal:
            await terminal.read_until(PROMPTS[platform])
            await terminal.type("terminal length 0\n", PROMPTS[platform])
            return await terminal.type("show running-config\n", "--More--" + MORE[platform])

    assert "--More--" in asyncio.run(page())


MORE = {"cisco_ios": " ", "arista_eos": "\x1b[0m", "frr": " ", "cisco_nxos": ""}


def test_escape_codes_stand_in_the_text(fleet: Fleet, key: str) -> None:
    fleet.set_fault(key, "escape_codes")

    assert "\n\x1b[2K\x1b[1Ginterface " in show_running(fleet, key)


def test_nul_bytes_stand_in_the_text(fleet: Fleet, key: str) -> None:
    fleet.set_fault(key, "nul_bytes")

    assert "\x00" in show_running(fleet, key)


def test_high_bytes_leave_the_text_whole(fleet: Fleet, key: str) -> None:
    fleet.set_fault(key, "high_bytes")

    text = show_running(fleet, key)

    assert "\xc4\xe9" in text
    assert len(text) == len(fleet.world.running(key, 0))


def test_prompt_in_the_text_pauses_after_a_line_that_is_the_prompt(
    fleet: Fleet, key: str, platform: str
) -> None:
    fleet.set_fault(key, "prompt_in_the_text")
    prompt, whole = PROMPTS[platform], fleet.world.running(key, 0)

    async def read_two_parts() -> tuple[str, str]:
        async with terminal_on(fleet, key) as terminal:
            await terminal.read_until(prompt)
            await terminal.type("terminal length 0\n", prompt)
            if platform == "frr":
                return "", await terminal.type("show running-config\n", f"end\r\n{prompt}")
            first = await terminal.type("show running-config\n", f"\n{prompt}")
            return first, await terminal.read_until(prompt)

    first, rest = asyncio.run(read_two_parts())

    text = (first + rest).replace("\r\n", "\n").partition("\n")[2].removesuffix(prompt)
    assert len(text) == len(whole)
    assert text.splitlines()[-1] == whole.splitlines()[-1]
    assert (f"\n{prompt}\n" in text) == (platform != "frr")


def test_half_the_size_is_well_formed_and_much_shorter(
    fleet: Fleet, key: str, platform: str
) -> None:
    fleet.set_fault(key, "half_the_size")
    whole = fleet.world.running(key, 0)

    text = show_running(fleet, key)

    assert text.count("\n") < whole.count("\n") * 0.6
    assert text.rstrip().endswith(ENDS[platform])
    assert "hostname edge1\n" in text
    for said in re.findall(r"Current configuration : (\d+) bytes\n", text):
        assert int(said) == len(text.partition(" bytes\n")[2].removesuffix("\n"))


def test_restricted_stays_below_enable_and_shows_little(fleet: Fleet) -> None:
    fleet.set_fault("locked/edge1", "restricted")

    text = fetch(fleet, "locked/edge1", "edge1>")

    assert text.rstrip().endswith("\nend")
    assert "hostname" not in text
    assert int(re.findall(r": (\d+) bytes", text)[0]) == len(
        text.partition(" bytes\n")[2].removesuffix("\n")
    )


def test_restricted_quietly_looks_privileged_and_shows_little(
    fleet: Fleet, key: str, platform: str
) -> None:
    fleet.set_fault(key, "restricted_quietly")

    text = show_running(fleet, key)

    assert text.rstrip().endswith(ENDS[platform])
    assert text.count("\n") < fleet.world.running(key, 0).count("\n") / 2


def test_host_key_changed_shows_another_key(fleet: Fleet, key: str) -> None:
    known = asyncssh.import_known_hosts(f"{fleet.address(key)} {fleet.host_key(key)}\n")
    asyncio.run(_log_in(fleet, key, known))

    fleet.set_fault(key, "host_key_changed")

    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        asyncio.run(_log_in(fleet, key, known))


@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")  # that is what old means
def test_old_algorithms_only_answers_old_clients_only(fleet: Fleet, key: str) -> None:
    fleet.set_fault(key, "old_algorithms_only")

    # which side speaks first is open: asyncssh says ConnectionLost when the device was quicker
    with pytest.raises((asyncssh.KeyExchangeFailed, asyncssh.ConnectionLost)):
        asyncio.run(_log_in(fleet, key, None))
    asyncio.run(_log_in_as_in_2010(fleet, key))


async def _log_in(fleet: Fleet, key: str, known: asyncssh.SSHKnownHosts | None) -> None:
    async with await connect(fleet, key, known_hosts=known):
        pass


async def _log_in_as_in_2010(fleet: Fleet, key: str) -> None:
    async with await connect(
        fleet,
        key,
        kex_algs=["diffie-hellman-group14-sha1"],
        encryption_algs=["aes128-cbc"],
        mac_algs=["hmac-sha1"],
        server_host_key_algs=["ssh-rsa"],
    ):
        pass


def test_a_healed_device_answers_again(fleet: Fleet, key: str) -> None:
    fault: Fault = "port_closed"
    fleet.set_fault(key, fault)

    fleet.set_faults({})

    assert show_running(fleet, key) == fleet.world.running(key, 0)


@pytest.mark.parametrize("lines", [100, 300, 3000])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_halving_keeps_what_must_be_there(platform: str, lines: int) -> None:
    device = make_device(platform=platform, lines=lines)
    whole = make_world(device).running(device.key, 0)

    half = halve(whole)

    assert half.count("\n") <= whole.count("\n") * 0.55
    assert "hostname edge1\n" in half
    assert half.rstrip().endswith(ENDS[platform])
