"""The stock transports, for devices that need them: NAPALM's or netmiko's own connections.

Slower, in a thread, and of their faults only the class can be told (netmiko names a timeout what is
often something else). For a backup netmiko logs in, and the channel under it is recorded, because
what its methods return is decoded with bytes left out, and NAPALM's getters strip lines as well.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from netwb.collect.drivers.link import Link
from netwb.collect.facts import parse_facts
from netwb.collect.gather import Gathered, Note
from netwb.collect.ssh.prompts import last_line
from netwb.configs.records import RawConfig
from netwb.errors import (
    ConnectionLostError,
    DeadlineError,
    DeviceError,
    LoginNotTriedError,
    LoginRefusedError,
    RestrictedLoginError,
    UnreachableError,
)
from netwb.inventory.records import ConfigKind, Login, Target
from netwb.loading import lazy
from netwb.platforms.record import Platform

if TYPE_CHECKING:
    import napalm
    import napalm.base.exceptions as napalm_exceptions
    import netmiko
else:
    napalm = lazy("napalm")
    napalm_exceptions = lazy("napalm.base.exceptions")
    netmiko = lazy("netmiko")

NETMIKO = "netmiko:"
SSH = 22  # a known_hosts line names any other port


def netmiko_type(target: Target, platform: Platform) -> str:
    """`netmiko:<device_type>` names it; else it is the platform's."""
    if target.transport.startswith(NETMIKO):
        return target.transport.removeprefix(NETMIKO)
    return platform.netmiko_type


def stock_napalm(target: Target, link: Link, optional_args: dict[str, Any]) -> Any:
    """NAPALM's own driver, opened; with a copy of the options for it alone."""
    login = _first_login(target)
    driver = napalm.get_network_driver(link.platform(target).napalm_driver or "")
    options = {**optional_args, "port": target.port, "secret": login.enable or ""}
    with trusting(target, link) as only_this_key:
        options.update(only_this_key)
        made = driver(target.address, login.username, login.password or "", optional_args=options)
        with link.attempt(target, login), named(target, login):
            made.open()
    return made


def stock_netmiko(target: Target, link: Link) -> Any:
    """An open netmiko connection."""
    login, platform = _first_login(target), link.platform(target)
    with (
        trusting(target, link) as only_this_key,
        link.attempt(target, login),
        named(target, login),
    ):
        return netmiko.ConnectHandler(
            device_type=netmiko_type(target, platform),
            host=target.address,
            port=target.port,
            username=login.username,
            password=login.password,
            secret=login.enable or "",
            conn_timeout=link.settings.connect_timeout_s,
            banner_timeout=link.settings.connect_timeout_s,
            auth_timeout=link.settings.idle_timeout_s,
            **only_this_key,
        )


@contextlib.contextmanager
def trusting(target: Target, link: Link) -> Iterator[dict[str, Any]]:
    """Options that let netmiko connect to the trusted key alone; by default it takes any.

    The key is looked at first, so that a change has its name and a first one is remembered.
    """
    if target.jump is not None:
        msg = (
            f"{target.hostname}: transport {target.transport} cannot go through a jump host; set "
            f"transport fast"
        )
        raise UnreachableError(msg)
    key = link.loop.run(link.sessions.look_at_key(target))
    name = target.address if target.port == SSH else f"[{target.address}]:{target.port}"
    with tempfile.NamedTemporaryFile("w", prefix="netwb-host-key-") as file:
        file.write(f"{name} {key}\n")
        file.flush()
        yield {"ssh_strict": True, "alt_host_keys": True, "alt_key_file": file.name}


