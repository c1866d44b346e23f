"""What devices are called in a database that others fill."""

from __future__ import annotations

from pathlib import Path

from netwb.inventory.labels import device_labels
from tests.benches import rig


def test_devices_are_called_by_what_stands_in_the_tag(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "bravo": ("edge1",)}) as made:
        ids = {name: device.id for name, device in made.devices.items()}
        database = made.bench._parts.database

        hostnames = device_labels(database, "hostname", [*ids.values(), "unknown"] * 300)

        assert hostnames == {ids[name]: name.partition("/")[2] for name in ids}
        assert set(device_labels(database, "address", list(ids.values())).values()) == {"127.0.0.1"}
        assert device_labels(database, "id", ["x"]) == {"x": "x"}
        assert device_labels(database, "hostname", []) == {}
