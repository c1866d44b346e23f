"""One violation of each rule on each platform, as somebody would commit it: an edit of a kept text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """An edit, by patterns that match a whole line without the blanks around it.

    gone   lines that are taken out, all that match
    at     the first line that matches is replaced by `lines`, or stays above them
    named  the finding must name one of `lines`
    also   other rules that this breaks by what it is
    """

    gone: tuple[str, ...] = ()
    at: str = ""
    lines: tuple[str, ...] = ()
    stays: bool = False
    named: bool = True
    also: frozenset[str] = field(default=frozenset())

    def planted(self, text: str) -> tuple[str, list[int]]:
        """The text with the violation, and the numbers of its new lines, from 1."""
        kept: list[str] = []
        new: list[int] = []
        done = not self.at
        for line in text.splitlines():
            if any(re.fullmatch(form, line.strip()) for form in self.gone):
                continue
            if not done and re.fullmatch(self.at, line.strip()):
                done = True
                kept += [line] if self.stays else []
                new += range(len(kept) + 1, len(kept) + 1 + len(self.lines))
                kept += self.lines
                continue
            kept.append(line)
        assert done, f"no line matches {self.at!r}"
        assert self.lines or len(kept) < len(text.splitlines()), f"nothing matches {self.gone}"
        return "\n".join(kept) + "\n", new


def gone(*patterns: str) -> Plant:
    """Somebody took these lines out."""
    return Plant(gone=patterns, named=False)


def bad(at: str, *lines: str, also: Sequence[str] = ()) -> Plant:
    """Somebody replaced the line, and the finding names the new one."""
    return Plant(at=at, lines=lines, also=frozenset(also))


def weak(at: str, *lines: str) -> Plant:
    """Somebody replaced the line by what does not suffice."""
    return Plant(at=at, lines=lines, named=False)


def more(at: str, *lines: str, also: Sequence[str] = ()) -> Plant:
    """Somebody wrote more lines below this one."""
    return Plant(at=at, lines=lines, stays=True, also=frozenset(also))


USER = "username ana privilege 15 "
JUNOS = "set system host-name .*"
CISCO_IOS: Mapping[str, Plant] = {
    "aaa-accounting": gone("aaa accounting commands 15 .*"),
    "aaa-authorization-central": weak(
        "aaa authorization exec .*", "aaa authorization exec default local"
    ),
    "aaa-login-central": weak(
        "aaa authentication login .*", "aaa authentication login default local"
    ),
    "aaa-login-local-fallback": bad(
        "aaa authentication login .*", "aaa authentication login default group tacacs+"
    ),
    "aaa-two-servers": gone("tacacs server T2"),
    "accounts-have-passwords": more("username netwb .*", "username help nopassword"),
    "accounts-hashed": more(
        "username netwb .*", f"{USER}password 7 <netwb:secret:00000000000000a1>"
    ),
    "accounts-hashed-well": more(
        "username netwb .*", f"{USER}secret 5 <netwb:secret:00000000000000a1>"
    ),
    "auxiliary-port-closed": gone("no exec"),
    "banner-before-login": weak("banner motd .*", "banner exec ^C"),
    "bgp-changes-logged": gone("bgp log-neighbor-changes"),
    "configuration-saved": more("ip ssh version 2", "ip host gw1 192.0.2.1"),
    "console-session-timeout": more("line con 0", " exec-timeout 0 0"),
    "control-plane-protected": gone("service-policy input COPP"),
    "dead-sessions-are-noticed": gone("service tcp-keepalives-in"),
    "enable-secret": more("enable secret .*", "enable password 7 <netwb:secret:00000000000000a1>"),
    "first-hop-no-clear-password": more(
        "interface Loopback0", " standby 1 authentication <netwb:secret:00000000000000a1>"
    ),
    "interfaces-described": gone("description .*"),
    "interfaces-no-directed-broadcast": more("no ip redirects", " ip directed-broadcast"),
    "interfaces-no-proxy-arp": weak("no ip proxy-arp", " ip mtu 1500"),
    "interfaces-no-redirects": weak("no ip redirects", " ip mtu 1500"),
    "logging-changes": gone("logging enable"),
    "logging-console-quiet": bad("no logging console", "logging console informational"),
    "logging-kept-locally": bad("logging buffered .*", "logging buffered 4096"),
    "logging-logins": gone("login on-failure log"),
    "logging-remote-host": gone("logging host .*"),
    "logging-severity-enough": more("logging source-interface .*", "logging trap critical"),
    "logging-source-fixed": gone("logging source-interface .*"),
    "logging-timestamps": bad("service timestamps log .*", "service timestamps log uptime"),
    "login-attempts-blocked": gone("login block-for .*"),
    "management-access-list": gone("access-class MANAGEMENT in"),
    "management-no-telnet": bad("transport input ssh", " transport input telnet ssh"),
    "management-session-timeout": bad("exec-timeout 15 0", " exec-timeout 0 0"),
    "ntp-authenticated": gone("ntp authenticate"),
    "ntp-not-invented": more("ntp authenticate", "ntp master 5"),
    "ntp-source-fixed": gone("ntp source .*"),
    "ntp-two-sources": gone("ntp server 198.51.100.31 .*"),
    "ospf-no-clear-password": bad("ip ospf authentication .*", " ip ospf authentication"),
    "ospf-passive-by-default": gone("passive-interface default"),
    "password-encryption": weak("service password-encryption", "no service password-encryption"),
    "password-minimum-length": bad("security passwords .*", "security passwords min-length 4"),
    "services-no-autoload": more("service timestamps log .*", "service config"),
    "services-no-legacy": more("service timestamps log .*", "service tcp-small-servers"),
    "services-no-plain-http": bad(
        "no ip http server", "ip http server", also=["services-no-web-interface"]
    ),
    "services-no-source-routing": gone("no ip source-route"),
    "services-no-web-interface": bad("no ip http secure-server", "ip http secure-server"),
    "snmp-community-restricted": bad(
        "snmp-server community .*", "snmp-server community <netwb:secret:00000000000000a1> RO"
    ),
    "snmp-no-write-community": more(
        "snmp-server community .*", "snmp-server community <netwb:secret:00000000000000a1> RW 10"
    ),
    "snmp-v3-private": more("snmp-server location .*", "snmp-server group POLLERS v3 auth"),
    "ssh-login-attempts": more("ip ssh version 2", "ip ssh authentication-retries 5"),
    "ssh-no-weak-algorithms": more(
        "ip ssh version 2", "ip ssh server algorithm encryption aes256-ctr 3des-cbc"
    ),
    "ssh-version-2": gone("ip ssh version 2"),
    "switchports-do-not-negotiate": more(
        "ip ssh version 2",
        "!",
        "interface GigabitEthernet9/1",
        " switchport mode trunk",
        "!",
    ),
}
ARISTA_EOS: Mapping[str, Plant] = {
    "aaa-accounting": gone("aaa accounting commands .*"),
    "aaa-authorization-central": weak(
        "aaa authorization exec .*", "aaa authorization exec default local"
    ),
    "aaa-login-central": weak(
        "aaa authentication login .*", "aaa authentication login default local"
    ),
    "aaa-login-local-fallback": bad(
        "aaa authentication login .*", "aaa authentication login default group tacacs+"
    ),
    "aaa-two-servers": gone("tacacs-server host 198.51.100.12 .*"),
    "accounts-have-passwords": more("username netwb .*", f"{USER}role network-admin nopassword"),
    "accounts-hashed": more("username netwb .*", f"{USER}secret 0 <netwb:secret:00000000000000a1>"),
    "accounts-hashed-well": more(
        "username netwb .*", f"{USER}secret 5 <netwb:secret:00000000000000a1>"
    ),
    "banner-before-login": gone("banner motd"),
    "bgp-changes-logged": more("router bgp .*", "   no bgp log-neighbor-changes"),
    "configuration-saved": more("dns domain .*", "ip host gw1 192.0.2.1"),
    "console-session-timeout": bad("idle-timeout 15", "   idle-timeout 0"),
    "enable-secret": gone("enable password .*"),
    "first-hop-no-clear-password": more(
        "interface Loopback0",
        "   vrrp 1 peer authentication text 7 <netwb:secret:00000000000000a1>",
    ),
    "interfaces-described": gone("description .*"),
    "interfaces-no-directed-broadcast": more("interface Loopback0", "   ip directed-broadcast"),
    "interfaces-no-proxy-arp": more("interface Loopback0", "   ip proxy-arp"),
    "interfaces-no-redirects": gone("no ip icmp redirect"),
    "logging-console-quiet": more("logging format .*", "logging console debugging"),
    "logging-kept-locally": more("logging format .*", "no logging buffered"),
    "logging-logins": gone("aaa authentication policy on-failure log"),
    "logging-remote-host": gone("logging host .*"),
    "logging-severity-enough": more("logging format .*", "logging trap errors"),
    "logging-source-fixed": gone("logging source-interface .*"),
    "logging-timestamps": gone("logging format .*"),
    "login-attempts-blocked": gone("aaa authentication policy lockout .*"),
    "management-access-list": gone("ip access-group MANAGEMENT in"),
    "management-no-telnet": more(
        *("hostname .*", "!", "management telnet", "   no shutdown", "!"),
        also=["management-access-list"],
    ),
    "management-session-timeout": weak("management ssh", "management ssh", "   idle-timeout 60"),
    "ntp-authenticated": gone("ntp authenticate"),
    "ntp-source-fixed": gone("ntp local-interface .*"),
    "ntp-two-sources": gone("ntp server 198.51.100.31 .*"),
    "ospf-no-clear-password": bad("ip ospf authentication .*", "   ip ospf authentication"),
    "ospf-passive-by-default": gone("passive-interface default"),
    "password-minimum-length": bad("password minimum length .*", "   password minimum length 4"),
    "services-no-plain-http": more("management api http-commands", "   protocol http"),
    "snmp-no-write-community": more(
        "snmp-server community .*", "snmp-server community <netwb:secret:00000000000000a1> rw"
    ),
    "snmp-v3-modern": more(
        "snmp-server location .*",
        "snmp-server user old olds v3 localized f5717f02 auth md5 <netwb:secret:00000000000000a1>"
        " priv aes <netwb:secret:00000000000000a2>",
    ),
    "snmp-v3-private": more("snmp-server location .*", "snmp-server group old v3 noauth"),
    "ssh-no-root-login": bad(
        "no aaa root", "aaa root secret sha512 <netwb:secret:00000000000000a1>"
    ),
    "ssh-no-weak-algorithms": more("management ssh", "   cipher aes128-ctr aes128-cbc"),
}
CISCO_NXOS: Mapping[str, Plant] = {
    "aaa-accounting": weak("aaa accounting default .*", "aaa accounting default local"),
    "aaa-authorization-central": gone("aaa authorization commands .*"),
    "aaa-login-central": weak(
        "aaa authentication login .*", "aaa authentication login default local"
    ),
    "aaa-login-local-fallback": more(
        "aaa authentication login .*", "no aaa authentication login default fallback error local"
    ),
    "aaa-two-servers": gone("tacacs-server host 198.51.100.12 .*"),
    "accounts-hashed": more(
        "username netwb .*",
        "username ana password 0 <netwb:secret:00000000000000a1>  role network-admin",
    ),
    "banner-before-login": weak("banner motd .*", "banner exec ^"),
    "bgp-changes-logged": gone("log-neighbor-changes"),
    "bgp-neighbors-have-passwords": gone("password 3 .*"),
    "configuration-saved": more("hostname edge1", "ip host gw1 192.0.2.1"),
    "console-session-timeout": weak("line console", "line console", "  exec-timeout 60"),
    "control-plane-protected": weak("copp profile .*", "no copp profile"),
    "first-hop-no-clear-password": more(
        "interface loopback0",
        "  hsrp 10",
        "    authentication text <netwb:secret:00000000000000a1>",
    ),
    "interfaces-described": gone("description .*"),
    "interfaces-no-directed-broadcast": more("interface loopback0", "  ip directed-broadcast"),
    "interfaces-no-proxy-arp": more("interface loopback0", "  ip proxy-arp"),
    "interfaces-no-redirects": weak("no ip redirects", "  ip port-unreachable"),
    "logging-console-quiet": more("logging timestamp .*", "logging console 6"),
    "logging-kept-locally": more("logging timestamp .*", "no logging logfile"),
    "logging-logins": gone("login on-failure log"),
    "logging-remote-host": gone("logging server .*"),
    "logging-severity-enough": bad("logging server .*", "logging server 198.51.100.41 2"),
    "logging-source-fixed": gone("logging source-interface .*"),
    "logging-timestamps": gone("logging timestamp .*"),
    "login-attempts-blocked": gone("login block-for .*"),
    "management-access-list": gone("access-class MANAGEMENT in"),
    "management-no-telnet": more("feature bgp", "feature telnet"),
    "management-session-timeout": weak("line vty", "line vty", "  exec-timeout 60"),
    "ntp-authenticated": gone("ntp authenticate"),
    "ntp-not-invented": more("ntp authenticate", "ntp master 8"),
    "ntp-source-fixed": gone("ntp source-interface .*"),
    "ntp-two-sources": gone("ntp server 198.51.100.31 .*"),
    "ospf-no-clear-password": bad("ip ospf authentication .*", "  ip ospf authentication"),
    "password-minimum-length": more("feature bgp", "no password strength-check"),
    "services-no-autoload": more("copp profile .*", "boot poap enable"),
    "services-no-plain-http": more("feature bgp", "feature nxapi", "nxapi http port 80"),
    "services-no-source-routing": gone("no ip source-route"),
    "shell-is-closed": more("feature bgp", "feature bash-shell"),
    "snmp-no-write-community": more(
        "snmp-server community .*",
        "snmp-server community <netwb:secret:00000000000000a1> group network-admin",
    ),
    "snmp-v3-modern": more(
        "snmp-server user .*",
        "snmp-server user old network-operator auth md5 <netwb:secret:00000000000000a1>"
        " priv aes-128 <netwb:secret:00000000000000a2> localizedkey",
    ),
    "snmp-v3-private": more(
        "snmp-server user .*",
        "snmp-server user old network-operator auth sha <netwb:secret:00000000000000a1> localizedkey",
    ),
    "ssh-login-attempts": more("feature bgp", "ssh login-attempts 10"),
    "ssh-no-weak-algorithms": more("feature bgp", "ssh cipher-mode weak"),
}
JUNIPER_JUNOS: Mapping[str, Plant] = {
    "aaa-accounting": gone("set system accounting destination .*"),
    "aaa-login-central": gone("set system authentication-order tacplus"),
    "aaa-two-servers": gone("set system tacplus-server 198.51.100.12 .*"),
    "accounts-hashed": bad(
        "set system login password format .*", "set system login password format md5"
    ),
    "banner-before-login": gone("set system login message .*"),
    "bgp-changes-logged": weak(
        "set protocols bgp log-updown",
        "set protocols bgp log-updown",
        "deactivate protocols bgp log-updown",
    ),
    "console-session-timeout": gone("set system ports console .*"),
    "control-plane-protected": gone("set interfaces lo0 unit 0 family inet filter .*"),
    "dead-sessions-are-noticed": gone("set system services ssh client-alive-interval .*"),
    "first-hop-no-clear-password": bad(
        "set interfaces .* authentication-type md5",
        "set interfaces ge-0/0/1 unit 0 family inet address 192.0.2.9/30 vrrp-group 1"
        " authentication-type simple",
    ),
    "interfaces-no-directed-broadcast": more(
        JUNOS, "set interfaces irb unit 10 family inet targeted-broadcast"
    ),
    "interfaces-no-proxy-arp": more(JUNOS, "set interfaces ge-0/0/0 unit 0 proxy-arp unrestricted"),
    "interfaces-no-redirects": gone("set system no-redirects"),
    "logging-changes": gone("set system syslog host 192.0.2.9 interactive-commands .*"),
    "logging-console-quiet": more(JUNOS, "set system syslog console any info"),
    "logging-kept-locally": Plant(
        gone=("set system syslog file .*",), named=False, also=frozenset({"logging-logins"})
    ),
    "logging-logins": gone("set system syslog file messages authorization info"),
    "logging-remote-host": Plant(
        gone=("set system syslog host .*",), named=False, also=frozenset({"logging-changes"})
    ),
    "logging-source-fixed": gone("set system syslog source-address .*"),
    "logging-timestamps": gone("set system syslog time-format .*"),
    "login-attempts-blocked": gone("set system login retry-options backoff-threshold .*"),
    "management-no-telnet": more(JUNOS, "set system services telnet"),
    "management-session-timeout": bad(
        "set system login class operations idle-timeout .*",
        "set system login class operations idle-timeout 120",
    ),
    "ntp-authenticated": gone("set system ntp trusted-key .*"),
    "ntp-not-invented": more(JUNOS, "set system ntp broadcast 192.0.2.255"),
    "ntp-source-fixed": gone("set system ntp source-address .*"),
    "ntp-two-sources": gone("set system ntp server 198.51.100.32 .*"),
    "ospf-no-clear-password": bad(
        "set protocols ospf area .*",
        "set protocols ospf area 0.0.0.0 interface ge-0/0/1.0 authentication simple-password"
        ' "<netwb:secret:00000000000000a1>"',
    ),
    "password-minimum-length": bad(
        "set system login password minimum-length .*", "set system login password minimum-length 6"
    ),
    "services-no-autoload": more(JUNOS, "set chassis auto-image-upgrade"),
    "services-no-legacy": more(JUNOS, "set system services ftp"),
    "services-no-plain-http": more(JUNOS, "set system services web-management http"),
    "snmp-no-write-community": more(
        JUNOS, "set snmp community <netwb:secret:00000000000000a1> authorization read-write"
    ),
    "snmp-v3-modern": more(
        JUNOS,
        "set snmp v3 usm local-engine user old authentication-md5 authentication-key"
        ' "<netwb:secret:00000000000000a1>"',
    ),
    "snmp-v3-private": more(JUNOS, "set snmp v3 usm local-engine user old privacy-none"),
    "ssh-connections-limited": bad(
        "set system services ssh rate-limit .*", "set system services ssh rate-limit 150"
    ),
    "ssh-login-attempts": bad(
        "set system login retry-options tries-before-disconnect .*",
        "set system login retry-options tries-before-disconnect 10",
    ),
    "ssh-no-root-login": bad(
        "set system services ssh root-login .*", "set system services ssh root-login allow"
    ),
    "ssh-no-weak-algorithms": bad(
        "set system services ssh ciphers .*", "set system services ssh ciphers 3des-cbc"
    ),
    "ssh-version-2": more(JUNOS, "set system services ssh protocol-version v1"),
}
CISCO_XR: Mapping[str, Plant] = {
    "aaa-accounting": gone("aaa accounting commands .*"),
    "aaa-authorization-central": weak(
        "aaa authorization exec .*", "aaa authorization exec default local"
    ),
    "aaa-login-central": weak(
        "aaa authentication login .*", "aaa authentication login default local"
    ),
    "aaa-login-local-fallback": bad(
        "aaa authentication login .*", "aaa authentication login default group tacacs+"
    ),
    "aaa-two-servers": gone("tacacs-server host 192.0.2.6 .*"),
    "accounts-hashed": more("group root-lr", " password 7 <netwb:secret:00000000000000a1>"),
    "accounts-hashed-well": bad("secret 10 .*", " secret 5 <netwb:secret:00000000000000a1>"),
    "banner-before-login": gone("banner login .*"),
    "bgp-neighbors-have-passwords": gone("password encrypted .*"),
    "bgp-no-open-policy": more("router bgp .*", " bgp unsafe-ebgp-policy"),
    "logging-remote-host": weak("logging 192.0.2.9 .*", "logging buffered 2097152"),
    "management-no-telnet": more("hostname .*", "telnet vrf default ipv4 server max-servers 10"),
    "management-session-timeout": bad("exec-timeout 10 0", " exec-timeout 0 0"),
    "ntp-two-sources": gone("server vrf MGMT .*"),
    "services-no-legacy": more("hostname .*", "service ipv4 tcp-small-servers max-servers 5"),
    "services-no-plain-http": more("hostname .*", "http server"),
    "snmp-no-write-community": bad(
        "snmp-server community .*", "snmp-server community <netwb:secret:00000000000000a1> RW"
    ),
    "snmp-v3-modern": bad(
        "snmp-server user .*",
        "snmp-server user u g v3 auth md5 encrypted <netwb:secret:00000000000000a1>"
        " priv aes 128 encrypted <netwb:secret:00000000000000a2>",
    ),
    "snmp-v3-private": more("hostname .*", "snmp-server group g v3 auth"),
    "ssh-version-2": weak("ssh server v2", "ssh server rate-limit 60"),
}
FRR: Mapping[str, Plant] = {
    "bgp-no-open-policy": more("router bgp .*", " no bgp ebgp-requires-policy"),
    "ospf-no-clear-password": bad("ip ospf authentication .*", " ip ospf authentication"),
    "ospf-passive-by-default": gone("passive-interface default"),
    "password-encryption": bad(
        "enable password .*", "enable password <netwb:secret:00000000000000a1>"
    ),
}
PLANTS: Mapping[str, Mapping[str, Plant]] = {
    "cisco_ios": CISCO_IOS,
    "arista_eos": ARISTA_EOS,
    "cisco_nxos": CISCO_NXOS,
    "juniper_junos": JUNIPER_JUNOS,
    "cisco_xr": CISCO_XR,
    "frr": FRR,
}
