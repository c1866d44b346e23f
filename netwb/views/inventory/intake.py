"""The part of the page that imports devices: a text is handed in, checked, and then imported.

The text stays with this page until it is imported or another one is chosen; the server writes it
nowhere. A pasted one stays in the browser's tab too, so that a reload does not lose it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from netwb.errors import InventoryError
from netwb.inventory.importers.rows import ImportPlan, Source
from netwb.roles import Permission, lacking
from netwb.views.cures import in_page
from netwb.views.fields import secret_of
from netwb.views.inventory import importing as view
from netwb.views.inventory.import_columns import Given, read_options
from netwb.views.inventory.stage import Acts, Stage
from netwb.views.sheet import Act
from netwb.views.words import count
from netwb.workbench import Workbench


class ImportPart:
    """Three steps on one page."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._source: Source | None = None
        self._given: Given | None = None
        self._plan: ImportPlan | None = None
        self.acts: Acts = {
            "check": self._check,
            "columns": self._columns,
            "import": self._import,
            "refused-csv": self._refused_csv,
            "another": self._another,
        }

    async def load(self) -> None:
        """The step that it stands at."""
        stage = self._stage
        stage.frame.crumbs(("Inventory", stage.links().inventory()), ("Import", None))
        if not stage.sees().edit:
            person = stage.frame.person
            denied = lacking(person.name, person.role, Permission.INVENTORY_EDIT)
            stage.show_page(stage.frame.said(denied))
        elif self._given is None or self._source is None:
            self._choose()
        else:
            await self._judge(self._source, self._given)

    async def _check(self, act: Act) -> None:
        fields = act.get("fields")
        name, text, wrong = _handed_in(fields if isinstance(fields, Mapping) else {})
        if wrong:
            self._choose(wrong)
            return
        frame = self._stage.frame
        try:
            source, given = await frame.ask(_read, frame.bench, name, text)
        except InventoryError as error:
            self._choose(in_page(error))
            return
        await self._judge(source, given)

    def _choose(self, wrong: str = "", *, forget: Literal["", "text"] = "") -> None:
        person = self._stage.frame.person.name
        self._stage.show_page(view.choose_page(person, wrong=wrong, forget=forget))

    async def _columns(self, act: Act) -> None:
        fields = act.get("fields")
        if self._given is None or self._source is None or not isinstance(fields, Mapping):
            return
        await self._judge(self._source, read_options(self._given, fields))

    async def _judge(self, source: Source, given: Given) -> None:
        """What the import would do now; where it cannot be read at all, its columns are asked."""
        frame = self._stage.frame
        self._source, self._given, self._plan = source, given, None
        try:
            self._plan = await frame.ask(frame.bench.plan_import, source, given.options())
        except InventoryError as error:
            self._stage.show_page(view.unreadable_page(given, in_page(error)))
            return
        self._stage.show_page(view.check_page(given, self._plan))
        bad = count(len(self._plan.refused), "row")
        frame.tell(f"{bad} refused, {view.good_rows(self._plan)} to be imported")

    async def _import(self, _act: Act) -> None:
        if self._given is None or self._source is None:
            return
        frame = self._stage.frame
        done = await frame.ask(frame.bench.apply_import, self._source, self._given.options())
        self._plan, given = done, self._given
        self._source, self._given = None, None
        self._stage.show_page(view.done_page(given, done, self._stage.links()))
        frame.tell(f"{count(view.good_rows(done), 'row')} imported")

    async def _refused_csv(self, _act: Act) -> None:
        if self._plan is not None:
            frame = self._stage.frame
            content = await frame.ask(view.refused_csv, self._plan)
            frame.save(f"refused-{frame.now():%Y%m%d-%H%M}.csv", content, "text/csv")

    async def _another(self, _act: Act) -> None:
        self._source = self._given = self._plan = None
        self._choose(forget="text")


def _handed_in(fields: Mapping[str, Any]) -> tuple[str, str, str]:
    """Name and text of what was handed in, and what is wrong with it."""
    file = fields.get("file")
    if isinstance(file, Mapping) and file.get("name"):
        name, text = str(file["name"]), str(file.get("text", ""))
        if file.get("too_large"):
            return (
                name,
                "",
                f"the file {name} is longer than 8 MB; hand it in in parts",
            )
        return name, text, "" if text.strip() else f"the file {name} is empty; choose another one"
    text = secret_of(fields, "text")
    return "", text, "" if text.strip() else "nothing is chosen; choose a file or paste a text"


def _read(bench: Workbench, name: str, text: str) -> tuple[Source, Given]:
    """The source, and how it would be read; a column that netwb cannot name is left out at first."""
    source = bench.import_source(name, text)
    given = Given(name=name, length=len(text.encode()), kind=source.kind)
    return source, replace(given, headings=bench.import_headings(source))
