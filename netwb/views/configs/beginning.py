"""What stands in the place of changes where no backup brought anything yet: what to do first. Pure.

As far as the person may do it; else who can.
"""

from __future__ import annotations

from dataclasses import dataclass

from netwb.views import states, words
from netwb.views.html import button, esc, link, tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Where a home stands, and what this person may begin with.

    living       devices that a backup would try
    tried        how many one did try in the time shown; all of them in vain
    ran          whether a night's run was ever there
    add_url      where devices are added; "" for who may not
    every        word of the choice that backs all of them up; "" for who may not
    """

    living: int
    tried: int
    ran: bool
    add_url: str
    every: str


def render_beginning(beginning: Beginning, said: str) -> str:
    """The words and the first step; "" where a run in another time brought something, or may have."""
    if not beginning.living:
        return _no_device(beginning.add_url)
    if beginning.tried:
        return _all_in_vain(beginning.tried, said)
    return "" if beginning.ran else _no_backup(beginning)


def _no_device(add_url: str) -> str:
    if not add_url:
        text = "An engineer adds the first one; what changes on it stands here after its backups."
        return states.empty("There is no device yet", text)
    add = link(add_url, tag("span", esc("Add devices")), class_="btn pri")
    text = "Add one, or import a list; what changes on them stands here after their backups."
    return states.empty("There is no device yet", text, actions=add)


def _no_backup(beginning: Beginning) -> str:
    devices = words.count(beginning.living, "device")
    if not beginning.every:
        text = f"{devices} wait for the first one: for that of the night, or of an operator."
        return states.empty("No backup has run yet", text)
    begin = button("Back up now", "ask-backup", kind="primary", data_which=beginning.every)
    text = f"Back {devices} up; from the next backup on, what changed stands here."
    return states.empty("No backup has run yet", text, actions=begin)


def _all_in_vain(tried: int, said: str) -> str:
    devices = "The one device" if tried == 1 else f"None of {words.count(tried, 'device')}"
    text = (
        f"{devices} that a backup tried {'could not' if tried == 1 else 'could'} be saved."
        " The list at the left says why, for each."
    )
    return states.empty(f"No device could be saved {said}", text, shape_="bad")
