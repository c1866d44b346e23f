"""Devices, templates and ways to ask, for tests of Telegraf's configuration."""

from __future__ import annotations

from netwb.inventory.ports.records import SnmpLogin, SnmpTarget
from netwb.telegraf.records import Asking, Output, Shard, ShardFiles
from netwb.telegraf.render import render
from netwb.telegraf.shelf import load_templates

V2C = SnmpLogin(credential="acme/snmp", community="Pub1icRead")
V3 = SnmpLogin(
    credential="acme/core",
    user="netwb",
    auth_protocol="sha256",
    auth_key="Long-Auth-Key",
    priv_protocol="aes",
    priv_key="Long-Priv-Key",
)
INFLUX = Output(
    kind="influxdb",
    url="http://127.0.0.1:8086",
    database="netwb",
    username="writer",
    secret="Wr1te",
)
MAIN = Shard(name="main")
ASKING = Asking()
TEMPLATES = load_templates()


def target(
    hostname: str = "edge1",
    *,
    tenant: str = "acme",
    site: str = "fra1",
    address: str = "127.0.0.1",
    port: int = 161,
    login: SnmpLogin | None = V2C,
    no_login: str = "",
) -> SnmpTarget:
    return SnmpTarget(
        device_id=f"id-{tenant}-{hostname}",
        tenant_id=f"t-{tenant}",
        tenant=tenant,
        site=site,
        hostname=hostname,
        address=address,
        port=port,
        login=login,
        no_login=no_login,
    )


def rendered(
    *targets: SnmpTarget,
    shard: Shard = MAIN,
    output: Output = INFLUX,
    asking: Asking = ASKING,
) -> ShardFiles:
    return render(shard, targets, templates=TEMPLATES, output=output, asking=asking)
