"""Cisco IOS 15.7 as it prints. Pure. Written after the command reference, not recorded.

`Current configuration : N bytes` counts what follows that line, LF line ends, up to `end`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from netwb.lab.dialects.dialect import CliWords, Moment, ago, join_lines, mask
from netwb.lab.draw import Secret
from netwb.lab.edits import EDIT_KINDS
from netwb.lab.model import AccessList, Interface, Model, Neighbor, WideArea

RELEASE = "15.7(3)M5"
IMAGE = "C2900 Software (C2900-UNIVERSALK9-M)"
_QUIT = "  \tquit"  # ends a certificate
_FORMS: tuple[Callable[[Secret], str], ...] = (  # as accounts of different ages have them
    lambda secret: f"secret 9 {secret.type9()}",
    lambda secret: f"secret 8 {secret.type8()}",
    lambda secret: f"secret 9 {secret.type9()}",
    lambda secret: f"secret 5 {secret.md5()}",
    lambda secret: f"password 7 {secret.type7()}",
)


class CiscoIos:
    """The command line of an IOS router."""

    edit_kinds = EDIT_KINDS
    words = CliWords(
        ssh_version="Cisco-1.25",
        user_prompt="{hostname}>",
        privileged_prompt="{hostname}#",
        greeting="\nAuthorized use only.\nSessions are recorded.\n\n",
        pager=b" --More-- ",
        pager_erase=b"\x08" * 9 + b" " * 8 + b"\x08" * 9,
        width_set="",
        length_set="",
        enable_refused="% Bad secrets\n\n",
        not_privileged="",
        authorization_failed="% Authorization failed.\n\n",
        level_shows=True,
        always_privileged=False,
    )

    def running(self, model: Model, moment: Moment) -> str:
        """Answer `show running-config`."""
        head = [
            "!",
            f"! Last configuration change at {clock(moment.changed_at)} by {moment.changed_by}",
            f"! NVRAM config last updated at {clock(moment.saved_at)} by {moment.saved_by}",
            "!",
        ]
        body = join_lines([*head, *_body(model, drift=moment.drift), "end"])
        return f"Building configuration...\n\nCurrent configuration : {len(body)} bytes\n{body}\n"

    def startup(self, model: Model, moment: Moment) -> str:
        """Answer `show startup-config`."""
        head = [
            "!",
            f"! Last configuration change at {clock(moment.saved_at)} by {moment.saved_by}",
            f"! NVRAM config last updated at {clock(moment.saved_at)} by {moment.saved_by}",
            "!",
        ]
        saved = _certificates_by_file(_body(model, drift=moment.drift))
        body = join_lines([*head, *saved, "end"])
        return f"Using {len(body)} out of 262136 bytes\n{body}\n\n"

    def restricted(self, model: Model, moment: Moment) -> str:
        """Answer a login below privilege 15: only what that level may configure."""
        del moment
        ports = [line for port in model.interfaces for line in (f"interface {name(port)}", "!")]
        body = join_lines(["!", "boot-start-marker", "boot-end-marker", "!", *ports, "!", "end"])
        return f"Building configuration...\n\nCurrent configuration : {len(body)} bytes\n{body}\n"

    def version(self, model: Model, moment: Moment) -> str:
        """Answer `show version`."""
        uptime = "{} weeks, {} days, {} hours, {} minutes".format(*ago(moment.uptime_s))
        return join_lines(
            [
                f"Cisco IOS Software, {IMAGE}, Version {RELEASE}, RELEASE SOFTWARE (fc1)",
                "Technical Support: http://www.cisco.com/techsupport",
                "Copyright (c) 1986-2019 by Cisco Systems, Inc.",
                "Compiled Thu 12-Sep-19 15:32 by prod_rel_team",
                "",
                "ROM: System Bootstrap, Version 15.0(1r)M16, RELEASE SOFTWARE (fc1)",
                "",
                f"{model.hostname} uptime is {uptime}",
                "System returned to ROM by power-on",
                'System image file is "flash0:c2900-universalk9-mz.SPA.157-3.M5.bin"',
                "Last reload type: Normal Reload",
                "",
                "",
                "Cisco CISCO2911/K9 (revision 1.0) with 2547664K/73728K bytes of memory.",
                f"Processor board ID FTX{moment.serial}",
                f"{len(model.interfaces)} Gigabit Ethernet interfaces",
                "DRAM configuration is 64 bits wide with parity enabled.",
                "255K bytes of non-volatile configuration memory.",
                "250880K bytes of ATA System CompactFlash 0 (Read/Write)",
                "",
                "Configuration register is 0x2102",
                "",
            ]
        )

    def version_json(self, model: Model, moment: Moment) -> str | None:
        """Classic IOS has no JSON."""
        del model, moment
        return None

    def port_name(self, port: Interface) -> str:
        """Give the name of an interface."""
        return name(port)

    def unknown(self, line: str, prompt_width: int) -> str:
        """Point at the word that is not known."""
        place = prompt_width + line.rfind(" ") + 1
        return f"{' ' * place}^\n% Invalid input detected at '^' marker.\n\n"


def clock(at: datetime) -> str:
    """Write an instant as IOS does: `10:12:41 UTC Tue Nov 24 2026`."""
    return f"{at:%H:%M:%S} UTC {at:%a %b} {at.day} {at.year}"


def name(port: Interface) -> str:
    """Give the port's name: slots of 48."""
    return f"GigabitEthernet{port.number // 48}/{port.number % 48}"


