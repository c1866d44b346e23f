"""A trigger or an edge is a device of a platform that netwb knows the commands of."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwb.errors import UnknownPlatformError
from tests.benches import rig


@pytest.mark.parametrize("role", ["trigger", "edge"])
def test_router_without_words_for_blackholes_is_refused(role: str, tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("sw1",)}) as made:
        made.bench.set_device("acme/sw1", platform="cisco_nxos")
        add = made.bench.add_trigger if role == "trigger" else made.bench.add_edge

        with pytest.raises(UnknownPlatformError, match=r"acme/sw1: platform cisco_nxos has no"):
            add("acme/sw1")

        assert list(made.bench.triggers()) == list(made.bench.edges()) == []
