"""A home whose devices are those of a running lab fleet."""

from __future__ import annotations

from pathlib import Path

from netwb.inventory.records import NewCredential, NewDevice, SecretSource
from netwb.lab.device import LabDevice
from netwb.lab.fleet import Fleet
from netwb.workbench import Workbench

PASSWORD = "Lab-Secret-77"
PLATFORMS = ("cisco_ios", "arista_eos", "frr")


def lab_devices(count: int, *, lines: int = 150) -> list[LabDevice]:
    """r1, r2, ... of tenant acme, the platforms in turn."""
    return [
        LabDevice(
            key=f"acme/r{number}",
            hostname=f"r{number}",
            platform=PLATFORMS[(number - 1) % len(PLATFORMS)],  # type: ignore[arg-type]
            username="netwb",
            password=PASSWORD,
            lines=lines,
        )
        for number in range(1, count + 1)
    ]


def lab_home(home: Path, fleet: Fleet, *, settings: str = "") -> None:
    """Set a home up over every device of the fleet."""
    home.mkdir(mode=0o700)
    (home / "netwb.toml").write_text(settings)
    bench = Workbench.create(home, environment={"PASSWORD": PASSWORD})
    bench.add_tenant("acme", name="Acme Ltd")
    bench.add_site("acme/fra1")
    secrets = {"password": SecretSource(origin="env:PASSWORD")}
    bench.add_credential(
        NewCredential(tenant="acme", name="lab", username="netwb", secrets=secrets)  # type: ignore[arg-type]
    )
    bench.set_tenant("acme", credential="lab")
    for device in fleet.world.devices:
        bench.add_device(
            NewDevice(
                tenant="acme",
                site="fra1",
                hostname=device.hostname,
                address=fleet.address(device.key),
                port=fleet.port,
                platform=device.platform,
            )
        )
    bench.close()
