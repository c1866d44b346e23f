from __future__ import annotations

import pytest

from netwb.errors import ImportRefusedError
from netwb.inventory.ports.importing import (
    PortPlace,
    PortPlan,
    PortWorld,
    judge_ports,
    parse_ports,
)
from netwb.inventory.ports.records import Port

EDGE1 = PortPlace(id="id-1", tenant="acme", hostname="edge1", in_scope=True)
TWIN = PortPlace(id="id-2", tenant="globex", hostname="twin", in_scope=True)
OTHER_TWIN = PortPlace(id="id-3", tenant="acme", hostname="twin", in_scope=True)
FOREIGN = PortPlace(id="id-4", tenant="provider", hostname="pe1", in_scope=False)


def port(device: PortPlace, name: str) -> Port:
    return Port(
        id=f"port-{device.id}-{name}",
        device_id=device.id,
        device_tenant=device.tenant,
        site="fra1",
        hostname=device.hostname,
        name=name,
        former_names=(),
        tenant_id="t-acme",
        tenant="acme",
        tenant_since_at=None,
        alias="",
        if_type=6,
        if_index=1,
        speed_bps=None,
        speed_override_bps=None,
        circuit_ref=None,
        watched=False,
        first_seen_at=None,
        last_seen_at=None,
    )


WORLD = PortWorld(
    tenants=frozenset({"acme", "globex"}),
    devices={
        "edge1": (EDGE1,),
        "acme/edge1": (EDGE1,),
        "twin": (TWIN, OTHER_TWIN),
        "globex/twin": (TWIN,),
        "pe1": (FOREIGN,),
    },
    ports={
        (EDGE1.id, "eth0"): port(EDGE1, "eth0"),
        (FOREIGN.id, "eth7"): port(FOREIGN, "eth7"),
    },
)


def judged(*lines: str) -> PortPlan:
    return judge_ports(parse_ports("\n".join(lines)), WORLD)


def test_a_row_changes_what_it_says_and_a_blank_cell_changes_nothing() -> None:
    plan = judged(
        "device;name;tenant;circuit_ref;speed_override;watched",
        "Edge1;eth0;globex;C-1;100M;yes",
        "pe1;eth7;;;;no",
    )

    first, second = plan.ports
    assert first.action == "update"
    assert first.changes == {
        "tenant": "globex",
        "circuit_ref": "C-1",
        "speed_override_bps": 100_000_000,
        "watched": True,
    }
    assert [(item.field, item.old, item.new) for item in first.fields] == [
        ("tenant", "acme", "globex"),
        ("circuit_ref", None, "C-1"),
        ("speed_override_bps", None, "100000000"),
        ("watched", "no", "yes"),
    ]
    assert second.action == "same"
    assert plan.problems == ()


def test_a_port_that_no_poll_has_seen_is_added() -> None:
    (added,) = judged("device,name,circuit_ref", "acme/edge1,eth9,C-9").ports

    assert (added.action, added.device, added.changes) == ("add", EDGE1, {"circuit_ref": "C-9"})


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",eth0,", "line 2: device missing; fill in"),
        ("edge1,,", "line 2: name missing; fill in"),
        ("nope,eth0,", "line 2: device 'nope' is not known"),
        ("twin,eth0,", "line 2: device 'twin' is in acme and globex; write acme/twin"),
        ("edge1,eth0,nobody", "line 2: tenant 'nobody' is not known"),
        ("pe1,eth8,", "line 2: device 'pe1' is not known"),
        ("edge1,eth0", "line 2: has 2 cells where the header has 3"),
        ('edge1,"a\nb",', "line 2: port name"),
    ],
    ids=["device", "name", "unknown", "ambiguous", "tenant", "foreign", "short", "newline"],
)
def test_a_bad_row_is_told_with_its_place_and_cure(row: str, words: str) -> None:
    plan = judged("device,name,tenant", row)

    assert plan.ports == ()
    assert plan.problems[0].startswith(words)


def test_a_port_stands_in_a_file_once() -> None:
    plan = judged("device,name,circuit_ref", "edge1,eth0,C-1", "acme/edge1,eth0,C-2")

    assert len(plan.ports) == 1
    assert plan.problems == (
        "line 3: port 'eth0' of acme/edge1 stands already in line 2; keep one",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("device,name,color\n", "column 'color' is not known"),
        ("device,circuit_ref\n", "column 'name' is missing"),
        ("device,name,name\n", "column 'name' is there twice"),
        ('device,name\nedge1,"eth0\n', "line 2 is no CSV"),
    ],
    ids=["empty", "unknown", "missing", "twice", "quotes"],
)
def test_a_file_that_is_no_table_of_ports_is_refused(text: str, words: str) -> None:
    with pytest.raises(ImportRefusedError, match=words):
        parse_ports(text)


def test_a_column_is_left_out_where_it_is_asked_for() -> None:
    rows = parse_ports("device,name,color\nedge1,eth0,red\n", frozenset({"Color"}))

    assert rows == (("line 2", {"device": "edge1", "name": "eth0"}, ""),)

    with pytest.raises(ImportRefusedError, match="column 'size' is not there to be left out"):
        parse_ports("device,name\nedge1,eth0\n", frozenset({"size"}))
