"""Ask devices for their state by NAPALM's getters, over netwb's own sessions and clocks.

Every device has an answer or a cause; a getter that a driver has not, or that fails, leaves the
others as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nornir.core.inventory import Host
from nornir.core.task import MultiResult, Task

from netwb.collect.drivers.link import open_link
from netwb.collect.runner import SessionRunner, make_nornir
from netwb.collect.ssh import Sessions
from netwb.errors import DeviceError
from netwb.inventory.nornir_plugin import make_inventory
from netwb.inventory.records import Target
from netwb.platforms.record import Platform
from netwb.settings import CollectSettings
from netwb.snapshots.records import DeviceState

OnState = Callable[[DeviceState], None]
LONGEST = 200  # characters of a device's complaint


def ask(  # noqa: PLR0913 - each is another part's
    targets: Sequence[Target],
    getters: Sequence[str],
    *,
    platforms: Mapping[str, Platform],
    settings: CollectSettings,
    agent_path: str | None,
    on_state: OnState,
) -> tuple[DeviceState, ...]:
    """The state of each, in the order of the targets. `on_state` is told each one as it ends."""
    sessions = Sessions(settings, lambda _target, _key: None, agent_path=agent_path)
    by_id = {target.device_id: target for target in targets}
    with open_link(sessions, platforms, settings) as link:
        runner = SessionRunner(
            link, on_done=lambda host, done: on_state(_state_of(by_id[host.name], done))
        )
        nornir = make_nornir(make_inventory(targets, platforms), runner)
        found = nornir.run(task=read_state, getters=tuple(getters))
    return tuple(_state_of(target, found[target.device_id]) for target in targets)


def read_state(task: Task, getters: Sequence[str]) -> dict[str, Any] | DeviceError:
    """One device's answers, or why it gave none: Nornir would log a trace of an error that is raised."""
    try:
        return _answers(task, getters)
    except DeviceError as error:
        return error


def _answers(task: Task, getters: Sequence[str]) -> dict[str, Any]:
    """`missing` says why a getter has no answer."""
    driver = task.host.get_connection("napalm", task.nornir.config)
    state: dict[str, Any] = {}
    missing: dict[str, str] = {}
    for getter in getters:
        try:
            state[getter] = json.loads(json.dumps(getattr(driver, f"get_{getter}")(), default=str))
        except DeviceError:
            raise  # the line is gone or too slow: the device as a whole has a cause
        except (AttributeError, NotImplementedError):
            missing[getter] = f"the driver of {_platform(task.host)} does not have it"
        except Exception as error:  # noqa: BLE001 - a getter's own fault: drivers raise what they like
            missing[getter] = f"{type(error).__name__}: {error}"[:LONGEST]
    return {"state": state, "missing": missing}


def _platform(host: Host) -> str:
    target: Target = host.data["target"]
    return target.platform


def _state_of(target: Target, done: MultiResult) -> DeviceState:
    told = done[0].result
    error = told if isinstance(told, DeviceError) else done[0].exception
    answers = told if error is None else {"state": {}, "missing": {}}
    return DeviceState(
        device_id=target.device_id,
        tenant_id=target.tenant_id,
        tenant=target.tenant,
        hostname=target.hostname,
        state=answers["state"],
        missing=answers["missing"],
        cause_kind=type(error).__name__ if error is not None else "",
        cause=str(error)[:LONGEST] if error is not None else "",
    )
