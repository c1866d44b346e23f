"""Whether a text is that of the device that it was asked of: by its name, by its serial number. Pure.

A message that names another device is read by many: a word that stands in a secret of the text is
not shown as a name.
"""

from __future__ import annotations

import re

from netwb.configs.canonical import Canonical
from netwb.configs.names import is_cut_name, same_name
from netwb.configs.obfuscation import decoded
from netwb.configs.records import Identity
from netwb.configs.spans import rule_spans, rules_of
from netwb.configs.wholeness import Fault, printable
from netwb.errors import WrongDeviceError
from netwb.inventory.records import HOSTNAME_PATTERN
from netwb.platforms.record import Platform


def is_own(own: str | None, prompt: str, identity: Identity, platform: Platform) -> bool:
    """By what the text sets, else by what the prompt shows; the inventory's name may be a prompt's."""
    known = [name for name in (identity.hostname, identity.sysname) if name]
    cut = platform.whole.hostname_cut
    if own is not None:
        return any(same_name(own, name) or is_cut_name(name, own, cut) for name in known)
    return any(same_name(prompt, name) or is_cut_name(prompt, name, cut) for name in known)


def wrong_device(own: str, seen: Canonical, platform: Platform, identity: Identity) -> Fault:
    """Name both, where the device's word for itself is safe to show and to paste."""
    unnamed = (
        f"the text calls itself by another name than '{identity.hostname}', one that cannot be"
        f" shown; look at the device"
    )
    if not is_safe_name(own, seen, platform):
        return Fault(cause=WrongDeviceError(unnamed))
    msg = (
        f"the text calls itself '{own}', not '{identity.hostname}'; if that is this device's own"
        f" name, run `netwb device set {identity.called} --sysname {own}`"
    )
    return Fault(cause=WrongDeviceError(msg, calls=own, unnamed=unnamed))


def is_safe_name(word: str, seen: Canonical, platform: Platform) -> bool:
    """Whether a message may show it: it is a hostname, and stands in no secret of the text."""
    return re.fullmatch(HOSTNAME_PATTERN, word) is not None and not any(
        word.encode() in decoded(seen.text[span.start : span.end], span.encoding)
        for span in rule_spans(seen.text, rules_of(platform))
    )


def serial_fault(identity: Identity, seen_serial: str | None) -> Fault | None:
    """Whether another chassis answers than the inventory knows; None where one is not known.

    A person may accept it: a chassis tells another serial number after its supervisors changed
    places.
    """
    known, seen = (identity.serial or "").strip(), (seen_serial or "").strip()
    if not known or not seen or known.casefold() == seen.casefold():
        return None
    told, cure = printable(seen.encode()[:64]), f"`netwb device replace {identity.called}`"
    where = f"where {printable(known.encode())} is known; if the device was exchanged, run {cure}"
    msg = f"{identity.called} tells the serial number {told}, {where}"
    unnamed = f"{identity.called} tells another serial number, {where}"
    cause = WrongDeviceError(msg, calls=seen, unnamed=unnamed)
    return Fault(cause=cause, acceptable=True)
