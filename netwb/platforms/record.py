"""What netwb knows about one operating system, as a frozen record made from its TOML file.

The knowledge itself stands in `<platform>.toml` beside this module, and in `platforms.d/` of the
home for platforms that a person adds. All patterns are Python regular expressions over bytes,
matched per line unless said otherwise. Pure: texts come in as strings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from netwb.platforms.blackhole import BlackholeWords
from netwb.platforms.messages import MessageRule

BytesPattern = re.Pattern[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWords:
    """How to talk to the command line.

    prompt        the whole last line when the device waits for a command
    privileged    the prompt of a login that may see everything; None: every login may
    enable        command that raises the privilege; None: there is none
    prepare       commands sent after login: no paging, no wrapping
    pager         what a pager shows when it waits all the same
    errors        a line that says a command was not accepted
    above_prompt  what stands on a line of its own above each prompt; None: nothing does
    """

    prompt: BytesPattern
    privileged: BytesPattern | None
    enable: str | None
    prepare: tuple[str, ...]
    pager: BytesPattern
    errors: tuple[BytesPattern, ...]
    above_prompt: BytesPattern | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsWords:
    """Where model, serial, OS version and uptime stand in the answer to `command` (group 1 each).

    detect        a line of that answer that only this platform gives
    uptime        matched text is read by its own units: "2 years, 3 weeks, 1 day, 4 hours"
    """

    command: str
    detect: BytesPattern
    model: BytesPattern | None
    serial: BytesPattern | None
    os_version: BytesPattern | None
    uptime: BytesPattern | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeWords:
    """What proves that a text is one whole configuration of this device.

    header        lines that stand before the configuration and are no part of it
    begins        one of the first lines must match (else another command's output slipped in)
    end_mark      the last line; None: the platform has none
    byte_count    group 1 is the number of bytes that the device says follow
    byte_tolerance  bytes by which a good text may differ from it
    must_contain  each must match some line
    hostname      group 1 is the device's own name
    hostname_cut  characters of the name that the prompt shows; None: all
    restricted    a line that shows the login may not see everything
    never_saved   the one line by which it says that it has no startup configuration at all
    busy          the one line by which it says that it cannot read that one now
    terminal      control sequences that this platform sends by itself; taken out. None: it sends none
    not_restored  what the text cannot bring back, in words, for people
    """

    header: tuple[BytesPattern, ...]
    begins: tuple[BytesPattern, ...]
    end_mark: BytesPattern | None
    byte_count: BytesPattern | None
    byte_tolerance: int
    must_contain: tuple[BytesPattern, ...]
    hostname: BytesPattern | None
    hostname_cut: int | None
    restricted: tuple[BytesPattern, ...]
    terminal: BytesPattern | None
    not_restored: str
    never_saved: tuple[BytesPattern, ...] = ()
    busy: tuple[BytesPattern, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatileRule:
    """A whole line that changes without anybody changing the device.

    Groups `by`, `at` and `zone`, where present, name who changed the configuration last, when, and
    the zone of that time. The first rule that finds one of them decides.
    """

    name: str
    pattern: BytesPattern


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRule:
    """Lines that are somebody's own words or data, not commands: banners, certificates, scripts.

    word    literal that stands in every opening line; found first, because that is cheap
    opens   the opening line; its group `mark`, where present, is what closes the block
    closes  the closing line; None: the next `mark` closes
    """

    name: str
    word: str
    opens: BytesPattern
    closes: BytesPattern | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRule:
    """A line, or a block of lines, that holds a secret in group `secret`.

    word       literal that stands in every such line; found first, because that is cheap
    pattern    matched at the first character of the line that is not blank, a block pattern at
               the line's first one. Group `type`, where present, is the type digit
    encoding   how the value is written: `plain`, `type7`, `hash` (one way), `type9` (Junos $9$),
               `type8a` ... ; the fingerprint is taken of the decoded value where it can be decoded
    rewritten  the platform writes it differently at each output; it makes no change
    block      the pattern spans lines (certificates, keys)
    anywhere   the pattern is looked for anywhere in the line, and again after each match; it stands
               back where another rule found something, and in people's own words. For forms that
               no other rule knows
    """

    name: str
    word: str
    pattern: BytesPattern
    encoding: str = "plain"
    rewritten: bool = False
    block: bool = False
    anywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Platform:
    """One operating system. Equal only to itself: what is made from it is kept by its identity.

    startup          command; None: it keeps no startup configuration apart, or does not tell it
    startup_unasked  each backup asks for that one too, else only where the setting `collect.startup`
                     names the platform: it doubles what a login brings
    """

    name: str  # netutils/netmiko normal form, see STYLE
    title: str
    napalm_driver: str | None
    netmiko_type: str
    running: str  # command
    startup: str | None
    session: SessionWords
    facts: FactsWords
    whole: WholeWords
    blocks: tuple[BlockRule, ...]
    volatile: tuple[VolatileRule, ...]
    secrets: tuple[SecretRule, ...]
    rule_set: str  # version of `secrets` and `volatile`; a change rewrites once
    sections: Literal["indent", "braces"]
    comment: str  # what begins a comment line: "!"
    own_words: BytesPattern | None = None  # lines of people's own words, as descriptions
    messages: tuple[MessageRule, ...] = ()  # of its syslog, about changes
    blackhole: BlackholeWords | None = None  # None: neither trigger nor edge
    startup_unasked: bool = True

    @property
    def startup_asked(self) -> str | None:
        """The command, where a backup sends it."""
        return self.startup if self.startup_unasked else None
