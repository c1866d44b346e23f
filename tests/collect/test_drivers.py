"""NAPALM's and netmiko's tasks on our sessions, and the stock transports beside them."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import napalm
import napalm.base.helpers
import pytest
from nornir.core import Nornir
from nornir.core.inventory import ConnectionOptions
from nornir_napalm.plugins.tasks import napalm_cli, napalm_get
from nornir_netmiko.tasks import netmiko_send_command

from netwb.collect.drivers.fast import fast_driver
from netwb.collect.drivers.link import Link, open_link
from netwb.collect.drivers.napalm_fixes import mend_regex_or, without_empty_alternative
from netwb.collect.gatherer import NornirGatherer
from netwb.collect.runner import SessionRunner, make_nornir
from netwb.collect.ssh import Sessions
from netwb.errors import (
    DeadlineError,
    HostKeyChangedError,
    LoginRefusedError,
    UnknownPlatformError,
    UnreachableError,
)
from netwb.inventory.nornir_plugin import make_inventory
from netwb.inventory.records import Target
from netwb.lab.fleet import Fleet
from netwb.settings import CollectSettings
from tests.collect.ground import (
    ENABLE,
    PATIENT,
    PLATFORMS,
    KeptSink,
    forget,
    make_device,
    make_login,
    make_target,
    make_world,
    target_on,
)

KEYS = ("acme/ios1", "acme/eos1", "acme/frr1")


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    devices = [
        make_device("acme/ios1", platform="cisco_ios"),
        make_device("acme/eos1", platform="arista_eos"),
        make_device("acme/frr1", platform="frr"),
        make_device("acme/sick1", platform="cisco_ios"),
        make_device("acme/low1", platform="cisco_ios", enable=ENABLE),
    ]
    with Fleet(make_world(*devices)) as fleet:
        yield fleet


@contextmanager
def linked(settings: CollectSettings = PATIENT) -> Iterator[Link]:
    with open_link(Sessions(settings, forget), PLATFORMS, settings) as link:
        yield link


@contextmanager
def nornir_over(*targets: Target, settings: CollectSettings = PATIENT) -> Iterator[Nornir]:
    with linked(settings) as link:
        yield make_nornir(make_inventory(targets, PLATFORMS), SessionRunner(link))


# -- tasks of nornir's plugins


@pytest.mark.parametrize("key", KEYS)
def test_napalm_get_runs_unchanged(fleet: Fleet, key: str) -> None:
    with nornir_over(target_on(fleet, key)) as nornir:
        results = nornir.run(napalm_get, getters=["config"], retrieve="running")

    assert not results.failed, results[key][0].exception
    text = results[key].result["config"]["running"]
    assert f"hostname {key.rpartition('/')[2]}" in text.splitlines()
    assert text.rstrip().endswith("end")


@pytest.mark.parametrize("key", KEYS)
def test_napalm_cli_runs_unchanged(fleet: Fleet, key: str) -> None:
    with nornir_over(target_on(fleet, key)) as nornir:
        results = nornir.run(napalm_cli, commands=["show version"])

    assert results[key].result["show version"]


@pytest.mark.parametrize("key", KEYS)
def test_netmiko_send_command_runs_unchanged(fleet: Fleet, key: str) -> None:
    with nornir_over(target_on(fleet, key)) as nornir:
        results = nornir.run(netmiko_send_command, command_string="show version")

    text = results[key].result
    assert text
    assert "show version" not in text.splitlines()[0]
    assert "\r" not in text


def test_connections_are_closed_at_the_end_of_each_task(fleet: Fleet) -> None:
    with nornir_over(target_on(fleet, "acme/ios1")) as nornir:
        nornir.run(napalm_get, getters=["facts"])

        assert nornir.inventory.hosts["acme/ios1"].connections == {}


def test_two_tasks_in_one_log_in_once(fleet: Fleet) -> None:
    def both(task: Any) -> None:
        task.run(napalm_get, getters=["facts"])
        task.run(napalm_get, getters=["config"])

    before = fleet.seen("acme/ios1").logins
    with nornir_over(target_on(fleet, "acme/ios1")) as nornir:
        assert not nornir.run(both).failed

    assert fleet.seen("acme/ios1").logins == before + 1


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"port": 1}, UnreachableError),
        ({"logins": (make_login(password="wrong"),)}, LoginRefusedError),
        ({"host_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0x"}, HostKeyChangedError),
        ({"platform": "no_such_os"}, UnknownPlatformError),
    ],
    ids=["unreachable", "refused", "key changed", "unknown platform"],
)
def test_fault_of_a_driver_has_its_true_name(
    fleet: Fleet, more: dict[str, Any], error: type[Exception]
) -> None:
    more = {**more}
    if "host_key" in more:
        more["host_key"] = fleet.host_key("acme/eos1")
    with nornir_over(target_on(fleet, "acme/ios1", **more)) as nornir:
        results = nornir.run(napalm_get, getters=["facts"])

    assert isinstance(results["acme/ios1"].exception, error), results["acme/ios1"].exception


def test_deadline_ends_a_driver_in_the_middle_of_a_command(fleet: Fleet) -> None:
    fleet.set_fault("acme/sick1", "hangs_in_the_middle")

    settings = replace(PATIENT, total_deadline_s=1.0)
    with nornir_over(target_on(fleet, "acme/sick1"), settings=settings) as nornir:
        results = nornir.run(napalm_get, getters=["config"])

    assert isinstance(results["acme/sick1"].exception, DeadlineError)


# -- whose answer it is


def test_devices_on_one_address_that_share_options_answer_for_themselves() -> None:
    """nornir_napalm 0.6 writes the first host's port into a dict that a group shares."""
    shared: dict[str, Any] = {}
    devices = [make_device(f"acme/edge{n}") for n in range(4)]
    with Fleet(make_world(*devices)) as many:
        targets = [target_on(many, key) for key in many.keys]
        with linked() as link:
            inventory = make_inventory(targets, PLATFORMS)
            for host in inventory.hosts.values():
                host.connection_options["napalm"] = ConnectionOptions(
                    extras={"optional_args": shared}
                )
            nornir = make_nornir(inventory, SessionRunner(link))
            results = nornir.run(napalm_get, getters=["facts"])

    names = {key: results[key].result["facts"]["hostname"] for key in results}
    assert names == {f"acme/edge{n}": f"edge{n}" for n in range(4)}
    assert shared == {}


