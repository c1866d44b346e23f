"""The part of the page that shows and changes tenants, sites and credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from netwb.inventory.records import Credential, Site, Tenant
from netwb.views.fields import text_of
from netwb.views.inventory import credentials as cred
from netwb.views.inventory import places as view
from netwb.views.inventory.stage import Acts, Stage
from netwb.views.sheet import Act
from netwb.views.states import loading
from netwb.workbench import Workbench

T = TypeVar("T")


class PlacesPart:
    """Two tabs: tenants with their sites, and credentials."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.acts: Acts = {
            "add-tenant": self._add_tenant,
            "edit-tenant": self._edit_tenant,
            "save-tenant": self._save_tenant,
            "ask-retire-tenant": self._ask_retire("tenant"),
            "retire-tenant": self._retire_tenant,
            "activate-tenant": self._activate_tenant,
            "add-site": self._add_site,
            "edit-site": self._edit_site,
            "save-site": self._save_site,
            "ask-retire-site": self._ask_retire("site"),
            "retire-site": self._retire_site,
            "activate-site": self._activate_site,
            "add-credential": self._add_credential,
            "set-credential": self._set_credential,
            "save-credential": self._save_credential,
            "used-by": self._used_by,
            "ask-settle": self._ask_settle,
            "settle-credential": self._settle,
            "ask-retire-credential": self._ask_retire_credential,
            "retire-credential": self._retire_credential,
        }

    async def load(self) -> None:
        """Read the tab that the address names."""
        stage = self._stage
        tab = stage.frame.address["tab"]
        title = dict(view.TABS)[tab]
        stage.frame.crumbs(("Inventory", stage.links().inventory()), (title, None))
        if stage.listed:
            stage.show_page(loading())
        await self.read()

    async def read(self) -> None:
        """Read it again, and draw."""
        stage, frame = self._stage, self._stage.frame
        if frame.address.get("tab") == "credentials":
            shown = cred.CredentialList(
                credentials=await frame.ask(frame.bench.credentials),
                links=stage.links(),
                now=frame.now(),
                zone=frame.zone,
            )
            stage.show_page(cred.credentials_page(shown))
            return
        tenants, sites, devices = await frame.ask(_places, frame.bench)
        places = view.Places(
            tenants=tenants,
            sites=sites,
            devices=devices,
            sees=stage.sees(),
            links=stage.links(),
            wide=frame.person.wide,
        )
        stage.show_page(view.places_page(places))

    # -- tenants

    async def _add_tenant(self, _act: Act) -> None:
        self._stage.ask(view.tenant_dialog(None, (), {}))

    async def _edit_tenant(self, act: Act) -> None:
        tenant = await self._tenant(_of(act))
        self._stage.ask(view.tenant_dialog(tenant, await self._credentials(), {}))

    async def _save_tenant(self, act: Act) -> None:
        bench, fields = self._stage.frame.bench, _fields(act)
        tenant = await self._tenant(_of(act)) if _of(act) else None
        known = await self._credentials() if tenant else ()

        def save() -> None:
            if tenant is None:
                slug = text_of(fields, "slug")
                bench.add_tenant(slug, name=text_of(fields, "name") or slug)
            else:
                bench.set_tenant(tenant.slug, **view.tenant_changes(tenant, fields))

        await self._save(save, lambda w: view.tenant_dialog(tenant, known, fields, wrong=w))

    async def _retire_tenant(self, act: Act) -> None:
        bench, name = self._stage.frame.bench, _of(act)
        await self._save(
            lambda: bench.retire_tenant(name),
            lambda wrong: view.retire_dialog("tenant", name, wrong=wrong),
        )

    async def _activate_tenant(self, act: Act) -> None:
        frame = self._stage.frame
        await frame.ask(frame.bench.activate_tenant, _of(act))
        await self.read()

    # -- sites

    async def _add_site(self, _act: Act) -> None:
        frame = self._stage.frame
        tenants = await frame.ask(frame.bench.tenants)
        self._stage.ask(view.site_dialog(None, tenants, (), {}))

    async def _edit_site(self, act: Act) -> None:
        site = await self._site(_of(act))
        known, rules = await self._credentials(), self._stage.sees().rules
        self._stage.ask(view.site_dialog(site, (), known, {}, rules=rules))

    async def _save_site(self, act: Act) -> None:
        frame, fields = self._stage.frame, _fields(act)
        site = await self._site(_of(act)) if _of(act) else None
        tenants = await frame.ask(frame.bench.tenants)
        known = await self._credentials()

        def save() -> None:
            changes = view.site_changes(site, fields)
            if site is None:
                frame.bench.add_site(view.site_name(fields), **changes)
            else:
                frame.bench.set_site(f"{site.tenant}/{site.slug}", **changes)

        rules = self._stage.sees().rules
        await self._save(
            save,
            lambda w: view.site_dialog(site, tenants, known, fields, wrong=w, rules=rules),
        )

    async def _retire_site(self, act: Act) -> None:
        bench, name = self._stage.frame.bench, _of(act)
        await self._save(
            lambda: bench.retire_site(name),
            lambda wrong: view.retire_dialog("site", name, wrong=wrong),
        )

    async def _activate_site(self, act: Act) -> None:
        frame = self._stage.frame
        await frame.ask(frame.bench.activate_site, _of(act))
        await self.read()

    def _ask_retire(self, thing: str) -> Callable[[Act], Any]:
        async def ask(act: Act) -> None:
            self._stage.ask(view.retire_dialog(thing, _of(act)))

        return ask

    # -- credentials

    async def _add_credential(self, _act: Act) -> None:
        frame = self._stage.frame
        self._stage.ask(cred.add_dialog(await frame.ask(frame.bench.tenants), {}))

    async def _set_credential(self, act: Act) -> None:
        self._stage.ask(cred.set_dialog(await self._credential(_of(act)), {}))

    async def _save_credential(self, act: Act) -> None:
        """The fields hold secrets: they go to the facade, and never into a page again."""
        frame, fields, full = self._stage.frame, _fields(act), _of(act)
        if full:
            item = await self._credential(full)
            changes = cred.credential_changes(fields)
            await self._save(
                lambda: frame.bench.set_credential(full, changes),
                lambda wrong: cred.set_dialog(item, fields, wrong=wrong),
            )
            return
        tenants = await frame.ask(frame.bench.tenants)
        await self._save(
            lambda: frame.bench.add_credential(cred.new_credential(fields)),
            lambda wrong: cred.add_dialog(tenants, fields, wrong=wrong),
        )

    async def _used_by(self, act: Act) -> None:
        frame, full = self._stage.frame, _of(act)
        uses = await frame.ask(frame.bench.credential_users, full)
        self._stage.ask(cred.used_by_dialog(full, uses))

    async def _ask_settle(self, act: Act) -> None:
        self._stage.ask(cred.settle_dialog(_of(act)))

    async def _settle(self, act: Act) -> None:
        bench, full = self._stage.frame.bench, _of(act)
        await self._save(
            lambda: bench.settle_credential(full),
            lambda wrong: cred.settle_dialog(full, wrong=wrong),
        )

    async def _ask_retire_credential(self, act: Act) -> None:
        self._stage.ask(cred.retire_dialog(_of(act)))

    async def _retire_credential(self, act: Act) -> None:
        bench, full = self._stage.frame.bench, _of(act)
        await self._save(
            lambda: bench.retire_credential(full),
            lambda wrong: cred.retire_dialog(full, wrong=wrong),
        )

    # -- reading

    async def _save(self, do: Callable[[], T], redraw: Callable[[str], str]) -> None:
        if await self._stage.tried(do, redraw):
            self._stage.frame.tell("Saved")
            await self.read()

    async def _tenant(self, slug: str) -> Tenant:
        frame = self._stage.frame
        return await frame.ask(frame.bench.tenant, slug)

    async def _site(self, name: str) -> Site:
        frame = self._stage.frame
        return await frame.ask(frame.bench.site, name)

    async def _credential(self, full: str) -> Credential:
        frame = self._stage.frame
        return await frame.ask(frame.bench.credential, full)

    async def _credentials(self) -> tuple[Credential, ...]:
        frame = self._stage.frame
        return tuple(await frame.ask(frame.bench.credentials))


def _places(bench: Workbench) -> tuple[Any, Any, Any]:
    return bench.tenants(), bench.sites(), bench.devices()


def _of(act: Act) -> str:
    return str(act.get("of", ""))


def _fields(act: Act) -> Mapping[str, Any]:
    fields = act.get("fields")
    return fields if isinstance(fields, Mapping) else {}
