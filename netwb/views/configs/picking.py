"""Which two revisions to compare: a device and one of its revisions for each side. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from netwb.views import words
from netwb.views.configs.filters import UNKNOWN
from netwb.views.fields import Ask, Field, dialog, select_field, text_field, text_of
from netwb.views.html import esc, tag
from netwb.views.navigation import Moment
from netwb.workbench.words import Revision

Side = Literal["old", "new"]
SIDES: tuple[tuple[Side, str], ...] = (("old", "Old"), ("new", "New"))
OFFERED = 1000  # names of devices; whoever has more types one
REVISIONS = 200  # of one device that are offered
LONGEST = 200  # characters of a reference
NEWEST = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One side as it stands.

    device      as the person names it, perhaps with @REV; "" where nothing is chosen yet
    revision    commit; NEWEST for the newest one
    revisions   those of that device, newest first; none where it is not known
    """

    device: str = ""
    revision: str = NEWEST
    revisions: Sequence[Revision] = ()

    @property
    def reference(self) -> str:
        """DEVICE@REV, or DEVICE for its newest."""
        if not self.revision or "@" in self.device:
            return self.device
        return f"{self.device}@{self.revision}"


def picked(fields: Mapping[str, Any], side: Side) -> Pick:
    """A side as the form says it."""
    device = text_of(fields, side)[:LONGEST]
    return Pick(device=device, revision=text_of(fields, f"{side}_rev")[:LONGEST])


def render_picker(
    picks: Mapping[Side, Pick], devices: Sequence[str], moment: Moment, *, wrong: str = ""
) -> str:
    """The dialog. Where one begins is the first thing that is not chosen yet."""
    ask = Ask(title="Compare any two revisions", act="compare", yes="Compare", data={}, wrong=wrong)
    empty = next((side for side, _ in SIDES if not picks[side].device), None)
    fields = "".join(
        _device(side, label, picks[side], autofocus=side == empty)
        + _revision(side, picks[side], moment, autofocus=empty is None and side == "old")
        for side, label in SIDES
    )
    names = "".join(f'<option value="{esc(name)}"></option>' for name in devices[:OFFERED])
    offered = f'<datalist id="compare-devices">{names}</datalist>'
    hint = tag(
        "p",
        "A device may also be written with its revision: DEVICE@REV, REV being a commit, latest~1 or"
        " a time.",
        class_="wide t2 sm",
    )
    return dialog(ask, fields + hint + offered)


def _device(side: Side, label: str, pick: Pick, *, autofocus: bool) -> str:
    field = Field(
        name=side, label=f"{label} device", id=f"compare-{side}", value=pick.device, required=True
    )
    return text_field(
        field,
        maxlength=LONGEST,
        list="compare-devices",
        data_act="compare-side",
        data_on="change",
        data_side=side,
        autofocus=autofocus,
        autocapitalize="none",
        spellcheck="false",
    )


def _revision(side: Side, pick: Pick, moment: Moment, *, autofocus: bool) -> str:
    offered = [(NEWEST, "newest"), *((one.id, _said(one, moment)) for one in pick.revisions)]
    if "@" in pick.device:
        offered = [(NEWEST, "as it is written")]
    elif not pick.revisions:
        offered = [(NEWEST, "newest" if pick.device else "choose a device first")]
    elif pick.revision and pick.revision not in dict(offered):
        offered.append((pick.revision, words.commit(pick.revision)))
    field = Field(
        name=f"{side}_rev", label="Its revision", id=f"compare-{side}-rev", value=pick.revision
    )
    return select_field(field, offered, autofocus=autofocus and bool(pick.revisions))


def _said(revision: Revision, moment: Moment) -> str:
    at = words.moment(revision.at, moment.now, moment.zone)
    who = "" if revision.author == UNKNOWN else f" · {revision.author}"
    return f"{at}{who} · +{revision.added} -{revision.removed} · {words.commit(revision.id)}"
