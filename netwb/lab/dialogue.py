"""One terminal session of a simulated device: octets typed in, steps out. Pure: it sends nothing.

Sources: the command line guides of the platforms; how they page, echo and ask for a password was
written down from those and from the expectations of Netmiko and NAPALM.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Literal

from netwb.inventory.records import ConfigKind
from netwb.lab.configuring import CONFIG_WORDS, show_route, take_line, unsaved
from netwb.lab.device import LabDevice
from netwb.lab.dialects import DIALECTS
from netwb.lab.faults import Fault, tear_at_prompt
from netwb.lab.screen import Drop, Hang, Leave, Screen, Send, Step, Think, Trickle
from netwb.lab.shelf import Shelf, wire
from netwb.lab.switched_ports import named_port

TRICKLE_BYTES_PER_S = 200  # the rate of facts-ssh: slow, but never idle
_PAUSE_S = 0.3  # long enough for a client that believes the first prompt to go on
_CONTROL = re.compile(rb"[\r\n\x03\x04\x08\x15\x7f]")


class Dialogue:
    """The state of one session: privilege, line being typed, password being asked for."""

    def __init__(
        self,
        device: LabDevice,
        shelf: Shelf,
        *,
        fault: Fault | None = None,
        think_s: float = 0,
        on_command: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._device = device
        self._shelf = shelf
        self._fault = fault
        self._think_s = think_s
        self._on_command = on_command
        self._dialect = DIALECTS[device.platform]
        self._words = self._dialect.words
        free = device.enable is None or self._words.always_privileged
        self._privileged = free and fault != "restricted"
        self._screen = Screen(pager=self._words.pager, eraser=self._words.pager_erase)
        self._mode: Literal["command", "configure", "password", "over"] = "command"
        self._line = b""
        self._after_return = False
        self._refusals = 0
        self._port: int | None = None  # whose configuration is being typed

    def start(self) -> list[Step]:
        """Greet and prompt, as after a login."""
        if self._fault == "hangs_after_login":
            return [Hang()]
        self._screen.say(wire(self._words.greeting.encode()))
        self._prompt()
        return self._screen.taken()

    def receive(self, data: bytes) -> list[Step]:
        """Take what was typed, in pieces of any size; give what the device does."""
        while data and self._mode != "over":
            if self._screen.waits:
                self._press(data[:1])
                data = data[1:]
                continue
            found = _CONTROL.search(data)
            typed = data[: found.start()] if found else data
            if typed:
                self._type(typed)
            if not found:
                break
            data = data[found.end() :]
            self._control(found.group())
        return self._screen.taken()

    def execute(self, command: bytes) -> list[Step]:
        """Run one command of an exec request: no prompt, no pager."""
        if self._fault == "hangs_after_login":
            return [Hang()]
        self._screen.length = None
        self._run(command.decode("latin-1").strip())
        self._screen.do(Leave())
        return self._screen.taken()

    def _type(self, typed: bytes) -> None:
        self._after_return = False
        self._line += typed
        if self._mode != "password":
            self._screen.say(typed)

    def _control(self, key: bytes) -> None:
        if key == b"\n" and self._after_return:
            self._after_return = False
            return
        self._after_return = key == b"\r"
        match key:
            case b"\r" | b"\n":
                line, self._line = self._line, b""
                self._screen.say(b"\r\n")
                self._enter(line)
            case b"\x03":
                self._line, self._mode = b"", "command"
                self._screen.say(b"^C\r\n")
                self._prompt()
            case b"\x04" if not self._line:
                self._leave()
            case b"\x15":
                self._screen.say(b"\x08 \x08" * len(self._line))
                self._line = b""
            case b"\x08" | b"\x7f" if self._line:
                self._line = self._line[:-1]
                self._screen.say(b"\x08 \x08")

    def _enter(self, line: bytes) -> None:
        if self._mode == "password":
            self._give_password(line.decode("latin-1"))
        else:
            self._run(line.decode("latin-1").strip())
            self._prompt_when_done()

    def _press(self, key: bytes) -> None:
        self._screen.press(key)
        self._prompt_when_done()

    def _run(self, line: str) -> None:
        """Find the command, abbreviated or not, and answer it."""
        words, _, pipe = line.partition("|")
        if words and self._mode == "configure":
            self._on_command(line)
            self._configured(line)
        elif words and (known := self._shelf.state(self._device.key, " ".join(words.split()))):
            self._on_command(line)
            self._show(known, pipe.strip())
        elif words:
            self._on_command(line)
            command = find_command(words.split(), self._ANSWERS)
            answer = self._ANSWERS[command] if command else Dialogue._unknown
            answer(self, line, pipe.strip())

    def _prompt_when_done(self) -> None:
        if self._mode in {"command", "configure"} and not self._screen.waits:
            self._prompt()

    def _prompt(self) -> None:
        self._screen.say(self._prompt_text().encode())

    def _prompt_text(self) -> str:
        words = self._words
        form = words.privileged_prompt if self._privileged else words.user_prompt
        if self._mode == "configure":
            form = form.replace("#", "(config)#" if self._port is None else "(config-if)#")
        return form.format(hostname=self._device.hostname)

    def _unknown(self, line: str, pipe: str) -> None:
        del pipe
        self._print(self._complaint(line))

    def _configure(self, line: str, pipe: str) -> None:
        known = CONFIG_WORDS.get(self._device.platform)
        if known is None or not self._privileged:
            self._unknown(line, pipe)
            return
        self._mode = "configure"
        self._print(known.entered)

    def _configured(self, line: str) -> None:
        """One line in configuration mode; here a trigger's faults happen."""
        if line == "exit" and self._port is not None:
            self._port = None
            return
        if line in {"end", "exit"}:
            self._mode, self._port = "command", None
            return
        match self._shelf.routes.fault(self._device.key):
            case "silent":
                self._screen.do(Hang())
            case "refuses":
                refusal = self._words.authorization_failed
                self._print(refusal.replace("show running-config", line))
            case "answers_anew":
                self._print("Change 4711 waits for its review.\n")
            case None:
                answer = self._taken(line)
                self._print(self._complaint(line) if answer is None else answer)

    def _taken(self, line: str) -> str | None:
        """A port is entered or switched, or a route typed. None: no such command."""
        key, platform = self._device.key, self._device.platform
        entered = named_port(line, platform, self._shelf.world.model(key, self._shelf.night))
        if entered is not None:
            self._port = entered
            return ""
        if self._port is not None and line in {"shutdown", "no shutdown"}:
            self._shelf.ports.switch(key, self._port, enabled=line == "no shutdown")
            return ""
        return take_line(line, platform, key, self._shelf.routes)

    def _complaint(self, line: str) -> str:
        return self._dialect.unknown(line, len(self._prompt_text()))

    def _route(self, line: str, pipe: str) -> None:
        """Where an address is sent: `show ip route A`, and IOS's `show ip cef A`."""
        platform, asked = self._device.platform, " ".join(line.split()[3:])
        answer = None
        if platform in CONFIG_WORDS:
            answer = show_route(asked, platform, self._device.key, self._shelf.routes)
        if answer is None:
            self._unknown(line, pipe)
        else:
            self._print(answer)

    def _daemons(self, line: str, pipe: str) -> None:
        if self._device.platform == "frr":
            self._print(" zebra bgpd staticd\n")
        else:
            self._unknown(line, pipe)

    def _differences(self, line: str, pipe: str) -> None:
        if self._device.platform in CONFIG_WORDS:
            self._print(unsaved(self._device.platform, self._device.key, self._shelf.routes))
        else:
            self._unknown(line, pipe)

    def _save(self, line: str, pipe: str) -> None:
        known = CONFIG_WORDS.get(self._device.platform)
        if known is None or not self._privileged:
            self._unknown(line, pipe)
            return
        self._shelf.routes.save(self._device.key)
        self._shelf.ports.save(self._device.key)
        self._print(known.saved)

    def _running(self, line: str, pipe: str) -> None:
        self._configuration(line, pipe, "running")

    def _startup(self, line: str, pipe: str) -> None:
        self._configuration(line, pipe, "startup")

    def _configuration(self, line: str, pipe: str, kind: ConfigKind) -> None:
        """Show one of the texts; here the faults in the middle of a text happen."""
        if not self._privileged and self._fault != "restricted":
            if self._words.not_privileged:
                self._print(self._words.not_privileged)
            else:
                self._unknown(line, pipe)
            return
        if self._think_s:
            self._screen.do(Think(self._think_s))
        data = self._shelf.config(kind, self._device.key, self._fault)
        half = data[: len(data) // 2]
        match self._fault:
            case "hangs_in_the_middle":
                self._screen.do(Send(half), Hang())
            case "dropped_in_the_middle":
                self._screen.do(Send(half), Drop())
            case "prompt_in_the_text":
                first, rest = tear_at_prompt(data, self._prompt_text().encode())
                self._screen.do(Send(first), Think(_PAUSE_S), Send(rest))
            case "slow_trickle":
                self._screen.do(Trickle(data, TRICKLE_BYTES_PER_S))
            case _:
                self._show(data, pipe)

    def _version(self, line: str, pipe: str) -> None:
        answer = self._shelf.version_json(self._device.key) if pipe.startswith("json") else None
        if pipe.startswith("json") and answer is None:
            self._unknown(line, pipe)
        else:
            self._show(answer or self._shelf.version(self._device.key), pipe)

    def _clock(self, line: str, pipe: str) -> None:
        del line, pipe
        at = self._shelf.world.at(self._shelf.night)
        self._print(f"{at:%H:%M:%S}.000 UTC {at:%a %b} {at.day} {at.year}\n")

    def _privilege(self, line: str, pipe: str) -> None:
        if not self._words.level_shows:
            self._unknown(line, pipe)
            return
        level = 7 if self._fault == "restricted_quietly" else 15 if self._privileged else 1
        self._print(f"Current privilege level is {level}\n")

    def _length(self, line: str, pipe: str) -> None:
        count = line.rsplit(maxsplit=1)[-1]
        if not count.isdigit():
            self._unknown(line, pipe)
            return
        if self._fault != "pager_left_on":
            self._screen.length = int(count) or None
        self._print(self._words.length_set)

    def _width(self, line: str, pipe: str) -> None:
        width = line.rsplit(maxsplit=1)[-1]
        if not width.isdigit():
            self._unknown(line, pipe)
            return
        self._print(self._words.width_set.format(width=width))

    def _enable(self, line: str, pipe: str) -> None:
        del line, pipe
        if self._privileged:
            return
        self._mode, self._refusals = "password", 0
        self._screen.say(b"Password: ")

    def _give_password(self, password: str) -> None:
        right = self._fault != "restricted" and password == self._device.enable
        self._refusals += not right
        if not right and self._refusals < 3:
            self._screen.say(b"Password: ")
            return
        self._mode, self._privileged = "command", right
        if not right:
            self._print(self._words.enable_refused)
        self._prompt()

    def _disable(self, line: str, pipe: str) -> None:
        del line, pipe
        self._privileged = False

    def _exit(self, line: str, pipe: str) -> None:
        del line, pipe
        self._leave()

    def _leave(self) -> None:
        self._screen.do(Leave())
        self._mode = "over"

    def _nothing(self, line: str, pipe: str) -> None:
        del line, pipe

    def _print(self, text: str) -> None:
        self._show(wire(text.encode()), "")

    def _show(self, data: bytes, pipe: str) -> None:
        if pipe.startswith("inc"):
            wanted = _pattern(pipe.partition(" ")[2])
            data = b"".join(row for row in data.splitlines(keepends=True) if wanted.search(row))
        self._screen.show(data)

    _ANSWERS: ClassVar[Mapping[tuple[str, ...], Callable[[Dialogue, str, str], None]]] = (
        MappingProxyType(
            {
                ("show", "running-config", "diffs"): _differences,
                ("show", "archive", "config", "differences"): _differences,
                ("show", "ip", "route"): _route,
                ("show", "ipv6", "route"): _route,
                ("show", "ip", "cef"): _route,
                ("show", "ipv6", "cef"): _route,
                ("show", "daemons"): _daemons,
                ("configure", "terminal"): _configure,
                ("write", "memory"): _save,
                ("show", "running-config"): _running,
                ("show", "startup-config"): _startup,
                ("show", "version"): _version,
                ("show", "clock"): _clock,
                ("show", "privilege"): _privilege,
                ("terminal", "length"): _length,
                ("terminal", "width"): _width,
                ("terminal", "no", "monitor"): _nothing,
                ("write", "terminal"): _running,
                ("enable",): _enable,
                ("disable",): _disable,
                ("end",): _nothing,
                ("exit",): _exit,
                ("logout",): _exit,
                ("quit",): _exit,
            }
        )
    )


def _pattern(wanted: str) -> re.Pattern[bytes]:
    """A regular expression, as routers take it; words that are none are looked for as they are."""
    try:
        return re.compile(wanted.encode())
    except re.error:
        return re.compile(re.escape(wanted.encode()))


def find_command(
    words: Sequence[str], known: Collection[tuple[str, ...]]
) -> tuple[str, ...] | None:
    """Find the first known command that these words, perhaps shortened, begin with."""
    for command in known:
        if len(words) >= len(command) and all(
            full.startswith(short.lower()) for full, short in zip(command, words, strict=False)
        ):
            return command
    return None
