"""The part of the page that changes devices: each change is a dialog, and one facade call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from netwb.inventory.records import Device
from netwb.views.fields import text_of
from netwb.views.inventory import forms
from netwb.views.inventory.events import refused_key
from netwb.views.inventory.stage import Acts, Stage
from netwb.views.sheet import Act
from netwb.views.words import count
from netwb.workbench import Workbench


class EditingPart:
    """Dialogs of one device, and of the selected ones.

    selected   ids of the devices selected in the list        changed   awaited after each change
    """

    def __init__(
        self,
        stage: Stage,
        *,
        selected: Callable[[], Sequence[str]],
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._stage = stage
        self._selected = selected
        self._changed = changed
        self.acts: Acts = {
            "close": self._close,
            "add": self._add,
            "add-device": self._add_device,
            "edit": self._edit,
            "edit-device": self._edit_device,
            "rename": self._rename,
            "rename-device": self._rename_device,
            "replace": self._replace,
            "replace-device": self._replace_device,
            "trust": self._trust,
            "trust-device": self._trust_device,
            "ask-retire": self._ask_retire,
            "retire-devices": self._retire_devices,
            "ask-status": self._ask_status,
            "set-status": self._set_status,
            "activate": self._activate,
        }

    async def _close(self, _act: Act) -> None:
        self._stage.close()

    # -- add and edit

    async def _add(self, _act: Act) -> None:
        frame = self._stage.frame
        self._stage.ask(forms.add_dialog(await frame.ask(_choices, frame.bench), {}))

    async def _add_device(self, act: Act) -> None:
        frame, fields = self._stage.frame, _fields(act)
        choices = await frame.ask(_choices, frame.bench)

        def add() -> None:
            frame.bench.add_device(forms.new_device(fields))

        if await self._stage.tried(add, lambda w: forms.add_dialog(choices, fields, wrong=w)):
            await self._done(f"{text_of(fields, 'hostname')} added")

    async def _edit(self, act: Act) -> None:
        frame, device = self._stage.frame, await self._device(act)
        choices = await frame.ask(_choices, frame.bench)
        self._stage.ask(forms.edit_dialog(device, choices, {}, ""))

    async def _edit_device(self, act: Act) -> None:
        frame, fields = self._stage.frame, _fields(act)
        device = await self._device(act)
        choices = await frame.ask(_choices, frame.bench)

        def save() -> None:
            frame.bench.set_device(device.id, **forms.device_changes(device, fields))

        def again(wrong: str) -> str:
            return forms.edit_dialog(device, choices, fields, wrong)

        if await self._stage.tried(save, again):
            await self._done(f"{device.hostname} saved")

    # -- one question each

    async def _rename(self, act: Act) -> None:
        self._stage.ask(forms.rename_dialog(await self._device(act)))

    async def _rename_device(self, act: Act) -> None:
        device, hostname = await self._device(act), text_of(_fields(act), "hostname")
        bench = self._stage.frame.bench
        if await self._stage.tried(
            lambda: bench.rename_device(device.id, hostname),
            lambda wrong: forms.rename_dialog(device, hostname, wrong=wrong),
        ):
            await self._done(f"{device.hostname} is {hostname} now")

    async def _replace(self, act: Act) -> None:
        self._stage.ask(forms.replace_dialog(await self._device(act), {}))

    async def _replace_device(self, act: Act) -> None:
        device, fields = await self._device(act), _fields(act)
        bench = self._stage.frame.bench
        if await self._stage.tried(
            lambda: bench.replace_device(
                device.id,
                serial=text_of(fields, "serial") or None,
                host_key=text_of(fields, "host_key") or None,
            ),
            lambda wrong: forms.replace_dialog(device, fields, wrong=wrong),
        ):
            await self._done(f"{device.hostname} replaced")

    async def _trust(self, act: Act) -> None:
        device = await self._device(act)
        refused = await self._refused(device)
        self._stage.ask(forms.trust_dialog(device, {}, refused=refused))

    async def _trust_device(self, act: Act) -> None:
        device, bench = await self._device(act), self._stage.frame.bench
        fields, refused = _fields(act), await self._refused(device)
        if await self._stage.tried(
            lambda: bench.trust_device(device.id, forms.key_to_trust(fields)),
            lambda wrong: forms.trust_dialog(device, fields, refused=refused, wrong=wrong),
        ):
            await self._done(f"the host key of {device.hostname} is trusted")

    async def _refused(self, device: Device) -> str:
        """The fingerprint that was refused last, if none was trusted since."""
        frame = self._stage.frame
        event = refused_key(await frame.ask(frame.bench.device_events, device.id))
        return str(event.detail.get("fingerprint", "")) if event else ""

    async def _activate(self, act: Act) -> None:
        device, frame = await self._device(act), self._stage.frame
        await frame.ask(frame.bench.activate_device, device.id)
        await self._done(f"{device.hostname} is active again")

    # -- one or several

    async def _ask_retire(self, act: Act) -> None:
        self._stage.ask(forms.retire_dialog(await self._meant(act)))

    async def _retire_devices(self, act: Act) -> None:
        devices, bench = await self._meant(act), self._stage.frame.bench

        def retire() -> None:
            for device in devices:
                bench.retire_device(device.id)

        if await self._stage.tried(retire, lambda w: forms.retire_dialog(devices, wrong=w)):
            await self._done(f"{count(len(devices), 'device')} retired")

    async def _ask_status(self, act: Act) -> None:
        self._stage.ask(forms.status_dialog(await self._meant(act)))

    async def _set_status(self, act: Act) -> None:
        devices, bench = await self._meant(act), self._stage.frame.bench
        status: Any = text_of(_fields(act), "status")

        def change() -> None:
            for device in devices:
                bench.set_device(device.id, status=status)

        if await self._stage.tried(change, lambda w: forms.status_dialog(devices, wrong=w)):
            await self._done(f"{count(len(devices), 'device')} set to {status}")

    # -- which

    async def _device(self, act: Act) -> Device:
        frame = self._stage.frame
        return await frame.ask(frame.bench.device, str(act.get("device", "")))

    async def _meant(self, act: Act) -> list[Device]:
        """The devices that an act names, one or several; none named: those selected in the list."""
        named = str(act.get("devices") or act.get("device") or "").split() or self._selected()
        frame = self._stage.frame
        return await frame.ask(_devices, frame.bench, tuple(named))

    async def _done(self, words: str) -> None:
        self._stage.frame.tell(words)
        await self._changed()


def _fields(act: Act) -> Mapping[str, Any]:
    fields = act.get("fields")
    return fields if isinstance(fields, Mapping) else {}


def _devices(bench: Workbench, ids: Sequence[str]) -> list[Device]:
    return [bench.device(device_id) for device_id in ids]


def _choices(bench: Workbench) -> forms.Choices:
    return forms.Choices(
        sites=[site for site in bench.sites() if site.status == "active"],
        credentials=bench.credentials(),
        platforms=bench.platforms(),
    )
