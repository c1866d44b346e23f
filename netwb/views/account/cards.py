"""The cards of `/account` as markup: who one is, password, codes, logins, tokens, keys. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from netwb.access.records import (
    IssuedToken,
    LoginSession,
    Person,
    RotatedToken,
    Token,
    TotpSecret,
)
from netwb.views import words
from netwb.views.fields import (
    Ask,
    Field,
    dialog,
    refused,
    select_field,
    shown_once,
    text_field,
    text_of,
    texts_of,
    tick_fields,
)
from netwb.views.html import age, button, esc, shape, state, tag
from netwb.views.navigation import Moment
from netwb.views.rights import scope_words, sentences
from netwb.views.tokens import (
    ends,
    is_over,
    is_replaced,
    offered_rights,
    relation,
    rights,
    rotate_dialog,
    rotated_dialog,
    used,
)

SOURCES = {
    "local": "A password here",
    "oidc": "The company's login (OpenID Connect)",
    "proxy": "The proxy before netwb",
    "none": "The login that runs this server",
}
DAYS = ("7", "30", "90", "180", "365")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page shows now.

    wrong   the act of the last form that came to nothing, and why      faults  the same by field
    """

    person: Person
    moment: Moment
    sessions: tuple[LoginSession, ...]
    tokens: tuple[Token, ...]
    zones: tuple[str, ...]
    has_login: bool  # a person of netwb's own; the login of the server process has no account
    totp: TotpSecret | None = None
    qr: str = ""  # SVG
    issued: IssuedToken | None = None
    rotated: RotatedToken | None = None
    asked: str = ""  # id of the token whose revocation is asked about, or "issue"
    asked_rotation: str = ""  # id of the token whose successor is asked about
    wrong: tuple[str, str] = ("", "")
    faults: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)  # into that form


def render(shown: Shown) -> str:
    """The whole page: what one is on the left, what one holds on the right."""
    own, first = "", ""
    if shown.has_login and shown.person.source == "local":
        codes = _codes(shown)
        if shown.person.totp == "required":  # nothing else is open to the person before
            first, codes = codes, ""
        own = tag("div", _password(shown) + codes, class_="pair")
    left = first + _who(shown) + _keys()
    right = _sessions(shown) + _tokens(shown) + own if shown.has_login else ""
    return (
        '<div class="scroll account" id="account"><div class="cards">'
        f"<div>{left}</div><div>{right}</div></div></div>{_dialog(shown)}"
    )


def _card(title: str, content: str, *, note: str = "", action: str = "") -> str:
    side = tag("span", esc(note), class_="t3 sm") if note else ""
    head = f'<div class="bar"><h2 class="h">{esc(title)}</h2>{side}<span class="push">{action}</span></div>'
    return tag("section", head + content, class_="panel", aria_label=title)


def _wrong(shown: Shown, act: str) -> str:
    return _said_wrong(shown.wrong[1]) if shown.wrong[0] == act else ""


def _said_wrong(said: str) -> str:
    return f'<p class="wrong" role="alert">{shape("bad")} {esc(said)}</p>'


def _told(shown: Shown, act: str, draw: Callable[[str], str]) -> str:
    """The form of an act, with what was wrong with its fields the last time."""
    if shown.wrong[0] != act:
        return draw("")
    return refused(draw, shown.wrong[1], shown.faults)


def _who(shown: Shown) -> str:
    person = shown.person
    scope = scope_words(None if person.wide else tuple(slug for slug, _ in person.tenants))
    role = person.role.value if person.role else "no role"
    head = (
        f'<p class="name"><b>{esc(person.name)}</b> <span class="t2">{esc(person.full_name)}</span></p>'
        f"<p>Role <b>{esc(role)}</b> on <b>{esc(scope)}</b></p>"
    )
    rights = "".join(
        f"<li>{shape('ok')}<span>{esc(sentence)}</span></li>"
        for sentence in sentences(person.permissions)
    )
    allowed = f'<ul class="rights">{rights}</ul>' if rights else _nothing(person)
    login = f'<p class="t2 sm">Logs in with: {esc(SOURCES[person.source])}</p>'
    zone = _zone(shown) if shown.has_login else ""
    return _card("You", f'<div class="in">{head}{allowed}{login}{zone}</div>')


def _nothing(person: Person) -> str:
    why = " before one-time codes are set up" if person.totp == "required" else ""
    return f'<p class="t2">May see and do nothing{why}</p>'


