"""A client that a public generator makes of our document keeps a copy while four others write.

Nothing of ours is in it: what a stranger has is the document, a token, and the name of a tenant.
"""

from __future__ import annotations

import importlib
import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from netwb.access.records import NewToken
from netwb.inventory.records import NewDevice
from netwb.roles import Role
from netwb.web.openapi import document
from netwb.web.routes import OPERATIONS
from netwb.workbench import Workbench
from tests.benches import rig
from tests.postgresql import Cluster
from tests.stores import KINDS, cluster_of
from tests.web.rest import Client as Plain
from tests.web.servers import netwb_serve
from tests.workbench.people import add

pytestmark = pytest.mark.real
WRITERS = 4
NAME = "a_strangers_client"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package that `openapi-python-client` makes; it may find nothing to complain of."""
    folder = tmp_path_factory.mktemp("generated")
    file = folder / "openapi.json"
    file.write_text(json.dumps(document(OPERATIONS)))
    config = Config.from_sources(
        ConfigFile(post_hooks=[]),
        MetaType.NONE,
        file,
        "utf-8",
        overwrite=True,
        output_path=folder / NAME,
    )
    assert generate(config=config) == []
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(NAME)
    finally:
        sys.path.remove(str(folder))
        for name in [one for one in sys.modules if one.partition(".")[0] == NAME]:
            del sys.modules[name]


@dataclass
class Copy:
    """What a stranger writes around the generated client.

    doubled   versions that were told again by a later question for what changed
    """

    ask: Callable[..., Any]
    client: Any
    tenant_id: str
    devices: dict[str, Any] = field(default_factory=dict)
    sequence: str = ""
    told: Counter[tuple[str, str]] = field(default_factory=Counter)

    def follow(self, limit: int = 100) -> None:
        asked = {"updated_since": self.sequence} if self.sequence else {}
        cursor: dict[str, str] = {}
        seen: Counter[str] = Counter()
        while True:
            reply = self.ask(self.tenant_id, client=self.client, limit=limit, **asked, **cursor)
            page = reply.parsed
            assert reply.status_code == 200, reply.content
            for one in page.items:
                seen[one.id] += 1
                self.devices[one.id] = one.to_dict()
                if self.sequence:
                    self.told[one.id, one.etag] += 1
            for gone in page.removed:
                self.devices.pop(gone.id, None)
            if page.next_ is None:
                break
            cursor = {"cursor": page.next_}
        assert not seen or max(seen.values()) == 1, "a walk tells a thing once"
        self.sequence = page.sequence


@pytest.fixture(params=KINDS)
def cluster(request: pytest.FixtureRequest) -> Cluster | None:
    return cluster_of(request)


@pytest.mark.parametrize("devices", [200, pytest.param(5_000, marks=pytest.mark.full)])
def test_a_generated_client_misses_nothing_and_doubles_nothing_while_four_write(
    generated: ModuleType, tmp_path: Path, cluster: Cluster | None, devices: int
) -> None:
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("core1",)}, cluster=cluster) as made:
        bench = made.bench
        table = "tenant,site,hostname,address,platform\n" + "".join(
            f"acme,fra1,sw{number},127.0.0.1,cisco_ios\n" for number in range(devices)
        )
        (tmp_path / "devices.csv").write_text(table)
        bench.apply_import(tmp_path / "devices.csv")
        add(made, "erp", Role.ENGINEER, "acme")
        with closing(Workbench.open(bench.home, environment=made.variables)) as now:
            token = now.issue_token(NewToken(user="erp", days=1)).secret
        acme = next(one.id for one in bench.tenants() if one.slug == "acme")
        settings: Any = made.variables
        with netwb_serve(bench.home, "--api-only", **settings) as server:
            url = f"http://127.0.0.1:{server.port}"
            ask = importlib.import_module(f"{NAME}.api.erp.get_erp_inventory_tenant_id")
            with generated.AuthenticatedClient(base_url=url, token=token) as client:
                copy = Copy(ask=ask.sync_detailed, client=client, tenant_id=acme)
                copy.follow()
                with writing(bench, devices) as writers:
                    while any(one.is_alive() for one in writers):
                        copy.follow()
                copy.follow()
            plain = Plain(port=server.port, token=token)
            truth = {one["id"]: one for one in everything(plain, acme)}

        assert copy.devices.keys() == truth.keys()
        assert copy.devices == truth
        assert set(copy.told.values()) <= {1}
        assert not any(one["hostname"] == "core1" for one in copy.devices.values())


@contextmanager
def writing(bench: Workbench, devices: int) -> Iterator[list[threading.Thread]]:
    """Four at work, each on devices of its own: other references, names and roles; some go, some come."""

    def write(own: int) -> None:
        for turn, number in enumerate(range(own, devices, WRITERS * max(1, devices // 200))):
            name = f"acme/sw{number}"
            bench.set_device(name, contract_ref=f"C-{own}-{turn}")
            if turn % 5 == 0:
                bench.rename_device(name, f"renamed{number}")
            elif turn % 5 == 1:
                bench.retire_device(name)
                new = NewDevice(
                    tenant="acme",
                    site="fra1",
                    hostname=f"new{number}",
                    address="127.0.0.1",
                    platform="frr",
                )
                bench.add_device(new)
            else:
                bench.set_device(name, role=f"r{turn}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        for thread in threads:
            thread.join()


def everything(client: Plain, tenant_id: str) -> Iterator[dict[str, Any]]:
    """By plain HTTP, once nobody writes any more."""
    cursor = ""
    while True:
        page = client.get(f"/erp/inventory/{tenant_id}?limit=1000{cursor}").json
        yield from page["items"]
        if page["next"] is None:
            return
        cursor = f"&cursor={page['next']}"
