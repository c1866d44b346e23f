"""A box takes a device's place: its text is believed by either name that the device goes by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from netwb.inventory.records import Facts
from tests.benches import ios, rig
from tests.stores import EACH_STORE

pytestmark = EACH_STORE


@pytest.mark.parametrize(
    ("name", "status"), [("edge1", "changed"), ("edge9", "changed"), ("core7", "rejected")]
)
def test_a_new_box_is_believed_by_its_old_name_and_its_new_one(
    tmp_path: Path, name: str, status: str
) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        made.answer("acme/edge1", ios("edge1"))
        made.back_up()
        made.bench.rename_device("acme/edge1", "edge9")

        assert made.bench.replace_device("acme/edge9").sysname == "edge1"

        box = replace(ios(name, ntp="192.0.2.77"), facts=Facts(serial="NEW2"))
        made.answer("acme/edge1", box)
        assert made.outcome("acme/edge1", made.back_up()).status == status
