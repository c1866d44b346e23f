"""`AdminView`: the page `/admin`; people, tokens, logins, walls and the audit trail as tabs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import panel_material_ui as pmui
from panel.viewable import Viewable

from netwb.access.records import LoginSession, Token, User, UserChanges
from netwb.errors import NetwbError, UnknownNameError
from netwb.roles import Permission, lacking
from netwb.views.admin import logins, people, person_forms, tokens
from netwb.views.admin.trailing import TrailPart
from netwb.views.admin.walling import WallsPart
from netwb.views.desk import FILLS, Acts, Desk
from netwb.views.frame import Frame
from netwb.views.html import button, esc, link
from netwb.views.sheet import Act, Sheet
from netwb.views.states import loading
from netwb.views.tokens import rotate_dialog, rotated_dialog, rotation_of
from netwb.views.words import number
from netwb.workbench import Workbench

T = TypeVar("T")
TABS = (
    ("people", "People"),
    ("tokens", "Tokens"),
    ("sessions", "Sessions"),
    ("walls", "Walls"),
    ("audit", "Audit trail"),
)
MANAGED = ("people", "tokens", "sessions", "walls")  # tabs of those who manage people


class AdminView:
    """Who may do what where; who did what. Each tab is there for those who may see it."""

    page: ClassVar[str] = "admin"
    title: ClassVar[str] = "Admin"

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        own = Path(__file__).with_name("admin.css").read_text(encoding="utf-8")
        self.sheet = Sheet(loading(), on_act=self._act, css=own, **FILLS)
        self._desk = Desk(frame, self._act, css=own)
        self._users: tuple[User, ...] = ()
        self._tokens: tuple[Token, ...] = ()
        self._sessions: tuple[LoginSession, ...] = ()
        self._trail = TrailPart(self._desk, draw=self._draw)
        self._walls = WallsPart(self._desk, draw=self._draw)
        self._acts: Acts = {
            "tab": self._tab,
            "close": self._close,
            "again": self._again,
            "person": self._person,
            "add-person": self._add_person,
            "edit-person": self._edit_person,
            "save-person": self._save_person,
            "ask-password": self._ask(person_forms.password_dialog),
            "set-password": self._set_password,
            "ask-disable": self._ask(person_forms.disable_dialog),
            "disable": self._disable,
            "enable": self._enable,
            "ask-codes": self._ask(person_forms.codes_dialog),
            "reset-codes": self._reset_codes,
            "ask-retire": self._ask(person_forms.retire_dialog),
            "retire": self._retire,
            "ask-issue": self._ask_issue,
            "issue-token": self._issue,
            "ask-rotate": self._ask_rotate,
            "rotate-token": self._rotate,
            "ask-revoke": self._ask_revoke,
            "revoke-token": self._revoke,
            "ask-end": self._ask_end,
            "end-login": self._end,
            **self._walls.acts,
            **self._trail.acts,
        }
        frame.address.on_change(self._turn)

    def panel(self) -> Viewable:
        """The sheet with the dialog over it."""
        return pmui.Column(self._desk.dialog, self.sheet, **FILLS)

    async def load(self) -> None:
        """Read what the tab shows, and the counts of the others."""
        self._desk.close()
        tab = self._frame.address.get("tab", "") if self._lacking() else self._now()
        title = dict(TABS)[tab]
        self._frame.crumbs(("Admin", self._frame.address.url(tab=None)), (title, None))
        if self._manages():
            found = await self._frame.ask(_read, self._frame.bench)
            self._users, self._tokens, self._sessions = found
            await self._walls.load()
        await self._trail.load(whole=self._now() == "audit")
        self._draw()

    async def _turn(self) -> None:
        """Another tab: where it cannot be read, the others can still be turned to."""
        await self._frame.part(self.load, self._say)

    def _say(self, said: str) -> None:
        self.sheet.html = self._page(said, "")

    def _manages(self) -> bool:
        return self._frame.may(Permission.ACCESS_MANAGE)

    def _tabs(self) -> tuple[str, ...]:
        own = MANAGED if self._manages() else ()
        return (*own, "audit")

    def _now(self) -> str:
        """The tab of the address, or the first one that may be seen."""
        wanted = self._frame.address.get("tab", "")
        return wanted if wanted in self._tabs() else self._tabs()[0]

    # -- drawing

    def _lacking(self) -> NetwbError | None:
        """Why the tab of the address is not shown: a mailed link does not lead elsewhere unsaid."""
        if self._manages() or self._frame.address.get("tab", "") not in MANAGED:
            return None
        person = self._frame.person
        return lacking(person.name, person.role, Permission.ACCESS_MANAGE)

    def _draw(self) -> None:
        tab, denied = self._now(), self._lacking()
        if denied is not None:
            out = link(self._frame.address.url(tab=None, user=None), "<span>Audit trail</span>")
            self.sheet.html = self._page(self._frame.said(denied, actions=out), "")
            return
        if tab == "audit":
            self.sheet.html = self._page(self._trail.html(), "")
            return
        moment, session = self._frame.moment(), self._frame.person.session
        if tab == "walls":
            self.sheet.html = self._page(self._walls.html(), "")
        elif tab == "tokens":
            self.sheet.html = self._page(tokens.tokens_tab(self._tokens, moment), "")
        elif tab == "sessions":
            self.sheet.html = self._page(logins.sessions_tab(self._sessions, session, moment), "")
        else:
            shown = self._people()
            beside = people.person_panel(shown) + people.matrix()
            self.sheet.html = self._page(people.people_tab(shown), beside)

    def _people(self) -> people.People:
        chosen = self._frame.address.get("user") or self._frame.person.name
        return people.People(
            users=self._users,
            sessions=self._sessions,
            chosen=chosen,
            me=self._frame.person.name,
            moment=self._frame.moment(),
            url={user.name: self._frame.address.url(user=user.name) for user in self._users},
        )

    def _page(self, content: str, beside: str) -> str:
        head = f'<div class="bar">{self._tab_list()}<span class="push acts">{self._tab_act()}</span></div>'
        main = f'<section class="panel main">{head}<div class="over">{content}</div></section>'
        right = f'<div class="beside">{beside}</div>' if beside else ""
        class_ = "admin both" if beside else "admin"
        return f'<div class="scroll {class_}" id="admin">{main}{right}</div>'

    def _tab_list(self) -> str:
        counts = {
            "people": len(self._users),
            "tokens": len(self._tokens),
            "sessions": len(self._sessions),
            "walls": len(self._walls.walls),
            "audit": self._trail.total,
        }
        drawn = "".join(
            link(
                self._frame.address.url(**{**self._trail.cleared(), "tab": tab, "user": None}),
                f'{esc(title)}<span class="n">{number(counts[tab])}</span>',
                role="tab",
                aria_selected="true" if tab == self._now() else "false",
                data_act="tab",
                data_tab=tab,
            )
            for tab, title in TABS
            if tab in self._tabs()
        )
        return f'<div class="tabs" role="tablist" aria-label="Admin">{drawn}</div>'

    def _tab_act(self) -> str:
        if self._now() == "people":
            return button("Add person", "add-person", kind="primary", icon_="plus", key="n")
        if self._now() == "tokens":
            return button("Issue token…", "ask-issue", kind="primary", icon_="plus", key="n")
        if self._now() == "walls":
            return button("Add wall…", "ask-wall", kind="primary", icon_="plus", key="n")
        return ""

    # -- acts

    async def _act(self, act: Act) -> None:
        handler = self._acts.get(str(act["act"]))
        if handler is not None:
            await handler(act)

    async def _tab(self, act: Act) -> None:
        wanted = {**self._trail.cleared(), "tab": act.get("tab"), "user": None}
        self._frame.address.set(history="push", **wanted)
        await self._turn()

    async def _close(self, _act: Act) -> None:
        self._desk.close()

    async def _again(self, _act: Act) -> None:
        await self._turn()

    async def _person(self, act: Act) -> None:
        self._frame.address.set(user=act.get("name"))
        self._draw()

    # -- people

    async def _add_person(self, _act: Act) -> None:
        self._desk.ask(self._person_dialog(None, {}, ""))

    async def _edit_person(self, act: Act) -> None:
        self._desk.ask(self._person_dialog(self._user(act), {}, ""))

    def _person_dialog(self, user: User | None, filled: Mapping[str, Any], wrong: str) -> str:
        person = self._frame.person
        return person_forms.person_dialog(
            user, person.tenants, filled, wide=person.wide, wrong=wrong
        )

    async def _save_person(self, act: Act) -> None:
        bench, fields = self._frame.bench, _fields(act)
        user = self._user(act) if act.get("name") else None

        def save() -> None:
            if user is None:
                bench.add_user(person_forms.new_user(fields))
            else:
                bench.set_user(user.name, person_forms.user_changes(user, fields))

        await self._save(save, lambda wrong: self._person_dialog(user, fields, wrong))

    async def _set_password(self, act: Act) -> None:
        user, fields, bench = self._user(act), _fields(act), self._frame.bench

        def change() -> None:
            bench.set_user(user.name, UserChanges(password=person_forms.password_of(user, fields)))

        await self._save(change, lambda wrong: person_forms.password_dialog(user, wrong=wrong))

    async def _disable(self, act: Act) -> None:
        user, bench = self._user(act), self._frame.bench
        await self._save(
            lambda: bench.set_user(user.name, UserChanges(status="disabled")),
            lambda wrong: person_forms.disable_dialog(user, wrong=wrong),
        )

    async def _enable(self, act: Act) -> None:
        bench, name = self._frame.bench, self._user(act).name
        await self._frame.ask(bench.set_user, name, UserChanges(status="active"))
        await self.load()

    async def _reset_codes(self, act: Act) -> None:
        user, bench = self._user(act), self._frame.bench
        again = bool(_fields(act).get("require"))

        def reset() -> None:
            bench.set_user(user.name, UserChanges(totp="off"))
            if again:
                bench.set_user(user.name, UserChanges(totp="required"))

        await self._save(reset, lambda wrong: person_forms.codes_dialog(user, wrong=wrong))

    async def _retire(self, act: Act) -> None:
        user, bench = self._user(act), self._frame.bench
        await self._save(
            lambda: bench.retire_user(user.name),
            lambda wrong: person_forms.retire_dialog(user, wrong=wrong),
        )

    # -- tokens and logins

    async def _ask_issue(self, act: Act) -> None:
        self._desk.ask(self._issue_dialog({"user": str(act.get("name", ""))}, ""))

    def _issue_dialog(self, filled: Mapping[str, Any], wrong: str) -> str:
        return tokens.issue_dialog(self._users, self._frame.person.tenants, filled, wrong=wrong)

    async def _issue(self, act: Act) -> None:
        bench, fields, issued = self._frame.bench, _fields(act), []

        def issue() -> None:
            issued.append(bench.issue_token(tokens.new_token(fields)))

        if await self._desk.tried(issue, lambda wrong: self._issue_dialog(fields, wrong)):
            await self.load()
            self._desk.ask(tokens.issued_dialog(issued[0]))

    async def _ask_rotate(self, act: Act) -> None:
        self._desk.ask(rotate_dialog(self._token(act), {}))

    async def _rotate(self, act: Act) -> None:
        bench, token, fields, rotated = self._frame.bench, self._token(act), _fields(act), []

        def rotate() -> None:
            days, overlap = rotation_of(fields)
            rotated.append(bench.rotate_token(token.id, days=days, overlap=overlap))

        def again(wrong: str) -> str:
            return rotate_dialog(token, fields, wrong=wrong)

        if await self._desk.tried(rotate, again):
            await self.load()
            self._desk.ask(rotated_dialog(rotated[0]))

    async def _ask_revoke(self, act: Act) -> None:
        self._desk.ask(tokens.revoke_dialog(self._token(act)))

    async def _revoke(self, act: Act) -> None:
        token, bench = self._token(act), self._frame.bench
        await self._save(
            lambda: bench.revoke_token(token.id),
            lambda wrong: tokens.revoke_dialog(token, wrong=wrong),
        )

    async def _ask_end(self, act: Act) -> None:
        session = self._session(act)
        own = session.id == self._frame.person.session
        self._desk.ask(logins.end_dialog(session, own=own))

    async def _end(self, act: Act) -> None:
        session, bench = self._session(act), self._frame.bench
        own = session.id == self._frame.person.session
        await self._save(
            lambda: bench.end_session(session.id),
            lambda wrong: logins.end_dialog(session, own=own, wrong=wrong),
        )

    # -- which

    async def _save(self, do: Callable[[], T], redraw: Callable[[str], str]) -> None:
        if await self._desk.tried(do, redraw):
            self._frame.tell("Saved")
            await self.load()

    def _ask(self, draw: Callable[[User], str]) -> Callable[[Act], Any]:
        async def ask(act: Act) -> None:
            self._desk.ask(draw(self._user(act)))

        return ask

    def _user(self, act: Act) -> User:
        return _found(self._users, "person", lambda user: user.name == act.get("name"))

    def _token(self, act: Act) -> Token:
        return _found(self._tokens, "token", lambda token: token.id == act.get("id"))

    def _session(self, act: Act) -> LoginSession:
        return _found(self._sessions, "login", lambda session: session.id == act.get("id"))


def _found(items: tuple[T, ...], thing: str, wanted: Callable[[T], bool]) -> T:
    """What an act names, among what the page shows."""
    for item in items:
        if wanted(item):
            return item
    msg = f"there is no such {thing} any more; open the page again"
    raise UnknownNameError(msg)


def _read(
    bench: Workbench,
) -> tuple[tuple[User, ...], tuple[Token, ...], tuple[LoginSession, ...]]:
    return tuple(bench.users()), tuple(bench.tokens()), tuple(bench.login_sessions())


def _fields(act: Act) -> Mapping[str, Any]:
    fields = act.get("fields")
    return fields if isinstance(fields, Mapping) else {}
