from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from netwb.compliance.records import State
from netwb.compliance.report import Cell, DeviceCompliance
from netwb.inventory.records import DeviceEvent, Inherited
from netwb.views.inventory.device import (
    DevicePage,
    cause_words,
    changed_lines,
    device_page,
)
from netwb.views.inventory.events import detail_words, refused_key
from netwb.views.inventory.facts import inherited
from netwb.views.inventory.links import Links
from netwb.views.inventory.rows import rows_of
from netwb.views.inventory.table import Sees
from netwb.workbench.words import DeviceRun, Revision
from tests.views.inventory.test_rows import DAYS, NIGHT, UTC_ZONE, covered, device
from tests.views.visits import HOSTILE

ALL = Sees(address=True, edit=True, back_up=True, configs=True)


def revision(**changes: object) -> Revision:
    made = Revision(
        id="f" * 40,
        number=2,
        tenant_id="t-acme",
        device_id="id-edge1",
        kind="running",
        at=NIGHT,
        stored_at=NIGHT,
        author="ana",
        cause="backup",
        message="",
        note="",
        run_id="run1",
        rule_set="1",
        added=7,
        removed=6,
        size=100,
        lines=10,
        path="fra1/edge1.cfg",
        blob="b" * 40,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def run(status: str = "changed", **changes: object) -> DeviceRun:
    made = DeviceRun(
        run_id="run1",
        at=NIGHT,
        ended_at=NIGHT,
        status=status,  # type: ignore[arg-type]
        revision="f" * 40,
        cause_kind="",
        cause_message="",
        by="system:scheduler",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def event(kind: str, **detail: object) -> DeviceEvent:
    return DeviceEvent(device_id="id-edge1", at=NIGHT, actor="ana", kind=kind, detail=detail)


def page(
    sees: Sees = ALL, *, statuses: tuple[str, ...] = ("unchanged",), **device_: object
) -> DevicePage:
    known = {"id-edge1": covered("id-edge1", *statuses)} if statuses else {}
    (row,) = rows_of([device(**device_)], known, days=DAYS, zone=UTC_ZONE)  # type: ignore[arg-type]
    return DevicePage(
        row=row,
        days=DAYS,
        revisions=(revision(),),
        runs=(run(),),
        events=() if sees.edit else None,
        sees=sees,
        links=Links(),
        now=NIGHT + timedelta(hours=8),
        zone=UTC_ZONE,
    )


def by_rules(*states: State, checked: bool = True) -> DeviceCompliance:
    cells = {f"rule-{n}": Cell(state=one, judged="compliant") for n, one in enumerate(states)}
    return DeviceCompliance(
        device_id="id-edge1",
        tenant="acme",
        site="fra1",
        hostname="edge1",
        platform="cisco_ios",
        role=None,
        copy_at=NIGHT,
        checked_at=NIGHT if checked else None,
        revision="f" * 40,
        number=1,
        cells=cells,
    )


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (by_rules("non_compliant", "compliant", "waived"), "1 broken of 3 rules · 1 waived"),
        (by_rules("compliant", "not_evaluated", "stale"), "none broken of 3 rules · 2 not known"),
        (by_rules("stale", "stale"), "not known of 2 rules · 2 not known"),
        (by_rules(), "unknown no rule means it"),
        (by_rules(checked=False), "unknown not checked yet"),
    ],
)
def test_how_it_stands_by_the_rules_is_an_answer_that_leads_there(
    one: DeviceCompliance, said: str
) -> None:
    html = device_page(replace(page(), compliance=one))

    assert said in " ".join(re.sub("<[^>]*>", " ", html).split())
    assert ('href="compliance?device=id-edge1"' in html) == bool(one.cells)
    assert "compliance" not in device_page(page())


def test_the_answers_stand_on_top() -> None:
    html = device_page(
        page(os_version="15.7", facts_at=NIGHT, host_key="SHA256:abcdefghijklmnopqrst")
    )

    assert ">8 h</time>" in html
    assert ">ana</span>" in html
    assert 'href="configs?change=id-edge1%40' + "f" * 40 in html
    assert "known" in html
    assert "SHA256:abcde…qrst" in html
    assert "15.7" in html


def test_who_may_only_look_sees_no_button_that_writes_and_no_event() -> None:
    html = device_page(page(Sees(configs=True), address=""))

    assert "data-act" not in html
    assert "Events" not in html
    assert "Address" not in html
    assert "Jump host" not in html


