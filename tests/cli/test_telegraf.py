"""`netwb telegraf` and `netwb shard`: files of a real home, answers as one document, errors as one line."""

from __future__ import annotations

import time
import tomllib
from contextlib import closing
from pathlib import Path

import pytest

from netwb.inventory.records import NewCredential, NewDevice, SecretSource
from netwb.metrics.records import Point, SeriesKey
from netwb.workbench import Workbench
from tests.cli.commands import Commands


@pytest.fixture
def netwb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    """The command over a home with a device that has a community, and one that has none."""
    made = Workbench.create(tmp_path / "home", environment={})
    for tenant, hostname in (("acme", "edge1"), ("umbra", "pe1")):
        made.add_tenant(tenant, name=tenant.title())
        made.add_site(f"{tenant}/fra1")
        made.add_device(
            NewDevice(
                tenant=tenant,
                site="fra1",
                hostname=hostname,
                address="127.0.0.1",
                platform="cisco_ios",
            )
        )
    secrets = {"snmp_community": SecretSource(origin="prompt", answer="Pub1icRead")}
    made.add_credential(NewCredential(tenant="acme", name="snmp", secrets=secrets))  # type: ignore[arg-type]
    made.set_tenant("acme", snmp_credential="snmp")
    made.close()
    return Commands(tmp_path / "home", capsys)


def test_render_writes_every_shard_and_says_who_is_not_asked(
    netwb: Commands, tmp_path: Path
) -> None:
    ran = netwb("telegraf", "render", "-o", str(tmp_path / "out"))

    assert ran.status == 0, ran.err
    assert "umbra/pe1 is not asked by SNMP: device umbra/pe1 has no SNMP credential" in ran.err
    text = (tmp_path / "out/main/telegraf.d/netwb-acme.fra1.conf").read_text()
    assert tomllib.loads(text)["inputs"]["snmp"][0]["tags"]["device"] == "edge1"
    assert "Pub1icRead" not in ran.out + ran.err


def test_render_s_answer_is_one_document_without_a_secret(netwb: Commands, tmp_path: Path) -> None:
    ran = netwb("telegraf", "render", "-o", str(tmp_path / "out"), "--json")

    (item,) = ran.json["items"]
    assert (item["shard"], item["devices"], item["files"]) == ("main", 2, 3)
    assert item["variables"] == ["SNMP_ACME__SNMP_COMMUNITY"]
    assert "Pub1icRead" not in ran.out


def test_shards_are_added_listed_changed_and_forgotten(netwb: Commands, tmp_path: Path) -> None:
    added = netwb(
        *("shard", "add", "north", "--site", "acme/fra1", "--weight", "2"),
        *("--reload", "systemctl reload 'telegraf@north'"),
    )
    assert added.status == 0, added.err
    changed = netwb("shard", "set", "north", "--site", "umbra/fra1", "--json").json

    assert changed["sites"] == ["umbra/fra1"]
    assert changed["reload"] == ["systemctl", "reload", "telegraf@north"]
    assert "umbra/fra1" in netwb("shard", "list").out
    refused = netwb("telegraf", "render", "-o", str(tmp_path / "out"))
    assert (refused.status, refused.out) == (2, "")
    assert refused.err == (
        "netwb: no shard serves acme/fra1; give it one with `netwb shard set NAME --site acme/fra1`\n"
    )
    assert netwb("shard", "retire", "north").status == 0
    assert netwb("shard", "list", "--json").json["items"][0]["name"] == "main"


def test_a_preview_says_who_moves(netwb: Commands) -> None:
    ran = netwb("shard", "add", "north", "--site", "acme/fra1", "--preview", "--json")

    assert [(one["hostname"], one["old"], one["new"]) for one in ran.json["items"]] == [
        ("edge1", "main", "north"),
        ("pe1", "main", ""),
    ]
    assert "nobody" in netwb("shard", "add", "north", "--site", "acme/fra1", "--preview").out
    assert netwb("shard", "list", "--json").json["items"][0]["name"] == "main"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("shard", "set", "north", "--weight", "2"), 4, "shard 'north' is not known"),
        (("shard", "add", "North"), 2, "shard 'North' is not usable"),
        (("shard", "add", "north", "--weight", "0"), 2, "weight 0 of a shard is not usable"),
        (("shard", "add", "north", "--site", "acme/x"), 4, "site 'acme/x' is not known"),
        (("shard", "add", "north", "--reload", "a 'b"), 2, '--reload "a \'b" cannot be read as a'),
        (("shard", "add", "north", "--place", "moon"), 2, "moon"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    netwb: Commands, arguments: tuple[str, ...], status: int, says: str
) -> None:
    ran = netwb(*arguments)

    assert (ran.status, ran.out) == (status, "")
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_what_differs_is_shown_put_in_place_and_then_nothing_differs(
    netwb: Commands, tmp_path: Path
) -> None:
    folder = tmp_path / "home" / "telegraf.d" / "main"

    first = netwb("telegraf", "diff")
    assert "telegraf.d/netwb-acme.fra1.conf: added" in first.out
    assert "SNMP_ACME__SNMP_COMMUNITY: none -> " in first.out
    assert not folder.exists()
    applied = netwb("telegraf", "apply")
    assert applied.status == 0, applied.err
    assert "files put in place: 4" in applied.err
    assert "restart it yourself, or set telegraf.restart" in applied.err

    assert (folder / "telegraf.d" / "netwb-acme.fra1.conf").is_file()
    assert "files that differ: 0, secrets: 0" in netwb("telegraf", "diff").err
    assert "shard main is as the inventory says" in netwb("telegraf", "apply").err
    assert "Pub1icRead" not in first.out + first.err + applied.out + applied.err


