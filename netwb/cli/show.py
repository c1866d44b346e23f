"""How answers are shown: one JSON document, or a table for people. Words go to stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import PurePath
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from netwb.blackhole.addresses import written
from netwb.errors import NetwbError

_C1 = re.compile("[\x7f-\x9f]")  # some terminals take U+009B for ESC [

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


def rfc3339(at: datetime) -> str:
    """UTC to the second, with Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(value: Any) -> Any:  # noqa: PLR0911 - one line a kind
    """A record as JSON values: times RFC 3339, bytes decoded with replacement, errors as causes."""
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, IPv4Address | IPv6Address | IPv4Network | IPv6Network):
        return written(value)
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, NetwbError):
        return {"kind": type(value).__name__, "message": str(value)}
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)) or (
        isinstance(value, Sequence) and not isinstance(value, str)
    ):
        return [plain(item) for item in value]
    return value


def print_json(document: Any) -> None:
    """Exactly one document on stdout. JSON escapes C0 controls itself; C1 are escaped here."""
    text = json.dumps(plain(document), indent=2, ensure_ascii=False)
    click.echo(_C1.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def print_text(text: bytes) -> None:
    """A device's text: byte for byte where a program reads it, its controls visible to a person."""
    if sys.stdout.isatty():
        lines = text.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
        click.echo("\n".join(shown(line.expandtabs()) for line in lines), nl=False)
        return
    sys.stdout.buffer.write(text)
    sys.stdout.flush()


def print_items(items: Iterable[Any]) -> None:
    """The list shape of the contract."""
    print_json({"items": list(items)})


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str) -> None:
    """A table, or the sentence `empty` where there is no row. Control characters are shown, not sent."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    count = 0
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
        count += 1
    console = stdout_console()
    with console.capture() as printed:
        console.print(table if count else Text(empty))
    click.echo("\n".join(line.rstrip(" ") for line in printed.get().split("\n")), nl=False)


def in_words(count: int) -> str:
    """`1 device`, `2 devices`."""
    return f"{count} device{'' if count == 1 else 's'}"


def stdout_console() -> Console:
    """Console on stdout; plain and unwrapped where it is no terminal."""
    width = None if sys.stdout.isatty() else 200
    return Console(file=sys.stdout, highlight=False, width=width, soft_wrap=False)


def shown(value: Any) -> str:
    """One cell as text; hostile control characters become visible."""
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(value))


def say(message: str) -> None:
    """A word to the person, on stderr."""
    click.echo(message, err=True)