def _certificates_by_file(lines: Iterable[str]) -> Iterator[str]:
    """As NVRAM has them: each in a file of its own, which the configuration names."""
    spelled_out = False
    for line in lines:
        if line.startswith(" certificate "):
            spelled_out = True
            yield f"{line} nvram:IOS-Self-Sig#1.cer"
        elif spelled_out:
            spelled_out = line != _QUIT
        else:
            yield line


def _body(model: Model, *, drift: int) -> list[str]:
    return [
        *_system(model),
        *(_wide_area(model.wide_area) if model.wide_area else ()),
        *_tunnel(model),
        *(line for port in model.interfaces for line in _interface(port, model)),
        *_routing(model),
        *_filters(model),
        *_last(model, drift=drift),
    ]


def _system(model: Model) -> Iterator[str]:
    management = model.management
    yield from (
        "version 15.7",
        "service tcp-keepalives-in",
        "service tcp-keepalives-out",
        "service timestamps debug datetime msec",
        "service timestamps log datetime msec",
        "service password-encryption",
        "!",
        f"hostname {model.hostname}",
        "!",
        "boot-start-marker",
        "boot-end-marker",
        "!",
        "security passwords min-length 12",
        "logging buffered 64000",
        "no logging console",
        f"enable secret 9 {management.enable.type9()}",
        "!",
        "aaa new-model",
        "!",
        "aaa authentication login default group tacacs+ local",
        "aaa authorization exec default group tacacs+ local",
        "aaa accounting exec default start-stop group tacacs+",
        "aaa accounting commands 15 default start-stop group tacacs+",
        "!",
        "aaa session-id common",
        "!",
        "no ip source-route",
        "no ip domain lookup",
        f"ip domain name {model.domain}",
        "ip cef",
        "login block-for 120 attempts 5 within 60",
        "login on-failure log",
        "login on-success log",
        "ipv6 unicast-routing",
        "!",
        "key chain CORE",
        " key 1",
        f"  key-string 7 {model.chain_key.type7()}",
        "!",
    )
    for place, user in enumerate(management.users):
        written = _FORMS[place % len(_FORMS)](user.secret)
        yield f"username {user.name} privilege {user.privilege} {written}"
    yield from (
        "!",
        "archive",
        " log config",
        "  logging enable",
        "  notify syslog contenttype plaintext",
        "  hidekeys",
        "!",
        "ip ssh version 2",
        "!",
        "class-map match-all MANAGEMENT",
        " match access-group name MANAGEMENT",
        "policy-map COPP",
        " class MANAGEMENT",
        "  police 512000 conform-action transmit exceed-action drop",
        "!",
        "interface Loopback0",
        f" ip address {model.router_id} 255.255.255.255",
        "!",
    )


def _wide_area(area: WideArea) -> Iterator[str]:
    yield from (
        "crypto pki trustpoint TP-self-signed",
        " enrollment selfsigned",
        " revocation-check none",
        "!",
        "crypto pki certificate chain TP-self-signed",
        " certificate self-signed 01",
    )
    digits = area.certificate.hex().upper()
    for start in range(0, len(digits), 72):
        words = [digits[place : place + 8] for place in range(start, start + 72, 8)]
        yield "  " + " ".join(word for word in words if word)
    yield from (
        _QUIT,
        "!",
        "crypto keyring OFFICES",
        f"  pre-shared-key address 198.51.100.78 key {area.ike_key.plain}",
        "!",
        "interface Tunnel0",
        " ip address 10.254.0.1 255.255.255.0",
        " no ip redirects",
        f" ip nhrp authentication {area.nhrp_key.plain}",
        " tunnel source GigabitEthernet0/0",
        " tunnel mode gre multipoint",
        "!",
        "interface Dialer1",
        " encapsulation ppp",
        " ppp chap hostname office",
        f" ppp chap password 7 {area.chap.type7()}",
        "!",
        "router isis CORE",
        " net 49.0001.0102.5500.0001.00",
        f" area-password {area.isis_key.plain}",
        "!",
    )


def _tunnel(model: Model) -> Iterator[str]:
    yield from (
        "crypto isakmp policy 10",
        " encr aes 256",
        " authentication pre-share",
        " group 14",
        f"crypto isakmp key {model.tunnel_key.plain} address 198.51.100.77",
        "!",
    )


