"""Rules on the page: the list of them, and the files that tenants have of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from netwb.compliance.report import ComplianceReport
from netwb.errors import NetwbError, NotAuthenticatedError, RuleError
from netwb.roles import Permission
from netwb.views.compliance.dialogs import ask_drop, ask_rules
from netwb.views.compliance.eye import Eye
from netwb.views.compliance.lists import OwnFile, render_own, render_rules
from netwb.views.cures import in_page
from netwb.views.desk import Desk
from netwb.views.fields import text_of
from netwb.views.frame import Frame
from netwb.views.sheet import Act, OnAct
from netwb.workbench import Workbench

Done = Callable[[str], Awaitable[None]]


class Ruling:
    """`done` reads the page anew, and says what was done."""

    def __init__(self, frame: Frame, desk: Desk, *, done: Done) -> None:
        self._frame = frame
        self._desk = desk
        self._done = done
        self.acts: dict[str, OnAct] = {
            "ask-rules": self._ask,
            "put-rules": self._put,
            "ask-drop": self._ask_drop,
            "drop-rules": self._drop,
        }

    async def listed(self, report: ComplianceReport, eye: Eye) -> str:
        """The table of them."""
        return await self._frame.ask(_listed, self._frame.bench, report, eye, self._tenants())

    def _tenants(self) -> tuple[str, ...]:
        """Whose rules the person may change."""
        if not self._frame.may(Permission.COMPLIANCE_EDIT):
            return ()
        chosen = self._frame.address.get("tenant")
        return tuple(slug for slug, _ in self._frame.person.tenants if chosen in (None, slug))

    async def _ask(self, act: Act) -> None:
        tenant, name = str(act.get("tenant", "")), str(act.get("name", ""))
        text = ""
        if tenant:
            text = await self._frame.ask(self._frame.bench.rule_text, tenant, name)
        self._desk.ask(
            ask_rules(self._tenants(), tenant=tenant, name=name, text=text, known=bool(tenant))
        )

    async def _put(self, act: Act) -> None:
        """A file with faults is not put; each of them is said with its line, and what was typed stays."""
        fields, bench = act["fields"], self._frame.bench
        known = bool(act.get("tenant"))
        tenant = str(act.get("tenant") or text_of(fields, "tenant"))
        name = str(act.get("name") or text_of(fields, "name"))
        text = fields.get("text") if isinstance(fields.get("text"), str) else ""
        again = partial(
            ask_rules, self._tenants(), tenant=tenant, name=name, text=text, known=known
        )
        try:
            await self._frame.ask(bench.put_rules, tenant, name, text)
        except NotAuthenticatedError:
            raise
        except RuleError as error:
            said = error.problems or (in_page(error),)
            self._desk.ask(again(faults=[in_page(one) for one in said]))
            return
        except NetwbError as error:
            self._desk.ask(again(in_page(error)))
            return
        self._desk.close()
        await self._done(f"{tenant}/{name} is put; it holds from the next check on")

    async def _ask_drop(self, act: Act) -> None:
        self._desk.ask(ask_drop(str(act.get("tenant", "")), str(act.get("name", ""))))

    async def _drop(self, act: Act) -> None:
        tenant, name = str(act.get("tenant", "")), str(act.get("name", ""))
        done = await self._desk.tried(
            partial(self._frame.bench.drop_rules, tenant, name), partial(ask_drop, tenant, name)
        )
        if done:
            await self._done(f"{tenant}/{name} is dropped")


def _listed(bench: Workbench, report: ComplianceReport, eye: Eye, tenants: tuple[str, ...]) -> str:
    own = [OwnFile(tenant=one.tenant, name=one.name, rules=one.rules) for one in bench.rule_files()]
    return render_rules(bench.rules(), report, eye, own=render_own(own, tenants, eye))
