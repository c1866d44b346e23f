"""Where a server process listens, and which hosts' pages may open its websockets. Pure."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a process listens."""

    address: str
    port: int
    tls: tuple[str, str] | None  # certificate and key
    public_url: str

    @property
    def url(self) -> str:
        """As a person on this machine reaches it."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    def ssl_context(self) -> ssl.SSLContext | None:
        """What a server of ours needs for TLS."""
        if self.tls is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self.tls)
        return context

    @property
    def origins(self) -> list[str]:
        """Hosts by name whose pages may open our websockets.

        A page that was reached by a bare address needs none: see `documents.PageSocket`.
        """
        names = [] if is_address(self.address) else [f"{self.address}:{self.port}"]
        if self.public_url:
            parts = urlsplit(self.public_url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
            names += [parts.netloc, f"{parts.hostname}:{port}"]
        return list(dict.fromkeys([*names, f"localhost:{self.port}"]))


def is_address(host: str) -> bool:
    """Whether it is an address and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    return host == "localhost" or (is_address(host) and ip_address(host).is_loopback)
