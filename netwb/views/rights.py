"""What a role may, in sentences for who holds it or gives it. Pure.

Sentences are grouped as people think of them. Of rights whose pages and routes are not there yet
nothing is said: a test holds that each permission that is asked for somewhere is spoken of, and no other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from netwb.roles import Permission
from netwb.views import words

SENTENCES: tuple[tuple[tuple[Permission, ...], str], ...] = (
    (
        (Permission.CONFIG_VIEW, Permission.INVENTORY_VIEW),
        "May see devices and their configurations",
    ),
    ((Permission.MONITORING_VIEW,), "May see whether devices are up"),
    ((Permission.TRAFFIC_VIEW,), "May see ports and what goes through them"),
    ((Permission.INVENTORY_ADDRESS,), "May see the addresses that devices are managed at"),
    ((Permission.BACKUP_RUN,), "May back devices up at any time"),
    ((Permission.BACKUP_ACCEPT,), "May accept or discard a configuration that was kept back"),
    ((Permission.INVENTORY_EDIT,), "May add, change and retire devices"),
    (
        (Permission.COMPLIANCE_VIEW,),
        "May see which devices keep to the rules, and which line breaks one",
    ),
    (
        (Permission.COMPLIANCE_EDIT,),
        "May hold devices to the rules at any time, waive a rule for a while, and set a tenant's own",
    ),
    ((Permission.BILLING_VIEW,), "May see what is billed"),
    ((Permission.BILLING_EDIT,), "May set what is billed together, and freeze months"),
    ((Permission.REFERENCE_EDIT,), "May set the references that an ERP knows ports by"),
    ((Permission.BLACKHOLE_VIEW,), "May see what is blackholed, and attacks on it"),
    (
        (Permission.BLACKHOLE_REQUEST,),
        "May ask that an address be blackholed, where the policy of its prefix says so",
    ),
    ((Permission.BLACKHOLE_APPROVE,), "May approve what somebody else asked for, and withdraw any"),
    (
        (Permission.CONFIG_REVEAL,),
        "May reveal secrets, with a reason, each time in the audit trail",
    ),
    ((Permission.HEALTH_VIEW,), "May see how netwb itself does"),
    ((Permission.TELEGRAF_FETCH,), "May fetch the configuration of Telegraf"),
    ((Permission.AUDIT_VIEW,), "May read the audit trail of the same tenants"),
    ((Permission.ACCESS_MANAGE,), "May add people, give roles and end logins"),
    ((Permission.SYSTEM_MANAGE,), "May change how netwb itself is set up"),
)
IN_USE = tuple(permission for group, _ in SENTENCES for permission in group)


def sentences(permissions: Collection[Permission]) -> tuple[str, ...]:
    """What these rights allow; a group of which a part is missing names what there is of it."""
    held = frozenset(permissions)
    told = []
    for group, sentence in SENTENCES:
        some = [permission for permission in group if permission in held]
        if len(some) == len(group):
            told.append(sentence)
        elif some:
            told.append(f"May use {words.listed(tuple(some), at_most=len(some))} only")
    return tuple(told)


def scope_words(tenants: Collection[str] | None) -> str:
    """`acme and borealis`, `no tenant`; None is `all tenants`."""
    if tenants is None:
        return "all tenants"
    return words.listed(tuple(tenants), at_most=6) or "no tenant"


def named(tenants: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Tenants (slug, name) as a form offers them: `acme (Acme Ltd)`."""
    return [(slug, f"{slug} ({name})") for slug, name in tenants]
