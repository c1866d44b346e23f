"""How a text that is handed in is read: which column is which, and what stands where none is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from netwb.inventory.importers.rows import COLUMNS, Columns, Heading, ImportOptions
from netwb.views.fields import Field, check_field, text_field, text_of
from netwb.views.html import choices, esc, shape, tag
from netwb.views.words import count

LEFT_OUT = "-"  # in a select: this column is left out
WHY = "why"  # the last column of the refused rows' CSV; read again, it is left out
SHOWN = 6  # names of columns in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was handed in, and how it is to be read."""

    name: str
    length: int  # bytes
    kind: str
    headings: Sequence[Heading] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)  # source column -> ours or LEFT_OUT
    defaults: Mapping[str, str] = field(default_factory=dict)
    create: bool = False

    def options(self) -> ImportOptions:
        """The same for the facade: the good rows are taken, the bad ones stay out."""
        said = {head.name: self.reads(head) for head in self.headings}
        return ImportOptions(
            columns=Columns(
                mapping={
                    head.name: said[head.name]
                    for head in self.headings
                    if said[head.name] not in {LEFT_OUT, head.ours or ""}
                },
                ignored=frozenset(name for name, ours in said.items() if ours == LEFT_OUT),
                defaults=dict(self.defaults),
            ),
            missing="create" if self.create else "refuse",
            bad_rows="skip",
        )

    def unread(self) -> tuple[str, ...]:
        """Columns that are left out although nobody said so: netwb knows none of that name."""
        return tuple(
            head.name
            for head in self.headings
            if head.ours is None and head.name not in {*self.mapping, "", WHY}
        )

    def reads(self, heading: Heading) -> str:
        """What a column is read as: as the person says, else by its name; else left out."""
        return self.mapping.get(heading.name) or heading.ours or LEFT_OUT


def read_options(given: Given, fields: Mapping[str, Any]) -> Given:
    """What the form of columns and defaults says."""
    mapping = {
        head.name: text_of(fields, f"column-{number_}")
        for number_, head in enumerate(given.headings)
        if text_of(fields, f"column-{number_}")
    }
    defaults = {
        name: text_of(fields, f"default-{name}")
        for name in COLUMNS
        if text_of(fields, f"default-{name}")
    }
    return Given(
        name=given.name,
        length=given.length,
        kind=given.kind,
        headings=given.headings,
        mapping=mapping,
        defaults=defaults,
        create=bool(text_of(fields, "create")),
    )


def columns_form(given: Given, *, opened: bool) -> str:
    """How the columns are read, what stands where a row says nothing; folded where all is well."""
    selects = "".join(_column(number_, head, given) for number_, head in enumerate(given.headings))
    defaults = "".join(
        text_field(
            Field(
                name=f"default-{name}",
                label=name,
                id=f"import-default-{name}",
                value=given.defaults.get(name, ""),
            )
        )
        for name in ("tenant", "site", "platform", "credential", "role", "status")
    )
    create = check_field(
        Field(
            name="create",
            label="Make tenants and sites that are not there",
            id="import-create",
            wide=True,
        ),
        checked=given.create,
    )
    table = f'<div class="lbl">Columns</div><div class="mapping">{selects}</div>' if selects else ""
    form = tag(
        "form",
        f'{table}<div class="lbl">Where a row says nothing</div><div class="defaults">{defaults}</div>'
        f'{create}<div class="actions left"><button type="submit" class="btn"><span>Check again</span>'
        "</button></div>",
        class_="form body",
        id="import-columns",
        data_act="columns",
    )
    unread = given.unread()
    left = [head.name for head in given.headings if given.reads(head) == LEFT_OUT]
    note = (
        f"{count(len(left), 'column')} left out: {', '.join(left[:SHOWN])}"
        if left
        else "each is read"
    )
    if not given.headings:
        note = "the source has names of its own"
    summary = f'<summary class="bar"><span class="h">Columns and defaults<span class="n">{esc(note)}</span></span></summary>'
    return (
        f'<details class="panel" id="columns"{" open" if opened or unread else ""}>{summary}'
        f"{_unread(unread)}{form}</details>"
    )


def _unread(names: Sequence[str]) -> str:
    """What would be lost without a word."""
    if not names:
        return ""
    which = ", ".join(f"“{name}”" for name in names[:SHOWN])
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    many = "Column" if len(names) == 1 else "Columns"
    words = f"{many} {which}{more}: not read, as netwb has none of that name."
    cure = "Say below what it is, or leave it out." if len(names) == 1 else ""
    cure = cure or "Say below what they are, or leave them out."
    return f'<p class="unread" role="status">{shape("warn")}<span>{esc(words)} {cure}</span></p>'


def _column(at: int, heading: Heading, given: Given) -> str:
    options = [(LEFT_OUT, "left out"), *((name, name) for name in COLUMNS)]
    example = (
        f"<small>{esc(heading.example[:40])}</small>"
        if heading.example
        else "<small>(blank)</small>"
    )
    return (
        f'<div class="field"><label for="import-column-{at}" class="cut">{esc(heading.name or "(no name)")}</label>'
        f'<select id="import-column-{at}" name="column-{at}">{choices(options, given.reads(heading))}</select>'
        f"{example}</div>"
    )
