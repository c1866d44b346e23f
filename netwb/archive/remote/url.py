"""Judge where an archive is to be pushed to. Pure.

Three ways: https, ssh, file. Git itself would take far more: `ext::` runs a command, a host that
begins with `-` becomes an option of ssh (CVE-2017-1000117), `user@host:path` and a plain path have
no protocol that could be allowed or forbidden. A password in a URL stands in the process table.
Source: git-push(1) "GIT URLS", gitremote-helpers(7).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from netwb.errors import InputError

PROTOCOLS = "file:https:ssh"  # as GIT_ALLOW_PROTOCOL wants it: whatever a server redirects to
_EXAMPLE = "write https://host/path.git, ssh://user@host/path.git or file:///folder/path.git"
_HOST = re.compile(r"(?!-)[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")
_USER = re.compile(r"(?!-)[A-Za-z0-9._-]{1,64}")
_LONGEST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteUrl:
    """A URL that was judged; `text` is what Git is given.

    folder   of a `file` remote, else ""
    """

    scheme: Literal["https", "ssh", "file"]
    text: str
    host: str = ""
    folder: str = ""


def parse_url(text: str) -> RemoteUrl:
    """Raises InputError with the cure; a URL that may hold a password is not shown."""
    if not text.isprintable() or " " in text or not 0 < len(text) <= _LONGEST:
        raise _wrong("is empty, too long, or has blanks in it")
    if text.startswith("-") or "::" in text.partition("[")[0]:
        raise _wrong("would be taken for an option or for a program to run")
    try:
        parts = urlsplit(text)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        raise _wrong("is none: its host or port cannot be") from None
    if parts.password is not None:
        raise _wrong("holds a password; leave it out, change it, and give it beside the URL")
    if not port_fits or parts.query or parts.fragment or "?" in text or "#" in text:
        raise _wrong("has a port that cannot be, a query or a fragment")
    if parts.scheme == "file":
        return _file(text, parts)
    if parts.scheme not in {"https", "ssh"}:
        raise _wrong("is of no protocol that is used")
    return _elsewhere(text, parts)


def parse_place(text: str) -> RemoteUrl:
    """The same, where an absolute path of this machine is a place too."""
    return parse_url(f"file://{text}" if text.startswith("/") else text)


def _file(text: str, parts: SplitResult) -> RemoteUrl:
    folder = unquote(parts.path)
    if parts.netloc or not folder.startswith("/") or folder.rstrip("/") == "" or "\0" in folder:
        raise _wrong("names no folder of this machine")
    return RemoteUrl(scheme="file", text=text, folder=folder)


def _elsewhere(text: str, parts: SplitResult) -> RemoteUrl:
    user, _, host = parts.netloc.rpartition("@")
    name = host if host.startswith("[") and host.endswith("]") else host.rpartition(":")[0] or host
    if not _HOST.fullmatch(name):
        raise _wrong("has a host that cannot be one")
    if parts.path.strip("/") == "" or parts.path.lstrip("/").startswith("-"):
        raise _wrong("names no repository on its host")
    if parts.scheme == "https" and user:
        raise _wrong("names a user; give name and password beside the URL")
    if user and not _USER.fullmatch(user):
        raise _wrong("has a user that cannot be one")
    scheme: Literal["https", "ssh"] = "https" if parts.scheme == "https" else "ssh"
    return RemoteUrl(scheme=scheme, text=text, host=name.strip("[]"))


def _wrong(what: str) -> InputError:
    return InputError(f"the URL of the remote {what}; {_EXAMPLE}")
