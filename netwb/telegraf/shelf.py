"""The templates of `telegraf/`, read from where netwb's own files lie."""

from __future__ import annotations

from functools import cache

from netwb.loading import share
from netwb.telegraf.records import Templates


@cache
def load_templates() -> Templates:
    """All of them, read once a process: they come with the code."""
    folder = share() / "telegraf"

    def text(stem: str) -> str:
        return (folder / f"{stem}.conf").read_text("utf-8")

    return Templates(
        agent=text("agent"),
        influxdb=text("influxdb"),
        influxdb_v2=text("influxdb_v2"),
        no_output=text("no_output"),
        snmp=text("snmp"),
        v2c=text("snmp_v2c"),
        v3=text("snmp_v3"),
        ping=text("ping"),
    )
