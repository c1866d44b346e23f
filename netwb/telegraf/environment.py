r"""Names of the variables that hold secrets, and the file that sets them. Pure.

The file is read alike by systemd (`EnvironmentFile=`), by a shell and by Docker Compose (`env_file`):
values in double quotes, `\\ " $` and the grave accent escaped (systemd.exec(5), POSIX 2.2.3).
Variables of netwb's own settings begin with NETWB_, so that these do not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b

METRICS_SECRET = "METRICS_SECRET"  # noqa: S105 - the variable's name
_PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")  # these stay apart when they are written large
_HEAD = "# netwb writes this file; EnvironmentFile= of Telegraf's unit names it.\n"
_TO_ESCAPE = re.compile(r'[\\"$`]')


def variable_name(credential: str, kind: str) -> str:
    """Variable of one secret of a credential `tenant/name`; no two credentials share one.

    >>> variable_name("acme/core-snmp", "community")
    'SNMP_ACME__CORE_SNMP_COMMUNITY'
    >>> variable_name("acme/Core.SNMP", "community")
    'SNMP_ACME__CORE_SNMP_XEE86DF06_COMMUNITY'
    """
    words = credential.split("/")
    large = "__".join(re.sub(r"[^A-Z0-9]+", "_", word.upper()) for word in words)
    plain = all(_PLAIN.fullmatch(word) for word in words)
    apart = "" if plain else f"_X{blake2b(credential.encode(), digest_size=4).hexdigest().upper()}"
    return f"SNMP_{large}{apart}_{kind.upper()}"


def environment_text(environment: Mapping[str, str]) -> str:
    """The whole file, in the order of its names."""
    lines = (f'{name}="{_escaped(value)}"\n' for name, value in sorted(environment.items()))
    return _HEAD + "".join(lines)


def parse_environment(text: str) -> dict[str, str]:
    """What `environment_text` wrote; lines of another form are left out."""
    found = (re.fullmatch(r'([A-Z0-9_]+)="((?:[^"\\]|\\.)*)"', line) for line in text.split("\n"))
    return {one[1]: re.sub(r"\\(.)", r"\1", one[2]) for one in found if one}


def unsayable(secret: str, kind: str) -> str:
    """Why Telegraf cannot be given that secret; "" where it can.

    A community is a plain text; in all others Telegraf looks for references to secret stores.
    """
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in secret):
        return "holds a line end or another control character, which no environment file can"
    if kind != "community" and "@{" in secret:
        return "holds @{, which Telegraf takes for a reference to a secret store"
    return ""


def _escaped(value: str) -> str:
    return _TO_ESCAPE.sub(r"\\\g<0>", value)
