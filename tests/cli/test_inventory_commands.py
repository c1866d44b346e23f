from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.ground import Netwb
from tests.inventory.ground import NEW_KEY, OLD_KEY


@pytest.fixture
def acme(netwb: Netwb, monkeypatch: pytest.MonkeyPatch) -> Netwb:
    """What README's first steps make."""
    monkeypatch.setenv("LAB_PASSWORD", "hunter2-s3cret")
    netwb.good("tenant", "add", "acme", "--name", "Acme Ltd")
    netwb.good("site", "add", "acme/fra1")
    netwb.good("site", "add", "acme/ams1")
    netwb.good(
        *"credential add lab --tenant acme --username netwb --password env:LAB_PASSWORD".split()
    )
    netwb.good(*"tenant set acme --credential lab".split())
    netwb.good(
        *"device add acme/edge1 --site fra1 --address 192.0.2.1 --platform cisco_ios".split()
    )
    return netwb


def test_tenants_have_the_shape_that_scripts_rely_on(acme: Netwb) -> None:
    (item,) = acme("tenant", "list", "--json").document["items"]

    assert {"id", "slug", "name", "status"} <= item.keys()
    assert (item["slug"], item["name"], item["status"]) == ("acme", "Acme Ltd", "active")


def test_devices_have_the_shape_that_scripts_rely_on(acme: Netwb) -> None:
    (item,) = acme("device", "list", "--json").document["items"]

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


def test_show_tells_where_a_value_comes_from(acme: Netwb) -> None:
    acme.good("site", "set", "acme/fra1", "--jump", "ana@192.0.2.9:2222")

    shown = acme("device", "show", "edge1")

    assert "lab (from the tenant)" in shown.out
    assert "ana@192.0.2.9:2222 (from the site)" in shown.out
    document = acme("device", "show", "acme/edge1", "--json").document
    assert document["credential"] == {"value": "lab", "source": "tenant"}


def test_a_device_goes_through_its_life(acme: Netwb) -> None:
    acme.good("device", "set", "edge1", "--site", "ams1", "--label", "ring=a", "--role", "pe")
    acme.good("device", "set", "edge1", "--label", "core", "--unlabel", "ring", "--role", "")
    acme.good("device", "rename", "edge1", "edge2")
    acme.good("device", "replace", "edge2", "--serial", "NEW2", "--host-key", OLD_KEY)
    acme.good("device", "trust", "edge2", NEW_KEY)
    acme.good("device", "retire", "edge2")
    assert acme("device", "list", "--json").document["items"] == []
    acme.good("device", "activate", "edge2")

    (item,) = acme("device", "list", "--label", "core", "--json").document["items"]
    assert (item["site"], item["labels"], item["role"]) == ("ams1", {"core": ""}, None)
    assert item["serial"] == "NEW2"
    events = acme("device", "events", "edge2", "--json").document["items"]
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
    audited = {event["action"] for event in acme("audit", "list", "--json").document["items"]}
    assert {"device.rename", "device.replace", "device.trust", "device.retire"} <= audited


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
        ("device add acme/a/b --site fra1 --address 192.0.2.2", 4, "tenant 'acme/a'"),
        ("device add acme/e2 --site fra1 --address 192.0.2.300", 2, "address '192.0.2.300'"),
        ("device add acme/e2 --site fra1 --address 192.0.2.2 --platform ios", 2, "platform 'ios'"),
        ("device add acme/e2 --site nope --address 192.0.2.2", 4, "site 'nope'"),
        ("device set edge1 --port 0", 2, "port '0'"),
        ("device rename edge1 a/b", 2, "hostname 'a/b'"),
        ("device trust edge1 ssh-ed25519", 2, "no OpenSSH public key"),
        ("device list --colour red", 2, "No such option"),
        ("credential add x --username u", 2, "--tenant T"),
        ("credential add x --tenant acme", 2, "needs a username"),
        ("credential set lab", 2, "nothing is given to change"),
        ("credential retire lab", 2, "is used by tenant acme"),
        ("device import /nowhere.csv", 2, "file /nowhere.csv cannot be read"),
    ],
)
def test_a_mistake_is_one_sentence_and_its_exit_status(
    acme: Netwb, line: str, status: int, words: str
) -> None:
    ran = acme(*line.split())

    assert ran.status == status
    assert words in ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err