def test_options_of_two_drivers_are_never_one_dict(fleet: Fleet) -> None:
    shared = {"enable_password": "kept", "transport": "https"}
    with linked() as link:
        first = fast_driver(target_on(fleet, "acme/eos1"), link, shared)
        second = fast_driver(target_on(fleet, "acme/eos1"), link, shared)

    assert first.optional_args is not second.optional_args
    assert shared == {"enable_password": "kept", "transport": "https"}
    assert first.transport == "ssh"


# -- NAPALM's regular expression


def test_regex_or_is_mended_when_a_driver_is_made(fleet: Fleet) -> None:
    with linked() as link:
        fast_driver(target_on(fleet, "acme/ios1"), link, {})

    for module in ("napalm.base.helpers", "napalm.ios.ios"):
        assert sys.modules[module].generate_regex_or(["a", "b"]) == "(a|b)"


def test_mended_regex_cleans_as_the_broken_one_did() -> None:
    def broken(filters: Any) -> str:
        return "(" + "".join(f"{pattern}|" for pattern in filters) + ")"

    text = "Building configuration...\n\nhostname edge1\n! Time: now\nend"
    patterns = [r"^Building.*\n", r"^! Time:.*\n"]

    mended = without_empty_alternative(broken)

    assert broken(["a", "b"]) == "(a|b|)"
    assert mended(["a", "b"]) == "(a|b)"
    assert re.sub(mended(patterns), "", text, flags=re.MULTILINE) == re.sub(
        broken(patterns), "", text, flags=re.MULTILINE
    )


def test_right_regex_of_a_later_napalm_is_left_alone() -> None:
    module = type(sys)("later")
    right = lambda filters: "(" + "|".join(filters) + ")"  # noqa: E731
    module.generate_regex_or = right  # type: ignore[attr-defined]

    mend_regex_or(module)

    assert module.generate_regex_or is right


# -- stock transports


@pytest.mark.parametrize("transport", ["stock", "netmiko:cisco_ios"])
def test_backup_by_a_stock_transport_brings_the_bytes_of_the_wire(
    fleet: Fleet, transport: str
) -> None:
    fleet.set_fault("acme/ios1", "high_bytes")  # what netmiko decodes away
    both = [
        target_on(fleet, "acme/ios1", transport="fast"),
        target_on(fleet, "acme/ios1", device_id="again", transport=transport),
    ]
    sink = KeptSink()

    NornirGatherer(settings=PATIENT, platforms=PLATFORMS).gather(both, sink)
    fleet.set_fault("acme/ios1", None)

    fast, stock = sink.results["acme/ios1"], sink.results["again"]
    assert b"\xc4\xe9" in stock.running.transcript
    assert stock.running.transcript == fast.running.transcript
    assert stock.running.prompt.strip() == fast.running.prompt
    assert stock.facts == fast.facts


@pytest.mark.parametrize(
    ("fault", "more", "kind"),
    [
        ("login_refused", {}, "LoginRefusedError"),
        ("port_closed", {}, "UnreachableError"),
        ("hangs_in_the_middle", {}, "DeadlineError"),
    ],
)
def test_fault_of_a_stock_transport_is_a_device_error(
    fleet: Fleet, fault: Any, more: dict[str, Any], kind: str
) -> None:
    fleet.set_fault("acme/sick1", fault)
    settings = replace(PATIENT, total_deadline_s=4, idle_timeout_s=3)
    sink = KeptSink()

    NornirGatherer(settings=settings, platforms=PLATFORMS).gather(
        [target_on(fleet, "acme/sick1", transport="stock", **more)], sink
    )

    assert type(sink.results["acme/sick1"]).__name__ == kind


