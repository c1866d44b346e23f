"""Open logins as markup, and the dialog that ends one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netwb.access.records import LoginSession
from netwb.views.fields import Ask, dialog
from netwb.views.html import age, button, esc, tag
from netwb.views.navigation import Moment
from netwb.views.states import empty
from netwb.views.words import browser, exact, until

MEANS: Mapping[str, str] = {"password": "password", "oidc": "company's login", "proxy": "proxy"}


def sessions_tab(sessions: Sequence[LoginSession], own: str, moment: Moment) -> str:
    """Every open login; one's own is marked."""
    if not sessions:
        return empty("Nobody is logged in", "Logins of everybody in your scope would stand here.")
    rows = "".join(_session(item, item.id == own, moment) for item in sessions)
    return (
        '<table class="fold" aria-label="Open logins"><thead><tr><th scope="col">Person</th>'
        '<th scope="col">By</th><th scope="col">From</th><th scope="col" class="wide-only">Browser</th>'
        '<th scope="col" class="r">Since</th><th scope="col" class="r">Last seen</th>'
        '<th scope="col" class="r">Ends in</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _session(item: LoginSession, own: bool, moment: Moment) -> str:  # noqa: FBT001 - private, one caller
    mine = ' <span class="chip">this one</span>' if own else ""
    end = button("End…", "ask-end", kind="danger", data_id=item.id)
    since = f'<span title="{esc(exact(item.opened_at, moment.zone))}">{age(item.opened_at, moment.now)}</span>'
    return (
        f"<tr><td><b>{esc(item.user)}</b>{mine}</td><td>{esc(MEANS[item.means])}</td>"
        f'<td class="mono">{esc(item.address)}</td>'
        f'<td class="t2 sm cut browser wide-only" title="{esc(item.browser)}">{esc(browser(item.browser))}</td>'
        f'<td class="r t2" data-label="since">{since}</td><td class="r t2" data-label="seen">{age(item.seen_at, moment.now)}</td>'
        f'<td class="r t2" data-label="ends in">{esc(until(item.expires_at, moment.now))}</td><td class="r">{end}</td></tr>'
    )


def end_dialog(session: LoginSession, *, own: bool, wrong: str = "") -> str:
    """A login ends, under its open pages."""
    ask = Ask(
        title=f"End a login of {session.user}",
        act="end-login",
        yes="End login",
        data={"id": session.id},
        danger=True,
        wrong=wrong,
    )
    more = " It is your own: you are signed out." if own else ""
    text = f"From {session.address}. Open pages of this login stop at once.{more}"
    return dialog(ask, tag("p", esc(text), class_="t2"))
