"""The panel of one cell: the rule and why, lines at fault, what would mend it, since when, who else. Pure.

What a device said is escaped, and shown as it stands in the file: with its number, under its section.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netwb.compliance.report import (
    STATE_WORDS,
    Cell,
    CellChange,
    ComplianceReport,
    Elsewhere,
    FindingStory,
    ShownLine,
    Waiver,
)
from netwb.views.compliance.eye import Eye
from netwb.views.compliance.grid import SHAPES
from netwb.views.compliance.wording import outside, reference_of
from netwb.views.html import Shape, age, button, esc, icon, link, state, tag, timed, when
from netwb.views.words import count, exact_day, number

CROSS, PART_OF = "\N{MULTIPLICATION SIGN}", " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
MOST_ELSEWHERE = 8
MOST_CHANGES = 8
TAKES_AWAY = ("no ", "delete ", "undo ")  # how commands begin that take something out


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How many devices a rule means, and how many of them break it; those of the story among them."""

    devices: int
    broken: int


def spread_of(report: ComplianceReport, rule_id: str) -> Spread:
    """Of all devices that a report is of."""
    cells = [one.cells[rule_id] for one in report.devices if rule_id in one.cells]
    broken = sum(cell.state == "non_compliant" for cell in cells)
    return Spread(devices=len(cells), broken=broken)


def render_story(story: FindingStory, eye: Eye, spread: Spread, *, rollback: bool = False) -> str:
    """All of it, for `rollback` with what would take the remediation back."""
    device, rule = story.device, story.rule
    reference = reference_of(rule.reference)
    why = f" Why: {esc(rule.why)}" if rule.why else ""
    head = (
        f'<div class="top">{_state(story, eye)}{_close()}</div>'
        f'<h2 id="finding">{esc(rule.id)} on {esc(device.hostname)}</h2>'
        f'<p class="sm t2">{esc(rule.title)}.{why}{reference}</p>'
    )
    parts = (
        f"<div>{head}</div>",
        _waiver(story.waiver, eye),
        _found(story, eye),
        _remedy(story, eye, rollback=rollback),
        _timeline(story, eye),
        _elsewhere(story, spread, eye),
        _acts(story, eye),
    )
    return f'<div class="aside">{"".join(parts)}</div>'


def _state(story: FindingStory, eye: Eye) -> str:
    cell, at = story.cell, eye.at
    said = state(SHAPES[cell.state], STATE_WORDS[cell.state])
    more = esc(story.rule.severity)
    if cell.since is not None and cell.state in {"non_compliant", "waived"}:
        more += f" · for {age(cell.since, at.now)}, since {_since(story, eye)}"
    elif cell.state == "stale" and story.device.copy_at is not None:
        more += f" · the copy is {age(story.device.copy_at, at.now)} old; then {_judged(cell)}"
    return f"{said}<span>{more}</span>"


def _judged(cell: Cell) -> str:
    return esc(STATE_WORDS[cell.judged])


def _since(story: FindingStory, eye: Eye) -> str:
    """The revision that made it so; where none did, when the rule did."""
    change = next(
        (one for one in story.timeline if one.revision and one.new == story.cell.judged), None
    )
    cell = story.cell
    if change is not None and change.revision and change.number == cell.number:
        return eye.revision(change.device_id, change.revision)
    assert cell.since is not None
    return when(cell.since, eye.at.now, eye.at.zone)


def _close() -> str:
    return tag(
        "button",
        icon("close"),
        type="button",
        class_="ib",
        data_act="shut",
        aria_label="Close",
        data_keyhelp="Esc|Leave a field, close a menu or what was chosen",
    )


def _waiver(waiver: Waiver | None, eye: Eye) -> str:
    if waiver is None or not waiver.is_in_force(eye.at.now):
        return ""
    end = button("End the waiver…", "ask-end", data_waiver=waiver.id) if eye.edits else ""
    return (
        f'<div class="wv"><b>Waived until {exact_day(waiver.until)}</b> by {esc(waiver.owner)}, since'
        f" {when(waiver.created_at, eye.at.now, eye.at.zone)}: {esc(waiver.reason)}"
        f'<div class="acts">{end}</div></div>'
    )


# ---- what was found