@contextlib.contextmanager
def named(target: Target, login: Login) -> Iterator[None]:
    """Give the errors of netmiko and NAPALM their place in our tree."""
    try:
        yield
    except DeviceError:
        raise
    except (
        netmiko.NetmikoAuthenticationException,
        napalm_exceptions.ConnectAuthError,
    ) as error:
        msg = (
            f"{target.hostname}: login of {login.credential} is refused; set the right secret with "
            f"`{login.setting()}`"
        )
        raise LoginRefusedError(msg) from error
    except netmiko.ReadTimeout as error:
        msg = f"{target.hostname}: did not answer netmiko in time; look at the device's load"
        raise DeadlineError(msg) from error
    except (netmiko.NetmikoTimeoutException, napalm_exceptions.ConnectionException) as error:
        msg = (
            f"{target.hostname}: netmiko could not connect ({_line(error)}); try transport fast, "
            f"which names the cause"
        )
        raise UnreachableError(msg) from error
    except (OSError, EOFError) as error:
        msg = f"{target.hostname}: the connection ended ({_line(error)}); look at the device's log"
        raise ConnectionLostError(msg) from error


class StockGathering:
    """A backup through netmiko, for a thread; `close` ends it from another one.

    note   as that of `gather_configs`
    """

    def __init__(self, target: Target, link: Link, note: Note) -> None:
        self._target = target
        self._link = link
        self._note = note
        self._connection: Any = None
        self._prompt = ""
        self._given_up = False

    def gather(self) -> Gathered:
        """Log in, take facts and texts, log out."""
        platform, login = self._link.platform(self._target), _first_login(self._target)
        self._connection = stock_netmiko(self._target, self._link)
        try:
            with named(self._target, login):
                return self._texts(platform)
        finally:
            self.close()

    def close(self) -> None:
        """Cut the connection; a read that is under way in the other thread fails."""
        self._given_up = True
        if self._connection is not None:
            self._connection.remote_conn_pre.close()

    def _texts(self, platform: Platform) -> Gathered:
        if self._given_up:  # while netmiko was still connecting
            msg = f"{self._target.hostname}: its time was over when the login was done"
            raise DeadlineError(msg)
        self._raise_privilege()
        self._prompt = self._connection.find_prompt()
        recorder = Recorder(self._connection.channel.remote_conn)
        self._connection.channel.remote_conn = recorder
        facts = self._sent(recorder, platform.facts.command)[0]
        running = self._config(recorder, "running", platform.running)
        gathered = Gathered(running=running, startup=None, facts=parse_facts(facts, platform.facts))
        if platform.startup_asked is None:
            return gathered
        self._note(gathered)
        startup = self._config(recorder, "startup", platform.startup_asked)
        return replace(gathered, startup=startup)

    def _raise_privilege(self) -> None:
        try:
            self._connection.enable()
        except (ValueError, netmiko.ReadTimeout) as error:  # the latter where it is asked for again
            msg = (
                f"{self._target.hostname}: the login is not privileged and its enable password does "
                f"not open; set the right one with "
                f"`{_first_login(self._target).setting('--enable prompt')}`"
            )
            raise RestrictedLoginError(msg) from error

    def _config(self, recorder: Recorder, kind: ConfigKind, command: str) -> RawConfig:
        transcript, prompt = self._sent(recorder, command)
        return RawConfig(kind=kind, command=command, transcript=transcript, prompt=prompt)

    def _sent(self, recorder: Recorder, command: str) -> tuple[bytes, bytes]:
        recorder.clear()
        # netmiko's own pattern is the bare hostname, which the line `hostname edge1` ends as well
        self._connection.send_command(
            command,
            expect_string=rf"[\r\n]{re.escape(self._prompt)}\s*$",
            read_timeout=self._link.settings.idle_timeout_s,
        )
        text = recorder.taken()
        end = len(text) - len(last_line(text))
        return text[:end], text[end:]


class Recorder:
    """Stands before paramiko's channel and keeps what it received, before anybody decodes it."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self._text = bytearray()

    def recv(self, size: int) -> bytes:
        """Receive, and keep."""
        data: bytes = self._channel.recv(size)
        self._text += data
        return data

    def clear(self) -> None:
        """Forget the text so far."""
        self._text.clear()

    def taken(self) -> bytes:
        """What was received since."""
        return bytes(self._text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)


def _first_login(target: Target) -> Login:
    if not target.logins:
        msg = f"{target.hostname}: has no credential; give it one with `netwb device set --credential`"
        raise LoginNotTriedError(msg)
    return target.logins[0]


def _line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
