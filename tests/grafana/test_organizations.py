"""Which organization of Grafana is whose."""

from __future__ import annotations

import pytest

from netwb.errors import SettingsError
from netwb.grafana.organizations import parse_organizations


def test_each_tenant_has_one_and_an_account_of_its_own() -> None:
    found = parse_organizations(" acme = 2; umbra=3 ;*=1;")

    assert {tenant: one.number for tenant, one in found.items()} == {"acme": 2, "umbra": 3, "*": 1}
    assert [one.account for one in found.values()] == ["netwb-acme", "netwb-umbra", "netwb"]
    assert not parse_organizations("")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("acme", "not understood"),
        ("acme=0", "not understood"),
        ("acme=two", "not understood"),
        ("Acme Ltd=2", "not understood"),
        ("=2", "not understood"),
        ("acme=2; acme=3", "acme stands twice"),
        ("acme=2; umbra=2", "two share organization 2"),
        ("acme=2; *=2", "two share organization 2"),
    ],
)
def test_what_cannot_be_is_named(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=f"grafana.organizations: .*{said}"):
        parse_organizations(text)
