"""Which shard serves which device. Pure.

Without a shard that is defined, one shard `main` serves every site. Else a shard serves the sites
that it names, and weighted rendezvous hashing (Thaler and Ravishankar 1998; weights after Schindelhauer
and Schomaker 2005) spreads a site's devices over the site's shards: when one comes or goes, only the
devices move that it takes or leaves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

from netwb.errors import TelegrafError
from netwb.inventory.ports.records import SnmpTarget
from netwb.telegraf.records import MAIN, Move, Shard

Plan = Mapping[str, tuple[SnmpTarget, ...]]
NOBODY = ""
_STEPS = 1 << 53  # numbers that a double holds apart between 0 and 1


def in_force(shards: Sequence[Shard]) -> tuple[Shard, ...]:
    """Those that are defined; where none is, `main` for every site."""
    return tuple(shards) or (Shard(name=MAIN),)


def plan(shards: Sequence[Shard], targets: Iterable[SnmpTarget]) -> Plan:
    """Devices of each shard by its name, in the order given; a shard without any has an empty tuple.

    Raises TelegrafError that names the sites which no shard serves.
    """
    found = dict(spread(shards, targets))
    _refuse_unserved(sorted({f"{one.tenant}/{one.site}" for one in found.pop(NOBODY, ())}))
    return found


def spread(shards: Sequence[Shard], targets: Iterable[SnmpTarget]) -> Plan:
    """The same, with the devices of sites that no shard serves under the name of `NOBODY`."""
    found: dict[str, list[SnmpTarget]] = {shard.name: [] for shard in shards}
    serving: dict[str, tuple[Shard, ...]] = {}
    for target in targets:
        site = f"{target.tenant}/{target.site}"
        if site not in serving:
            serving[site] = tuple(shard for shard in shards if shard.serves(site))
        chosen = chosen_shard(serving[site], target.device_id)
        found.setdefault(chosen.name if chosen else NOBODY, []).append(target)
    return {name: tuple(devices) for name, devices in found.items()}


def chosen_shard(shards: Sequence[Shard], device_id: str) -> Shard | None:
    """The one with the highest score for that device; None where there is none."""
    if len(shards) < 2:
        return shards[0] if shards else None
    return max(shards, key=lambda shard: (_score(shard, device_id), shard.name))


def moves(old: Plan, new: Plan) -> tuple[Move, ...]:
    """Devices that another shard serves in the new plan, by tenant and hostname."""
    before = {one.device_id: name for name, devices in old.items() for one in devices}
    after = {one.device_id: name for name, devices in new.items() for one in devices}
    known = {one.device_id: one for plan in (old, new) for those in plan.values() for one in those}
    moved = [
        Move(
            device_id=device_id,
            tenant=one.tenant,
            site=one.site,
            hostname=one.hostname,
            old=before.get(device_id, NOBODY),
            new=after.get(device_id, NOBODY),
        )
        for device_id, one in known.items()
        if before.get(device_id, NOBODY) != after.get(device_id, NOBODY)
    ]
    return tuple(sorted(moved, key=lambda move: (move.tenant, move.hostname, move.device_id)))


def _score(shard: Shard, device_id: str) -> float:
    digest = blake2b(f"{shard.name}\0{device_id}".encode(), digest_size=8).digest()
    drawn = ((int.from_bytes(digest) >> 11) + 0.5) / _STEPS  # between 0 and 1, and neither
    return -shard.weight / math.log(drawn)


def _refuse_unserved(sites: Sequence[str]) -> None:
    if sites:
        named = ", ".join(sites[:5]) + (f" and {len(sites) - 5} others" if len(sites) > 5 else "")
        msg = (
            f"no shard serves {named}; give {'it' if len(sites) == 1 else 'them'} one with"
            f" `netwb shard set NAME --site {sites[0]}`"
        )
        raise TelegrafError(msg)
