"""A platform, a rule and a metrics store are added as CONTRIBUTING.md says: each by one file, with one
folder of data beside it; and they work.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import netwb.metrics
from netwb.collect.replay import recorded
from netwb.configs.clean import clean
from netwb.configs.records import CleanConfig, Rejected
from netwb.inventory.records import Facts, NewDevice
from netwb.metrics.opening import languages, open_store
from netwb.metrics.store import MetricsStore
from netwb.platforms.parse import parse_platform
from netwb.settings import MetricsSettings
from tests.benches import Rig, rig
from tests.configs.conftest import KEY, LIMIT, Case
from tests.metrics.contract import StoreContract

HERE = Path(__file__).parent
PLATFORM, RULES, STORE = HERE / "platform", HERE / "rules", HERE / "store"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Rig]:
    """One in which the platform's file, and the rule's, were put; it is opened behind that."""
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        shutil.copy(PLATFORM / "acme_os.toml", made.bench.home / "platforms.d")
        shutil.copy(RULES / "own.yaml", made.bench.home / "rules")
        made.reopen()
        yield made


@pytest.mark.parametrize("name", ["good", "truncated"])
def test_data_of_a_platform_gets_the_verdict_that_stands_beside_it(name: str) -> None:
    platform = parse_platform((PLATFORM / "acme_os.toml").read_text(), origin="acme_os.toml")
    case = Case(PLATFORM / name)

    verdict = clean(
        case.raw, platform, last_good=None, identity=case.identity, limit=LIMIT, key=KEY
    )

    if case.expected["verdict"] == "good":
        assert isinstance(verdict, CleanConfig)
        assert len(verdict.volatile) == case.expected["volatile"]
    else:
        assert isinstance(verdict, Rejected)
        assert type(verdict.cause).__name__ == case.expected["verdict"]


def test_device_of_an_added_platform_is_backed_up_without_its_secret(home: Rig) -> None:
    add_device(home)

    report = home.back_up("acme/acme1")

    (outcome,) = report.outcomes
    assert outcome.status == "changed", outcome.cause
    text = home.bench.show("acme/acme1")
    assert b"user ops password <netwb:secret:" in text
    assert b"Sup3rSecret99" not in text
    assert b"written at" not in text


def test_added_rule_passes_its_own_examples_and_judges_the_device(home: Rig) -> None:
    add_device(home)
    home.back_up("acme/acme1")

    examples = [one for one in home.bench.test_rules() if one.rule_id == "acme-os-ntp"]
    report = home.bench.check("acme/acme1")

    assert [(one.side, one.holds) for one in examples] == [("passes", True), ("fails", True)]
    (device,) = report.devices
    assert device.cells["acme-os-ntp"].state == "compliant"


def add_device(home: Rig) -> None:
    device = home.bench.add_device(
        NewDevice(
            tenant="acme",
            site="fra1",
            hostname="acme1",
            address="127.0.0.1",
            platform="acme_os",
        )
    )
    home.devices["acme/acme1"] = device
    sent = (PLATFORM / "good" / "running.txt").read_bytes()
    text = sent.partition(b"\n")[2]
    answer = recorded(
        text, command="show configuration", prompt=b"acme1#", facts=Facts(serial="A1")
    )
    home.answer("acme/acme1", answer)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MetricsStore]:
    """The added store, as the settings open it."""
    folder = tmp_path / "memory"
    shutil.copytree(STORE, folder)
    (folder / "__init__.py").touch()
    monkeypatch.setattr(netwb.metrics, "__path__", [*netwb.metrics.__path__, str(tmp_path)])
    for name in ("netwb.metrics.memory", "netwb.metrics.memory.door"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    settings = MetricsSettings(url="http://127.0.0.1:9", language="memory")
    with closing(open_store(settings, tmp_path, "")) as opened:
        yield opened


class TestAddedStore(StoreContract):
    """Gives the same numbers as every other one."""

    def test_it_is_found_by_its_folder(self, store: MetricsStore) -> None:
        assert store.health().name == "memory"
        assert languages() == ("flux", "influxql", "memory")
