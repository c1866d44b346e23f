"""What a credential must hold to open anything. Pure.

Sources: RFC 3414 and 3826 (SNMPv3 users, authentication before privacy); OpenSSH's PROTOCOL.key and
RFC 7468 (what a private key begins with).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet

from netwb.errors import InventoryError
from netwb.faults import Faults
from netwb.inventory.fields import check_text, quoted
from netwb.inventory.records import SNMP_AUTH_PROTOCOLS, SNMP_PRIV_PROTOCOLS, SecretKind, Snmp


def check_snmp(snmp: Snmp) -> Snmp:
    """Known protocols and a usable user name; the error's `faults` has all that is not."""
    found = Faults()
    with found.of("auth_protocol"):
        _known("SNMP authentication", snmp.auth_protocol, SNMP_AUTH_PROTOCOLS)
    with found.of("priv_protocol"):
        _known("SNMP privacy", snmp.priv_protocol, SNMP_PRIV_PROTOCOLS)
    with found.of("snmp_user"):
        if snmp.user is not None:
            check_text("SNMP user", snmp.user)
    found.settle()
    return snmp


def _known(thing: str, protocol: str | None, known: Collection[str]) -> None:
    if protocol is not None and protocol not in known:
        msg = f"{thing} protocol {quoted(protocol)} is not known; take one of {', '.join(known)}"
        raise InventoryError(msg)


def check_shape(*, username: str | None, kinds: AbstractSet[str], snmp: Snmp) -> None:
    """Raise InventoryError for what is missing; its `faults` has all of it, by field.

    A user name alone is enough: the login then asks the SSH agent.
    """
    missing = (
        ("username", username is None and snmp.user is None and "snmp_community" not in kinds,
         "a credential needs a username, an SNMP community or an SNMP user"),
        ("username", username is None and not kinds.isdisjoint(_LOGIN_KINDS),
         "a password or key needs a username"),
        ("private_key", "passphrase" in kinds and "private_key" not in kinds,
         "a passphrase needs a private key"),
        ("snmp_user", not kinds.isdisjoint({"snmp_auth", "snmp_priv"}) and snmp.user is None,
         "SNMPv3 passwords need an SNMP user"),
        ("snmp_user", "snmp_community" in kinds and snmp.user is not None,
         "a credential asks by an SNMP community or as an SNMP user, not both; make one of each"),
        ("snmp_auth", "snmp_priv" in kinds and "snmp_auth" not in kinds,
         "SNMPv3 privacy needs authentication too"),
        ("auth_protocol", "snmp_auth" in kinds and snmp.auth_protocol is None,
         "an SNMPv3 password needs its protocol: sha256:env:NAME"),
        ("priv_protocol", "snmp_priv" in kinds and snmp.priv_protocol is None,
         "an SNMPv3 privacy password needs its protocol: aes:env:NAME"),
    )  # fmt: skip
    found = Faults()
    for field, is_missing, sentence in missing:
        with found.of(field):
            if is_missing:
                raise InventoryError(sentence)
    found.settle()


def check_secret(kind: SecretKind, text: str) -> str:
    """A password of SNMPv3 has eight characters at least (RFC 3414, 11.2): agents take no other."""
    if kind in {"snmp_auth", "snmp_priv"} and len(text) < SHORTEST_V3:
        what = "authentication" if kind == "snmp_auth" else "privacy"
        msg = (
            f"SNMP {what} password has {len(text)} characters, and SNMPv3 needs {SHORTEST_V3} at "
            "least; take the one that the device was given"
        )
        raise InventoryError(msg)
    return text


def unfit_fields(*, username: str | None, asks_by_snmp: bool) -> Iterator[str]:
    """Fields of a tenant, site or device that cannot name such a credential."""
    if username is None:
        yield from ("credential", "jump_credential")
    if not asks_by_snmp:
        yield "snmp_credential"


def unfit_for(field: str, name: str) -> str:
    """Why a field cannot name a credential, and what can."""
    if field == "snmp_credential":
        return (
            f"credential {quoted(name)} holds no SNMP community and no SNMP user; give it one with "
            f"`netwb credential set`, or name another one"
        )
    return (
        f"credential {quoted(name)} holds no username and opens no login, only SNMP; give it as "
        "SNMP credential (--snmp-credential), or name another one"
    )


SHORTEST_V3 = 8  # characters
_LOGIN_KINDS = frozenset({"password", "private_key", "passphrase", "enable"})
