"""Held texts: who is held back, why, and how old the good copy is; and what one may do. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netwb.errors import NetwbError
from netwb.views.causes import cause_alone
from netwb.views.fields import Ask, Field, dialog, text_field
from netwb.views.html import age, button, esc, link, shape, stat, state, tag, when
from netwb.views.navigation import Moment
from netwb.views.words import count, number, size
from netwb.workbench.held import MaskedText
from netwb.workbench.words import Copy, DeviceCoverage, QuarantineItem

LOOKS = (("change", "What it would change"), ("text", "The text"))
SHOWN_S = 60  # that a revealed text stays on screen; the stylesheet of the rows says the same
_NAMED = {
    "IncompleteConfigError": "not whole",
    "ShrunkConfigError": "much shorter",
    "WrongDeviceError": "another device's",
    "RestrictedLoginError": "login sees too little",
    "CommandRejectedError": "command rejected",
}


def cause_word(kind: str) -> str:
    """A cause in two words: `much shorter`."""
    if kind in _NAMED:
        return _NAMED[kind]
    words = "".join(
        f" {char.lower()}" if char.isupper() else char for char in kind.removesuffix("Error")
    )
    return words.strip() or "held"


def render_list(
    items: Sequence[QuarantineItem],
    coverage: Mapping[str, DeviceCoverage],
    opened: QuarantineItem | None,
    url: Mapping[str, str],
    at: Moment,
) -> str:
    """The list, newest first; each leads to its text."""
    rows = "".join(
        _item(
            item,
            coverage.get(item.device_id),
            "sel" if opened is not None and item.id == opened.id else "",
            url[item.id],
            at,
        )
        for item in items
    )
    if not items:
        return f'<div class="held"><div class="sumline">{shape("ok")}<b>No text</b> is held</div></div>'
    head = f'<div class="sumline">{shape("held")}<b>{count(len(items), "text")}</b> held; the last good copies stay in force</div>'
    return (
        f'<div class="held">{head}<div class="items" id="items" role="listbox"'
        f' aria-label="Held texts, newest first">{rows}</div></div>'
    )


def _item(
    item: QuarantineItem,
    copy: DeviceCoverage | None,
    mark: str,
    url: str,
    at: Moment,
) -> str:
    good = copy.copy if copy else None
    copied = f"good copy {age(good.at, at.now)} old" if good else "no good copy"
    kind = "" if item.kind == "running" else f' <span class="chip">{esc(item.kind)}</span>'
    content = (
        f'<span class="l1"><b>{esc(item.hostname)}</b> <span class="t3">{esc(item.tenant)}</span>{kind}'
        f'<span class="push t3">{when(item.at, at.now, at.zone)}</span></span>'
        f'<span class="l2">{state("held", cause_word(item.cause_kind))}<span class="push t2">{copied}</span></span>'
        f'<span class="l3">{esc(cause_alone(item.cause_message, item.hostname))}</span>'
    )
    return tag(
        "a",
        content,
        href=url,
        class_=f"item {mark}".strip(),
        role="option",
        tabindex=0 if mark else -1,
        id=f"q-{item.id}",
        aria_selected="true" if mark else "false",
        data_act="open",
        data_device=item.device_id,
        data_kind=item.kind,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What a person may do with a held text, and why not: "" where it is allowed."""

    accept: str
    reveal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a text is shown.

    secrets   "masked" or "shown"            history   URL of the device's history
    copy      the device's last good copy    backup    markup: the button, or how far a backup is
    """

    look: str
    secrets: str
    history: str
    copy: Copy | None = None
    backup: str = ""


def render_head(masked: MaskedText, shown: Shown, rights: Rights, at: Moment) -> str:
    """What is held, why, and the decision; under it how it is shown."""
    item, device = masked.item, masked.device
    name = link(
        shown.history, esc(device.hostname), class_="nm", data_act="lead", data_url=shown.history
    )
    held = f"held since {when(item.at, at.now, at.zone)}, {count(item.lines, 'line')}, {size(item.size)}"
    return (
        f'<div class="qhead"><div class="bar top">{name}<span class="t3 mono">{esc(device.platform)}</span>'
        f'<span class="push acts">{shown.backup}{_acts(masked, rights, shown.secrets)}</span></div>'
        f'<div class="why">{state("held", cause_word(item.cause_kind))}<span>{esc(cause_alone(item.cause_message, item.hostname))}.</span></div>'
        f'<div class="facts t2 sm"><span>{held}</span><span>{_good(masked, shown.copy, at)}</span>{_unable(masked, rights)}</div>'
        f'<div class="bar looks">{_looks(masked, shown.look)}'
        f'<span class="push sm t3">{_mask_note(shown.secrets)}</span></div></div>'
    )


def _good(masked: MaskedText, copy: Copy | None, at: Moment) -> str:
    """What stays in force: its age is that of the list, the last time that it was read as it is."""
    if masked.good is None:
        return "no good copy"
    changed = when(masked.good.stored_at, at.now, at.zone)
    old = f"{age(copy.at, at.now)} old, " if copy else ""
    return f"good copy {old}unchanged since {changed}, {count(masked.good.lines, 'line')}"


def back_up_button() -> str:
    """The cure for most of what is held."""
    return button("Back up now", "back-up", icon_="play")


def _acts(masked: MaskedText, rights: Rights, secrets: str) -> str:
    reveal = (
        button("Hide secrets", "hide", icon_="eye", kind="primary")
        if secrets == "shown"
        else button(
            "Reveal secrets…",
            "ask-reveal",
            icon_="eye",
            disabled=bool(rights.reveal),
            aria_describedby="why-reveal" if rights.reveal else None,
        )
    )
    if rights.accept:
        return reveal
    accept = button(
        "Accept…",
        "ask-accept",
        icon_="check",
        kind="primary",
        disabled=not masked.item.acceptable,
        aria_describedby=None if masked.item.acceptable else "why-accept",
    )
    discard = button("Discard…", "ask-discard", kind="danger")
    return f"{reveal}{discard}{accept}"


def _unable(masked: MaskedText, rights: Rights) -> str:
    """Beside each refusal its reason."""
    said = {}
    if rights.accept:
        said["why-accept"] = f"Deciding {rights.accept}"
    elif not masked.item.acceptable:
        said["why-accept"] = (
            "It cannot be accepted: it is no whole configuration of this device. Back the device up again"
        )
    if rights.reveal:
        said["why-reveal"] = f"Revealing {rights.reveal}"
    return "".join(tag("span", f"{esc(text)}.", id=id_) for id_, text in said.items())


def _mask_note(secrets: str) -> str:
    if secrets == "shown":
        return f"Secrets show for {SHOWN_S} s"
    return "Secrets are masked by the platform's rules; a text that is not whole may hold some that they miss"


def _looks(masked: MaskedText, look: str) -> str:
    options = "".join(
        tag(
            "button",
            words_,
            type="button",
            data_act="look",
            data_look=name,
            aria_pressed="true" if name == look else "false",
            disabled=name == "change" and masked.diff is None,
        )
        for name, words_ in LOOKS
    )
    change = stat(masked.diff.added, masked.diff.removed) if masked.diff else ""
    return f'<span class="seg" role="group" aria-label="How it is shown">{options}</span>{change}'


def why_not(permission: str, role: str) -> str:
    """Why somebody may not, as half a sentence."""
    return f"needs {permission}, which role {role} has not got"


def ask_accept(masked: MaskedText, wrong: NetwbError | None = None) -> str:
    """Accepting makes the text the newest revision."""
    change = ""
    if masked.diff is not None:
        added, removed = number(masked.diff.added), count(masked.diff.removed, "line")
        change = f" It adds {added} and takes out {removed}."
    told = f"The held text becomes the newest copy of {masked.device.hostname}.{change}"
    return _dialog(_ask(masked, "accept", "Accept", wrong), told)


def ask_discard(masked: MaskedText, wrong: NetwbError | None = None) -> str:
    """Discarding deletes the text; nothing else changes."""
    told = (
        "The held text is deleted. The last good copy stays in force; the next run reads the device"
        " again."
    )
    return _dialog(_ask(masked, "discard", "Discard", wrong), told)


def ask_reveal(masked: MaskedText, wrong: NetwbError | None = None) -> str:
    """The text as it came, with its secrets."""
    told = (
        f"The text is shown as it came, with its secrets, for {SHOWN_S} s. Your name and the reason"
        " stand in the audit."
    )
    return _dialog(_ask(masked, "reveal", "Reveal", wrong), told)


def _ask(masked: MaskedText, act: str, word: str, wrong: NetwbError | None) -> Ask:
    return Ask(
        title=f"{word} the text of {masked.device.hostname}",
        act=act,
        yes=word,
        data={"device": masked.device.id},
        danger=act == "discard",
        wrong=str(wrong or ""),
    )


def _dialog(ask: Ask, told: str) -> str:
    reason = text_field(
        Field(name="reason", label="Reason", id="reason", required=True, wide=True),
        maxlength=300,
        autofocus=True,
    )
    return dialog(ask, f'<p class="t2">{esc(told)}</p>{reason}')
