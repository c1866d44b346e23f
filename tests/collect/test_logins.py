"""Logging in: each kind of secret, in order, shown once; whose key it is; and when to stop."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from netwb.collect.ssh import Session, Sessions
from netwb.collect.ssh.host_keys import fingerprint
from netwb.errors import (
    AlgorithmError,
    DeadlineError,
    DeviceError,
    HostKeyChangedError,
    LoginNotTriedError,
    LoginRefusedError,
    UnreachableError,
)
from netwb.inventory.records import Jump, Login, Target
from netwb.lab.device import LabDevice, LabJump
from netwb.lab.fleet import Fleet
from tests.collect.ground import (
    PASSWORD,
    PATIENT,
    QUICK,
    forget,
    make_device,
    make_login,
    make_target,
    make_world,
    run_in_session,
    target_on,
)
from tests.collect.scripted import Screen, device

KEY = asyncssh.generate_private_key("ssh-ed25519")
PUBLIC = KEY.export_public_key("openssh").decode().strip()
OTHER = asyncssh.generate_private_key("ssh-ed25519").export_public_key("openssh").decode().strip()


def private(passphrase: str | None = None) -> str:
    return KEY.export_private_key("openssh", passphrase, rounds=50).decode()


async def credential_of(session: Session) -> str:
    return session.who.login.credential


def accepted(fleet: Fleet, *logins: Login, **more: Any) -> str:
    """Log in to the one device; gives the credential that it accepted."""
    return run_in_session(target_on(fleet, logins=logins), credential_of, **more)


@contextmanager
def fleet_of(*devices: LabDevice) -> Iterator[Fleet]:
    with Fleet(make_world(*devices)) as fleet:
        yield fleet


# -- kinds of secret


@pytest.mark.parametrize("authentication", ["password", "keyboard-interactive"])
def test_password_opens(authentication: Any) -> None:
    with fleet_of(make_device(authentication=authentication)) as fleet:
        assert accepted(fleet, make_login()) == "acme/lab"


@pytest.mark.parametrize("authentication", ["password", "keyboard-interactive"])
def test_wrong_password_is_shown_to_the_device_once(authentication: Any) -> None:
    with fleet_of(make_device(authentication=authentication)) as fleet:
        with pytest.raises(LoginRefusedError, match="acme/lab"):
            accepted(fleet, make_login(password="wrong"))

        assert fleet.seen("acme/edge1").refusals == 1


class TwoWays(asyncssh.SSHServer):
    """Takes a password as such, and as the answer to a question."""

    def begin_auth(self, username: str) -> bool:
        return bool(username)

    def password_auth_supported(self) -> bool:
        return True

    def kbdint_auth_supported(self) -> bool:
        return True


async def log_in(server: type[TwoWays]) -> None:
    async with device(_silent, server_factory=server) as target:
        await Sessions(PATIENT, forget).test_login(target)


def test_wrong_password_is_shown_once_to_a_device_that_takes_it_in_two_ways() -> None:
    shown = []

    class Both(TwoWays):
        def get_kbdint_challenge(self, *_: str) -> Any:
            return "", "", "", [("Password: ", False)]

        def validate_kbdint_response(self, username: str, responses: Any) -> bool:
            shown.append((username, *responses))
            return False

        def validate_password(self, username: str, password: str) -> bool:
            shown.append((username, password))
            return False

    with pytest.raises(LoginRefusedError):
        asyncio.run(log_in(Both))

    assert shown == [("netwb", PASSWORD)]


def test_password_opens_a_device_that_offers_questions_and_has_none() -> None:
    """OpenSSH without PAM, as on FRR behind its own sshd."""
    asked = []

    class NoQuestions(TwoWays):
        def get_kbdint_challenge(self, *_: str) -> Any:
            asked.append("questions")
            return False

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("netwb", PASSWORD)

    asyncio.run(log_in(NoQuestions))

    assert asked == ["questions"]


@pytest.mark.parametrize("passphrase", [None, "open sesame"])
def test_private_key_opens(passphrase: str | None) -> None:
    login = make_login(password=None, private_key=private(passphrase), passphrase=passphrase)
    with fleet_of(make_device(authentication="publickey", public_key=PUBLIC)) as fleet:
        assert accepted(fleet, login) == "acme/lab"


def test_private_key_with_the_wrong_passphrase_is_named_and_not_shown() -> None:
    login = make_login(password=None, private_key=private("right"), passphrase="wrong")
    with fleet_of(make_device(authentication="publickey", public_key=PUBLIC)) as fleet:
        with pytest.raises(LoginNotTriedError, match="private key of acme/lab cannot be read"):
            accepted(fleet, login)

        assert fleet.seen("acme/edge1").connections == 0


def test_agent_opens_where_a_login_has_neither_password_nor_key(tmp_path: Path) -> None:
    with (
        running_agent(tmp_path) as socket,
        fleet_of(make_device(authentication="publickey", public_key=PUBLIC)) as fleet,
    ):
        assert accepted(fleet, make_login(password=None), agent_path=socket) == "acme/lab"


def test_agent_is_not_found_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        running_agent(tmp_path) as socket,
        fleet_of(make_device(authentication="publickey", public_key=PUBLIC)) as fleet,
    ):
        monkeypatch.setenv("SSH_AUTH_SOCK", socket)

        with pytest.raises(LoginRefusedError):
            accepted(fleet, make_login(password=None))


@contextmanager
def running_agent(folder: Path) -> Iterator[str]:
    socket, key = folder / "agent", folder / "key"
    key.write_text(private())
    key.chmod(0o600)
    started = subprocess.run(
        ["ssh-agent", "-a", str(socket)], check=True, capture_output=True, text=True, timeout=10
    )
    found = re.search(r"SSH_AGENT_PID=(\d+)", started.stdout)
    assert found is not None
    environment = {"SSH_AUTH_SOCK": str(socket), "SSH_AGENT_PID": found[1]}
    try:
        subprocess.run(
            ["ssh-add", "-q", str(key)],
            env=environment,
            check=True,
            capture_output=True,
            timeout=10,
        )
        yield str(socket)
    finally:
        subprocess.run(
            ["ssh-agent", "-k"], env=environment, check=True, capture_output=True, timeout=10
        )


def test_target_without_a_login_says_why() -> None:
    target = make_target(logins=(), no_login="credential lab has no password; set one")

    with pytest.raises(LoginNotTriedError, match="credential lab has no password"):
        run_in_session(target, credential_of)


# -- in order


def test_old_login_opens_while_a_device_refuses_the_new_one() -> None:
    new = make_login(credential="acme/new", password="new-password")
    with fleet_of(make_device()) as fleet:
        assert accepted(fleet, new, make_login(credential="acme/old")) == "acme/old"
        assert fleet.seen("acme/edge1").refusals == 1


def test_old_login_is_not_tried_where_the_new_one_opens() -> None:
    with fleet_of(make_device()) as fleet:
        assert accepted(fleet, make_login(credential="acme/new"), make_login()) == "acme/new"
        assert fleet.seen("acme/edge1").connections == 1


def test_other_faults_do_not_move_on_to_the_old_login() -> None:
    with fleet_of(make_device()) as fleet:
        fleet.set_fault("acme/edge1", "no_banner")

        with pytest.raises(UnreachableError):
            accepted(fleet, make_login(), make_login(credential="acme/old"), settings=QUICK)


# -- when to stop


def log_in_all(targets: list[Target], settings: Any) -> list[Login | DeviceError]:
    async def one(sessions: Sessions, target: Target) -> Login | DeviceError:
        try:
            return await sessions.test_login(target)
        except DeviceError as error:
            return error

    async def body() -> list[Login | DeviceError]:
        sessions = Sessions(settings, forget)
        results = await asyncio.gather(*(one(sessions, target) for target in targets))
        await sessions.close()
        return list(results)

    return asyncio.run(body())


def devices(count: int) -> list[LabDevice]:
    return [make_device(f"acme/edge{number}") for number in range(count)]


def test_wrong_credential_is_tried_on_five_devices_and_no_more() -> None:
    with fleet_of(*devices(30)) as fleet:
        logins = (make_login(password="wrong"),)
        targets = [target_on(fleet, key, logins=logins) for key in fleet.keys]

        results = log_in_all(targets, replace(PATIENT, refusals=5))
        refusals = sum(fleet.seen(key).refusals for key in fleet.keys)

    assert refusals == 5
    assert [type(r).__name__ for r in results].count("LoginRefusedError") == 5
    not_tried = [r for r in results if type(r).__name__ == "LoginNotTriedError"]
    assert len(not_tried) == 25
    assert "`netwb credential set acme/lab --password prompt`" in str(not_tried[0])


def test_credential_given_up_leaves_the_others_alone() -> None:
    with fleet_of(*devices(12)) as fleet:
        wrong = make_login(credential="acme/wrong", password="wrong")
        targets = [
            target_on(fleet, key, logins=(wrong if number % 2 else make_login(),))
            for number, key in enumerate(fleet.keys)
        ]

        results = log_in_all(targets, replace(PATIENT, refusals=2))

    assert [type(r).__name__ for r in results].count("Login") == 6
    assert [type(r).__name__ for r in results].count("LoginRefusedError") == 2


def test_new_login_given_up_in_a_rotation_leaves_the_old_one() -> None:
    new = make_login(credential="acme/new", password="new-password")
    with fleet_of(*devices(12)) as fleet:
        targets = [target_on(fleet, key, logins=(new, make_login())) for key in fleet.keys]

        results = log_in_all(targets, replace(PATIENT, refusals=3))
        refusals = sum(fleet.seen(key).refusals for key in fleet.keys)

    assert [type(r).__name__ for r in results] == ["Login"] * 12
    assert refusals == 3


def test_right_credential_is_not_slowed_by_devices_that_do_not_answer() -> None:
    with fleet_of(*devices(20)) as fleet:
        fleet.set_faults(dict.fromkeys(fleet.keys[:8], "no_banner"))
        targets = [target_on(fleet, key) for key in fleet.keys]

        results = log_in_all(targets, replace(QUICK, refusals=2))

    assert [type(r).__name__ for r in results].count("Login") == 12


# -- whose key it is


def test_first_key_is_told_and_the_second_login_must_show_it_again() -> None:
    met: dict[str, str] = {}

    async def twice(target: Target) -> None:
        sessions = Sessions(PATIENT, lambda target, key: met.update({target.device_id: key}))
        await sessions.test_login(target)
        await sessions.test_login(target)

    with fleet_of(make_device()) as fleet:
        asyncio.run(twice(target_on(fleet, host_key=None)))

        assert met == {"acme/edge1": fleet.host_key("acme/edge1")}


def test_key_that_changes_within_a_run_is_refused() -> None:
    async def body(fleet: Fleet, target: Target) -> None:
        sessions = Sessions(PATIENT, forget)
        await sessions.test_login(target)
        await asyncio.to_thread(fleet.set_fault, "acme/edge1", "host_key_changed")
        await sessions.test_login(target)

    with fleet_of(make_device()) as fleet, pytest.raises(HostKeyChangedError):
        asyncio.run(body(fleet, target_on(fleet, host_key=None)))


def test_changed_key_names_both_and_the_cure_and_gets_no_secret() -> None:
    with fleet_of(make_device()) as fleet:
        with pytest.raises(HostKeyChangedError) as raised:
            run_in_session(target_on(fleet, host_key=OTHER), credential_of)
        shown, seen = fleet.host_key("acme/edge1"), fleet.seen("acme/edge1")

    assert fingerprint(OTHER) in str(raised.value)
    assert fingerprint(shown) in str(raised.value)
    assert "netwb device trust acme/edge1" in str(raised.value)
    assert (raised.value.shown, raised.value.device_id) == (shown, "acme/edge1")
    assert seen.logins == seen.refusals == 0


def test_comment_on_a_trusted_key_does_not_matter() -> None:
    with fleet_of(make_device()) as fleet:
        key = f"{fleet.host_key('acme/edge1')} root@edge1"

        assert run_in_session(target_on(fleet, host_key=key), credential_of) == "acme/lab"


def test_device_with_two_keys_shows_the_trusted_one() -> None:
    rsa = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    trusted = rsa.export_public_key("openssh").decode()

    async def body() -> Login:
        async with device(_silent, server_host_keys=[KEY, rsa]) as target:
            return await Sessions(PATIENT, forget).test_login(replace(target, host_key=trusted))

    assert asyncio.run(body()).credential == "acme/lab"


# -- old gear


@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
def test_old_algorithms_are_spoken_where_they_are_allowed() -> None:
    with fleet_of(make_device(algorithms="old")) as fleet:
        assert run_in_session(target_on(fleet), credential_of) == "acme/lab"


def test_old_algorithms_are_named_where_they_are_not_allowed() -> None:
    """A bare server, because a real one may reset the connection before its offer is read."""
    offer = ["diffie-hellman-group14-sha1,ext-info-s", "ssh-rsa", *["aes128-cbc"] * 2]
    lists = [*offer, *["hmac-sha1"] * 2, *["none"] * 2, "", ""]
    body = bytes([20, *[7] * 16]) + b"".join(_string(text) for text in lists) + bytes(5)
    padding = 16 - (5 + len(body)) % 8
    packet = (len(body) + padding + 1).to_bytes(4) + bytes([padding]) + body + bytes(padding)

    with pytest.raises(
        AlgorithmError, match=r"only diffie-hellman-group14-sha1 for key exchange; allow legacy"
    ):
        log_in_to_a_socket(b"SSH-2.0-Cisco-1.25\r\n" + packet, legacy=False)


def _string(text: str) -> bytes:
    return len(text).to_bytes(4) + text.encode()


def log_in_to_a_socket(answer: bytes, *, then: str = "wait", **more: Any) -> None:
    """Log in to what says this, whatever it is told, and then waits or closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        if then == "wait":
            await reader.read()
        writer.close()
        await asyncio.wait([asyncio.ensure_future(writer.wait_closed())])
        ended.set()

    ended = asyncio.Event()

    async def body() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            try:
                await Sessions(PATIENT, forget).test_login(make_target(port=port, **more))
            finally:
                await ended.wait()

    asyncio.run(body())