def _found(story: FindingStory, eye: Eye) -> str:
    finding, cell = story.finding, story.cell
    if finding is None:
        return f"<section><p>{esc(outside(story))}</p></section>"
    reason = f'<p class="sm">{esc(finding.reason)}</p>'
    if not story.shows_lines:
        hint = '<p class="sm t3">Its lines are shown to those who hold config.view.</p>'
        return f"<section>{reason}{hint}</section>"
    if not story.lines:
        return f"<section>{reason}</section>"
    label = f'<span class="lbl">{esc(_where(story.lines))}</span>'
    text = "".join(_sections(story.lines))
    stale = ""
    if cell.state == "stale" and story.revision_at is not None:
        stale = f'<p class="sm t3">As it was {age(story.revision_at, eye.at.now)} ago.</p>'
    return f'<section>{label}<div class="lines" tabindex="0" role="region" aria-label="Lines of the configuration">{text}</div>{reason}{stale}</section>'


def _where(lines: Sequence[ShownLine]) -> str:
    """`In the configuration, line 97 to 98`."""
    meant = [one.number for one in lines if one.mark] or [one.number for one in lines]
    first, last = meant[0], meant[-1]
    if first == last:
        return f"In the configuration, line {number(first)}"
    together = len(meant) == last - first + 1
    return f"In the configuration, line{'' if together else 's'} {number(first)} to {number(last)}"


def _sections(lines: Sequence[ShownLine]) -> Iterator[str]:
    """A head over each stretch without a gap, and where a line that matters is of another section."""
    said, last = None, None
    for place, line in enumerate(lines):
        begins = last is None or line.number != last.number + 1
        meant = _meant_from(lines, place) if begins else line
        if begins or (line.mark and line.section != said):
            named = meant.section or "global"
            same = begins and last is not None and meant.section == said
            yield f'<div class="sec">{"⋯" if same else esc(named.replace(" > ", PART_OF))}</div>'
            said = meant.section
        yield _line(line)
        last = line


def _meant_from(lines: Sequence[ShownLine], place: int) -> ShownLine:
    """The first line that matters of the stretch that begins there."""
    first = lines[place]
    for ahead, line in enumerate(lines[place:]):
        if line.number != first.number + ahead:
            break
        if line.mark:
            return line
    return first


def _line(one: ShownLine) -> str:
    kind, sign = {"fault": (" f", CROSS), "evidence": (" e", ""), "": ("", "")}[one.mark]
    marked = (
        f'<span class="s" role="img" aria-label="at fault">{sign}</span>'
        if sign
        else '<span class="s"></span>'
    )
    return (
        f'<div class="ln{kind}"><span class="n">{one.number}</span>{marked}'
        f'<span class="x">{esc(one.text)}</span></div>'
    )


# ---- what would mend it


def _remedy(story: FindingStory, eye: Eye, *, rollback: bool) -> str:
    if story.cell.judged != "non_compliant" or story.finding is None:
        return _show(story, eye)
    if not story.remediation:
        said = story.no_remediation or "None is known for this rule."
        text = f'<p class="sm t2">{esc(said)}</p>'
        return f'<section><span class="lbl">Remediation</span>{text}{_note(story)}</section>{_show(story, eye)}'
    copy = button("Copy", "", data_copy=story.remediation)
    back = ""
    if story.rollback:
        back = button("Rollback", "rollback", aria_expanded="true" if rollback else "false")
    undo = ""
    if rollback and story.rollback:
        undo = (
            f'<span class="lbl">Rollback, what takes it back</span>{_commands(story.rollback, "Rollback")}'
            f'<div class="acts">{button("Copy rollback", "", data_copy=story.rollback)}</div>'
        )
    return (
        f'<section><span class="lbl">Remediation, never sent by itself</span>{_commands(story.remediation, "Remediation")}'
        f'{_note(story)}<div class="acts">{copy}{back}{_file_button(story, eye)}</div>{undo}</section>'
    )


def _note(story: FindingStory) -> str:
    return f'<p class="sm t2">{esc(story.rule.note)}</p>' if story.rule.note else ""


def _show(story: FindingStory, eye: Eye) -> str:
    shown = _file_button(story, eye)
    return f'<div class="acts">{shown}</div>' if shown else ""


def _file_button(story: FindingStory, eye: Eye) -> str:
    """To the text, at the line that it is about."""
    device = story.device
    if not eye.configs or device.revision is None:
        return ""
    marked = next((one.number for one in story.lines if one.mark == "fault"), None)
    line = marked or next((one.number for one in story.lines if one.mark), None)
    url = eye.configs_url(device=device.device_id, rev=device.revision, line=line)
    return link(url, "<span>Show in file</span>", class_="btn")


