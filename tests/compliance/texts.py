"""Rules and texts for the tests of the engine."""

from __future__ import annotations

from netwb.compliance.evaluate import judge
from netwb.compliance.records import Check, Finding, Rule, Verb
from netwb.compliance.text import ConfigText
from tests.configs.conftest import read_platform

IOS = read_platform("cisco_ios")
EDGE = b"""\
hostname edge1
service password-encryption
!
interface GigabitEthernet0/1
 description customer
 ip address 192.0.2.1 255.255.255.0
 ip proxy-arp
!
interface GigabitEthernet0/2
 shutdown
!
interface Loopback0
 ip address 192.0.2.9 255.255.255.255
!
router bgp 64500
 neighbor 192.0.2.2 remote-as 64501
 address-family ipv4 vrf RED
  neighbor 192.0.2.3 activate
  neighbor 192.0.2.3 maximum-prefix 100
 !
!
ntp server 192.0.2.123
banner login ^C
ip http server
ntp server 192.0.2.66
^C
line vty 0 4
 exec-timeout 30 0
 transport input ssh
line vty 5 15
 exec-timeout 5 0
end
"""


def text_of(data: bytes | str) -> ConfigText:
    """A text of IOS."""
    raw = data if isinstance(data, bytes) else data.encode()
    return ConfigText.by(IOS, raw)


def checked(*checks: Check) -> Rule:
    return Rule(id="a-rule", title="A rule", severity="low", checks=checks)


def found(
    check: Check | Verb, data: bytes | str = EDGE, *, startup: bytes | None = None
) -> Finding:
    """What a rule of that one check finds in an IOS text."""
    whole = check if isinstance(check, Check) else Check(verb=check)
    then = None if startup is None else text_of(startup)
    return judge(checked(whole), text_of(data), platform="cisco_ios", startup=then)


def lines(finding: Finding, *, fault: bool) -> list[int]:
    """The lines that the finding names as faults, or as evidence."""
    return [place.line for place in finding.places if place.fault == fault]
