from __future__ import annotations

import pytest

from netwb.errors import InventoryError, NotPermittedError, UnknownNameError
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from tests.inventory.ground import ANA, NEW_KEY, OLD_KEY, Ground


def test_a_tenant_is_found_by_slug_and_by_id(ground: Ground) -> None:
    added = ground.places.add_tenant(ALL_TENANTS, "acme", name="Acme Ltd")

    assert ground.places.tenant(ALL_TENANTS, "acme") == added
    assert ground.places.tenant(ALL_TENANTS, added.id) == added
    assert added.status == "active"


def test_a_taken_slug_is_refused(ground: Ground) -> None:
    ground.tenant("acme", "fra1")

    with pytest.raises(InventoryError, match="tenant 'acme' exists already"):
        ground.places.add_tenant(ALL_TENANTS, "acme", name="Other")
    with pytest.raises(InventoryError, match="site 'acme/fra1' exists already"):
        ground.places.add_site(ALL_TENANTS, "acme/fra1", {})


def test_a_foreign_tenant_and_an_unknown_one_read_the_same(ground: Ground) -> None:
    acme, globex = ground.tenant("acme", "fra1"), ground.tenant("globex", "fra1")
    scope = Scope(frozenset({acme}))

    messages = []
    for ref in ("globex", "umbrella", globex):
        with pytest.raises(UnknownNameError) as refused:
            ground.places.tenant(scope, ref)
        messages.append(str(refused.value).replace(ref, "X"))

    assert len(set(messages)) == 1
    assert [t.slug for t in ground.places.tenants(scope)] == ["acme"]
    assert [f"{s.tenant}/{s.slug}" for s in ground.places.sites(scope)] == ["acme/fra1"]
    assert ground.places.tenants(NO_TENANT) == ()


def test_a_tenant_is_added_only_by_those_who_see_all(ground: Ground) -> None:
    scope = Scope(frozenset({ground.tenant("acme")}))

    with pytest.raises(NotPermittedError, match="cannot be added within a scope"):
        ground.places.add_tenant(scope, "globex", name="Globex")


def test_a_site_of_another_tenant_cannot_be_made(ground: Ground) -> None:
    scope = Scope(frozenset({ground.tenant("acme")}))
    ground.tenant("globex")

    with pytest.raises(UnknownNameError):
        ground.places.add_site(scope, "globex/ams1", {})


def test_a_site_in_two_tenants_must_be_named_whole(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    ground.tenant("globex", "fra1", "ams1")

    assert ground.places.site(ALL_TENANTS, "ams1").tenant == "globex"
    assert ground.places.site(ALL_TENANTS, "acme/fra1").tenant == "acme"
    with pytest.raises(InventoryError, match="in acme and globex; write acme/fra1"):
        ground.places.site(ALL_TENANTS, "fra1")


def test_setting_gives_what_really_changed(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    ground.credential("acme/lab")

    _, changed = ground.places.set_site(
        ALL_TENANTS, "acme/fra1", {"name": "fra1", "credential": "lab", "max_sessions": 3}
    )
    again = ground.places.set_site(ALL_TENANTS, "acme/fra1", {"credential": "lab"})[1]
    site, cleared = ground.places.set_site(ALL_TENANTS, "acme/fra1", {"credential": None})

    assert [(c.field, c.old, c.new) for c in changed] == [
        ("credential", None, "lab"),
        ("max_sessions", None, "3"),
    ]
    assert again == ()
    assert [(c.field, c.old, c.new) for c in cleared] == [("credential", "lab", None)]
    assert (site.credential, site.max_sessions) == (None, 3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"colour": "red"}, "field 'colour' cannot be set"),
        ({"name": " "}, "name .* is not usable"),
        ({"jump": "nobody"}, "jump host 'nobody'"),
        ({"max_sessions": 0}, "max sessions '0'"),
        ({"credential": "of-globex"}, "credential 'of-globex' is not known in this tenant"),
    ],
    ids=["unknown field", "empty name", "jump", "sessions", "foreign credential"],
)
def test_a_bad_change_changes_nothing(
    ground: Ground, changes: dict[str, object], words: str
) -> None:
    ground.tenant("acme", "fra1")
    ground.tenant("globex")
    ground.credential("globex/of-globex")
    before = ground.places.site(ALL_TENANTS, "acme/fra1")

    with pytest.raises(InventoryError, match=words):
        ground.places.set_site(ALL_TENANTS, "acme/fra1", {"jump": "a@b", **changes})  # type: ignore[typeddict-item]

    assert ground.places.site(ALL_TENANTS, "acme/fra1") == before


