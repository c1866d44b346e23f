"""`Address`: a page's URL as a mapping, so that the whole view is in it.

The server holds the truth of the query: it is parsed from the request, changed by `set`, and the
browser's address bar follows without a reload. Back and Forward come in through `went`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Literal
from urllib.parse import parse_qsl, urlencode

OnChange = Callable[[], Awaitable[None]]
Show = Callable[[str, Literal["push", "replace"]], None]

KEPT = ("tenant", "as")
LOOKS = (  # how a page is looked at, by anybody: period, search, filter, order, kind of drawing
    *("period", "since", "until", "find", "when", "mode", "look", "side", "extent", "moved"),
    *("range", "unit", "week", "flags", "over", "month"),
    *("q", "sort", "text", "by", "platform", "site", "role", "status", "label", "backup"),
    "watched",
    *("rules", "only", "state", "good"),
)
KNOWN = (
    frozenset(  # of any page; what nothing reads is told, as it may have been meant for something
        {
            *KEPT,
            *LOOKS,
            "change",
            "kind",
            "old",
            "new",
            "at",
            "job",
            "device",
            "rev",
            "line",
            "within",
        }
        | {"quarantine", "health", "import", "tab", "tenants", "user", "who", "what", "on", "of"}
        | {"before", "next", "port", "group", "version", "held", "ends", "mark", "rows"}
        | {"rule"}
    )
)
MOST = 50  # parameters; no view of ours has more than a dozen
LONGEST = 2_000  # characters of one value


class Address(Mapping[str, str]):
    """The query of a page's URL: the first value of each key, empty ones left out."""

    def __init__(self, search: str = "", *, page: str = "") -> None:
        self.page = page
        self._show: Show | None = None
        self._query = _parsed(search)
        self._listeners: list[OnChange] = []

    def __getitem__(self, name: str) -> str:
        return self._query[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._query)

    def __len__(self) -> int:
        return len(self._query)

    def set(self, /, *, history: Literal["push", "replace"] = "push", **values: object) -> None:
        """Change some keys, None or "" removes one; the URL follows without a reload.

        history   "push": Back returns to before; "replace": for what changes as one types
        """
        wanted = {**self._query, **{name: _text(value) for name, value in values.items()}}
        query = {name: value for name, value in wanted.items() if value}
        if query == self._query:
            return
        self._query = query
        if self._show is not None:
            self._show(self.url(), history)

    def url(self, /, **values: object) -> str:
        """Relative URL of this page with some keys changed: what a link to there says."""
        query = {**self._query, **{name: _text(value) for name, value in values.items()}}
        text = urlencode({name: value for name, value in query.items() if value}, errors="replace")
        return f"{self.page}?{text}" if text else self.page

    def unknown(self) -> tuple[str, ...]:
        """Names that no page reads."""
        return tuple(name for name in self._query if name not in KNOWN)

    def kept(self) -> dict[str, str]:
        """What goes along to every other page: the tenant chosen, and whose view it is."""
        return {name: self._query[name] for name in KEPT if name in self._query}

    def seen_by(self, **who: str | None) -> str:
        """URL of the same look at this page for another tenant, or in another one's view.

        What is one tenant's alone, a device or a change, is left out.
        """
        looks = {name: self._query[name] for name in LOOKS if name in self._query}
        asked = {**looks, **{name: value for name, value in who.items() if value}}
        text = urlencode(asked, errors="replace")
        return f"{self.page}?{text}" if text else self.page

    def show_with(self, show: Show) -> None:
        """Tell the browser of each change from now on."""
        self._show = show

    def on_change(self, listener: OnChange) -> None:
        """Await `listener` after Back or Forward changed the query; `set` does not call it."""
        self._listeners.append(listener)

    async def went(self, search: str) -> None:
        """The browser went to another entry of its history."""
        query = _parsed(search)
        if query != self._query:
            self._query = query
            for listener in self._listeners:
                await listener()


def _parsed(search: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(search.removeprefix("?"), max_num_fields=MOST, errors="replace")
    except ValueError:  # more keys than any view has: somebody plays
        return {}
    first: dict[str, str] = {}
    for name, value in pairs:
        first.setdefault(name, value[:LONGEST])
    return first


def _text(value: object) -> str:
    return "" if value is None else str(value)
