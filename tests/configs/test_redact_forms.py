"""Distinct forms in which secrets stand in configurations: hand-written, a line and its secrets.

Sources: command references of IOS 12.4 to IOS-XE 17, EOS 4.28, FRR 8.4, NX-OS 9.3.
"""

import pytest

from netwb.configs.redact import find_tokens, redact
from netwb.platforms.record import Platform
from tests.configs.conftest import KEY

IOS: list[tuple[str, ...]] = [
    ("enable secret 5 $1$mERr$9cTjUIEqNGurQiFU.ZeCi1", "$1$mERr$9cTjUIEqNGurQiFU.ZeCi1"),
    ("enable secret 8 $8$dsYGNam3K1SIJO$7nv/35M/qr6t", "$8$dsYGNam3K1SIJO$7nv/35M/qr6t"),
    ("enable secret 9 $9$nhEmQVczB7dqsO$X.HsgL6x1il0", "$9$nhEmQVczB7dqsO$X.HsgL6x1il0"),
    ("enable secret level 5 4 tnhtc92DXBhelxjYk8LWJrPV36S2i4n", "tnhtc92DXBhelxjYk8LWJrPV36S2i4n"),
    ("enable secret 0 plain", "plain"),
    ("enable secret plain2", "plain2"),
    ("enable password 7 0822455D0A16", "0822455D0A16"),
    ("enable password my long pass", "my long pass"),
    ("enable password level 3 7 094F471A1A0A", "094F471A1A0A"),
    ("username ana secret 5 $1$abcd$EfGhIjKlMnOpQrStUvWxY/", "$1$abcd$EfGhIjKlMnOpQrStUvWxY/"),
    ("username ana privilege 15 secret 9 $9$x$y", "$9$x$y"),
    ("username ana privilege 15 view ops secret secretpw", "secretpw"),
    ("username ana password 0 clear one", "clear one"),
    ("username ana privilege 7 password 7 070C285F4D06", "070C285F4D06"),
    ("username secret password 0 tricky", "tricky"),
    ("username password secret 0 trickier", "trickier"),
    ("username ana common-criteria-policy P password 0 Ccc-1", "Ccc-1"),
    (" password 7 1511021F0725", "1511021F0725"),
    (" password cisco", "cisco"),
    (" password 0 two words", "two words"),
    ("snmp-server community public RO", "public"),
    ("snmp-server community S3cr3t view ALL RW 99", "S3cr3t"),
    ("snmp-server host 192.0.2.9 trapcomm", "trapcomm"),
    ("snmp-server host 192.0.2.9 version 2c trapcomm2", "trapcomm2"),
    ("snmp-server host 192.0.2.9 vrf MGMT version 2c trapcomm3 bgp", "trapcomm3"),
    ("snmp-server host 192.0.2.9 informs version 2c informcomm udp-port 1162", "informcomm"),
    ("snmp-server user poll grp v3 auth sha Auth-Pw priv aes 128 Priv-Pw", "Auth-Pw", "Priv-Pw"),
    ("snmp-server user poll grp v3 auth md5 A1uth priv des P1riv access 9", "A1uth", "P1riv"),
    (
        "snmp-server user poll grp v3 encrypted auth md5 0A:1B:2C priv des56 3D:4E:5F",
        "0A:1B:2C",
        "3D:4E:5F",
    ),
    ("snmp-server user poll grp remote 192.0.2.7 v3 auth sha Rem-Auth", "Rem-Auth"),
    ("tacacs-server key 7 0300523F0E16", "0300523F0E16"),
    ("tacacs-server key plain tacacs key", "plain tacacs key"),
    ("tacacs-server host 192.0.2.49 key 7 13061E010803", "13061E010803"),
    ("tacacs-server host 192.0.2.49 single-connection timeout 5 key Host-Key", "Host-Key"),
    ("radius-server key 7 121A0C041104", "121A0C041104"),
    (
        "radius-server host 192.0.2.50 auth-port 1812 acct-port 1813 key 7 09424B1D1A0A",
        "09424B1D1A0A",
    ),
    (" key 7 110A1016141D", "110A1016141D"),
    (
        " key 6 JDYkqyIFWeBvzpljSfWmRZrmRSRE8syxKlOSjP9RCCkFinZbJI3GD5c6rc",
        "JDYkqyIFWeBvzpljSfWmRZrmRSRE8syxKlOSjP9RCCkFinZbJI3GD5c6rc",
    ),
    (" key 0 Group-Pw", "Group-Pw"),
    (" key 7 070123", "070123"),
    (" key Server-Key", "Server-Key"),
    (" pac key 7 05080F1C2243", "05080F1C2243"),
    (" server-private 192.0.2.50 timeout 3 key 7 1043061F0A12", "1043061F0A12"),
    (" server-private 192.0.2.50 key Priv-Key", "Priv-Key"),
    (" client 192.0.2.51 server-key 7 0508571C22431F5B4A", "0508571C22431F5B4A"),
    (" server-key Coa-Key", "Coa-Key"),
    ("  key-string 7 01100F175804", "01100F175804"),
    ("  key-string a plain key string", "a plain key string"),
    ("crypto isakmp key Vpn-Key address 0.0.0.0", "Vpn-Key"),
    ("crypto isakmp key 6 SaQ^ABcdE hostname peer.example.net", "SaQ^ABcdE"),
    ("  pre-shared-key address 198.51.100.7 key Tunnel-Key", "Tunnel-Key"),
    ("  pre-shared-key address 0.0.0.0 0.0.0.0 key 6 Tunnel^Key", "Tunnel^Key"),
    ("  pre-shared-key hostname peer.example.net key Peer-Key", "Peer-Key"),
    ("  pre-shared-key Ike2-Key", "Ike2-Key"),
    ("  pre-shared-key local 0 Ike2-Local", "Ike2-Local"),
    ("  pre-shared-key remote 6 Ike2^Remote", "Ike2^Remote"),
    ("  pre-shared-key hex 0AFF22", "0AFF22"),
    (" authentication local pre-share key 0 Prof-Key", "Prof-Key"),
    (" authentication remote pre-share key Prof-Key-2", "Prof-Key-2"),
    (" set aggressive-mode password Agg-Pw", "Agg-Pw"),
    (
        " set session-key inbound esp 256 cipher 0123456789abcdef authenticator fedcba98",
        "0123456789abcdef",
        "fedcba98",
    ),
    (" set session-key outbound ah 300 00112233445566778899", "00112233445566778899"),
    ("ntp authentication-key 1 md5 02050D480809 7", "02050D480809"),
    ("ntp authentication-key 7 hmac-sha2-256 Ntp-Clear", "Ntp-Clear"),
    (" neighbor 192.0.2.2 password 7 094F471A1A0A", "094F471A1A0A"),
    (" neighbor PEERS password Bgp Clear", "Bgp Clear"),
    (" neighbor 2001:db8::2 password 6 Xy^Z", "Xy^Z"),
    (" ip ospf authentication-key 7 14141B180F0B", "14141B180F0B"),
    (" ip ospf authentication-key Simple1", "Simple1"),
    (" ip ospf message-digest-key 1 md5 7 070C285F4D06", "070C285F4D06"),
    (" area 1 virtual-link 203.0.113.9 message-digest-key 1 md5 7 1511021F0725", "1511021F0725"),
    (" area 1 virtual-link 203.0.113.9 authentication-key 7 0822455D0A16", "0822455D0A16"),
    (
        " ospfv3 authentication ipsec spi 500 sha1 0 27576134094768132473302031209727",
        "27576134094768132473302031209727",
    ),
    (
        " ipv6 ospf encryption ipsec spi 1001 esp aes-cbc 128 0 AA11 sha1 0 BB22",
        "AA11",
        "BB22",
    ),
    (
        " area 0 authentication ipsec spi 1000 md5 1234567890ABCDEF1234567890ABCDEF",
        "1234567890ABCDEF1234567890ABCDEF",
    ),
    ("  authentication mode hmac-sha-256 7 0822455D0A16", "0822455D0A16"),
    (" isis password Isis-Pw level-2", "Isis-Pw"),
    (" area-password Area-Pw", "Area-Pw"),
    (" domain-password Dom-Pw authenticate snp validate", "Dom-Pw"),
    (" standby 1 authentication Hsrp-Txt", "Hsrp-Txt"),
    (" standby 1 authentication text Hsrp-Txt2", "Hsrp-Txt2"),
    (" standby 1 authentication md5 key-string 7 121A0C041104", "121A0C041104"),
    (" standby 1 authentication md5 key-string Hsrp-Md5 timeout 30", "Hsrp-Md5"),
    (" vrrp 1 authentication text Vrrp-Txt", "Vrrp-Txt"),
    (" vrrp 1 authentication md5 key-string 0 Vrrp-Md5", "Vrrp-Md5"),
    (" glbp 1 authentication text Glbp-Txt", "Glbp-Txt"),
    (" glbp 1 authentication md5 key-string 7 13061E010803", "13061E010803"),
    (" ppp chap password 7 0822455D0A16", "0822455D0A16"),
    (" ppp pap sent-username cpe password 0 Pap-Pw", "Pap-Pw"),
    (" l2tp tunnel password 7 070C285F4D06", "070C285F4D06"),
    ("ip ftp password 7 1511021F0725", "1511021F0725"),
    ("ip http client password 0 Http-Pw", "Http-Pw"),
    ("mpls ldp neighbor 203.0.113.2 password 7 094F471A1A0A", "094F471A1A0A"),
    ("mpls ldp password fallback 7 13061E010803", "13061E010803"),
    ("ip msdp password peer 203.0.113.5 7 0508571C2243", "0508571C2243"),
    ("vtp password Vtp-Pw", "Vtp-Pw"),
    (" ip nhrp authentication Nhrp-K", "Nhrp-K"),
    (" wpa-psk ascii 7 0831495D1A1C0E5B", "0831495D1A1C0E5B"),
    (" security wpa akm psk set-key ascii 0 Wlan-Psk-1", "Wlan-Psk-1"),
    (" encryption key 1 size 128bit 7 0A1B2C3D4E5F transmit-key", "0A1B2C3D4E5F"),
    ("ap dot1x username ap password 0 Ap-Pw", "Ap-Pw"),
    ("ap mgmtuser username ap password 0 Ap-Pw2 secret 0 Ap-Sec", "Ap-Pw2", "Ap-Sec"),
    (" authentication username sip1 password 7 0822455D0A16 realm example.net", "0822455D0A16"),
    (" credentials username sip1 password 7 070C285F4D06 realm example.net", "070C285F4D06"),
    (" ipv4 etr map-server 203.0.113.8 key 7 1511021F0725", "1511021F0725"),
    ("  path ftp://backup:Ftp-Pw@192.0.2.8/configs", "Ftp-Pw"),
    ("event manager environment _api_token Eem-Token", "Eem-Token"),
    (" ip rsvp authentication key Rsvp-K", "Rsvp-K"),
    ("  sap pmk 0123abcd mode-list gcm-encrypt", "0123abcd"),
    (' action 1.0 cli command "username x password Eem-Pw"', "Eem-Pw"),
    (' action 2.0 cli command "snmp-server community 0 Eem-Comm RW"', "Eem-Comm"),
    ("radius server R1\n address ipv4 192.0.2.50\n key 123456", "123456"),
    ("tacacs server T1\n key 7890", "7890"),
    ("crypto isakmp client configuration group G\n pool P\n key 4711", "4711"),
    (" some future feature password 7 0822455D0A16 more", "0822455D0A16"),
    (" some future feature secret 5 $1$zz$yy", "$1$zz$yy"),
    (
        "-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAK\n-----END RSA PRIVATE KEY-----",
        "\nMIIBOgIBAAJBAK\n",
    ),
]
EOS: list[tuple[str, ...]] = [
    ("enable password sha512 $6$salt$hash.1", "$6$salt$hash.1"),
    ("enable secret 5 $1$salt$hash", "$1$salt$hash"),
    ("username ana privilege 15 role network-admin secret sha512 $6$s$h", "$6$s$h"),
    ("username ana secret 5 $1$s$h", "$1$s$h"),
    ("username ana secret 0 plain", "plain"),
    ("aaa root secret sha512 $6$r$t", "$6$r$t"),
    ("aaa root secret 5 $1$r$t", "$1$r$t"),
    ("radius-server key 7 070E234F1F5B4A", "070E234F1F5B4A"),
    ("radius-server host 192.0.2.50 vrf MGMT timeout 5 key 7 0207165218120E", "0207165218120E"),
    ("tacacs-server key 7 08204E470E54", "08204E470E54"),
    ("tacacs-server host 192.0.2.49 vrf MGMT key 7 094F471A1A0A", "094F471A1A0A"),
    ("tacacs-server key 8a $abc/+=", "$abc/+="),
    ("snmp-server community Read1 ro", "Read1"),
    ("snmp-server community 7 Enc-Comm ro", "Enc-Comm"),
    ("snmp-server host 192.0.2.9 vrf MGMT traps version 2c Trap1", "Trap1"),
    (
        "snmp-server user poll g v3 localized f5717f auth sha256 aa11bb priv aes256 cc22dd",
        "aa11bb",
        "cc22dd",
    ),
    ("ntp authentication-key 1 md5 7 0207165218120E", "0207165218120E"),
    ("ntp authentication-key 2 sha1 Ntp-Clear", "Ntp-Clear"),
    ("   neighbor 192.0.2.8 password 7 5Cq2yJt7ZK0rQ8mN3bVx1A==", "5Cq2yJt7ZK0rQ8mN3bVx1A=="),
    ("   neighbor SPINES password Clear1", "Clear1"),
    ("   ip ospf authentication-key 7 1HUbtTYFn8VdFBZ==", "1HUbtTYFn8VdFBZ=="),
    ("   ip ospf message-digest-key 1 sha512 7 FrqvpOFs==", "FrqvpOFs=="),
    ("   area 0.0.0.1 virtual-link 203.0.113.2 message-digest-key 1 md5 7 kLm==", "kLm=="),
    ("   isis authentication key 7 Xyz1== level-2", "Xyz1=="),
    ("   authentication key 7 Xyz2== level-1", "Xyz2=="),
    ("   isis authentication key-id 2 algorithm sha-256 key 7 Xyz3==", "Xyz3=="),
    ("   vrrp 1 peer authentication text Vrrp1", "Vrrp1"),
    ("   vrrp 1 peer authentication ietf-md5 key-string 7 Vrrp2==", "Vrrp2=="),
    ("      secret 0 7 Sess1== receive-lifetime infinite transmit-lifetime infinite", "Sess1=="),
    ("   shared-key 7 Ike1==", "Ike1=="),
    ("   shared-key Ike-Clear", "Ike-Clear"),
    ("   key 0abc 7 06070D221D1C5A fallback", "06070D221D1C5A"),
    ("   key-string 7 Ks1==", "Ks1=="),
    ("   password 7 Ldap1==", "Ldap1=="),
    ("   ospfv3 authentication ipsec spi 33 sha1 passphrase 7 Pp1==", "Pp1=="),
    ("   ospfv3 encryption ipsec spi 34 esp aes-128-cbc sha1 passphrase 7 Pp2==", "Pp2=="),
    ("   exec /usr/bin/TerminAttr -ingestauth=key,Cvp-Key -taillogs", "Cvp-Key"),
    ("   exec /usr/bin/TerminAttr -cvaddr=192.0.2.5:9910 -cvauth=key,Cv-Key -taillogs", "Cv-Key"),
    ("   server 192.0.2.60 key 7 Srv1==", "Srv1=="),
    ("ip http client username u password 7 Hc1==", "Hc1=="),
    ("ip msdp peer 203.0.113.5 password 7 Ms1==", "Ms1=="),
    ("   url https://u:Url-Pw@cv.example.net/", "Url-Pw"),
    ("   some future feature secret 7 Fut1==", "Fut1=="),
]
FRR: list[tuple[str, ...]] = [
    ("password zebra1", "zebra1"),
    ("password 8 3aYkGgV7pQ2tE", "3aYkGgV7pQ2tE"),
    ("enable password zebra2", "zebra2"),
    ("enable password 8 Zt6nB1xLw0RsU", "Zt6nB1xLw0RsU"),
    (" neighbor 192.0.2.2 password Bgp-Pw", "Bgp-Pw"),
    (" neighbor PEERS password Bgp Pw 2", "Bgp Pw 2"),
    (" ip ospf authentication-key Osp1", "Osp1"),
    (" ip ospf authentication-key Osp1 192.0.2.1", "Osp1"),
    (" ip ospf message-digest-key 1 md5 Osp2", "Osp2"),
    (" area 1 virtual-link 203.0.113.9 message-digest-key 1 md5 Osp3", "Osp3"),
    (" area 1 virtual-link 203.0.113.9 authentication-key Osp4", "Osp4"),
    (" ipv6 ospf6 authentication key-id 1 hash-algo hmac-sha-256 key Osp6", "Osp6"),
    (" isis password clear Isis1", "Isis1"),
    (" isis password md5 Isis2", "Isis2"),
    (" area-password clear Isis3", "Isis3"),
    (" domain-password md5 Isis4 authenticate snp validate", "Isis4"),
    (" ip rip authentication string Rip1", "Rip1"),
    ("  key-string Key Str 1", "Key Str 1"),
    (" ip nhrp authentication Nhrp1", "Nhrp1"),
    ("  tcp-md5-auth Pcep1", "Pcep1"),
    (" msdp peer 203.0.113.5 password Msdp1", "Msdp1"),
]
NXOS: list[tuple[str, ...]] = [
    ("username admin password 5 $5$abc$def  role network-admin", "$5$abc$def"),
    ("enable secret 5 $5$ghi$jkl", "$5$ghi$jkl"),
    ("snmp-server community Nx-Comm group network-operator", "Nx-Comm"),
    ("snmp-server host 192.0.2.9 traps version 2c Nx-Trap", "Nx-Trap"),
    (
        "snmp-server user admin network-admin auth md5 0x1234 priv 0x5678 localizedkey",
        "0x1234",
        "0x5678",
    ),
    (
        "snmp-server user p network-operator auth sha 0xab priv aes-128 0xcd localizedkey",
        "0xab",
        "0xcd",
    ),
    ('tacacs-server key 7 "Fewhg12345"', "Fewhg12345"),
    ('tacacs-server host 192.0.2.49 key 7 "Vwqg9876" timeout 5', "Vwqg9876"),
    ('radius-server host 192.0.2.50 key 7 "Rad123" authentication accounting', "Rad123"),
    ("    key-string 7 070c285f4d06", "070c285f4d06"),
    (
        '    key-octet-string 7 "075e731f1a5c4f" cryptographic-algorithm AES_128_CMAC',
        "075e731f1a5c4f",
    ),
    ("    password 3 8f2a6c1d9b3e7f50", "8f2a6c1d9b3e7f50"),
    ("  ip ospf authentication-key 3 a667d47acc18ea6b", "a667d47acc18ea6b"),
    ("  ip ospf message-digest-key 1 md5 3 b667d47acc18ea6b", "b667d47acc18ea6b"),
    ("    authentication text Hsrp-Nx", "Hsrp-Nx"),
    ("    authentication md5 key-string Hsrp-Nx2", "Hsrp-Nx2"),
    ("ntp authentication-key 1 md5 Ntp-Key-7 7", "Ntp-Key-7"),
    ("ip msdp password 203.0.113.5 3 9125d59c18a9b015", "9125d59c18a9b015"),
    ("    address 198.51.100.7 pre-shared-key Nx-Psk", "Nx-Psk"),
]
TABLES: dict[str, list[tuple[str, ...]]] = {
    "cisco_ios": IOS,
    "arista_eos": EOS,
    "frr": FRR,
    "cisco_nxos": NXOS,
}
ROWS = [(platform, row[0], row[1:]) for platform, rows in TABLES.items() for row in rows]


