"""The cures of errors in the words of pages: what a command would do, said by where a page does it. Pure.

How they come into an error's sentence: `netwb.cures`.
"""

from __future__ import annotations

from netwb.cures import AT_THE_SERVER, pathless, retold

CURES = {
    **AT_THE_SERVER,
    "backup --device": "back it up now",
    "backup --wait": "begin again when that run has ended",
    "backup": "back devices up from their list",
    "billing exclusions": "have who keeps the bills look which there are, at the server",
    "billing reopen": "reopen it under Bills first",
    "blackhole list": "Security lists them",
    "check": "check under Compliance",
    "rule list": "Compliance, Rules lists those that are",
    "rule show": "its column says which it means",
    "waiver list": "Compliance, Waivers lists those that are",
    "credential add": "add one under Inventory, Places, Credentials",
    "credential list": "Inventory, Places, Credentials lists those that are",
    "credential set": "change it under Inventory, Places, Credentials",
    "credential set --enable": "set the right enable password under Inventory, Places, Credentials",
    "credential set --username": "give it one under Inventory, Places, Credentials",
    "device activate": "bring it back on its own page, which its id leads to",
    "device list": "the inventory lists those that are",
    "device probe": "probe it, or choose the platform, on the device's page",
    "device replace": "if the device was exchanged, replace it on its page",
    "device retire": "retire it on its page",
    "device set": "change it on its page",
    "device set --credential": "give one to it, to its site or to its tenant, in the inventory",
    "device set --platform": "choose the platform on the device's page",
    "device set --sysname": (
        "if that is this device's own name, set it on the device's page as the name that it calls"
        " itself"
    ),
    "device trust": "look at the new key, and trust it, on the device's page",
    "history": "its history lists them",
    "port list": "Traffic lists the ports",
    "port set": "have who keeps the inventory change it at the server",
    "port-group list": "Bills lists those that are",
    "port-group add": "have who keeps the bills add one under Bills",
    "--without-data": "have who keeps the bills freeze it without at the server",
    "port-group set": "have who keeps the bills change the group under Bills",
    "quarantine list": "Configs, Quarantine lists what is",
    "quarantine show": "look at it under Configs, Quarantine, and accept or discard it",
    "sender rotate": "give the script the key that was made last",
    "shard list": "an admin of the server lists them",
    "shard set": "have an admin of the server change it",
    "show": "its history shows it",
    "site activate": "bring it back under Inventory, Places",
    "site add": "add it under Inventory, Places",
    "site list": "Inventory, Places lists those that are",
    "site set": "change it under Inventory, Places",
    "tenant activate": "bring it back under Inventory, Places",
    "tenant add": "add it under Inventory, Places",
    "tenant list": "the choice of tenants over the page lists those that you may see",
    "tenant set": "change it under Inventory, Places",
    "token issue": "issue another one under Admin, Tokens",
    "token retire": "rotate that one under Admin, Tokens, or revoke it and rotate again",
    "token rotate": "rotate it under Admin, Tokens",
    "token list": "Admin, Tokens lists those that you may see",
    "wall list": "an admin of the server lists them",
    "user list": "Admin, People lists those that you may see",
    "user sessions list": "Admin, Sessions lists them",
    "user set": "change it under Admin, People",
    "user set --role": "",  # beside another cure, and on the server's own machine only
    "--create": "tick “Make tenants and sites that are not there” under Columns",
    "--credential": "give one to it, to its site or to its tenant, in the inventory",
    "--defaults": "fill it in, or say below what stands where a row says nothing",
    "--for": "say how long it lasts",
    "--ignore": "leave it out below",
    "--map": "say below which column it is",
    "--reason": "say why",
    "--redacted": "take it without its secrets",
    "--tenant": "say whose it is",
    "--since": "give another time",
    "--snmp-port": "correct its SNMP port on its page",
    "--snmp-credential": "give one to it, to its site or to its tenant, in the inventory",
    "--skip-bad": "correct them, or take the good ones alone",
}


def in_page(sentence: object) -> str:
    """An error, or its sentence as it was kept, for whoever reads it on a page."""
    return retold(sentence, CURES)


def at_the_server(sentence: object) -> str:
    """The same for who runs netwb: the cure as it is typed there, which no page could do."""
    return pathless(sentence)