def _commands(text: str, label: str) -> str:
    """Commands as they would be entered: what takes something out has a minus beside it."""
    lines = "".join(_command(line) for line in text.splitlines())
    return f'<div class="lines rem" tabindex="0" role="region" aria-label="{label}">{lines}</div>'


def _command(line: str) -> str:
    takes = line.lstrip().startswith(TAKES_AWAY)
    kind, sign = ("m", "\N{MINUS SIGN}") if takes else ("p", "+")
    return f'<div class="ln {kind}"><span></span><span class="s" aria-hidden="true">{sign}</span><span class="x">{esc(line)}</span></div>'


# ---- since when, and where else


def _timeline(story: FindingStory, eye: Eye) -> str:
    at = eye.at
    rows = [
        f"<dt>{timed(one.at, at.now, at.zone)}</dt><dd>{_change(one, eye)}</dd>"
        for one in story.timeline[:MOST_CHANGES]
    ]
    left = len(story.timeline) - len(rows)
    if left > 0:
        rows.append(f"<dt></dt><dd>{esc(count(left, 'earlier change'))}</dd>")
    if story.device.checked_at is not None:
        rows.append(
            f"<dt>checked last</dt><dd>{timed(story.device.checked_at, at.now, at.zone)}</dd>"
        )
    return f'<section><span class="lbl">This rule, this device</span><dl class="story">{"".join(rows)}</dl></section>'


def _change(one: CellChange, eye: Eye) -> str:
    said = {"broke": "broken", "mended": "mended"}.get(one.kind) or _becomes(one)
    kind: Shape = {"broke": "bad", "mended": "ok"}.get(one.kind) or _shape(one)  # type: ignore[assignment]  # of Shape
    who = ""
    if one.number is None:
        who = " by a change of the rule" if one.old is not None else ", as the rule came"
    elif one.author:
        who = f" by {one.author}" if one.author != "unknown" else ", author not recorded"
    revision = f" {eye.revision(one.device_id, one.revision)}" if one.revision else ""
    return f"{state(kind, said)}<span>{esc(who)}</span>{revision}"


def _shape(one: CellChange) -> Shape:
    return "unknown" if one.new is None else SHAPES[one.new]


def _becomes(one: CellChange) -> str:
    return "not meant any more" if one.new is None else STATE_WORDS[one.new]


def _elsewhere(story: FindingStory, spread: Spread, eye: Eye) -> str:
    rule, of, many = story.rule.id, spread.devices, spread.broken
    broken = [one for one in story.elsewhere if one.cell.state == "non_compliant"]
    if not many:
        said = (
            f"None of {count(of, 'device')} breaks it." if of > 1 else "No other device is meant."
        )
        return f'<section><span class="lbl">Same rule elsewhere</span><p class="sm t2">{esc(said)}</p></section>'
    names = [_device(one, rule, eye) for one in broken[:MOST_ELSEWHERE]]
    left = many - (story.cell.state == "non_compliant") - len(names)
    if left > 0:
        url = eye.address.url(rules=rule, only="open", device=None)
        names.append(link(url, esc(f"{number(left)} more"), class_="ac"))
    listed = f": {', '.join(names)}" if names else ", this one alone"
    head = link(
        eye.address.url(rules=rule, only="open", device=None),
        f"{number(many)} of {esc(count(of, 'device'))}",
    )
    return f'<section><span class="lbl">Same rule elsewhere</span><p class="sm t2">{head} {"breaks" if many == 1 else "break"} it{listed}.</p></section>'


def _device(one: Elsewhere, rule: str, eye: Eye) -> str:
    return link(
        eye.cell_url(one.device_id, rule),
        f"<b>{esc(one.hostname)}</b>",
        data_act="cell",
        data_device=one.device_id,
        data_rule=rule,
    )


def _acts(story: FindingStory, eye: Eye) -> str:
    following = button("Next finding", "next", key="f")
    return f'<div class="acts">{_waive(story, eye)}{following}</div>'


def _waive(story: FindingStory, eye: Eye) -> str:
    waived = story.waiver is not None and story.waiver.is_in_force(eye.at.now)
    if story.cell.judged != "non_compliant" or waived:
        return ""
    if eye.edits:
        return button("Waive…", "ask-waive", key="w")
    off = button("Waive…", "ask-waive", disabled=True, aria_describedby="why-not")
    return f'{off}<span class="t3 sm" id="why-not">{esc(eye.why)}</span>'
