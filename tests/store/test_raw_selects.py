"""Nowhere in netwb is a table read past its class, where no scope could narrow it (design D14)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import netwb.store.models
from netwb.store.models import Base, access

NETWB = Path(netwb.store.models.__file__).parents[2]
RAW_NAMES = {"text", "literal_column", "table", "Table", "TextClause"}  # of sqlalchemy
RAW_ATTRIBUTES = {
    *("exec_driver_sql", "__table__", "local_table", "tables", "from_statement"),
    *("bulk_insert_mappings", "bulk_update_mappings", "bulk_save_objects"),  # pass the filter by
}
ALLOWED = {  # module: why
    "store/change_events.py": "tells tenants what happened on devices of others, whoever did it",
    "store/changes.py": "tells tenants what changed on devices of others, whoever changed it",
    "store/erp_events.py": "the same",
    "store/migrations/versions/erp.py": "fills a new table from those that are there",
    "store/models/blackhole.py": "text() in the condition of a partial index",
    "store/models/compliance.py": "text() in the condition of a partial index",
    "store/models/erp.py": "text() in the condition of a partial index",
    "store/models/inventory.py": "text() in the condition of a partial index",
    "store/models/ports.py": "text() in the condition of a partial index",
    "store/models/notices.py": "text() in the condition of a partial index",
    "store/models/work.py": "text() in a default of the server",
    "store/schema.py": "asks for the migration, before there is any scope",
    "store/database.py": "BEGIN and PRAGMA",
    "store/inserting.py": "inserts past the ORM, and tells the scope the class of the rows",
    "store/dump.py": "carries every table whole from one database to another",
    "store/scoping.py": "knows the tables in order to refuse them",
    "store/prepared.py": "the same",
    "store/purge.py": "takes a tenant out of every table, whatever its class",
}
TABLES = frozenset(Base.metadata.tables)
MODULES = sorted(NETWB.rglob("*.py"))


def raw_uses(source: str) -> Iterator[str]:
    """Each way around the classes that a module takes, with its line."""
    if "sqlalchemy" not in source:
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            for name in {alias.name for alias in node.names} & RAW_NAMES:
                yield f"line {node.lineno}: imports {name}"
        elif isinstance(node, ast.Attribute) and node.attr in RAW_ATTRIBUTES:
            yield f"line {node.lineno}: reads .{node.attr}"
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("session.connection"):
            yield f"line {node.lineno}: takes the session's bare connection"
        elif isinstance(node, ast.Constant) and is_sql(node.value):
            yield f"line {node.lineno}: holds SQL"


def is_sql(value: object) -> bool:
    """Whether a literal is a statement over one of netwb's tables, and no sentence."""
    words = [word.strip("(),;") for word in value.lower().split()] if isinstance(value, str) else []
    verb = words[0] if words else ""
    keyword = {"select": "from", "delete": "from", "update": "set", "insert": "into"}.get(verb)
    return keyword in words and not TABLES.isdisjoint(words)


def test_no_module_reads_a_table_past_its_class() -> None:
    judged = {str(module.relative_to(NETWB)): module for module in MODULES}
    found = {
        name: uses
        for name, module in judged.items()
        if name not in ALLOWED and (uses := list(raw_uses(module.read_text())))
    }

    assert len(judged) > 500
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import text",
        "import sqlalchemy\nsession.execute(DeviceRow.__table__.select())",
        "import sqlalchemy\nrows = Base.metadata.tables['device']",
        "import sqlalchemy\nconnection.exec_driver_sql('x')",
        "import sqlalchemy\nself.session.connection()",
        "import sqlalchemy\nsession.bulk_insert_mappings(DeviceRow, rows)",
        "import sqlalchemy\nquery = 'select id from device'",
    ],
)
def test_the_search_finds_what_it_looks_for(source: str) -> None:
    assert list(raw_uses(source))


def test_every_exception_is_still_needed() -> None:
    for name in ALLOWED:
        assert list(raw_uses((NETWB / name).read_text())), name


def test_the_tables_of_access_are_read_in_access_alone() -> None:
    """They are narrowed in one place there, and by no session."""
    names = {cls.__name__ for cls in vars(access).values() if isinstance(cls, type)} - {"Base"}
    of_access = {name for name in names if name.endswith("Row")}
    readers = {
        module.relative_to(NETWB).parts[0]
        for module in MODULES
        if of_access & set(re.findall(r"\w+", module.read_text()))
    }

    assert len(of_access) == 8
    assert readers == {"access", "store"}  # the models themselves


READERS = {  # of tables whose tenant may be empty, so that no session narrows them: module by module
    "ScheduleRow": {"store/schedules.py"},
    "BlackoutRow": {"store/blackouts.py", "store/schedules.py"},
    "FiringRow": {"store/firings.py", "store/schedules.py", "health/counts.py"},
    "TallyRow": {"store/tallies.py"},
    "NoticeRow": {"store/notices.py", "notify/queue.py"},
    "StandingRow": {"store/notices.py"},
    "NotifyTargetRow": {
        *("notify/targets.py", "notify/rows.py", "notify/queue.py", "notify/feeding.py"),
        "health/counts.py",
    },
    "DeliveryRow": {
        *("notify/targets.py", "notify/rows.py", "notify/queue.py"),
        "health/counts.py",
    },
}


@pytest.mark.parametrize("row", READERS)
def test_a_table_that_no_session_narrows_is_read_by_its_own_modules(row: str) -> None:
    readers = {
        str(module.relative_to(NETWB))
        for module in MODULES
        if re.search(rf"\b{row}\b", module.read_text()) and "models" not in module.parts
    }

    assert readers == READERS[row]