# -- what is not SSH, or not a shell


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.0 400 Bad Request\r\n\r\n", b"SSH-1.5-Cisco-1.25\r\n", b""],
    ids=["http", "ssh 1", "closes at once"],
)
def test_what_is_not_ssh_is_unreachable(answer: bytes) -> None:
    with pytest.raises(UnreachableError, match="no SSH 2 banner"):
        log_in_to_a_socket(answer, then="close")


def test_unknown_name_is_unreachable() -> None:
    with pytest.raises(UnreachableError, match="the name is not known"):
        run_in_session(make_target(address="no.such.name.invalid", port=22), credential_of)


def test_login_that_hangs_is_a_deadline() -> None:
    class Slow(asyncssh.SSHServer):
        async def begin_auth(self, username: str) -> bool:
            await asyncio.sleep(30)
            return bool(username)

    async def body() -> None:
        async with device(_silent, server_factory=Slow) as target:
            await Sessions(QUICK, forget).test_login(target)

    with pytest.raises(DeadlineError, match=r"login did not end within 1\.5 s"):
        asyncio.run(body())


async def _silent(screen: Screen) -> None:
    await screen.typed()


# -- jump hosts

JUMP = LabJump(key="jump1", username="hopper", password="jump-password")


@contextmanager
def fleet_behind_a_jump_host(count: int = 1) -> Iterator[tuple[Fleet, list[Target]]]:
    with Fleet(make_world(*devices(count)), jumps=[JUMP]) as fleet:
        jump = Jump(
            address=fleet.address("jump1"),
            port=fleet.port,
            login=make_login(credential="acme/hop", username="hopper", password="jump-password"),
            host_key=fleet.host_key("jump1"),
        )
        # behind it the device is known by a name that only the jump host can resolve
        yield fleet, [target_on(fleet, key, jump=jump, address=key) for key in fleet.keys]


