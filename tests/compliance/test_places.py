"""Settings of where rules come from, refused when a home is opened."""

from __future__ import annotations

import pytest

from netwb.compliance.places import check_rule_places
from netwb.errors import SettingsError
from netwb.settings import ComplianceSettings

SECRET = "an-0wn-Secret"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"starter": "yes"}, r"compliance\.starter is 'yes'; it must be on or off"),
        ({"repository": "git@host:rules.git"}, r"compliance\.repository: the URL of the remote"),
        (
            {"repository": f"https://ben:{SECRET}@host/rules.git"},
            r"compliance\.repository: .* holds a password; leave it out",
        ),
        ({"password": SECRET}, r"compliance\.password: .* give env:NAME, file:PATH"),
        ({"key": SECRET}, r"compliance\.key: .* give env:NAME, file:PATH"),
    ],
)
def test_a_setting_that_cannot_be_is_named_and_no_secret_is_shown(
    settings: dict[str, str], says: str
) -> None:
    with pytest.raises(SettingsError, match=says) as refused:
        check_rule_places(ComplianceSettings(**settings))  # type: ignore[arg-type]  # words alone

    assert SECRET not in str(refused.value)


def test_references_and_urls_pass() -> None:
    check_rule_places(
        ComplianceSettings(
            repository="https://git.example.net/rules.git",
            username="reader",
            password="env:RULES_TOKEN",
            key="file:~/.ssh/rules",
        )
    )
