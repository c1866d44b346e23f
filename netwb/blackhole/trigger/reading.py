"""Read what stands: a trigger's static routes, and where an edge sends an address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from netwb.blackhole.commands import judge, lookup_line, read_listing, read_lookups
from netwb.blackhole.records import IPNetwork, RouteThere
from netwb.blackhole.trigger.configuring import text_of
from netwb.collect.ssh import RawOutput, Session
from netwb.collect.ssh.faults import Place
from netwb.errors import CommandRejectedError
from netwb.platforms.blackhole import BlackholeWords


async def listing(session: Session, words: BlackholeWords) -> Mapping[IPNetwork, RouteThere]:
    """All static host routes. Raises DeviceError, also where the router refuses to show them.

    The prompt is seen twice: a text that ended early would make routes look withdrawn.
    """
    texts = [
        _shown(session, await session.send(command), command, words) for command in words.listing
    ]
    return read_listing(b"\n".join(texts), words)


async def lookups(
    session: Session, words: BlackholeWords, networks: Sequence[IPNetwork]
) -> Mapping[IPNetwork, RouteThere]:
    """Where each of these hosts is sent. Raises DeviceError, also for an answer of no known form."""
    found: dict[IPNetwork, RouteThere] = {}
    at_once = words.typed_ahead if words.shape == "frr json" else 1
    for part in _parts(networks, at_once):
        lines = [lookup_line(words, network) for network in part]
        output = await _asked(session, lines)
        routes = read_lookups(text_of(output), words, part)
        strange = next((one for one in part if one not in routes), None)
        if strange is not None:
            said = judge(text_of(output), lines, words).words
            msg = (
                f"{Place.of(session.target)}: `{lookup_line(words, strange)}` is answered by "
                f"nothing that netwb knows ({said}); look at it there"
            )
            raise CommandRejectedError(msg)
        found.update(routes)
    return found


async def _asked(session: Session, lines: Sequence[str]) -> RawOutput:
    if len(lines) == 1:
        return await session.send(lines[0])
    return await session.burst(lines, prompts=len(lines))


def _shown(session: Session, output: RawOutput, command: str, words: BlackholeWords) -> bytes:
    text = text_of(output)
    refused = next((line for line in _refusals(text, command, words)), None)
    if refused is not None:
        msg = f"{Place.of(session.target)}: `{command}` is refused: {refused}; let the login use it"
        raise CommandRejectedError(msg)
    return text


def _refusals(text: bytes, command: str, words: BlackholeWords) -> Iterator[str]:
    yield from judge(text, (command,), words).refused


def _parts(networks: Sequence[IPNetwork], most: int) -> Iterator[Sequence[IPNetwork]]:
    return (networks[at : at + most] for at in range(0, len(networks), most))
