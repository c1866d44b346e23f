"""To see as a tenant's staff: bannered, read only, in the audit trail, and left again."""

from __future__ import annotations

import pytest

from tests.real.browser.reading import act, shown
from tests.real.browser.rig import DRAWN_MS, Site

pytestmark = pytest.mark.real

WRITES = {"add", "edit", "select", "back-up-device", "ask-retire", "probe-device"}


def test_one_sees_as_a_tenant_reads_only_and_leaves(site: Site) -> None:
    visitor = site.visitor("ada")
    page = visitor.page
    assert "core1" in shown(visitor, "/inventory").text
    page.locator("summary.who").click()
    page.locator("#see-as").select_option("acme")
    page.wait_for_url("**/inventory?as=acme", timeout=DRAWN_MS)
    page.wait_for_load_state()

    seen = shown(visitor)
    assert "You see what the staff of acme see, read only" in seen.text
    assert "edge1" in seen.text
    assert "core1" not in seen.html
    assert "umbra" not in seen.html
    assert seen.acts.isdisjoint(WRITES)
    assert 'href="configs?as=acme"' in seen.html
    device = site.rig.devices["acme/edge1"].id
    act(visitor, "edit-device", {"role": "core"}, {"device": device})
    assert "lacks inventory.edit" in shown(visitor).text
    assert site.bench.device(device).role != "core"

    page.get_by_role("button", name="Leave this view").click()
    page.wait_for_url("**/inventory", timeout=DRAWN_MS)
    page.wait_for_load_state()
    assert "core1" in shown(visitor).text
    audited = site.bench.audit_events(what="view.as_tenant")
    assert [(one.actor, one.target) for one in audited] == [("ada", "acme")]


def test_it_is_not_offered_to_a_person_of_one_tenant_nor_given_by_the_address(site: Site) -> None:
    visitor = site.visitor("ana")

    assert "see-as" not in shown(visitor, "/inventory").acts
    own = shown(visitor, "/inventory?as=acme").text
    foreign = shown(visitor, "/inventory?as=umbra").text
    assert "You see what the staff of" not in own + foreign
    assert "core1" not in foreign
