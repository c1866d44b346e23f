from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netwb.errors import ImportRefusedError, InventoryError
from netwb.inventory.importers.rows import Columns, ImportOptions, ImportPlan, Source
from netwb.inventory.records import Where
from netwb.roles import ALL_TENANTS, Scope
from tests.inventory.ground import ANA, Ground, counted_statements

DATA = Path(__file__).parent.parent / "data" / "inventory"
HEADER = "tenant,site,hostname,address,platform,port,role,labels,status,serial,credential"
CREATE = ImportOptions(missing="create")
SKIP = ImportOptions(bad_rows="skip")


def table(*rows: str, header: str = HEADER) -> Source:
    """Rows as people write them: short ones are filled up."""
    full = [row + "," * (header.count(",") - row.count(",")) for row in rows]
    return Source(kind="table", texts={"table": "\n".join([header, *full, ""])})


def apply(ground: Ground, source: Source, options: ImportOptions | None = None) -> ImportPlan:
    return ground.intake.apply(ALL_TENANTS, source, options or ImportOptions(), actor=ANA)


def actions(plan: ImportPlan) -> list[str]:
    return [item.action for item in plan.devices]


def all_of(ground: Ground) -> list[object]:
    """Everything that an import could have touched."""
    return [
        ground.places.tenants(ALL_TENANTS),
        ground.places.sites(ALL_TENANTS),
        ground.devices.list(ALL_TENANTS, Where(status="any")),
    ]


@pytest.fixture
def acme(ground: Ground) -> Ground:
    ground.tenant("acme", "fra1", "ams1")
    return ground


