"""Hand a tenant's data over to it: tables that any program reads, and its history as a Git bundle.

Nothing of another tenant, and no secret: configurations hold tokens in their places. The secrets
behind them come along encrypted, where that is asked for; logins that netwb used are the provider's
and never do. Every read is narrowed to the tenant, in one moment of the database.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from netwb.archive.bundles import write_bundle
from netwb.archive.repository import MAIN, Repository
from netwb.archive.vault import Vault
from netwb.health.exporting.target import buffered, new_file
from netwb.inventory.records import Tenant
from netwb.roles import Scope
from netwb.store.canonical import instant
from netwb.store.database import Database
from netwb.store.models import (
    AttackEventRow,
    AuditRow,
    BackupOutcomeRow,
    BackupRunRow,
    BlackholeRow,
    ComplianceChangeRow,
    ComplianceRow,
    CredentialRow,
    DeviceEventRow,
    DeviceRow,
    HostKeyRow,
    OwnPrefixRow,
    QuarantineRow,
    RevisionRow,
    RuleFileRow,
    SiteRow,
    VaultRow,
    WaiverRow,
)
from netwb.store.openssl_text import COMMAND, encrypt

Query = Select[*tuple[Any, ...]]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins so
_AT_ONCE = 1000
_README = """\
Everything that netwb held of tenant {slug} ({name}), id {id}, on {at}.

tenant.json          what is here, and how much of it
*.csv                tables: UTF-8, a line of names first, times in UTC. A text that a spreadsheet
                     would take for a formula has an apostrophe before it
history.bundle       every stored configuration of every device, with who changed it and when, as a
                     Git repository: git clone history.bundle history
{secrets}
In the configurations each secret stands as <netwb:secret:...>.
"""
_WITH = """\
secrets.json.enc     what stood in those places, encrypted by the passphrase that was agreed on:
                     {command} -in secrets.json.enc
