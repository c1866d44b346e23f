"""Which services a tenant's target may use, what of a service's URL is shown, what is hidden. Pure.

A URL of apprise holds tokens anywhere: as a login, a path, even in the host's place. So of most
services the name alone is shown, and every part of the URL is a secret in what a service says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from netwb.errors import InputError
from netwb.notify.hiding import hidden

MAIL = frozenset({"mailto", "mailtos"})
_OWN_HOST = MAIL | {"json", "jsons", "xml", "xmls", "form", "forms"}  # where the host is no token
SELF_HOSTED = _OWN_HOST | {"mmosts", "rockets", "matrixs"}
# https, mail and chat, in the words of apprise; each but mail over TLS. Not what reads the server's files
# or runs programs.
TENANT_SERVICES = MAIL | {
    *("jsons", "xmls", "forms"),
    *("slack", "workflow", "workflows", "discord", "gchat", "tgram", "wxteams"),  # Teams: workflows
    *("mmosts", "rockets", "matrixs", "zulip", "signl4", "ntfys"),
    *("opsgenie", "pagerduty", "pover", "twilio", "spike", "squadcast", "incidentio"),
}
# Parameters that choose recipients and words. Others may name files of the server (keys, templates).
_TENANT_PARAMETERS = frozenset(
    """
    bcc batch cc channel channels cto footer format from mode name overflow priority reply rto smtp
    sound source stream thread to topic tts user pass integrationkey region
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_MAIL_MODES = ("starttls", "ssl", "insecure")
_RECIPIENTS = frozenset({"to", "from", "cc"})  # a person must read which one is refused
_UNSIGNED = frozenset({"pgp", "pgpkey", "wkd", "smime"})  # netwb writes its mails itself
PORT_MOST = 65535


def scheme_of(url: str) -> str:
    """The word before `://`, small; "" where there is none."""
    scheme, found, _ = url.strip().partition("://")
    return scheme.lower() if found else ""


def check_service(url: str, *, is_tenants: bool) -> None:
    """Raise InputError, without the URL, where it cannot be a target at all."""
    scheme = scheme_of(url)
    if not scheme or any(letter in url for letter in "\r\n\x00"):
        msg = (
            "this is no notification URL; apprise has one for each service, as mailtos://, slack://"
        )
        raise InputError(msg)
    names = set(_names(url))
    if scheme in MAIL and names & _UNSIGNED:
        msg = "mail is not encrypted to a key by netwb; leave pgp and smime out of the URL"
        raise InputError(msg)
    if is_tenants:
        _check_tenants(scheme, names)


def check_tenant_service(url: str, word: str) -> None:
    """Raise InputError unless a tenant may use the service that apprise made of the URL.

    word    the service's own scheme over TLS, where the URL was a page's address at first
    """
    scheme = scheme_of(url)
    meant = word if scheme == "https" else scheme
    if meant not in TENANT_SERVICES:
        raise _refused(meant)


def unmade(url: str, written: str) -> InputError:
    """Why apprise made no target of it, in words that hold nothing of it but its scheme.

    written    how a URL of that service is written; "" where apprise knows none of that scheme
    """
    scheme = scheme_of(url)
    msg = f"apprise makes no target of this {scheme[:40]}:// URL: "
    if scheme in SELF_HOSTED and not _has_sound_port(url):
        why = f"its port is no number from 1 to {PORT_MOST}; write / and @ in a name as %2F and %40"
    elif scheme in MAIL:
        why = _unmade_mail(url)
    elif written:
        why = f"a part is missing, or is none of that service; write {written}"
    else:
        why = "it knows no such service; a webhook of your own program is --webhook"
    return InputError(msg + why)


def shown_service(url: str, recipients: tuple[str, ...] = ()) -> str:
    """What a reader may see of it: the service, and of mail and plain posts where it goes."""
    scheme = scheme_of(url)
    host = urlsplit(url).hostname or ""
    place = f"{scheme}://{host}/..." if scheme in _OWN_HOST and host else f"{scheme}://..."
    return f"{place} to {', '.join(recipients)}" if recipients else place


def hidden_service(text: str, url: str) -> str:
    """The text without any part of the URL that may be a secret."""
    return hidden(text, (url, *_parts(url)))


def _has_sound_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _unmade_mail(url: str) -> str:
    parameters = dict(parse_qsl(urlsplit(url).query))
    if not urlsplit(url).hostname:
        return "it names no mail server; write mailtos://user:password@mail.example.net"
    if parameters.get("mode", "ssl").lower() not in _MAIL_MODES:
        return f"its mode is none of {', '.join(_MAIL_MODES)}; correct mode="
    if "from" in parameters:
        return "its sender is no mail address; write from=netwb@example.net"
    return (
        "it has no sender, which user and host make only where the host is a domain;"
        " add from=netwb@example.net"
    )


def _check_tenants(scheme: str, names: set[str]) -> None:
    if scheme not in TENANT_SERVICES | {"https"}:
        raise _refused(scheme)
    odd = sorted(names - _TENANT_PARAMETERS)
    if odd:
        msg = f"a tenant's target may not use the parameter {odd[0][:40]}; leave it out"
        raise InputError(msg)


def _names(url: str) -> Iterator[str]:
    """Names of parameters; `+X-Header` is a header of the post, and names nothing of the server's.

    As apprise reads them, not as RFC 3986 does: all behind the first `?`, a fragment too, parted by
    `&` and by `;`.
    """
    for piece in re.split("[&;]", url.partition("?")[2]):
        name = piece.partition("=")[0]
        if name and not name.startswith("+"):
            yield unquote(name).strip().lower()


def _refused(scheme: str) -> InputError:
    known = ", ".join(sorted(TENANT_SERVICES))
    return InputError(
        f"a tenant's target cannot be {scheme[:40]}; https, mail and chat are open to it: {known}"
    )


def _parts(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    host = parts.hostname if scheme_of(url) in _OWN_HOST else None
    login = parts.netloc.rpartition("@")[0]
    yield from (login, *login.split(":"))
    if not host:
        yield from (parts.netloc, *parts.netloc.replace("@", ":").split(":"))
    yield from parts.path.split("/")
    yield from (value for name, value in parse_qsl(parts.query) if name not in _RECIPIENTS)
    yield parts.fragment
