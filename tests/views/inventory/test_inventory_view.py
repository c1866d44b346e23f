"""The page on a real Workbench: what a person does on it reaches the home, as far as rights go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.errors import NotPermittedError, UnknownDeviceError, UnreachableError
from netwb.inventory.records import NewCredential, SecretSource
from netwb.roles import Role
from netwb.views.inventory.view import InventoryView
from netwb.workbench import Workbench
from tests.benches import Rig, ios, rig
from tests.views.visits import HOSTILE, Visit, run
from tests.workbench.people import add, logged_in

TENANTS = {"acme": ("edge1", "edge2"), "umbra": ("pe1",)}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    """Two nights: all good; edge2 away. A person of each kind."""
    with rig(tmp_path, TENANTS, past=two_nights) as made:
        yield made


def two_nights(made: Rig) -> None:
    made.back_up()
    made.clock.advance(days=1)
    made.answer("acme/edge1", ios("edge1", by="ben", ntp="192.0.2.99"))
    made.answer("acme/edge2", UnreachableError("edge2: 127.0.0.1 port 22 is closed"))
    made.back_up()
    made.clock.advance(hours=2)
    add(made, "eng", Role.ENGINEER)
    add(made, "op", Role.OPERATOR, "acme")
    add(made, "staff", Role.CUSTOMER, "acme")


def visit(made: Rig, who: str = "eng", search: str = "") -> Visit:
    bench: Workbench = logged_in(made, who)
    return run(Visit(InventoryView, bench, made, search).load())


def test_a_part_that_cannot_be_read_says_so_in_its_place_until_it_is_mended(made: Rig) -> None:
    page = visit(made)
    database = made.bench.home / "netwb.db"
    device = made.devices["acme/edge1"].id
    database.rename(database.with_suffix(".away"))
    try:
        broken = run(page.act("open", device=device)).view._stage.page.html
    finally:
        database.with_suffix(".away").rename(database)
    mended = run(page.act("again")).text

    assert 'class="loading"' not in broken
    assert "The database cannot be read" in broken
    assert "netwb.db" not in broken
    assert "cannot be read" not in mended
    assert "Last good backup" in mended


def test_a_refused_form_says_every_fault_at_its_field_and_keeps_what_was_typed(made: Rig) -> None:
    page = visit(made)
    typed = {
        "hostname": "bad name!",
        "site": "acme/fra1",
        "address": "192.0.2.300",
        "port": "0",
        "labels": "a b=c,!",
    }

    refused = run(page.send("add-device", **typed)).html

    assert refused.count('aria-invalid="true"') == 4
    assert "4 fields cannot be as given." in refused
    assert refused.index("fault-hostname") < refused.index("fault-address")
    assert 'value="bad name!"' in refused
    run(page.send("add-device", **{**typed, "hostname": "new1", "port": "22", "labels": "a=b"}))
    assert "Address &#x27;192.0.2.300&#x27; is no IPv4" in page.html
    assert "cannot be as given" not in page.html
    run(page.send("add-device", hostname="new1", site="acme/fra1", address="192.0.2.3", port="22"))
    assert "dialog" not in page.html
    assert "new1" in page.html


# -- list


def test_the_list_shows_every_device_in_scope_with_its_copy(made: Rig) -> None:
    page = visit(made)

    assert all(name in page.html for name in ("edge1", "edge2", "pe1"))
    assert "<b>3</b> devices" in page.html
    assert "2 nights" not in page.html
    assert page.html.count(">2 h</time>") == 2
    assert ">1 d</time>" in page.html


def test_a_tenants_staff_sees_its_own_devices_no_address_and_no_form(made: Rig) -> None:
    page = visit(made, "staff")

    assert "edge1" in page.html
    assert "pe1" not in page.html
    assert "umbra" not in page.html
    assert "127.0.0.1" not in page.html
    assert 'data-act="add"' not in page.html
    assert "checkbox" not in page.view._stage.table.html


def test_the_filter_is_in_the_address_and_the_address_is_the_filter(made: Rig) -> None:
    page = visit(made, search="?q=pe1")
    assert "<b>1</b> device of 3" in page.html

    run(page.act("clear"))
    run(page.act("facet", facet="tenants", of="acme", value=True))
    run(page.act("sort", by="-hostname"))

    assert dict(page.frame.address) == {"tenants": "acme", "sort": "-hostname"}
    table = page.view._stage.table.html
    assert table.index("edge2") < table.index("edge1")
    assert "pe1" not in table
    assert page.html == visit(made, search="?tenants=acme&sort=-hostname").html


def test_the_csv_holds_every_row_that_is_left_by_right(made: Rig) -> None:
    engineer, staff = visit(made, search="?q=edge1"), visit(made, "staff")

    run(engineer.act("csv"))
    run(staff.act("csv"))

    text = engineer.frame.saved[0][1].decode("utf-8-sig").splitlines()
    assert text[0].startswith("tenant,site,hostname,address,port,platform,status")
    assert len(text) == 2
    assert text[1].startswith("acme,fra1,edge1,127.0.0.1,22,cisco_ios,active")
    assert "2026-11-21T02:00:00Z" in text[1]
    theirs = staff.frame.saved[0][1].decode("utf-8-sig")
    assert "address" not in theirs
    assert "127.0.0.1" not in theirs
    assert len(theirs.splitlines()) == 3


def test_selected_devices_can_be_set_and_retired(made: Rig) -> None:
    page = visit(made)
    for name in ("acme/edge1", "acme/edge2"):
        run(page.act("select", device=made.devices[name].id, value=True))
    assert "<b>2</b> selected" in page.html

    run(page.act("ask-status"))
    assert "Set the status of 2 devices" in page.html
    ids = " ".join(made.devices[name].id for name in ("acme/edge1", "acme/edge2"))
    run(page.act("set-status", devices=ids, fields={"status": "maintenance"}))
    assert {made.bench.device(name).status for name in ("acme/edge1", "acme/edge2")} == {
        "maintenance"
    }

    run(page.act("retire-devices", devices=ids, fields={}))
    assert [device.hostname for device in made.bench.devices()] == ["pe1"]
    assert "2 retired hidden" in page.html
    assert "selected" not in page.view._stage.toolbar.html


def test_a_device_that_is_not_listed_cannot_be_selected(made: Rig) -> None:
    page = visit(made, "op")

    run(page.act("select", device=made.devices["umbra/pe1"].id, value=True))

    assert "selected" not in page.view._stage.toolbar.html


def test_a_backup_is_filed_as_a_job_that_the_address_names(made: Rig) -> None:
    async def story() -> tuple[Visit, str]:
        page = await Visit(InventoryView, logged_in(made, "op"), made).load()
        await page.act("select", device=made.devices["acme/edge1"].id, value=True)
        await page.act("back-up")
        job = page.frame.address["job"]
        await page.act("close-job")
        await page.view._stage.settled()
        return page, job

    page, job = run(story())

    assert made.bench.job(job).status == "queued"
    assert "job" not in page.frame.address


# -- one device


def test_a_devices_page_answers_for_it(made: Rig) -> None:
    page = visit(made, search=f"?device={made.devices['acme/edge2'].id}")

    assert "unreachable" not in page.html
    assert "edge2: 127.0.0.1 port 22 is closed" in page.html
    assert "90 nights: 1 changed, 0 kept back, 1 failed" in page.html
    assert "lab <span" in page.html
    assert "from the tenant" in page.html
    assert page.frame._crumbs[-1] == ("edge2", None)


def test_a_customer_is_told_the_kind_of_a_failure_and_never_an_address(made: Rig) -> None:
    page = visit(made, "staff", search=f"?device={made.devices['acme/edge2'].id}")

    assert "unreachable" in page.html
    assert "127.0.0.1" not in page.html
    assert "data-act" not in page.view._stage.page.html


def test_a_foreign_device_and_a_missing_one_are_the_same_page(made: Rig) -> None:
    foreign = visit(made, "staff", search=f"?device={made.devices['umbra/pe1'].id}")
    missing = visit(made, "staff", search="?device=aaaaaaaaaaaaaaaa")

    assert foreign.view._stage.page.html == missing.view._stage.page.html
    assert "It does not exist, or lies outside what you may see." in foreign.html
    assert foreign.frame._crumbs == missing.frame._crumbs


def test_back_leads_from_a_device_to_the_list(made: Rig) -> None:
    async def story() -> Visit:
        page = await Visit(InventoryView, logged_in(made, "eng"), made).load()
        await page.act("open", device=made.devices["acme/edge1"].id)
        assert not page.view._stage.listed
        await page.frame.address.went("")
        return page

    page = run(story())

    assert page.view._stage.listed
    assert page.frame._crumbs == (("Inventory", None),)


# -- edit


NEW = {
    "hostname": "edge9",
    "site": "acme/fra1",
    "address": "192.0.2.9",
    "platform": "cisco_ios",
    "port": "2222",
    "snmp_port": "1161",
    "snmp_credential": "snmp",
    "status": "planned",
    "labels": "rack=r1",
}


def test_a_device_is_added_by_its_form(made: Rig) -> None:
    community = SecretSource(origin="env:PW")
    made.bench.add_credential(
        NewCredential(tenant="acme", name="snmp", secrets={"snmp_community": community})
    )
    page = visit(made)

    run(page.act("add"))
    assert "Add device" in page.html
    run(page.send("add-device", **NEW))

    device = made.bench.device("acme/edge9")
    assert (device.address, device.port, device.status) == ("192.0.2.9", 2222, "planned")
    assert (device.snmp_port, device.snmp_credential.value) == (1161, "snmp")
    assert device.labels == {"rack": "r1"}
    assert "edge9" in page.view._stage.table.html
    assert "dialog" not in page.html
    assert made.bench.audit_events()[0].action == "device.add"
    assert made.bench.audit_events()[0].actor == "eng"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("hostname", "edge1", "already"),
        ("hostname", HOSTILE, "is not usable"),
        ("address", "192.0.2.311", "is no IPv4"),
        ("port", "ssh", "give a number from 1"),
        ("snmp_port", "70000", "give a number from 1"),
        ("site", "", "no site is chosen"),
        ("labels", "=", ""),
        ("transport", "carrier pigeon", "take fast, stock"),
    ],
)
def test_a_form_that_is_refused_stays_with_what_was_typed_and_the_reason(
    made: Rig, field: str, value: str, words: str
) -> None:
    page = visit(made)

    run(page.send("add-device", **{**NEW, field: value}))

    assert "<dialog" in page.html
    assert 'role="alert"' in page.html
    assert words in page.text.replace("&#x27;", "'")
    assert 'value="192.0.2.9"' in page.html or field == "address"
    assert "<img" not in page.html
    assert len(made.bench.devices()) == 3


def test_a_credential_name_that_two_tenants_have_is_one_choice_that_names_both(made: Rig) -> None:
    page = visit(made)

    run(page.act("add"))

    assert page.html.count('<option value="lab"') == 2  # one of each list: logins and SNMP
    assert "lab (acme, umbra)" in page.text


def test_an_edit_changes_what_differs_and_clears_what_was_emptied(made: Rig) -> None:
    device = made.devices["acme/edge1"]
    made.bench.set_device(device.id, role="edge", serial="OLD", snmp_port=1161)
    page = visit(made, search=f"?device={device.id}")
    assert "SNMP port 1161" in page.text

    run(page.act("edit", device=device.id))
    assert 'value="OLD"' in page.html
    fields = {"role": "core", "serial": "", "address": "127.0.0.1", "credential": ""}
    run(page.act("edit-device", device=device.id, fields={**fields, "snmp_port": "1161"}))

    changed = made.bench.device(device.id)
    assert (changed.role, changed.serial, changed.address) == ("core", None, "127.0.0.1")
    event = made.bench.audit_events()[0]
    assert (event.action, sorted(event.detail["fields"])) == ("device.set", ["role", "serial"])


def test_a_device_is_renamed_replaced_and_trusted_again(made: Rig) -> None:
    device = made.devices["acme/edge1"]
    page = visit(made, search=f"?device={device.id}")

    run(page.act("rename-device", device=device.id, fields={"hostname": "edge7"}))
    assert made.bench.device(device.id).hostname == "edge7"
    assert page.frame._crumbs[-1] == ("edge7", None)
    run(page.act("replace-device", device=device.id, fields={"serial": "NEW-1"}))
    assert made.bench.device(device.id).serial == "NEW-1"
    for key in ("nonsense", "nonsense 😀"):
        run(page.act("trust-device", device=device.id, fields={"host_key": key}))

        assert 'role="alert"' in page.html
        assert f">{key}</textarea>" in page.html  # what was typed stays
    kinds = [event.kind for event in made.bench.device_events(device.id, limit=3)]
    assert kinds == ["replaced", "changed", "renamed"]  # its sysname is what it calls itself


def test_a_trusted_key_is_dropped_only_where_the_next_login_is_ticked(made: Rig) -> None:
    device = made.devices["acme/edge1"]
    page = visit(made, search=f"?device={device.id}")

    run(page.act("trust-device", device=device.id, fields={"host_key": " "}))
    assert 'role="alert"' in page.html
    assert made.bench.device_events(device.id, limit=1)[0].kind != "trusted"

    run(page.act("trust-device", device=device.id, fields={"next_login": "yes"}))
    assert made.bench.device_events(device.id, limit=1)[0].kind == "trusted"


def test_a_retired_device_is_activated_again(made: Rig) -> None:
    device = made.devices["acme/edge1"]
    made.bench.retire_device(device.id)
    page = visit(made, search=f"?device={device.id}")

    run(page.act("activate", device=device.id))

    assert made.bench.device(device.id).status == "active"


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("add-device", {"fields": NEW}),
        ("edit-device", {"fields": {"role": "x"}}),
        ("rename-device", {"fields": {"hostname": "x"}}),
        ("replace-device", {"fields": {}}),
        ("trust-device", {"fields": {"next_login": "yes"}}),
        ("retire-devices", {"fields": {}}),
        ("set-status", {"fields": {"status": "planned"}}),
        ("activate", {}),
        ("save-tenant", {"fields": {"slug": "evil", "name": "Evil"}}),
        ("save-site", {"fields": {"tenant": "acme", "slug": "evil"}}),
        ("save-credential", {"fields": {"tenant": "acme", "name": "evil"}}),
    ],
)
def test_an_act_that_nobody_offered_is_refused_by_the_facade(
    made: Rig, act: str, said: dict[str, object]
) -> None:
    before = made.bench.audit_count(what="device")
    device = made.devices["acme/edge1"].id
    page = visit(made, "staff")

    refusal = run(page.refusal(act, device=device, devices=device, **said))

    assert "staff (customer) lacks inventory.edit" in refusal
    assert made.bench.audit_count(what="device") == before
    assert made.bench.device(device).status == "active"
    assert {tenant.slug for tenant in made.bench.tenants()} == set(TENANTS)


def test_another_tenants_device_is_not_there_to_be_changed(made: Rig) -> None:
    add(made, "half", Role.ENGINEER, "acme")
    page = visit(made, "half")

    with pytest.raises(UnknownDeviceError):
        run(page.act("edit", device=made.devices["umbra/pe1"].id))


def test_an_act_that_is_not_known_does_nothing(made: Rig) -> None:
    page = visit(made)
    before = page.html

    run(page.act("drop-all-tables"))
    run(page.act("facet", facet="__class__", of="x"))
    run(page.act("scrolled", value="far"))

    assert page.html == before


# -- places and credentials


def test_tenants_and_sites_are_added_set_and_retired(made: Rig) -> None:
    page = visit(made, search="?tab=places")

    run(page.act("add-tenant"))
    run(page.send("save-tenant", slug="newco", name=HOSTILE[:20]))
    run(page.send("save-site", tenant="newco", slug="osl1", name="Oslo"))
    run(page.act("save-site", of="newco/osl1", fields={"max_sessions": "3", "name": ""}))

    assert made.bench.site("newco/osl1").max_sessions == 3
    run(page.act("edit-site", of="newco/osl1"))
    assert "Sessions at once" in page.html
    assert "osl1" in page.html
    assert "<img" not in page.html
    run(page.act("retire-site", of="newco/osl1", fields={}))
    run(page.act("retire-tenant", of="newco", fields={}))
    assert made.bench.tenant("newco").status == "retired"
    run(page.act("activate-tenant", of="newco"))
    assert made.bench.tenant("newco").status == "active"


def test_an_admin_alone_puts_a_site_in_shadow(made: Rig) -> None:
    add(made, "root", Role.ADMIN)
    page, other = (visit(made, who, "?tab=places") for who in ("root", "eng"))

    for one in (page, other):
        run(one.act("edit-site", of="acme/fra1"))
    assert "In shadow: only written down" in page.html
    assert "In shadow" not in other.html
    run(page.act("save-site", of="acme/fra1", fields={"shadow": "yes"}))
    assert made.bench.site("acme/fra1").shadow
    assert "in shadow" in page.html

    run(page.act("save-site", of="acme/fra1", fields={"shadow": ""}))
    assert not made.bench.site("acme/fra1").shadow


def test_a_site_shows_what_it_has_from_its_tenant(made: Rig) -> None:
    made.bench.set_tenant("acme", credential="lab")
    try:
        html = visit(made, search="?tab=places").html
    finally:
        made.bench.set_tenant("acme", credential=None)

    row = html.partition('<td class="site">fra1</td>')[2].partition("</tr>")[0]
    assert 'lab <span class="t3">from the tenant</span>' in row


def test_a_site_with_living_devices_is_not_retired_and_says_so(made: Rig) -> None:
    page = visit(made, search="?tab=places")

    run(page.act("retire-site", of="acme/fra1", fields={}))

    assert 'role="alert"' in page.html
    assert made.bench.site("acme/fra1").status == "active"


def test_credentials_are_listed_without_secrets_and_set_through_password_fields(made: Rig) -> None:
    page = visit(made, search="?tab=credentials")
    assert "lab" in page.html
    assert "Secret-Login-1" not in page.html

    fields = {"tenant": "acme", "name": "new", "username": "n", "password": " Typed-Secret-2 "}
    run(page.send("save-credential", **fields))
    run(page.act("used-by", of="acme/lab"))

    added = made.bench.credential("acme/new")
    assert added.secrets == {"password": "sealed"}
    assert "acme/edge1" in page.html
    assert "Typed-Secret" not in page.html


def test_a_refused_credential_is_not_drawn_with_its_secrets(made: Rig) -> None:
    page = visit(made, search="?tab=credentials")

    fields = {"tenant": "acme", "name": "bad name", "password": "Typed-Secret-2"}
    run(page.send("save-credential", **fields))

    assert 'role="alert"' in page.html
    assert 'value="bad name"' in page.html
    assert "Typed-Secret" not in page.html


def test_a_rotation_is_begun_and_ended(made: Rig) -> None:
    page = visit(made, search="?tab=credentials")

    fields = {"password": "Second-Secret-3", "previous": "keep"}
    run(page.act("save-credential", of="acme/lab", fields=fields))
    assert made.bench.credential("acme/lab").rotating
    assert "rotating" in page.html
    run(page.act("settle-credential", of="acme/lab", fields={}))

    assert not made.bench.credential("acme/lab").rotating


def test_a_file_of_the_server_cannot_be_named_as_a_secret(made: Rig) -> None:
    page = visit(made, search="?tab=credentials")

    fields = {"tenant": "acme", "name": "x", "username": "n", "password": "file:/etc/passwd"}
    run(page.send("save-credential", **fields))

    assert made.bench.credential("acme/x").secrets == {"password": "sealed"}


# -- import


TEXT = (
    "tenant,site,hostname,address,platform,Rack\n"
    "acme,fra1,edge1,192.0.2.77,cisco_ios,1\n"
    "acme,fra1,new1,192.0.2.50,cisco_ios,1\n"
    f'acme,ham1,new2,192.0.2.51,cisco_ios,"{HOSTILE.replace(chr(34), chr(34) * 2)}"\n'
    "acme,fra1,new 3,192.0.2.311,cisco_ois,1\n"
)


def test_nothing_is_written_until_the_good_rows_are_imported(made: Rig) -> None:
    page = visit(made, search="?import=1")
    assert "Import devices" in page.html

    run(page.send("check", file={"name": "move.csv", "text": TEXT}, text=""))

    assert "<b>2</b> refused" in page.html
    assert '<mark class="fault">ham1</mark>' in page.html
    assert "Import the 2 good rows" in page.html
    assert len(made.bench.devices()) == 3
    run(page.act("refused-csv"))
    assert b"ham1" in page.frame.saved[0][1]
    assert b"new1" not in page.frame.saved[0][1]

    run(page.act("import"))

    assert made.bench.device("acme/edge1").address == "192.0.2.77"
    assert made.bench.device("acme/new1").platform == "cisco_ios"
    assert len(made.bench.devices()) == 4
    assert "1 new, 1 changed" in page.text
    assert made.bench.audit_events()[0].action == "device.import"


def test_missing_places_are_made_where_the_box_is_ticked(made: Rig) -> None:
    page = visit(made, search="?import=1")

    run(page.send("check", text=TEXT))
    run(page.send("columns", create="yes"))
    assert "<b>1</b> refused" in page.html
    assert "New site: acme/ham1" in page.text
    run(page.act("import"))

    assert made.bench.site("acme/ham1").status == "active"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Nothing is chosen"),
        ({"text": "  "}, "Nothing is chosen"),
        ({"file": {"name": "e.csv", "text": ""}}, "The file e.csv is empty"),
        (
            {"file": {"name": "big.csv", "text": "", "too_large": True}},
            "The file big.csv is longer than 8 MB",
        ),
        ({"text": '{"results": '}, "The file is no JSON"),
        ({"text": 'a,"b\n'}, "is no CSV"),
        ({"text": "hostname\nx\n"}, "The file has no column"),
        ({"text": "tenant,tenant\n"}, "is there twice"),
        ({"text": ["two", "texts"]}, "Nothing is chosen"),
    ],
)
def test_a_text_that_cannot_be_read_says_why(
    made: Rig, fields: dict[str, object], words: str
) -> None:
    page = visit(made, search="?import=1")

    run(page.send("check", **fields))

    assert words in page.text
    assert 'data-act="import"' not in page.html


def test_an_import_is_for_who_may_edit(made: Rig) -> None:
    page = visit(made, "op", search="?import=1")
    assert "op (operator) lacks inventory.edit" in page.text

    with pytest.raises(NotPermittedError):
        run(page.send("check", text=TEXT))


# -- probe


def test_a_probe_shows_each_device_and_stores_nothing_by_itself(made: Rig) -> None:
    async def story() -> Visit:
        page = await Visit(InventoryView, logged_in(made, "eng"), made).load()
        await page.act("probe-device", device=made.devices["acme/edge1"].id)
        await page.view._stage.settled()
        return page

    before = made.bench.audit_count()
    page = run(story())

    assert page.frame.address["tab"] == "probe"
    assert "0 of 1 device reached; nothing is stored yet" in page.text
    assert "Probe again" in page.html
    assert 'data-act="ask-apply"' not in page.html
    assert made.bench.audit_count() == before + 1  # the login of who probes


def test_a_page_that_was_opened_at_a_probe_shows_the_list(made: Rig) -> None:
    page = visit(made, search="?tab=probe")

    assert page.view._stage.listed
    assert "tab" not in page.frame.address
