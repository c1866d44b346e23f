"""What is asked before blackholes are denied, withdrawn or paused: a reason, and what it comes to. Pure."""

from __future__ import annotations

from netwb.blackhole.records import Blackhole
from netwb.views.fields import Ask, Field, dialog, text_field
from netwb.views.html import esc
from netwb.views.words import count


def ask_deny(one: Blackhole, wrong: str = "", reason: str = "") -> str:
    """One that is held."""
    told = f"Nothing is sent, and {one.prefix} goes on as it is. The reason stands with it."
    ask = Ask(
        title=f"Deny {one.prefix}",
        act="deny",
        yes="Deny",
        data={"id": one.id, "seen": str(one.version)},
        danger=True,
        wrong=wrong,
    )
    return _reasoned(ask, told, reason)


def ask_withdraw(one: Blackhole, wrong: str = "", reason: str = "") -> str:
    """One that stands, or that one asked for oneself and is held."""
    told = f"{one.prefix} is taken off every router now, and its traffic comes again."
    if one.state == "held":
        told = f"{one.prefix} waits for nobody any more, and nothing is sent."
    ask = Ask(
        title=f"Withdraw {one.prefix}", act="withdraw", yes="Withdraw",
        data={"id": one.id, "seen": str(one.version)}, danger=True, wrong=wrong,
    )  # fmt: skip
    return _reasoned(ask, told, reason)


def ask_withdraw_all(number: int, whose: str, wrong: str = "", reason: str = "") -> str:
    """Everything that stands or is held, of those that one sees."""
    told = (
        f"{count(number, 'blackhole')} of {whose} {'is' if number == 1 else 'are'} taken off every"
        " router now, those that are held as well. New ones go on being announced: pause them first"
        " where none shall be."
    )
    ask = Ask(
        title=f"Withdraw all of {whose}", act="withdraw-all", yes="Withdraw all", data={}, danger=True,
        wrong=wrong,
    )  # fmt: skip
    return _reasoned(ask, told, reason)


def ask_pause(wrong: str = "", reason: str = "") -> str:
    """The one switch."""
    told = (
        "From now on nothing new is announced, of any tenant: it is held until somebody resumes."
        " What stands ends by its time."
    )
    ask = Ask(title="Pause blackholes", act="pause", yes="Pause", data={}, danger=True, wrong=wrong)
    return _reasoned(ask, told, reason)


def _reasoned(ask: Ask, told: str, reason: str) -> str:
    field = Field(
        name="reason", label="Reason", id="why", value=reason, required=True, wide=True,
        hint="It stands in the audit, and whoever is called at night reads it.",
    )  # fmt: skip
    return dialog(
        ask, f'<p class="t2">{esc(told)}</p>{text_field(field, maxlength=300, autofocus=True)}'
    )
