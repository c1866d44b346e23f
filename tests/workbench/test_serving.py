"""What a server process asks of its home."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from netwb.access.records import NewUser, Origin
from netwb.errors import NotPermittedError
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.benches import Rig, rig
from tests.stores import EACH_STORE

pytestmark = EACH_STORE


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {}) as opened:
        yield opened


def test_every_process_of_a_home_has_the_same_keys(made: Rig) -> None:
    keys = made.bench.server_keys()

    with closing(Workbench.open(made.bench.home, environment=made.variables)) as other:
        assert other.server_keys() == keys
    assert len({keys.cookie, keys.pages}) == 2
    assert keys.cookie.hex() not in repr(keys)


def test_nobody_but_the_process_itself_is_given_them(made: Rig) -> None:
    password = "Correct-Horse-Ana-1"
    made.bench.add_user(NewUser(name="ana", role=Role.ADMIN, tenants=None, password=password))
    origin = Origin(address="192.0.2.7")
    admission = made.bench.log_in("ana", password, origin=origin)
    ana = made.bench.at_session(admission.secret, origin=origin)

    with pytest.raises(NotPermittedError, match="ana"):
        ana.server_keys()
    with pytest.raises(NotPermittedError, match="ana"):
        _ = ana.settings