def test_another_jump_host_is_not_expected_to_have_the_old_ones_key(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    ground.places.set_site(ALL_TENANTS, "acme/fra1", {"jump": "a@j1", "jump_host_key": OLD_KEY})

    same = ground.places.set_site(ALL_TENANTS, "acme/fra1", {"jump": "a@j1"})[1]
    other = ground.places.set_site(ALL_TENANTS, "acme/fra1", {"jump": "a@j2"})[1]
    given = ground.places.set_site(
        ALL_TENANTS, "acme/fra1", {"jump": "a@j3", "jump_host_key": NEW_KEY}
    )[1]

    assert same == ()
    assert [(c.field, c.new) for c in other] == [("jump_host_key", None), ("jump", "a@j2")]
    assert {(c.field, c.new) for c in given} == {("jump_host_key", NEW_KEY), ("jump", "a@j3")}


def test_a_place_with_living_devices_is_not_retired(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    ground.device("acme/edge1")

    with pytest.raises(InventoryError, match="site acme/fra1 has 1 living device;"):
        ground.places.retire_site(ALL_TENANTS, "acme/fra1")
    with pytest.raises(InventoryError, match="tenant acme has 1 living device;"):
        ground.places.retire_tenant(ALL_TENANTS, "acme")

    ground.devices.retire(ALL_TENANTS, "edge1", actor=ANA)
    assert ground.places.retire_site(ALL_TENANTS, "acme/fra1").status == "retired"
    assert ground.places.retire_tenant(ALL_TENANTS, "acme").status == "retired"


def test_nothing_is_added_to_what_is_retired(ground: Ground) -> None:
    ground.tenant("acme", "fra1", "ams1")
    ground.places.retire_site(ALL_TENANTS, "acme/fra1")

    with pytest.raises(UnknownNameError, match="site 'fra1' is not known"):
        ground.device("acme/edge1")
    with pytest.raises(InventoryError, match="bring it back with `netwb site activate acme/fra1`"):
        ground.places.add_site(ALL_TENANTS, "acme/fra1", {})
    ground.places.retire_tenant(ALL_TENANTS, "acme")
    with pytest.raises(InventoryError, match="tenant acme is retired"):
        ground.places.add_site(ALL_TENANTS, "acme/par1", {})
    with pytest.raises(InventoryError, match="tenant acme is retired"):
        ground.device("acme/edge1", site="ams1")
    with pytest.raises(InventoryError, match="tenant acme is retired"):
        ground.credential("acme/lab")
    with pytest.raises(InventoryError, match="bring it back with `netwb tenant activate acme`"):
        ground.places.add_tenant(ALL_TENANTS, "acme", name="Again")


def test_what_was_retired_comes_back_from_the_outside_in(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    device = ground.device("acme/edge1")
    ground.devices.retire(ALL_TENANTS, "edge1", actor=ANA)
    ground.places.retire_site(ALL_TENANTS, "acme/fra1")
    ground.places.retire_tenant(ALL_TENANTS, "acme")

    with pytest.raises(InventoryError, match="netwb tenant activate acme"):
        ground.devices.activate(ALL_TENANTS, "edge1", actor=ANA)
    with pytest.raises(InventoryError, match="netwb tenant activate acme"):
        ground.places.activate_site(ALL_TENANTS, "acme/fra1")
    assert ground.places.activate_tenant(ALL_TENANTS, "acme").status == "active"
    with pytest.raises(InventoryError, match="netwb site activate acme/fra1"):
        ground.devices.activate(ALL_TENANTS, "edge1", actor=ANA)
    assert ground.places.activate_site(ALL_TENANTS, "acme/fra1").status == "active"

    assert ground.devices.activate(ALL_TENANTS, "edge1", actor=ANA).id == device.id


def test_sites_are_listed_by_tenant(ground: Ground) -> None:
    ground.tenant("acme", "fra1", "ams1")
    ground.tenant("globex", "par1")

    found = ground.places.sites(ALL_TENANTS, "acme")

    assert [f"{site.tenant}/{site.slug}" for site in found] == ["acme/ams1", "acme/fra1"]
    with pytest.raises(UnknownNameError):
        ground.places.sites(ALL_TENANTS, "nope")


def test_a_site_needs_a_tenant_in_its_name(ground: Ground) -> None:
    with pytest.raises(InventoryError, match="names no tenant; write TENANT/SITE"):
        ground.places.add_site(ALL_TENANTS, "fra1", {})
