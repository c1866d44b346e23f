"""Seeded draws: the same (seed, device, topic) gives the same values, on any machine, for good.

Pure: no clock and no entropy; two topics of one device do not disturb each other. The secrets made
here protect nothing: they only look like what devices print. `type7` is Cisco's reversible form.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")

LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CRYPT = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TYPE7_PAD = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"  # the same in every IOS


class Draw:
    """A stream of draws for one topic."""

    def __init__(self, seed: str, *topic: str) -> None:
        key = "\x1f".join((seed, *topic))
        self._random = random.Random(key)  # noqa: S311  a simulation must repeat itself

    def number(self, least: int, most: int) -> int:
        """Give a whole number, both ends included."""
        return self._random.randint(least, most)

    def one(self, items: Sequence[Item]) -> Item:
        """Give one of the items."""
        return items[self._random.randrange(len(items))]

    def chance(self, percent: float) -> bool:
        """Say yes that often."""
        return self._random.random() * 100 < percent

    def word(self, length: int, alphabet: str = LETTERS) -> str:
        """Give a word of that many letters."""
        return "".join(self._random.choices(alphabet, k=length))

    def digits(self, length: int) -> str:
        """Give a string of decimal digits."""
        return self.word(length, "0123456789")

    def octets(self, length: int) -> bytes:
        """Give that many octets."""
        return self._random.randbytes(length)

    def secret(self, length: int = 14) -> Secret:
        """Give a secret value that can be written in each platform's forms."""
        return Secret(plain=self.word(length), salt=self.number(0, 2**30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One secret value; `salt` decides how its encrypted and hashed forms look."""

    plain: str
    salt: int

    def type7(self) -> str:
        """Write it as Cisco type 7: reversible, two digits of salt first."""
        start = self.salt % 16
        pad = _TYPE7_PAD
        body = (
            byte ^ pad[(start + place) % len(pad)] for place, byte in enumerate(self.plain.encode())
        )
        return f"{start:02d}" + "".join(f"{byte:02X}" for byte in body)

    def md5(self) -> str:
        """Write it in the shape of type 5 (`$1$`)."""
        return f"$1${self._crypt('salt', 4)}${self._crypt('md5', 22)}"

    def type8(self) -> str:
        """Write it in the shape of type 8, PBKDF2."""
        return f"$8${self._crypt('salt', 14)}${self._crypt('type8', 43)}"

    def type9(self) -> str:
        """Write it in the shape of type 9, scrypt."""
        return f"$9${self._crypt('salt', 14)}${self._crypt('type9', 43)}"

    def sha512(self) -> str:
        """Write it in the shape of `$6$`."""
        return f"$6${self._crypt('salt', 16)}${self._crypt('sha512', 86)}"

    def nxos5(self) -> str:
        """Write it in the shape of NX-OS type 5 (`$5$`)."""
        return f"$5${self._crypt('salt', 6)}${self._crypt('nxos5', 43)}"

    def nxos7(self) -> str:
        """Write it in the shape of NX-OS type 7, a cipher of its own: as long as the secret."""
        return self._crypt("nxos7", len(self.plain)).translate({ord("/"): "q", ord("."): "w"})

    def crypt(self) -> str:
        """Write it as FRR hashes, by the C library: two characters of salt, then eleven."""
        return self._crypt("crypt", 13)

    def base64(self) -> str:
        """Write it in the shape of EOS type 7: base64, with `==` at the end."""
        return self._crypt("eos", 22).replace(".", "+") + "=="

    def localized(self, octets: int) -> str:
        """Write it in the shape of an SNMPv3 localized key."""
        return self._digest("localized").hex()[: octets * 2]

    def _crypt(self, form: str, length: int) -> str:
        return "".join(CRYPT[byte % 64] for byte in self._digest(form, length))

    def _digest(self, form: str, length: int = 64) -> bytes:
        text = f"{form}\x1f{self.salt}\x1f{self.plain}".encode()
        return hashlib.shake_256(text).digest(length)
