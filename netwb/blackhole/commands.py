"""What is typed at routers to announce, withdraw and look, and what their answers mean. Pure.

A router's text may be anybody's: it is cut to a bounded size, only lines of a known form count, and
an answer proves nothing by being silent: what stands is read back. Forms stand in the platform's
`[blackhole]`. Source: facts of FRR 8.4.4 as run; command references of the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any, Literal

from netwb.blackhole.records import EDGE_TAG, UPSTREAM_TAG, IPNetwork, Reach, RouteThere
from netwb.errors import UnknownPlatformError
from netwb.platforms.blackhole import BlackholeWords, FamilyWords
from netwb.platforms.record import Platform

LONGEST_LINE = 512  # bytes of a line that is looked at; ours have under 150
MOST_TEXT = 4 << 20  # bytes of one answer; 500 routes of FRR's JSON are half a MiB
SAID = 200  # characters of a router's words that are shown to people
_HOST = re.compile(rb"([0-9A-Fa-f:.]{2,45})/(32|128)(?![0-9])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_HEADING = re.compile(rb"(?:\+\+\+|---) |[+-]\s*$")  # of differences; not one itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a router said to what was typed.

    refused   lines that say no; `done`: it was so already; `new`: lines of no known form
    """

    refused: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    new: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The first of what a person must know; empty where nothing was said."""
        return next(iter((*self.refused, *self.new)), "")


def words_for(platforms: Mapping[str, Platform], name: str, label: str) -> BlackholeWords:
    """What is typed at routers of that platform; UnknownPlatformError where nobody has said it.

    label   the router in the message, as tenant/hostname
    """
    platform = platforms.get(name)
    if platform is None or platform.blackhole is None:
        msg = (
            f"{label}: platform {name} has no `[blackhole]` in its record; give it one in "
            "platforms.d, as frr.toml has it"
        )
        raise UnknownPlatformError(msg)
    return platform.blackhole


def tag_of(reach: Reach) -> int:
    """The tag that announces so far: whoever hears 667 upstream is given it by the edges.

    A host has one route and one tag, so that `upstream` and `both` differ in what is verified alone:
    with `both` the edges must discard, too.
    """
    return EDGE_TAG if reach == "edge" else UPSTREAM_TAG


def on_lines(words: BlackholeWords, network: IPNetwork, reach: Reach) -> tuple[str, ...]:
    """What announces one host, in configuration mode."""
    return _filled(family_of(words, network).on, network, tag_of(reach))


def off_lines(words: BlackholeWords, network: IPNetwork, tag: int) -> tuple[str, ...]:
    """What withdraws one host, whose route has that tag, in configuration mode."""
    return _filled(family_of(words, network).off, network, tag)


def announcing(
    words: BlackholeWords, networks: Iterable[IPNetwork], reach: Reach
) -> tuple[str, ...]:
    """Every line that announces these hosts, as typed: what a dry run shows."""
    return _around(words, [line for one in networks for line in on_lines(words, one, reach)])


def withdrawing(
    words: BlackholeWords, networks: Iterable[IPNetwork], reach: Reach
) -> tuple[str, ...]:
    """Every line that withdraws these hosts, as typed."""
    tag = tag_of(reach)
    return _around(words, [line for one in networks for line in off_lines(words, one, tag)])


def lookup_line(words: BlackholeWords, network: IPNetwork) -> str:
    """What shows where an edge sends this host."""
    return _put(family_of(words, network).lookup, network, EDGE_TAG)


def family_of(words: BlackholeWords, network: IPNetwork) -> FamilyWords:
    """The words of the network's address family."""
    return words.ipv4 if network.version == 4 else words.ipv6


def read_listing(text: bytes, words: BlackholeWords) -> Mapping[IPNetwork, RouteThere]:
    """All static host routes of a listing, each once, in the order of the text."""
    found: dict[IPNetwork, list[re.Match[bytes]]] = {}
    for line in _lines(text):
        for family in (words.ipv4, words.ipv6):
            match = family.route.fullmatch(line)
            network = _host(match["address"]) if match else None
            if match is not None and network is not None:
                found.setdefault(network, []).append(match)
    return {network: _route(network, lines) for network, lines in found.items()}


