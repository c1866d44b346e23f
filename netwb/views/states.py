"""What a panel says when it has nothing to show: empty, loading, stale, failed, forbidden. Pure.

Each state says what was looked at, what is wrong and what helps. A foreign thing and a missing one
are the same words. Content is markup of `netwb.views.html`; plain arguments are escaped here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from netwb.cures import INSIDE
from netwb.errors import (
    ArchiveBusyError,
    ArchiveError,
    GrafanaError,
    HomeError,
    InputError,
    MetricsError,
    MetricsTooMuchError,
    NetwbError,
    NotAuthenticatedError,
    NotPermittedError,
    SecretMissingError,
    SettingsError,
    StoreError,
    UnknownDeviceError,
    UnknownNameError,
    UnknownRevisionError,
)
from netwb.views import words
from netwb.views.cures import at_the_server, in_page
from netwb.views.html import Shape, button, esc, link, page_url, shape, tag

ABSENT = (UnknownDeviceError, UnknownNameError, UnknownRevisionError)
TITLES: tuple[tuple[type[NetwbError], Shape, str], ...] = (
    (NotAuthenticatedError, "waived", "You are signed out"),
    (NotPermittedError, "waived", "Your role does not allow this"),
    (StoreError, "bad", "The database cannot be read"),
    (ArchiveError, "bad", "The archive cannot be read"),
    (MetricsTooMuchError, "warn", "That is too much at once"),
    (MetricsError, "bad", "The counters cannot be read"),
    (GrafanaError, "bad", "Grafana's panel cannot be shown"),
    (HomeError, "bad", "netwb is not set up"),
    (SettingsError, "bad", "netwb is not set up"),
)
TELLING = (
    ArchiveBusyError,
    MetricsTooMuchError,
    SecretMissingError,
)  # who meets them is told: it is no fault of the server's
USELESS_AGAIN = (NotPermittedError, InputError, *ABSENT)  # the same once more gives the same
BEGINNINGS = frozenset(
    {"a", "an", "another", "database", "device", "it", "no", "nobody", "only", "repository"}
    | {"site", "tenant", "that", "the", "this"}
)
BAR_WIDTHS = (32, 60, 53, 68, 48, 57, 37)  # per cent; uneven, so that they read as text


def empty(title: str, text: str, *, shape_: Shape | None = None, actions: str = "") -> str:
    """Nothing there; `text` says what was looked at. `shape_` "ok" where that is good."""
    return _state(title, esc(text), shape_=shape_, actions=actions)


def loading(text: str = "") -> str:
    """Bars in the place of rows; they show themselves after 300 ms, and what is quick never does."""
    bars = "".join(f'<div class="bar-row" style="width:{width}%"></div>' for width in BAR_WIDTHS)
    said = tag("p", esc(text), class_="t3 sm") if text else ""
    return tag("div", bars + said, class_="loading", aria_busy="true")


def stale(since: datetime, now: datetime, zone: ZoneInfo, *, why: str = "") -> str:
    """A line over what is shown as it was: since when there is nothing newer, and why."""
    head = f"<b>No data since {words.when(since, now, zone)}</b>, {words.age(since, now)} ago."
    more = f" {why}" if why else ""
    text = f"{head} Shown as it was then{';' if why else '.'}{esc(more)}"
    return tag("div", f"{shape('stale')}<span>{text}</span>", class_="note", role="note")


def running(title: str, text: str, *, done: int, planned: int, actions: str = "") -> str:
    """A job under way, with the bar of what is done."""
    bar = progress(title, done=done, planned=planned)
    return _state(title, esc(text) + bar, shape_="running", actions=actions)


def progress(label: str, *, done: int, planned: int) -> str:
    """The bar alone; empty while nobody knows how much is planned."""
    share = min(100, 100 * done // planned) if planned else 0
    return tag(
        "div",
        f'<div style="width:{share}%"></div>',
        class_="progress",
        role="progressbar",
        aria_valuenow=share,
        aria_valuemin=0,
        aria_valuemax=100,
        aria_label=label,
    )


def not_found(thing: str, *, back: tuple[str, str] | None = None) -> str:
    """`thing` does not exist or is not one's own: the same words for both. `back`: URL, words."""
    actions = link(back[0], tag("span", esc(back[1])), class_="btn") if back else ""
    return _state(
        f"There is no {thing} here",
        "It does not exist, or lies outside what you may see.",
        actions=actions,
    )


def signed_out(next_url: str) -> str:
    """The login ended; the page that was open is where the next one leads."""
    login = page_url("login", next=f"/{next_url}")
    return _state(
        "You are signed out",
        "Your login ended, or somebody ended it. Nothing that you see here is kept up to date.",
        shape_="waived",
        actions=link(login, tag("span", "Log in"), class_="btn pri"),
    )


