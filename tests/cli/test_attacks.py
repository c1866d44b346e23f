"""`netwb prefix`, `trigger`, `edge` and `sender`: one document, one sentence, and the contract's exits."""

from __future__ import annotations

from contextlib import closing
from ipaddress import ip_network
from pathlib import Path

import pytest

from netwb.access.records import NewUser
from netwb.inventory.ports.records import SeenPort
from netwb.inventory.records import NewDevice
from netwb.notify.signing import key_text, parse_key
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.cli.commands import Commands


@pytest.fixture
def netwb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    """The command over a home with two tenants, a device each, and an admin of one of them."""
    made = Workbench.create(tmp_path / "home", environment={})
    for tenant, hostname in (("acme", "trg1"), ("umbra", "pe1")):
        made.add_tenant(tenant, name=tenant.title())
        made.add_site(f"{tenant}/fra1")
        made.add_device(
            NewDevice(
                tenant=tenant, site="fra1", hostname=hostname, address="127.0.0.1", platform="frr"
            )
        )
    made.add_user(NewUser(name="ana", role=Role.ENGINEER, tenants=None))
    made.add_user(NewUser(name="zoe", role=Role.ADMIN, tenants=("umbra",)))
    made.close()
    return Commands(tmp_path / "home", capsys)


def test_a_prefix_names_the_port_that_it_is_routed_to_and_is_told_whose_it_is(
    netwb: Commands, tmp_path: Path
) -> None:
    with closing(Workbench.open(tmp_path / "home", environment={})) as bench:
        seen = SeenPort(name="eth1", if_index=1, alias="", if_type=6, speed_bps=10**9)
        bench._parts.ports.sighted({bench.device("umbra/pe1").id: [seen]})

    added = netwb("prefix", "add", "acme", "203.0.113.0/24", "--auto", "--port", "pe1", "eth1")
    listed = netwb("prefix", "list")
    denied = netwb("blackhole", "add", "203.0.113.10", "--reason", "CHG1", "--dry-run")
    both = netwb("prefix", "set", "203.0.113.0/24", "--port", "pe1", "eth1", "--no-port")
    cleared = netwb("prefix", "set", "203.0.113.0/24", "--no-port", "--json")
    unknown = netwb("prefix", "set", "203.0.113.0/24", "--port", "pe1", "eth7")

    assert added.status == 0, added.err
    assert "every host of it is denied until the port is for acme" in added.err
    assert "umbra/pe1 eth1 of umbra" in listed.out
    assert denied.status == 1
    assert "is routed to umbra/pe1 eth1 of umbra" in denied.out + denied.err
    assert (both.status, unknown.status) == (2, 4)
    assert cleared.json["port"] is None


