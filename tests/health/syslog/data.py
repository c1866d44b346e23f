"""The messages of tests/data/<platform>/syslog: what each means, who it names, and itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from netwb.platforms.messages import MessageRule
from netwb.workbench.platform_files import load_messages, load_platforms

DATA = Path(__file__).parents[2] / "data"
NOWHERE = Path("/nowhere")
RULES: Mapping[str, tuple[MessageRule, ...]] = load_messages(load_platforms(NOWHERE))


def recorded_messages() -> Iterator[tuple[str, str, str, bytes]]:
    """Platform, meaning ("-": none), name and message of each line."""
    for file in sorted(DATA.glob("*/syslog/messages.tsv")):
        for line in file.read_bytes().splitlines():
            means, name, message = line.split(b"\t", 2)
            yield file.parts[-3], means.decode(), name.decode(), message
