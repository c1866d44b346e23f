"""Turn what Git and ssh say about a remote into one sentence that names it and the cure. Pure.

They have no error numbers, only English words (they run with LC_ALL=C); what is not recognized is
quoted, without what could be more than words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from netwb.archive.faults import main_line
from netwb.errors import RemoteError

_SAYINGS: tuple[tuple[str, str], ...] = (  # the first one that is met decides
    (
        r"IDENTIFICATION HAS CHANGED|Host key verification failed",
        "shows another host key than it did before; find out why, then {trust}",
    ),
    (
        r"Could not resolve host",
        "cannot be found by its name; check the name and this machine's DNS",
    ),
    (
        r"Connection (refused|reset|closed|timed out)|No route|unreachable|to connect|hung up",
        "cannot be reached; see that its host is up, and that nothing stands between",
    ),
    (
        r"redirect|returned error: 30\d",
        "sends elsewhere, and redirects are not followed; set the URL that it ends at",
    ),
    (
        r"certificate (has )?expired|expired certificate",
        "has a certificate that has expired; renew it there, or see this machine's clock",
    ),
    (
        r"certificate subject name.* match|not match.* host ?name|host ?name.* not match",
        "has a certificate of another host name; write the URL by a name that stands in it",
    ),
    (
        r"certificate|SSL|TLS|gnutls",
        "has a certificate that is not trusted; name its authority by `remote.ca_file`",
    ),
    (
        r"dubious ownership",
        "belongs to another user of this machine; give its folder to the one that runs netwb",
    ),
    (
        r"passphrase|incorrect passphrase|invalid format|error in libcrypto",
        "is opened by a key that netwb cannot use; give one in OpenSSH form without passphrase",
    ),
    (
        r"Permission denied \(|Authentication failed|could not read (User|Pass)|to .* denied|error: 40[13]",
        "refuses what it was opened with; {give}",
    ),
    (
        r"No space left|quota",
        "has no room left; make some there",
    ),
    (
        r"not appear to be a git repo|not found|does not exist|not a git repository|returned error: 404",
        "is not there; {make}",
    ),
    (
        r"Permission denied|Read-only file system|insufficient permission|unable to create",
        "cannot be written by this login, or not even be read; {right}",
    ),
)
_REASON = re.compile(r"\((.*)\)$")
_URL = re.compile(r"[a-z+]+://[^\s'\"]+")
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RefAnswer:
    """What became of one pushed ref; `reason` of a rejected one."""

    ref: str
    status: Literal["pushed", "same", "rejected"]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cures:
    """What a person does about it, which depends on what the remote is for.

    trust  another host key
    give   what it was opened with is refused
    make   it is not there
    right  the login may not
    """

    trust: str = "`netwb remote set` trusts anew"
    give: str = "give it anew by `netwb remote set`"
    make: str = "make it as an empty bare repository, or correct its URL"
    right: str = "give it the right to push there"


OF_ARCHIVES = Cures()


def remote_error(name: str, said: str, cures: Cures = OF_ARCHIVES) -> RemoteError:
    """The error for what was said about a remote; `name` is how messages call it."""
    for pattern, what in _SAYINGS:
        if re.search(pattern, said, re.IGNORECASE):
            return RemoteError(f"{name} {what.format_map(asdict(cures))}")
    return RemoteError(f"{name} refused: {quoted(main_line(said))}; correct that, then try again")


def too_slow(name: str, limit_s: float, setting: str) -> RemoteError:
    """It did not end in time, and was ended."""
    return RemoteError(
        f"{name} did not answer within {limit_s:g} s; one that is slow needs a longer {setting}"
    )


def quoted(said: str) -> str:
    """Words of the other side, fit to be shown: printable, short, without a URL."""
    plain = "".join(char if char.isprintable() else " " for char in said)
    return " ".join(_URL.sub("URL", plain).split())[:_LONGEST]


def parse_porcelain(printed: str) -> Iterator[RefAnswer]:
    r"""The refs of `git push --porcelain`: `<flag>TAB<from>:<to>TAB<summary> (<reason>)`.

    >>> [a.status for a in parse_porcelain("To x\n*\ta:b\t[new]\n!\ta:b\t[rejected] (stale)\nDone")]
    ['pushed', 'rejected']
    """
    for line in printed.splitlines():
        flag, *fields = line.split("\t")
        if len(flag) == 1 and len(fields) == 2:
            ref = fields[0].rpartition(":")[2]
            reason = _REASON.search(fields[1])
            yield RefAnswer(
                ref=ref,
                status="rejected" if flag == "!" else "same" if flag == "=" else "pushed",
                reason=quoted(reason[1]) if reason and flag == "!" else "",
            )
