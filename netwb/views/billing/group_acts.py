"""`GroupActs`: port groups made, changed, filled, renamed and retired on `/billing`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from netwb.billing.records import GroupChanges, PortGroup, ShownGroup
from netwb.errors import InputError
from netwb.inventory.ports.records import WherePort
from netwb.views.billing import group_dialogs as dialogs
from netwb.views.desk import Desk
from netwb.views.fields import text_of
from netwb.views.frame import Frame
from netwb.views.sheet import Act, OnAct

Own = Callable[[object], PortGroup | None]
Done = Callable[[str, Mapping[str, str | None]], Awaitable[None]]


class GroupActs:
    """What is done to a group, asked for first.

    own    the group of the bill that is shown, by its name
    done   draws the page anew with these keys of its address, and says what was done
    """

    def __init__(self, frame: Frame, desk: Desk, *, own: Own, done: Done) -> None:
        self._frame = frame
        self._desk = desk
        self._own = own
        self._done = done
        self.acts: Mapping[str, OnAct] = {
            "ask-add-group": self._ask_add,
            "ask-change-group": self._ask_change,
            "ask-group-ports": self._ask_ports,
            "ask-rename-group": self._ask_rename,
            "ask-retire-group": self._ask_retire,
            "add-group": self._add,
            "change-group": self._change,
            "group-ports": self._ports,
            "rename-group": self._rename,
            "retire-group": self._retire,
        }

    async def _ask_add(self, act: Act) -> None:
        person = self._frame.person
        given = {"of": str(act.get("of", "")), "zone": self._frame.zone.key}
        self._desk.ask(dialogs.ask_add(person.tenants, **given))

    async def _add(self, act: Act) -> None:
        given = _given(act, "of", "name", "method", "commit", "zone")
        bench, tenants = self._frame.bench, self._frame.person.tenants
        done = await self._desk.tried(
            partial(bench.add_port_group, given["of"], given["name"], **_terms(given)),
            lambda wrong: dialogs.ask_add(tenants, wrong, **given),
        )
        if done:
            keys = {"of": given["of"], "group": given["name"]}
            await self._done(f"{given['name']} is added", keys)

    async def _ask_change(self, act: Act) -> None:
        if (own := self._own(act.get("group"))) is not None:
            self._desk.ask(dialogs.ask_change(own))

    async def _change(self, act: Act) -> None:
        if (own := self._own(act.get("group"))) is None:
            return
        given = _given(act, "method", "commit", "zone")
        done = await self._desk.tried(
            partial(self._frame.bench.set_port_group, own.tenant, own.name, **_terms(given)),
            lambda wrong: dialogs.ask_change(own, wrong, **given),
        )
        if done:
            await self._done(f"{own.name} is changed", {})

    async def _ask_ports(self, act: Act) -> None:
        if (own := self._own(act.get("group"))) is not None:
            shown, ports = await self._frame.ask(self._read_ports, own)
            self._desk.ask(dialogs.ask_ports(shown, ports))

    def _read_ports(self, own: PortGroup) -> tuple[ShownGroup, list[str]]:
        """Those that are in it, and the tenant's others."""
        bench = self._frame.bench
        others = (
            port
            for port in bench.ports(WherePort(tenant=own.tenant))
            if port.id not in own.port_ids
        )
        names = [f"{port.device_tenant}/{port.hostname} {port.name}" for port in others]
        return bench.port_group(own.tenant, own.name), names

    async def _ports(self, act: Act) -> None:
        if (own := self._own(act.get("group"))) is None:
            return
        given = _given(act, "what", "port", "since")
        shown, ports = await self._frame.ask(self._read_ports, own)
        done = await self._desk.tried(
            partial(self._move_port, own, given),
            lambda wrong: dialogs.ask_ports(shown, ports, wrong, **given),
        )
        if done:
            word = "out of" if given["what"] == "take" else "in"
            await self._done(f"{given['port']} is {word} {own.name}", {})

    def _move_port(self, own: PortGroup, given: Mapping[str, str]) -> None:
        device, _, name = given["port"].partition(" ")
        if not name:
            msg = "a port is a device and an ifName, with a blank between: acme/edge1 xe-0/0/0"
            raise InputError(msg)
        changes: GroupChanges = {"since": given["since"]} if given["since"] else {}
        if given["what"] == "take":
            changes["remove_ports"] = [(device, name)]
        else:
            changes["add_ports"] = [(device, name)]
        self._frame.bench.set_port_group(own.tenant, own.name, **changes)

    async def _ask_rename(self, act: Act) -> None:
        if (own := self._own(act.get("group"))) is not None:
            self._desk.ask(dialogs.ask_rename(own))

    async def _rename(self, act: Act) -> None:
        if (own := self._own(act.get("group"))) is None:
            return
        name = text_of(act["fields"], "name")
        done = await self._desk.tried(
            partial(self._frame.bench.rename_port_group, own.tenant, own.name, name),
            lambda wrong: dialogs.ask_rename(own, wrong, name),
        )
        if done:
            await self._done(f"{own.name} is called {name}", {"group": name})

    async def _ask_retire(self, act: Act) -> None:
        if (own := self._own(act.get("group"))) is not None:
            months = await self._frame.ask(self._frame.bench.unfrozen_months, own.tenant)
            self._desk.ask(dialogs.ask_retire(own, months))

    async def _retire(self, act: Act) -> None:
        if (own := self._own(act.get("group"))) is None:
            return
        bench = self._frame.bench
        months = await self._frame.ask(bench.unfrozen_months, own.tenant)
        done = await self._desk.tried(
            partial(bench.retire_port_group, own.tenant, own.name),
            partial(dialogs.ask_retire, own, months),
        )
        if done:
            await self._done(f"{own.name} is retired", {"group": None})


def _given(act: Act, *names: str) -> dict[str, str]:
    return {name: text_of(act["fields"], name) for name in names}


def _terms(given: Mapping[str, str]) -> GroupChanges:
    return {
        "method": given["method"],
        "commit_bps": given["commit"] or None,
        "time_zone": given["zone"],
    }
