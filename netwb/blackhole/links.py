"""The link in a notification of a held blackhole: signed, and good until nobody can approve it any more.

It opens a page and does nothing: what reads mail follows links too, so an approval stays a person's
own act on that page. The signature tells a reader that the link is netwb's, and whole.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from netwb.blackhole.records import ApprovalLink, Blackhole
from netwb.store.keyring import Keyring

PURPOSE = "approval"  # of the key that signs
MARK = 43  # hexadecimal digits: more than anybody guesses, and short in a mail
ALTERED = "This link is none of netwb's, or was altered on its way; what waits for a person is listed here"


class ApprovalLinks:
    """Makes and judges them.

    pages   `web.public_url`; empty: there are no links
    holds   how long a held one waits for an answer
    """

    def __init__(
        self, keyring: Keyring, *, pages: str, holds: timedelta, clock: Callable[[], datetime]
    ) -> None:
        self._keyring = keyring
        self._pages = pages.rstrip("/")
        self._holds = holds
        self._clock = clock

    def maker(self) -> Callable[[Blackhole], str]:
        """What gives each held one its link, or "".

        The key is fetched here, once: a first use of it writes, and links are made within transactions.
        """
        if not self._pages:
            return lambda _one: ""
        key, pages, holds = self._keyring.key(PURPOSE), self._pages, self._holds

        def link_of(one: Blackhole) -> str:
            ends = str(int((one.requested_at + holds).timestamp()))
            query = {"held": one.id, "ends": ends, "mark": _mark(key, one.id, ends)}
            return f"{pages}/security?{urlencode(query)}"

        return link_of

    def judge(self, held: str, ends: str, mark: str) -> ApprovalLink:
        """What becomes of a link, by its three parts as they came."""
        own = _mark(self._keyring.key(PURPOSE), held, ends)
        if not hmac.compare_digest(own.encode(), mark.encode("utf-8", "replace")):
            return ApprovalLink(held="", fault=ALTERED)
        end = datetime.fromtimestamp(int(ends), UTC)  # a number, as netwb signed it
        over = f"This link counted until {end:%Y-%m-%d %H:%M} UTC; below stands what became of it"
        return ApprovalLink(held=held, fault="" if self._clock() < end else over)


def _mark(key: bytes, held: str, ends: str) -> str:
    said = f"{held}\0{ends}".encode("utf-8", "replace")
    return hmac.digest(key, said, "sha256").hex()[:MARK]
