"""What Grafana's Graphite source asks."""

from __future__ import annotations

import pytest

from netwb.errors import InputError
from netwb.grafana.graphite import parse_choice, parse_target, parse_time
from netwb.grafana.records import Choice, Target

NOW = 1_795_000_000


@pytest.mark.parametrize(
    "name", ["Gi0/0", "xe-0/0/0.100", "a'b", 'say "x"', "two, words", "line\nfeed", "{a,b}*", "()"]
)
def test_a_port_of_any_name_is_asked_for(name: str) -> None:
    found = parse_target(f"traffic('acme', 'core.fra1', '{name}', 'out_bps_highest')")

    want = Target(tenant="acme", hostname="core.fra1", name=name, value="out_bps_highest")
    assert found == want


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acme.edge1.Gi0/0.in_bps",
        "traffic()",
        "traffic('acme', 'edge1', 'Gi0/0')",
        "traffic('acme', 'edge1', 'Gi0/0', 'in_octets')",
        "traffic('acme', 'edge1', 'Gi0/0', 'in_bps'",
        "alias(traffic('acme', 'edge1', 'Gi0/0', 'in_bps'), 'x')",
    ],
)
def test_what_is_no_curve_is_refused_with_how_one_is_written(text: str) -> None:
    with pytest.raises(InputError, match=r"write traffic\('TENANT'"):
        parse_target(text)


def test_a_drop_down_asks_for_names() -> None:
    assert parse_choice("tenants()") == parse_choice("*") == Choice(of="tenants")
    assert parse_choice("devices('acme')") == Choice(of="devices", tenant="acme")
    assert parse_choice("ports('acme','edge1')").hostname == "edge1"
    for text in ("acme.*", "devices()", "ports('acme')", "traffic('a', 'b', 'c', 'in_bps')"):
        with pytest.raises(InputError, match="write tenants"):
            parse_choice(text)


def test_times_are_epoch_seconds_or_back_from_now() -> None:
    assert parse_time("1795000000", NOW) == NOW
    assert parse_time("now", NOW) == NOW
    assert parse_time("-30min", NOW) == NOW - 1_800
    assert parse_time("-2weeks", NOW) == NOW - 14 * 86_400
    assert parse_time("-9999y", NOW) == 0
    for text in ("", "yesterday", "-1", "-6hx!", "99999999999", "1e9", "-5fortnights", "١٢"):
        with pytest.raises(InputError, match="write epoch seconds"):
            parse_time(text, NOW)
