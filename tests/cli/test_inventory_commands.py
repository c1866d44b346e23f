from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from netwb.inventory.records import NewCredential, NewDevice, SecretSource
from netwb.workbench import Workbench
from tests.cli.commands import Commands, Ran
from tests.inventory.ground import NEW_KEY, OLD_KEY

SECRET = "hunter2-s3cret"


@pytest.fixture(scope="module")
def acme_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one tenant, two sites, a credential and a device; each test works on a copy."""
    home = tmp_path_factory.mktemp("new") / "home"
    made = Workbench.create(home, environment={"LAB_PASSWORD": SECRET})
    made.add_tenant("acme", name="Acme Ltd")
    made.add_site("acme/fra1")
    made.add_site("acme/ams1")
    password = SecretSource(origin="env:LAB_PASSWORD")
    made.add_credential(
        NewCredential(tenant="acme", name="lab", username="netwb", secrets={"password": password})
    )
    made.set_tenant("acme", credential="lab")
    made.add_device(
        NewDevice(
            tenant="acme",
            site="fra1",
            hostname="edge1",
            address="192.0.2.1",
            platform="cisco_ios",
        )
    )
    made.close()
    return home


@pytest.fixture
def acme(
    acme_home: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Commands:
    """The command over that home."""
    shutil.copytree(acme_home, tmp_path / "home")
    monkeypatch.setenv("LAB_PASSWORD", SECRET)
    return Commands(tmp_path / "home", capsys)


def good(netwb: Commands, *arguments: str) -> Ran:
    """Run a step on the way, which has to work."""
    ran = netwb(*arguments)
    assert ran.status == 0, ran.err
    return ran


def test_readmes_first_steps_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    netwb = Commands(tmp_path / "home", capsys)
    monkeypatch.setenv("LAB_PASSWORD", SECRET)

    for line in (
        "init",
        "tenant add acme --name Acme",
        "site add acme/fra1 --jump ana@192.0.2.9 --max-sessions 3",
        "credential add lab --tenant acme --username netwb --password env:LAB_PASSWORD",
        "site set acme/fra1 --credential lab --jump-credential lab",
        "device add edge1 --tenant acme --site acme/fra1 --address 192.0.2.1",
    ):
        good(netwb, *line.split())

    shown = good(netwb, "device", "show", "edge1", "--json").json
    assert shown["platform"] == "auto"
    assert shown["credential"] == {"value": "lab", "source": "site"}


def test_tenants_have_the_shape_that_scripts_rely_on(acme: Commands) -> None:
    (item,) = acme("tenant", "list", "--json").json["items"]

    assert {"id", "slug", "name", "status"} <= item.keys()
    assert (item["slug"], item["name"], item["status"]) == ("acme", "Acme Ltd", "active")


def test_devices_have_the_shape_that_scripts_rely_on(acme: Commands) -> None:
    (item,) = acme("device", "list", "--json").json["items"]

    assert item["id"]
    assert {
        name: item[name]
        for name in (
            *("tenant", "site", "hostname", "address", "platform", "status"),
            *("model", "serial", "os_version"),
        )
    } == {
        "tenant": "acme",
        "site": "fra1",
        "hostname": "edge1",
        "address": "192.0.2.1",
        "platform": "cisco_ios",
        "status": "active",
        "model": None,
        "serial": None,
        "os_version": None,
    }


def test_show_tells_where_a_value_comes_from(acme: Commands) -> None:
    good(acme, "site", "set", "acme/fra1", "--jump", "ana@192.0.2.9:2222")

    shown = acme("device", "show", "edge1")

    assert "lab (from the tenant)" in shown.out
    assert "ana@192.0.2.9:2222 (from the site)" in shown.out
    document = acme("device", "show", "acme/edge1", "--json").json
    assert document["credential"] == {"value": "lab", "source": "tenant"}


def test_a_device_goes_through_its_life(acme: Commands) -> None:
    good(acme, "device", "set", "edge1", "--site", "ams1", "--label", "ring=a", "--role", "pe")
    good(acme, "device", "set", "edge1", "--label", "core", "--unlabel", "ring", "--role", "")
    good(acme, "device", "rename", "edge1", "edge2")
    told = good(acme, "device", "replace", "edge2", "--serial", "NEW2", "--host-key", OLD_KEY).err
    assert "believed where they call it edge2; another name is set by" in told
    good(acme, "device", "trust", "edge2", NEW_KEY)
    retired = good(acme, "device", "retire", "edge2")
    assert "`netwb device activate acme/edge2`" in retired.err
    assert "`netwb device activate " in acme("device", "set", "edge2", "--role", "x").err
    assert acme("device", "list", "--json").json["items"] == []
    good(acme, "device", "activate", "edge2")

    (item,) = acme("device", "list", "--label", "core", "--json").json["items"]
    assert (item["site"], item["labels"], item["role"]) == ("ams1", {"core": ""}, None)
    assert item["serial"] == "NEW2"
    events = acme("device", "events", "edge2", "--json").json["items"]
    assert [event["kind"] for event in reversed(events)] == [
        "added",
        "changed",
        "changed",
        "renamed",
        "replaced",
        "trusted",
        "retired",
        "activated",
    ]
    audited = {event["action"] for event in acme("audit", "list", "--json").json["items"]}
    assert {"device.rename", "device.replace", "device.trust", "device.retire"} <= audited


def test_an_empty_value_clears(acme: Commands) -> None:
    given = ("--port", "2222", "--platform", "frr", "--transport", "stock", "--role", "pe")
    good(acme, "device", "set", "edge1", *given)
    good(acme, "site", "set", "acme/fra1", "--name", "Frankfurt")

    good(acme, "device", "set", "edge1", *(word if word[0] == "-" else "" for word in given))
    good(acme, "site", "set", "acme/fra1", "--name", "")

    device = acme("device", "show", "edge1", "--json").json
    fields = ("port", "platform", "transport", "role")
    assert [device[name] for name in fields] == [22, "auto", "fast", None]
    assert acme("site", "show", "acme/fra1", "--json").json["name"] == "fra1"
    assert "address cannot be empty" in acme("device", "set", "edge1", "--address", "").err


def test_a_label_has_a_value_or_none_and_no_blanks(acme: Commands) -> None:
    good(acme, "device", "set", "edge1", "--label", "core", "--label", "ring=a")

    assert acme("device", "show", "edge1", "--json").json["labels"] == {"core": "", "ring": "a"}
    for label in ("a b", "site=New York", ""):
        refused = acme("device", "set", "edge1", "--label", label)
        assert (refused.status, refused.out) == (2, "")
        assert "write KEY or KEY=VALUE, without blanks" in refused.err


def test_a_name_that_is_borne_again_brings_no_retired_device_back(acme: Commands) -> None:
    first = acme("device", "show", "edge1", "--json").json["id"]
    good(acme, "device", "retire", "edge1")
    line = "device add acme/edge1 --site fra1 --address 192.0.2.7 --status planned"
    good(acme, *line.split())

    good(acme, "device", "activate", "edge1")
    refused = acme("device", "activate", "edge1")

    assert refused.status == 2
    assert f"retired ones of that name are {first}; rename the active one" in refused.err
    assert first in acme("device", "list", "--status", "any").out
    good(acme, "device", "rename", "edge1", "edge7")
    good(acme, "device", "activate", first)
    assert acme("device", "show", "acme/edge1", "--json").json["id"] == first


@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        ("device show nope", 4, "device 'nope' is not known"),
        ("device show globex/edge1", 4, "is not known"),
        ("site show acme/nope", 4, "site 'acme/nope' is not known"),
        ("tenant show nope", 4, "tenant 'nope' is not known"),
        ("credential show nope", 4, "credential 'nope' is not known"),
        ("tenant add acme", 2, "exists already"),
        ("tenant add Acme", 2, "tenant 'Acme' is not usable"),
        ("site add fra1", 2, "write TENANT/SITE"),
        ("site add acme/fra2 --jump nobody", 2, "write user@host"),
        ("site set acme/fra1 --max-sessions many", 2, "max sessions 'many'"),
        ("device add edge2 --site fra1 --address 192.0.2.2", 2, "TENANT/edge2, or --tenant"),
        ("device add acme/edge1 --site fra1 --address 192.0.2.2", 2, "exists already"),
        ("device add acme/a/b --site fra1 --address 192.0.2.2", 2, "hostname 'a/b'"),
        ("device add acme/e2 --site fra1 --address 192.0.2.300", 2, "address '192.0.2.300'"),
        ("device add acme/e2 --site fra1 --address 192.0.2.2 --platform ios", 2, "platform 'ios'"),
        ("device add acme/e2 --site nope --address 192.0.2.2", 4, "site 'nope'"),
        ("device set edge1 --port 0", 2, "port '0'"),
        ("device rename edge1 a/b", 2, "hostname 'a/b'"),
        ("device trust edge1 ssh-ed25519", 2, "no OpenSSH public key"),
        ("device list --colour red", 2, "there is no option"),
        ("device list --tenant nope", 4, "tenant 'nope' is not known"),
        ("device list --site nope", 4, "site 'nope' is not known"),
        ("device list --site globex/fra1", 4, "site 'globex/fra1' is not known"),
        ("device list --platform ios", 2, "platform 'ios' is not known"),
        ("device list --status gone", 2, "planned, active, maintenance, retired, any"),
        ("device set edge1 --status gone", 2, "take one of planned, active, maintenance\n"),
        ("device set edge1 --label =a", 2, "label '' is not usable"),
        ("credential add x --username u", 2, "--tenant T"),
        ("credential add x --tenant acme", 2, "needs a username"),
        ("credential set lab", 2, "nothing is given to change"),
        ("credential retire lab", 2, "is used by tenant acme"),
        ("device import /nowhere.csv", 2, "file /nowhere.csv cannot be read"),
    ],
)
def test_a_mistake_is_one_sentence_and_its_exit_status(
    acme: Commands, line: str, status: int, words: str
) -> None:
    ran = acme(*line.split())

    assert ran.status == status
    assert words in ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err


def test_tables_are_for_people(acme: Commands) -> None:
    for line in (
        "tenant list",
        "tenant show acme",
        "site list --tenant acme",
        "site show acme/fra1",
        "device list",
        "device events edge1",
        "credential list",
        "credential show lab",
        "credential used-by lab",
    ):
        ran = good(acme, *line.split())
        assert "acme" in ran.out or "added" in ran.out
        assert good(acme, *line.split(), "--json").json


def test_a_rotation_begins_and_ends(acme: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXT", "next-s3cret")

    good(acme, *["credential", "set", "lab", "--password", "env:NEXT", "--rotate"])
    assert acme("credential", "show", "lab", "--json").json["rotating"] is True

    good(acme, *["credential", "set", "lab", "--settle"])
    assert acme("credential", "show", "lab", "--json").json["rotating"] is False


@pytest.mark.parametrize(
    ("line", "held"),
    [
        ("--snmp-community env:LAB_PASSWORD", {"snmp_community": "sealed"}),
        (
            "--snmp-user u --snmp-auth sha256:env:LAB_PASSWORD --snmp-priv aes256c:env:LAB_PASSWORD",
            {"snmp_auth": "sealed", "snmp_priv": "sealed"},
        ),
        (
            "--username u --password env:LAB_PASSWORD --enable env:LAB_PASSWORD --reference",
            {"password": "env:LAB_PASSWORD", "enable": "env:LAB_PASSWORD"},
        ),
        ("--username u", {}),
    ],
    ids=["v2c", "v3", "reference", "agent"],
)
def test_credentials_of_each_kind(acme: Commands, line: str, held: dict[str, str]) -> None:
    said = good(acme, "credential", "add", "other", "--tenant", "acme", *line.split())

    assert acme("credential", "show", "other", "--json").json["secrets"] == held
    option = "--snmp-credential" if "snmp" in line else "--credential"
    assert f"netwb tenant set acme {option} other" in said.err
    good(acme, "tenant", "set", "acme", option, "other")
    good(acme, "tenant", "set", "acme", option, "acme/other")


def csv(tmp_path: Path, *rows: str) -> str:
    file = tmp_path / "devices.csv"
    file.write_text("\n".join(["Name,IP,Rack", *rows, ""]))
    return str(file)


OPTIONS = (
    *("--map", "Name=hostname", "--map", "IP=address", "--ignore", "Rack"),
    *("--defaults", "tenant=acme,site=fra1,platform=cisco_ios"),
)


def test_an_import_is_shown_then_done_then_finds_nothing_to_do(
    acme: Commands, tmp_path: Path
) -> None:
    file = csv(tmp_path, "edge1,192.0.2.11,r1", "edge2,192.0.2.2,r2")

    dry = good(acme, "device", "import", file, *OPTIONS, "--dry-run")
    assert "address: 192.0.2.1 -> 192.0.2.11" in dry.out
    assert "would be: 1 added, 1 updated" in dry.err
    assert len(acme("device", "list", "--json").json["items"]) == 1

    done = good(acme, "device", "import", file, *OPTIONS, "--json").json
    assert [(item["action"], item["hostname"]) for item in done["items"]] == [
        ("update", "edge1"),
        ("add", "edge2"),
    ]
    again = good(acme, "device", "import", file, *OPTIONS)
    assert "0 added, 0 updated, 0 retired, 2 unchanged" in again.err


def test_bad_rows_stop_an_import_unless_they_are_skipped(acme: Commands, tmp_path: Path) -> None:
    file = csv(tmp_path, "edge2,192.0.2.2,", "edge3,192.0.2.300,", "a/b,192.0.2.4,")

    refused = acme("device", "import", file, *OPTIONS)
    assert refused.status == 2
    assert [line.partition(":")[0] for line in refused.err.splitlines()] == [
        "line 3",
        "line 4",
        "netwb",
    ]
    assert acme("device", "import", file, *OPTIONS, "--dry-run").status == 2
    assert len(acme("device", "list", "--json").json["items"]) == 1

    skipped = acme("device", "import", file, *OPTIONS, "--skip-bad", "--json")
    assert skipped.status == 1
    assert len(skipped.json["problems"]) == 2
    assert len(acme("device", "list", "--json").json["items"]) == 2


def test_one_cause_of_many_rows_is_one_line(acme: Commands, tmp_path: Path) -> None:
    file = tmp_path / "devices.csv"
    rows = [f"nope,fra1,edge{number},192.0.2.9" for number in range(40)]
    file.write_text("\n".join(["tenant,site,hostname,address", *rows]))

    planned = acme("device", "import", str(file), "--dry-run")
    refused = acme("device", "import", str(file))

    cause = "line 2, line 3, line 4 and 37 more: tenant 'nope' is not known; add it"
    assert planned.out == "no row can be imported\n"
    assert [ran.err.count(cause) for ran in (planned, refused)] == [1, 1]
    assert len(refused.err.splitlines()) == 2


def test_a_row_that_is_left_out_says_why(acme: Commands, tmp_path: Path) -> None:
    file = tmp_path / "netbox.csv"
    file.write_text(
        "Name,Status,Tenant,Site,Manufacturer,IP Address\n"
        "old1,Decommissioning,acme,fra1,Cisco,192.0.2.9/24\n"
    )

    ran = good(acme, "device", "import", str(file))

    assert "is retired (NetBox: decommissioning), and it is not here" in ran.out
    assert "1 left out" in ran.err


def test_an_import_makes_places_when_asked_to(acme: Commands, tmp_path: Path) -> None:
    file = tmp_path / "devices.csv"
    file.write_text("tenant,site,hostname,address,platform\nNew Co,x1,edge9,192.0.2.9,frr\n")

    assert acme("device", "import", str(file)).status == 2
    good(acme, "device", "import", str(file), "--create")

    assert [t["slug"] for t in acme("tenant", "list", "--json").json["items"]] == [
        "acme",
        "new-co",
    ]


@pytest.mark.parametrize(
    ("source", "found", "bad"),
    [
        ("netbox/all_data.csv", ["edge1", "edge2"], 1),
        ("netbox/devices.json", ["edge1"], 2),
        ("simple_inventory", ["edge1", "edge2.example.net"], 1),
    ],
)
def test_what_other_tools_export_is_imported(
    acme: Commands, source: str, found: list[str], bad: int
) -> None:
    file = Path(__file__).parent.parent / "data" / "inventory" / source

    ran = acme("device", "import", str(file), "--create", "--skip-bad", "--json")

    assert ran.status == 1
    assert [item["hostname"] for item in ran.json["items"] if item["action"] != "left_out"] == found
    assert len(ran.json["problems"]) == bad


def test_places_are_retired_and_come_back(acme: Commands) -> None:
    good(acme, "device", "retire", "edge1")
    good(acme, "site", "retire", "acme/fra1")
    good(acme, "tenant", "retire", "acme")
    assert good(acme, "tenant", "list", "--json").json["items"][0]["status"] == "retired"

    assert acme("device", "activate", "edge1").status == 2
    good(acme, "tenant", "activate", "acme")
    good(acme, "site", "activate", "acme/fra1")
    good(acme, "device", "activate", "edge1")

    assert good(acme, "device", "list", "--json").json["items"][0]["status"] == "active"
