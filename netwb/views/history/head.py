"""What stands over a device's list and over its text: strip, marks, tools, dialogs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from netwb.errors import NetwbError
from netwb.inventory.records import ConfigKind, Device
from netwb.views.fields import Ask, Field, dialog, select_field, text_field
from netwb.views.history.days import Strip
from netwb.views.html import age, attrs, button, esc, icon, link, state, tag
from netwb.views.inventory.strips import long_strip, rules_said
from netwb.views.inventory.table import copy_age_shape
from netwb.views.navigation import Moment
from netwb.views.words import clock, commit, count, day, number, when
from netwb.workbench.words import Copy, DeviceRun, Revision

KINDS: tuple[tuple[ConfigKind, str], ...] = (("running", "Running"), ("startup", "Startup"))
LOOKS = (("text", "Text"), ("since", "Since when"))
SHOWN_S = 60  # that revealed secrets stay on screen; the stylesheet of the rows says the same


def strip_head(strip: Strip) -> str:
    """Thirty nights, and the sum of them."""
    changes, kept = strip.marks.count("changed"), strip.marks.count("rejected")
    failed = strip.marks.count("failed")
    parts = [count(changes, "night") + " with changes" if changes else "no change"]
    parts += [f"{kept} kept back"] if kept else []
    parts += [f"{failed} failed"] if failed else []
    parts += rules_said(strip.rules).split(", ")[1:]
    drawn = long_strip(strip.days, strip.marks, strip.lines, strip.rules)
    return (
        f'<div class="nights-head"><div class="row lbl"><span>{len(strip.days)} nights</span>'
        f"<span>{esc(' · '.join(parts))}</span></div>{drawn}"
        f'<div class="row lbl"><span>{strip.days[0]:%-d %b}</span><span>last night</span></div></div>'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A side of the comparison to come: `DEVICE@REV` and the words for it, both "" where unmarked."""

    side: str = ""
    said: str = ""


def marks_bar(old: Marked, new: Marked, compare: str) -> str:
    """Mark the open revision as old or new, and compare. `compare`: URL, "" until both are marked."""
    ready = (
        link(
            compare, "<span>Compare</span>", class_="btn pri sm", data_act="lead", data_url=compare
        )
        if compare
        else tag(
            "span",
            "Compare",
            class_="btn sm",
            aria_disabled="true",
            title="Mark two revisions first",
        )
    )
    picked = " ".join(
        f'<span class="chip" title="{esc(mark.side)}">{name} {esc(mark.said)}</span>'
        for name, mark in (("old", old), ("new", new))
        if mark.side
    )
    clear = button("Clear", "clear", kind="quiet") if picked else ""
    return (
        '<div class="marks"><div class="row"><span class="sm t2">Mark as</span>'
        f"{_small('Old', 'old', 'o')}{_small('New', 'new', 'e')}"
        f'<span class="push">{ready}</span></div>'
        f'<div class="row picked">{picked}{clear}</div>{_other()}</div>'
    )


def _small(said: str, act: str, key: str) -> str:
    return tag(
        "button",
        f"<span>{said}</span><kbd>{key}</kbd>",
        type="button",
        class_="btn sm",
        data_act=act,
        data_key=key,
        aria_label=f"Mark the open revision as {act}",
    )