def test_without_the_right_to_configurations_nothing_is_said_of_copies() -> None:
    html = device_page(page(Sees(address=True)))

    assert "backup" not in html.casefold()
    assert "configs?" not in html


def test_destructive_buttons_are_outlined_red_and_end_in_three_dots() -> None:
    html = device_page(page())

    assert 'class="btn dan" data-act="ask-retire" data-device="id-edge1"><span>Retire…' in html
    assert "Retire" not in device_page(page(status="retired"))
    assert 'data-act="activate"' in device_page(page(status="retired"))


@pytest.mark.parametrize(
    ("status", "offered"),
    [("active", True), ("maintenance", True), ("planned", False), ("retired", False)],
)
def test_only_what_is_backed_up_can_be_backed_up_now(status: str, offered: bool) -> None:  # noqa: FBT001 - a case
    assert ('data-act="back-up-device"' in device_page(page(status=status))) is offered


def test_a_device_without_a_copy_says_so() -> None:
    never = replace(page(statuses=()), revisions=(), runs=())

    html = device_page(never)

    assert "never" in html
    assert "No run took this device so far." in html
    assert html.count('data-act="back-up-device"') == 2, "once on top, once where it is missed"


def test_a_refused_key_is_loud_until_another_one_is_trusted() -> None:
    refused = (event("key_refused", fingerprint="SHA256:new"), event("added"))
    trusted = (event("trusted"), *refused)

    assert refused_key(refused) is refused[0]
    assert refused_key(trusted) is None
    assert "changed</span>" in device_page(replace(page(), events=refused))


def test_kept_back_leads_to_quarantine_and_a_cause_without_words_is_named_by_its_kind() -> None:
    runs = (
        run("rejected", cause_kind="IncompleteConfigError", cause_message="too short"),
        run("failed", cause_kind="HostKeyChangedError", revision=None),
    )

    html = device_page(replace(page(), runs=runs))

    assert 'href="configs?quarantine=1"' in html
    assert "too short" in html
    assert "host key changed" in html


def test_lines_of_a_night_are_those_of_real_changes() -> None:
    revisions = (
        revision(added=3, removed=1),
        revision(cause="rules", added=900),
        revision(stored_at=NIGHT - timedelta(days=30)),
    )

    assert changed_lines(revisions, DAYS, UTC_ZONE) == [0, 0, 4]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Inherited(value="lab", source="tenant"), 'lab <span class="t3">from the tenant</span>'),
        (Inherited(value="lab", source="device"), "lab"),
        (Inherited(value=None, source="nowhere"), '<span class="t3">none</span>'),
    ],
)
def test_an_inherited_value_names_the_level_that_gave_it(value: Inherited, words: str) -> None:
    assert inherited(value) == words


@pytest.mark.parametrize(
    ("kind", "words"),
    [("UnreachableError", "unreachable"), ("HostKeyChangedError", "host key changed"), ("", "")],
)
def test_a_kind_of_cause_is_words(kind: str, words: str) -> None:
    assert cause_words(kind) == words


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ({"address": [None, "192.0.2.1"]}, "address: nothing becomes 192.0.2.1"),
        ({"fields": ["site", "role", "model"]}, "fields: site, role and model"),
        ({"note": "", "changed": 2}, "changed: 2"),
        ({"where": {"a": 1}}, "where: a=1"),
        ({}, ""),
    ],
)
def test_a_detail_is_one_line(detail: dict[str, object], words: str) -> None:
    assert detail_words(detail) == words


def test_hostile_words_are_text_everywhere_on_the_page() -> None:
    bad = page(
        hostname=HOSTILE,
        tenant=HOSTILE,
        site=HOSTILE,
        address=HOSTILE,
        platform=HOSTILE,
        role=HOSTILE,
        sysname=HOSTILE,
        model=HOSTILE,
        serial=HOSTILE,
        os_version=HOSTILE,
        facts_at=NIGHT,
        contract_ref=HOSTILE,
        labels={HOSTILE: HOSTILE},
        host_key=HOSTILE,
        credential=Inherited(value=HOSTILE, source="site"),
    )
    bad = replace(
        bad,
        revisions=(revision(author=HOSTILE),),
        runs=(run(by=HOSTILE), run("failed", cause_kind="X", cause_message=HOSTILE)),
        events=(event(HOSTILE, **{HOSTILE: HOSTILE}),),
    )

    html = device_page(bad)

    assert "<img" not in html
    assert "</script" not in html
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in html
