"""A tenant's admin lets netwb connect to no port of its own machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netwb.access.records import NewUser
from netwb.errors import InputError
from netwb.inventory.records import SecretSource
from netwb.roles import ALL_TENANTS, Role, Scope
from netwb.settings import Settings, WebSettings
from netwb.workbench.compose_remotes import compose_remotes
from netwb.workbench.elsewhere import require_elsewhere
from tests.benches import Rig, rig, with_parts
from tests.workbench.remotes import bare

SETTINGS = replace(Settings(), web=WebSettings(address="192.0.2.9"))
OURS = Scope(frozenset({"t-acme"}))


def at(address: str) -> Any:
    return lambda *_, **__: [(2, 1, 6, "", (address, 0))]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1%eth0"),
        *("0.0.0.0", "::", "192.0.2.9"),
    ],
)
def test_an_address_of_netwbs_own_machine_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="netwb's own machine"):
        require_elsewhere("git.example.net", OURS, SETTINGS, resolve=at(address))

    require_elsewhere("git.example.net", ALL_TENANTS, SETTINGS, resolve=at(address))


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.7.7", "fd00::7", "203.0.113.5"])
def test_a_private_address_is_where_a_git_server_is(address: str) -> None:
    require_elsewhere("git.example.net", OURS, SETTINGS, resolve=at(address))


def test_a_remote_and_a_netbox_of_a_tenant_are_elsewhere(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        made.bench.add_user(NewUser(name="cy", role=Role.ADMIN, tenants=("acme",)))
        cy = made.bench.acting_as("cy")
        token = SecretSource(origin="prompt", answer="0123456789")

        with pytest.raises(InputError, match="netwb's own machine"):
            cy.set_remote("acme", "ssh://git@127.0.0.1:22/acme.git")
        with pytest.raises(InputError, match="netwb's own machine"):
            cy.set_netbox("acme", "https://localhost:8443", token=token)
        made.bench.set_remote("acme", "ssh://git@127.0.0.1:22/acme.git")


def test_a_name_that_leads_here_by_now_is_pushed_to_no_more(tmp_path: Path) -> None:
    """Whoever gives out the name's addresses may give another one after the remote was set."""
    with rig(tmp_path, {"acme": ("edge1",), "bolt": ("core1",)}) as made:
        made.bench.add_user(NewUser(name="cy", role=Role.ADMIN, tenants=("acme",)))
        made.back_up()
        made.bench.acting_as("cy").set_remote("acme", "ssh://git@10.1.2.3/acme.git")
        made.bench.set_remote("bolt", bare(tmp_path / "far.git"))
        turned_round(made)

        done = {one.tenant: one for one in made.bench.push(when="now")}

        assert (done["acme"].status, done["bolt"].status) == ("failed", "pushed")
        assert "netwb's own machine" in str(done["acme"].cause)
        assert made.bench.remote("acme").error == str(done["acme"].cause)
        with pytest.raises(InputError, match="netwb's own machine"):
            made.bench.check_remote("acme", SecretSource(origin="prompt", answer="words " * 9))


def turned_round(made: Rig) -> None:
    """From now on each name leads to this machine."""
    parts = made.bench._parts
    remote = compose_remotes(
        folder=made.bench.home / "archive",
        archive=parts.archive,
        platforms=parts.platforms,
        database=parts.database,
        keyring=parts.keyring,
        notices=parts.notices,
        settings=parts.settings,
        environment=parts.environment,
        clock=made.clock,
        resolve=at("127.0.0.1"),
    )
    made.bench._parts = with_parts(parts, remote=remote)
