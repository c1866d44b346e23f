"""Why a device was not saved, in a few words. Pure.

A cause's own sentence names where the device was looked for, so it is there only for who may see
addresses; these words stand for it.
"""

from __future__ import annotations

CAUSES = {
    "UnreachableError": "No answer",
    "AlgorithmError": "No common SSH algorithm",
    "LoginRefusedError": "Login refused",
    "LoginNotTriedError": "Login not tried: it was refused elsewhere",
    "HostKeyChangedError": "Host key changed",
    "DeadlineError": "Too slow: the deadline passed",
    "ConnectionLostError": "Connection lost in the middle",
    "CommandRejectedError": "Command rejected by the device",
    "RestrictedLoginError": "The login may not read the configuration",
    "IncompleteConfigError": "The text is not whole",
    "WrongDeviceError": "Another device answered",
    "ShrunkConfigError": "Far shorter than the last good copy",
    "RunInterruptedError": "The run was interrupted",
}


def words_of(kind: str) -> str:
    """The words for a cause's class; `Not saved` for one without any."""
    return CAUSES.get(kind, "Not saved")