"""
_WITHOUT = """\
The secrets that stood there were not asked for.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What was handed over; `size` in bytes, `secrets` how many came along encrypted."""

    file: Path
    size: int
    tenant: str
    rows: Mapping[str, int]
    secrets: int


def hand_over(  # noqa: PLR0913 - each by its name
    tenant: Tenant,
    path: Path,
    *,
    database: Database,
    vault: Vault,
    archive: Path,
    at: datetime,
    passphrase: str | None,
) -> Handover:
    """Write the file, whole or not at all. Without a passphrase no secret comes along."""
    scope = Scope(frozenset({tenant.id}))
    with (
        new_file(path) as file,
        buffered(file) as buffer,
        ZipFile(buffer, "w", ZIP_DEFLATED) as target,
    ):
        with database.reading(scope) as session:
            rows = {
                name: _write_table(target, name, columns, session, query)
                for name, columns, query in _tables(tenant)
            }
            tokens = sorted(session.scalars(select(VaultRow.token))) if passphrase else []
        _write_history(target, archive / f"{tenant.slug}.git")
        if passphrase:
            _write_secrets(target, passphrase, vault.held(scope, tenant.id, tokens))
        _write_words(target, tenant, at, rows, secrets=bool(passphrase))
    return Handover(
        file=path,
        size=path.stat().st_size,
        tenant=tenant.slug,
        rows=rows,
        secrets=len(tokens),
    )


def _tables(tenant: Tenant) -> Iterator[tuple[str, Sequence[str], Query]]:
    """Name, columns and rows of each; the session narrows all but the audit, which is narrowed here."""
    site = (SiteRow.id == DeviceRow.site_id, SiteRow.slug.label("site"))
    of_device = DeviceRow.hostname
    yield _table("sites", select(*_all(SiteRow, without=_INSIDE)))
    devices = select(site[1], *_all(DeviceRow, without={*_INSIDE, "site_id"}))
    yield _table(
        "devices", devices.join(SiteRow, site[0]).order_by(of_device, DeviceRow.created_at)
    )
    names = select(CredentialRow.name, CredentialRow.username, CredentialRow.status)
    yield _table("credentials", names)
    yield _joined("host_keys", HostKeyRow, of_device)
    yield _joined("events", DeviceEventRow, of_device)
    yield _table("revisions", select(*_all(RevisionRow, without={*_INSIDE, "placed", "volatile"})))
    runs = select(of_device, *_all(BackupOutcomeRow, without=_INSIDE), BackupRunRow.started_at)
    yield _table(
        "backups",
        runs.join(DeviceRow, DeviceRow.id == BackupOutcomeRow.device_id).join(
            BackupRunRow, BackupRunRow.id == BackupOutcomeRow.run_id
        ),
    )
    yield _joined("held_texts", QuarantineRow, of_device, without={"digest", "file"})
    yield _table("prefixes", select(*_all(OwnPrefixRow, without={*_INSIDE, "id", "site_id"})))
    yield _table("attacks", select(*_all(AttackEventRow, without={*_INSIDE, *_OF_EVENTS})))
    yield _table("blackholes", select(*_all(BlackholeRow, without={*_INSIDE, *_OF_BLACKHOLES})))
    yield _joined("compliance", ComplianceRow, of_device, without={"inputs", "rules", "blob"})
    yield _joined("compliance_changes", ComplianceChangeRow, of_device, without={"id", "told_at"})
    yield _joined("waivers", WaiverRow, of_device, without={"warned_at", "settled_at"})
    yield _table("rule_files", select(*_all(RuleFileRow, without=_INSIDE)))
    links = select(AuditRow.seq, AuditRow.at, AuditRow.actor, AuditRow.action, AuditRow.target)
    links = links.add_columns(AuditRow.detail, AuditRow.previous, AuditRow.mac)
    yield _table("audit", links.where(AuditRow.tenant_id == tenant.id).order_by(AuditRow.seq))


_INSIDE = {  # netwb's own, or who the provider's logins are
    *("tenant_id", "credential_id", "snmp_credential_id", "jump", "jump_credential_id"),
    *("jump_host_key", "digest"),
}


_OF_EVENTS = ("id", "sender_id", "message_id", "state", "taken_until", "said")
_OF_BLACKHOLES = (  # how netwb works it, and what names the provider's routers and other figures
    *("version", "site_id", "person", "seen", "cause_id", "once_key", "called_at"),
    *("reasons", "commands"),
)


def _all(row: Any, *, without: Iterable[str] = ()) -> list[Any]:
    names = (item.key for item in row.__mapper__.column_attrs)
    return [getattr(row, name) for name in names if name not in set(without)]


def _joined(
    name: str, row: Any, hostname: Any, *, without: Iterable[str] = ()
) -> tuple[str, Sequence[str], Query]:
    """A table of devices, with their names."""
    query = select(hostname, *_all(row, without={*_INSIDE, *without}))
    return _table(name, query.join(DeviceRow, DeviceRow.id == row.device_id))


def _table(name: str, query: Query) -> tuple[str, Sequence[str], Query]:
    return name, [str(column["name"]) for column in query.column_descriptions], query


def _write_table(
    target: ZipFile, name: str, columns: Sequence[str], session: Session, query: Query
) -> int:
    rows = 0
    with (
        target.open(f"{name}.csv", "w", force_zip64=True) as raw,
        io.TextIOWrapper(raw, "utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in session.execute(query.execution_options(yield_per=_AT_ONCE)):
            writer.writerow([_cell(value) for value in row])
            rows += 1
    return rows


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _write_history(target: ZipFile, path: Path) -> None:
    if not path.exists() or Repository(path).tip() is None:
        return
    packed = ZipInfo("history.bundle")
    packed.compress_type = ZIP_STORED  # Git has compressed it
    with target.open(packed, "w", force_zip64=True) as file:
        write_bundle(path, [MAIN], file.write)


def _write_secrets(target: ZipFile, passphrase: str, held: Mapping[str, bytes]) -> None:
    said = {token: value.decode("utf-8", "backslashreplace") for token, value in held.items()}
    text = json.dumps(said, ensure_ascii=False, indent=1).encode()
    target.writestr("secrets.json.enc", encrypt(passphrase, text))


def _write_words(
    target: ZipFile, tenant: Tenant, at: datetime, rows: Mapping[str, int], *, secrets: bool
) -> None:
    said = {
        "id": tenant.id,
        "slug": tenant.slug,
        "name": tenant.name,
        "at": instant(at),
        "rows": dict(rows),
    }
    target.writestr("tenant.json", json.dumps(said, ensure_ascii=False, indent=1))
    told = _WITH.format(command=COMMAND) if secrets else _WITHOUT
    words = _README.format(
        slug=tenant.slug, name=tenant.name, id=tenant.id, at=instant(at), secrets=told
    )
    target.writestr("README.txt", words)
