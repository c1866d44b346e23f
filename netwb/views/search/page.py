"""`SearchView`: a line in all configurations, current and ever.

`?find=&when=now|ever&mode=text|word|pattern&since=&until=&by=`. The search is the facade's, off the loop;
a pattern that no engine can bound is refused there with a sentence, which stands in the page.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from panel.viewable import Viewable

from netwb.errors import InputError
from netwb.views import states
from netwb.views.cures import in_page
from netwb.views.fields import text_of
from netwb.views.frame import Frame
from netwb.views.html import button, page_url
from netwb.views.search.table import SHOWN, Asked, Result, csv_file, render_sum, render_table
from netwb.views.search.tools import render_tools
from netwb.views.sheet import Act, Sheet
from netwb.views.words import count, number

MOST = 5_000  # lines of one search; a person narrows it long before
HERE = Path(__file__).parent


@cache
def search_css() -> str:
    """The stylesheet of form and table."""
    return (HERE / "search.css").read_text(encoding="utf-8")


class SearchView:
    """A sub-view of `/configs`. `turn` leads to another one; a page that can does it without a reload."""

    page: ClassVar[str] = "configs"
    title: ClassVar[str] = "Find"

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.turn: Callable[[str], Any] = frame.go
        self.result: Result | None = None
        self.shown = SHOWN
        self.devices: int | None = None
        self.sheet = Sheet(
            render_tools(self._asked) + states.loading(),
            on_act=self.act,
            css=search_css(),
            sizing_mode="stretch_both",
            styles={"min-height": "0"},
        )

    def panel(self) -> Viewable:
        """One sheet: form, sum, table."""
        return self.sheet

    @property
    def _asked(self) -> Asked:
        return Asked.of(self.frame.address)

    async def load(self) -> None:
        """Search for what the address says; without a text the form alone waits for one."""
        await self.frame.part(self._load, self._draw)

    async def _load(self) -> None:
        self.frame.crumbs(("Configs", self._own_url("configs")), ("Find", None))
        self.shown = SHOWN
        asked = self._asked
        if not asked.text:
            self.result = None
            self._draw(
                states.empty(
                    "Search every configuration",
                    "A text or address finds who carries it now, or who ever did, since when and by"
                    " whom it came. Word finds 192.0.2.1 and not 192.0.2.10; Pattern is a regular"
                    " expression.",
                )
            )
            return
        try:
            self.result = await self.frame.ask(self._search, asked)
        except InputError as error:
            self.result = None
            self._draw(states.empty("This cannot be searched for", _sentence(error), shape_="warn"))
        else:
            await self._draw_result()
            await self._count_devices()
            self.frame.tell(f"{count(len(self.result.hits), 'line')} found")

    async def _count_devices(self) -> None:
        """How many were searched: told after the lines, as listing thousands takes as long as they."""
        if self.devices is None:
            self.devices = len(await self.frame.ask(self.frame.bench.devices))
        if self.result is not None:
            self.result = replace(self.result, devices=self.devices)
            await self._draw_result()

    def _search(self, asked: Asked) -> Result:
        begun = time.perf_counter()
        bench = self.frame.bench
        hits = bench.search(
            asked.text,
            when=asked.when,
            match=asked.match,
            since=asked.since or None,
            until=asked.until or None,
            author=asked.by or None,
            most=MOST + 1,
        )
        took = time.perf_counter() - begun
        return Result(
            hits=hits[:MOST],
            devices=self.devices,
            took_s=took,
            more=len(hits) > MOST,
            base=self._kept(),
        )

    def _kept(self) -> str:
        own = page_url("", **self.frame.address.kept())
        return own.replace("?", "&")

    def _own_url(self, page: str) -> str:
        return page_url(page, **self.frame.address.kept())

    async def _draw_result(self) -> None:
        """In a thread, as it may be thousands of lines; what was asked for meanwhile draws itself."""
        result, shown = self.result, self.shown
        assert result is not None
        content = await self.frame.ask(self._content, result, shown)
        if self.result is result and self.shown == shown:
            self._draw(content)

    def _content(self, result: Result, shown: int) -> str:
        asked, at = self._asked, self.frame.moment()
        if not result.hits:
            return self._nothing(asked, result)
        table = render_table(result, asked, at, shown=shown)
        found = f'<div class="hold" id="hits">{table}{_rest(result, shown)}</div>'
        return render_sum(result, asked, at) + found

    def _nothing(self, asked: Asked, result: Result) -> str:
        looked = count(result.devices, "device") if result.devices is not None else "All devices"
        ever = button("Look in history too", "ever") if asked.when == "now" else ""
        text = f"{looked} were searched, {'as they are now' if asked.when == 'now' else 'now and ever'}."
        if asked.since or asked.until or asked.by:
            text += " Times and person narrow it."
        return states.empty("No configuration holds that line", text, actions=ever)

    def _draw(self, content: str) -> None:
        self.sheet.html = f'<div class="find">{render_tools(self._asked)}{content}</div>'

    # ---- acts

    async def _search_for(self, fields: Act) -> None:
        address = self.frame.address
        wanted: dict[str, str | None] = {
            key: text_of(fields, key) for key in ("find", "since", "until", "by")
        }
        wanted["when"] = _chosen(fields, "when", address.get("when"), {"ever"})
        wanted["mode"] = _chosen(fields, "mode", address.get("mode"), {"word", "pattern"})
        address.set(history="push", **wanted)
        await self.load()

    async def act(self, act: Act) -> None:
        """What a person did."""
        name, address = act["act"], self.frame.address
        if name == "search":
            await self._search_for(act["fields"])
        elif name == "again":
            await self.load()
        elif name == "ever":
            address.set(when="ever")
            await self.load()
        elif name == "more":
            self.shown += SHOWN
            await self._draw_result()
        elif name == "csv" and self.result is not None:
            name = f"search-{self.frame.now():%Y%m%d-%H%M}.csv"
            content = await self.frame.ask(csv_file, self.result.hits)
            self.frame.save(name, content, "text/csv")
        elif name == "lead":
            self.turn(str(act.get("url", "")))


def _rest(result: Result, shown: int) -> str:
    left = len(result.hits) - shown
    if left > 0:
        return f'<div class="rest">{button(f"Show {number(min(left, SHOWN))} more of {number(left)}", "more")}</div>'
    if result.more:
        return (
            f'<div class="rest t2">These are {number(MOST)} of more lines; a longer text, a tenant, or'
            " times narrow it.</div>"
        )
    return ""


def _chosen(fields: Act, name: str, now: str | None, known: set[str]) -> str | None:
    """A choice of the form, where one of its buttons sent it; the default is not in the address."""
    said = text_of(fields, name)
    return (said if said in known else None) if said else now


def _sentence(error: InputError) -> str:
    text = in_page(error)
    return f"{text[:1].upper()}{text[1:]}."
