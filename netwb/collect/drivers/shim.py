"""Netmiko's face over our session, as far as NAPALM's drivers and nornir-netmiko's tasks go.

Not a subclass of netmiko's class: whatever is missing here fails by name, and never falls back to a
second connection that nobody asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from netwb.collect.drivers.link import HeldSession
from netwb.collect.ssh import RawOutput
from netwb.collect.ssh.prompts import without_escapes
from netwb.loading import lazy

if TYPE_CHECKING:
    import netmiko.utilities as netmiko_utilities
else:
    netmiko_utilities = lazy("netmiko.utilities")

_PARSERS = ("use_textfsm", "use_ttp", "use_genie")
_CONFIGURE = "configure terminal"
_SAVE = "copy running-config startup-config"


class NetmikoShim:
    """Looks like a netmiko connection; sends through a held session."""

    def __init__(self, session: HeldSession) -> None:
        self._session = session
        self.host = session.target.address
        self.device_type = session.platform.netmiko_type
        self.base_prompt = session.prompt.rstrip("#> ")
        # NAPALM asks `device.remote_conn.transport.is_active()`
        transport = SimpleNamespace(is_active=self.is_alive)
        self.remote_conn = SimpleNamespace(transport=transport)

    # -- commands

    def send_command(
        self,
        command_string: str,
        expect_string: str | None = None,
        read_timeout: float | None = None,
        *,
        strip_prompt: bool = True,
        strip_command: bool = True,
        **kwargs: Any,
    ) -> Any:
        """One command's answer as text, without echo and prompt; netmiko's keywords are accepted.

        read_timeout  longest silence, s; netmiko's default of 10 s is left to the session's clock
        """
        command = command_string.replace("\0", "").strip()
        if expect_string is None:
            output = self._session.send(command, idle_s=read_timeout)
        else:
            pattern = re.compile(expect_string.encode(), re.MULTILINE)
            output = self._session.converse(command, pattern, idle_s=read_timeout)
        text = as_text(output, command, echo=not strip_command, prompt=not strip_prompt)
        return self._parsed(text, command, kwargs)

    send_command_expect = send_command

    def send_command_timing(self, command_string: str, **kwargs: Any) -> Any:
        """One command's answer; it ends at the prompt, or at a question that waits for an answer."""
        del kwargs
        ends = re.compile(rb"(?:[#>] ?|\[confirm\] ?|[?:] ?|\]: ?)$")
        output = self._session.converse(command_string.strip(), ends)
        return as_text(output, command_string.strip(), echo=False, prompt=True)

    def send_multiline(
        self, commands: Iterable[Sequence[str] | str], expect_string: str | None = None, **_: Any
    ) -> str:
        """Several commands, each with what its answer ends in, or all with the same."""
        parts = []
        for item in commands:
            command, ends = (item, expect_string) if isinstance(item, str) else (item[0], item[1])
            parts.append(str(self.send_command(command, expect_string=ends or None)))
        return "\n".join(parts)

    def run_commands(self, commands: Iterable[str], **_: Any) -> list[dict[str, str]]:
        """NAPALM's EOS driver asks eAPI in one place, whatever its transport: answer as text."""
        return [{"output": str(self.send_command(command))} for command in commands]

    # -- modes

    def enable(self, *args: Any, **kwargs: Any) -> str:
        """Raised at login already, where that was possible."""
        del args, kwargs
        return ""

    def check_enable_mode(self, *args: Any, **kwargs: Any) -> bool:
        """Whether the login may see everything."""
        del args, kwargs
        return self._session.privileged

    def config_mode(self, config_command: str = _CONFIGURE, **kwargs: Any) -> str:
        """Enter configuration mode."""
        del kwargs
        return as_text(self._session.converse(config_command), config_command)

    def exit_config_mode(self, exit_config: str = "end", **kwargs: Any) -> str:
        """Leave it."""
        del kwargs
        return as_text(self._session.converse(exit_config), exit_config)

    def check_config_mode(self, *args: Any, **kwargs: Any) -> bool:
        """Whether the prompt is that of configuration mode."""
        del args, kwargs
        return "(config" in self._session.prompt

    def send_config_set(
        self,
        config_commands: Iterable[str] | str,
        *,
        enter_config_mode: bool = True,
        exit_config_mode: bool = True,
        **kwargs: Any,
    ) -> str:
        """Configuration lines one after the other, and what the device said to each."""
        del kwargs
        lines = [config_commands] if isinstance(config_commands, str) else list(config_commands)
        said = [self.config_mode()] if enter_config_mode else []
        said += [as_text(self._session.converse(line), line, echo=True) for line in lines]
        if exit_config_mode:
            said.append(self.exit_config_mode())
        return "\n".join(said)

    def save_config(self, cmd: str = _SAVE, **kwargs: Any) -> str:
        """Copy running to startup; an empty line accepts the file name that is asked for."""
        del kwargs
        asked = re.compile(rb"\]\? ?$|[#>] ?$")
        first = self._session.converse(cmd, asked)
        text = as_text(first, cmd, prompt=True)
        if text.rstrip().endswith("?"):
            text += as_text(self._session.converse(""), "")
        return text

    # -- the connection

    def find_prompt(self, *args: Any, **kwargs: Any) -> str:
        """The prompt as it stands."""
        del args, kwargs
        return self._session.prompt.strip()

    def set_base_prompt(self, *args: Any, **kwargs: Any) -> str:
        """The prompt without its last character, as netmiko names it."""
        del args, kwargs
        self.base_prompt = self._session.prompt.rstrip("#> ")
        return self.base_prompt

    def write_channel(self, out_data: str) -> None:
        """NAPALM types a NUL to see whether the line is up; the session knows without."""
        if out_data.strip("\0") or not self.is_alive():
            msg = f"{self._session.target.hostname}: cannot type on a line that is not ours to read"
            raise OSError(msg)

    def is_alive(self) -> bool:
        """Whether commands can be sent."""
        return self._session.alive

    def disconnect(self) -> None:
        """End the session."""
        self._session.close()

    def _parsed(self, text: str, command: str, kwargs: dict[str, Any]) -> Any:
        """Structured data, where one of netmiko's parsers is asked for."""
        if not any(kwargs.get(name) for name in _PARSERS):
            return text
        known = {name: value for name, value in kwargs.items() if name in _CONVERTED}
        return netmiko_utilities.structured_data_converter(
            command=command, raw_data=text, platform=self.device_type, **known
        )


_CONVERTED = (
    *_PARSERS,
    "use_textfsm_fallback",
    "textfsm_template",
    "ttp_template",
    "raise_parsing_error",
)


def as_text(output: RawOutput, command: str, *, echo: bool = False, prompt: bool = False) -> str:
    """The answer as netmiko gives it: LF line ends, no control sequences."""
    raw = output.transcript + output.prompt if prompt else output.transcript
    text = without_escapes(raw).decode(errors="replace")
    text = re.sub(r"\r+\n|\n\r", "\n", text).replace("\r", "").replace("\0", "")
    if not echo:
        first, _, rest = text.partition("\n")
        text = rest if command and first.strip().endswith(command) else text
    return text if prompt else text.removesuffix("\n")
