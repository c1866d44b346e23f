"""Whether the settings of where rules come from can be."""

from __future__ import annotations

from netwb.archive.remote.url import parse_place
from netwb.errors import InputError, SettingsError
from netwb.settings import ComplianceSettings


def check_rule_places(settings: ComplianceSettings) -> None:
    """Raise SettingsError where they cannot."""
    if settings.starter not in {"on", "off"}:
        msg = f"setting compliance.starter is {settings.starter!r}; it must be on or off"
        raise SettingsError(msg)
    if settings.repository:
        try:
            parse_place(settings.repository)
        except InputError as error:
            msg = f"setting compliance.repository: {error}"
            raise SettingsError(msg) from error
