from __future__ import annotations

import pytest

from netwb.views.finding import leads
from tests.views.inventory.test_rows import device

FLEET = (
    device("edge1", address="192.0.2.1", serial="FOX1", site="fra1"),
    device("edge2", address="2001:db8::2", sysname="edge2.example.net", site="fra1"),
    device("core1", address="192.0.2.9", site="ams2"),
    device("edge1", id="id-other", tenant="umbra", address="192.0.2.1", site="lis3"),
)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("192.0.2.9", "inventory?device=id-core1"),
        ("2001:DB8:0::2", "inventory?device=id-edge2"),
        ("192.0.2.1", "inventory?q=192.0.2.1"),
        ("fox1", "inventory?device=id-edge1"),
        ("edge2.example.net", "inventory?device=id-edge2"),
        ("EDGE1", "inventory?q=edge1"),
        ("core", "inventory?device=id-core1"),
        ("dge", "inventory?q=dge"),
        ("fra1", "inventory?q=fra1"),
        ("acme/fra1", "inventory?site=acme%2Ffra1"),
        ("ams2", "inventory?device=id-core1"),
        ("acme", "inventory?tenants=acme"),
    ],
)
def test_what_is_known_of_devices_leads_to_them(text: str, url: str) -> None:
    assert leads(text, FLEET, {}) == url


@pytest.mark.parametrize("text", ["198.51.100.7", "router bgp", "edge1 edge2", "<img src=x>", "%"])
def test_everything_else_is_looked_for_in_configurations(text: str) -> None:
    assert leads(text, FLEET, {}).startswith("configs?find=")


def test_an_address_that_is_hidden_finds_no_device() -> None:
    hidden = [device("edge1", address="")]

    assert leads("192.0.2.1", hidden, {}) == "configs?find=192.0.2.1"


def test_whose_view_it_is_goes_along() -> None:
    assert leads("dge", FLEET, {"as": "acme"}) == "inventory?q=dge&as=acme"
    assert leads("ntp server", FLEET, {"tenant": "acme"}) == "configs?find=ntp+server&tenant=acme"
