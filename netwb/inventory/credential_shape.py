"""What a credential must hold to open anything. Pure.

Sources: RFC 3414 and 3826 (SNMPv3 users, authentication before privacy); OpenSSH's PROTOCOL.key and
RFC 7468 (what a private key begins with).
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet

from netwb.errors import InventoryError
from netwb.inventory.fields import check_text, quoted
from netwb.inventory.records import SNMP_AUTH_PROTOCOLS, SNMP_PRIV_PROTOCOLS, Snmp


def check_snmp(snmp: Snmp) -> Snmp:
    """Known protocols and a usable user name."""
    _known("SNMP authentication", snmp.auth_protocol, SNMP_AUTH_PROTOCOLS)
    _known("SNMP privacy", snmp.priv_protocol, SNMP_PRIV_PROTOCOLS)
    if snmp.user is not None:
        check_text("SNMP user", snmp.user)
    return snmp


def _known(thing: str, protocol: str | None, known: Collection[str]) -> None:
    if protocol is not None and protocol not in known:
        msg = f"{thing} protocol {quoted(protocol)} is not known; take one of {', '.join(known)}"
        raise InventoryError(msg)


def check_shape(*, username: str | None, kinds: AbstractSet[str], snmp: Snmp) -> None:
    """Raise InventoryError for the first thing that is missing.

    A user name alone is enough: the login then asks the SSH agent.
    """
    missing = (
        (username is None and snmp.user is None and "snmp_community" not in kinds,
         "a credential needs a username, an SNMP community or an SNMP user"),
        (username is None and not kinds.isdisjoint(_LOGIN_KINDS),
         "a password or key needs a username"),
        ("passphrase" in kinds and "private_key" not in kinds,
         "a passphrase needs a private key"),
        (not kinds.isdisjoint({"snmp_auth", "snmp_priv"}) and snmp.user is None,
         "SNMPv3 passwords need an SNMP user"),
        ("snmp_priv" in kinds and "snmp_auth" not in kinds,
         "SNMPv3 privacy needs authentication too"),
        ("snmp_auth" in kinds and snmp.auth_protocol is None,
         "an SNMPv3 password needs its protocol: sha256:env:NAME"),
        ("snmp_priv" in kinds and snmp.priv_protocol is None,
         "an SNMPv3 privacy password needs its protocol: aes:env:NAME"),
    )  # fmt: skip
    for is_missing, sentence in missing:
        if is_missing:
            raise InventoryError(sentence)


_LOGIN_KINDS = frozenset({"password", "private_key", "passphrase", "enable"})
