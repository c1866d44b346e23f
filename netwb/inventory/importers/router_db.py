"""Rows of a `router.db`, as RANCID and Oxidized keep their devices. Pure.

One device a line, its fields parted by `;`, `:` or a comma; `#` begins a comment. Fields have no
names: they are called 0, 1, 2 ..., as Oxidized's `map` counts them. By themselves they are read as

    name:model                     Oxidized's default map
    name;type;up[;comment]         RANCID; whatever is not up, RANCID does not read

A name is where the device is reached, so it becomes the address; the device's own name is its first
label, or all of it where another line has the same. Fields beyond these are left out unless a map
says what they are: passwords stand there.
Sources: rancid router.db(5), clogin(1); Oxidized, "Source: CSV".
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from netwb.errors import ImportRefusedError
from netwb.inventory.importers.rows import AUTO, COLUMNS, Columns, Heading, Parsed, SourceRow

DELIMITERS = (";", ":", ",")
READ = 3  # fields that are read without a map: name, model, state
TYPES: Mapping[str, str] = {  # device types of rancid.types.base that are none of netwb's own names
    "cisco": "cisco_ios",
    "cisco_xr": "cisco_xr",
    "cisco_nx": "cisco_nxos",
    "cisco_xr8": "cisco_xr",
    "ios_xr": "cisco_xr",
    "mikrotik": "mikrotik_routeros",
}
_STATE = re.compile(r"up|down|\S*ticket\S*", re.IGNORECASE)
_LINE = re.compile(r"[^\s;:,]+[;:][A-Za-z][\w.-]*([;:].*)?")


def is_router_db(text: str) -> bool:
    """Whether a text without a name looks like one: its first line names no column."""
    first = next(_records(text), None)
    named = {cell.casefold() for cell in first[1]} if first else set()
    line = next((line.strip() for line in text.split("\n") if _is_row(line)), "")
    return bool(_LINE.fullmatch(line)) and not named & set(COLUMNS)


def read_fields(text: str) -> tuple[Heading, ...]:
    """The fields by their numbers, each with what it would be read as and the first line's."""
    records = [cells for _, cells in _records(text)]
    if not records:
        raise ImportRefusedError(_EMPTY)
    known = _guessed(records)
    example = records[0]
    most = max(map(len, records))
    return tuple(
        Heading(
            name=str(at),
            ours=known.get(str(at)),
            example=example[at] if at < min(len(example), READ) else "",
        )
        for at in range(most)
    )


def parse_router_db(text: str, columns: Columns) -> Parsed:
    """Rows by our column names; ImportRefusedError where nothing says which field is the name."""
    records = list(_records(text))
    if not records:
        raise ImportRefusedError(_EMPTY)
    known = _named([cells for _, cells in records], columns)
    rows = [(at, _values(cells, known)) for at, cells in records]
    short = Counter(_label(values.get("hostname", "")) for _, values in rows)
    most = max(len(cells) for _, cells in records)
    left = [str(at) for at in range(most) if str(at) not in known]
    note = (
        f"field {', '.join(left)} of each line is left out; --map says what it is" if left else ""
    )
    return Parsed(
        rows=tuple(
            SourceRow(at=f"line {at}", values=_placed(values, short)) for at, values in rows
        ),
        notes=(note,) if note else (),
        fallbacks=AUTO,
    )


_EMPTY = "the file is empty; a line of router.db is NAME:MODEL, or NAME;TYPE;up"


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that holds a device, with its number."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((line for line in lines if _is_row(line)), "")
    delimiter = next((one for one in DELIMITERS if one in first), ":")
    for at, line in enumerate(lines, start=1):
        if _is_row(line):
            yield at, [cell.strip() for cell in line.split(delimiter)]


def _is_row(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _named(records: Sequence[Sequence[str]], columns: Columns) -> dict[str, str]:
    """Field -> our column: as a person says, else as these files are usually written."""
    most = max(map(len, records))
    asked = {*columns.mapping, *columns.ignored}
    absent = sorted(name for name in asked if not (name.isdecimal() and int(name) < most))
    if absent:
        msg = (
            f"the file has no field {', '.join(absent)}; its fields are 0 to {most - 1}, the first "
            "one 0"
        )
        raise ImportRefusedError(msg)
    wrong = sorted(set(columns.mapping.values()) - set(COLUMNS))
    if wrong:
        msg = f"netwb has no column {', '.join(wrong)}; it has {', '.join(COLUMNS)}"
        raise ImportRefusedError(msg)
    known = dict(columns.mapping) or _guessed(records)
    known = {name: ours for name, ours in known.items() if name not in columns.ignored}
    if not {"hostname", "address"} & set(known.values()):
        msg = "no field is the device's name; say which with --map 0=hostname"
        raise ImportRefusedError(msg)
    return known


def _guessed(records: Sequence[Sequence[str]]) -> dict[str, str]:
    known = {"0": "hostname", "1": "platform"}
    third = [cells[2] for cells in records if len(cells) >= READ]
    if third and all(_STATE.fullmatch(cell) for cell in third):
        known["2"] = "status"
    return known


def _values(cells: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    values = {known[str(at)]: cell for at, cell in enumerate(cells) if str(at) in known and cell}
    if "platform" in values:
        folded = re.sub(r"[^a-z0-9]+", "_", values["platform"].casefold())
        values["platform"] = TYPES.get(folded, values["platform"])
    if "status" in values and _STATE.fullmatch(values["status"]):
        values["status"] = "active" if values["status"].casefold() == "up" else "planned"
    values.setdefault("hostname", values.get("address", ""))
    return values


def _placed(values: Mapping[str, str], short: Mapping[str, int]) -> dict[str, str]:
    """The name as address and as the device's own."""
    name = values["hostname"]
    label = _label(name)
    own = label if short[label] == 1 else name
    return {"address": name, **values, "hostname": own} if name else dict(values)


def _label(name: str) -> str:
    """The first label of a DNS name; an address is one."""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.partition(".")[0]
