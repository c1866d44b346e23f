"""Walls as markup: screens that show `/wall` without a person; the dialogs that add and revoke them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from netwb.access.records import IssuedWall, NewWall, Wall
from netwb.views.fields import (
    Ask,
    Field,
    dialog,
    message,
    text_field,
    text_of,
    texts_of,
    tick_fields,
)
from netwb.views.html import age, button, esc, state, tag
from netwb.views.navigation import Moment
from netwb.views.rights import named, scope_words
from netwb.views.states import empty
from netwb.views.tokens import networks_of
from netwb.views.words import browser, until, when

ALL = "all tenants"
SCOPE = f"Shows; none ticked: {ALL}"


def walls_tab(walls: Sequence[Wall], moment: Moment) -> str:
    """Every wall; those that show nothing any more stand last."""
    if not walls:
        text = "A screen without keyboard or login shows the wall once somebody has typed a code there."
        return empty("No wall yet", text)
    ordered = sorted(walls, key=lambda one: is_over(one, moment.now))
    rows = "".join(_wall(one, moment) for one in ordered)
    return (
        '<table class="fold" aria-label="Walls"><thead><tr><th scope="col">Wall</th><th scope="col">Shows</th>'
        '<th scope="col">Only from</th><th scope="col">Clock</th><th scope="col">Enrolled</th>'
        '<th scope="col" class="wide-only">Screen</th><th scope="col" class="r">Last seen</th>'
        '<th scope="col"><span class="unseen">Actions</span></th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def is_over(wall: Wall, now: datetime) -> bool:
    """Whether it shows nothing, and never will."""
    unused = wall.enrolled_at is None and wall.code_until_at <= now
    return wall.revoked_at is not None or unused


def _wall(wall: Wall, moment: Moment) -> str:
    revoke = ""
    if not is_over(wall, moment.now):
        revoke = button("Revoke…", "ask-revoke-wall", kind="danger", data_id=wall.id)
    seen = age(wall.seen_at, moment.now) if wall.seen_at else '<span class="t3">never</span>'
    screen = f"{wall.address}, {browser(wall.browser)}" if wall.address else ""
    shows = ALL if wall.tenants is None else scope_words(wall.tenants)
    return (
        f'<tr><td class="cut named" title="{esc(wall.name)} ({esc(wall.id)})"><b>{esc(wall.name)}</b></td>'
        f'<td class="t2 sm cut" title="{esc(shows)}">{esc(shows)}</td>'
        f'<td class="t2 sm cut" data-label="from">{esc(", ".join(wall.networks) or "anywhere")}</td>'
        f'<td class="t2 sm" data-label="clock">{esc(wall.time_zone or "UTC")}</td>'
        f"<td>{_life(wall, moment)}</td>"
        f'<td class="t2 sm cut browser wide-only" title="{esc(wall.browser)}">{esc(screen)}</td>'
        f'<td class="r t2" data-label="seen">{seen}</td><td class="r">{revoke}</td></tr>'
    )


def _life(wall: Wall, moment: Moment) -> str:
    now, zone = moment.now, moment.zone
    if wall.revoked_at is not None:
        return state("waived", f"revoked {when(wall.revoked_at, now, zone)}")
    if wall.enrolled_at is not None:
        return state("ok", when(wall.enrolled_at, now, zone))
    if wall.code_until_at <= now:
        return state("waived", "never; its code is over")
    return state("held", f"waits for its code, {until(wall.code_until_at, now)} more")


# -- dialogs


def wall_dialog(
    tenants: Sequence[tuple[str, str]], filled: Mapping[str, Any], *, wrong: str = ""
) -> str:
    """A new wall; its code comes next."""
    ask = Ask(title="Add wall", act="add-wall", yes="Add wall", data={}, wrong=wrong)
    name = Field(
        name="name",
        label="Where it hangs",
        id="wall-name",
        value=text_of(filled, "name"),
        required=True,
    )
    zone = Field(
        name="time_zone",
        label="Time zone of its clock",
        id="wall-zone",
        value=text_of(filled, "time_zone"),
        hint="Europe/Berlin; empty: UTC",
    )
    networks = Field(
        name="networks",
        label="Only from",
        id="wall-networks",
        value=text_of(filled, "networks"),
        hint="192.0.2.0/24, parted by commas or blanks; empty: from anywhere",
        wide=True,
    )
    content = (
        text_field(name)
        + text_field(zone)
        + text_field(networks, class_="mono")
        + tick_fields(SCOPE, "tenants", named(tenants), texts_of(filled, "tenants"), of="wall-")
    )
    return dialog(ask, content, two_columns=True)


def code_dialog(issued: IssuedWall, moment: Moment) -> str:
    """The wall's code, this once."""
    made = issued.wall
    done = button("Done", "close", kind="primary")
    return message(
        f"Code of wall {made.name}",
        '<p class="t2">Open <code>/wall</code> on the screen and type it there. It is shown this once,'
        f" opens one screen, and is over in {esc(until(made.code_until_at, moment.now))}.</p>"
        f'<p class="secret code"><code id="issued">{esc(issued.secret)}</code></p>'
        f'<div class="form"><div class="actions">{done}</div></div>',
    )


def revoke_wall_dialog(wall: Wall, *, wrong: str = "") -> str:
    """It shows nothing from now on."""
    ask = Ask(
        title=f"Revoke wall {wall.name}",
        act="revoke-wall",
        yes="Revoke",
        data={"id": wall.id},
        danger=True,
        wrong=wrong,
    )
    text = "Its screen goes dark at once; a new wall's code makes it one again."
    if wall.enrolled_at is None:
        text = "Its code opens nothing any more."
    return dialog(ask, tag("p", esc(text), class_="t2"))


# -- reading


def new_wall(fields: Mapping[str, Any]) -> NewWall:
    """The wall that a form describes."""
    return NewWall(
        name=text_of(fields, "name"),
        tenants=texts_of(fields, "tenants") or None,
        networks=networks_of(fields),
        time_zone=text_of(fields, "time_zone"),
    )
