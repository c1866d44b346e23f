"""One device's SNMP session: one request in flight, each answered or given up, errors in words.

gufo-snmp makes and reads the packets. What it leaves out is done here: names are resolved without
holding the loop, a lost packet is asked for again, and a closed port is told from silence, which it
reports alike: the first one at once, the other when the time is up. An error status of the agent
(tooBig, genErr) reads as an empty answer, so that a column which came short is asked for again in
small pieces.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address
from time import monotonic
from typing import TYPE_CHECKING, Any

from netwb.errors import LoginRefusedError, PollError, UnreachableError
from netwb.inventory.ports.records import SnmpLogin, SnmpTarget
from netwb.loading import lazy
from netwb.metrics.poller.columns import COLUMNS, SCALARS
from netwb.metrics.poller.records import PollRules
from netwb.metrics.poller.table import Value

if TYPE_CHECKING:
    from gufo import snmp as _snmp
    from gufo.snmp import user as _user
    from gufo.snmp.aio import client as _client
else:
    _snmp = lazy("gufo.snmp")
    _client = lazy("gufo.snmp.aio.client")

MOST_ROWS = 10_000  # of one column: more is no device but a trap
REPETITIONS = 50  # of GETBULK: 48 ports and the end; the agent cuts what does not fit
FEW_REPETITIONS = 5
_AT_ONCE = 0.5  # of a timeout: who says that nothing listens does it well before


class Session:
    """Asks one device. Made on the loop; a lost packet is sent again `retries` times.

    lost   how many were, until now
    """

    def __init__(self, target: SnmpTarget, address: str, rules: PollRules) -> None:
        login = target.login
        assert login is not None  # the poll has told of it
        self._target = target
        self._rules = rules
        self.lost = 0
        self._repetitions = REPETITIONS
        self._may_shorten = True
        user = user_of(login)
        try:
            self._session = _client.SnmpSession(
                address,
                target.port,
                community=login.community or "",
                user=user,
                timeout=rules.timeout_s,
                max_repetitions=REPETITIONS,
            )
        except OSError as error:  # it connects its socket at once
            msg = f"no way to {self._place()} ({_line(error)}); correct its address, or the routes"
            raise UnreachableError(msg) from error

    async def open(self) -> None:
        """Find out about the engine (v3); nothing is asked with v2c."""
        await self._asked(self._session.refresh)

    async def scalars(self) -> dict[str, int]:
        """The device's own clock and how often it began, by name."""
        found = await self._asked(lambda: self._session.get_many(list(SCALARS)))
        return {SCALARS[oid]: value for oid, value in found.items() if isinstance(value, int)}

    async def column(self, name: str, last: int = 0) -> dict[int, Value]:
        """One column by ifIndex; it broke off where it ends before `last`.

        An agent that bears no long answers is then asked for short ones from there on. Where that
        brings nothing more it has nothing more, and is not asked twice for its other columns.
        """
        found = await self._walk(COLUMNS[name], self._repetitions)
        if not self._may_shorten or max(found, default=-1) >= last:
            return found
        self._may_shorten = False
        again = await self._walk(COLUMNS[name], FEW_REPETITIONS)
        if len(again) <= len(found):
            return found
        self._repetitions = FEW_REPETITIONS
        return again

    async def _walk(self, base: str, repetitions: int) -> dict[int, Value]:
        found: dict[int, Value] = {}
        rows = self._session.getbulk(base, repetitions)
        while True:
            try:
                oid, value = await self._asked(rows.__anext__)
            except StopAsyncIteration:
                return found
            index = oid[len(base) + 1 :]
            if index.isdigit():  # else it is of another table
                found[int(index)] = value
            if len(found) > MOST_ROWS:
                msg = f"answers more than {MOST_ROWS} interfaces; netwb reads no more of it"
                raise PollError(msg)

    async def _asked(self, ask: Any) -> Any:
        """One question, asked again where no answer came."""
        for left in range(self._rules.retries, -1, -1):
            began = monotonic()
            try:
                return await ask()
            except TimeoutError as error:
                if monotonic() - began < self._rules.timeout_s * _AT_ONCE:
                    raise UnreachableError(self._closed()) from error
                self.lost += 1
                if not left:
                    raise UnreachableError(self._silent()) from error
            except _snmp.SnmpAuthError as error:
                raise LoginRefusedError(self._wrong_key()) from error
            except (_snmp.SnmpError, OSError, ValueError) as error:
                msg = (
                    f"{self._place()} gave an answer that cannot be read: {_line(error)}; see what"
                    " answers there"
                )
                raise PollError(msg) from error
        raise AssertionError

    def _place(self) -> str:
        return f"{self._target.address} port {self._target.port}"

    def _closed(self) -> str:
        return f"nothing listens for SNMP at {self._place()}; switch it on, or correct --snmp-port"

    def _silent(self) -> str:
        asked = self._rules.retries + 1
        return (
            f"no answer from {self._place()} in {asked} times {self._rules.timeout_s:g} s; is it up, "
            f"does its access list hold this machine, and is credential {self._login} right?"
            f"{self._unheard}"
        )

    @property
    def _unheard(self) -> str:
        login = self._target.login
        if login is None or login.priv_key is None:
            return ""
        return " A wrong privacy password of SNMPv3 is met with silence too."

    def _wrong_key(self) -> str:
        return (
            f"{self._place()} refuses credential {self._login}; give it the "
            "user, protocols and passwords of its SNMPv3"
        )

    @property
    def _login(self) -> str:
        return self._target.login.credential if self._target.login else ""


