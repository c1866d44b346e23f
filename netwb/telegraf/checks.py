"""What Telegraf takes without a word and then cannot do: found before it is given to it. Pure.

`telegraf config check` says nothing of an unknown version or protocol, of a scheme that is none, of an
alias that two blocks have, of a variable that is not set, of a folder without inputs; devices are then
not asked, or one by the name of another (facts-telegraf sections 3 to 5, measured).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from netwb.errors import TelegrafError
from netwb.telegraf.records import AGENT_FILE, Asking, Finding

TABLES = 1  # that a device's block walks: `interface`
_PING_INTERVAL_S = 1.0  # as the template says it

_NAMES: Mapping[
    str, AbstractSet[str]
] = {  # option of inputs.snmp -> what Telegraf knows, in lower case
    "sec_level": {"noauthnopriv", "authnopriv", "authpriv"},
    "auth_protocol": {"md5", "sha", "sha224", "sha256", "sha384", "sha512", ""},
    "priv_protocol": {"des", "aes", "aes192", "aes192c", "aes256", "aes256c", ""},
}
_CONVERSION = re.compile(
    r"(int|float(\(\d+\))?|hwaddr|ipaddr|enum(\(1\))?|displayhint"
    r"|hextoint:(LittleEndian|BigEndian):uint(16|32|64))?"
)
_AGENT = re.compile(
    r"((?P<scheme>\w+)://)?(\[[0-9A-Fa-f:.]+(%\w+)?\]|[\w.-]+)(:(?P<port>\d{1,6}))?"
)
_AGENT_SCHEMES = {"udp", "udp4", "udp6", "tcp", "tcp4", "tcp6"}
_OUTPUT_SCHEMES = {
    "influxdb": {"http", "https", "udp", "unix"},
    "influxdb_v2": {"http", "https", "unix"},
}
_UNITS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
}
_PIECE = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d)")
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<how>:?[?-][^}]*)?\}")
_DEFAULTS = {"timeout": "5s", "retries": 3}  # of inputs.snmp, where a snippet says nothing

Plugin = Mapping[str, Any]


def refuse_slow(asking: Asking) -> None:
    """Raise TelegrafError with the sum where one silent device takes longer than the interval."""
    snmp = asking.timeout_s * (asking.retries + 1) * (1 + TABLES)
    if snmp >= asking.interval_s:
        msg = (
            f"a silent device takes {asking.timeout_s:g} s x {asking.retries + 1} tries x"
            f" {1 + TABLES} (scalars and table) = {snmp:g} s, and it is asked every"
            f" {asking.interval_s} s; lower metrics.snmp_timeout_s or metrics.snmp_retries, or raise"
            " metrics.interval_s"
        )
        raise TelegrafError(msg)
    ping = asking.pings * _PING_INTERVAL_S + asking.timeout_s
    if asking.pings and ping >= asking.interval_s:
        msg = (
            f"a silent device takes {asking.pings} pings x {_PING_INTERVAL_S:g} s +"
            f" {asking.timeout_s:g} s = {ping:g} s, and it is pinged every {asking.interval_s} s;"
            " lower metrics.pings, or raise metrics.interval_s"
        )
        raise TelegrafError(msg)


def refuse_findings(findings: Collection[Finding]) -> None:
    """Raise TelegrafError that says the first of them, and how many there are."""
    if findings:
        first = next(iter(findings))
        others = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        msg = f"{first.path}: {first.message}{others}; see `netwb telegraf check`"
        raise TelegrafError(msg)


def check_texts(
    texts: Mapping[str, str], variables: Collection[str] | None = None
) -> tuple[Finding, ...]:
    """What is wrong with those files, by path; together they are one Telegraf's.

    variables   that its environment has; None: nobody knows
    """
    documents: dict[str, Mapping[str, Any]] = {}
    found: list[Finding] = []
    for path, text in texts.items():
        try:
            documents[path] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found.append(Finding(path=path, message=f"this is no TOML: {error}"))
    interval_s = _interval_s(documents.values())
    taken: dict[tuple[str, str], str] = {}
    for path, document in documents.items():
        faults = (
            *_faulty_texts(document, variables),
            *_faulty_plugins(document, interval_s),
            *_taken_twice(path, document, taken),
        )
        found += [Finding(path=path, message=message) for message in faults]
    if documents and not any(document.get("inputs") for document in documents.values()):
        found.append(Finding(path=AGENT_FILE, message="no file has an input; nothing is asked"))
    return tuple(found)


def has_output(texts: Mapping[str, str]) -> bool:
    """Whether any of those files, which are TOML, says where Telegraf writes to."""
    return any(tomllib.loads(text).get("outputs") for text in texts.values())


def _interval_s(documents: Iterable[Mapping[str, Any]]) -> float:
    agents = (agent for document in documents for agent in _tables(document.get("agent")))
    said = [agent.get("interval") for agent in agents]
    return next((found for text in said if (found := _seconds(text)) is not None), 10.0)


def _seconds(text: object) -> float | None:
    """A duration of Go's, or a bare number of seconds; None for another text."""
    if isinstance(text, int | float):
        return float(text)
    if not isinstance(text, str) or not re.fullmatch(f"(?:{_PIECE.pattern})+", text):
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in _PIECE.findall(text))


def _plugins(document: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Plugin]]:
    """Each plugin as `snmp` with its options."""
    for named in _tables(document.get(kind)):
        for name, blocks in named.items():
            yield from ((name, block) for block in _tables(blocks))