def test_devices_behind_a_jump_host_share_one_connection_to_it() -> None:
    with fleet_behind_a_jump_host(8) as (fleet, targets):
        results = log_in_all(targets, PATIENT)
        seen = fleet.seen("jump1")

    assert [type(r).__name__ for r in results] == ["Login"] * 8
    assert (seen.connections, seen.logins) == (1, 1)


def test_jump_host_that_refuses_is_asked_once_and_named() -> None:
    with fleet_behind_a_jump_host(8) as (fleet, targets):
        wrong = replace(targets[0].jump, login=make_login(credential="acme/hop", password="no"))  # type: ignore[type-var]

        results = log_in_all([replace(target, jump=wrong) for target in targets], PATIENT)
        seen = fleet.seen("jump1")

    assert [type(r).__name__ for r in results] == ["LoginRefusedError"] * 8
    assert seen.refusals == 1
    assert "jump host" in str(results[0])
    assert "acme/hop" in str(results[0])


def test_refusal_by_a_jump_host_does_not_count_against_the_devices_credential() -> None:
    with fleet_behind_a_jump_host(6) as (fleet, targets):
        wrong = replace(targets[0].jump, login=make_login(credential="acme/hop", password="no"))  # type: ignore[type-var]
        behind = [replace(target, jump=wrong) for target in targets[:5]]

        results = log_in_all(behind, replace(PATIENT, refusals=3))
        beside = log_in_all([target_on(fleet, "acme/edge5")], replace(PATIENT, refusals=3))
        both = log_in_all([*behind, target_on(fleet, "acme/edge5")], replace(PATIENT, refusals=3))

    assert [type(r).__name__ for r in results] == ["LoginRefusedError"] * 5
    assert type(beside[0]).__name__ == "Login"
    assert type(both[-1]).__name__ == "Login"


