"""What is there? TCP, login, platform, own hostname, privilege and facts of devices: a row each.

Floor 4. The platform is found as netmiko's SSHDetect does, by what a version command says, but over
our own session and by the patterns of the platform records: a record that a person adds is found
too. A credential test is the login alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Result, Task

from netwb.collect.drivers.link import Link, open_link
from netwb.collect.facts import fact_lines, parse_facts
from netwb.collect.runner import OnDone, SessionRunner, make_nornir
from netwb.collect.ssh import Session, Sessions
from netwb.configs.names import prompt_name
from netwb.errors import (
    CommandRejectedError,
    DeviceError,
    LoginNotTriedError,
    NetwbError,
    RestrictedLoginError,
    UnknownPlatformError,
    UnreachableError,
)
from netwb.inventory.nornir_plugin import make_inventory
from netwb.inventory.records import Facts, Target
from netwb.platforms.record import Platform, SessionWords
from netwb.settings import CollectSettings

AUTO = "auto"  # the inventory's word for a platform that is not known yet
Reached = Literal["nothing", "tcp", "login", "command line"]

_ASKED = "show version"  # the command that most platforms share
_OWN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# A command line of which nothing is known but that its prompt ends as most do.
_ANY_COMMAND_LINE = SessionWords(
    prompt=re.compile(rb"[^\s#>$%][^\n]{0,126}[>#$%] ?"),
    privileged=None,
    enable=None,
    prepare=("terminal length 0",),
    pager=re.compile(rb"--More--|<--- More --->|lines \d+-\d+"),
    errors=(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRow:
    """What one device showed.

    reached      how far it went
    credential   the one that was accepted, as tenant/name
    platform     what the device is; None where no record fits or it was not reached
    own_hostname what it calls itself in its prompt
    host_key     OpenSSH public key line
    cause        why it went no further
    """

    device_id: str
    tenant: str
    hostname: str
    address: str
    reached: Reached
    credential: str | None = None
    platform: str | None = None
    own_hostname: str | None = None
    privileged: bool | None = None
    facts: Facts = field(default_factory=Facts)
    host_key: str | None = None
    cause: NetwbError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRow:
    """Whether one device lets a login in; `credential` is the accepted one."""

    device_id: str
    tenant: str
    hostname: str
    credential: str | None
    cause: NetwbError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prober:
    """Asks many devices at once, within the caps of a backup.

    on_new_host_key   called from the loop's thread with the key of a device that had none
    agent_path        socket of an SSH agent
    """

    settings: CollectSettings
    platforms: Mapping[str, Platform]
    on_new_host_key: Callable[[Target, str], None]
    agent_path: str | None = None

    def probe(
        self, targets: Sequence[Target], on_row: Callable[[ProbeRow], None] = lambda _: None
    ) -> tuple[ProbeRow, ...]:
        """A row for each target, in their order; `on_row` gets each as it comes."""

        def tell(host: Host, results: MultiResult) -> None:
            on_row(_row(host.data["target"], results))

        results = self._run(probe_target, targets, tell)
        return tuple(_row(target, results[target.device_id]) for target in targets)

    def test_logins(self, targets: Sequence[Target]) -> tuple[LoginRow, ...]:
        """Whether each target lets its credential in; nothing is asked of it."""
        results = self._run(test_login, targets, None)
        return tuple(_login_row(target, results[target.device_id]) for target in targets)

    def _run(
        self,
        task: Callable[..., object],
        targets: Sequence[Target],
        on_done: OnDone | None,
    ) -> AggregatedResult:
        sessions = Sessions(self.settings, self.on_new_host_key, agent_path=self.agent_path)
        with open_link(sessions, self.platforms, self.settings) as link:
            runner = SessionRunner(link, on_done=on_done)
            inventory = make_inventory(targets, self.platforms)
            return make_nornir(inventory, runner).run(task, link=link)


async def probe_target(task: Task, link: Link) -> Result:
    """Nornir task: find out what the target is, then log in as to one of these."""
    target: Target = task.host.data["target"]
    platform = link.platforms.get(target.platform) or await _detected(target, link)
    async with link.sessions.open(target, platform) as session:
        facts = await session.ask(platform.facts.command)
        return Result(host=task.host, result=_seen(session, platform, facts.transcript, link))


async def test_login(task: Task, link: Link) -> Result:
    """Nornir task: the login alone; its result is the credential that was accepted."""
    login = await link.sessions.test_login(task.host.data["target"])
    return Result(host=task.host, result=login.credential)


def detect(answer: bytes, platforms: Mapping[str, Platform]) -> tuple[str, ...]:
    """Names of the platforms whose version command answers so."""
    lines = fact_lines(answer)
    return tuple(
        name
        for name, platform in platforms.items()
        if any(platform.facts.detect.match(line) for line in lines)
    )


def own_name(prompt: bytes) -> str | None:
    """What a device calls itself in its prompt; None where that is no name.

    >>> own_name(b"ana@edge1> "), own_name(b"RP/0/RP0/CPU0:edge1#"), own_name(b"> ")
    ('edge1', 'edge1', None)
    """
    found = _OWN_NAME.match(prompt_name(prompt))
    return found[0] if found else None


async def _detected(target: Target, link: Link) -> Platform:
    if target.platform != AUTO:
        return link.platform(target)  # raises: a name that nobody knows
    any_platform = next(iter(link.platforms.values()))
    unknown = replace(any_platform, name=AUTO, title="any platform", session=_ANY_COMMAND_LINE)
    async with link.sessions.open(target, unknown) as session:
        answer = await session.ask(_ASKED)
    names = detect(answer.transcript, link.platforms)
    if len(names) != 1:
        what = f"like {' and '.join(names)}" if names else "like no platform that netwb knows"
        msg = (
            f"{target.hostname}: `{_ASKED}` answers {what}; set it with "
            f"`netwb device set {target.tenant}/{target.hostname} --platform NAME`"
        )
        raise UnknownPlatformError(msg)
    return link.platforms[names[0]]


def _seen(session: Session, platform: Platform, answer: bytes, link: Link) -> ProbeRow:
    """The row of a device whose command line was reached; its answer overrules the inventory."""
    target, names = session.target, detect(answer, link.platforms)
    return replace(
        _blank(target),
        reached="command line",
        credential=session.who.login.credential,
        platform=platform.name if platform.name in names or not names else names[0],
        own_hostname=own_name(session.prompt),
        privileged=session.privileged,
        facts=parse_facts(answer, platform.facts),
        host_key=session.host_key,
    )


def _row(target: Target, results: MultiResult) -> ProbeRow:
    result = results[0]
    if isinstance(result.result, ProbeRow):
        return result.result
    cause = _cause(target, result.exception)
    return replace(_blank(target), reached=_reached(cause), cause=cause)


def _login_row(target: Target, results: MultiResult) -> LoginRow:
    result = results[0]
    failed = result.exception is not None
    return LoginRow(
        device_id=target.device_id,
        tenant=target.tenant,
        hostname=target.hostname,
        credential=None if failed else result.result,
        cause=_cause(target, result.exception) if failed else None,
    )


def _blank(target: Target) -> ProbeRow:
    return ProbeRow(
        device_id=target.device_id,
        tenant=target.tenant,
        hostname=target.hostname,
        address=target.address,
        reached="nothing",
    )


def _cause(target: Target, error: BaseException | None) -> NetwbError:
    if isinstance(error, NetwbError):
        return error
    return DeviceError(f"{target.hostname}: not probed ({type(error).__name__}); see the log")


def _reached(cause: NetwbError) -> Reached:
    if isinstance(cause, UnreachableError | LoginNotTriedError):
        return "nothing"
    if isinstance(cause, UnknownPlatformError):
        return "command line"
    return "login" if isinstance(cause, CommandRejectedError | RestrictedLoginError) else "tcp"
