"""Judge each field of the inventory as a person or a file wrote it. Pure.

Each function gives the value as it is stored, or raises an InventoryError that names the thing and
the cure. Sources: design D6 and D11 (hostnames), RFC 1123 (DNS names), RFC 4251 section 5 (the
string that a host key begins with).
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from netwb.errors import InventoryError, UnknownPlatformError
from netwb.inventory.records import DEVICE_STATUSES, HOSTNAME_PATTERN, SLUG_PATTERN, DeviceStatus

SET_STATUSES: tuple[DeviceStatus, ...] = ("planned", "active", "maintenance")  # retiring is an act
AUTO = "auto"  # platform that `device probe` settles
LONGEST_TEXT = 255  # characters of a name, role or reference: what a table can still show
LABEL_KEY_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"
CREDENTIAL_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"
DNS_LABEL_PATTERN = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
JUMP_PATTERN = r"(?P<user>[^@\s:]+)@(?P<address>\[[^\]]+\]|[^:\[\]\s]+)(:(?P<port>\d+))?"
MOST_SOURCES = 8  # addresses of one device: those of its interfaces and of its routing engines
RESERVED_STEM = ".startup"  # `edge1.startup.cfg` is the startup file of edge1


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpHost:
    """`user@host[:port]`, taken apart."""

    user: str
    address: str
    port: int


def check_hostname(value: str) -> str:
    """A device's own name; it is also a file stem, so it holds no path."""
    if not re.fullmatch(HOSTNAME_PATTERN, value):
        msg = (
            f"hostname {quoted(value)} is not usable; take letters, digits, dot, dash and "
            "underscore, at most 63, beginning with a letter or digit"
        )
        raise InventoryError(msg)
    if value.casefold().endswith(RESERVED_STEM):
        msg = f"hostname {quoted(value)} ends in {RESERVED_STEM}, which names startup files; rename"
        raise InventoryError(msg)
    return value


def check_slug(thing: str, value: str) -> str:
    """A short name of a tenant or site; it is also a file name and part of a URL."""
    if not re.fullmatch(SLUG_PATTERN, value):
        msg = (
            f"{thing} {quoted(value)} is not usable; take lower-case letters, digits and dashes, "
            "at most 40, beginning with a letter or digit"
        )
        raise InventoryError(msg)
    return value


def check_credential_name(value: str) -> str:
    """A credential's name, unique in its tenant."""
    if not re.fullmatch(CREDENTIAL_PATTERN, value):
        msg = (
            f"credential name {quoted(value)} is not usable; take letters, digits, dot, dash and "
            "underscore, at most 63, beginning with a letter or digit"
        )
        raise InventoryError(msg)
    return value


def check_address(value: str) -> str:
    """An IPv4 or IPv6 address in its short form, or a DNS name."""
    try:
        parsed = ipaddress.ip_address(value)
    except ValueError:
        return _dns_name(value)
    if parsed.is_multicast or parsed.is_unspecified:
        msg = f"address {value} belongs to no single device; give the management address"
        raise InventoryError(msg)
    return str(parsed)


def check_sources(value: str) -> str:
    """Where a device's messages come from: addresses and names, `192.0.2.1, 2001:db8::1`."""
    given = re.split(r"[,;\s]+", value.strip())
    if not value.strip() or len(given) > MOST_SOURCES:
        msg = (
            f"syslog source {quoted(value)} is not usable; give 1 to {MOST_SOURCES} addresses or "
            "names, by comma"
        )
        raise InventoryError(msg)
    return ", ".join(dict.fromkeys(check_address(one) for one in given))


def parse_sources(value: str | None) -> tuple[str, ...]:
    """The reverse: each address and name by itself."""
    return tuple(value.split(", ")) if value else ()


def _dns_name(value: str) -> str:
    name = value.removesuffix(".")
    labels = name.split(".")
    good = all(re.fullmatch(DNS_LABEL_PATTERN, label) for label in labels)
    if not good or len(name) > 253 or labels[-1].isdigit():
        msg = (
            f"address {quoted(value)} is no IPv4 or IPv6 address and no DNS name of at most 253 "
            "characters, 63 between two dots; write it bare, without prefix length, brackets or port"
        )
        raise InventoryError(msg)
    return name


def check_port(value: int | str) -> int:
    """A TCP port, 1 to 65535."""
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        msg = f"port {quoted(text)} is not usable; give a number from 1 to 65535"
        raise InventoryError(msg)
    return int(text)


