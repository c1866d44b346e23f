"""Put a tenant that was brought from its remote into a home that does not have it.

One transaction: inventory, keys (wrapped by this home's master key), sealed secrets; its last step
is the rename of the repository. The index follows from Git; a crash before it is whole is healed by
the next writer, or at the next start.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import or_, select

from netwb.archive.faults import file_error
from netwb.archive.remote import inventory
from netwb.archive.remote.bringing import Brought
from netwb.archive.remote.counting import follows
from netwb.archive.repository import Repository
from netwb.archive.writer import Archive
from netwb.errors import InputError, RemoteError
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.inserting import insert_many
from netwb.store.keyring import Keyring
from netwb.store.models import TenantRow, VaultRow


class Installer:
    """Writes into one home. `folder` holds the repositories."""

    def __init__(
        self, folder: Path, database: Database, keyring: Keyring, archive: Archive
    ) -> None:
        self._folder = folder
        self._database = database
        self._keyring = keyring
        self._archive = archive

    def require_room(self, brought: Brought) -> None:
        """Raise InputError where the home has that tenant, or another one of its name."""
        taken = or_(TenantRow.id == brought.tenant_id, TenantRow.slug == brought.tenant)
        with self._database.reading(ALL_TENANTS) as session:
            if session.scalar(select(TenantRow.slug).where(taken)) is not None:
                msg = (
                    f"this home has a tenant {brought.tenant} already, which is left as it is;"
                    " name another home with --home"
                )
                raise InputError(msg)
        self._require_no_other(brought)

    def install(self, brought: Brought) -> None:
        """Write it; the repository at `brought.path` is moved here."""
        place = self._folder / f"{brought.tenant}.git"
        rows = [
            {
                "tenant_id": brought.tenant_id,
                "token": secret.token,
                "full": secret.full,
                "sealed": secret.sealed,
                "fingerprint": secret.fingerprint,
                "rule": secret.rule,
                "created_at": secret.created_at,
            }
            for secret in brought.secrets
        ]
        with self._database.writing_durably(ALL_TENANTS) as session:
            inventory.rebuild(session, brought.inventory)
            self._keyring.adopt(session, brought.tenant_id, brought.keys)
            insert_many(session, VaultRow, rows)
            self._move(brought.path, place)
        self._archive.rebuild(brought.tenant_id, brought.tenant)

    def _move(self, path: Path, place: Path) -> None:
        try:
            if place.exists():  # `require_room`: what it holds came with this one, too
                shutil.rmtree(place)
            path.rename(place)
        except OSError as error:
            raise file_error(place, error) from error

    def _require_no_other(self, brought: Brought) -> None:
        """A restore that was killed leaves a repository without a tenant; any other one is kept."""
        place = self._folder / f"{brought.tenant}.git"
        if place.exists() and not follows(
            brought.path, Repository(place).tip() or "", brought.main
        ):
            msg = (
                f"repository {place} lies there without a tenant, and has commits that the remote"
                " has not; move it aside first"
            )
            raise RemoteError(msg)
