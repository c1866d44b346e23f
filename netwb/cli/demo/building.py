"""Set a demo's home up and let its nights pass: real logins, real commits, played clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from netwb.cli.demo.state import SETTINGS, DemoState
from netwb.inventory.records import NewCredential, NewDevice, SecretSource
from netwb.lab.demo import JUMP_USERNAME, USERNAME, DemoNight, DemoPlan
from netwb.lab.fleet import Fleet
from netwb.workbench import Workbench
from netwb.workbench.words import BackupOutcome, BackupReport


class PlayedClock:
    """Shows the night's time, and goes on from there as fast as any clock."""

    def __init__(self, at: datetime) -> None:
        self.turn_to(at)

    def turn_to(self, at: datetime) -> None:
        """Begin a night."""
        self._at, self._began = at, monotonic()

    def __call__(self) -> datetime:
        """Now, in the night."""
        return self._at + timedelta(seconds=monotonic() - self._began)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One device that gave no good configuration in one night."""

    night: datetime
    outcome: BackupOutcome


def prepare_home(home: Path) -> None:
    """A new home with the demo's own settings; the folder may be there already."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    (home / "netwb.toml").write_text(SETTINGS, encoding="utf-8")
    (home / "netwb.toml").chmod(0o600)


def fill_inventory(bench: Workbench, plan: DemoPlan, fleet: Fleet, snmp_port: int) -> None:
    """Tenants, sites, credentials and devices as the plan has them."""
    for tenant in plan.tenants:
        bench.add_tenant(tenant.slug, name=tenant.name)
        bench.add_credential(_credential(tenant.slug, "lab", USERNAME, "LOGIN", enable=True))
        bench.set_tenant(tenant.slug, credential="lab")
    for jump in {site.tenant for site in plan.sites if site.jump}:
        bench.add_credential(_credential(jump, "jump", JUMP_USERNAME, "JUMP", enable=False))
    for site in plan.sites:
        reference = f"{site.tenant}/{site.slug}"
        bench.add_site(reference, name=site.name)
        if site.jump:
            address = f"{JUMP_USERNAME}@{fleet.address(site.jump)}:{fleet.port}"
            bench.set_site(reference, jump=address, jump_credential="jump")
    for device in plan.devices:
        bench.add_device(
            NewDevice(
                tenant=device.tenant,
                site=device.site,
                hostname=device.hostname,
                address=fleet.address(device.key),
                port=fleet.port,
                snmp_port=snmp_port,
                platform=device.played.platform,
                role=device.role,
            )
        )
    open_to_snmp(bench, plan)


def open_to_snmp(bench: Workbench, plan: DemoPlan) -> None:
    """Each tenant's credential for SNMP, where it has none yet: older demos were built without."""
    for tenant in plan.tenants:
        if bench.tenant(tenant.slug).snmp_credential is None:
            secrets = {"snmp_community": SecretSource(origin="env:COMMUNITY")}
            bench.add_credential(
                NewCredential(tenant=tenant.slug, name="snmp", secrets=secrets)  # type: ignore[arg-type]  # the keys are secret kinds
            )
            bench.set_tenant(tenant.slug, snmp_credential="snmp")


def network_logins(state: DemoState) -> tuple[str, str, str]:
    """What opens the simulated devices, in words: a home of one's own may back them up, too."""
    return (
        f"The network's own login is {USERNAME}, password {state.login}, enable secret {state.enable}",
        f"(some Cisco IOS ask for it); its jump host's is {JUMP_USERNAME}, password {state.jump}.",
        f"Its SNMP community is {state.community}.",
    )


def secrets_of(state: DemoState) -> Mapping[str, str]:
    """What `env:NAME` gives in a demo; nothing of it stands in the process's own environment."""
    return {
        "LOGIN": state.login,
        "ENABLE": state.enable,
        "JUMP": state.jump,
        "COMMUNITY": state.community,
    }


def move_inventory(bench: Workbench, plan: DemoPlan, fleet: Fleet, snmp_port: int) -> None:
    """The network listens on other ports than last time."""
    for site in plan.sites:
        if site.jump:
            address = f"{JUMP_USERNAME}@{fleet.address(site.jump)}:{fleet.port}"
            bench.set_site(f"{site.tenant}/{site.slug}", jump=address)
    ours = {fleet.address(device.key) for device in plan.devices}
    for device in bench.devices():  # as a person left them: some retired, renamed, or added
        if device.address in ours:
            bench.set_device(device.id, port=fleet.port, snmp_port=snmp_port)


def pass_night(
    bench: Workbench, fleet: Fleet, night: DemoNight, on_outcome: Callable[[BackupOutcome], None]
) -> BackupReport:
    """One night's backup, with that night's texts and faults."""
    fleet.set_night(night.number)
    fleet.set_faults(night.faults)
    return bench.back_up(on_outcome=on_outcome)


def _credential(
    tenant: str, name: str, username: str, password: str, *, enable: bool
) -> NewCredential:
    secrets = {"password": SecretSource(origin=f"env:{password}")}
    if enable:
        secrets["enable"] = SecretSource(origin="env:ENABLE")
    return NewCredential(tenant=tenant, name=name, username=username, secrets=secrets)  # type: ignore[arg-type]  # the keys are secret kinds
