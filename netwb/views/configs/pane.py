"""The right side of the page: one comparison under its head, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import panel as pn
from panel.viewable import Viewable

from netwb.errors import NetwbError, UnknownDeviceError, UnknownRevisionError
from netwb.inventory.records import ConfigKind
from netwb.views import states
from netwb.views.configs import head
from netwb.views.configs.picking import (
    LONGEST,
    REVISIONS,
    SIDES,
    Pick,
    Side,
    picked,
    render_picker,
)
from netwb.views.cures import in_page
from netwb.views.diff.view import DiffView
from netwb.views.frame import Frame
from netwb.views.sheet import Act, OnAct, Sheet
from netwb.workbench.comparing import ComparedSide, Comparison

LOOKS = {  # how a comparison is looked at: its options, the usual one first and not in the address
    "side": ("side", "unified"),
    "extent": ("changes", "whole"),
    "moved": ("shown", "ignored"),
}
SHRINKS = {"min-height": "0", "overflow": "hidden"}  # else a pane is as high as its content
_GROUND = {**SHRINKS, "border-left": "1px solid var(--line)", "background": "var(--surface)"}


class ComparePane:
    """Head and diff. `offered` is what may be backed up, `view_url` leads to another view."""

    def __init__(
        self,
        frame: Frame,
        *,
        on_act: OnAct,
        css: str,
        offered: Callable[[], list[tuple[str, str]]],
        view_url: Callable[..., str],
    ) -> None:
        self._frame = frame
        self._offered = offered
        self._view_url = view_url
        self.comparison: Comparison | None = None
        self._shown: tuple[str | None, ...] | None = None  # drawn, or on its way
        self._said = ""
        self._dialog = ""
        self._picks: dict[Side, Pick] = {"old": Pick(), "new": Pick()}
        self._names: tuple[str, ...] = ()
        self.head = Sheet(on_act=on_act, css=css)
        looks: dict[str, Any] = {
            name: _one_of(frame.address.get(name), LOOKS[name]) for name in LOOKS
        }
        self.diff = DiffView(styles=SHRINKS, **looks)
        self.diff.param.watch(self._looked, [*LOOKS, "current"])

    def panel(self) -> Viewable:
        """Head above, diff below."""
        return pn.Column(self.head, self.diff, styles=_GROUND, sizing_mode="stretch_both", margin=0)

    @property
    def kind(self) -> ConfigKind:
        """Which of a device's texts are compared."""
        return "startup" if self._frame.address.get("kind") == "startup" else "running"

    def _asked(self) -> tuple[str | None, ...]:
        """Which comparison the address names now."""
        return tuple(self._frame.address.get(name) for name in ("change", "old", "new", "kind"))

    def shows(self, change: str, kind: str | None) -> bool:
        """Whether this change is what is drawn, or on its way to be."""
        return self._shown == self._asked() == (change, None, None, kind)

    async def open(self, *, otherwise: str) -> None:
        """Compare what the address names; `otherwise` is said where it names nothing."""
        asked = self._asked()

        def say(said: str) -> None:
            if self._asked() == asked:
                self.clear(said)

        await self._frame.part(lambda: self._compare(otherwise), say)

    async def _compare(self, otherwise: str) -> None:
        frame = self._frame
        change = frame.address.get("change")
        new = change or frame.address.get("new")
        old = None if change else frame.address.get("old")
        if not new:
            self.clear(otherwise)
            return
        self.diff.waiting = True
        asked = self._shown = self._asked()
        try:
            found = await frame.ask(frame.bench.compare, new, old=old, kind=self.kind)
        except (UnknownDeviceError, UnknownRevisionError):
            if self._asked() != asked:
                return
            back = frame.address.url(change=None, old=None, new=None, kind=None, at=None)
            self.clear(states.not_found("revision", back=(back, "What changed")))
        else:
            if self._asked() != asked:
                return  # the person went on meanwhile, and a short text is compared sooner
            self.comparison, self._said = found, ""
            self.draw()
            at = _number(frame.address.get("at", ""))
            await self.diff.bring(found.diff, label=_label(found), current=max(at, 1))
            if self.comparison is found and self.diff.diff is not None:
                self.comparison = replace(found, diff=self.diff.diff)

    def clear(self, said: str) -> None:
        """Show no comparison, but that."""
        self.comparison, self._said, self._shown = None, said, None
        self.diff.compare(None)
        self.draw()

    def draw(self) -> None:
        """The head, with the dialog that is open over the page."""
        found = self.comparison
        if found is None:
            self.head.html = head.render_bare(self._offered(), self._said) + self._dialog
            return
        kind = None if self.kind == "running" else self.kind
        headed = head.Headed(
            comparison=found,
            history=self._view_url(device=found.new.device_id, kind=kind),
            backups=self._offered(),
        )
        self.head.html = head.render_head(headed, self._frame.moment()) + self._dialog

    def ask(self, dialog: str) -> None:
        """Open a dialog over the page; "" closes it."""
        self._dialog = dialog
        self.draw()

    async def ask_compare(self) -> None:
        """Which two revisions? Those at hand stand there already."""
        found = self.comparison
        old, new = (found.old, found.new) if found else (None, None)
        sides: tuple[tuple[Side, ComparedSide | None], ...] = (("old", old), ("new", new))
        chosen = {side: _pick_of(at) for side, at in sides}
        self._picks, self._names = await self._frame.ask(self._read_picks, chosen)
        self._draw_picker()

    async def pick(self, act: Act) -> None:
        """Another device for one side: its revisions are offered."""
        side: Side = "old" if act.get("side") == "old" else "new"
        chosen = {side: Pick(device=str(act.get("value", "")).strip()[:LONGEST])}
        picks, _ = await self._frame.ask(self._read_picks, chosen)
        self._picks = {**self._picks, **picks}
        self._draw_picker()

    def _read_picks(self, chosen: Mapping[Side, Pick]) -> tuple[dict[Side, Pick], tuple[str, ...]]:
        """In a thread: the revisions of what is chosen, and the devices that could be."""
        bench, kind = self._frame.bench, self.kind
        found: dict[Side, Pick] = {}
        for side, pick in chosen.items():
            try:
                known = (
                    bench.history(pick.device, limit=REVISIONS, kind=kind) if pick.device else ()
                )
            except NetwbError:  # not a device's name yet; comparing says why
                known = ()
            found[side] = replace(pick, revisions=tuple(known))
        return found, tuple(f"{one.tenant}/{one.hostname}" for one in bench.devices())

    def _draw_picker(self, wrong: str = "") -> None:
        self.ask(render_picker(self._picks, self._names, self._frame.moment(), wrong=wrong))

    async def choose(self, act: Act) -> bool:
        """Compare what the dialog names; where that is not there the dialog says so."""
        frame, chosen = self._frame, {side: picked(act["fields"], side) for side, _ in SIDES}
        old, new = chosen["old"].reference, chosen["new"].reference
        try:
            found = await frame.ask(frame.bench.compare, new, old=old, kind=self.kind)
        except NetwbError as error:
            self._picks, self._names = await frame.ask(self._read_picks, chosen)
            self._draw_picker(in_page(error))
            return False
        assert found.old is not None
        self._dialog = ""
        sides = {"old": found.old, "new": found.new}
        named = {name: f"{side.device_id}@{side.revision.id}" for name, side in sides.items()}
        frame.address.set(history="push", change=None, at=None, **named)
        return True

    async def save_patch(self) -> None:
        """One file's patch."""
        found = self.comparison
        if found is None:
            return
        old, new = found.old, found.new
        patch = await self._frame.ask(found.patch)
        before = old.revision.id[:8] if old else "none"
        name = f"{new.hostname}-{before}-{new.revision.id[:8]}.patch"
        self._frame.save(name, patch, "text/x-diff")

    def _looked(self, *_events: Any) -> None:
        """Keep in the address how it is looked at, as a place to go back to; the hunk is none."""
        looks = {name: getattr(self.diff, name) for name in LOOKS}
        named = {n: None if value == LOOKS[n][0] else value for n, value in looks.items()}
        at = self.diff.current if self.diff.current > 1 else None
        address = self._frame.address
        turned = any(address.get(name) != value for name, value in named.items())
        address.set(history="push" if turned else "replace", at=at, **named)


def _pick_of(side: ComparedSide | None) -> Pick:
    if side is None:
        return Pick()
    return Pick(device=f"{side.tenant}/{side.hostname}", revision=side.revision.id)


def _one_of(value: str | None, options: tuple[str, ...]) -> str:
    """The option of the address; the usual one where it names none."""
    return value if value in options else options[0]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _label(comparison: Comparison) -> str:
    new, old = comparison.new, comparison.old
    before = f"old {old.hostname} {old.revision.id[:7]}" if old else "no older copy"
    return f"{new.tenant}/{new.hostname}: {before}, new {new.revision.id[:7]}"
