"""Whether the settings of where rules come from can be."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from netwb.archive.remote.url import parse_place
from netwb.errors import NetwbError, SettingsError
from netwb.inventory.secret_sources import check_reference
from netwb.settings import ComplianceSettings


def check_rule_places(settings: ComplianceSettings) -> None:
    """Raise SettingsError where they cannot."""
    if settings.starter not in {"on", "off"}:
        msg = f"setting compliance.starter is {settings.starter!r}; it must be on or off"
        raise SettingsError(msg)
    given: tuple[tuple[str, str, Callable[[str], object]], ...] = (
        ("repository", settings.repository, parse_place),
        ("password", settings.password, partial(check_reference, "password")),
        ("key", settings.key, partial(check_reference, "private_key")),
    )
    for name, value, check in given:
        try:
            if value:
                check(value)
        except NetwbError as error:
            msg = f"setting compliance.{name}: {error}"
            raise SettingsError(msg) from error
