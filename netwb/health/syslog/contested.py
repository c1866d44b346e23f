"""Devices whose messages may be another device's as well: they start nothing, and that is told.

A tenant is told of its own devices, and nothing of whose the other one is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netwb.health.diagnosis import Diagnosis, ok, wrong
from netwb.health.syslog.intake import Contested
from netwb.health.syslog.sources import Sources
from netwb.notify.records import Observed, Standing
from netwb.roles import ALL_TENANTS
from netwb.store.notices import Notices

AMBIGUOUS = "syslog.ambiguous"  # a kind of notice
_NAMED = 6  # devices that are told by name


def tell_contested(notices: Notices, contested: Iterable[Contested], sources: Sources) -> None:
    """Those that began to be, and those that are no more; `sources`: the inventory as it is now."""
    begun = {one.sender.device_id: _observed(one) for one in contested}
    stood = notices.standing(ALL_TENANTS, [AMBIGUOUS])
    ended = [_ended(one) for one in stood if one.subject not in begun and _is_over(one, sources)]
    if begun or ended:
        notices.stands_many(AMBIGUOUS, [*begun.values(), *ended])


def judge_contested(standing: Sequence[Standing]) -> Diagnosis:
    """Whether each device's messages are its own; for whoever sees all tenants."""
    if not standing:
        return ok("syslog", "no message was ambiguous")
    names = [one.label for one in standing]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return wrong(
        "syslog",
        f"messages of {', '.join(names[:_NAMED])}{more} are ambiguous, and start no backup",
        "give each device a source of its own: `netwb device set DEVICE --syslog-source ADDRESS`;"
        ' behind a relay bind that to the tenant, as relays = "ADDRESS=TENANT" in [syslog]',
    )


def _observed(one: Contested) -> Observed:
    label = f"{one.sender.tenant}/{one.sender.hostname}"
    return Observed(
        tenant_id=one.sender.tenant_id,
        subject=one.sender.device_id,
        label=label,
        is_wrong=True,
        message=f"messages from the syslog source of {label} are ambiguous, and start no backup",
        detail={"address": one.address, "hostname": one.hostname},
    )


def _is_over(one: Standing, sources: Sources) -> bool:
    """Whether one device alone may send now what several could have sent, or this one no more."""
    meant = sources.meant(str(one.detail.get("address")), str(one.detail.get("hostname")))
    return len(meant) < 2 or one.subject not in {sender.device_id for sender in meant}


def _ended(one: Standing) -> Observed:
    return Observed(
        tenant_id=one.tenant_id,
        subject=one.subject,
        label=one.label,
        is_wrong=False,
        message=f"messages from the syslog source of {one.label} are its own again",
    )
