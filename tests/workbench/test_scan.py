"""`scan_secrets`: what newer rules find in stored texts, and what that holds up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from netwb.errors import InputError, SecretsUnpushedError, UnknownRevisionError
from netwb.roles import ALL_TENANTS
from netwb.store.models import SecretScanRow, VaultRow
from tests.benches import Rig, a_night, ios, rig
from tests.benchmarks.bench_queries import listening
from tests.stores import KINDS, cluster_of
from tests.workbench.remotes import bare, newer_rules, tip, under_passphrase


@pytest.fixture(params=KINDS)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    with rig(
        tmp_path,
        {"acme": ("edge1", "edge2"), "bolt": ("core1",)},
        cluster=cluster_of(request),
        past=a_night,
    ) as made:
        yield made


def set_remote(home: Rig, folder: Path) -> None:
    home.bench.set_remote("acme", bare(folder))
    under_passphrase(home, "acme")


def test_texts_that_the_newest_rules_wrote_show_nothing(home: Rig) -> None:
    assert tuple(home.bench.scan_secrets()) == ()


def test_newer_rules_find_what_older_ones_left_open(home: Rig) -> None:
    newer_rules(home)

    found = home.bench.scan_secrets()

    assert {(h.tenant, h.hostname, h.rule) for h in found} == {
        (tenant, hostname, "peer description")
        for tenant, hostname in (("acme", "edge1"), ("acme", "edge2"), ("bolt", "core1"))
    }
    hit = next(one for one in found if one.hostname == "edge1")
    line = home.bench.show(f"acme/edge1@{hit.revision}").split(b"\n")[hit.line - 1]
    assert line == b" description to edge1-peer"
    assert "edge1-peer" not in str(hit)


def test_a_second_scan_looks_at_no_text_again(home: Rig) -> None:
    newer_rules(home)
    first = home.bench.scan_secrets()
    told: list[str] = []

    again = home.bench.scan_secrets(lambda what, _share: told.append(what))

    assert tuple(again) == tuple(first)
    assert told == []


def test_a_text_is_looked_through_once_for_each_set_of_rules(home: Rig) -> None:
    home.bench.scan_secrets()
    newer_rules(home)

    assert len(home.bench.scan_secrets()) == 3
    with home.bench._parts.database.reading(ALL_TENANTS) as session:
        assert session.scalar(select(func.count()).select_from(SecretScanRow)) == 3


def test_a_tenant_sees_its_own_alone(home: Rig) -> None:
    newer_rules(home)

    assert {h.tenant for h in home.bench.where(tenant="bolt").scan_secrets()} == {"bolt"}


def test_a_push_is_refused_while_a_secret_stands_open_in_it(home: Rig, tmp_path: Path) -> None:
    set_remote(home, tmp_path / "far.git")
    newer_rules(home)

    (pushed,) = home.bench.push()

    stands = home.bench.remote("acme")
    assert isinstance(pushed.cause, SecretsUnpushedError)
    assert "edge1-peer" not in str(pushed.cause)
    assert stands.error_kind == "SecretsUnpushedError"
    assert (stands.ahead, stands.pushed_at) == (2, None)
    assert [s.kind for s in home.bench._parts.notices.standing(ALL_TENANTS)] == ["remote.push"]


def test_what_was_pushed_already_holds_nothing_up(home: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "far.git"
    set_remote(home, folder)
    home.bench.push()
    newer_rules(home)
    home.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
    home.clock.advance(days=1)
    home.back_up()

    (pushed,) = home.bench.push()

    assert pushed.status == "pushed"
    assert tip(folder) == tip(home.bench.home / "archive/acme.git")
    assert len(home.bench.where(tenant="acme").scan_secrets()) == 2


def test_a_text_that_was_pushed_already_holds_nothing_up_where_it_moves(
    home: Rig, tmp_path: Path
) -> None:
    folder = tmp_path / "far.git"
    set_remote(home, folder)
    home.bench.push()
    newer_rules(home)
    home.bench.rename_device("acme/edge1", "edge9")

    (pushed,) = home.bench.push()

    assert (pushed.status, pushed.commits) == ("pushed", 1)
    assert len(home.bench.where(tenant="acme").scan_secrets()) == 2


def test_a_push_reads_no_more_of_the_index_than_what_it_brings(home: Rig, tmp_path: Path) -> None:
    set_remote(home, tmp_path / "far.git")
    home.bench.push()
    home.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
    home.clock.advance(days=1)
    home.back_up()

    with listening() as heard:
        home.bench.push()

    of_revisions = [one.statement for one in heard if "FROM revision" in one.statement]
    assert of_revisions
    assert [one for one in of_revisions if " IN (" not in one.partition("WHERE")[2]] == []


def test_accepted_hits_are_pushed_and_audited(home: Rig, tmp_path: Path) -> None:
    set_remote(home, tmp_path / "far.git")
    newer_rules(home)
    found = home.bench.where(tenant="acme").scan_secrets()

    for hit in found:
        home.bench.accept_secret("acme", hit.id, reason="names of neighbours")
    (pushed,) = home.bench.push(when="now")

    again = home.bench.where(tenant="acme").scan_secrets()
    audited = [event for event in home.bench.audit_events() if event.action == "secret.accept"]
    assert pushed.status == "pushed"
    assert {hit.accepted for hit in again} == {home.bench.me().name}
    assert len(audited) == len(found) == 2


def test_a_hit_is_accepted_by_its_id_and_with_a_reason_alone(home: Rig) -> None:
    newer_rules(home)
    hit = home.bench.scan_secrets()[0]

    with pytest.raises(InputError, match="reason is empty"):
        home.bench.accept_secret("acme", hit.id, reason=" ")
    with pytest.raises(UnknownRevisionError, match="no hit 'nonsense'"):
        home.bench.accept_secret("acme", "nonsense", reason="x")
    with pytest.raises(UnknownRevisionError):
        home.bench.accept_secret("bolt", hit.id, reason="another tenant's")


def test_a_text_whose_secrets_are_lost_is_looked_through_all_the_same(home: Rig) -> None:
    with home.bench._parts.database.writing(ALL_TENANTS) as session:
        session.execute(delete(VaultRow))
    newer_rules(home)

    assert len(home.bench.scan_secrets()) == 3
