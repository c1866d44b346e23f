"""Imports of devices on the facade."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.face import Face
from netwb.workbench.import_files import headings_of, read_source, source_of

if TYPE_CHECKING:
    from netwb.inventory import intake as _taking_in
    from netwb.inventory.importers import rows as _rows
    from netwb.inventory.importers.rows import Heading, ImportPlan, PlannedDevice
else:
    _rows = lazy("netwb.inventory.importers.rows")
    _taking_in = lazy("netwb.inventory.intake")


class ImportsFace(Face):
    """`plan_import`, `apply_import`, and the same with a text that somebody hands in."""

    @staticmethod
    def import_source(name: str, text: str) -> _rows.Source:
        """A source of a text that was handed in; `name` is its file's name, "" of a pasted one."""
        return source_of(name, text)

    @staticmethod
    def import_headings(source: _rows.Source) -> tuple[Heading, ...]:
        """The columns of a table with what each would be read as; none of another source.

        Raises ImportRefusedError where it cannot be read.
        """
        return headings_of(source)

    def plan_import(
        self, source: str | Path | _rows.Source, options: _rows.ImportOptions | None = None
    ) -> ImportPlan:
        """What an import would do now; nothing is written, bad rows stand in `problems`."""
        self._require(Permission.INVENTORY_EDIT)
        return self._intake().plan(
            self._scope, self._read(source), options or _rows.ImportOptions()
        )

    def apply_import(
        self, source: str | Path | _rows.Source, options: _rows.ImportOptions | None = None
    ) -> ImportPlan:
        """Import devices in one transaction; ImportRefusedError, and nothing written, if rows are bad."""
        self._require(Permission.INVENTORY_EDIT)
        done = self._intake().apply(
            self._scope, self._read(source), options or _rows.ImportOptions(), actor=self._actor
        )
        self._audit_import(done)
        self._follow(done.devices)
        return done

    def _read(self, source: str | Path | _rows.Source) -> _rows.Source:
        """A file's content, for who may read files here; others hand the content in as a Source."""
        if isinstance(source, _rows.Source):
            return source
        self._require_local("files")
        return read_source(Path(source).expanduser())

    def _intake(self) -> _taking_in.Intake:
        parts = self._parts
        return _taking_in.Intake(parts.database, parts.devices, parts.clock, parts.platforms)

    def _audit_import(self, done: ImportPlan) -> None:
        """One event a tenant, so that each sees its own in its audit."""
        ids = {item.slug: item.id for item in self._parts.places.tenants(self._scope)}
        for tenant in sorted({item.tenant for item in done.devices}):
            actions = [item.action for item in done.devices if item.tenant == tenant]
            detail = {action: actions.count(action) for action in ("add", "update", "retire")}
            if any(detail.values()):
                self._audit("device.import", tenant, tenant_id=ids[tenant], detail=detail)

    def _follow(self, imported: Iterable[PlannedDevice]) -> None:
        """Configurations go where an import moved their devices."""
        for item in imported:
            if item.device_id is None:
                continue
            moved = any(change.field == "site" for change in item.fields)
            if moved or item.action == "retire":
                device = self._parts.devices.get(self._scope, item.device_id)
                archive = self._parts.archive
                (archive.rename if moved else archive.retire)(device, self._actor)
