"""The audit trail as markup: filters, the chain's state, events, and the CSV of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from netwb.views.html import Shape, age, button, choices, csv_of, esc, state
from netwb.views.inventory.events import detail_words
from netwb.views.navigation import Moment
from netwb.views.states import empty
from netwb.views.words import count, exact, listed, number, when, zone_city
from netwb.workbench.auditing import Asked
from netwb.workbench.words import AuditEvent, AuditReport

FILTERS = ("who", "what", "on", "of", "since", "until")  # as the address names them
PAGE = 100  # events on a page
_BAD = ("failed", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What is known of the chain; `report` None: not walked on this page yet."""

    may_check: bool
    running: bool = False
    report: AuditReport | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """What the tab shows.

    asked    the filters, as the address says them         total   events that they leave
    tenants  (slug, name) to choose from; names by id for the column
    older    whether there are events before the last one shown
    wrong    why the filters cannot be read, "" where they can
    """

    events: Sequence[AuditEvent]
    asked: Mapping[str, str]
    total: int
    chain: Chain
    tenants: Sequence[tuple[str, str]]
    names: Mapping[str, str]
    moment: Moment
    older: bool
    newest: bool
    wrong: str = ""


def trail_tab(trail: Trail) -> str:
    """Filters and chain on top, then a page of events."""
    return f"{_chain(trail)}{_filters(trail)}{_events(trail)}"


def _chain(trail: Trail) -> str:
    chain, csv = trail.chain, button("CSV", "csv", icon_="download")
    said = f'<span class="t2">{count(trail.total, "entry", "entries")}</span>'
    check = ""
    if chain.may_check:
        said = f"{_verdict(chain, trail.moment)}{said}"
        again = "Check again" if chain.report else "Check the chain"
        check = button(again, "check-chain", disabled=chain.running)
    return f'<div class="bar sub">{said}<span class="push acts">{check}{csv}</span></div>'


def _verdict(chain: Chain, moment: Moment) -> str:
    if chain.running:
        return state("running", "walking the chain")
    if chain.report is None or chain.at is None:
        return state("unknown", "chain not checked on this page")
    checked = f'<span class="t3 sm">checked {age(chain.at, moment.now)} ago, head <span class="mono">{esc(chain.report.head)}</span></span>'
    if not chain.report.problems:
        links = count(chain.report.links, "link")
        return f'{state("ok", "chain whole")}<span class="t2 sm">{links}</span>{checked}'
    first = chain.report.problems[0]
    words = f"chain broken: link {number(first.seq)} {first.kind}"
    more = len(chain.report.problems) - 1
    rest = f'<span class="sm">and {number(more)} more</span>' if more else ""
    return f"{state('bad', words)}{rest}{checked}"


def _filters(trail: Trail) -> str:
    asked = trail.asked
    fields = "".join(
        f'<input id="audit-{name}" name="{name}" data-act="audit" data-on="input" data-filter="{name}"'
        f' value="{esc(asked.get(name, ""))}" placeholder="{said}" aria-label="{said}" autocomplete="off">'
        for name, said in (("who", "Who"), ("what", "What"), ("on", "On"))
    )
    options = [("", "All tenants"), *((slug, slug) for slug, _ in trail.tenants)]
    tenant = (
        f'<select id="audit-of" data-act="audit" data-on="change" data-filter="of" aria-label="Tenant">'
        f"{choices(options, asked.get('of', ''))}</select>"
        if len(trail.tenants) > 1
        else ""
    )
    times = "".join(
        f'<input id="audit-{name}" name="{name}" class="time" data-act="audit" data-on="change"'
        f' data-filter="{name}" value="{esc(asked.get(name, ""))}" placeholder="{said}"'
        f' aria-label="{said}" title="2026-11-24 06:00, yesterday, 7d" autocomplete="off">'
        for name, said in (("since", "Since: 7d, 2026-11-24"), ("until", "Until"))
    )
    clear = button("Clear filter", "clear-audit", kind="quiet") if any(asked.values()) else ""
    return f'<div class="bar filters">{fields}{tenant}{times}{clear}</div>'


