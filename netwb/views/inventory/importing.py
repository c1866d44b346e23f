"""An import as markup: choose a text, check what it would do, import the good rows. Pure.

Refused rows come first and alone, with the cell at fault marked and the reason with its cure
beside it; nothing is written before a person says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from netwb.inventory.importers.rows import (
    COLUMNS,
    Fault,
    ImportPlan,
    PlannedDevice,
    RefusedRow,
)
from netwb.views.cures import in_page
from netwb.views.fields import (
    Field,
    area_field,
    file_field,
)
from netwb.views.html import Shape, button, csv_of, esc, shape, state, tag
from netwb.views.inventory.import_columns import WHY, Given, columns_form
from netwb.views.inventory.links import Links
from netwb.views.words import count, number, size

SHOWN_GOOD = 20  # good rows drawn; the others are counted
SHOWN_BAD = 500  # refused rows drawn; the CSV holds them all
FORGET = '<i hidden data-forget="import-text"></i>'  # what the tab kept is imported, or not wanted
_ALWAYS = ("tenant", "site", "hostname", "address", "platform")
_ACTIONS: dict[str, tuple[Shape, str]] = {
    "add": ("ok", "new"),
    "update": ("ok", "update"),
    "retire": ("waived", "retire"),
    "same": ("ok", "as it is"),
    "left_out": ("waived", "left out"),
}


def steps(now: int) -> str:
    """Where one is: file, check, import."""
    drawn = "".join(
        f"<li{' aria-current=step' if step == now else ''}><b>{step}</b> {word}</li>"
        for step, word in enumerate(("File", "Check", "Import"), start=1)
    )
    return f'<ol class="steps push">{drawn}</ol>'


def choose_page(person: str, *, wrong: str = "", forget: Literal["", "text"] = "") -> str:
    """Step one: a file or a pasted text.

    person  whose pasted text the browser's tab keeps over a reload; forget: no longer
    """
    file = Field(
        name="file",
        label="File",
        id="import-file",
        hint="CSV, NetBox export (CSV or JSON), hosts.yaml of a SimpleInventory, router.db; at most 8 MB.",
    )
    paste = Field(
        name="text",
        label="Or paste it",
        id="import-text",
        hint=f"The first line names the columns: {', '.join(_ALWAYS)}; others are optional.",
    )
    sent = '<button type="submit" class="btn pri"><span>Check</span></button>'
    form = tag(
        "form",
        _wrong(wrong)
        + file_field(file, accept=".csv,.tsv,.txt,.json,.yaml,.yml,.db")
        + area_field(paste, rows=9, class_="mono", spellcheck="false", wrap="off", data_kept=person)
        + f'<div class="actions left">{sent}<span class="t3 sm">Nothing is written yet.</span></div>',
        class_="form body",
        id="import-form",
        data_act="check",
    )
    head = f'<div class="title"><h2 class="name">Import devices</h2>{steps(1)}</div>'
    gone = FORGET if forget else ""
    return f'<div class="scroll page" id="import">{gone}{head}<section class="panel">{form}</section></div>'


def unreadable_page(given: Given, wrong: str) -> str:
    """Step two where the text cannot be read as it stands: its columns, and what is wrong."""
    head = _title(given, "", 2)
    panel = f'<section class="panel bad"><div class="body">{_wrong(wrong)}</div></section>'
    again = f'<div class="acts">{button("Choose another file", "another")}</div>'
    return f'<div class="scroll page" id="import">{head}{panel}{columns_form(given, opened=True)}{again}</div>'


def check_page(given: Given, plan: ImportPlan) -> str:
    """Step two: the sum, refused rows, then some good ones."""
    rows = len(plan.refused) + len(plan.devices)
    said = f"{count(rows, 'row')}, {size(given.length)}, read as {_kind(given)}"
    parts = [
        _title(given, said, 2),
        _sum(plan),
        columns_form(given, opened=False),
        _notes(plan),
        _refused(plan),
        _good(plan),
    ]
    return f'<div class="scroll page" id="import">{"".join(parts)}</div>'


def done_page(given: Given, plan: ImportPlan, links: Links) -> str:
    """Step three: what was done."""
    words = _words(Counter(item.action for item in plan.devices))
    rest = count(len(plan.refused), "row")
    left = f"{rest} refused and not imported." if plan.refused else "No row was refused."
    csv = button("Refused rows as CSV", "refused-csv", icon_="download") if plan.refused else ""
    devices = tag(
        "a",
        "<span>To the inventory</span>",
        class_="btn pri",
        href=links.inventory(),
        data_act="go",
    )
    body = (
        f'<div class="state"><h2>{shape("ok", size=14)}<span>Imported</span></h2>'
        f'<div class="t2">{esc(words)}. {esc(left)}</div>'
        f'<div class="actions">{devices}{csv}{button("Import another", "another")}</div></div>'
    )
    return f'<div class="scroll page" id="import">{FORGET}{_title(given, "", 3)}<section class="panel">{body}</section></div>'


def _title(given: Given, said: str, step: int) -> str:
    name = f'<h2 class="name">{esc(given.name or "Pasted text")}</h2>'
    return f'<div class="title">{name}<span class="t2">{esc(said)}</span>{steps(step)}</div>'


def _kind(given: Given) -> str:
    if given.kind == "table":
        return f"CSV with {count(len(given.headings), 'column')}"
    return {
        "netbox": "NetBox JSON",
        "nornir": "SimpleInventory",
        "router_db": "router.db of RANCID or Oxidized",
    }[given.kind]


def good_rows(plan: ImportPlan) -> int:
    """Rows that an import writes something of."""
    return sum(item.action in {"add", "update", "retire"} for item in plan.devices)


def _sum(plan: ImportPlan) -> str:
    counts = Counter[str](item.action for item in plan.devices)
    parts = []
    if plan.refused:
        parts.append(_counted("bad", len(plan.refused), "refused"))
    for action, word in (("add", "new"), ("update", "changed")):
        if counts[action]:
            parts.append(_counted("ok", counts[action], word))
    if counts["retire"]:
        parts.append(_counted("warn", counts["retire"], "retired"))
    quiet = counts["same"] + counts["left_out"]
    if quiet:
        parts.append(f'<span class="t3"><b>{number(quiet)}</b> as they are</span>')
    good = good_rows(plan)
    acts = button("Refused rows as CSV", "refused-csv", icon_="download") if plan.refused else ""
    acts += button("Choose another file", "another")
    if good:
        which = f"the {number(good)} good rows" if good > 1 else "the good row"
        acts += button(f"Import {which}", "import", kind="primary")
    return f'<div class="panel sum"><div class="counts">{"".join(parts)}</div><span class="push acts">{acts}</span></div>'


def _counted(kind: Shape, rows: int, word: str) -> str:
    return f'<span class="st st-{kind}">{shape(kind)}<b>{number(rows)}</b> {esc(word)}</span>'


def _words(counts: Counter[str]) -> str:
    said = [
        f"{number(counts[action])} {word}"
        for action, word in (
            ("add", "new"),
            ("update", "changed"),
            ("retire", "retired"),
            ("same", "as they were"),
        )
        if counts[action]
    ]
    return ", ".join(said) or "Nothing was to be written"


def _notes(plan: ImportPlan) -> str:
    made = [
        f"New {'tenant' if place.site is None else 'site'}: "
        f"{place.tenant if place.site is None else f'{place.tenant}/{place.site}'} ({place.name})"
        for place in plan.places
    ]
    lines = "".join(
        tag("div", esc(text), class_="sm t2") for text in (*map(in_page, plan.notes), *made)
    )
    return f'<div class="notes">{lines}</div>' if lines else ""


def _refused(plan: ImportPlan) -> str:
    if not plan.refused:
        return ""
    columns = columns_shown(plan.refused)
    heads = "".join(f'<th scope="col">{esc(name)}</th>' for name in columns)
    rows = "".join(_refused_row(row, columns) for row in plan.refused[:SHOWN_BAD])
    more = len(plan.refused) - SHOWN_BAD
    foot = tag("p", f"{number(more)} more stand in the CSV.", class_="body t2") if more > 0 else ""
    return (
        '<section class="panel rows"><table aria-label="Refused rows"><thead><tr>'
        f'<th scope="col" class="r">Line</th><th scope="col">Row</th>{heads}'
        f'<th scope="col">Why, and the cure</th></tr></thead><tbody>{rows}</tbody></table>{foot}</section>'
    )


def columns_shown(refused: Sequence[RefusedRow]) -> tuple[str, ...]:
    """The columns every row has, and others where something is wrong in them."""
    faulty = {fault.column for row in refused for fault in row.faults}
    return (*_ALWAYS, *(name for name in COLUMNS if name in faulty and name not in _ALWAYS))


def _refused_row(row: RefusedRow, columns: Sequence[str]) -> str:
    wrong = {fault.column for fault in row.faults}
    cells = "".join(_cell(row.values.get(name, ""), name in wrong) for name in columns)
    why = "<br>".join(esc(why_words(fault)) for fault in row.faults)
    line = esc(row.at.removeprefix("line "))
    return (
        f'<tr><td class="r t3">{line}</td><td>{state("bad", "refused")}</td>{cells}'
        f'<td class="t2 sm why">{why}</td></tr>'
    )


def _cell(value: str, wrong: bool) -> str:  # noqa: FBT001 - private, one caller
    if wrong:
        return (
            f'<td class="mono"><mark class="fault">{esc(value) if value else "missing"}</mark></td>'
        )
    return f'<td class="mono">{esc(value)}</td>'


def why_words(fault: Fault) -> str:
    """Why a cell is bad, with the cure as this page has it."""
    text = in_page(fault.message)
    return text[:1].upper() + text[1:]


def _good(plan: ImportPlan) -> str:
    """Rows that change something first: those are what a person must look at."""
    order = ("retire", "update", "add", "left_out", "same")
    good = sorted(plan.devices, key=lambda item: order.index(item.action))
    if not good:
        return ""
    drawn = good[:SHOWN_GOOD]
    rows = "".join(_good_row(item) for item in drawn)
    some = (
        f"first {number(len(drawn))} of {number(len(good))}"
        if len(drawn) < len(good)
        else number(len(good))
    )
    return (
        f'<h3 class="h">Good rows<span class="n">{some}; nothing is written yet</span></h3>'
        '<section class="panel rows"><table aria-label="Good rows"><thead><tr>'
        '<th scope="col" class="r">Line</th><th scope="col">Row</th><th scope="col">tenant</th>'
        '<th scope="col">site</th><th scope="col">hostname</th><th scope="col">What changes</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _good_row(item: PlannedDevice) -> str:
    kind, word = _ACTIONS[item.action]
    return (
        f'<tr><td class="r t3">{esc(item.at.removeprefix("line "))}</td><td>{state(kind, word)}</td>'
        f'<td class="mono t2">{esc(item.tenant)}</td><td class="mono t2">{esc(item.site)}</td>'
        f'<td class="mono">{esc(item.hostname)}</td><td class="t2 sm why">{esc(_changes(item))}</td></tr>'
    )


def _changes(item: PlannedDevice) -> str:
    if item.new is not None:
        return f"{item.new.address}, {item.new.platform}"
    if item.action == "left_out":
        return "its status at the source is retired, and it is not here"
    return "; ".join(
        f"{change.field} {change.old or 'empty'} becomes {change.new or 'empty'}"
        for change in item.fields
    )


def refused_csv(plan: ImportPlan) -> bytes:
    """The refused rows, to be corrected and imported again."""
    used = {name for row in plan.refused for name in row.values}
    columns = [name for name in COLUMNS if name in used or name in _ALWAYS]
    return csv_of(
        [*columns, WHY],
        (
            [
                *(row.values.get(name, "") for name in columns),
                "; ".join(in_page(f.message) for f in row.faults),
            ]
            for row in plan.refused
        ),
    )


def _wrong(text: str) -> str:
    if not text:
        return ""
    return f'<p class="wrong" role="alert">{esc(text[:1].upper() + text[1:])}</p>'
