"""Every fault of the lab on each platform, through the whole path, after one good night.

No fault replaces a good configuration, no good text is refused, no unchanged device gets a commit;
and each outcome names the true cause. On PostgreSQL one of the platforms plays each fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netwb.lab.edits import Edit
from netwb.lab.faults import EFFECTS, FAULTS, Fault
from netwb.lab.fleet import Fleet
from netwb.lab.world import World
from netwb.workbench import Workbench
from netwb.workbench.words import BackupOutcome
from tests.lab_homes import PLATFORMS, lab_devices, lab_home
from tests.postgresql import Cluster

FIRST_NIGHT = datetime(2026, 9, 1, 2, tzinfo=UTC)
# Short clocks: a device that hangs is given up after 2 s, one that trickles after 6 s.
SETTINGS = """
[collect]
logins_per_s = 500.0
per_site = 200
sessions = 200
connect_timeout_s = 2.0
idle_timeout_s = 2.0
total_deadline_s = 6.0
refusals = 1000
"""
OLD: Fault = "old_algorithms_only"
CAUSES: dict[Fault, set[str]] = {
    "port_closed": {"UnreachableError"},
    "no_banner": {"UnreachableError"},
    "login_refused": {"LoginRefusedError"},
    "hangs_after_login": {"DeadlineError"},
    "hangs_in_the_middle": {"DeadlineError"},
    "dropped_in_the_middle": {"ConnectionLostError"},
    "slow_trickle": {"DeadlineError"},
    "cut_without_end": {"IncompleteConfigError"},
    "empty": {"IncompleteConfigError"},
    "authorization_failed": {"CommandRejectedError"},
    "another_device": {"WrongDeviceError"},
    "pager_left_on": {"CommandRejectedError", "IncompleteConfigError", "DeadlineError"},
    "escape_codes": {"IncompleteConfigError"},
    "nul_bytes": {"IncompleteConfigError"},
    "half_the_size": {"ShrunkConfigError"},
    "restricted": {"RestrictedLoginError"},
    "restricted_quietly": {"RestrictedLoginError"},
    "host_key_changed": {"HostKeyChangedError"},
}
NAMES = {
    (fault, platform): f"r{1 + place * len(PLATFORMS) + number}"
    for place, fault in enumerate(FAULTS)
    for number, platform in enumerate(PLATFORMS)
}
THINNED = {
    (fault, platform): NAMES[fault, platform]
    for place, fault in enumerate(FAULTS)
    for number, platform in enumerate(PLATFORMS)
    if (place + number) % len(PLATFORMS) == 0
}
Names = dict[tuple[Fault, str], str]
Nights = dict[str, BackupOutcome]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workbench, Nights, Nights]]:
    """Two nights of all devices, and the archive after."""
    with two_nights(tmp_path_factory.mktemp("faults"), NAMES) as found:
        yield found


@contextmanager
def two_nights(
    folder: Path, names: Names, *, store: str = ""
) -> Iterator[tuple[Workbench, Nights, Nights]]:
    """A good night, and a bad one where somebody also changed every device.

    store   lines of netwb.toml that name the database; "" for SQLite
    """
    devices = [one for one in lab_devices(len(NAMES)) if one.hostname in names.values()]
    edits = [
        Edit(key=d.key, night=1, at=FIRST_NIGHT, by="ana", kind="add_route", seed=d.key)
        for d in devices
    ]
    world = World(devices, edits, seed="faults", first_night=FIRST_NIGHT)
    with Fleet(world) as fleet:
        lab_home(folder / "home", fleet, settings=SETTINGS + store)
        with closing(Workbench.open(folder / "home")) as bench:
            # Old gear is old on the first night too: another host key later would be another fault.
            old = {f"acme/{name}": fault for (fault, _), name in names.items() if fault == OLD}
            fleet.set_faults(old)
            good = bench.back_up(on_outcome=lambda _: None)
            assert good.counts() == {"changed": len(names)}, "no good text may be refused"
            fleet.set_night(1)
            fleet.set_faults({f"acme/{name}": fault for (fault, _), name in names.items()})
            bad = bench.back_up(on_outcome=lambda _: None)
            yield bench, _by_name(good.outcomes), _by_name(bad.outcomes)


def _by_name(outcomes: tuple[BackupOutcome, ...]) -> Nights:
    return {outcome.hostname: outcome for outcome in outcomes}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if EFFECTS[fault] != "harmless"])
def test_a_fault_never_replaces_a_good_configuration(
    home: tuple[Workbench, Nights, Nights], fault: Fault, platform: str
) -> None:
    bench, good, bad = home
    name = NAMES[fault, platform]
    outcome = bad[name]

    assert outcome.status in ("failed", "rejected")
    assert type(outcome.cause).__name__ in CAUSES[fault], str(outcome.cause)
    assert outcome.revision == good[name].revision
    assert [revision.id for revision in bench.history(name)] == [good[name].revision]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if EFFECTS[fault] == "harmless"])
def test_what_is_no_fault_is_stored(
    home: tuple[Workbench, Nights, Nights], fault: Fault, platform: str
) -> None:
    bench, _, bad = home
    name = NAMES[fault, platform]

    assert bad[name].status == "changed", str(bad[name].cause)
    assert len(bench.history(name)) == 2


@pytest.mark.real
def test_no_fault_is_another_one_on_postgresql(tmp_path: Path, postgresql: Cluster) -> None:
    store = f'[store]\nurl = "{postgresql.new_database()}"\n'
    with two_nights(tmp_path, THINNED, store=store) as found:
        for fault, platform in THINNED:
            if EFFECTS[fault] == "harmless":
                test_what_is_no_fault_is_stored(found, fault, platform)
            else:
                test_a_fault_never_replaces_a_good_configuration(found, fault, platform)


def test_the_table_of_causes_is_complete() -> None:
    assert set(CAUSES) == {fault for fault in FAULTS if EFFECTS[fault] != "harmless"}
