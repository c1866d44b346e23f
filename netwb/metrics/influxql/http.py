"""One request to an InfluxDB and its answer, within its time; faults in words, never the secret.

No redirect is followed, no proxy and no .netrc asked; the connection is cut at the end of its time,
however slowly it drips.
"""

from __future__ import annotations

import http.client
import ssl
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from netwb.cut_off import connected
from netwb.errors import MetricsError, MetricsUnavailableError
from netwb.metrics.influx.faults import broken_off
from netwb.metrics.influx.server import Server

READ_BYTES = 256 * 1024
_MOST_ERROR_BYTES = 64 * 1024


@dataclass(slots=True)
class Answer:
    """Status and headers of an answer; `chunks` gives its body once."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]

    def body(self, most: int = _MOST_ERROR_BYTES) -> bytes:
        """The beginning of what is left of the body."""
        found = b""
        for chunk in self.chunks:
            found += chunk
            if len(found) > most:
                break
        return found[:most]


@contextmanager
def exchange(
    server: Server, path: str, *, query: Mapping[str, str], body: bytes | None = None
) -> Iterator[Answer]:
    """GET, or POST where there is a body; 4xx and 5xx are answers as well."""
    whole = f"{server.url.path}{path}?{urlencode(query)}" if query else f"{server.url.path}{path}"
    with _faults(server), _connected(server) as connection:
        method = "GET" if body is None else "POST"
        connection.request(method, whole, body, _headers(server, path))
        with connection.getresponse() as found:
            headers = {name.lower(): value for name, value in found.getheaders()}
            yield Answer(found.status, headers, _chunks(found))


def _chunks(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    while chunk := answer.read1(READ_BYTES):
        yield chunk
    if answer.length:
        raise http.client.IncompleteRead(b"", answer.length)


def _connected(server: Server) -> AbstractContextManager[http.client.HTTPConnection]:
    return connected(
        server.url,
        answer_s=server.answer_s,
        ca_file=server.ca_file,
        setting="metrics.ca_file",
        plain_port=8086,
    )


def _headers(server: Server, path: str) -> dict[str, str]:
    kind = "text/plain; charset=utf-8" if "write" in path else "application/x-www-form-urlencoded"
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Type": kind,
    }
    if server.username:
        login = b64encode(f"{server.username}:{server.secret}".encode()).decode()
        headers["Authorization"] = f"Basic {login}"
    elif server.secret:
        headers["Authorization"] = f"Token {server.secret}"
    return headers


@contextmanager
def _faults(server: Server) -> Iterator[None]:
    try:
        yield
    except MetricsError as error:  # its words may be those of the server
        if server.secret and server.secret in str(error):
            raise type(error)(str(error).replace(server.secret, "(hidden)")) from None
        raise
    except TimeoutError as error:
        msg = (
            f"{server.name} does not answer within {server.answer_s:.0f} s; look whether it hangs and"
            " start it anew, ask for a shorter time, or raise metrics.answer_s"
        )
        raise MetricsUnavailableError(msg) from error
    except http.client.HTTPException as error:
        raise broken_off(server.name) from error
    except ssl.SSLCertVerificationError as error:
        msg = (
            f"the certificate of {server.name} is not trusted ({error.verify_message}); name its CA"
            " by metrics.ca_file"
        )
        raise MetricsUnavailableError(msg) from error
    except OSError as error:
        said = error.strerror or type(error).__name__
        msg = f"{server.name} cannot be reached ({said}); start it, or correct metrics.url"
        raise MetricsUnavailableError(msg) from error
