"""The lab, begun once a file; each test finds it as it was at first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real import namespaces
from tests.real.blackhole.lab import NEEDED, RtbhLab
from tests.real.blackhole.netwb_there import NetwbThere
from tests.real_components import require_real


@pytest.fixture(scope="module")
def rtbh_lab_of_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtbhLab]:
    """A running lab that a file's tests share; they take it by `rtbh_lab`."""
    require_real("the lab of blackholes", missing=namespaces.missing(NEEDED))
    lab = RtbhLab(tmp_path_factory.mktemp("rtbh") / "lab")
    yield lab
    lab.stop()


@pytest.fixture
def rtbh_lab(rtbh_lab_of_file: RtbhLab) -> Iterator[RtbhLab]:
    """The lab, whatever an earlier test did to it."""
    rtbh_lab_of_file.restore()
    yield rtbh_lab_of_file
    rtbh_lab_of_file.fastnetmon.restore()


@pytest.fixture(scope="module")
def home_of_file(
    rtbh_lab_of_file: RtbhLab,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[NetwbThere]:
    """netwb in the lab's office, with the file's own SETTINGS where it has some."""
    settings = getattr(request.module, "SETTINGS", {})
    home = NetwbThere(rtbh_lab_of_file, tmp_path_factory.mktemp("netwb") / "there", settings)
    yield home
    home.stop()


@pytest.fixture
def there(rtbh_lab: RtbhLab, home_of_file: NetwbThere) -> Iterator[NetwbThere]:
    """netwb at work, with nothing announced."""
    assert rtbh_lab is home_of_file.lab
    home_of_file.start()
    yield home_of_file
    home_of_file.clear()
