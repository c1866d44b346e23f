"""The vault: sealed, complete, and never one token for two secrets."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from netwb.configs.records import Secret
from netwb.errors import SecretMissingError
from netwb.roles import ALL_TENANTS, NO_TENANT
from netwb.store.models import VaultRow
from tests.archive.world import NOON, World

TENANT = "t-acme"
ONE = Secret(
    token="<netwb:secret:00>", full="00aa", value=b"s3cret \xff", fingerprint="f", rule="r"
)
TWO = replace(ONE, full="00bb", value=b"other")


def test_a_secret_is_given_back_byte_for_byte_and_lies_sealed(world: World) -> None:
    world.vault.keep(TENANT, [ONE], NOON)

    with world.database.reading(ALL_TENANTS) as session:
        sealed = session.scalars(select(VaultRow.sealed)).one()
    assert b"s3cret" not in sealed
    assert world.vault.values(ALL_TENANTS, TENANT, [ONE.token]) == {ONE.token: ONE.value}


def test_a_secret_is_kept_once(world: World) -> None:
    world.vault.keep(TENANT, [ONE, ONE], NOON)
    world.vault.keep(TENANT, [ONE], NOON)

    with world.database.reading(ALL_TENANTS) as session:
        assert len(session.scalars(select(VaultRow)).all()) == 1


def test_tenants_keep_the_same_secret_apart(world: World) -> None:
    world.vault.keep(TENANT, [ONE], NOON)
    world.vault.keep("t-bolt", [TWO], NOON)

    assert world.vault.values(ALL_TENANTS, "t-bolt", [ONE.token]) == {ONE.token: b"other"}


def test_a_secret_outside_of_the_scope_is_missing(world: World) -> None:
    world.vault.keep(TENANT, [ONE], NOON)

    with pytest.raises(SecretMissingError, match="--redacted"):
        world.vault.values(NO_TENANT, TENANT, [ONE.token])


def test_a_token_that_would_stand_for_two_secrets_is_noticed(world: World) -> None:
    assert world.vault.keep(TENANT, [ONE, TWO], NOON) == {TWO.full}
    with pytest.raises(SecretMissingError):
        world.vault.values(ALL_TENANTS, TENANT, [ONE.token])
    assert world.vault.keep(TENANT, [ONE], NOON) == frozenset()

    assert world.vault.keep(TENANT, [TWO], NOON) == {TWO.full}
    assert world.vault.values(ALL_TENANTS, TENANT, [ONE.token]) == {ONE.token: ONE.value}
