"""Host keys that follow from a seed, so that a lab that starts again is the same network.

They protect nothing: whoever knows the seed knows the keys.
"""

from __future__ import annotations

import hashlib
import math

import asyncssh
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from netwb.lab.draw import Draw

RSA_BITS = 1024  # what gear of 2010 made by default, and quick to find
_RSA_EXPONENT = 65537
_SMALL_PRIMES = tuple(n for n in range(3, 2000, 2) if all(n % d for d in range(3, n, 2)))


def ed25519_key(seed: str, key: str) -> asyncssh.SSHKey:
    """Give the modern host key of a device."""
    secret = hashlib.sha256(f"host key\x1f{seed}\x1f{key}".encode()).digest()
    return _imported(ed25519.Ed25519PrivateKey.from_private_bytes(secret))


def rsa_key(seed: str, key: str) -> asyncssh.SSHKey:
    """Give the host key of a device that knows no newer kind."""
    draw = Draw(seed, key, "rsa host key")
    p, q = _prime(draw, RSA_BITS // 2), _prime(draw, RSA_BITS // 2)
    private = pow(_RSA_EXPONENT, -1, math.lcm(p - 1, q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=private,
        dmp1=private % (p - 1),
        dmq1=private % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(_RSA_EXPONENT, p * q),
    )
    return _imported(numbers.private_key())


def _imported(key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey) -> asyncssh.SSHKey:
    return asyncssh.import_private_key(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


def _prime(draw: Draw, bits: int) -> int:
    """Draw odd numbers with the two highest bits set until one is prime."""
    while True:
        number = int.from_bytes(draw.octets(bits // 8)) | 3 << (bits - 2) | 1
        if number % _RSA_EXPONENT != 1 and _is_prime(number, draw):
            return number


def _is_prime(number: int, draw: Draw) -> bool:
    """Miller and Rabin's test, 24 rounds: wrong once in 2**48."""
    if any(number % small == 0 for small in _SMALL_PRIMES):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(number, draw.number(2, number - 2), odd, twos) for _ in range(24))


def _passes(number: int, witness: int, odd: int, twos: int) -> bool:
    power = pow(witness, odd, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = pow(power, 2, number)
        if power == number - 1:
            return True
    return False