def _events(trail: Trail) -> str:
    if trail.wrong:
        clear = button("Clear filter", "clear-audit")
        return empty("This cannot be looked for", trail.wrong, actions=clear, shape_="warn")
    if not trail.events:
        if any(trail.asked.values()):
            text = "No entry is left by this filter."
            return empty("Nothing found", text, actions=button("Clear filter", "clear-audit"))
        return empty("Nothing was done yet", "Each change and each denial will stand here.")
    city = esc(zone_city(trail.moment.zone))
    rows = "".join(_event(event, trail) for event in trail.events)
    newest = "" if trail.newest else button("Newest", "newest")
    older = button("Older", "older", data_before=trail.events[-1].seq) if trail.older else ""
    pages = f'<div class="bar pages">{newest}<span class="push">{older}</span></div>'
    return (
        f'<table class="fixed trail" aria-label="Audit trail"><colgroup><col style="width:112px">'
        '<col style="width:124px"><col style="width:150px"><col style="width:206px">'
        '<col style="width:100px"><col style="width:92px" class="wide-only"><col></colgroup><thead><tr>'
        f'<th scope="col">When, {city}</th><th scope="col">Who</th><th scope="col">What</th>'
        '<th scope="col">On</th><th scope="col">Result</th><th scope="col" class="wide-only">Tenant</th>'
        f'<th scope="col">Detail</th></tr></thead><tbody>{rows}</tbody></table>'
        f"{pages if newest or older else ''}"
    )


def _event(event: AuditEvent, trail: Trail) -> str:
    detail = detail_words(_told(event.detail, trail.moment.zone))
    tenant = trail.names.get(event.tenant_id, "")
    return (
        f'<tr><td class="t2" title="{esc(exact(event.at, trail.moment.zone))}, entry {event.seq}">'
        f"{moment_words(event.at, trail.moment)}</td>"
        f'<td class="cut"><b title="{esc(event.actor)}">{esc(event.actor)}</b></td>'
        f'<td class="mono t2 cut">{esc(event.action)}</td>'
        f'<td class="mono cut" title="{esc(event.target)}">{esc(event.target)}</td>'
        f"<td>{_result(event)}</td>"
        f'<td class="t2 cut wide-only">{esc(tenant)}</td>'
        f'<td class="t2 sm whole">{esc(detail)}</td></tr>'
    )


def moment_words(at: datetime, moment: Moment) -> str:
    """With seconds where it is today: events of one minute keep their order readable."""
    local = at.astimezone(moment.zone)
    if local.date() == moment.now.astimezone(moment.zone).date():
        return f"{local:%H:%M:%S}"
    words = when(at, moment.now, moment.zone)
    return words if ":" in words else f"{words} {local:%H:%M}"


def result_of(event: AuditEvent) -> tuple[Shape, str]:
    """How it ended, as far as the entry says."""
    if event.action.startswith("denied.") or event.action.endswith((".refused", ".denied")):
        return "bad", "refused"
    counts = [event.detail.get(name) for name in _BAD]
    if any(isinstance(value, int) and value > 0 for value in counts):
        return "warn", "in part"
    return "ok", "done"


def _result(event: AuditEvent) -> str:
    kind, word = result_of(event)
    return state(kind, word)


def _told(detail: Mapping[str, object], zone: ZoneInfo) -> dict[str, object]:
    """What an entry says more, without what is empty, its times as the reader's."""
    said = {name: value for name, value in detail.items() if value not in (None, "", 0, [])}
    return {name: _plain(name, value, zone) for name, value in said.items()}


def _plain(name: str, value: object, zone: ZoneInfo) -> object:
    """A list here is names, never the old and the new; `..._at` is a time."""
    if isinstance(value, list):
        return listed(tuple(map(str, value)), at_most=6)
    if name.endswith("_at") and isinstance(value, str):
        with suppress(ValueError):
            return exact(datetime.fromisoformat(value), zone)
    return value


CSV_HEAD = ("seq", "at", "who", "what", "on", "tenant", "result", "detail")


def trail_csv(events: Iterable[AuditEvent], names: Mapping[str, str]) -> bytes:
    """Events for a spreadsheet, times in UTC."""
    return csv_of(
        CSV_HEAD,
        (
            [
                event.seq,
                f"{event.at:%Y-%m-%dT%H:%M:%S.%fZ}",
                event.actor,
                event.action,
                event.target,
                names.get(event.tenant_id, ""),
                result_of(event)[1],
                detail_words(_told(event.detail, ZoneInfo("UTC"))),
            ]
            for event in events
        ),
    )


def asked_of(address: Mapping[str, str], zone: ZoneInfo) -> Asked:
    """The filters as the facade takes them; a time without a zone is the person's own."""
    asked = Asked()
    for name in ("who", "what", "on"):
        if address.get(name):
            asked[name] = address[name]
    if address.get("of"):
        asked["tenant"] = address["of"]
    if address.get("since"):
        asked["since"] = moment_of(address["since"], zone)
    if address.get("until"):
        asked["until"] = moment_of(address["until"], zone)
    return asked


def moment_of(text: str, zone: ZoneInfo) -> datetime | str:
    """A date or time as that zone has it; every other word is the facade's to read."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return text.strip()
    return found if found.tzinfo else found.replace(tzinfo=zone)


def verdict_words(report: AuditReport) -> str:
    """The chain's state for who listens."""
    return "The chain is broken" if report.problems else "The chain is whole"