def drawn_anew() -> str:
    """The page was drawn by rights that are others now; the browser loads it anew by itself."""
    return _state(
        "What you may see was changed",
        "An admin changed your role or your tenants. This page loads itself anew.",
        shape_="waived",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """When and where an error met a person."""

    at: datetime
    zone: ZoneInfo
    reference: str  # the same in the log
    page_url: str  # to return to after a new login
    tenants: str = ""  # of which the page is, as the person calls them; "": all
    contact: str = ""  # whom to ask for rights; "": an admin
    ways: str = ""  # markup: where else to, when trying again is no use
    runs_netwb: bool = False  # the person does: told what on the server is broken, and its cure
    codes_first: bool = False  # nothing is open to the person before one-time codes are set up


def failed(error: Exception, failure: Failure, *, actions: str = "") -> str:
    """An error in the place of what was asked for."""
    if isinstance(error, NotAuthenticatedError):
        return signed_out(failure.page_url)
    shape_, title, text = told(error, failure)
    foot = f"{words.clock(failure.at, failure.zone)}, reference {failure.reference}"
    usual = failure.ways if isinstance(error, USELESS_AGAIN) else button("Try again", "again")
    again = actions or usual
    small = tag("span", esc(foot), class_="t3 sm")
    return _state(title, esc(text), shape_=shape_, actions=again + small)


def notice(error: Exception, failure: Failure) -> str:
    """An error as one line over the page, after an act that came to nothing; it can be closed."""
    shape_, title, text = told(error, failure)
    foot = tag("span", esc(f"reference {failure.reference}"), class_="t3 sm")
    close = button("Close", "close-notice", kind="quiet")
    if isinstance(error, NotAuthenticatedError):
        login = page_url("login", next=f"/{failure.page_url}")
        close = link(login, tag("span", "Log in"), class_="btn pri")
    said = f"<span><b>{esc(title)}.</b> {esc(text)}</span>"
    return tag("div", f"{shape(shape_)}{said}{foot}{close}", class_="notice", role="alert")


def unread(names: Sequence[str]) -> str:
    """A line over the page, which can be closed: parts of the address that nothing reads."""
    which = words.listed(tuple(f"“{name[:40]}”" for name in names))
    said = f"The address holds {which}, which no page reads; the rest of it is shown."
    close = button("Close", "close-notice", kind="quiet")
    return tag(
        "div", f"{shape('warn')}<span>{esc(said)}</span>{close}", class_="notice", role="status"
    )


def told(error: Exception, failure: Failure) -> tuple[Shape, str, str]:
    """Shape, title and sentence for an error; one that is not ours says nothing of its inside."""
    if not isinstance(error, NetwbError):
        return "bad", "Internal error", "Something failed inside netwb; its log holds the cause."
    if isinstance(error, ABSENT):
        # A foreign thing and a missing one: the same words. The cure after the semicolon is a
        # command's, and would not help here.
        thing = _sentence(error).partition(";")[0].removesuffix(".")
        return (
            "unknown",
            "Not found",
            f"{thing}. It does not exist, or lies outside what you may see.",
        )
    if isinstance(error, NotPermittedError) and failure.codes_first:
        said = "Nothing is open to you before: with one, a stolen password alone opens nothing."
        return "held", "Set up one-time codes first", said
    if isinstance(error, NotPermittedError) and error.role:
        return "waived", "Your role does not allow this", _denied(error, failure)
    for class_, shape_, title in TITLES:
        if isinstance(error, class_):
            return shape_, title, _broken(error, failure)
    return "warn", "This was not done", _sentence(error)


def _broken(error: NetwbError, failure: Failure) -> str:
    """Who runs netwb reads the cure as it is typed; others what to do, and no path of the server."""
    if not isinstance(error, INSIDE) or isinstance(error, TELLING):
        return _sentence(error)
    if failure.runs_netwb:
        return _sentence_of(at_the_server(error))
    whom = failure.contact or "who runs netwb"
    return f"Try again in a minute; if it stays so, tell {whom} the reference."


def _denied(error: NotPermittedError, failure: Failure) -> str:
    """Which right and which role are lacking, on what, and who can give them."""
    lacking = in_page(error).partition("; ")[0]
    on = f" on {failure.tenants}" if failure.tenants else ""
    whom = failure.contact or "an admin"
    return f"{lacking}{on}. The role {error.role} holds it; ask {whom} for it."


def _sentence(error: Exception) -> str:
    """The error's own words as a sentence; a name at its beginning keeps its small letter."""
    return _sentence_of(in_page(error))


def _sentence_of(said: str) -> str:
    text = said.strip()
    first, _, rest = text.partition(" ")
    begun = f"{first.capitalize()} {rest}" if first in BEGINNINGS else text
    return begun if begun.endswith((".", "?", "!")) else f"{begun}."


def _state(title: str, content: str, *, shape_: Shape | None = None, actions: str = "") -> str:
    sign = shape(shape_, size=14) if shape_ else ""
    head = tag("h2", f"{sign}<span>{esc(title)}</span>")
    foot = tag("div", actions, class_="actions") if actions else ""
    return tag("div", f'{head}<div class="t2">{content}</div>{foot}', class_="state")
