"""Whoever breaks the glass asks nobody, and every admin concerned is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from netwb.blackhole.records import Reason
from netwb.inventory.records import SecretSource
from netwb.notify.records import NewRoute, NewTarget
from netwb.roles import ALL_TENANTS, Role
from netwb.store.models import NoticeRow
from netwb.workbench import Workbench
from netwb.workbench.blackhole_records import BlackholeAnswer
from tests.blackhole.engine.network import World, world
from tests.workbench.people import add, logged_in

VICTIM = "203.0.113.10"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    """Where a person has to approve; ana is acme's engineer, ada its admin, pat the provider's."""
    with world(tmp_path, mode="approve") as made:
        add(made.made, "ana", Role.ENGINEER, "acme")
        add(made.made, "eve", Role.ENGINEER)
        add(made.made, "ada", Role.ADMIN, "acme")
        add(made.made, "pat", Role.ADMIN)
        add(made.made, "uma", Role.ADMIN, "umbra")
        yield made


def target(there: World, name: str, tenant: str = "") -> None:
    """A place that is told of failed jobs alone."""
    url = SecretSource(origin="prompt", answer="https://8.8.8.8/hook")
    new = NewTarget(name=name, kind="webhook", url=url, tenant=tenant)
    there.made.bench.add_notify_target(new, NewRoute(kinds=("daemon.failed",)))


def broken(bench: Workbench, address: str = VICTIM, *, minutes: int | None = 20) -> BlackholeAnswer:
    return bench.blackhole(
        address, minutes=minutes, reason="CHG7, on fire", break_glass=True, wait_s=0
    )


def told(answer: BlackholeAnswer) -> Reason:
    (found,) = [one for one in answer.reasons if one.guard == "admins"]
    return found


def notices(there: World) -> list[NoticeRow]:
    with there.made.bench._parts.database.reading(ALL_TENANTS) as session:
        kind = NoticeRow.kind == "blackhole.break_glass"
        return list(session.scalars(select(NoticeRow).where(kind)))


def test_every_admin_with_an_address_is_told_once(there: World) -> None:
    target(there, "ada", "acme")
    target(there, "Pat")

    answer = broken(logged_in(there.made, "eve"))

    assert answer.state == "intended"
    assert told(answer).text.endswith("every admin of acme and of the provider is told")
    (notice,) = notices(there)
    assert (notice.severity, notice.tenant_id) == ("critical", answer.blackhole.tenant_id)  # type: ignore[union-attr]
    assert "eve broke the glass" in notice.message
    assert "CHG7, on fire" in notice.message


def test_who_has_no_address_is_named_in_the_answer(there: World) -> None:
    target(there, "noc")

    all_seen = told(broken(logged_in(there.made, "eve"))).text
    narrowed = told(broken(logged_in(there.made, "ana"), "203.0.113.11")).text

    assert "1 targets" in all_seen
    assert "name of ada, pat: tell them yourself" in all_seen
    assert "name of ada, 1 of the provider's: tell them yourself" in narrowed
    assert "uma" not in all_seen + narrowed


def test_nobody_is_told_of_what_is_denied_or_only_tried_or_asked_the_common_way(
    there: World,
) -> None:
    eve = logged_in(there.made, "eve")

    too_long = broken(eve, minutes=31)
    dry = eve.blackhole(VICTIM, reason="CHG7", break_glass=True, dry_run=True)
    common = eve.blackhole("203.0.113.11", reason="CHG8", wait_s=0)

    assert (too_long.state, dry.state, common.state) == ("denied", "allowed", "held")
    assert notices(there) == []
