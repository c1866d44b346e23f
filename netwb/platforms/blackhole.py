"""How a platform announces and obeys blackholes: frozen words, read from TOML's `[blackhole]`.

Optional: a platform without it can be neither trigger nor edge. `{address}` stands for a host's
address, `{tag}` for 666 or 667; nothing else is put into a command. Patterns are over bytes, which
a device may have spoilt: they are matched against one line, cut to a bounded length before.
Sources: RFC 5635, RFC 7999; FRR 8.4.4 as run; command references of the other platforms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

BytesPattern = re.Pattern[bytes]
Shape = Literal["text", "frr json"]
SHAPES: tuple[Shape, ...] = ("text", "frr json")


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyWords:
    """One address family's commands and what is printed of its routes.

    on, off    what is typed in configuration mode for one host route
    route      a line of the listing that says something of a host route: groups `address`, and
               `discard` (it is dropped), `tag`, `more` (anything that netwb does not write)
    own        the line, or the lines that follow each other, by which the running configuration
               shows a route of ours
    lookup     command that shows where an edge sends one address
    """

    on: tuple[str, ...]
    off: tuple[str, ...]
    route: BytesPattern
    own: BytesPattern
    lookup: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackholeWords:
    """The words for host routes that discard.

    verified     whether netwb may type them; otherwise it only shows them
    tried_on     what they were tried on, in words, for people
    enter        what leads into configuration mode, `prompt` its prompt; None: the session's own
    commit       what makes typed lines count; none: they count at once
    committed    a line that says so; None: silence does
    abandon      what leaves without an effect, where there is a commit
    leave        what leads back
    typed_ahead  lines that may be typed before the first is answered; 1: none
    many         what is typed before several lines and after them, so that they are taken at once
    refused      a line of an answer that says no; `done`: it was so already; `harmless`: says nothing
    listing      commands that show all static routes
    shape        how `lookup` answers: `frr json`, or text, where the lines `discards` and `absent`
                 decide between blackhole, none, and any other next hop
    save         what keeps the configuration over a reboot; None: a commit did
    saved        a line that says that it is kept; None: silence does
    alive        asked before saving; each of `answering` must match a line of it
    unsaved      shows what would be saved, in lines that begin with + or -; None: it cannot be asked
    """

    verified: bool
    tried_on: str
    enter: tuple[str, ...]
    leave: tuple[str, ...]
    refused: tuple[BytesPattern, ...]
    done: tuple[BytesPattern, ...]
    listing: tuple[str, ...]
    ipv4: FamilyWords
    ipv6: FamilyWords
    prompt: BytesPattern | None = None
    commit: tuple[str, ...] = ()
    committed: BytesPattern | None = None
    abandon: tuple[str, ...] = ()
    typed_ahead: int = 1
    many: tuple[str, ...] = ()
    harmless: tuple[BytesPattern, ...] = ()
    shape: Shape = "text"
    discards: tuple[BytesPattern, ...] = ()
    absent: tuple[BytesPattern, ...] = ()
    save: str | None = None
    saved: BytesPattern | None = None
    alive: str | None = None
    answering: tuple[BytesPattern, ...] = ()
    unsaved: str | None = None


def check_words(words: BlackholeWords) -> None:
    """Raise ValueError for what types cannot say."""
    for name, family in (("ipv4", words.ipv4), ("ipv6", words.ipv6)):
        _check_family(name, family)
    if words.shape not in SHAPES:
        msg = f"blackhole: shape is one of {', '.join(SHAPES)}"
        raise ValueError(msg)
    if words.typed_ahead < 1 or not (words.enter and words.leave and words.listing):
        msg = "blackhole: `enter`, `leave` and `listing` are needed, and typed_ahead is 1 or more"
        raise ValueError(msg)
    if len(words.many) not in {0, 2}:
        msg = "blackhole: `many` holds two lines, or none"
        raise ValueError(msg)
    if words.commit and (words.typed_ahead > 1 or not words.abandon):
        msg = "blackhole: with `commit` it needs `abandon`, and lines are typed one by one"
        raise ValueError(msg)


def _check_family(name: str, family: FamilyWords) -> None:
    if not {"address", "discard", "tag", "more"} <= set(family.route.groupindex):
        msg = f"blackhole.{name}: `route` needs the groups address, discard, tag and more"
        raise ValueError(msg)
    for line in (*family.on, *family.off, family.lookup):
        if "{address}" not in line or "\n" in line or "?" in line:
            msg = f"blackhole.{name}: {line!r} must hold {{address}}, and neither ? nor a line end"
            raise ValueError(msg)
    if not (family.on and family.off and any("{tag}" in line for line in family.on)):
        msg = f"blackhole.{name}: `on` and `off` are needed, and `on` must set {{tag}}"
        raise ValueError(msg)