@pytest.mark.parametrize(
    ("platform", "line", "secrets"), ROWS, ids=[f"{name}: {line.strip()}" for name, line, _ in ROWS]
)
def test_a_secret_is_taken_out_and_nothing_else(
    platform: str, line: str, secrets: tuple[str, ...], platforms: dict[str, Platform]
) -> None:
    text = f"hostname edge1\n{line}\nend\n".encode()

    redacted = redact(text, (), platforms[platform], key=KEY)

    found = [redacted.secrets[place.token].value.decode() for place in redacted.placed]
    assert sorted(found) == sorted(secrets)
    assert find_tokens(redacted.text) == redacted.placed


def test_the_three_platforms_of_the_lab_have_forty_distinct_forms_and_more() -> None:
    for name, at_least in (("cisco_ios", 40), ("arista_eos", 40), ("frr", 20)):
        assert len({line for line, *_ in TABLES[name]}) >= at_least


KEPT = [
    ("cisco_ios", "service password-encryption"),
    ("cisco_ios", "no service password-recovery"),
    ("cisco_ios", "password encryption aes"),
    ("cisco_ios", "security passwords min-length 8"),
    ("cisco_ios", "key chain IGP"),
    ("cisco_ios", " key 1"),
    ("cisco_ios", "crypto key generate rsa"),
    ("cisco_ios", " ip ospf authentication message-digest"),
    ("cisco_ios", " ip authentication key-chain eigrp 1 IGP"),
    ("cisco_ios", " standby 1 authentication md5 key-chain IGP"),
    ("cisco_ios", "snmp-server enable traps snmp authentication linkdown"),
    ("cisco_ios", "snmp-server host 192.0.2.9 version 3 auth poller"),
    ("cisco_ios", "snmp-server host 192.0.2.9 vrf MGMT version 3 priv poller"),
    ("cisco_ios", "snmp-server host 192.0.2.9 informs version 3 auth poller"),
    ("arista_eos", "snmp-server host 192.0.2.9 vrf MGMT informs version 3 auth poller"),
    ("cisco_nxos", "snmp-server host 192.0.2.9 traps version 3 auth poller"),
    ("cisco_nxos", "snmp-server host 192.0.2.9 use-vrf management"),
    ("cisco_ios", "snmp-server group g v3 auth read ALL"),
    ("cisco_ios", "snmp-server user poll grp v3"),
    ("cisco_ios", "  key-hash ssh-rsa 0A1B2C3D"),
    ("cisco_ios", "ntp trusted-key 1"),
    ("cisco_ios", " description key of the secret password is at the desk"),
    ("cisco_ios", "aaa authentication login default group tacacs+ local"),
    ("cisco_ios", "mpls ldp password required for 10"),
    ("arista_eos", "username ana ssh-key ssh-ed25519 AAAAC3Nza ana@example.net"),
    ("cisco_ios", "radius server R1\n address ipv4 192.0.2.50\nkey chain K\n key 1"),
    ("cisco_ios", ' action 1.0 cli command "show clock"'),
    ("cisco_ios", " mka pre-shared-key key-chain MKA"),
    ("arista_eos", "      certificate eAPI.crt key eAPI.key"),
    ("arista_eos", "   exec /usr/bin/TerminAttr -cvauth=token,/tmp/token -taillogs"),
    ("arista_eos", "   password minimum length 8"),
    ("arista_eos", "   password encryption reversible aes-256-gcm"),
    ("arista_eos", "username ana secret *"),
    ("arista_eos", "   neighbor P password shared-secret profile X algorithm aes-128-cmac-96"),
    ("arista_eos", "   ip ospf authentication message-digest"),
    ("arista_eos", "   no shutdown"),
    ("frr", " ip ospf authentication message-digest"),
    ("frr", "service password-encryption"),
    ("frr", " key 1"),
    ("cisco_nxos", "username ana passphrase  lifetime 99999 warntime 14 gracetime 3"),
    ("cisco_nxos", "password strength-check"),
    ("cisco_nxos", "key chain IGP"),
    ("cisco_nxos", "  key 1"),
]


@pytest.mark.parametrize(
    ("platform", "line"), KEPT, ids=[f"{p}: {line.strip()}" for p, line in KEPT]
)
def test_a_line_without_a_secret_stays_readable(
    platform: str, line: str, platforms: dict[str, Platform]
) -> None:
    text = f"{line}\n".encode()

    assert redact(text, (), platforms[platform], key=KEY).text == text
