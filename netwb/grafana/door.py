"""Whether Grafana's front may be shown in a page: it lets nobody in whom netwb did not name.

Asked without a login, and once more with a name that anybody could claim, it is to refuse both; a
panel of one that answers would show a tenant's traffic to whoever knows its address. No redirect is
followed, no proxy asked; the connection is cut at the end of its time.
Source: Grafana, "Configure auth proxy authentication" and "HTTP API: Organization".
"""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import SplitResult, urlencode, urlsplit

from netwb.cut_off import connected
from netwb.errors import GrafanaError, SettingsError
from netwb.loading import part
from netwb.settings import GrafanaSettings

HEADER = "X-WEBAUTH-USER"  # Grafana's own default of `auth.proxy.header_name`
HOLDS = timedelta(minutes=1)  # that it was found shut
_CLOSED = frozenset({301, 302, 303, 307, 401, 403, 407})
_WRITE = "write https://netwb.example.net:3000"


class Door:
    """Grafana as browsers reach it, by the settings; `refuse_open` asks it at most once a minute."""

    def __init__(self, settings: GrafanaSettings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._asking = threading.Lock()
        self._shut_until: dict[str, datetime] = {}

    @part
    def _url(self) -> SplitResult:
        return parse_url(self._settings.url)

    @property
    def origin(self) -> str:
        """What a page's policy allows a frame of: `https://netwb.example.net:3000`."""
        return origin_of(self._url)

    def panel_url(self, **asked: str) -> str:
        """One panel alone, as Grafana's own "Embed" gives it."""
        path = f"{self._url.path}/d-solo/{self._settings.dashboard}/netwb"
        query = urlencode({"panelId": str(self._settings.panel), **asked})
        return f"{self.origin}{path}?{query}"

    def refuse_open(self, account: str) -> None:
        """GrafanaError where it answers who is not logged in, or whoever claims to be `account`."""
        with self._asking:
            if self._clock() < self._shut_until.get(account, self._clock()):
                return
            where = self._url.netloc
            if self._is_open({}):
                msg = f"Grafana {where} answers anybody; switch auth.anonymous off in it"
                raise GrafanaError(msg)
            if self._is_open({HEADER: account}):
                msg = (
                    f"Grafana {where} takes anybody's word for who it is; put a proxy before it that"
                    f" sets {HEADER} itself, and name that proxy in auth.proxy.whitelist"
                )
                raise GrafanaError(msg)
            self._shut_until[account] = self._clock() + HOLDS

    def _is_open(self, headers: Mapping[str, str]) -> bool:
        status = self._status(headers)
        if 200 <= status < 300:
            return True
        if status in _CLOSED:
            return False
        msg = (
            f"Grafana {self._url.netloc} answers {status}; look at its log, or correct grafana.url"
        )
        raise GrafanaError(msg)

    def _status(self, headers: Mapping[str, str]) -> int:
        name, settings = self._url.netloc, self._settings
        try:
            with connected(
                self._url,
                answer_s=settings.answer_s,
                ca_file=settings.ca_file,
                setting="grafana.ca_file",
            ) as connection:
                connection.request("GET", f"{self._url.path}/api/org", headers=dict(headers))
                return connection.getresponse().status
        except TimeoutError as error:
            msg = f"Grafana {name} does not answer within {settings.answer_s:.0f} s; look whether it runs"
            raise GrafanaError(msg) from error
        except ssl.SSLCertVerificationError as error:
            msg = (
                f"the certificate of Grafana {name} is not trusted ({error.verify_message}); name its"
                " CA by grafana.ca_file"
            )
            raise GrafanaError(msg) from error
        except (OSError, http.client.HTTPException) as error:
            said = getattr(error, "strerror", None) or type(error).__name__
            msg = f"Grafana {name} cannot be reached ({said}); start it, or correct grafana.url"
            raise GrafanaError(msg) from error


def origin_of(url: SplitResult) -> str:
    """Scheme, host and port, as a policy names it."""
    return f"{url.scheme}://{url.netloc}"


def parse_url(text: str) -> SplitResult:
    """SettingsError where it is no address of a server; a login in it would be in each page."""
    try:
        parts = urlsplit(text.rstrip("/"))
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        raise _wrong("is none") from None
    if not text.isascii() or not text.isprintable() or set(text) & set(" ;,'\"<>\\"):
        raise _wrong("holds what no address does")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_fits:
        raise _wrong("is none of http or https")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise _wrong("holds more than scheme, host, port and path")
    return parts


def _wrong(why: str) -> SettingsError:
    return SettingsError(f"setting grafana.url {why}; {_WRITE}")
