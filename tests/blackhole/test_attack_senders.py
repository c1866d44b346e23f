"""Senders: keys that are shown once, rotated and settled; callbacks that need a list of networks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from netwb.blackhole.senders import Senders, check_networks, reports_from
from netwb.errors import InputError, InventoryError, UnknownNameError
from netwb.notify.signing import parse_key
from netwb.roles import ALL_TENANTS
from netwb.store.models import AttackSenderRow
from tests.benches import Rig, rig
from tests.stores import EACH_STORE

pytestmark = EACH_STORE


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        yield made


@pytest.fixture
def senders(made: Rig) -> Senders:
    return made.bench._parts.attacks.senders


def test_the_key_is_shown_once_and_opens_again(made: Rig, senders: Senders) -> None:
    added = senders.add("fnm1", kind="community", networks=[], callback=False, by="ana")

    (opened,) = senders.open()
    assert opened.keys == (parse_key(added.key),)
    assert opened.sender == added.sender == senders.get("fnm1")
    assert added.callback == ""
    assert added.key not in repr(added) + repr(opened)
    with made.bench._parts.database.reading(ALL_TENANTS) as session:
        row = session.scalars(select(AttackSenderRow)).one()
        assert row.keys_sealed is not None
        assert added.key.encode() not in row.keys_sealed


def test_while_it_is_rotated_both_keys_are_taken(senders: Senders) -> None:
    first = senders.add("fnm1", kind="community", networks=[], callback=False, by="ana").key

    second = senders.rotate("fnm1").key
    assert senders.open()[0].keys == (parse_key(second), parse_key(first))
    with pytest.raises(InventoryError, match=r"both are taken; .*`netwb sender settle fnm1`"):
        senders.rotate("fnm1")

    assert senders.settle("fnm1").rotating is False
    assert senders.open()[0].keys == (parse_key(second),)
    with pytest.raises(InventoryError, match="has one key"):
        senders.settle("fnm1")


def test_a_callback_is_kept_as_a_digest_and_needs_networks(made: Rig, senders: Senders) -> None:
    with pytest.raises(InputError, match="give --networks"):
        senders.add("adv", kind="advanced", networks=[], callback=True, by="ana")

    added = senders.add("adv", kind="advanced", networks=["192.0.2.7"], callback=True, by="ana")

    found = senders.of_callback(added.callback)
    assert found is not None
    assert (found.name, found.networks, found.callback) == ("adv", ("192.0.2.7/32",), True)
    assert senders.of_callback(added.callback + "x") is None
    assert senders.of_callback("\ud800") is None
    assert added.callback not in repr(added)
    with made.bench._parts.database.reading(ALL_TENANTS) as session:
        assert session.scalars(select(AttackSenderRow.callback)).one() != added.callback
    with pytest.raises(InputError, match="not signed"):
        senders.set_networks("adv", [])


def test_another_callback_closes_the_one_before(senders: Senders) -> None:
    old = senders.add("adv", kind="advanced", networks=["192.0.2.7"], callback=True, by="ana")

    new = senders.give_callback("adv")

    assert senders.of_callback(old.callback) is None
    assert senders.of_callback(new.callback) is not None
    assert senders.take_callback("adv").callback is False
    assert senders.of_callback(new.callback) is None


def test_a_retired_one_is_believed_no_more_and_gives_its_name_free(senders: Senders) -> None:
    added = senders.add("fnm1", kind="advanced", networks=["192.0.2.7"], callback=True, by="ana")
    with pytest.raises(InventoryError, match="there already"):
        senders.add("fnm1", kind="community", networks=[], callback=False, by="ana")

    senders.retire("fnm1")

    assert (senders.list(), senders.open()) == ((), ())
    assert senders.of_callback(added.callback) is None
    with pytest.raises(UnknownNameError, match="`netwb sender list`"):
        senders.get("fnm1")
    again = senders.add("fnm1", kind="community", networks=[], callback=False, by="ana")
    assert again.sender.id != added.sender.id


@pytest.mark.parametrize(
    ("networks", "address", "expected"),
    [
        ([], "198.51.100.9", True),
        (["192.0.2.0/24"], "192.0.2.77", True),
        (["192.0.2.0/24"], "::ffff:192.0.2.77", True),
        (["192.0.2.0/24"], "198.51.100.9", False),
        (["2001:db8::/32"], "192.0.2.77", False),
        (["192.0.2.0/24", "2001:db8::/32"], "2001:db8::1", True),
        (["192.0.2.0/24"], "", False),
    ],
)
def test_it_reports_from_its_networks_alone(
    senders: Senders, networks: list[str], address: str, *, expected: bool
) -> None:
    added = senders.add("fnm1", kind="community", networks=networks, callback=False, by="ana")

    assert senders.open()[0].reports_from(address) is expected
    assert reports_from(added.sender, address) is expected


def test_what_is_no_network_is_refused() -> None:
    assert check_networks([" 192.0.2.7 ", "192.0.2.7/32"]) == ["192.0.2.7/32"]
    for text in ("192.0.2.7/24", "fnm.example.org", ""):
        with pytest.raises(InputError, match=r"write it like 192\.0\.2\.7"):
            check_networks([text])


def test_when_it_was_heard_is_written_down_now_and_then(made: Rig, senders: Senders) -> None:
    sender = senders.add("fnm1", kind="community", networks=[], callback=False, by="ana").sender
    assert sender.heard_at is None

    senders.heard(sender.id)
    first = made.clock()
    made.clock.advance(seconds=9)
    senders.heard(sender.id)
    assert senders.get("fnm1").heard_at == first
    made.clock.advance(seconds=2)
    senders.heard(sender.id)
    assert senders.get("fnm1").heard_at == made.clock()
