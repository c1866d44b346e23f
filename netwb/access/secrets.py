"""Random secrets of logins and tokens, and what is kept of them: never the secret itself."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

SECRET_BYTES = 32  # 256 random bits
_TOKEN = re.compile(r"nwb_([0-9a-z]{16})\.([A-Za-z0-9_-]{43})")


def new_secret() -> str:
    """Forty-three characters that stand in a cookie and a header as they are."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """SHA-256, hex: enough for 256 random bits, which nobody guesses however fast they hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def token_text(token_id: str, secret: str) -> str:
    """`nwb_<id>.<secret>`."""
    return f"nwb_{token_id}.{secret}"


def parse_token(text: str) -> tuple[str, str] | None:
    """Id and secret; None where it is no token of netwb."""
    found = _TOKEN.fullmatch(text)
    return (found[1], found[2]) if found else None


def token_mac(key: bytes, token_id: str, secret: str) -> str:
    """What is kept of a token: useless without the key, which lies in no table as such."""
    return hmac.digest(key, token_text(token_id, secret).encode(), "sha256").hex()


def same(one: str, other: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())
