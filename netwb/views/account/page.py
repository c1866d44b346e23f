"""`/account`: who I am, my time zone, password and codes, my logins and tokens, my keyboard."""

from __future__ import annotations

import io
import zoneinfo
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

import segno
from panel.viewable import Viewable

from netwb.access.password_rule import check_password
from netwb.access.records import NewToken
from netwb.errors import AccessError, InputError, InventoryError, NetwbError
from netwb.faults import Faults
from netwb.views import states
from netwb.views.account.cards import DAYS, Shown, render
from netwb.views.cures import in_page
from netwb.views.fields import secret_of, text_of
from netwb.views.frame import Frame
from netwb.views.sheet import ASSETS, Act, Sheet
from netwb.views.tokens import networks_of, rights_of, rotation_of
from netwb.views.words import count

AREAS = (
    "Africa/",
    "America/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


@cache
def account_css() -> str:
    """The stylesheet of this page's sheet."""
    return (ASSETS / "account.css").read_text(encoding="utf-8")


@cache
def zones() -> tuple[str, ...]:
    """UTC, then each zone that is named after a place, by name."""
    return ("UTC", *sorted(z for z in zoneinfo.available_timezones() if z.startswith(AREAS)))


def qr_of(text: str) -> str:
    """The QR code as inline SVG, black on white in both themes: cameras want that."""
    out = io.BytesIO()
    segno.make(text, error="m").save(
        out, kind="svg", scale=4, border=3, dark="#000", light="#fff", xmldecl=False, svgns=False
    )
    return out.getvalue().decode("ascii")


class AccountView:
    """One sheet; each act calls one method of the facade and reads again what it changed."""

    page: ClassVar[str] = "account"
    title: ClassVar[str] = "Account"

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.shown: Shown | None = None
        self.sheet = Sheet(
            states.loading(), on_act=self.act, css=account_css(), sizing_mode="stretch_both"
        )
        self._acts: dict[str, Callable[[Act], Awaitable[None]]] = {
            "zone": self._zone,
            "password": self._password,
            "begin-codes": self._begin_codes,
            "confirm-codes": self._confirm_codes,
            "drop-codes": self._drop_codes,
            "end-session": self._end_session,
            "end-others": self._end_others,
            "ask-issue": self._ask_issue,
            "issue": self._issue,
            "ask-rotate": self._ask_rotate,
            "rotate-token": self._rotate,
            "ask-revoke": self._ask_revoke,
            "revoke": self._revoke,
            "close": self._close,
        }

    def panel(self) -> Viewable:
        """The sheet, with bars until the data are there."""
        return self.sheet

    async def load(self) -> None:
        """Read person, logins and tokens anew."""
        bench, ask = self.frame.bench, self.frame.ask
        person = await ask(bench.me)
        own = person.source != "none" and bool(person.session) and not person.viewing_as
        sessions = await ask(bench.login_sessions, person.name) if own else ()
        tokens = await ask(bench.tokens, person.name) if own else ()
        self.shown = Shown(
            person=person,
            moment=self.frame.moment(),
            sessions=tuple(sessions),
            tokens=tuple(tokens),
            zones=await ask(zones) if own else (),
            has_login=own,
        )
        self._draw()

    async def act(self, act: Act) -> None:
        """One of the page's acts; a refusal stands beside its form."""
        doing = self._acts.get(act["act"])
        if doing is None or self.shown is None:
            return
        try:
            await doing(act)
        except (InputError, InventoryError, AccessError) as error:
            if "fields" not in act:
                raise
            self._say_wrong(act, error)

    def _say_wrong(self, act: Act, error: NetwbError) -> None:
        typed = (
            act["fields"] if act["act"] in {"issue", "rotate-token"} else {}
        )  # a password is typed anew
        faults = {field: in_page(said) for field, said in error.faults.items()}
        self._show(wrong=(act["act"], in_page(error)), faults=faults, typed=typed)

    def _show(self, **changes: Any) -> None:
        if self.shown is not None:
            self.shown = replace(self.shown, **changes)
            self._draw()

    def _draw(self) -> None:
        if self.shown is not None:
            self.sheet.html = render(self.shown)

    # ---- acts

    async def _zone(self, act: Act) -> None:
        await self.frame.ask(self.frame.bench.set_me, time_zone=str(act.get("value", "")))
        self.frame.go(self.frame.address.url())  # every time on the page is another one

    async def _password(self, act: Act) -> None:
        fields = act["fields"]
        assert self.shown is not None
        old, new = secret_of(fields, "old"), secret_of(fields, "new")
        found = Faults()
        with found.of("new"):
            check_password(self.shown.person.name, new)
        with found.of("again"):
            if new != secret_of(fields, "again"):
                msg = "the new password is not the same twice; type it once more"
                raise InputError(msg)
        found.settle()
        await self.frame.ask(self.frame.bench.change_password, old=old, new=new)
        await self.load()
        self.frame.tell("Password changed; your other logins ended")

    async def _begin_codes(self, act: Act) -> None:
        del act
        secret = await self.frame.ask(self.frame.bench.begin_totp)
        self._show(totp=secret, qr=qr_of(secret.uri), wrong=("", ""))

    async def _confirm_codes(self, act: Act) -> None:
        code = text_of(act["fields"], "code").replace(" ", "")
        await self.frame.ask(self.frame.bench.confirm_totp, code)
        await self.load()
        self.frame.tell("One-time codes are on")

    async def _drop_codes(self, act: Act) -> None:
        code = text_of(act["fields"], "code").replace(" ", "")
        await self.frame.ask(self.frame.bench.drop_totp, code)
        await self.load()
        self.frame.tell("One-time codes are off")

    async def _end_session(self, act: Act) -> None:
        await self.frame.ask(self.frame.bench.end_session, str(act.get("id", "")))
        await self.load()
        self.frame.tell("That login ended")

    async def _end_others(self, act: Act) -> None:
        del act
        assert self.shown is not None
        others = [s.id for s in self.shown.sessions if s.id != self.shown.person.session]
        for session_id in others:
            await self.frame.ask(self.frame.bench.end_session, session_id)
        await self.load()
        self.frame.tell(f"{count(len(others), 'login')} ended")

    async def _ask_issue(self, act: Act) -> None:
        del act
        self._show(asked="issue", wrong=("", ""), typed={})

    async def _issue(self, act: Act) -> None:
        assert self.shown is not None
        fields = act["fields"]
        days = text_of(fields, "days")
        new = NewToken(
            user=self.shown.person.name,
            days=int(days) if days in DAYS else 90,
            note=text_of(fields, "note"),
            allow=rights_of(fields),
            networks=networks_of(fields),
        )
        issued = await self.frame.ask(self.frame.bench.issue_token, new)
        await self.load()
        self._show(issued=issued)

    async def _ask_rotate(self, act: Act) -> None:
        self._show(asked_rotation=str(act.get("id", "")), wrong=("", ""), typed={})

    async def _rotate(self, act: Act) -> None:
        token_id, (days, overlap) = str(act.get("id", "")), rotation_of(act.get("fields") or {})
        rotated = await self.frame.ask(
            self.frame.bench.rotate_token, token_id, days=days, overlap=overlap
        )
        await self.load()
        self._show(rotated=rotated)

    async def _ask_revoke(self, act: Act) -> None:
        self._show(asked=str(act.get("id", "")))

    async def _revoke(self, act: Act) -> None:
        await self.frame.ask(self.frame.bench.revoke_token, str(act.get("id", "")))
        await self.load()
        self.frame.tell("The token is revoked")

    async def _close(self, act: Act) -> None:
        del act
        self._show(asked="", asked_rotation="", issued=None, rotated=None, wrong=("", ""), typed={})