def test_a_prefix_is_registered_changed_listed_and_retired(netwb: Commands) -> None:
    added = netwb(
        "prefix", "add", "acme", "203.0.113.0/24", "--approve", "--site", "fra1", "--json"
    )

    assert added.status == 0, added.err
    assert added.json["network"] == "203.0.113.0/24"
    assert (added.json["tenant"], added.json["mode"], added.json["reach"]) == (
        "acme",
        "approve",
        "edge",
    )
    assert (added.json["site"], added.json["by_customer"]) == ("fra1", False)
    changed = netwb(
        *("prefix", "set", "203.0.113.0/24", "--auto", "--scope", "both", "--customers"),
        *("--site", "", "--json"),
    )
    assert (changed.json["mode"], changed.json["reach"], changed.json["by_customer"]) == (
        "auto",
        "both",
        True,
    )
    assert changed.json["site"] is None
    kept = netwb("prefix", "set", "203.0.113.0/24", "--never", "--json").json
    assert (kept["mode"], kept["reach"], kept["by_customer"]) == ("never", "both", True)
    assert netwb("prefix", "set", "203.0.113.0/24", "--no-customers").status == 0
    listed = netwb("prefix", "list", "--tenant", "acme", "--json").json["items"]
    assert [(one["network"], one["by_customer"]) for one in listed] == [("203.0.113.0/24", False)]
    assert netwb("prefix", "list", "--tenant", "umbra", "--json").json == {"items": []}
    assert "203.0.113.0/24" in netwb("prefix", "list").out
    assert netwb("prefix", "retire", "203.0.113.0/24").status == 0
    assert "nothing is blackholed" in netwb("prefix", "list").out


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("add", "acme", "203.0.113.0/24"), 2, "--auto, --approve or --never"),
        (("add", "acme", "0.0.0.0/0", "--auto"), 2, "every address there is"),
        (("add", "acme", "203.0.113.1/24", "--auto"), 2, "write 203.0.113.0/24"),
        (("add", "acme", "x", "--auto"), 2, "no IPv4 or IPv6 address"),
        (("add", "acme", "192.0.2.0/24", "--auto"), 2, "registered already"),
        (("add", "acme", "198.51.100.0/24", "--auto", "--scope", "all"), 2, "--scope"),
        (("add", "nobody", "198.51.100.0/24", "--auto"), 4, "tenant 'nobody' is not known"),
        (("add", "acme", "198.51.100.0/24", "--auto", "--site", "lon1"), 4, "lon1"),
        (("add", "acme", "198.51.100.0/24", "--auto", "--as", "ana"), 3, "system.manage"),
        (("add", "umbra", "198.51.100.0/24", "--auto", "--as", "zoe"), 3, "no prefix of yours"),
        (("retire", "198.51.100.0/24"), 4, "is not registered"),
        (("set", "192.0.2.0/24", "--never", "--as", "zoe"), 4, "is not registered"),
    ],
)
def test_a_prefix_that_cannot_be_is_one_sentence_and_its_status(
    netwb: Commands, arguments: tuple[str, ...], status: int, words: str
) -> None:
    netwb("prefix", "add", "acme", "192.0.2.0/24", "--auto")

    ran = netwb("prefix", *arguments)

    assert (ran.status, ran.out) == (status, "")
    assert words in ran.err
    assert ran.err.startswith("netwb: ")
    assert "Traceback" not in ran.err
    assert [one["network"] for one in netwb("prefix", "list", "--json").json["items"]] == [
        "192.0.2.0/24"
    ]


def test_a_trigger_and_an_edge_are_named_changed_and_retired(netwb: Commands) -> None:
    added = netwb("trigger", "add", "trg1", "--community", "64500:0666", "--max", "12", "--json")
    assert added.status == 0, added.err
    assert (added.json["hostname"], added.json["community"], added.json["max_routes"]) == (
        "trg1",
        "64500:666",
        12,
    )
    changed = netwb("trigger", "set", "acme/trg1", "--save", "--json")
    assert (changed.json["community"], changed.json["saves"]) == ("64500:666", True)
    assert netwb("trigger", "set", "acme/trg1", "--no-save", "--json").json["saves"] is False
    assert netwb("edge", "add", "umbra/pe1").status == 0
    assert [one["hostname"] for one in netwb("edge", "list", "--json").json["items"]] == ["pe1"]
    assert "acme/trg1" in netwb("trigger", "list").out
    assert "umbra/pe1" in netwb("edge", "list").out
    assert netwb("trigger", "retire", "trg1").status == netwb("edge", "retire", "pe1").status == 0
    assert "nothing is announced" in netwb("trigger", "list").out


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("trigger", "add", "nobody"), 4, "device 'nobody' is not known"),
        (("trigger", "add", "trg1", "--community", "70000:1"), 2, "write it like 65535:666"),
        (("trigger", "add", "trg1", "--max", "0"), 2, "from 1 to"),
        (("trigger", "add", "trg1", "--max", "many"), 2, "--max"),
        (("trigger", "add", "trg1", "--as", "ana"), 3, "system.manage"),
        (("edge", "add", "pe1", "--as", "zoe"), 3, "scope of all tenants"),
        (("trigger", "set", "trg1", "--max", "3"), 4, "is no trigger"),
        (("edge", "retire", "pe1"), 4, "is no edge"),
    ],
)
def test_a_router_that_cannot_be_is_one_sentence_and_its_status(
    netwb: Commands, arguments: tuple[str, ...], status: int, words: str
) -> None:
    ran = netwb(*arguments)

    assert (ran.status, ran.out) == (status, "")
    assert words in ran.err


def test_a_sender_s_key_stands_on_stdout_this_once(netwb: Commands) -> None:
    added = netwb("sender", "add", "fnm1", "--networks", "192.0.2.7, 2001:db8::/32")

    assert added.status == 0
    key = added.out.strip()
    assert len(parse_key(key)) == 32
    rotated = netwb("sender", "rotate", "fnm1", "--json").json
    assert rotated["key"] not in {"", key}
    assert rotated["sender"]["rotating"] is True
    (listed,) = netwb("sender", "list", "--json").json["items"]
    assert listed["networks"] == ["192.0.2.7/32", "2001:db8::/32"]
    assert key not in netwb("sender", "list").out + str(listed)
    assert netwb("sender", "settle", "fnm1").status == 0
    assert "one" in netwb("sender", "list").out
    assert netwb("sender", "retire", "fnm1").status == 0
    assert netwb("sender", "list", "--json").json == {"items": []}