def _tables(value: object) -> Iterator[Plugin]:
    """A table, or those of a list; whatever else stands there `telegraf config check` refuses."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            yield item


def _named(kind: str, name: str, plugin: Plugin) -> str:
    alias = plugin.get("alias")
    return f"{kind}.{name} {alias!r}" if alias else f"{kind}.{name}"


def _taken_twice(
    path: str, document: Mapping[str, Any], taken: dict[tuple[str, str], str]
) -> Iterator[str]:
    for kind in ("inputs", "outputs", "processors", "aggregators"):
        for name, plugin in _plugins(document, kind):
            alias = plugin.get("alias")
            if not alias:
                continue
            key = (f"{kind}.{name}", str(alias))
            if key in taken:
                yield f"{_named(kind, name, plugin)} is in {taken[key]} already; its figures would mix"
            taken.setdefault(key, path)


def _faulty_texts(document: Mapping[str, Any], variables: Collection[str] | None) -> Iterator[str]:
    """Of `$` and variables, wherever they stand."""
    for text in _strings(document):
        if "$" not in text:
            continue
        rest = text.replace("$$", "")
        for used in _VARIABLE.finditer(rest):
            yield from _faulty_variable(used, variables)
        if "$" in _VARIABLE.sub("", rest):
            yield f"{text[:60]!r} has a single $, which begins a variable; double it"


def _faulty_variable(used: re.Match[str], variables: Collection[str] | None) -> Iterator[str]:
    name, how = used["name"], used["how"] or ""
    if not how:
        yield f"${{{name}}} stays as it is where it is not set; write ${{{name}:?{name} is not set}}"
    elif variables is not None and "?" in how[:2] and name not in variables:
        yield f"variable {name} is in no environment; Telegraf would not start"


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _faulty_plugins(document: Mapping[str, Any], interval_s: float) -> Iterator[str]:
    for name, plugin in _plugins(document, "inputs"):
        if judge := _JUDGES.get(name):
            said = _named("inputs", name, plugin)
            own_s = _seconds(plugin.get("interval")) or interval_s
            yield from (f"{said}: {fault}" for fault in judge(plugin, own_s))
    for name, plugin in _plugins(document, "outputs"):
        schemes = _OUTPUT_SCHEMES.get(name)
        for url in _listed(plugin.get("urls")):
            if schemes and url.partition("://")[0] not in schemes:
                yield f"outputs.{name}: {url!r} is no URL of {', '.join(sorted(schemes))}"


def _listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _faulty_snmp(plugin: Plugin, interval_s: float) -> Iterator[str]:
    agents = _listed(plugin.get("agents"))
    if not agents:
        yield "it has no agent; nothing is asked"
    for agent in agents:
        if not _is_agent(agent):
            yield f"agent {agent!r} is not written as udp://ADDRESS:PORT"
    yield from _faulty_version(plugin)
    for option, known in _NAMES.items():
        if option in plugin and str(plugin[option]).lower() not in known:
            yield f"{option} {plugin[option]!r} is not known; take {', '.join(sorted(known - {''}))}"
    for field in _fields(plugin):
        if not _CONVERSION.fullmatch(str(field.get("conversion", ""))):
            yield f"conversion {field['conversion']!r} of {field.get('name')} is not known"
    yield from _slow_snmp(plugin, interval_s)


def _faulty_version(plugin: Plugin) -> Iterator[str]:
    version = plugin.get("version", 2)
    if version not in (1, 2, 3):
        yield f"version {version!r} is none of SNMP's; take 2 or 3"
    if version == 3 and not plugin.get("sec_name"):
        yield "version 3 needs sec_name"
    if "@{" in str(plugin.get("community", "")):
        yield "a community is no secret of a store: it would be sent as it stands; take a variable"


def _fields(plugin: Plugin) -> Iterator[Mapping[str, Any]]:
    yield from _tables(plugin.get("field"))
    for table in _tables(plugin.get("table")):
        yield from _tables(table.get("field"))


def _slow_snmp(plugin: Plugin, interval_s: float) -> Iterator[str]:
    timeout_s = _seconds(plugin.get("timeout", _DEFAULTS["timeout"]))
    retries = plugin.get("retries", _DEFAULTS["retries"])
    if timeout_s is None or not isinstance(retries, int):
        return  # `telegraf config check` says it
    rounds = 1 + len(list(_tables(plugin.get("table"))))
    worst_s = timeout_s * (retries + 1) * rounds
    if worst_s >= interval_s:
        yield (
            f"a silent agent takes {timeout_s:g} s x {retries + 1} tries x {rounds} = {worst_s:g} s"
            f" of an interval of {interval_s:g} s"
        )


def _is_agent(agent: str) -> bool:
    found = _AGENT.fullmatch(agent)
    return (
        found is not None
        and (found["scheme"] or "udp") in _AGENT_SCHEMES
        and 0 < int(found["port"] or 161) < 65536
    )


def _faulty_ping(plugin: Plugin, interval_s: float) -> Iterator[str]:
    method = plugin.get("method", "exec")
    if method not in {"exec", "native"}:
        yield f"method {method!r} is not known; take native or exec"
    if not plugin.get("urls"):
        yield "it has no address; nothing is pinged"
    numbers = [plugin.get(key, other) for key, other in _PING_DEFAULTS]
    if not all(isinstance(number, int | float) for number in numbers):
        return  # `telegraf config check` says it
    count, apart_s, timeout_s = numbers
    worst_s = count * apart_s + timeout_s
    if worst_s >= interval_s:
        yield (
            f"a silent address takes {count} x {apart_s:g} s + {timeout_s:g} s = {worst_s:g} s of an"
            f" interval of {interval_s:g} s"
        )


_PING_DEFAULTS = (("count", 1), ("ping_interval", 1.0), ("timeout", 1.0))
_JUDGES: Mapping[str, Callable[[Plugin, float], Iterator[str]]] = {
    "snmp": _faulty_snmp,
    "ping": _faulty_ping,
}