def test_new_rows_are_devices_with_all_that_they_say(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    ground.credential("acme/lab")

    done = apply(
        ground,
        table(
            "acme,fra1,edge1,2001:DB8::1,auto,2222,pe,ring=a core,planned,S1,lab",
            "acme,fra1,edge2,192.0.2.2,frr",
        ),
    )

    assert actions(done) == ["add", "add"]
    first, second = ground.devices.list(ALL_TENANTS)
    assert (first.address, first.port, first.platform) == ("2001:db8::1", 2222, "auto")
    assert (first.role, first.status, first.serial) == ("pe", "planned", "S1")
    assert first.labels == {"core": "", "ring": "a"}
    assert first.credential.value == "lab"
    assert (second.port, second.status, second.labels) == (22, "active", {})
    assert [event.kind for event in ground.devices.events(ALL_TENANTS, "edge1")] == ["added"]


def test_known_devices_are_updated_and_the_changes_listed(acme: Ground) -> None:
    before = acme.device("acme/Edge1", role="pe", serial="S1", labels={"ring": "a"})

    done = apply(acme, table("acme,ams1,edge1,192.0.2.9,cisco_ios,,core,ring=b"))

    (item,) = done.devices
    assert (item.action, item.device_id, item.hostname) == ("update", before.id, "Edge1")
    assert [(c.field, c.old, c.new) for c in item.fields] == [
        ("site", "fra1", "ams1"),
        ("address", "192.0.2.1", "192.0.2.9"),
        ("role", "pe", "core"),
        ("labels", "ring=a", "ring=b"),
    ]
    after = acme.devices.get(ALL_TENANTS, before.id)
    assert (after.site, after.address, after.role) == ("ams1", "192.0.2.9", "core")
    assert (after.serial, after.port) == ("S1", 22)  # blank cells say nothing
    assert acme.devices.events(ALL_TENANTS, "edge1")[0].kind == "changed"


def test_one_bad_row_and_nothing_is_written(acme: Ground) -> None:
    acme.device("acme/edge1")
    before = all_of(acme)

    with pytest.raises(ImportRefusedError, match="1 of 3 rows are bad and nothing was") as refused:
        apply(
            acme,
            table(
                "acme,ams1,edge1,192.0.2.9,frr",
                "acme,fra1,edge2,192.0.2.300,frr",
                "acme,new1,edge3,192.0.2.3,frr",
            ),
            CREATE,
        )

    assert [p[:7] for p in refused.value.problems] == ["line 3:"]
    assert all_of(acme) == before


def test_every_bad_row_is_told_with_every_cause(acme: Ground) -> None:
    acme.tenant("globex")
    acme.credential("globex/foreign")

    plan = acme.intake.plan(
        ALL_TENANTS,
        table(
            "acme,fra1,good,192.0.2.1,frr",
            "acme,fra1,a/b,192.0.2.300,irix,0",
            "acme,fra1,,192.0.2.1,frr",
            "umbrella,fra1,x1,192.0.2.1,frr",
            "acme,par1,x2,192.0.2.1,frr",
            "acme,fra1,GOOD,192.0.2.2,frr",
            "acme,fra1,x3,192.0.2.1,frr,,,,gone",
            "acme,fra1,x4,192.0.2.1,frr,,,,,,foreign",
        ),
        ImportOptions(),
    )

    assert actions(plan) == ["add"]
    starts = [problem.partition(": ")[0] for problem in plan.problems]
    assert starts == [f"line {number}" for number in range(3, 10)]
    first = plan.problems[0]
    assert all(word in first for word in ("hostname 'a/b'", "192.0.2.300", "'irix'", "port '0'"))
    for problem, words in zip(
        plan.problems[1:],
        [
            "hostname missing; fill in",
            "tenant 'umbrella' is not known",
            "site 'acme/par1' is not known",
            "device acme/GOOD stands already in line 2",
            "status 'gone' is not known",
            "credential 'foreign' is not known in tenant acme",
        ],
        strict=True,
    ):
        assert words in problem


def test_good_rows_are_taken_where_bad_ones_are_skipped(acme: Ground) -> None:
    done = apply(
        acme, table("acme,fra1,edge1,192.0.2.1,frr", "acme,fra1,edge2,192.0.2.300,frr"), SKIP
    )

    assert (actions(done), len(done.problems)) == (["add"], 1)
    assert acme.hostnames() == ["acme/edge1"]


def test_a_plan_writes_nothing_and_says_what_apply_then_does(acme: Ground) -> None:
    acme.device("acme/edge1")
    before = all_of(acme)
    source = table("acme,par1,edge1,192.0.2.9,frr", "newco,x1,edge2,192.0.2.2,frr")

    plan = acme.intake.plan(ALL_TENANTS, source, CREATE)

    assert all_of(acme) == before
    assert apply(acme, source, CREATE) == plan


def test_tenants_and_sites_are_made_only_when_asked_for(acme: Ground) -> None:
    source = table("New Co,Paris 1,edge1,192.0.2.1,frr", "acme,fra1,edge1,192.0.2.1,frr")

    with pytest.raises(ImportRefusedError):
        apply(acme, source)
    done = apply(acme, source, CREATE)

    assert [(p.tenant, p.site, p.name) for p in done.places] == [
        ("new-co", None, "New Co"),
        ("new-co", "paris-1", "Paris 1"),
    ]
    assert acme.hostnames() == ["acme/edge1", "new-co/edge1"]
    assert acme.places.tenant(ALL_TENANTS, "new-co").name == "New Co"
    assert actions(apply(acme, source)) == ["same", "same"]  # found by their names now


def test_what_is_retired_is_not_made_again(acme: Ground) -> None:
    acme.tenant("gone")
    acme.places.retire_tenant(ALL_TENANTS, "gone")
    acme.places.retire_site(ALL_TENANTS, "acme/ams1")

    with pytest.raises(ImportRefusedError) as refused:
        apply(acme, table("acme,ams1,e1,192.0.2.1,frr", "gone,x1,e2,192.0.2.2,frr"), CREATE)

    assert "`netwb site activate acme/ams1`" in refused.value.problems[0]
    assert "`netwb tenant activate gone`" in refused.value.problems[1]


def test_a_credential_that_is_new_to_a_device_is_a_change(acme: Ground) -> None:
    acme.credential("acme/lab")
    acme.device("acme/edge1")

    done = apply(acme, table("acme,fra1,edge1,192.0.2.1,cisco_ios,,,,,,lab"))

    (change,) = done.devices[0].fields
    assert (change.field, change.old, change.new) == ("credential", None, "lab")


def test_two_imports_that_make_one_site_do_not_both_fail_in_the_dark(ground: Ground) -> None:
    ground.tenant("acme")
    sources = [table(f"acme,new1,edge{number},192.0.2.1,frr") for number in range(4)]

    with ThreadPoolExecutor(4) as pool:
        started = [pool.submit(apply, ground, source, CREATE) for source in sources]
    errors = [future.exception() for future in started]

    assert None in errors
    assert {type(error) for error in errors} <= {type(None), InventoryError}
    assert len(ground.hostnames()) == errors.count(None)


def test_places_that_only_bad_rows_name_are_not_made(acme: Ground) -> None:
    apply(
        acme,
        table("newco,x1,edge1,192.0.2.300,frr"),
        ImportOptions(missing="create", bad_rows="skip"),
    )

    assert [tenant.slug for tenant in acme.places.tenants(ALL_TENANTS)] == ["acme"]


def test_defaults_fill_what_rows_do_not_say(acme: Ground) -> None:
    options = ImportOptions(
        columns=Columns(
            defaults={"tenant": "acme", "site": "fra1", "platform": "frr", "port": "2222"}
        )
    )
    source = table("edge1,192.0.2.1,", "edge2,192.0.2.2,22", header="hostname,address,port")

    apply(acme, source, options)

    assert [(d.site, d.platform, d.port) for d in acme.devices.list(ALL_TENANTS)] == [
        ("fra1", "frr", 2222),
        ("fra1", "frr", 22),
    ]


def test_platforms_are_known_by_the_words_of_other_tools(acme: Ground) -> None:
    apply(acme, table("acme,fra1,edge1,192.0.2.1,Cisco IOS-XE", "acme,fra1,edge2,192.0.2.2,eos"))

    devices = acme.devices.list(ALL_TENANTS)
    assert [device.platform for device in devices] == ["cisco_ios", "arista_eos"]


def test_a_table_without_platforms_leaves_them_to_a_probe(acme: Ground) -> None:
    acme.device("acme/edge1")
    source = table(
        "acme,fra1,edge1,192.0.2.1", "acme,fra1,e2,192.0.2.2", header="tenant,site,hostname,address"
    )

    apply(acme, source)

    devices = acme.devices.list(ALL_TENANTS)
    assert {d.hostname: d.platform for d in devices} == {"edge1": "cisco_ios", "e2": "auto"}


def test_auto_never_takes_back_what_a_probe_settled(acme: Ground) -> None:
    source = table("acme,fra1,edge1,192.0.2.1,auto")
    apply(acme, source)
    acme.devices.set(ALL_TENANTS, "edge1", {"platform": "frr"}, actor=ANA)

    assert actions(apply(acme, source)) == ["same"]
    assert acme.devices.get(ALL_TENANTS, "edge1").platform == "frr"


def test_what_is_retired_at_the_source_is_retired_here(acme: Ground) -> None:
    acme.device("acme/edge1")
    source = table(
        "acme,fra1,edge1,192.0.2.1,frr,,,,retired", "acme,fra1,edge2,192.0.2.2,frr,,,,retired"
    )

    assert actions(apply(acme, source)) == ["retire", "left_out"]
    assert actions(apply(acme, source)) == ["left_out", "left_out"]
    assert acme.devices.get(ALL_TENANTS, "edge1").status == "retired"


def test_an_import_stays_within_its_scope(acme: Ground) -> None:
    acme.tenant("globex", "fra1")
    theirs = acme.device("globex/edge1")
    scope = Scope(frozenset({acme.places.tenant(ALL_TENANTS, "acme").id}))
    source = table(
        "acme,fra1,edge1,192.0.2.1,frr",
        "globex,fra1,edge1,192.0.2.9,frr",
        "newco,fra1,edge1,192.0.2.9,frr",
    )

    done = acme.intake.apply(
        scope, source, ImportOptions(missing="create", bad_rows="skip"), actor=ANA
    )

    assert actions(done) == ["add"]
    foreign, unknown = (problem.replace("globex", "newco")[7:] for problem in done.problems)
    assert foreign == unknown  # a tenant that is there and one that is not read the same
    assert acme.devices.get(ALL_TENANTS, theirs.id) == theirs


def test_netbox_and_simple_inventory_come_in_the_same_way(acme: Ground) -> None:
    netbox = Source(kind="table", texts={"table": (DATA / "netbox" / "all_data.csv").read_text()})
    nornir = Source(
        kind="nornir",
        texts={
            name: (DATA / "simple_inventory" / f"{name}.yaml").read_text()
            for name in ("hosts", "groups", "defaults")
        },
    )
    options = ImportOptions(missing="create", bad_rows="skip")

    from_netbox = apply(acme, netbox, options)
    from_nornir = apply(acme, nornir, options)

    assert actions(from_netbox) == ["add", "add", "left_out"]
    assert from_netbox.problems[0].startswith("line 5: address missing")
    assert actions(from_nornir) == ["add", "add"]
    assert acme.hostnames() == [
        "acme/edge1",
        "acme/edge2.example.net",
        "acme-ltd/edge1",
        "acme-ltd/edge2",
    ]


def test_two_thousand_rows_cost_no_more_reads_than_two(acme: Ground) -> None:
    def rows(count: int, port: int) -> Source:
        return table(*(f"acme,fra1,n{i},192.0.2.1,frr,{port}" for i in range(count)))

    apply(acme, rows(2, 22))
    with counted_statements() as few:
        apply(acme, rows(2, 2222))
    apply(acme, rows(2000, 22))
    with counted_statements() as many:
        apply(acme, rows(2000, 2223))

    with counted_statements() as listing:
        devices = acme.devices.list(ALL_TENANTS)
    with counted_statements() as resolving:
        targets = acme.credentials.targets(ALL_TENANTS, devices)

    def reads(statements: list[str]) -> int:
        return sum(statement.lstrip().startswith("SELECT") for statement in statements)

    assert reads(many) == reads(few)
    assert len(devices) == len(targets) == 2000
    assert (reads(listing), reads(resolving)) == (3, 4)


# -- laws

NAMES = st.sampled_from(["edge1", "EDGE1", "edge2", "edge3", "a/b", ""])
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["acme", "Acme", "newco", "New Co", "-"]),
        st.sampled_from(["fra1", "ams1", "par 1", ""]),
        NAMES,
        st.sampled_from(["192.0.2.1", "192.0.2.2", "192.0.2.300"]),
        st.sampled_from(["frr", "auto", "cisco_ios", "ios"]),
        st.sampled_from(["", "22", "2222"]),
        st.sampled_from(["", "pe"]),
        st.sampled_from(["", "ring=a", "core"]),
        st.sampled_from(["", "active", "planned", "retired"]),
    ).map(",".join),
    max_size=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(rows=ROWS)
def test_importing_twice_is_importing_once(ground: Ground, rows: list[str]) -> None:
    if not ground.places.tenants(ALL_TENANTS):
        ground.tenant("acme", "fra1", "ams1")
    options = ImportOptions(missing="create", bad_rows="skip")

    first = apply(ground, table(*rows), options)
    after = all_of(ground)
    ground.clock.pass_s(60)
    second = apply(ground, table(*rows), options)

    assert all_of(ground) == after
    assert set(actions(second)) <= {"same", "left_out"}
    assert second.problems == first.problems
    assert second.places == ()