def test_a_sender_may_have_the_key_that_its_script_has_already(
    netwb: Commands, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_text(key_text(bytes(range(32))) + "\n")
    short = tmp_path / "short"
    short.write_text("whsec_AAAA")

    added = netwb("sender", "add", "fnm1", "--key", f"file:{key}")
    refused = netwb("sender", "add", "fnm2", "--key", f"file:{short}")

    assert (added.status, added.out) == (0, "")
    with closing(Workbench.open(tmp_path / "home", environment={})) as bench:
        (opened,) = bench._parts.attacks.senders.open()
    assert opened.keys == (bytes(range(32)),)
    assert (refused.status, refused.out) == (2, "")
    assert "whsec_ and 24 to 64 bytes" in refused.err
    assert "AAAA" not in refused.err


def test_a_callback_is_a_path_with_a_secret_in_it(netwb: Commands) -> None:
    added = netwb(
        *("sender", "add", "adv", "--kind", "advanced", "--networks", "192.0.2.7"),
        *("--callback", "--json"),
    ).json

    assert added["callback"].startswith("/api/v1/fastnetmon/callback/")
    assert added["sender"]["kind"] == "advanced"
    again = netwb("sender", "set", "adv", "--callback", "new", "--json").json
    assert again["callback"] not in {"", added["callback"]}
    assert again["key"] == ""
    assert netwb("sender", "set", "adv", "--callback", "off", "--networks", "").status == 0
    (listed,) = netwb("sender", "list", "--json").json["items"]
    assert (listed["callback"], listed["networks"]) == (False, [])


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("add", "fnm1"), 2, "is there already"),
        (("add", "Fnm 2"), 2, "sender"),
        (("add", "fnm2", "--networks", "192.0.2.7/24"), 2, "write it like 192.0.2.7"),
        (("add", "fnm2", "--kind", "other"), 2, "--kind"),
        (("add", "fnm2", "--callback"), 2, "give --networks"),
        (("set", "fnm1"), 2, "nothing to change"),
        (("settle", "fnm1"), 2, "has one key"),
        (("rotate", "fnm2"), 4, "is not known"),
        (("list", "--as", "zoe"), 3, "scope of all tenants"),
        (("add", "fnm2", "--as", "ana"), 3, "system.manage"),
    ],
)
def test_a_sender_that_cannot_be_is_one_sentence_and_its_status(
    netwb: Commands, arguments: tuple[str, ...], status: int, words: str
) -> None:
    netwb("sender", "add", "fnm1")

    ran = netwb("sender", *arguments)

    assert (ran.status, ran.out) == (status, "")
    assert words in ran.err


def test_a_site_is_put_into_shadow_and_out_of_it(netwb: Commands) -> None:
    assert "shadow off -> on" in netwb("site", "set", "acme/fra1", "--shadow", "on").err
    assert netwb("site", "show", "acme/fra1", "--json").json["shadow"] is True
    assert "shadow on -> off" in netwb("site", "set", "acme/fra1", "--shadow", "off").err
    assert netwb("site", "set", "acme/fra1", "--shadow", "maybe").status == 2
    assert netwb("site", "set", "acme/fra1", "--shadow", "on", "--as", "ana").status == 3


def test_the_doctor_says_what_is_missing(netwb: Commands) -> None:
    assert "no prefix is registered, so nothing is blackholed" in netwb("doctor").out

    netwb("prefix", "add", "acme", "203.0.113.0/24", "--auto")
    netwb("sender", "add", "fnm1")

    found = netwb("doctor").out
    assert "1 prefix is registered, and no trigger announces anything" in found
    assert "sender fnm1 was never heard" in found


def test_an_address_alone_is_its_host(netwb: Commands) -> None:
    netwb("prefix", "add", "acme", "2001:0db8:cafe::0010", "--auto")

    (listed,) = netwb("prefix", "list", "--json").json["items"]
    assert ip_network(listed["network"]) == ip_network("2001:db8:cafe::10/128")