async def address_of(target: SnmpTarget) -> str:
    """The device's address, looked up where it is a name; UnreachableError where there is none."""
    with suppress(ValueError):
        return str(ip_address(target.address))
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(target.address, target.port, type=socket.SOCK_DGRAM)
    except OSError as error:
        msg = f"address {target.address} is not found ({_line(error)}); correct it or its DNS"
        raise UnreachableError(msg) from error
    return str(found[0][4][0])


def user_of(login: SnmpLogin) -> _user.User | None:
    """The user of v3 with its keys; None: a community is used."""
    if login.user is None or login.community is not None:
        return None
    auth = _key(_auth_keys(), login.auth_protocol, login.auth_key)
    priv = _key(_priv_keys(), login.priv_protocol, login.priv_key)
    expansion = "Cisco" if (login.priv_protocol or "").endswith("c") else "Blumenthal"
    return _snmp.User(
        login.user,
        auth_key=auth,
        priv_key=priv,
        key_expansion=getattr(_snmp.KeyExpansion, expansion),
    )


def _key(kinds: Mapping[str, Any], protocol: str | None, key: str | None) -> Any:
    if protocol is None or key is None:
        return None
    if protocol not in kinds:
        msg = f"netwb polls with no SNMPv3 protocol {protocol}; it does {', '.join(kinds)}"
        raise PollError(msg)
    return kinds[protocol](key.encode())


def _auth_keys() -> Mapping[str, Any]:
    return {
        "md5": _snmp.Md5Key,
        "sha": _snmp.Sha1Key,
        "sha224": _snmp.Sha224Key,
        "sha256": _snmp.Sha256Key,
        "sha384": _snmp.Sha384Key,
        "sha512": _snmp.Sha512Key,
    }


def _priv_keys() -> Mapping[str, Any]:
    """`c` is Cisco's way to lengthen a key."""
    return {
        "des": _snmp.DesKey,
        "aes": _snmp.Aes128Key,
        "aes192": _snmp.Aes192Key,
        "aes256": _snmp.Aes256Key,
        "aes192c": _snmp.Aes192Key,
        "aes256c": _snmp.Aes256Key,
    }


def _line(error: BaseException) -> str:
    """What a library says, in one line."""
    said = " ".join(str(error).split())[:120]
    return said or type(error).__name__
