"""The head over a comparison as markup: old and new, and what can be done with them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netwb.views import words
from netwb.views.configs.filters import UNKNOWN
from netwb.views.fields import Ask, Field, dialog, text_field
from netwb.views.html import age, esc, icon, link, stat, tag, when
from netwb.views.navigation import Moment
from netwb.workbench.comparing import ComparedSide, Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Headed:
    """A comparison, and what its head offers.

    history   URL of the new side's device         backups   (act's word, what is backed up); none: no right
    """

    comparison: Comparison
    history: str
    backups: Sequence[tuple[str, str]] = ()


_KEYS = "".join(  # those of the comparison below, which has no list of keys of its own
    f'<span hidden data-keyhelp="{key}|{said}"></span>'
    for key, said in (
        ("n", "Next change"),
        ("p", "Previous change"),
        ("u", "Side by side or unified"),
        ("w", "Whole file"),
        ("m", "Ignore what only moved"),
        (".", "Unfold the lines before the change"),
    )
)


def render_head(headed: Headed, moment: Moment) -> str:
    """Whose comparison it is, with its tools; below, old at the left and new at the right."""
    comparison = headed.comparison
    new, old = comparison.new, comparison.old
    names = f"<b>{esc(new.hostname)}</b>"
    if old is not None and old.device_id != new.device_id:
        names = f'<b>{esc(old.hostname)}</b><span class="t3">against</span>{names}'
    path = " / ".join((new.tenant, *new.revision.path.split("/")))
    kind = new.revision.kind
    chip = tag("span", esc(kind), class_="chip") if kind != "running" else ""
    top = (
        f'<div class="top">{names}<span class="path cut">{esc(path)}</span>{chip}'
        f"{stat(comparison.diff.added, comparison.diff.removed)}{_tools(headed)}</div>"
    )
    return f'<div class="dh">{top}<div class="two">{_old(comparison, moment)}{_new(new, moment)}</div></div>'


def render_bare(backups: Sequence[tuple[str, str]], said: str) -> str:
    """Where there is no comparison: what can be done all the same, and why there is none."""
    compare = _small("Compare…", "ask-compare")
    tools = tag("span", compare + render_backups(backups), class_="tools")
    return f'<div class="dh bare"><div class="top">{tools}</div>{said}</div>'


def _tools(headed: Headed) -> str:
    history = link(
        headed.history,
        "<span>History</span>",
        class_="btn sm",
        data_act="turn",
        data_url=headed.history,
    )
    copy = tag(
        "button",
        f"{icon('link', size=14)}<span>Link</span>",
        type="button",
        class_="btn sm",
        data_copy="link",
        data_key="y",
        data_keyhelp="y|Copy the address of this view",
        title="Copy the address of this view (y)",
    )
    compare = _small("Compare…", "ask-compare")
    patch = _small("Patch", "patch", icon_="download", title="Download as a patch for git apply")
    return f'<span class="tools">{compare}{history}{patch}{copy}{render_backups(headed.backups)}{_KEYS}</span>'


def _small(said: str, act: str, *, icon_: str = "", title: str = "") -> str:
    content = (icon(icon_, size=14) if icon_ else "") + tag("span", esc(said))
    return tag("button", content, type="button", class_="btn sm", data_act=act, title=title or None)


def render_backups(backups: Sequence[tuple[str, str]]) -> str:
    """Back up now: one, these, all; nothing for who may not."""
    if not backups:
        return ""
    items = "".join(
        tag(
            "button", tag("span", esc(said)), type="button", data_act="ask-backup", data_which=which
        )
        for which, said in backups
    )
    summary = f'<summary class="btn sm">{icon("play", size=12)}<span>Back up</span></summary>'
    return f'<details data-menu id="backups">{summary}<div class="menu">{items}</div></details>'


def _old(comparison: Comparison, moment: Moment) -> str:
    old = comparison.old
    if old is None:
        return '<div><span class="tag">Old</span><span class="t3">none, this is the first copy</span></div>'
    before = (comparison.new.revision.at - old.revision.at).total_seconds()
    distance = f"{words.span(abs(before))} {'before' if before >= 0 else 'after'}"
    return _side("Old", old, moment, tag("span", esc(distance), class_="ago"))


def _new(new: ComparedSide, moment: Moment) -> str:
    at, stored = new.revision.at, new.revision.stored_at
    ago = f"{age(at, moment.now)} ago"
    if stored != at:
        ago += f", saved {when(stored, moment.now, moment.zone)}"
    return _side("New", new, moment, f'<span class="ago">{ago}</span>')


def _side(said: str, side: ComparedSide, moment: Moment, more: str) -> str:
    revision = side.revision
    who = (
        tag("span", esc(revision.author))
        if revision.author != UNKNOWN
        else '<span class="t3">author not recorded</span>'
    )
    at = words.moment(revision.at, moment.now, moment.zone)
    note = f", note: {revision.note}" if revision.note else ""
    return tag(
        "div",
        f'<span class="tag">{said}</span><code>{esc(words.commit(revision.id))}</code>{who}'
        f'<time title="{esc(words.exact(revision.at, moment.zone))}">{esc(at)}</time>{more}',
        title=f"{side.tenant}/{side.hostname}: {revision.message}{note}",
    )


def backup_dialog(which: str, said: str, *, count: int, wrong: str = "") -> str:
    """Before a backup: how many devices, and a note that its changes will carry."""
    devices = words.count(count, "device")
    ask = Ask(
        title=f"Back up {said}",
        act="backup",
        yes=f"Back up {devices}",
        data={"which": which},
        wrong=wrong,
    )
    note = Field(
        name="note", label="Note", id="backup-note", hint="Stands beside what changed, e.g. CHG123."
    )
    text = (
        f'<p class="t2">netwb logs in to {esc(devices)} and reads; it changes nothing on them.'
        " You can leave the page meanwhile.</p>"
    )
    return dialog(ask, text + text_field(note, maxlength=200))
