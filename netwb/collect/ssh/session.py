"""One logged-in command line: its prompt, its privilege, and commands answered byte for byte.

The prompt is learned from the device after login, and from then on exactly that line ends an
answer, and only when nothing follows it: an empty line is typed after a line that looks like the
prompt, and the device must answer with the prompt again. A prompt inside a banner of the
configuration is followed by more configuration instead. No fixed sleep is needed for that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from netwb.collect.ssh.faults import Place
from netwb.collect.ssh.lockout import LockoutBreaker
from netwb.collect.ssh.prompts import last_line, prompt_in, prompts_at_end, without_escapes
from netwb.collect.ssh.shell import Shell
from netwb.errors import (
    CommandRejectedError,
    ConnectionLostError,
    DeadlineError,
    IncompleteConfigError,
    RestrictedLoginError,
)
from netwb.inventory.records import Login, Target
from netwb.platforms.record import BytesPattern, Platform
from netwb.settings import CollectSettings

LOOK_S = 1.0  # how often a silent device is looked at: a pager may wait
LOST_KEY = 1 / 3  # share of the idle timeout after which an empty line was thrown away
EXPECTED = 2048  # bytes at the end of a text in which an expected pattern is looked for
ABORT = b"\x03"  # Ctrl-C leaves a password prompt without an attempt that AAA would count


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOutput:
    """One command's answer as recorded.

    transcript  from the command's echo up to, not including, the final prompt
    prompt      the prompt that came after it, as sent
    """

    transcript: bytes = field(repr=False)
    prompt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """Who is logged in to what.

    host_key   OpenSSH public key line of the device
    login      the one that was accepted
    """

    target: Target
    platform: Platform
    login: Login
    host_key: str


class Session:
    """A command line on one device. Made by `Sessions.open`; lives inside its `async with`."""

    def __init__(
        self, who: LoggedIn, shell: Shell, settings: CollectSettings, lockout: LockoutBreaker
    ) -> None:
        self.who = who
        self.prompt = b""  # the exact prompt, without control sequences
        self._shell = shell
        self._settings = settings
        self._lockout = lockout
        self._words = who.platform.session
        self._place = Place.of(who.target)
        self._idle_s = settings.idle_timeout_s
        self._doing = "after login"

    @property
    def target(self) -> Target:
        """The device."""
        return self.who.target

    @property
    def platform(self) -> Platform:
        """Its words."""
        return self.who.platform

    @property
    def host_key(self) -> str:
        """OpenSSH public key line of the device."""
        return self.who.host_key

    @property
    def privileged(self) -> bool:
        """Whether the prompt is that of a login that may see everything."""
        wanted = self._words.privileged
        return wanted is None or wanted.fullmatch(self.prompt) is not None

    async def prepare(self) -> None:
        """Learn the prompt, raise the privilege where that is possible, switch the pager off."""
        words = self._words
        await self._learn_prompt()
        if not self.privileged and words.enable:
            await self._enable(words.enable)
        for command in words.prepare:
            await self._ask(command)

    async def send(self, command: str, *, idle_s: float | None = None) -> RawOutput:
        """Type one command; its answer ends with the prompt, seen twice.

        idle_s   longest silence for this command, where it differs from collect.idle_timeout_s
        Raises DeadlineError, ConnectionLostError, CommandRejectedError (a pager waits) or
        IncompleteConfigError (longer than `collect.max_bytes`).
        """
        with self._patience(idle_s):
            await self._ask(command)
            return self._taken(await self._settle())

    async def ask(self, command: str) -> RawOutput:
        """Type one command whose answer cannot hold the prompt's own line; ends at the first."""
        start = await self._ask(command)
        return self._taken(start)

    async def burst(
        self, lines: Sequence[str], *, prompts: int, prompt: bytes | None = None
    ) -> RawOutput:
        """Type several lines without waiting between them; ends at that many prompts.

        For answers that cannot hold the prompt's own line, and few enough lines for a terminal's
        buffer.

        prompts  1 where all lines but the last are answered by another prompt
        prompt   what the last line leads to, and the session's from then on; None: it stays
        """
        self.prompt = prompt or self.prompt
        self._doing = f"in the answers to `{lines[0]}` and {len(lines) - 1} more"
        self._shell.clear()
        self._shell.write("\n".join(lines).encode())
        while self._prompts_at_end(most=1)[0] == 0 or self._prompts_so_far() < prompts:
            await self._more("not every prompt has come")
        return self._taken(self._prompts_at_end(most=1)[1])

    def _prompts_so_far(self) -> int:
        text = without_escapes(bytes(self._shell.text))
        return sum(line.lstrip(b"\r\0").startswith(self.prompt) for line in text.split(b"\n"))

    async def converse(
        self, line: str, until: BytesPattern | None = None, *, idle_s: float | None = None
    ) -> RawOutput:
        """Type a line whose answer ends in something else than the prompt.

        until   what to wait for, anywhere in the end of the text; None: any prompt of the
                platform, as in configuration mode, which becomes the prompt from then on
        """
        self._doing = f"in the answer to `{line}`"
        self._shell.clear()
        self._shell.write(line.encode())
        with self._patience(idle_s):
            while not self._came(until):
                await self._more("what it should end with has not come")
        text = bytes(self._shell.text)
        self._shell.clear()
        end = len(text) - len(last_line(text))
        return RawOutput(transcript=text[:end], prompt=text[end:])

    @property
    def ended(self) -> bool:
        """Whether the command line is gone."""
        return self._shell.ended

    def _came(self, until: BytesPattern | None) -> bool:
        text = self._shell.text
        if until is not None:
            return until.search(without_escapes(bytes(text[-EXPECTED:]))) is not None
        return self._at_any_prompt(last_line(text))

    @contextmanager
    def _patience(self, idle_s: float | None) -> Iterator[None]:
        self._idle_s = idle_s or self._settings.idle_timeout_s
        try:
            yield
        finally:
            self._idle_s = self._settings.idle_timeout_s

    def _taken(self, start: int) -> RawOutput:
        text = bytes(self._shell.text)
        end = _end_of_first_prompt(text, start)
        self._shell.clear()
        return RawOutput(transcript=text[:start], prompt=text[start:end])

    # -- the prompt

    async def _learn_prompt(self) -> None:
        """Wait for what looks like a prompt, and let the device repeat it."""
        while self._look_for_prompt() is None:
            await self._more(f"no prompt of {self.platform.title}")
        await self._settle(self._look_for_prompt)
        self._shell.clear()

    def _look_for_prompt(self) -> bytes | None:
        """The newest prompt by the platform's pattern: a line of the greeting may be the first."""
        prompt = prompt_in(self._shell.text, self._words.prompt)
        self.prompt = prompt or self.prompt
        return prompt

    async def _settle(self, look: Callable[[], object] = lambda: None) -> int:
        """Make sure that nothing follows the prompt; gives where the answer's prompt begins.

        Each empty line brings one more prompt in the end, also when the prompt that made us type it
        was part of the text. A device that throws away what is typed too early is asked again.
        """
        typed, quiet = 0, True
        while True:
            look()
            count, start = self._prompts_at_end(most=typed + 1)
            if typed and (count > typed or (quiet and count > 1)):
                return start
            if quiet and count:
                self._shell.write(b"")
                typed += 1
            await self._more("the prompt has not come again after an empty line")
            quiet = self._silent_s() >= self._idle_s * LOST_KEY

    async def _ask(self, command: str) -> int:
        """Type a command and wait until the last line is the prompt; gives where that begins."""
        self._doing = f"in the answer to `{command}`"
        self._shell.clear()
        self._shell.write(command.encode())
        return await self._until_prompt(1)

    async def _until_prompt(self, times: int) -> int:
        """Wait until the last `times` lines are the prompt; gives where they begin."""
        while True:
            count, start = self._prompts_at_end(most=times)
            if count == times:
                return start
            await self._more("the prompt has not come back")

    def _prompts_at_end(self, *, most: int) -> tuple[int, int]:
        return prompts_at_end(
            self._shell.text, self.prompt, most=most, above=self._words.above_prompt
        )

    # -- the privilege

    async def _enable(self, command: str) -> None:
        """Raise the privilege; without an enable password this works only where none is asked."""
        self._doing = f"in the answer to `{command}`"
        self._shell.clear()
        self._shell.write(command.encode())
        if not await self._asked_for_password():
            return
        if self.who.login.enable is None:
            self._shell.press(ABORT)
            await self._until_any_prompt()
            return
        with self._lockout.attempt(
            f"enable of {self.who.login.credential}", self._place
        ) as attempt:
            await attempt.begin()
            await self._show_enable_password(self.who.login.enable)

    async def _show_enable_password(self, password: str) -> None:
        self._shell.write(password.encode())
        await self._until_any_prompt()
        if not self.privileged:
            msg = (
                f"{self._place}: the enable password of {self.who.login.credential} is refused; "
                f"set the right one with `{self.who.login.setting('--enable prompt')}`"
            )
            raise RestrictedLoginError(msg)

    async def _asked_for_password(self) -> bool:
        while True:
            line = last_line(self._shell.text)
            if line.rstrip().lower().endswith(b"password:"):
                return True
            if self._at_any_prompt(line):
                return False
            await self._more("neither a password prompt nor a command prompt")

    async def _until_any_prompt(self) -> None:
        """A prompt in a line of its own; the line with the password prompt is behind us."""
        self._shell.clear()
        while not self._at_any_prompt(last_line(self._shell.text)):
            if last_line(self._shell.text).rstrip().lower().endswith(b"password:"):
                self._shell.press(ABORT)  # asked again: refused, and no second try
                self._shell.clear()
            await self._more("no prompt after the enable password")

    def _at_any_prompt(self, line: bytes) -> bool:
        if self._words.prompt.fullmatch(line):
            self.prompt = line
            return True
        return False

    # -- waiting

    async def _more(self, missing: str) -> None:
        """Wait for more text, or raise what is wrong with waiting on."""
        heard = await self._shell.more(min(LOOK_S, self._idle_s * LOST_KEY))
        shell = self._shell
        if shell.overflowed:
            msg = (
                f"{self._place}: more than {self._settings.max_bytes} bytes came {self._doing}; "
                f"raise collect.max_bytes if that is right"
            )
            raise IncompleteConfigError(msg)
        if shell.ended:
            msg = (
                f"{self._place}: the connection ended {self._doing}, after "
                f"{len(shell.text)} bytes and before the prompt; look at the device's log"
            )
            raise ConnectionLostError(msg)
        if not heard:
            self._judge_silence(missing)

    def _silent_s(self) -> float:
        return asyncio.get_running_loop().time() - self._shell.heard_at

    def _judge_silence(self, missing: str) -> None:
        line = last_line(self._shell.text)
        if self._words.pager.search(line):
            msg = (
                f"{self._place}: a pager waits {self._doing}, although "
                f"`{'`, `'.join(self._words.prepare)}` was sent; let the login use it"
            )
            raise CommandRejectedError(msg)
        if self._silent_s() >= self._idle_s:
            msg = (
                f"{self._place}: silent for {self._idle_s:g} s {self._doing}, "
                f"after {len(self._shell.text)} bytes ({missing}); look at the device's load, or "
                f"raise collect.idle_timeout_s"
            )
            raise DeadlineError(msg)


def _end_of_first_prompt(text: bytes, start: int) -> int:
    end = text.find(b"\n", start)
    line_end = len(text) if end < 0 else end
    return start + len(text[start:line_end].rstrip(b"\r"))