def read_lookups(
    text: bytes, words: BlackholeWords, networks: Sequence[IPNetwork]
) -> Mapping[IPNetwork, RouteThere]:
    """What an edge has for these hosts, asked for in this order; what is not understood is left out.

    Text is the answer to one question: where lines decide, one network is asked for at a time.
    """
    if words.shape == "frr json":
        return dict(_read_json(text, networks))
    (network,) = networks
    route = _read_text(text, words, network)
    return {} if route is None else {network: route}


def judge(text: bytes, typed: Iterable[str], words: BlackholeWords) -> Answer:
    """Sort what a router said to typed lines: no, done already, or something new."""
    echoes = [line.encode() for line in typed]
    sorted_: dict[str, list[str]] = {"refused": [], "done": [], "new": []}
    for line in _lines(text):
        if line and not _is_echo(line, echoes):
            kind = _kind(line, words)
            if kind != "harmless":
                sorted_[kind].append(shown(line))
    return Answer(**{kind: tuple(dict.fromkeys(lines)) for kind, lines in sorted_.items()})


def is_committed(text: bytes, words: BlackholeWords) -> bool:
    """Whether a commit's answer says that it was done; silence does where the platform says nothing."""
    return _says(text, words.committed)


def is_saved(text: bytes, words: BlackholeWords) -> bool:
    """Whether the answer to `save` says that the configuration is kept."""
    return _says(text, words.saved)


def why_unsafe(words: BlackholeWords, *, alive: bytes, unsaved: bytes) -> str | None:
    """Why the configuration is not to be saved now; None: nothing speaks against it.

    alive, unsaved   the answers to the commands of those names; empty where there is no such command
    """
    lines = list(_lines(alive))
    if any(not any(one.fullmatch(line) for line in lines) for one in words.answering):
        return f"not every daemon answers: `{words.alive}` says `{shown(b' '.join(lines[-1:]))}`"
    if _kinds(unsaved, words) & {"refused"}:
        return f"`{words.unsaved}` is refused, so that nobody knows what else would be saved"
    foreign = next(iter(_foreign(unsaved, words)), None)
    return None if foreign is None else f"it would save what others left unsaved: `{foreign}`"


def shown(text: bytes) -> str:
    """A router's words, fit to be shown: one line, bounded, without control characters."""
    words = _CONTROL.sub(" ", text[: 4 * SAID].decode("utf-8", "replace")).strip()
    return words if len(words) <= SAID else f"{words[:SAID]}..."


# -- routes


def _route(network: IPNetwork, lines: Sequence[re.Match[bytes]]) -> RouteThere:
    """One host's route from all lines that speak of it: any strange one makes it another's."""
    tags = {int(line["tag"]) for line in lines if line["tag"] and len(line["tag"]) <= 10}
    strange = next((line for line in lines if _is_strange(line)), None)
    discards = any(line["discard"] for line in lines) and strange is None and len(tags) <= 1
    return RouteThere(
        network=network,
        kind="blackhole" if discards else "other",
        tag=min(tags, default=None),
        said=shown((strange or lines[0]).group()),
    )


def _is_strange(line: re.Match[bytes]) -> bool:
    more = (line["more"] or b"").strip()
    return bool(more) or not (line["discard"] or line["tag"])


def _read_json(
    text: bytes, networks: Sequence[IPNetwork]
) -> Iterator[tuple[IPNetwork, RouteThere]]:
    """FRR's `show ip route X json`: one document a question; `{}` where there is no such route."""
    for network, document in zip(networks, _documents(text), strict=False):
        routes = document.get(str(network), []) if document else []
        if document and not routes:
            return  # the answer to another question: nothing after it is believed
        yield network, _fib(network, routes)


def _documents(text: bytes) -> Iterator[dict[str, Any]]:
    decoder, source = json.JSONDecoder(), text[:MOST_TEXT].decode("utf-8", "replace")
    at = source.find("{")
    while at >= 0:
        try:
            document, end = decoder.raw_decode(source, at)
        except (ValueError, RecursionError):
            return
        yield document
        at = source.find("{", end)


