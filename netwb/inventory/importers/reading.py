"""Which reader a source needs. Pure."""

from __future__ import annotations

from netwb.errors import ImportRefusedError
from netwb.inventory.importers.netbox import parse_netbox_json
from netwb.inventory.importers.router_db import parse_router_db
from netwb.inventory.importers.rows import COLUMNS, Columns, Parsed, Source
from netwb.inventory.importers.simple_inventory import parse_simple_inventory
from netwb.inventory.importers.table import parse_table


def parse_source(source: Source, columns: Columns) -> Parsed:
    """Rows of a source; ImportRefusedError where it cannot be read at all."""
    wrong = sorted(set(columns.defaults) - set(COLUMNS))
    if wrong:
        msg = f"no column is named {', '.join(wrong)}; defaults can be of {', '.join(COLUMNS)}"
        raise ImportRefusedError(msg)
    if source.kind == "table":
        return parse_table(source.texts["table"], columns)
    if source.kind == "router_db":
        return parse_router_db(source.texts["router_db"], columns)
    if columns.mapping or columns.ignored:
        msg = "columns are named and left out in tables only; this source has names of its own"
        raise ImportRefusedError(msg)
    if source.kind == "netbox":
        return parse_netbox_json(source.texts["netbox"])
    return parse_simple_inventory(
        source.texts.get("hosts", ""),
        source.texts.get("groups", ""),
        source.texts.get("defaults", ""),
    )
