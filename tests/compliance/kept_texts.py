"""Texts of well-kept devices, as they are kept: cleaned and redacted by the platform's own rules.

The lab's where it plays the platform, else recorded ones with the lines that hardening brings.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from netwb.configs.clean import clean
from netwb.configs.records import CleanConfig, Identity, RawConfig, ShrinkLimit
from netwb.configs.redact import redact
from netwb.lab.device import LabDevice
from netwb.lab.world import World
from netwb.platforms.record import Platform
from tests.compliance.starter_pack import platforms
from tests.configs.conftest import DATA, KEY

LAB = ("cisco_ios", "arista_eos", "cisco_nxos", "frr")
RECORDED = ("juniper_junos", "cisco_xr")
FIRST_NIGHT = datetime(2026, 11, 1, 2, tzinfo=UTC)

JUNOS = """\
set system ports console log-out-on-disconnect
set system authentication-order tacplus
set system authentication-order password
set system tacplus-server 198.51.100.12 secret "$9$K2gv87dVw2gJ-VJDHm5zCA1"
set system accounting events login
set system accounting events interactive-commands
set system accounting destination tacplus
set system login class operations idle-timeout 15
set system login retry-options tries-before-disconnect 3
set system login retry-options backoff-threshold 1
set system login password minimum-length 12
set system login password format sha512
set system no-redirects
set system services ssh root-login deny
set system services ssh protocol-version v2
set system services ssh ciphers aes256-ctr
set system services ssh client-alive-interval 60
set system services ssh connection-limit 10
set system services ssh rate-limit 4
set system services netconf ssh
set system syslog host 192.0.2.9 any notice
set system syslog file messages any notice
set system syslog file messages authorization info
set system syslog time-format millisecond
set system syslog source-address 203.0.113.1
set system ntp server 198.51.100.32 key 1
set system ntp trusted-key 1
set system ntp source-address 203.0.113.1
set interfaces ge-0/0/1 unit 0 family inet address 192.0.2.9/30 vrrp-group 1 authentication-type md5
set interfaces lo0 unit 0 family inet filter input PROTECT-RE
set interfaces lo0 unit 0 family inet address 203.0.113.1/32
set snmp v3 usm local-engine user poller privacy-aes128 privacy-key "$9$ux8rOEhlKWNbs24aGjHmPQFo"
set protocols bgp log-updown
"""
XR = """\
aaa accounting commands default start-stop group tacacs+
aaa authorization exec default group tacacs+ local
aaa authentication login default group tacacs+ local
tacacs-server host 192.0.2.6 port 49
 key 7 0822455D0A16
!
logging 192.0.2.9 vrf default severity info
banner login #Authorized use only.#
line default
 exec-timeout 10 0
!
ntp
 server 192.0.2.123
 server vrf MGMT 192.0.2.124
!
ssh server v2
"""


@cache
def kept_text(platform: str, *, kind: str = "running") -> str:
    """The text of the well-kept device of that platform, as the archive has it."""
    record = platforms()[platform]
    if platform in LAB:
        return _redacted(_lab(platform, kind).encode(), f"{kind}-config", record)
    recorded = (DATA / platform / "good" / "running.txt").read_text()
    if platform == "juniper_junos":
        return _redacted((recorded + JUNOS).encode(), "", record)
    text = recorded.replace("auth md5", "auth sha").removesuffix("end\n") + XR + "end\n"
    return _redacted(text.encode(), "", record)


def _lab(platform: str, kind: str) -> str:
    device = LabDevice(
        key="acme/edge1",
        hostname="edge1",
        platform=platform,  # type: ignore[arg-type]
        username="netwb",
        password="not used",
        lines=250,
    )
    world = World([device], seed="well-kept", first_night=FIRST_NIGHT)
    shown = world.running if kind == "running" else world.startup
    return f"show {kind}-config\n{shown(device.key, 0)}"


def _redacted(transcript: bytes, command: str, platform: Platform) -> str:
    raw = RawConfig(
        kind="running",
        command=f"show {command}" if command else platform.running,
        transcript=transcript.replace(b"\n", b"\r\n"),
        prompt=b"netwb@edge1> " if platform.name == "juniper_junos" else b"edge1#",
    )
    cleaned = clean(
        raw,
        platform,
        identity=Identity(hostname="edge1"),
        last_good=None,
        limit=ShrinkLimit(percent=30, lines=20),
        key=KEY,
    )
    assert isinstance(cleaned, CleanConfig), cleaned.cause
    return redact(cleaned.text, cleaned.volatile, platform, key=KEY).text.decode()
