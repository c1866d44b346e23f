"""A ConfigDiff on a terminal: removed red, added green, words marked, the section above each hunk."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.text import Text

from netwb.cli.show import print_text, shown, stdout_console

if TYPE_CHECKING:
    from netwb.configs.diff import ConfigDiff, DiffLine

_MARK = {"same": " ", "added": "+", "removed": "-"}
_PATCH_STYLE = {"+": "green", "-": "red", "@": "cyan"}
_STYLE = {"same": "", "added": "green", "removed": "red"}


def print_diff(diff: ConfigDiff) -> None:
    """Old above new, then hunk by hunk."""
    console = stdout_console()
    console.print(Text(f"--- {shown(diff.old)}", style="red"))
    console.print(Text(f"+++ {shown(diff.new)}", style="green"))
    if not diff.hunks:
        console.print("no difference")
    for hunk in diff.hunks:
        place = f"@@ line {hunk.new_start}" + (f" · {shown(hunk.section)}" if hunk.section else "")
        console.print(Text(place, style="cyan"))
        for line in hunk.lines:
            console.print(_painted(line), soft_wrap=True)


def print_patch(patch: bytes) -> None:
    """Byte for byte where a program reads it; in color, its controls visible, to a person."""
    if not sys.stdout.isatty():
        print_text(patch)
        return
    console = stdout_console()
    for line in patch.decode("utf-8", "replace").removesuffix("\n").split("\n"):
        console.print(Text(shown(line), style=_PATCH_STYLE.get(line[:1], "")), soft_wrap=True)


def _painted(line: DiffLine) -> Text:
    style = _STYLE[line.kind]
    text = Text(_MARK[line.kind], style=style)
    for word in line.words:
        marked = word.kind != "same"
        text.append(shown(word.text), style=f"{style} reverse" if marked else style)
    if not line.words:
        text.append(shown(line.text), style=style)
    return text
