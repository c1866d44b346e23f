"""Where an InfluxDB is. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from netwb.errors import SettingsError

_WRITE = "write http://influxdb.example.net:8086"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where an InfluxDB is, and how it is spoken to.

    url        as the setting has it, without a login
    username   1.x: its login; empty: `secret` is a token
    """

    url: SplitResult
    username: str = ""
    secret: str = field(default="", repr=False)
    ca_file: str = ""
    answer_s: float = 30.0

    @property
    def name(self) -> str:
        """How a sentence calls it."""
        return f"InfluxDB {self.url.netloc}"


def parse_url(text: str) -> SplitResult:
    """SettingsError where no InfluxDB can be there; the text is not shown, as it may hold a login."""
    try:
        parts = urlsplit(text.rstrip("/"))
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        raise _wrong("is none") from None
    if not text.isprintable() or " " in text or parts.scheme not in {"http", "https"}:
        raise _wrong("is none of http or https")
    if parts.username is not None or parts.password is not None:
        raise _wrong("holds a login; give metrics.username and metrics.secret, leave it out there")
    if not parts.hostname or not port_fits or parts.query or parts.fragment:
        raise _wrong("names no host and port")
    return parts


def _wrong(why: str) -> SettingsError:
    return SettingsError(f"setting metrics.url {why}; {_WRITE}")
