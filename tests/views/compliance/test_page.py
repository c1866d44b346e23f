"""The page `/compliance` of a person: what is there, what may be done, and what is another tenant's."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.errors import NotPermittedError
from netwb.roles import Role
from netwb.views.compliance.page import ComplianceView
from netwb.views.history.page import HistoryView
from netwb.workbench import Workbench
from tests.benches import START, Rig, ios, rig
from tests.views.people import log_in
from tests.views.visits import Visit, run

HOSTS = {"acme": ("edge1", "edge2", "core1"), "umbra": ("pe1",)}
RULES = """\
rules:
  - id: ntp-ours
    title: Our NTP server
    severity: high
    why: One clock for all logs.
    reference: Clocks 2.3
    checks:
      - must_contain: ntp server 192.0.2.53
  - id: no-http
    title: No HTTP server
    severity: low
    why: Nobody uses it.
    checks:
      - must_not_match: '^ip http server$'
"""
OWN = """\
rules:
  - id: own-banner
    title: A banner
    severity: low
    why: People are told.
    checks:
      - must_match: '^banner login '
"""
ONLY_OURS = {"NETWB_COMPLIANCE__STARTER": "off"}
CHANGED_AT = START + timedelta(hours=20)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """In the second night ben took the NTP server of acme's edges and of umbra's pe1 away."""
    with rig(tmp_path_factory.mktemp("compliance"), HOSTS, settings=ONLY_OURS) as one:
        (one.bench.home / "rules" / "ours.yaml").write_text(RULES)
        one.back_up()
        one.bench.check()
        one.clock.advance(days=1)
        for name in ("acme/edge1", "acme/edge2", "umbra/pe1"):
            host = name.partition("/")[2]
            one.answer(name, ios(host, by="ben", at=CHANGED_AT, ntp="198.51.100.53"))
        one.back_up()
        one.bench.check()
        one.clock.advance(hours=6)
        yield one


@pytest.fixture(scope="module")
def engineer(made: Rig) -> Workbench:
    return log_in(made, "jkim", Role.ENGINEER)


@pytest.fixture(scope="module")
def customer(made: Rig) -> Workbench:
    return log_in(made, "cora", Role.CUSTOMER, ("acme",))


def loaded(made: Rig, bench: Workbench, search: str = "") -> Visit:
    return run(Visit(ComplianceView, bench, made, search).load())


def rows(visit: Visit) -> dict[str, str]:
    """Letters by hostname, as the browser is given them."""
    items = json.loads(visit.view.matrix.grid)["items"]
    return {item[2]: item[5] for item in items if item[0] == "d"}


def test_devices_stand_by_rules_with_the_sum_over_them(made: Rig, engineer: Workbench) -> None:
    page = loaded(made, engineer)

    assert rows(page) == {"edge1": "n.", "edge2": "n.", "core1": "..", "pe1": "n."}
    assert "3 not compliant" in page.text
    assert "5 compliant" in page.text
    assert "3 new since yesterday" in page.text
    assert "Broken most" in page.text
    assert page.frame.open == 3
    assert "Compliance 3 open" in page.frame.side.html


def test_a_cell_opens_its_finding_with_the_line_who_did_it_and_where_else(
    made: Rig, engineer: Workbench
) -> None:
    page = loaded(made, engineer)
    device = made.devices["acme/edge1"].id

    run(page.act("cell", device=device, rule="ntp-ours"))

    assert "ntp-ours on edge1" in page.text
    assert "broken by ben" in page.text
    assert "Why: One clock for all logs." in page.text
    assert "edge2" in page.view.aside.html
    assert f"configs?device={device}&amp;rev=" in page.view.aside.html
    assert page.frame.address.url() == f"compliance?device={device}&rule=ntp-ours"
    assert json.loads(page.view.matrix.chosen) == {"device": device, "rule": "ntp-ours"}


def test_the_address_alone_gives_the_same_view(made: Rig, engineer: Workbench) -> None:
    device = made.devices["acme/edge1"].id

    page = loaded(made, engineer, f"?only=open&sort=rule&device={device}&rule=ntp-ours")
    alone = loaded(made, engineer, f"?device={device}")
    rule = loaded(made, engineer, "?rule=ntp-ours")

    assert "ntp-ours on edge1" in page.text
    assert list(rows(page)) == ["edge1", "edge2", "pe1"]
    assert "ntp-ours on edge1" in alone.text
    assert "3 not compliant" in rule.view.aside.html.replace("</span>", "")
    assert "ours.yaml" in rule.text


def test_filters_change_what_is_shown_and_nothing_is_read_for_it(
    made: Rig, engineer: Workbench
) -> None:
    page = loaded(made, engineer)
    read = page.view.read

    run(page.act("state", state="compliant"))
    assert rows(page)["core1"] == ".."
    run(page.act("only", only="open", value=True))
    assert set(rows(page)) == {"edge1", "edge2", "pe1"}
    run(page.act("rules", value="no-http"))
    assert "No rule is broken here" in page.text
    run(page.act("clear"))
    run(page.act("site", value="umbra/fra1"))
    assert set(rows(page)) == {"pe1"}
    run(page.act("order", order="site"))

    assert page.view.read is read
    assert page.frame.address.url() == "compliance?site=umbra%2Ffra1&sort=site"


def test_the_next_finding_is_opened_one_after_another(made: Rig, engineer: Workbench) -> None:
    page = loaded(made, engineer)
    found = []
    for _ in range(4):
        run(page.act("next"))
        found.append(re.search(r"ntp-ours on (\w+)", page.text).group(1))  # type: ignore[union-attr]  # else it fails

    assert found == ["edge1", "edge2", "pe1", "edge1"]
    run(page.act("shut"))
    assert "Broken most" in page.text


def test_files_hold_what_is_shown(made: Rig, engineer: Workbench) -> None:
    page = loaded(made, engineer, "?only=open")

    run(page.act("csv"))
    run(page.act("pdf"))

    (name, table), (paper, content) = page.frame.saved
    assert (name, paper) == ("compliance.csv", "compliance.pdf")
    read = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert {(row["device"], row["rule"]) for row in read} == {
        (host, "ntp-ours") for host in ("edge1", "edge2", "pe1")
    }
    assert content.startswith(b"%PDF-")


def test_a_rule_is_waived_with_reason_and_end_and_the_waiver_ended(
    made: Rig, engineer: Workbench
) -> None:
    device = made.devices["acme/edge2"].id
    page = loaded(made, engineer, f"?device={device}&rule=ntp-ours")
    day = f"{made.clock.now + timedelta(days=30):%Y-%m-%d}"

    run(page.act("ask-waive"))
    assert "Waive ntp-ours on edge2" in page.text
    far = f"{made.clock.now + timedelta(days=999):%Y-%m-%d}"
    assert "180" in run(page.refusal("waive", fields={"reason": "exchange", "until": far}))
    assert 'value="exchange"' in page.html, "what was typed stays"
    run(page.send("waive", reason="exchange", until=day))
    assert rows(page)["edge2"] == "w."
    assert "exchange" in page.view.aside.html
    listed = loaded(made, engineer, "?tab=waivers")
    assert "jkim" in listed.text
    (waiver,) = engineer.waivers()
    run(page.act("ask-end", waiver=waiver.id))
    run(page.act("end-waiver", waiver=waiver.id, fields={}))

    assert rows(page)["edge2"] == "n."


def test_a_tenants_own_rules_are_put_and_their_faults_said_by_line(
    made: Rig, engineer: Workbench
) -> None:
    page = loaded(made, engineer, "?tab=rules")
    fields = {"tenant": "acme", "name": "own.yaml"}

    assert "Our NTP server" in page.text
    run(page.act("ask-rules"))
    bad = OWN.replace("must_match", "must_mach")
    run(page.act("put-rules", fields={**fields, "text": bad}))
    assert re.search(r"<li>[^<]*own.yaml:\d+: ", page.html)
    assert "must_mach" in page.html, "what was typed stays"
    run(page.act("put-rules", fields={**fields, "text": OWN}))
    assert "acme/own.yaml" in page.text
    assert "own-banner" in page.text
    run(page.act("ask-rules", tenant="acme", name="own.yaml"))
    assert "A banner" in page.view.desk.dialog.html
    run(page.act("ask-drop", tenant="acme", name="own.yaml"))
    run(page.act("drop-rules", tenant="acme", name="own.yaml", fields={}))

    assert "own-banner" not in page.text


def test_a_customer_sees_the_own_devices_alone_and_changes_nothing(
    made: Rig, customer: Workbench
) -> None:
    page = loaded(made, customer)
    device = made.devices["acme/edge1"].id

    assert set(rows(page)) == {"edge1", "edge2", "core1"}
    assert "umbra" not in page.html
    assert "pe1" not in page.html
    run(page.act("cell", device=device, rule="ntp-ours"))
    assert "ntp-ours on edge1" in page.text
    assert "pe1" not in page.html
    assert re.search(r'data-act="ask-waive" disabled', page.html)
    assert re.search(r'data-act="check" disabled', page.html)
    with pytest.raises(NotPermittedError, match=r"compliance\.edit"):
        run(page.act("check"))
    until = f"{made.clock.now + timedelta(days=3):%Y-%m-%d}"
    refused = run(page.refusal("waive", fields={"reason": "x", "until": until}))
    assert "compliance.edit" in refused
    for act in ("put-rules", "drop-rules"):
        said = run(page.refusal(act, tenant="acme", name="own.yaml", fields={"text": OWN}))
        assert "compliance.edit" in said
    assert not customer.waivers()


def test_another_tenants_device_reads_like_one_that_is_not(made: Rig, customer: Workbench) -> None:
    foreign = made.devices["umbra/pe1"].id
    told = []
    for device in (foreign, "0" * len(foreign)):
        page = loaded(made, customer, f"?device={device}&rule=ntp-ours")
        text = re.sub(r"reference \w+", "reference", page.text)
        told.append(text.replace(device, "-"))

    assert told[0] == told[1]
    assert "Not found" in told[0]


def test_a_check_by_hand_says_how_many_were_judged(made: Rig, engineer: Workbench) -> None:
    page = loaded(made, engineer)

    run(page.act("check"))

    assert "checked" in page.view.tools.html
    assert page.view._checks == ""


def test_the_history_of_a_device_marks_the_revision_that_broke_a_rule(
    made: Rig, engineer: Workbench
) -> None:
    device = made.devices["acme/edge1"].id
    visit = Visit(HistoryView, engineer, made, f"?device={device}")

    run(visit.view.load())

    assert re.search(r"broke</span></span> rule ntp-ours", visit.view.list.html)


def test_before_anything_was_checked_the_page_says_so(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}, settings=ONLY_OURS) as made:
        page = loaded(made, log_in(made, "jkim", Role.ENGINEER))

        assert "Nothing was checked yet" in page.text
        run(page.act("check"))
        assert "No rule is in force" in page.text
