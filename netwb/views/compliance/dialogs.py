"""Dialogs: waive a rule for a device, end a waiver, a tenant's own rules. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from netwb.compliance.report import FindingStory, Waiver
from netwb.views.fields import Ask, Field, area_field, dialog, select_field, text_field
from netwb.views.html import esc

RULES_ROWS = 18
LARGEST = 64_000  # letters of a file, with what its limit in bytes is


def ask_waive(
    story: FindingStory,
    wrong: str = "",
    *,
    reason: str = "",
    until: str = "",
) -> str:
    """Why, and until when."""
    said = (
        f'<p class="t2 wide"><b>{esc(story.rule.id)}</b> counts as waived on <b>{esc(story.device.hostname)}</b>'
        " until then, and as a finding again after that. Your name and the reason stand beside it.</p>"
    )
    why = text_field(
        Field(
            name="reason", label="Reason", id="waive-reason", value=reason, required=True, wide=True
        ),
        maxlength=300,
        autofocus=True,
    )
    end = text_field(
        Field(name="until", label="Until", id="waive-until", value=until, required=True),
        kind="date",
    )
    ask = Ask(
        title=f"Waive {story.rule.id} on {story.device.hostname}",
        act="waive",
        yes="Waive",
        data={"device": story.device.device_id, "rule": story.rule.id},
        wrong=wrong,
    )
    return dialog(ask, said + why + end)


def ask_end(waiver: Waiver, wrong: str = "") -> str:
    """It counts as a finding again at once."""
    said = (
        f'<p class="t2 wide"><b>{esc(waiver.rule_id)}</b> on <b>{esc(waiver.hostname)}</b> is waived by'
        f" {esc(waiver.owner)}: {esc(waiver.reason)}. Once the waiver is ended it counts as a finding again.</p>"
    )
    ask = Ask(
        title="End the waiver",
        act="end-waiver",
        yes="End the waiver",
        data={"waiver": waiver.id},
        danger=True,
        wrong=wrong,
    )
    return dialog(ask, said)


def ask_rules(  # noqa: PLR0913 - a form's fields
    tenants: Sequence[str],
    wrong: str = "",
    *,
    tenant: str = "",
    name: str = "",
    text: str = "",
    faults: Sequence[str] = (),
    known: bool = False,
) -> str:
    """A file of rules for one tenant's devices; what is wrong with it is said by line."""
    said = (
        '<p class="t2 wide">Rules in YAML, for this tenant\'s devices alone. A rule of the same id takes the'
        " place of the provider's, unless that is locked. The whole file is put, or nothing of it.</p>"
    )
    first = tenant or (tenants[0] if tenants else "")
    whose = select_field(
        Field(name="tenant", label="Tenant", id="rules-tenant", value=first),
        [(one, one) for one in tenants],
        disabled=known,
    )
    called = text_field(
        Field(
            name="name",
            label="Name of the file",
            id="rules-name",
            value=name or "own.yaml",
            required=True,
        ),
        maxlength=80,
        readonly=known,
    )
    body = area_field(
        Field(name="text", label="Rules", id="rules-text", value=text, required=True, wide=True),
        rows=RULES_ROWS,
        class_="yaml",
        spellcheck="false",
        maxlength=LARGEST,
    )
    listed = "".join(f"<li>{esc(one)}</li>" for one in faults)
    told = f'<ul class="faults wide" role="alert">{listed}</ul>' if listed else ""
    ask = Ask(
        title="Rules of a tenant",
        act="put-rules",
        yes="Put these rules",
        data={"tenant": tenant, "name": name} if known else {},
        wrong="" if listed else wrong,
    )
    return dialog(ask, said + whose + called + body + told, two_columns=True)


def ask_drop(tenant: str, name: str, wrong: str = "") -> str:
    """Its rules are gone, and their findings with them."""
    said = (
        f'<p class="t2 wide">The rules of <b>{esc(tenant)}/{esc(name)}</b> hold no more, and their findings go'
        " with them. Where one stood in the place of the provider's, that one holds again.</p>"
    )
    ask = Ask(
        title="Drop these rules",
        act="drop-rules",
        yes="Drop them",
        data={"tenant": tenant, "name": name},
        danger=True,
        wrong=wrong,
    )
    return dialog(ask, said)
