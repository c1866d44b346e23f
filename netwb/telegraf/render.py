"""From devices to the texts of one shard's configuration. Pure, and the same for the same devices.

One `[[inputs.snmp]]` a device, so that a silent one holds nobody else up; one file a site, so that a
change rewrites little. Names are those of the contract: scalars in measurement `device`, columns in
`interface`, static tags, no tag of the machine that asks. No secret is in a text: each is a variable of
the environment file, for v2c's community can be nothing else (facts-telegraf sections 3, 4 and 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address

from netwb.errors import TelegrafError
from netwb.inventory.ports.records import SnmpLogin, SnmpTarget
from netwb.telegraf.environment import METRICS_SECRET, unsayable, variable_name
from netwb.telegraf.records import (
    AGENT_FILE,
    DEVICES_FOLDER,
    OWN_FILES,
    Asking,
    Output,
    Sample,
    Shard,
    ShardFiles,
    Templates,
    Unasked,
)
from netwb.telegraf.templates import fill
from netwb.telegraf.toml import quoted, seconds, variable

_MOST_JITTER_S = 20  # spreads 5,000 devices evenly enough (facts-telegraf section 7)
_KEPT_BLOCKS = 20_000  # of devices that did not change: some 3 kB each
_BASIC_USER = "netwb"  # beside a token of 2.x or 3; any name does


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How a device is asked, by the variables that hold its secrets."""

    profile: str
    community: str = ""
    user: str = ""
    auth_protocol: str = ""
    auth: str = ""
    priv_protocol: str = ""
    priv: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One device as its text says it; two that are equal have the same text."""

    tenant: str
    site: str
    hostname: str
    device_id: str
    address: str
    port: int
    login: Login | None


def render(
    shard: Shard,
    targets: Sequence[SnmpTarget],
    *,
    templates: Templates,
    output: Output,
    asking: Asking,
) -> ShardFiles:
    """All texts of a shard that serves those devices.

    A device whose secret Telegraf cannot be given is pinged alone, and is among `unasked`.
    Raises TelegrafError where that is the database's secret.
    """
    _refuse_unsayable(output)
    environment: dict[str, str] = {METRICS_SECRET: output.secret} if output.secret else {}
    logins, blocks, unasked = _Logins(environment), [], []
    for target in targets:
        login, reason = logins.of(target)
        blocks.append(_block(target, login))
        if reason:
            unasked.append(_unasked(target, reason))
    texts = {AGENT_FILE: _agent_text(shard, templates, output, asking)}
    for path, of_site in sorted(_by_file(blocks).items()):
        devices = (_device_text(block, templates, asking) for block in of_site)
        if text := "\n".join(filter(None, devices)):
            texts[path] = text
    return ShardFiles(
        shard=shard,
        texts=texts,
        environment=dict(sorted(environment.items())),
        device_ids=tuple(target.device_id for target in targets),
        asked=tuple((one.tenant, one.device_id) for one in blocks if one.login is not None),
        unasked=tuple(unasked),
        samples=_samples(blocks, templates, asking),
    )


def single_text(files: ShardFiles) -> str:
    """A shard as one text, for a Telegraf that fetches it."""
    return "\n".join(files.texts.values())


def agent_url(address: str, port: int) -> str:
    """`udp://host:port`; an IPv6 address in brackets.

    >>> agent_url("2001:db8::1", 161)
    'udp://[2001:db8::1]:161'
    """
    return f"udp://[{address}]:{port}" if ":" in address else f"udp://{address}:{port}"


class _Logins:
    """Credentials as variables, each worked out once: thousands of devices share one."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._known: dict[int, tuple[Login | None, str]] = {}

    def of(self, target: SnmpTarget) -> tuple[Login | None, str]:
        """Its login, and why there is none, or ""; its secrets are in the environment."""
        if target.login is None:
            return None, target.no_login
        place = id(target.login)  # the targets hold it as long as this lasts
        if place not in self._known:
            reason = _unusable(target.login)
            login = None if reason else _login(target.login, self._environment)
            self._known[place] = login, reason
        return self._known[place]


def _unasked(target: SnmpTarget, reason: str) -> Unasked:
    return Unasked(
        tenant=target.tenant, hostname=target.hostname, reason=reason, unread=target.unread
    )


def _block(target: SnmpTarget, login: Login | None) -> Block:
    return Block(
        tenant=target.tenant,
        site=target.site,
        hostname=target.hostname,
        device_id=target.device_id,
        address=target.address,
        port=target.port,
        login=login,
    )


def _secrets(login: SnmpLogin) -> Iterable[tuple[str, str | None]]:
    return (
        ("community", login.community),
        ("auth", login.auth_key),
        ("priv", login.priv_key),
    )


def _unusable(login: SnmpLogin) -> str:
    """What keeps Telegraf from this login, with the cure; "" nothing."""
    for kind, secret in _secrets(login):
        if secret and (why := unsayable(secret, kind)):
            return f"the SNMP {kind} of credential {login.credential} {why}; give it another one"
    return ""


