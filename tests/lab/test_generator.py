"""What simulated configurations look like: seeded, of the wanted size, full of secrets."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from netwb.errors import DuplicateDeviceError, UnknownDeviceError
from netwb.lab.dialects import DIALECTS
from netwb.lab.draw import Secret
from netwb.lab.edits import EditKind
from tests.lab.ground import make_device, make_edit, make_world

PLATFORMS = sorted(DIALECTS)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_same_seed_and_device_give_the_same_text(platform: str) -> None:
    device = make_device(platform=platform)

    texts = {make_world(device).running(device.key, 0) for _ in range(2)}

    assert len(texts) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_another_seed_or_another_device_gives_another_text(platform: str) -> None:
    one, two = (
        make_device("acme/edge1", platform=platform),
        make_device("b/edge1", platform=platform),
    )
    world = make_world(one, two)

    assert world.running(one.key, 0) != world.running(two.key, 0)
    assert world.running(one.key, 0) != make_world(one, seed="other").running(one.key, 0)


def test_a_device_prints_the_same_whatever_else_is_in_the_world() -> None:
    one, two = make_device("acme/edge1"), make_device("acme/edge2")

    alone = make_world(one).running(one.key, 3)
    after_the_other = make_world(two, one)
    after_the_other.running(two.key, 5)

    assert after_the_other.running(one.key, 3) == alone


@pytest.mark.parametrize("lines", [100, 300, 3000, 20_000])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_text_has_about_as_many_lines_as_asked_for(platform: str, lines: int) -> None:
    device = make_device(platform=platform, lines=lines)

    count = make_world(device).running(device.key, 0).count("\n")

    assert lines <= count <= max(lines * 1.05, lines + 70)


@pytest.mark.parametrize("lines", [100, 300, 3000])
def test_ios_counts_its_bytes_right(lines: int) -> None:
    device = make_device(lines=lines)

    _, said, body = re.split(
        r"Current configuration : (\d+) bytes\n", make_world(device).running(device.key, 0)
    )

    assert int(said) == len(body.removesuffix("\n").encode())
    assert body.endswith("\nend\n\n")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_text_carries_the_secrets_of_its_model(platform: str) -> None:
    device = make_device(platform=platform)
    world = make_world(device)

    model, text = world.model(device.key, 0), world.running(device.key, 0)

    key = next(port.ospf_key for port in model.interfaces if port.ospf_key)
    forms = {
        "cisco_ios": key.type7(),
        "arista_eos": key.base64(),
        "frr": key.plain,
        "cisco_nxos": key.localized(8),
    }
    assert f" {forms[platform]}\n" in text


def test_type_7_is_what_routers_write() -> None:
    assert Secret(plain="cisco", salt=2).type7() == "02050D480809"  # known from many lists


def test_ios_names_the_last_author_and_time() -> None:
    device = make_device()
    at = datetime(2026, 11, 3, 9, 5, 7, tzinfo=UTC)
    world = make_world(device, edits=[make_edit(device.key, night=3, at=at, by="ana")])

    before, after = world.running(device.key, 2), world.running(device.key, 3)

    line = "! Last configuration change at 09:05:07 UTC Tue Nov 3 2026 by ana\n"
    assert line in after
    assert line not in before


def test_eos_names_who_saved_in_its_startup_configuration_only() -> None:
    device = make_device(platform="arista_eos")
    at = datetime(2026, 11, 3, 9, 5, 7, tzinfo=UTC)
    world = make_world(device, edits=[make_edit(device.key, night=3, at=at, by="ben")])

    assert "! Startup-config last modified at Tue Nov  3 09:05:28 2026 by ben\n" in world.startup(
        device.key, 3
    )
    assert "ben" not in world.running(device.key, 3)


@pytest.mark.parametrize("platform", ["arista_eos", "cisco_ios", "cisco_nxos"])
def test_what_nobody_saved_is_missing_from_startup(platform: str) -> None:
    device = make_device(platform=platform)
    at = datetime(2026, 11, 3, 9, tzinfo=UTC)
    world = make_world(device, edits=[make_edit(device.key, night=1, at=at, by="ana", saved=False)])

    assert "Moved to rack" in world.running(device.key, 1)
    assert "Moved to rack" not in world.startup(device.key, 1)


def test_ios_names_the_file_of_a_certificate_in_its_startup_configuration() -> None:
    device = make_device(platform="cisco_ios", lines=500)
    world = make_world(device)

    running, startup = world.running(device.key, 1), world.startup(device.key, 1)

    assert "\n certificate self-signed 01\n" in running
    assert "\n certificate self-signed 01 nvram:IOS-Self-Sig#1.cer\n!\n" in startup


def test_frr_does_not_tell_what_it_saved() -> None:
    device = make_device(platform="frr")

    assert make_world(device).startup(device.key, 1) == ""


@pytest.mark.parametrize(
    ("platform", "kind"),
    [(platform, kind) for platform in PLATFORMS for kind in DIALECTS[platform].edit_kinds],
)
def test_every_edit_shows_in_the_text(platform: str, kind: EditKind) -> None:
    device = make_device(platform=platform)
    at = datetime(2026, 11, 1, 9, tzinfo=UTC)
    edits = [
        make_edit(device.key, night=night, at=at + timedelta(days=night), by="ana", kind=kind)
        for night in (1, 2, 3)
    ]
    world = make_world(device, edits=edits)

    texts = [steady(world.running(device.key, night)) for night in range(4)]

    assert all(old != new for old, new in pairwise(texts))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_without_an_edit_only_volatile_lines_differ_between_nights(platform: str) -> None:
    device = make_device(platform=platform)
    world = make_world(device)

    texts = {steady(world.running(device.key, night)) for night in range(5)}

    assert len(texts) == 1


def test_a_world_refuses_two_devices_of_one_key_and_edits_of_none() -> None:
    with pytest.raises(DuplicateDeviceError):
        make_world(make_device(), make_device())
    with pytest.raises(UnknownDeviceError, match="'acme/edge9'"):
        make_world(make_device(), edits=[make_edit("acme/edge9", night=1)])


def test_a_device_may_be_edited_more_often_than_python_recurses() -> None:
    device = make_device()
    edits = [make_edit(device.key, night=night, kind="add_route") for night in range(1, 1500)]

    text = make_world(device, edits=edits).running(device.key, 1500)

    assert text.count("name ticket-") == 1499


def test_looking_around_moves_the_author_and_changes_nothing() -> None:
    device = make_device()
    edits = [make_edit(device.key, night=1, by="ben", kind="change_nothing")]
    world = make_world(device, edits=edits)

    before, after = world.running(device.key, 0), world.running(device.key, 1)

    assert "by ben\n" in after
    assert steady(before) == steady(after)
    assert world.changed(1) == frozenset()


def test_the_truth_about_a_night_can_be_asked() -> None:
    one, two = make_device("acme/edge1"), make_device("acme/edge2")
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    edits = [
        make_edit(one.key, night=2, at=at, by="ana"),
        make_edit(two.key, night=4, at=at, by="ben"),
    ]

    world = make_world(one, two, edits=edits)

    assert world.changed(2) == {"acme/edge1"}
    assert world.changed(3) == frozenset()
    assert [edit.by for edit in world.edits(key=two.key)] == ["ben"]
    assert world.at(2) == datetime(2026, 11, 3, 2, tzinfo=UTC)


def steady(text: str) -> str:
    """Leave out the lines that change by themselves, named here by hand."""
    volatile = (
        "! Last ",
        "! NVRAM ",
        "!Time: ",
        "!Running configuration last ",
        "Current configuration :",
        "ntp clock-period ",
    )
    return "".join(line for line in text.splitlines(True) if not line.startswith(volatile))
