"""A database that others filled: its names, what of a device stands in its tags, and that it is left alone."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from netwb.errors import MetricsRefusedError, SettingsError
from netwb.metrics.influx.server import Server
from netwb.metrics.influx.source import Source
from netwb.metrics.influxql.store import InfluxqlStore
from netwb.metrics.opening import open_store, read_names
from netwb.metrics.records import FIELDS
from netwb.metrics.schema_map import OWN, DeviceHolds, parse_schema_map
from netwb.settings import MetricsSettings
from tests.influx import ADMIN, ADMIN_PASSWORD, Influx
from tests.metrics.contract import rows
from tests.metrics.points import NOON, key, octets, question

THEIRS = """
[tags]
device = "agent host"
device_holds = "address"
port = "if_name"
tenant = ""

[interface]
measurement = "snmp interfaces"
fields = {ifHCInOctets = "in \\"octets\\"", ifHCOutOctets = "out"}

[device]
measurement = "system"

[ping]
fields = {average_response_ms = "rtt"}
"""


def labels(holds: DeviceHolds, device_ids: Collection[str]) -> Mapping[str, str]:
    """Of three devices; two have one address."""
    addresses = {"d1": "192.0.2.1", "d2": "192.0.2.2", "d3": "192.0.2.1"}
    assert holds == "address"
    return {device_id: addresses[device_id] for device_id in device_ids if device_id in addresses}


@pytest.fixture
def foreign(influx: Influx) -> InfluxqlStore:
    """As Telegraf's own names would have it; a series of another device is in it as well."""
    database = influx.new_database()
    tags = r"snmp\ interfaces,agent\ host=192.0.2.1,if_name=eth0"
    other = r"snmp\ interfaces,agent\ host=192.0.2.9,if_name=eth0"
    influx.write(
        database,
        "\n".join(
            [
                rf'{tags} in\ "octets"=5i,out=7i {NOON}',
                rf'{tags} in\ "octets"=6i {NOON + 60}',
                rf'{other} in\ "octets"=9i {NOON}',
                f"system,agent\\ host=192.0.2.1 sysUpTime=77i {NOON}",
                f"ping,agent\\ host=192.0.2.1 rtt=1.5,percent_packet_loss=0 {NOON}",
            ]
        ),
    )
    server = Server(url=urlsplit(influx.url), username=ADMIN, secret=ADMIN_PASSWORD)
    names = parse_schema_map(tomllib.loads(THEIRS), "names.toml")
    return InfluxqlStore(Source(server=server, database=database, names=names, labels=labels))


@pytest.mark.real
def test_what_others_filled_is_read_by_their_names(foreign: InfluxqlStore) -> None:
    asked = question(NOON, NOON + 300, "ifHCInOctets", "ifHCOutOctets")
    found = foreign.read([key(), key(device_id="d2"), key(device_id="unknown")], asked)

    assert {k.device_id: rows(samples) for k, samples in found.items()} == {
        "d1": [(NOON, 5), (NOON + 60, 6)]
    }
    assert found[key()].values["ifHCOutOctets"].tolist()[0] == 7
    newest = foreign.newest([key("")], "device", ["sysUpTime"], NOON)
    assert newest == {key(""): (NOON, {"sysUpTime": 77})}
    ping = foreign.newest([key("")], "ping", ["average_response_ms"], NOON)
    assert ping[key("")].values == {"average_response_ms": 1.5}
    assert foreign.health().newest == NOON + 60


@pytest.mark.real
def test_two_devices_of_one_name_there_are_not_taken_for_each_other(
    foreign: InfluxqlStore,
) -> None:
    with pytest.raises(MetricsRefusedError, match=r"192\.0\.2\.1 eth0 and another one bear one"):
        foreign.read([key(), key(device_id="d3")], question(NOON, NOON + 300))


@pytest.mark.real
def test_nothing_is_written_where_others_write(foreign: InfluxqlStore) -> None:
    with pytest.raises(MetricsRefusedError, match=r"filled by others.*changes nothing in it; let"):
        foreign.write([octets(NOON, 1)])
    with pytest.raises(MetricsRefusedError, match=r"changes nothing in it; let them delete it the"):
        foreign.delete([key()])


def test_what_is_not_named_is_called_as_here() -> None:
    found = parse_schema_map(tomllib.loads(THEIRS), "names.toml")

    assert (found.device, found.device_holds, found.port, found.tenant) == (
        *("agent host", "address"),
        *("if_name", ""),
    )
    assert found.of("interface").fields["ifHCInOctets"] == 'in "octets"'
    assert found.of("interface").fields["ifInErrors"] == "ifInErrors"
    assert found.of("ping").measurement == "ping"
    assert parse_schema_map({}, "names.toml") == OWN
    assert {m: tuple(OWN.of(m).fields.values()) for m in FIELDS} == FIELDS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tag = 'x'", "'tag' is unknown; leave it out"),
        ("[tags]\nhost = 'x'", "'host' is unknown; leave it out"),
        ("tags = 'x'", "tags is no table"),
        ("[tags]\ndevice = ''", "device and port name no tag"),
        ("[tags]\nport = 5", "port is no name; write a short text"),
        (
            "[tags]\ndevice_holds = 'serial'",
            "device_holds is 'serial'; write id, hostname or address",
        ),
        ("interface = 'x'", r"\[interface\] is wrong; write a measurement"),
        ("[interface]\nname = 'x'", r"\[interface\] is wrong"),
        ("[interface]\nmeasurement = ''", r"\[interface\] has no name"),
        ("[interface]\nfields = 'x'", r"\[interface\] fields is no table"),
        ("[interface.fields]\nifInOctets = 'x'", r"\[interface\] knows no field 'ifInOctets'"),
        ("[interface.fields]\nifHCInOctets = 'ifHCOutOctets'", "two fields share a name"),
        ("[interface.fields]\nifHCInOctets = ''", "two fields share a name"),
        ('[ping]\nmeasurement = "a\\nb"', r"ping\.measurement is no name"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=rf"names\.toml: .*{said}"):
        parse_schema_map(tomllib.loads(text), "names.toml")


def test_the_file_is_named_by_a_setting(tmp_path: Path) -> None:
    (tmp_path / "names.toml").write_text(THEIRS)
    settings = MetricsSettings(url="http://127.0.0.1:9", names_file=str(tmp_path / "names.toml"))

    store = open_store(settings, tmp_path, "", labels)

    with pytest.raises(MetricsRefusedError, match="filled by others"):
        store.write([octets(NOON, 1)])
    with pytest.raises(SettingsError, match="nobody says what address a device has"):
        open_store(settings, tmp_path, "").read([key()], question(NOON, NOON + 60))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file or directory; correct"):
        read_names(str(tmp_path / "names.toml"))
    (tmp_path / "names.toml").write_text("device = ")
    with pytest.raises(SettingsError, match="is no TOML"):
        read_names(str(tmp_path / "names.toml"))