def test_tables_are_for_people(acme: Netwb) -> None:
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
        ran = acme.good(*line.split())
        assert "acme" in ran.out or "added" in ran.out
        assert acme.good(*line.split(), "--json").document


# -- credentials


def test_a_rotation_begins_and_ends(acme: Netwb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXT", "next-s3cret")

    acme.good(*"credential set lab --password env:NEXT --rotate".split())
    assert acme("credential", "show", "lab", "--json").document["rotating"] is True

    acme.good(*"credential set lab --settle".split())
    assert acme("credential", "show", "lab", "--json").document["rotating"] is False


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
def test_credentials_of_each_kind(acme: Netwb, line: str, held: dict[str, str]) -> None:
    acme.good("credential", "add", "other", "--tenant", "acme", *line.split())

    assert acme("credential", "show", "other", "--json").document["secrets"] == held


# -- imports


def csv(tmp_path: Path, *rows: str) -> str:
    file = tmp_path / "devices.csv"
    file.write_text("\n".join(["Name,IP,Rack", *rows, ""]))
    return str(file)


OPTIONS = (
    *("--map", "Name=hostname", "--map", "IP=address", "--ignore", "Rack"),
    *("--defaults", "tenant=acme,site=fra1,platform=cisco_ios"),
)


def test_an_import_is_shown_then_done_then_finds_nothing_to_do(
    acme: Netwb, tmp_path: Path
) -> None:
    file = csv(tmp_path, "edge1,192.0.2.11,r1", "edge2,192.0.2.2,r2")

    dry = acme.good("device", "import", file, *OPTIONS, "--dry-run")
    assert "address: 192.0.2.1 -> 192.0.2.11" in dry.out
    assert "would be: 1 added, 1 updated" in dry.err
    assert len(acme("device", "list", "--json").document["items"]) == 1

    done = acme.good("device", "import", file, *OPTIONS, "--json").document
    assert [(item["action"], item["hostname"]) for item in done["items"]] == [
        ("update", "edge1"),
        ("add", "edge2"),
    ]
    again = acme.good("device", "import", file, *OPTIONS)
    assert "0 added, 0 updated, 0 retired, 2 unchanged" in again.err


def test_bad_rows_stop_an_import_unless_they_are_skipped(acme: Netwb, tmp_path: Path) -> None:
    file = csv(tmp_path, "edge2,192.0.2.2,", "edge3,192.0.2.300,", "a/b,192.0.2.4,")

    refused = acme("device", "import", file, *OPTIONS)
    assert refused.status == 2
    assert [line.partition(":")[0] for line in refused.err.splitlines()] == [
        "line 3",
        "line 4",
        "netwb",
    ]
    assert acme("device", "import", file, *OPTIONS, "--dry-run").status == 2
    assert len(acme("device", "list", "--json").document["items"]) == 1

    skipped = acme("device", "import", file, *OPTIONS, "--skip-bad", "--json")
    assert skipped.status == 1
    assert len(skipped.document["problems"]) == 2
    assert len(acme("device", "list", "--json").document["items"]) == 2


def test_an_import_makes_places_when_asked_to(acme: Netwb, tmp_path: Path) -> None:
    file = tmp_path / "devices.csv"
    file.write_text("tenant,site,hostname,address,platform\nNew Co,x1,edge9,192.0.2.9,frr\n")

    assert acme("device", "import", str(file)).status == 2
    acme.good("device", "import", str(file), "--create")

    assert [t["slug"] for t in acme("tenant", "list", "--json").document["items"]] == [
        "acme",
        "new-co",
    ]