def check_sessions(value: int | str) -> int:
    """Most sessions at once in one site."""
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) >= 1):
        msg = f"max sessions {quoted(text)} is not usable; give a number from 1 upwards"
        raise InventoryError(msg)
    return int(text)


def check_switch(value: object) -> bool:
    """On or off."""
    if isinstance(value, bool):
        return value
    if value not in {"on", "off"}:
        msg = f"{quoted(str(value))} is neither on nor off; give one of them"
        raise InventoryError(msg)
    return value == "on"


def check_platform(value: str, platforms: Collection[str]) -> str:
    """A platform that there is a record of, or `auto`."""
    if value != AUTO and value not in platforms:
        msg = (
            f"platform {quoted(value)} is not known; known are {', '.join(sorted(platforms))}, "
            f"or {AUTO} and then `netwb device probe`"
        )
        raise UnknownPlatformError(msg)
    return value


def check_status(value: str, known: Sequence[DeviceStatus] = DEVICE_STATUSES) -> DeviceStatus:
    """A device's status, one of those known where it is said."""
    for status in known:
        if value == status:
            return status
    msg = f"status {quoted(value)} is not known; take one of {', '.join(known)}"
    raise InventoryError(msg)


def check_transport(value: str) -> str:
    """`fast`, `stock` or `netmiko:<device_type>`."""
    if value in {"fast", "stock"} or re.fullmatch(r"netmiko:[a-z0-9_]+", value):
        return value
    msg = f"transport {quoted(value)} is not known; take fast, stock or netmiko:<device_type>"
    raise InventoryError(msg)


def check_text(thing: str, value: str) -> str:
    """One line of text that shows as what it is: no line break, NUL or invisible character."""
    if not value.strip() or not value.isprintable() or len(value) > LONGEST_TEXT:
        msg = (
            f"{thing} {quoted(value)} is not usable; give one line of 1 to {LONGEST_TEXT} "
            "visible characters"
        )
        raise InventoryError(msg)
    return value.strip()


def check_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels, sorted by key; a value may be empty."""
    for key, value in labels.items():
        if not re.fullmatch(LABEL_KEY_PATTERN, key):
            msg = (
                f"label {quoted(key)} is not usable; write key=value, the key of letters and digits,"
                " at most 63"
            )
            raise InventoryError(msg)
        if value:
            check_text(f"label {key}", value)
    return dict(sorted(labels.items()))


def parse_labels(text: str) -> dict[str, str]:
    """`ring=a,core` as `{"core": "", "ring": "a"}`; parted by comma, semicolon or space."""
    labels: dict[str, str] = {}
    for word in re.split(r"[,;\s]+", text.strip()):
        if word:
            key, _, value = word.partition("=")
            labels[key] = value
    return check_labels(labels)


def render_labels(labels: Mapping[str, str]) -> str:
    """The reverse of `parse_labels`."""
    return ",".join(f"{key}={value}" if value else key for key, value in sorted(labels.items()))


def parse_jump(text: str) -> JumpHost:
    """`user@host[:port]`; an IPv6 address stands in brackets."""
    match = re.fullmatch(JUMP_PATTERN, text)
    if match is None or not text.isprintable():
        msg = f"jump host {quoted(text)} is not usable; write user@host or user@host:port"
        raise InventoryError(msg)
    return JumpHost(
        user=match["user"],
        address=check_address(match["address"].strip("[]")),
        port=check_port(match["port"] or 22),
    )


def check_jump(text: str) -> str:
    """A jump host as people write it."""
    parse_jump(text)
    return text


def parse_host_key(line: str) -> str:
    """An OpenSSH public key line without its comment: `ssh-ed25519 AAAA...`."""
    words = line.split()
    try:
        kind, blob = words[0], base64.b64decode(words[1], validate=True)
    except (IndexError, ValueError) as error:  # no base64, or not even ASCII
        raise InventoryError(_bad_key(line)) from error
    named = blob[4 : 4 + int.from_bytes(blob[:4], "big")]
    if not line.isprintable() or named != kind.encode():
        raise InventoryError(_bad_key(line))
    return f"{kind} {words[1]}"


def _bad_key(line: str) -> str:
    return (
        f"host key {quoted(line)} is no OpenSSH public key; "
        "give the line as `ssh-keyscan` prints it, without the address"
    )


def fingerprint(host_key: str) -> str:
    """`SHA256:...` of a public key line, as OpenSSH shows it."""
    digest = hashlib.sha256(base64.b64decode(host_key.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def quoted(value: str) -> str:
    """A value in a message: escaped, and not longer than a line can bear."""
    return repr(value if len(value) <= 60 else value[:57] + "...")