def _fib(network: IPNetwork, routes: Any) -> RouteThere:
    """What is in the forwarding table: the next hops marked `fib` of the routes there."""
    hops = [hop for route in _dicts(routes) for hop in _dicts(route.get("nexthops"))]
    used = [hop for hop in hops if hop.get("fib") is True]
    if not routes:
        return RouteThere(network=network, kind="absent")
    if used and all(hop.get("blackhole") is True for hop in used):
        return RouteThere(network=network, kind="blackhole")
    going = [_hop(hop) for hop in used if hop.get("blackhole") is not True]
    return RouteThere(network=network, kind="other", said=shown(", ".join(going).encode()))


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _hop(hop: Mapping[str, Any]) -> str:
    named = [str(hop[key]) for key in ("ip", "interfaceName") if key in hop]
    return " ".join(named) or "unreachable"


def _read_text(text: bytes, words: BlackholeWords, network: IPNetwork) -> RouteThere | None:
    lines = list(_lines(text))
    if any(one.fullmatch(line) for line in lines for one in words.absent):
        return RouteThere(network=network, kind="absent")
    echo = lookup_line(words, network).encode()
    answer = [line for line in lines if not _is_echo(line, (echo,))]
    if any(_kind(line, words) == "refused" for line in answer):
        return None
    begin = next((at for at, line in enumerate(answer) if network in _hosts(line)), None)
    if begin is None:
        return RouteThere(network=network, kind="absent")
    own = answer[begin:]
    if any(one.search(line) for line in own for one in words.discards):
        return RouteThere(network=network, kind="blackhole")
    return RouteThere(network=network, kind="other", said=shown(b" ".join(own[:3])))


def _hosts(line: bytes) -> set[IPNetwork | None]:
    return {_host(found[1]) for found in _HOST.finditer(line)}


def _host(address: bytes) -> IPNetwork | None:
    """The host's network; None where a device printed what is no address."""
    try:
        return ip_network(ip_address(address.decode("ascii", "replace")))
    except ValueError:
        return None


# -- lines

_Kind = Literal["refused", "done", "harmless", "new"]


def _kind(line: bytes, words: BlackholeWords) -> _Kind:
    known: tuple[tuple[_Kind, tuple[re.Pattern[bytes], ...]], ...] = (
        ("done", words.done),
        ("harmless", words.harmless),
        ("refused", words.refused),
    )
    bare = line.strip()
    return next((kind for kind, ways in known if any(w.fullmatch(bare) for w in ways)), "new")


def _says(text: bytes, form: re.Pattern[bytes] | None) -> bool:
    return form is None or any(form.search(line) for line in _lines(text))


def _is_echo(line: bytes, typed: Iterable[bytes]) -> bool:
    """Whether it is a typed line, alone or after a prompt; FRR ends a complaint in one, too."""
    before = [line.removesuffix(one).rstrip() for one in typed if line.endswith(one)]
    return any(not one or one.endswith((b"#", b">")) for one in before)


def _kinds(text: bytes, words: BlackholeWords) -> set[_Kind]:
    return {_kind(line, words) for line in _lines(text) if line}


def _foreign(unsaved: bytes, words: BlackholeWords) -> Iterator[str]:
    """The differences that are not routes of ours."""
    for line in _lines(unsaved):
        if line[:1] in (b"+", b"-") and not _HEADING.match(line):
            bare = line[1:].strip()
            if not any(one.own.fullmatch(bare) for one in (words.ipv4, words.ipv6)):
                yield shown(line)


def _lines(text: bytes) -> Iterator[bytes]:
    """The lines, without their ends; one that is too long for any form of ours is cut."""
    for line in text[:MOST_TEXT].replace(b"\r", b"").split(b"\n"):
        yield line[:LONGEST_LINE].rstrip()


def _around(words: BlackholeWords, lines: Sequence[str]) -> tuple[str, ...]:
    return (*words.enter, *lines, *words.commit, *words.leave)


def _filled(forms: Iterable[str], network: IPNetwork, tag: int) -> tuple[str, ...]:
    return tuple(_put(form, network, tag) for form in forms)


def _put(form: str, network: IPNetwork, tag: int) -> str:
    return form.replace("{address}", str(network.network_address)).replace("{tag}", str(tag))
