"""Who is told of what: by kind, severity and tenant; and a tenant of its own alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.errors import InputError
from netwb.notify.records import KINDS, SEVERITIES, Severity
from netwb.notify.routes import (
    TENANT_DETAILS,
    check_patterns,
    digest_tenants,
    hears,
    matching,
    told_to,
)
from tests.notify.samples import ACME, OURS, notice, route


@pytest.mark.parametrize(
    ("kinds", "severity", "is_told"),
    [
        (("*",), "info", True),
        (("backup.*",), "info", True),
        (("config.*", "backup.failed"), "warning", True),
        (("backup.rejected",), "info", False),
        (("*",), "critical", False),
    ],
)
def test_a_route_matches_by_kind_and_severity(
    kinds: tuple[str, ...], severity: Severity, *, is_told: bool
) -> None:
    assert hears(OURS, [route(OURS, *kinds, severity=severity)], notice()) is is_told


def test_a_target_without_a_route_of_its_own_hears_nothing() -> None:
    assert not hears(OURS, [], notice())
    assert not hears(OURS, [route(ACME)], notice())


def test_that_the_glass_was_broken_is_told_to_all_whom_it_concerns_whatever_their_routes() -> None:
    broken = notice("blackhole.break_glass", tenant_id=ACME.tenant_id)
    elsewhere = notice("blackhole.break_glass", tenant_id="t-other")

    assert hears(OURS, [], broken)
    assert hears(ACME, [], broken)
    assert hears(OURS, [], elsewhere)
    assert not hears(ACME, [route(ACME, "*")], elsewhere)


def test_a_providers_route_may_mean_some_tenants() -> None:
    narrowed = [route(OURS, tenants=("t-b",))]

    assert not hears(OURS, narrowed, notice())
    assert hears(OURS, narrowed, notice(tenant_id="t-b"))
    assert not hears(OURS, narrowed, notice(tenant_id=""))


@given(
    kind=st.sampled_from(sorted(KINDS)),
    severity=st.sampled_from(SEVERITIES),
    tenant_id=st.sampled_from(["", "t-a", "t-b"]),
)
def test_a_tenants_target_hears_of_that_tenant_alone(
    kind: str, severity: Severity, tenant_id: str
) -> None:
    heard = hears(ACME, [route(ACME)], notice(kind, tenant_id=tenant_id, severity=severity))

    assert heard is (tenant_id == "t-a" and kind in TENANT_DETAILS)


def test_a_tenant_is_not_given_what_its_staff_may_not_see() -> None:
    seen = notice(detail={"cause": {"message": "192.0.2.1:22"}, "cause_kind": "X", "other": 1})

    assert told_to(ACME, seen).detail == {"cause_kind": "X"}
    assert told_to(OURS, seen).detail == seen.detail


def test_each_target_is_told_once_in_the_order_of_the_notices() -> None:
    first, second = notice(), replace(notice("run.ended"), id=2)
    routes = [route(OURS), route(OURS, "backup.*"), route(ACME, "run.*")]

    told = [
        (target.name, one.id) for target, one in matching([OURS, ACME], routes, [first, second])
    ]

    assert told == [("noc", 1), ("noc", 2), ("ops", 2)]


@pytest.mark.parametrize("pattern", ["backup.faild", "", "*.nothing", "BACKUP.*"])
def test_a_pattern_that_matches_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(InputError, match=r"backup\.failed|backup\.\*"):
        check_patterns([pattern])


def test_patterns_are_kept_once_each() -> None:
    assert check_patterns([" backup.* ", "*", "backup.*"]) == ("backup.*", "*")


def test_a_digest_tells_of_what_its_target_may_hear_of() -> None:
    assert digest_tenants(ACME, [route(ACME)]) == frozenset({"t-a"})
    assert digest_tenants(OURS, []) is None
    assert digest_tenants(OURS, [route(OURS, tenants=("t-a",)), route(ACME)]) == frozenset({"t-a"})
    assert digest_tenants(OURS, [route(OURS, tenants=("t-a",)), route(OURS)]) is None