def _login(login: SnmpLogin, environment: dict[str, str]) -> Login:
    names = {
        kind: variable_name(login.credential, kind) for kind, secret in _secrets(login) if secret
    }
    environment.update((names[kind], secret) for kind, secret in _secrets(login) if secret)
    if login.community is not None:
        return Login(profile=f"{login.credential} v2c", community=names.get("community", ""))
    protocols = [word.upper() for word in (login.auth_protocol, login.priv_protocol) if word]
    return Login(
        profile=" ".join([login.credential, "v3", *protocols]),
        user=login.user or "",
        auth_protocol=(login.auth_protocol or "").upper(),
        auth=names.get("auth", ""),
        priv_protocol=(login.priv_protocol or "").upper(),
        priv=names.get("priv", ""),
    )


def _by_file(blocks: Iterable[Block]) -> Mapping[str, list[Block]]:
    """Path -> its devices, by name; a site's file bears its tenant's name too."""
    found: dict[str, list[Block]] = {}
    for block in sorted(blocks, key=lambda one: (one.hostname, one.device_id)):
        found.setdefault(site_path(block.tenant, block.site), []).append(block)
    return found


def site_path(tenant: str, site: str) -> str:
    """Path of a site's file; a slug holds no dot, so that no two sites share one."""
    return f"{DEVICES_FOLDER}/{OWN_FILES}{tenant}.{site}.conf"


@lru_cache(_KEPT_BLOCKS)
def _device_text(block: Block, templates: Templates, asking: Asking) -> str:
    texts = (
        _snmp_text(block, templates, asking),
        _ping_text(block, templates, asking) if asking.pings else "",
    )
    return "\n".join(filter(None, texts))


def _words(block: Block) -> Mapping[str, str]:
    return {
        "alias": quoted(f"{block.tenant}|{block.hostname}"),
        "tenant": quoted(block.tenant),
        "site": quoted(block.site),
        "device": quoted(block.hostname),
        "device_id": quoted(block.device_id),
    }


def _snmp_text(block: Block, templates: Templates, asking: Asking) -> str:
    if block.login is None:
        return ""
    own = {
        "agent": quoted(agent_url(block.address, block.port)),
        "login": _login_text(block.login, templates).rstrip("\n"),
        "timeout": seconds(asking.timeout_s),
        "retries": str(asking.retries),
    }
    return fill(templates.snmp, {**_words(block), **own})


def _ping_text(block: Block, templates: Templates, asking: Asking) -> str:
    own = {
        "address": quoted(block.address),
        "ipv6": "true" if _is_v6(block.address) else "false",
        "count": str(asking.pings),
        "timeout": f"{asking.timeout_s:.3f}",
    }
    return fill(templates.ping, {**_words(block), **own})


def _is_v6(address: str) -> bool:
    try:
        return ip_address(address).version == 6
    except ValueError:  # a name
        return False


def _login_text(login: Login, templates: Templates) -> str:
    if login.community:
        return fill(templates.v2c, {"community": variable(login.community)})
    lines = []
    if login.auth:
        lines += [
            f"  auth_protocol = {quoted(login.auth_protocol)}",
            f"  auth_password = {variable(login.auth)}",
        ]
    if login.priv:
        lines += [
            f"  priv_protocol = {quoted(login.priv_protocol)}",
            f"  priv_password = {variable(login.priv)}",
        ]
    level = "authPriv" if login.priv else "authNoPriv" if login.auth else "noAuthNoPriv"
    words = {"level": quoted(level), "user": quoted(login.user), "secrets": "\n".join(lines)}
    return fill(templates.v3, words)


def _agent_text(shard: Shard, templates: Templates, output: Output, asking: Asking) -> str:
    words = {
        "shard": shard.name,
        "shard_name": quoted(shard.name),
        "interval": seconds(asking.interval_s),
        "jitter": seconds(min(_MOST_JITTER_S, asking.interval_s // 3)),
        "output": _output_text(templates, output),
    }
    return fill(templates.agent, words)


def _output_text(templates: Templates, output: Output) -> str:
    if output.kind == "none":
        return templates.no_output
    words = {
        "url": quoted(output.url),
        "database": quoted(output.database),
        "organization": quoted(output.organization),
        "login": "\n".join(_output_login(output)),
    }
    template = templates.influxdb if output.kind == "influxdb" else templates.influxdb_v2
    return fill(template, words)


def _output_login(output: Output) -> Iterable[str]:
    """A token where 2.x is written to by its own door; by the older one it is a password."""
    if output.secret and output.kind == "influxdb_v2":
        yield f"  token = {variable(METRICS_SECRET)}"
    elif output.secret:
        yield f"  username = {quoted(output.username or _BASIC_USER)}"
        yield f"  password = {variable(METRICS_SECRET)}"
    if output.ca_file:
        yield f"  tls_ca = {quoted(output.ca_file)}"


def _samples(blocks: Iterable[Block], templates: Templates, asking: Asking) -> tuple[Sample, ...]:
    """The first device of each profile, by name."""
    found: dict[str, Sample] = {}
    for block in blocks:
        if block.login is not None and block.login.profile not in found:
            found[block.login.profile] = Sample(
                name=f"{block.tenant}/{block.hostname}",
                profile=block.login.profile,
                text=_snmp_text(block, templates, asking),
            )
    return tuple(found.values())


def _refuse_unsayable(output: Output) -> None:
    if why := unsayable(output.secret, "secret"):
        msg = f"the secret behind metrics.secret {why}; give the database another one"
        raise TelegrafError(msg)
