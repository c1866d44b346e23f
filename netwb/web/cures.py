"""The cures of errors in the words of REST: the request that helps, or who else can. Pure.

How they come into an error's sentence: `netwb.cures`.
"""

from __future__ import annotations

from netwb.cures import AT_THE_SERVER, retold
from netwb.web.operations import BASE

_KEEPER = "have who keeps the inventory"
_ADMIN = "an admin"
CURES = {
    **AT_THE_SERVER,
    "backup --device": "have an operator back it up",
    "backup --wait": "file it again when that run has ended",
    "backup": "file a backup",
    "blackhole list": f"GET {BASE}/blackholes lists them",
    "billing exclusions": "have who keeps the bills look which there are",
    "billing reopen": "have who keeps the bills reopen it",
    "credential add": f"{_KEEPER} add one",
    "credential list": f"{_KEEPER} look which there are",
    "credential set": f"{_KEEPER} change it",
    "credential set --enable": f"{_KEEPER} set the right enable password",
    "credential set --username": f"{_KEEPER} give it one",
    "device activate": f"{_KEEPER} bring it back",
    "device list": f"GET {BASE}/backup/devices lists those that are",
    "device probe": f"{_KEEPER} probe it, or choose the platform",
    "device replace": f"if the device was exchanged, {_KEEPER} replace it",
    "device retire": f"{_KEEPER} retire it",
    "device set": f"{_KEEPER} change it",
    "device set --credential": f"{_KEEPER} give one to it, to its site or to its tenant",
    "device set --platform": f"{_KEEPER} choose the platform",
    "device set --sysname": (
        f"if that is this device's own name, {_KEEPER} set it as the name that it calls itself"
    ),
    "device trust": f"{_KEEPER} look at the new key, and trust it",
    "history": f"GET {BASE}/backup/history/{{device_id}} lists them",
    "port list": f"{_KEEPER} look which there are",
    "port set": f"{_KEEPER} change it",
    "port-group add": "have who keeps the bills add one",
    "--without-data": "have who keeps the bills freeze it without",
    "port-group set": "have who keeps the bills change the group",
    "port-group list": f"GET {BASE}/erp/billing/{{tenant_id}} names those that are",
    "quarantine list": f"GET {BASE}/backup/quarantine lists what is",
    "quarantine show": (
        f"GET {BASE}/backup/quarantine tells what is held; POST .../{{device_id}}/accept or"
        " .../discard settles it"
    ),
    "rule list": f"GET {BASE}/compliance/rules lists those that are",
    "rule show": f"GET {BASE}/compliance/rules says which it means",
    "waiver list": f"GET {BASE}/compliance/waivers lists those in force",
    "sender rotate": "give the script the key that was made last",
    "shard list": f"{_ADMIN} sees which there are",
    "shard set": f"have {_ADMIN} change it",
    "show": f"GET {BASE}/backup/history/{{device_id}}/{{revision}} gives it",
    "site activate": f"{_KEEPER} bring it back",
    "site add": f"{_KEEPER} add it",
    "site list": f"GET {BASE}/backup/devices names those of your devices",
    "site set": f"{_KEEPER} change it",
    "tenant activate": f"{_KEEPER} bring it back",
    "tenant add": f"{_KEEPER} add it",
    "tenant list": f"GET {BASE}/backup/devices names those of your devices",
    "tenant set": f"{_KEEPER} change it",
    "token issue": f"have {_ADMIN} issue another one",
    "token retire": f"have {_ADMIN} rotate that one, or revoke it and rotate again",
    "token rotate": f"have {_ADMIN} replace it",
    "token list": f"{_ADMIN} sees those that are in force",
    "user list": f"{_ADMIN} sees those that are",
    "user sessions list": f"{_ADMIN} sees them",
    "user set": f"have {_ADMIN} change it",
    "user set --role": "",  # beside another cure, and on the server's own machine only
    "wall list": f"{_ADMIN} sees which there are",
    "--create": f"{_KEEPER} add it first",
    "--credential": f"{_KEEPER} give one to it, to its site or to its tenant",
    "--defaults": "fill it in",
    "--for": "say how long it lasts",
    "--ignore": "leave it out",
    "--map": "name it as netwb does",
    "--reason": "give a reason",
    "--redacted": "take it without its secrets",
    "--since": "give another time",
    "--snmp-port": f"{_KEEPER} correct its SNMP port",
    "--snmp-credential": f"{_KEEPER} give one to it, to its site or to its tenant",
    "--tenant": "say whose it is",
    "--skip-bad": "correct them, or take the good ones alone",
}


def over_rest(sentence: object) -> str:
    """An error, or its sentence as it was kept, for a script that has REST alone."""
    return retold(sentence, CURES)