def _zone(shown: Shown) -> str:
    field = Field(
        name="zone",
        label="Time zone",
        id="zone",
        value=shown.moment.zone.key,
        hint="All times on every page; UTC stands beside the clock",
    )
    options = [(zone, zone.replace("_", " ")) for zone in shown.zones]
    return select_field(field, options, data_act="zone", data_on="change")


def _keys() -> str:
    """Kept in this browser: it is the keyboard's matter, not the person's."""
    box = (
        '<label class="check"><input type="checkbox" id="keys-on" data-keys-switch>'
        "<span>Single-key shortcuts</span></label>"
        '<small class="t3">Off for speech input or a screen reader; kept in this browser</small>'
    )
    return _card("Keyboard", f'<div class="in">{box}</div>')


def _password(shown: Shown) -> str:
    fields = (
        _secret("old", "Current password", "current-password")
        + _secret("new", "New password", "new-password")
        + _secret("again", "New password again", "new-password")
    )
    send = (
        '<div class="actions left"><button class="btn"><span>Change password</span></button></div>'
    )

    def drawn(wrong: str) -> str:
        said = _said_wrong(wrong) if wrong else ""
        return f'<form class="form in" data-act="password" data-clear id="password-form">{fields}{said}{send}</form>'

    form = _told(shown, "password", drawn)
    return _card("Password", form, note="your other logins end")


def _secret(name: str, label: str, complete: str) -> str:
    field = Field(name=name, label=label, id=f"password-{name}", required=True)
    return text_field(field, kind="password", autocomplete=complete)


def _codes(shown: Shown) -> str:
    content = {"on": _codes_on, "off": _codes_off, "required": _codes_off}[shown.person.totp](shown)
    return _card("One-time codes", f'<div class="in">{content}</div>')


def _codes_on(shown: Shown) -> str:
    said = (
        f"<p>{state('ok', 'On')} <span class='t2'>each login asks for a code of your app</span></p>"
    )
    return said + _code_form(shown, "drop-codes", "Turn off…", danger=True)


def _codes_off(shown: Shown) -> str:
    if shown.totp is None:
        needed = shown.person.totp == "required"
        said = state("warn", "Needed: an admin asks for it") if needed else state("waived", "Off")
        why = '<p class="t2">With an authenticator app a stolen password alone opens nothing.</p>'
        return f"<p>{said}</p>{why}<p>{button('Set up…', 'begin-codes')}</p>"
    secret = " ".join(shown.totp.secret[at : at + 4] for at in range(0, len(shown.totp.secret), 4))
    steps = (
        "<p>Scan this with an authenticator app, then type the code that it shows.</p>"
        f'<div class="qr" role="img" aria-label="QR code of the key">{shown.qr}</div>'
        f'<p class="t2 sm">No camera? Type this key: <code>{esc(secret)}</code></p>'
    )
    return steps + _code_form(shown, "confirm-codes", "Turn on", danger=False)


def _code_form(shown: Shown, act: str, said: str, *, danger: bool) -> str:
    field = Field(name="code", label="Code", id=f"{act}-code", required=True)
    drawn = text_field(
        field, inputmode="numeric", pattern="[0-9 ]{6,8}", autocomplete="one-time-code"
    )
    send = tag("button", f"<span>{esc(said)}</span>", class_="btn dan" if danger else "btn pri")
    wrong = _wrong(shown, act)
    return f'<form class="form code" data-act="{act}" data-clear>{drawn}{send}{wrong}</form>'


