"""A probe as markup: a row as each device ends, then what would be stored. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from netwb.inventory.records import Device
from netwb.views.cures import in_page
from netwb.views.html import Shape, button, esc, link, shape, state
from netwb.views.inventory.device import cause_words
from netwb.views.inventory.links import Links
from netwb.views.inventory.table import NOTHING, Sees
from netwb.views.states import running
from netwb.views.words import count, number
from netwb.workbench.words import ProbeRow

_REACHED: Mapping[str, Shape] = {
    "command line": "ok",
    "login": "warn",
    "tcp": "warn",
    "nothing": "bad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A probe as it stands: the devices meant, the rows that came, whether it goes on."""

    devices: Sequence[Device]
    rows: Mapping[str, ProbeRow]
    ended: bool
    sees: Sees
    links: Links
    applied: int | None = None


def probe_page(probe: Probe) -> str:
    """The live table; what was reached and differs is offered to be stored."""
    found = useful(probe.rows.values())
    head = f'<div class="title"><h2 class="name">Probe</h2><span class="t2">{esc(_sum(probe))}</span>{_acts(probe, len(found))}</div>'
    bar = ""
    if not probe.ended:
        bar = running(
            f"Probing {count(len(probe.devices), 'device')}",
            f"{number(len(probe.rows))} of {number(len(probe.devices))} answered or gave up",
            done=len(probe.rows),
            planned=len(probe.devices),
        )
        bar = f'<section class="panel job">{bar}</section>'
    rows = "".join(_row(device, probe) for device in _ordered(probe))
    table = f'<section class="panel"><table class="fold" aria-label="Probed devices">{_HEAD}<tbody>{rows}</tbody></table></section>'
    return f'<div class="scroll page" id="probe">{head}{bar}{table}</div>'


_HEAD = (
    '<thead><tr><th scope="col">Device</th><th scope="col">Reached</th><th scope="col">Platform</th>'
    '<th scope="col">Model, version</th><th scope="col" class="wide-only">Calls itself</th>'
    '<th scope="col">Credential</th><th scope="col">What stood in the way</th></tr></thead>'
)


def useful(rows: Iterable[ProbeRow]) -> list[ProbeRow]:
    """Rows that a store would take something from."""
    return [row for row in rows if row.platform is not None]


def _sum(probe: Probe) -> str:
    reached = len(useful(probe.rows.values()))
    words = f"{number(reached)} of {count(len(probe.devices), 'device')} reached"
    if probe.applied is not None:
        return f"{words}; what {number(probe.applied)} showed is stored"
    return f"{words}; nothing is stored yet" if probe.ended else words


def _acts(probe: Probe, found: int) -> str:
    back = link(
        probe.links.inventory(), "<span>To the inventory</span>", class_="btn", data_act="go"
    )
    again = button("Probe again", "probe-again") if probe.ended else ""
    store = ""
    if probe.ended and probe.sees.edit and found and probe.applied is None:
        store = button(f"Store what {number(found)} showed…", "ask-apply", kind="primary")
    return f'<span class="push acts">{back}{again}{store}</span>'


def _ordered(probe: Probe) -> list[Device]:
    """What went wrong first, then what still runs, then the good."""

    def rank(device: Device) -> tuple[int, str, str]:
        row = probe.rows.get(device.id)
        order = 1 if row is None else 0 if row.platform is None else 2
        return order, device.tenant, device.hostname

    return sorted(probe.devices, key=rank)


def _row(device: Device, probe: Probe) -> str:
    row = probe.rows.get(device.id)
    name = (
        f"<td>{link(probe.links.device(device.id), esc(device.hostname), class_='host')}"
        f' <span class="t3">{esc(device.tenant)}</span></td>'
    )
    if row is None:
        word = "running" if not probe.ended else "not tried"
        kind: Shape = "running" if not probe.ended else "unknown"
        return f'<tr>{name}<td>{state(kind, word)}</td><td colspan="5"></td></tr>'
    kind = _REACHED[row.reached]
    facts = " ".join(part for part in (row.facts.model, row.facts.os_version) if part)
    return (
        f"<tr>{name}<td>{state(kind, row.reached)}</td><td>{_platform(device, row)}</td>"
        f'<td class="t2">{esc(facts or NOTHING)}</td><td class="t2 wide-only">{esc(row.own_hostname or NOTHING)}</td>'
        f'<td class="t2">{esc(row.credential or NOTHING)}</td><td class="t2 sm why">{_cause(row)}</td></tr>'
    )


def _platform(device: Device, row: ProbeRow) -> str:
    if row.platform is None:
        return NOTHING
    if row.platform == device.platform:
        return esc(row.platform)
    return f'{esc(row.platform)} <span class="t3">instead of {esc(device.platform)}</span>'


def _cause(row: ProbeRow) -> str:
    if row.cause is None:
        odd = row.privileged is False
        return f"{shape('warn')} logged in without privilege" if odd else ""
    return f"<b>{esc(cause_words(type(row.cause).__name__))}</b>: {esc(in_page(row.cause))}"