def test_a_dry_run_is_the_diff(netwb: Commands, tmp_path: Path) -> None:
    ran = netwb("telegraf", "apply", "--dry-run", "--json")

    (item,) = ran.json["items"]
    assert (item["shard"], item["needs"], ran.status) == ("main", "restart", 0)
    assert not (tmp_path / "home" / "telegraf.d" / "main").exists()


def test_an_apply_s_answer_is_one_document(netwb: Commands) -> None:
    found = netwb("telegraf", "apply", "--json").json

    assert [(one["shard"], one["status"]) for one in found["items"]] == [("main", "applied")]
    assert found["verdicts"] == []


def test_a_check_says_what_is_wrong_and_what_is_only_worth_knowing(
    netwb: Commands, tmp_path: Path
) -> None:
    good = netwb("telegraf", "check")
    assert good.status == 0
    assert "umbra/pe1 is not asked by SNMP" in good.err
    assert good.err.endswith(
        "all files are fit for use by netwb's own checks; no device was asked, as there is no Telegraf"
        " program here: `netwb poll --once` asks them\n"
    )
    netwb("telegraf", "apply")
    snippet = tmp_path / "home" / "telegraf.d" / "main" / "telegraf.d" / "own.conf"
    snippet.write_text('[[inputs.ping]]\nurls = ["$HOME"]\n')

    bad = netwb("telegraf", "check", "--json")

    assert bad.status == 1
    wrong = [one for one in bad.json["items"] if one["grade"] == "wrong"]
    assert {one["path"] for one in wrong} >= {"telegraf.d/own.conf"}
    assert "'$HOME' has a single $" in wrong[0]["message"]
    refused = netwb("telegraf", "check")
    assert (refused.status, "own.conf" in refused.err) == (1, True)


def test_a_command_of_the_settings_that_is_none_is_refused(
    netwb: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETWB_TELEGRAF__RELOAD", "systemctl 'reload")

    ran = netwb("telegraf", "apply")

    assert ran.status == 2
    assert 'telegraf.reload "systemctl \'reload" is no command' in ran.err


def test_a_secret_that_cannot_be_read_refuses_check_and_apply_and_the_files_stand(
    netwb: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REF", "Pub1icRead")
    asked = ("--snmp-community", "env:REF", "--reference")
    assert netwb("credential", "set", "acme/snmp", *asked).status == 0
    assert netwb("telegraf", "apply").status == 0
    folder = tmp_path / "home" / "telegraf.d" / "main"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    monkeypatch.delenv("REF")

    check = netwb("telegraf", "check")
    apply = netwb("telegraf", "apply", "--no-wait")

    why = "acme/snmp: SNMP community: environment variable REF is not set; export it"
    assert (check.status, "fit for use" in check.err) == (1, False)
    assert f"acme/edge1 is not asked by SNMP: credential {why}" in check.err
    assert apply.status == 2
    assert f"shard main is left as it is, for these would be asked by SNMP no longer: acme/edge1: credential {why}" in apply.err  # fmt: skip
    assert "umbra/pe1" not in apply.err
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert "acme/edge1 is not asked by SNMP" in netwb("telegraf", "diff").err
    monkeypatch.setenv("REF", "Pub1icRead")
    assert netwb("telegraf", "check").status == 0


def test_without_waiting_the_daemon_is_left_to_look_for_samples(
    netwb: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETWB_TELEGRAF__RELOAD", "/bin/true")
    monkeypatch.setenv("NETWB_TELEGRAF__RESTART", "/bin/true")

    ran = netwb("telegraf", "apply", "--no-wait")

    assert ran.status == 0
    assert "restart done; samples are waited for until" in ran.err
    assert (tmp_path / "home/telegraf.d/.state/main/state.json").is_file()


def test_an_apply_waits_until_samples_come(
    netwb: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for word in ("RELOAD", "RESTART"):
        monkeypatch.setenv(f"NETWB_TELEGRAF__{word}", "/bin/true")
    soon = int(time.time()) + 3600
    with closing(Workbench.open(tmp_path / "home", environment={})) as bench:
        device = bench.device("acme/edge1")
        key = SeriesKey(tenant="acme", device_id=device.id)
        point = Point(
            measurement="device",
            key=key,
            site="fra1",
            device="edge1",
            at=soon,
            values={"sysUpTime": 1},
        )
        bench._parts.metrics.write([point])

    ran = netwb("telegraf", "apply")

    assert ran.status == 0, ran.err
    assert ran.err.endswith("shard main: samples come\n")
    assert "files that differ: 0" in netwb("telegraf", "diff").err
