"""Which passwords are taken. Pure. Source: NIST SP 800-63B."""

from __future__ import annotations

from netwb.errors import InputError

LEAST = 12  # characters; NIST SP 800-63B asks for 8 and better for 15
MOST = 1024  # characters; a longer one is no password but a load


def check_password(name: str, password: str) -> str:
    """The password, unless it is too easy to guess; InputError says what is missing."""
    if len(password) < LEAST:
        msg = f"the password is too short: give {LEAST} characters or more; a sentence is good"
        raise InputError(msg)
    if len(password) > MOST:
        msg = f"the password is longer than {MOST} characters; give a shorter one"
        raise InputError(msg)
    folded = password.casefold()
    if folded in {name.casefold(), name.casefold()[::-1]} or len(set(folded)) < LEAST // 3:
        msg = "the password is the name, or one thing repeated; give another one"
        raise InputError(msg)
    return password
