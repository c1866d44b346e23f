"""A home with a past, and remotes on this machine, for the tests of remotes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from sqlalchemy import delete, insert

from netwb.archive.remote.keys import wrap_keys
from netwb.collect.replay import recorded
from netwb.configs.redact import redact
from netwb.inventory.records import ConfigKind, Facts, NewDevice, SecretSource
from netwb.platforms.parse import parse_platform
from netwb.roles import ALL_TENANTS
from netwb.store.models import VaultRow
from netwb.store.passphrase import Costs
from netwb.workbench import Workbench
from netwb.workbench.platform_files import Platforms
from tests.benches import Rig, ios, ios_text

PASSPHRASE = "seven horses under a bridge"
QUICK = Costs(memory_kib=64, passes=1, lanes=1)  # to try the passphrase: 1 ms where 200 are wanted
RULES = """
[[secret]]
name = "peer description"
word = "description"
pattern = 'description to (?P<secret>\\S+)'
"""


def asked(answer: str = PASSPHRASE) -> SecretSource:
    """What a person answers."""
    return SecretSource(origin="prompt", answer=answer)


def under_passphrase(home: Rig, tenant: str) -> None:
    """As by `set_remote_passphrase`, but that it is tried in no time."""
    parts, meant = home.bench._parts, home.bench.tenant(tenant)
    wrapped = wrap_keys(parts.keyring, meant.id, PASSPHRASE, QUICK)
    parts.remote.remotes.wrap(ALL_TENANTS, meant.id, wrapped)


def git(folder: Path, *arguments: str, stdin: str = "") -> str:
    """Git as somebody else runs it."""
    done = subprocess.run(
        ["git", "-C", folder, "-c", "user.name=eve", "-c", "user.email=eve@x", *arguments],
        check=True,
        capture_output=True,
        input=stdin,
        text=True,
    )
    return done.stdout.strip()


def bare(folder: Path) -> str:
    """A new remote; its URL."""
    subprocess.run(["git", "init", "-q", "--bare", folder], check=True)
    return f"file://{folder}"


def tip(folder: Path, ref: str = "refs/heads/main") -> str:
    """Where a ref points to."""
    return git(folder, "rev-parse", ref)


def push_now(home: Path, variables: Mapping[str, str]) -> None:
    """In a process of its own, with its Git children in a group of theirs."""
    os.setsid()
    Workbench.open(home, environment={**os.environ, **variables}).push(when="now")


def live_a_month(home: Rig) -> None:
    """Nights of acme with all that makes a restore hard.

    Edits, a lengthened token, a rename, a retirement and a newcomer of the same name, newer rules.
    """
    _take_a_token(home, "Ringed1-Secret")
    home.answer("acme/edge2", ios("edge2", community="Ringed1-Secret"))
    home.back_up()
    _free_tokens(home)
    for night in range(4):
        home.clock.advance(days=1)
        home.answer(
            "acme/edge1", ios("edge1", ntp=f"192.0.2.{night}", community=f"Sec-{night}-ret")
        )
        home.back_up(note=f"CHG{night}")
    home.bench.rename_device("acme/edge1", "border1")
    home.devices["acme/border1"] = home.devices.pop("acme/edge1")
    text = ios_text("border1", ntp="192.0.2.9")
    facts = Facts(serial="SN-edge1")
    home.answer("acme/border1", recorded(text, prompt=b"border1#", facts=facts))
    home.clock.advance(days=1)
    home.back_up()
    home.bench.retire_device("acme/edge2")
    _add(home, "edge2")
    home.answer("acme/edge2", ios("edge2", community="New-Box-77"))
    home.clock.advance(days=1)
    home.back_up()
    home.bench.push()  # older rules' texts; what newer ones find in them would hold it up
    newer_rules(home)
    home.clock.advance(days=1)
    assert {one.status for one in home.back_up().outcomes} == {"changed"}


def every_text(bench: Workbench, tenant: str = "acme") -> dict[tuple[str, str], bytes]:
    """Each revision of each device, also retired ones, with its secrets: by device and commit."""
    devices = bench.where(tenant=tenant, status="any").devices()
    kinds: tuple[ConfigKind, ...] = ("running", "startup")
    return {
        (device.id, one.id): bench.restore(f"{device.id}@{one.id}", reason="a test", kind=kind)
        for device in devices
        for kind in kinds
        for one in bench.history(device.id, limit=1000, kind=kind)
    }


def _add(home: Rig, hostname: str) -> None:
    old = home.devices[f"acme/{hostname}"]
    home.devices[f"acme/{hostname}"] = home.bench.add_device(
        NewDevice(
            tenant="acme",
            site="fra1",
            hostname=hostname,
            address=old.address,
            platform=old.platform,
        )
    )


def _take_a_token(home: Rig, value: str) -> None:
    """Let another secret have the short token of `value`, so that this one gets a long one."""
    parts, tenant = home.bench._parts, home.bench.tenant("acme")
    platform = parts.platforms["cisco_ios"]
    key = parts.keyring.key("redact", tenant.id)
    found = redact(ios_text("edge2", community=value), (), platform, key=key)
    row = next(secret for secret in found.secrets.values() if secret.value == value.encode())
    taken = {
        "tenant_id": tenant.id,
        "token": row.token,
        "full": "f" * 64,
        "sealed": b"",
        "fingerprint": "",
        "rule": "",
        "created_at": home.clock.now,
    }
    with parts.database.writing(ALL_TENANTS) as session:
        session.execute(insert(VaultRow), [taken])


def _free_tokens(home: Rig) -> None:
    with home.bench._parts.database.writing(ALL_TENANTS) as session:
        session.execute(delete(VaultRow).where(VaultRow.full == "f" * 64))


def newer_rules(home: Rig) -> None:
    """From now on a description's words are secret, too."""
    platforms = home.bench._parts.platforms
    assert isinstance(platforms, Platforms)
    platforms._parsed["cisco_ios"] = parse_platform(newer_source(), origin="cisco_ios.toml")


def newer_source() -> str:
    """The record of cisco_ios with one rule more."""
    return (files("netwb.platforms") / "cisco_ios.toml").read_text() + RULES