def _sessions(shown: Shown) -> str:
    rows = "".join(_session(session, shown) for session in shown.sessions)
    others = [s for s in shown.sessions if s.id != shown.person.session]
    end_all = button("End the others", "end-others") if len(others) > 1 else ""
    table = (
        '<div class="logins" id="logins"><table class="fold"><thead><tr><th>Login</th><th>From</th><th>Seen</th>'
        '<th>Ends in</th><th><span class="unseen">Actions</span></th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )
    none = '<p class="in t2">No login of yours is open.</p>'
    return _card("Your logins", table if rows else none, action=end_all)


def _session(session: LoginSession, shown: Shown) -> str:
    now = shown.moment.now
    here = session.id == shown.person.session
    end = (
        tag("span", "this one", class_="chip")
        if here
        else button("End", "end-session", data_id=session.id)
    )
    opened = words.when(session.opened_at, now, shown.moment.zone)
    return (
        f'<tr><td>{opened} <span class="t3">{esc(session.means)}</span></td>'
        f'<td class="cut"><span class="mono">{esc(session.address)}</span>'
        f' <span class="t3" title="{esc(session.browser)}">{esc(words.browser(session.browser))}</span></td>'
        f'<td data-label="seen">{age(session.seen_at, now)}</td>'
        f'<td data-label="ends in">{words.until(session.expires_at, now)}</td>'
        f'<td class="r">{end}</td></tr>'
    )


def _tokens(shown: Shown) -> str:
    rows = "".join(_token(token, shown) for token in shown.tokens)
    table = (
        '<table class="fold"><thead><tr><th>Token</th><th>May</th><th>Ends</th><th>Used</th>'
        '<th><span class="unseen">Actions</span></th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )
    none = (
        '<p class="in t2"><span>No token yet. A script sends one as <code>Authorization: Bearer …</code>;'
        " it can do what you can, or less, and it always ends.</span></p>"
    )
    issue = button("Issue token…", "ask-issue", icon_="plus") if shown.has_login else ""
    return _card("Your tokens", table if rows else none, action=issue)


def _token(token: Token, shown: Shown) -> str:
    now = shown.moment.now
    over = is_over(token, now)
    replaced = is_replaced(token, shown.tokens, now)
    rotate = "" if over or replaced else button("Rotate…", "ask-rotate", data_id=token.id)
    revoke = "" if over else button("Revoke…", "ask-revoke", kind="danger", data_id=token.id)
    end = f'<span class="acts">{rotate}{revoke}</span>' if revoke else ""
    name = esc(token.note or token.id)
    kin = f" {relation(token)}" if token.replaces or token.replaced_by else ""
    from_ = (
        f' <span class="t3 mono">{esc(", ".join(token.networks))}</span>' if token.networks else ""
    )
    return (
        f'<tr><td class="cut"><b>{name}</b>{kin}</td><td class="cut" data-label="may">{esc(_allowed(token))}{from_}</td>'
        f'<td data-label="ends">{ends(token, shown.moment, replaced=replaced)}</td><td data-label="used">{used(token, now)}</td><td class="r">{end}</td></tr>'
    )


def _allowed(token: Token) -> str:
    what = rights(token, all_of_them="all of your role")
    return what if token.tenants is None else f"{what}, on {scope_words(token.tenants)}"


def _dialog(shown: Shown) -> str:
    if shown.rotated is not None:
        return rotated_dialog(shown.rotated)
    if shown.issued is not None:
        return _issued(shown.issued)
    if shown.asked == "issue":
        return _issue(shown)
    rotated = next((one for one in shown.tokens if one.id == shown.asked_rotation), None)
    if rotated is not None:

        def drawn(wrong: str) -> str:
            return rotate_dialog(rotated, shown.typed, wrong=wrong)

        return _told(shown, "rotate-token", drawn)
    token = next((token for token in shown.tokens if token.id == shown.asked), None)
    if token is None:
        return ""
    ask = Ask(
        title=f"Revoke {token.note or token.id}",
        act="revoke",
        yes="Revoke",
        data={"id": token.id},
        danger=True,
    )
    return dialog(
        ask, '<p class="t2">Whatever uses it is refused from now on. This cannot be undone.</p>'
    )


def _issue(shown: Shown) -> str:
    """The form, with what was typed into it where it was refused: an empty one asks for more."""
    typed = shown.typed
    note = Field(
        name="note",
        label="What it is for",
        id="token-note",
        value=text_of(typed, "note"),
        required=True,
        wide=True,
    )
    days = Field(
        name="days", label="Ends after", id="token-days", value=text_of(typed, "days") or "90"
    )
    nets = Field(
        name="networks",
        label="Only from",
        id="token-networks",
        value=text_of(typed, "networks"),
        hint="192.0.2.0/24, parted by commas or blanks; empty: from anywhere",
    )
    content = (
        text_field(note, maxlength=80)
        + select_field(days, [(day, f"{day} days") for day in DAYS])
        + text_field(nets)
        + tick_fields(
            "It may (none ticked: all that you may)",
            "allow",
            offered_rights(shown.person.permissions),
            texts_of(typed, "allow"),
        )
    )

    def drawn(wrong: str) -> str:
        ask = Ask(title="Issue a token", act="issue", yes="Issue token", data={}, wrong=wrong)
        return dialog(ask, content, two_columns=True)

    return _told(shown, "issue", drawn)


def _issued(issued: IssuedToken) -> str:
    token = issued.token
    title = f"Token {token.note or token.id}"
    return shown_once(title, issued.secret, ends=words.exact_day(token.expires_at))