def test_jump_host_out_of_reach_is_named() -> None:
    jump = Jump(address="127.0.0.1", port=1, login=make_login())

    with pytest.raises(UnreachableError, match=r"jump host .*the port is closed"):
        run_in_session(make_target(jump=jump), credential_of)


def test_device_that_the_jump_host_does_not_reach_is_unreachable() -> None:
    with fleet_behind_a_jump_host() as (_, targets):
        lost = replace(targets[0], address="192.0.2.1")

        with pytest.raises(UnreachableError, match=r"edge0 \(192.0.2.1.*jump host did not"):
            run_in_session(lost, credential_of)


def test_changed_key_of_a_jump_host_stops_before_any_secret() -> None:
    with fleet_behind_a_jump_host() as (fleet, targets):
        jump = replace(targets[0].jump, host_key=OTHER)  # type: ignore[type-var]

        with pytest.raises(HostKeyChangedError, match="jump host") as raised:
            run_in_session(replace(targets[0], jump=jump), credential_of)
        seen = fleet.seen("jump1")

    assert raised.value.device_id == ""
    assert seen.logins == seen.refusals == 0


def test_first_key_of_a_jump_host_is_told_with_the_device_behind_it() -> None:
    met: dict[str, str] = {}

    with fleet_behind_a_jump_host() as (fleet, targets):
        jump = replace(targets[0].jump, host_key=None)  # type: ignore[type-var]
        run_in_session(
            replace(targets[0], jump=jump),
            credential_of,
            on_new_jump_key=lambda target, key: met.setdefault(target.device_id, key),
        )

        assert met == {"acme/edge0": fleet.host_key("jump1")}
