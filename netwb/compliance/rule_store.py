"""Tenants' own rule files in the database: YAML that is read and never run.

A file is taken only as a whole and without fault, beside the rules that hold already: what the
provider has locked can be neither replaced nor switched off.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from netwb.compliance.records import RuleFile
from netwb.compliance.rule_files import parse_rules
from netwb.compliance.ruleset import RuleSet
from netwb.compliance.sources import Loaded
from netwb.errors import InputError, RuleError, UnknownNameError
from netwb.inventory.records import Tenant
from netwb.roles import Actor, Scope
from netwb.store.database import Database
from netwb.store.models import RuleFileRow, TenantRow

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\.yaml")
MOST_FILES = 20  # of one tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRuleFile:
    """A rule file of a tenant; `tenant` is its slug, `rules` how many it has."""

    tenant: str
    name: str
    rules: int
    size: int
    updated_at: datetime
    updated_by: str


class RuleStore:
    """The files of all tenants."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def list(self, scope: Scope, loaded: Loaded) -> tuple[OwnRuleFile, ...]:
        """Those in scope, by tenant and name."""
        counts = {file.name: len(file.rules) for file in loaded.files if file.tenant_id}
        columns = (TenantRow.slug, RuleFileRow.name, func.length(RuleFileRow.text))
        asked = (
            select(*columns, RuleFileRow.updated_at, RuleFileRow.updated_by)
            .join_from(RuleFileRow, TenantRow, TenantRow.id == RuleFileRow.tenant_id)
            .order_by(TenantRow.slug, RuleFileRow.name)
        )
        with self._database.reading(scope) as session:
            return tuple(
                OwnRuleFile(
                    tenant=slug,
                    name=name,
                    rules=counts.get(f"{slug}/{name}", 0),
                    size=size,
                    updated_at=at,
                    updated_by=by,
                )
                for slug, name, size, at, by in session.execute(asked)
            )

    def text(self, scope: Scope, tenant: Tenant, name: str) -> str:
        """Its YAML. Raises UnknownNameError."""
        with self._database.reading(scope) as session:
            row = session.get(RuleFileRow, (tenant.id, _named(name)))
            if row is None:
                raise _unknown(tenant, name)
            return row.text

    def put(  # noqa: PLR0913 - whose, which, and by keyword beside what
        self, scope: Scope, tenant: Tenant, name: str, text: str, *, loaded: Loaded, actor: Actor
    ) -> RuleFile:
        """Take a new file, or another text of one. Raises RuleError with all that is wrong."""
        name = _named(name)
        file = read_own(tenant, name, text, loaded)
        with self._database.writing(scope) as session:
            row = session.get(RuleFileRow, (tenant.id, name), with_for_update=True)
            if row is None:
                _refuse_many(
                    session.scalar(select(func.count()).where(RuleFileRow.tenant_id == tenant.id))
                    or 0
                )
                row = RuleFileRow(tenant_id=tenant.id, name=name)
                session.add(row)
            row.text, row.updated_at, row.updated_by = text, self._clock(), actor.name
        return file

    def drop(self, scope: Scope, tenant: Tenant, name: str) -> None:
        """Take a file away; its rules hold no more. Raises UnknownNameError."""
        with self._database.writing(scope) as session:
            row = session.get(RuleFileRow, (tenant.id, _named(name)))
            if row is None:
                raise _unknown(tenant, name)
            session.delete(row)


def read_own(tenant: Tenant, name: str, text: str, loaded: Loaded) -> RuleFile:
    """A tenant's file as it would hold beside the others. Raises RuleError."""
    if "\x00" in text:
        msg = (
            f"{tenant.slug}/{name}:1: the file holds a NUL byte, which is no text; save it as UTF-8"
        )
        raise RuleError(msg, (msg,))
    whole = f"{tenant.slug}/{name}"
    file = parse_rules(text, name=whole, origin="tenant", tenant_id=tenant.id)
    others = [
        one for one in loaded.files if one.name != whole and one.tenant_id in {None, tenant.id}
    ]
    known = set(RuleSet.of(*others).faults)
    faults = [one for one in RuleSet.of(*others, file).faults if one not in known]
    if faults:
        raise RuleError(faults[0], tuple(faults))
    return file


def _named(name: str) -> str:
    """A file's name, with its ending."""
    whole = name if name.endswith(".yaml") else f"{name}.yaml"
    if not _NAME.fullmatch(whole):
        msg = (
            f"{name[:60]!r} is no name of a rule file; take small letters, digits and dashes, at"
            " most 63: own.yaml"
        )
        raise InputError(msg)
    return whole


def _refuse_many(there: int) -> None:
    if there >= MOST_FILES:
        msg = (
            f"the tenant has {there} rule files, as many as it may; put the rules into one of them"
        )
        raise InputError(msg)


def _unknown(tenant: Tenant, name: str) -> UnknownNameError:
    msg = (
        f"tenant {tenant.slug} has no rule file {name[:60]!r}; `netwb rule list` shows those it has"
    )
    return UnknownNameError(msg, wanted=name)