def _other() -> str:
    """Compare with any other device: name it, with or without a revision."""
    return (
        '<form class="row other" data-act="with"><input id="with" name="other" required maxlength="200"'
        ' placeholder="or with DEVICE, DEVICE@REV" aria-label="Compare with another device"'
        ' autocomplete="off"><button class="btn sm" type="submit"><span>Compare with it</span></button></form>'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The text that is open, and what a person may do with it.

    reveal    "allowed", "forbidden" (with `why`), or "shown" for the minute that they are on screen
    latest    the newest revision is open
    """

    device: Device
    revision: Revision | None
    latest: bool
    kind: ConfigKind
    look: str
    reveal: str
    why: str = ""
    device_url: str = ""  # of its page in the inventory
    change: str = ""  # URL of what this revision changed
    backup: str = ""  # markup: the button, or how far a backup is


def device_head(shown: Shown, *, saved: str) -> str:
    """Name, place, how old the copy is; reveal and restore. `saved`: markup of the copy's state."""
    device = shown.device
    address = f'<span class="far"> · {esc(device.address)}</span>' if device.address else ""
    about = f'<span class="t3 mono cut">{esc(device.platform)}{address}</span>'
    name = link(shown.device_url, esc(device.hostname), class_="nm")
    return (
        f'<div class="bar top">{name}{about}{saved}{_revision(shown)}'
        f'<span class="push acts">{_acts(shown)}{shown.backup}</span></div>'
    )


def saved_state(last: Copy | None, runs: Sequence[DeviceRun], at: Moment) -> str:
    """The last good copy: `saved 02:03, 8 h ago`. `runs`: newest first; what they brought since."""
    if last is None:
        return state("unknown", "no copy yet")
    from_ = last.at
    lacking = sum(1 for _ in takewhile(lambda run: run.status in {"rejected", "failed"}, runs))
    kind = copy_age_shape(from_, lacking, at.now)
    said = state(kind, f"saved {when(from_, at.now, at.zone)},")
    return f'<span class="nowrap">{said} <span class="t2">{age(from_, at.now)} ago</span></span>'


def back_up_button() -> str:
    """Read the device once more, now."""
    return button("Back up now", "back-up", icon_="play")


def _acts(shown: Shown) -> str:
    if shown.revision is None:
        return ""
    restore = button("Restore file…", "ask-restore", icon_="download")
    if shown.reveal == "shown":
        return button("Hide secrets", "hide", icon_="eye", kind="primary") + restore
    if shown.reveal == "allowed":
        return button("Reveal secrets…", "ask-reveal", icon_="eye") + restore
    disabled = button(
        "Reveal secrets…", "ask-reveal", icon_="eye", disabled=True, aria_describedby="why"
    )
    return f'{disabled}<span class="t3 sm" id="why" title="{esc(shown.why)}">{esc(shown.why)}</span>{restore}'


def why_hidden(role: str) -> str:
    """Why somebody cannot reveal, beside the button that does not."""
    return f"needs config.reveal; role {role} has not got it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is looked for in the text: the words, lines that hold them, and which one is looked at."""

    text: str = ""
    lines: Sequence[int] = ()
    at: int = 0  # place in `lines`
    ever: str = ""  # URL of the same search over all devices


def tools(shown: Shown, finding: Finding) -> str:
    """Find in the text; how it is shown; which revision and kind it is."""
    field = "<input" + attrs(
        {
            "id": "within",
            "type": "search",
            "value": finding.text,
            "placeholder": "Find in this text",
            "aria-label": "Find in this text",
            "aria-keyshortcuts": "f",
            "data-act": "within",
            "data-on": "input",
            "data-key": "f",
            "maxlength": 200,
            "autocomplete": "off",
        }
    )
    return (
        f'<div class="bar tools">{field}>{_steps(finding)}<span class="push row">'
        f"{_kinds(shown)}{_looks(shown)}</span></div>"
    )


def _steps(finding: Finding) -> str:
    if not finding.text:
        return ""
    found = len(finding.lines)
    said = f"{number(finding.at + 1)} of {count(found, 'line')}" if found else "no line"
    steps = "".join(
        tag(
            "button",
            icon(name, size=13),
            type="button",
            class_="btn sm",
            data_act=act,
            data_key=key,
            aria_label=words_,
            title=f"{words_} ({key})",
            disabled=not found,
        )
        for name, act, key, words_ in (
            ("up", "previous", "p", "Previous line"),
            ("down", "next", "n", "Next line"),
        )
    )
    ever = link(
        finding.ever, "All devices, ever", class_="sm t2", data_act="lead", data_url=finding.ever
    )
    return f'<span class="sm t2 nowrap">{said}</span>{steps}{ever}'


def _revision(shown: Shown) -> str:
    revision = shown.revision
    if revision is None:
        return ""
    word = "" if shown.latest else "older copy "
    lines = count(revision.lines, "line")
    many = f'<span class="far">, {lines}</span>'
    return (
        f'<span class="sm t2 nowrap wide-only" title="Copy {esc(revision.id)}, {lines}">{word}'
        f"<code>{esc(commit(revision.id))}</code>{many}</span>"
    )


def _kinds(shown: Shown) -> str:
    options = "".join(
        tag(
            "button",
            words_,
            type="button",
            data_act="kind",
            data_kind=kind,
            aria_pressed="true" if kind == shown.kind else "false",
        )
        for kind, words_ in KINDS
    )
    return f'<span class="seg" role="group" aria-label="Which configuration">{options}</span>'


def _looks(shown: Shown) -> str:
    options = "".join(
        tag(
            "button",
            words_,
            type="button",
            data_act="look",
            data_look=look,
            aria_pressed="true" if look == shown.look else "false",
        )
        for look, words_ in LOOKS
    )
    diff = (
        link(shown.change, "Diff", data_act="lead", data_url=shown.change) if shown.change else ""
    )
    return f'<span class="seg" role="group" aria-label="How it is shown">{options}{diff}</span>'


def ask_reveal(shown: Shown, wrong: NetwbError | None = None) -> str:
    """Secrets show for a minute, and the reason stands in the audit."""
    assert shown.revision is not None
    told = (
        f'<p class="t2">The secrets of this copy are put back and stay on screen for {SHOWN_S} s.'
        " Your name and the reason stand in the audit.</p>"
    )
    ask = Ask(
        title=f"Reveal secrets of {shown.device.hostname}",
        act="reveal",
        yes=f"Reveal for {SHOWN_S} s",
        data={"rev": shown.revision.id},
        wrong=str(wrong or ""),
    )
    return dialog(ask, told + _reason())


def ask_restore(shown: Shown, wrong: NetwbError | None = None) -> str:
    """The copy as a file: nothing is sent to the device."""
    assert shown.revision is not None
    told = (
        f'<p class="t2">Copy <code>{esc(commit(shown.revision.id))}</code> comes as a file, byte for byte as'
        " the device sent it. Nothing is sent to the device. The reason stands in the audit.</p>"
    )
    options = [("left out", "left out: tokens stand in their places")]
    if shown.reveal != "forbidden":
        options.insert(0, ("put back", "put back: the file can be loaded into the device"))
    secrets = select_field(
        Field(name="secrets", label="Secrets", id="secrets", value=options[0][0]), options
    )
    hint = (
        f'<p class="t3 sm">Putting secrets back {esc(shown.why)}.</p>'
        if shown.reveal == "forbidden"
        else ""
    )
    ask = Ask(
        title=f"Restore a copy of {shown.device.hostname}",
        act="restore",
        yes="Download",
        data={"rev": shown.revision.id},
        wrong=str(wrong or ""),
    )
    return dialog(ask, told + secrets + hint + _reason())


def _reason() -> str:
    return text_field(
        Field(name="reason", label="Reason", id="reason", required=True, wide=True),
        maxlength=300,
        autofocus=True,
    )


def said_of(revision: Revision | None, name: str, at: Moment) -> str:
    """A marked revision in few words: its own time, or the device where it is another's."""
    if revision is None:
        return name
    return f"{day(revision.at, at.now, at.zone)} {clock(revision.at, at.zone)}"