def test_stock_transport_refuses_a_changed_key_and_sends_it_no_secret(fleet: Fleet) -> None:
    fleet.set_fault("acme/sick1", None)
    before = fleet.seen("acme/sick1")
    sink = KeptSink()

    NornirGatherer(settings=PATIENT, platforms=PLATFORMS).gather(
        [target_on(fleet, "acme/sick1", transport="stock", host_key=fleet.host_key("acme/eos1"))],
        sink,
    )
    after = fleet.seen("acme/sick1")

    assert type(sink.results["acme/sick1"]) is HostKeyChangedError
    assert (after.logins, after.refusals) == (before.logins, before.refusals)


def test_stock_transport_learns_the_first_key(fleet: Fleet) -> None:
    sink = KeptSink()

    NornirGatherer(settings=PATIENT, platforms=PLATFORMS).gather(
        [target_on(fleet, "acme/ios1", transport="stock", host_key=None)], sink
    )

    assert sink.keys == {"acme/ios1": fleet.host_key("acme/ios1")}


@pytest.mark.parametrize(
    ("enable", "kind"), [(ENABLE, "Gathered"), ("wrong", "RestrictedLoginError")]
)
def test_stock_transport_raises_the_privilege(fleet: Fleet, enable: str, kind: str) -> None:
    sink = KeptSink()
    logins = (make_login(enable=enable),)

    NornirGatherer(settings=PATIENT, platforms=PLATFORMS).gather(
        [target_on(fleet, "acme/low1", transport="stock", logins=logins)], sink
    )

    assert type(sink.results["acme/low1"]).__name__ == kind


def test_stock_logins_count_for_the_lockout_breaker(fleet: Fleet) -> None:
    fleet.set_fault("acme/sick1", None)
    wrong = (make_login(password="wrong"),)
    targets = [
        target_on(fleet, "acme/sick1", device_id=f"d{n}", transport="stock", logins=wrong)
        for n in range(4)
    ]
    sink = KeptSink()

    settings = replace(PATIENT, refusals=2)
    NornirGatherer(settings=settings, platforms=PLATFORMS).gather(targets, sink)

    kinds = sorted(type(result).__name__ for result in sink.results.values())
    assert kinds == ["LoginNotTriedError"] * 2 + ["LoginRefusedError"] * 2


def test_stock_transport_gives_the_stock_driver(fleet: Fleet) -> None:
    kinds: list[type] = []

    def note(task: Any) -> None:
        kinds.append(type(task.host.get_connection("napalm", task.nornir.config)))

    with nornir_over(target_on(fleet, "acme/ios1", transport="stock")) as nornir:
        assert not nornir.run(note).failed

    assert kinds == [napalm.get_network_driver("ios")]


# -- the gatherer


def test_gatherer_tells_of_each_target_once_with_its_keys(fleet: Fleet) -> None:
    fleet.set_fault("acme/sick1", "port_closed")
    targets = [
        target_on(fleet, "acme/ios1", host_key=None),
        target_on(fleet, "acme/eos1"),
        target_on(fleet, "acme/sick1"),
        make_target(device_id="odd", platform="no_such_os"),
    ]
    sink = KeptSink()

    NornirGatherer(settings=PATIENT, platforms=PLATFORMS).gather(targets, sink)

    kinds = {name: type(result).__name__ for name, result in sink.results.items()}
    assert kinds == {
        "acme/ios1": "Gathered",
        "acme/eos1": "Gathered",
        "acme/sick1": "UnreachableError",
        "odd": "UnknownPlatformError",
    }
    assert sink.keys == {"acme/ios1": fleet.host_key("acme/ios1")}


def test_startup_is_brought_where_the_record_says_so(fleet: Fleet) -> None:
    sink = KeptSink()
    targets = [target_on(fleet, key) for key in KEYS]

    NornirGatherer(settings=PATIENT, platforms=PLATFORMS).gather(targets, sink)

    for key in KEYS:
        record = PLATFORMS[fleet.world.device(key).platform]
        startup = sink.results[key].startup
        assert (startup is not None) == (record.startup_asked is not None)
        if startup is not None:
            assert startup.kind == "startup"
            assert startup.transcript.startswith((record.startup or "").encode())


def test_no_thread_is_left_behind(fleet: Fleet) -> None:
    before = set(threading.enumerate())

    NornirGatherer(settings=PATIENT, platforms=PLATFORMS).gather(
        [target_on(fleet, "acme/ios1")], KeptSink()
    )

    assert set(threading.enumerate()) <= before