def _interface(port: Interface, model: Model) -> Iterator[str]:
    yield f"interface {name(port)}"
    if port.description:
        yield f" description {port.description}"
    yield f" ip address {port.address} {mask(30)}" if port.address else " no ip address"
    if port.address:
        yield " no ip redirects"
        yield " no ip proxy-arp"
    if port.mtu:
        yield f" mtu {port.mtu}"
    if port.ospf_key:
        yield " ip ospf authentication message-digest"
        yield f" ip ospf message-digest-key 1 md5 7 {port.ospf_key.type7()}"
    if port.number == 1 and port.address:
        yield f" standby 1 authentication md5 key-string 7 {model.standby_key.type7()}"
    if not port.enabled:
        yield " shutdown"
    if port.address6:
        yield f" ipv6 address {port.address6.upper()}"
    yield "!"


def _routing(model: Model) -> Iterator[str]:
    yield from (
        "router ospf 1",
        f" router-id {model.router_id}",
        " passive-interface default",
        " network 10.0.0.0 0.255.255.255 area 0",
        "!",
        f"router bgp {model.asn}",
        f" bgp router-id {model.router_id}",
        " bgp log-neighbor-changes",
        " network 203.0.113.0",
    )
    for neighbor in model.neighbors:
        yield from _neighbor(neighbor)
    http = "ip http server" if "http" in model.lapses else "no ip http server"
    yield from ("!", "ip forward-protocol nd", http, "no ip http secure-server")
    yield f"ip ftp password 7 {model.management.ftp.type7()}"
    for route in model.routes:
        if ":" in route.network:
            yield f"ipv6 route {route.prefix.upper()} {route.words}"
        else:
            yield f"ip route {route.network} {mask(route.length)} {route.words}"
    yield "!"


def _neighbor(neighbor: Neighbor) -> Iterator[str]:
    at = f" neighbor {neighbor.address}"
    yield f"{at} remote-as {neighbor.remote_as}"
    yield f"{at} description {neighbor.description}"
    if neighbor.password:
        yield f"{at} password 7 {neighbor.password.type7()}"
    if neighbor.prefix_list:
        yield f"{at} prefix-list {neighbor.prefix_list} in"


def _filters(model: Model) -> Iterator[str]:
    for filters in model.access_lists:
        yield from _access_list(filters)
    yield "!"
    for prefixes in model.prefix_lists:
        for place, entry in enumerate(prefixes.entries, 1):
            le = f" le {entry.le}" if entry.le else ""
            yield (
                f"ip prefix-list {prefixes.name} seq {place * 5} permit"
                f" {entry.network}/{entry.length}{le}"
            )
        yield "!"


def _access_list(filters: AccessList) -> Iterator[str]:
    yield f"ip access-list extended {filters.name}"
    for rule in filters.rules:
        source = f"{rule.source} 0.0.0.255" if rule.source else "any"
        port = f" eq {rule.port}" if rule.port else ""
        yield f" {rule.action} {rule.protocol} {source} any{port}"


def _last(model: Model, *, drift: int) -> Iterator[str]:
    management = model.management
    yield "logging source-interface Loopback0"
    yield from (f"logging host {host}" for host in management.syslog)
    yield "access-list 10 permit 198.51.100.0 0.0.0.255"
    yield f"snmp-server community {management.community_read.plain} RO 10"
    if management.community_write:
        yield f"snmp-server community {management.community_write.plain} RW 10"
    yield f"snmp-server location {management.location}"
    yield f"snmp-server contact {management.contact}"
    trap = management.trap_community.plain
    yield f"snmp-server host {management.trap_host} version 2c {trap} "
    yield "!"
    for number, host in enumerate(management.tacacs, 1):
        yield from (
            f"tacacs server T{number}",
            f" address ipv4 {host}",
            f" key 7 {management.tacacs_key.type7()}",
        )
    yield from (
        "radius server R1",
        f" address ipv4 {management.radius} auth-port 1812 acct-port 1813",
        f" key 7 {management.radius_key.type7()}",
        "!",
        "control-plane",
        " service-policy input COPP",
        "!",
        "banner motd ^C",
        *management.banner,
        "^C",
        "!",
        "line con 0",
        *([" exec-timeout 0 0"] if "timeout" in model.lapses else []),
        f" password 7 {management.console.type7()}",
        " logging synchronous",
        "line aux 0",
        " no exec",
        "line vty 0 4",
        " access-class MANAGEMENT in",
        " exec-timeout 15 0",
        f" transport input {'telnet ssh' if 'telnet' in model.lapses else 'ssh'}",
        "!",
        "scheduler allocate 20000 1000",
        f"ntp authentication-key 1 md5 {management.ntp_key.type7()} 7",
        "ntp authenticate",
        "ntp trusted-key 1",
        f"ntp clock-period {17179000 + drift}",
        "ntp source Loopback0",
    )
    yield from (f"ntp server {host} key 1" for host in management.ntp)
    yield "!"
