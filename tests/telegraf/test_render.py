"""From devices to texts: the contract's names, no secret, the same for the same."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from typing import Any

import pytest

from netwb.errors import TelegrafError
from netwb.inventory.ports.records import SnmpLogin
from netwb.metrics.poller.columns import COLUMNS, SCALARS
from netwb.metrics.records import DEVICE_FIELDS, INTERFACE_FIELDS, PING_FIELDS
from netwb.telegraf.checks import check_texts
from netwb.telegraf.records import Asking, Output, ShardFiles
from netwb.telegraf.render import single_text
from tests.telegraf.ground import INFLUX, V2C, V3, rendered, target

FRA = "telegraf.d/netwb-acme.fra1.conf"


def documents(files: ShardFiles) -> dict[str, dict[str, Any]]:
    return {path: tomllib.loads(text) for path, text in files.texts.items()}


def snmp(files: ShardFiles, path: str = FRA) -> dict[str, Any]:
    found: dict[str, Any] = documents(files)[path]["inputs"]["snmp"][0]
    return found


def test_a_device_has_a_block_of_its_own_with_the_contract_s_names() -> None:
    block = snmp(rendered(target(address="192.0.2.7", port=1161)))

    assert (block["name"], block["table"][0]["name"]) == ("device", "interface")
    assert block["agents"] == ["udp://192.0.2.7:1161"]
    assert block["alias"] == "acme|edge1"
    assert block["tags"] == {
        "tenant": "acme",
        "site": "fra1",
        "device": "edge1",
        "device_id": "id-acme-edge1",
    }
    assert (block["agent_host_tag"], block["stop_on_error"], block["path"]) == ("source", True, [])
    assert (block["timeout"], block["retries"]) == ("2s", 1)


def test_all_fields_of_the_stores_are_asked_for_as_whole_numbers() -> None:
    block = snmp(rendered(target()))
    scalars = {field["name"]: field for field in block["field"]}
    columns = {field["name"]: field for field in block["table"][0]["field"]}

    assert set(scalars) == set(DEVICE_FIELDS)
    assert set(columns) == {"ifName", *INTERFACE_FIELDS}
    assert columns.pop("ifName") == {
        "name": "ifName",
        "oid": ".1.3.6.1.2.1.31.1.1.1.1",
        "is_tag": True,
    }
    every = {**scalars, **columns}.values()
    assert {field["conversion"] for field in every} == {"int"}
    assert all(re.fullmatch(r"(\.\d+)+", field["oid"]) for field in every)
    assert len({field["oid"] for field in every}) == len(every)


def test_telegraf_and_netwb_s_own_poller_ask_for_the_same() -> None:
    block = snmp(rendered(target()))
    fields = (*block["field"], *block["table"][0]["field"])
    inventory = {"ifType", "ifAlias"}  # which the poller reads for the list of ports

    asked = {field["name"]: field["oid"].removeprefix(".") for field in fields}

    polled = {name: oid for oid, name in SCALARS.items()} | dict(COLUMNS)
    assert asked == {name: oid for name, oid in polled.items() if name not in inventory}


def test_no_tag_is_asked_of_a_device_but_the_name_of_its_ports() -> None:
    block = snmp(rendered(target()))

    assert [field for field in block["field"] if field.get("is_tag")] == []
    assert "inherit_tags" not in block["table"][0]


def test_a_community_is_a_variable_that_telegraf_does_not_start_without() -> None:
    files = rendered(target())

    block = snmp(files)
    assert (block["version"], block["community"]) == (
        2,
        "${SNMP_ACME__SNMP_COMMUNITY:?SNMP_ACME__SNMP_COMMUNITY is not set}",
    )
    assert files.environment == {
        "METRICS_SECRET": "Wr1te",
        "SNMP_ACME__SNMP_COMMUNITY": "Pub1icRead",
    }


def test_version_3_has_its_words_and_its_secrets_as_variables() -> None:
    files = rendered(target(login=V3))

    block = snmp(files)
    assert (block["version"], block["sec_level"], block["sec_name"]) == (3, "authPriv", "netwb")
    assert (block["auth_protocol"], block["priv_protocol"]) == ("SHA256", "AES")
    assert block["auth_password"].startswith("${SNMP_ACME__CORE_AUTH:?")
    assert block["priv_password"].startswith("${SNMP_ACME__CORE_PRIV:?")
    assert files.environment["SNMP_ACME__CORE_PRIV"] == "Long-Priv-Key"


@pytest.mark.parametrize(
    ("login", "level"),
    [
        (replace(V3, priv_protocol=None, priv_key=None), "authNoPriv"),
        (SnmpLogin(credential="acme/open", user="guest"), "noAuthNoPriv"),
    ],
    ids=["auth", "none"],
)
def test_version_3_says_how_much_it_protects(login: SnmpLogin, level: str) -> None:
    block = snmp(rendered(target(login=login)))

    assert block["sec_level"] == level
    assert "priv_password" not in block


def test_no_secret_stands_in_any_text() -> None:
    files = rendered(target(), target("core1", login=V3))

    everything = "".join(files.texts.values()) + repr(files)
    for secret in ("Pub1icRead", "Long-Auth-Key", "Long-Priv-Key", "Wr1te"):
        assert secret not in everything


def test_a_device_is_pinged_by_telegraf_itself() -> None:
    (ping,) = documents(rendered(target(address="2001:db8::7")))[FRA]["inputs"]["ping"]

    assert (ping["method"], ping["urls"], ping["ipv6"]) == ("native", ["2001:db8::7"], True)
    assert ping["fieldinclude"] == list(PING_FIELDS)
    assert ping["tags"]["device_id"] == "id-acme-edge1"
    assert ping["tagexclude"] == ["url"]


def test_a_name_in_place_of_an_address_is_asked_and_pinged_as_it_is() -> None:
    found = documents(rendered(target(address="edge1.example.net")))[FRA]["inputs"]

    assert found["snmp"][0]["agents"] == ["udp://edge1.example.net:161"]
    assert (found["ping"][0]["urls"], found["ping"][0]["ipv6"]) == (["edge1.example.net"], False)


def test_an_ipv6_agent_is_in_brackets() -> None:
    block = snmp(rendered(target(address="2001:db8::7")))

    assert block["agents"] == ["udp://[2001:db8::7]:161"]


def test_without_pings_no_ping_is_written() -> None:
    files = rendered(target(), asking=Asking(pings=0))

    assert "ping" not in documents(files)[FRA]["inputs"]


def test_a_device_without_login_is_pinged_and_said() -> None:
    files = rendered(target(login=None, no_login="device acme/edge1 has no SNMP credential"))

    assert set(documents(files)[FRA]["inputs"]) == {"ping"}
    assert [(one.hostname, one.reason) for one in files.unasked] == [
        ("edge1", "device acme/edge1 has no SNMP credential")
    ]


def test_a_device_of_which_nothing_is_asked_leaves_no_file_behind() -> None:
    files = rendered(target(login=None, no_login="none"), asking=Asking(pings=0))

    assert set(files.texts) == {"telegraf.conf"}


@pytest.mark.parametrize(
    ("login", "why"),
    [
        (
            replace(V2C, community="two\nlines"),
            "SNMP community of credential acme/snmp holds a line",
        ),
        (replace(V3, auth_key="x@{y:z}"), "SNMP auth of credential acme/core holds @{"),
    ],
    ids=["lines", "reference"],
)
def test_a_secret_that_telegraf_cannot_be_given_leaves_out_its_devices_alone(
    login: SnmpLogin, why: str
) -> None:
    good = replace(V2C, credential="acme/good")

    files = rendered(target(login=login), target("edge2", login=good))

    assert [one.hostname for one in files.unasked] == ["edge1"]
    assert why in files.unasked[0].reason
    assert set(files.environment) == {"METRICS_SECRET", "SNMP_ACME__GOOD_COMMUNITY"}


def test_a_database_s_secret_that_telegraf_cannot_be_given_is_refused() -> None:
    with pytest.raises(TelegrafError, match=r"the secret behind metrics\.secret holds a line end"):
        rendered(target(), output=replace(INFLUX, secret="a\nb"))


def test_sites_have_a_file_each_and_no_two_share_one() -> None:
    files = rendered(
        target("a", tenant="x-y", site="z"), target("b", tenant="x", site="y-z"), target("c")
    )

    assert list(files.texts) == [
        "telegraf.conf",
        "telegraf.d/netwb-acme.fra1.conf",
        "telegraf.d/netwb-x-y.z.conf",
        "telegraf.d/netwb-x.y-z.conf",
    ]


def test_the_same_devices_in_another_order_give_the_same_bytes() -> None:
    devices = [target(f"edge{n}", site=f"s{n % 3}") for n in range(12)]

    first, second = rendered(*devices), rendered(*devices[::-1])

    assert list(first.texts.items()) == list(second.texts.items())
    assert list(first.environment.items()) == list(second.environment.items())


def test_one_changed_device_changes_its_site_s_file_alone() -> None:
    devices = [target(f"edge{n}", site=f"s{n % 3}") for n in range(12)]
    before = rendered(*devices).texts

    after = rendered(replace(devices[4], address="192.0.2.9"), *devices[:4], *devices[5:]).texts

    assert {path for path in after if after[path] != before[path]} == {
        "telegraf.d/netwb-acme.s1.conf"
    }


def test_the_agent_has_the_interval_and_no_tag_of_its_machine() -> None:
    agent = documents(rendered(target(), asking=Asking(interval_s=30)))["telegraf.conf"]["agent"]

    assert (agent["interval"], agent["collection_jitter"]) == ("30s", "10s")
    assert (agent["omit_hostname"], agent["metric_buffer_limit"]) == (True, 500000)
    assert agent["snmp_translator"] == "gosmi"


def test_telegraf_tells_of_itself_under_its_shard_s_name() -> None:
    (internal,) = documents(rendered())["telegraf.conf"]["inputs"]["internal"]

    assert internal["tags"] == {"shard": "main"}


def test_influxdb_1_is_written_to_with_name_and_password() -> None:
    (output,) = documents(rendered())["telegraf.conf"]["outputs"]["influxdb"]

    assert output == {
        "urls": ["http://127.0.0.1:8086"],
        "database": "netwb",
        "skip_database_creation": True,
        "username": "writer",
        "password": "${METRICS_SECRET:?METRICS_SECRET is not set}",
    }


def test_influxdb_2_is_written_to_with_a_token_into_a_bucket() -> None:
    output = Output(
        kind="influxdb_v2",
        url="https://influx.example.net:8086",
        database="net$wb",
        organization="noc",
        secret="t0ken",
        ca_file="/etc/ssl/ca.pem",
    )

    files = rendered(output=output)

    (written,) = documents(files)["telegraf.conf"]["outputs"]["influxdb_v2"]
    assert written == {
        "urls": ["https://influx.example.net:8086"],
        "organization": "noc",
        "bucket": "net$$wb",
        "token": "${METRICS_SECRET:?METRICS_SECRET is not set}",
        "tls_ca": "/etc/ssl/ca.pem",
    }
    assert files.environment == {"METRICS_SECRET": "t0ken"}


def test_a_token_without_organization_is_the_password_of_the_older_door() -> None:
    files = rendered(output=replace(INFLUX, username=""))

    (written,) = documents(files)["telegraf.conf"]["outputs"]["influxdb"]
    assert (written["username"], "password" in written) == ("netwb", True)


def test_an_open_database_is_written_to_without_a_login() -> None:
    files = rendered(output=replace(INFLUX, username="", secret=""))

    (written,) = documents(files)["telegraf.conf"]["outputs"]["influxdb"]
    assert not {"username", "password"} & set(written)
    assert files.environment == {}


def test_without_a_database_no_output_is_written_and_the_file_says_so() -> None:
    files = rendered(output=Output(kind="none"))

    assert "outputs" not in documents(files)["telegraf.conf"]
    assert "metrics.url" in files.texts["telegraf.conf"]


def test_each_profile_has_a_sample() -> None:
    other = replace(V2C, credential="acme/other")

    files = rendered(
        target("a"), target("b"), target("c", login=V3), target("d", login=other), target("e")
    )

    assert [(one.name, one.profile) for one in files.samples] == [
        ("acme/a", "acme/snmp v2c"),
        ("acme/c", "acme/core v3 SHA256 AES"),
        ("acme/d", "acme/other v2c"),
    ]


def test_what_is_rendered_stands_all_checks() -> None:
    files = rendered(
        target(), target("core1", login=V3), target("six", address="2001:db8::1"), target("name")
    )

    assert check_texts(files.texts, files.environment) == ()


def test_a_shard_is_also_one_text() -> None:
    files = rendered(target("a"), target("b", site="ber1"))

    whole = tomllib.loads(single_text(files))

    assert [block["alias"] for block in whole["inputs"]["snmp"]] == ["acme|b", "acme|a"]
    assert set(whole) == {"agent", "inputs", "outputs"}
