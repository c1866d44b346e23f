"""The login page as HTML: a form, no script. Pure; every value that comes from outside is escaped.

Looks as `login-dark` and `login-light`; the colors follow the browser's theme. It names no tenant
and no device, and says the same whether the name or the password was wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from math import ceil
from typing import Literal
from urllib.parse import quote

from netwb.web.plain_page import render_plain

_TRIANGLE = '<path d="M6 1 11.5 11H.5Z"/>'
_DISC = '<circle cx="6" cy="6" r="5"/>'
_SQUARE = '<path d="M1 1h10v10H1z"/><path class="cut" d="M3.5 3.5l5 5m0-5l-5 5"/>'
_SHAPES = {"warn": _TRIANGLE, "ok": _DISC, "bad": _SQUARE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What stands above the form: a shape, a sentence, and more in smaller letters."""

    kind: Literal["warn", "ok", "bad"]
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginForm:
    """What the page shows.

    host    how the browser reached the server
    next    local path that is opened after the login
    ticket  stands for the password, when a one-time code is asked for
    oidc    what the button of another provider says; empty: none
    """

    host: str
    xsrf: str = field(repr=False)
    now: datetime
    next: str = "/"
    name: str = ""
    ticket: str = field(default="", repr=False)
    oidc: str = ""
    notice: Notice | None = None


WRONG = Notice(kind="bad", title="Name or password is wrong.")
WRONG_CODE = Notice(
    kind="bad",
    title="The code is wrong or was used already.",
    text="Take the one that the app shows now.",
)
CODE = Notice(
    kind="ok",
    title="The password is right.",
    text="Now the code that your authenticator app shows.",
)
TOO_LATE = Notice(
    kind="warn", title="That took too long.", text="Please give name and password once more."
)
SIGNED_OUT = Notice(kind="ok", title="You are signed out.")
EXPIRED = Notice(
    kind="warn",
    title="Your sign-in has ended.",
    text="The page that you had open comes back when you sign in.",
)
STALE_FORM = Notice(
    kind="warn",
    title="This form was too old.",
    text="Please try once more; cookies must be allowed.",
)


CONFIRM = Notice(
    kind="warn",
    title="You are still signed in.",
    text="The page had lost the cookie that shows that it is ours. Press the button once more;"
    " where that does not help, allow cookies for this address.",
)


def throttled(retry_after_s: float) -> Notice:
    """Too many wrong tries, of this name or from this address."""
    return Notice(
        kind="warn",
        title="Too many tries.",
        text=f"Next try in {max(1, ceil(retry_after_s))} s.",
    )


def render_login(form: LoginForm) -> str:
    """The whole page."""
    asked = _code_fields(form) if form.ticket else _password_fields(form)
    hidden = (
        f'<input type="hidden" name="_xsrf" value="{escape(form.xsrf)}">'
        f'<input type="hidden" name="next" value="{escape(form.next)}">'
    )
    body = f'{notice_of(form.notice)}<form method="post" action="/login">{hidden}{asked}</form>'
    return _page("Sign in", form, body + _other_ways(form))


def render_logout(form: LoginForm) -> str:
    """Asks whether to sign out: a link alone must not, for anybody can make one follow it."""
    body = (
        f'{notice_of(form.notice)}<form method="post" action="/logout">'
        f'<input type="hidden" name="_xsrf" value="{escape(form.xsrf)}">'
        f"<p>{escape(form.name)} is signed in here.</p><button autofocus>Sign out</button></form>"
        '<p class="more"><a href="/">Back</a></p>'
    )
    return _page("Sign out", form, body)


def _password_fields(form: LoginForm) -> str:
    in_name, in_password = ("", " autofocus") if form.name else (" autofocus", "")
    return (
        '<label for="name">Name</label>'
        f'<input id="name" name="name" value="{escape(form.name)}" autocomplete="username"'
        f' autocapitalize="none" spellcheck="false" maxlength="64" required{in_name}>'
        '<label for="password">Password</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password"'
        f" required{in_password}>"
        "<button>Sign in</button>"
    )


def _code_fields(form: LoginForm) -> str:
    return (
        f'<input type="hidden" name="ticket" value="{escape(form.ticket)}">'
        f'<input type="hidden" name="name" value="{escape(form.name)}">'
        '<label for="code">One-time code</label>'
        '<input id="code" name="code" autocomplete="one-time-code" inputmode="numeric"'
        ' maxlength="16" required autofocus>'
        "<button>Sign in</button>"
    )


def _other_ways(form: LoginForm) -> str:
    if form.ticket:
        again = escape(f"/login?next={quote(form.next, safe='')}")
        return f'<p class="more"><a href="{again}">Start again</a></p>'
    if not form.oidc:
        return ""
    return (
        '<p class="or">or</p><a class="other" rel="nofollow"'
        f' href="/login/oidc?next={quote(form.next, safe="")}">{escape(form.oidc)}</a>'
    )


def notice_of(notice: Notice | None) -> str:
    """Above a form; nothing where there is none."""
    if notice is None:
        return ""
    shape = f'<svg class="{notice.kind}" viewBox="0 0 12 12" aria-hidden="true">{_SHAPES[notice.kind]}</svg>'
    more = f"<br>{escape(notice.text)}" if notice.text else ""
    return (
        f'<div class="notice {notice.kind}" role="status">{shape}'
        f"<p><b>{escape(notice.title)}</b>{more}</p></div>"
    )


def _page(title: str, form: LoginForm, content: str) -> str:
    return render_plain(title, content, host=form.host, now=form.now)
