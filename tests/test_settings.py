"""Settings: later layers win, and a mistyped name or an impossible value is an error."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from netwb.errors import SettingsError
from netwb.setting_layers import build_settings, describe_settings, from_environment
from netwb.settings import Settings


def test_without_layers_every_setting_has_its_default() -> None:
    settings = build_settings()

    assert settings == Settings()
    assert (settings.collect.total_deadline_s, settings.collect.idle_timeout_s) == (120.0, 30.0)
    assert (settings.collect.sessions, settings.collect.per_site) == (100, 10)
    assert (settings.collect.logins_per_s, settings.store.url) == (20.0, "")


def test_a_later_layer_wins_and_the_rest_stays() -> None:
    file = {"collect": {"sessions": 50, "per_site": 5}}
    environment = {"collect": {"sessions": "7"}, "store": {"url": "sqlite:////x/netwb.db"}}

    settings = build_settings(file, environment)

    assert (settings.collect.sessions, settings.collect.per_site) == (7, 5)
    assert settings.store.url == "sqlite:////x/netwb.db"
    assert settings.collect.retries == Settings().collect.retries


def test_environment_variables_name_section_and_setting() -> None:
    environment = {
        "NETWB_COLLECT__SESSIONS": "50",
        "NETWB_STORE__URL": "sqlite:////x/netwb.db",
        "NETWB_HOME": "/x",
        "PATH": "/bin",
        "OTHER__NAME": "1",
    }

    assert from_environment(environment) == {
        "collect": {"sessions": "50"},
        "store": {"url": "sqlite:////x/netwb.db"},
    }


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ({"colect": {}}, ["section 'colect'", "collect"]),
        ({"collect": {"session": 1}}, ["collect.session is unknown", "sessions"]),
        ({"collect": 5}, ["section 'collect'"]),
        ({"collect": {"sessions": "many"}}, ["collect.sessions", "'many'", "int"]),
        ({"collect": {"sessions": True}}, ["collect.sessions", "True", "int"]),
        ({"collect": {"sessions": None}}, ["collect.sessions", "None", "int"]),
        ({"collect": {"sessions": [1]}}, ["collect.sessions", "int"]),
        ({"collect": {"sessions": 0}}, ["collect.sessions is 0", "at least 1"]),
        ({"collect": {"logins_per_s": "-3"}}, ["collect.logins_per_s is -3.0", "at least 0.01"]),
        ({"web": {"port": "99999"}}, ["web.port is 99999", "at most 65535"]),
        ({"store": {"url": 7}}, ["store.url is of type int", "str"]),
    ],
    ids=[
        "section",
        "name",
        "no-table",
        "word",
        "boolean",
        "none",
        "list",
        "zero",
        "negative",
        "too-much",
        "number",
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(layer: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(SettingsError) as refused:
        build_settings(layer)

    assert all(word in str(refused.value) for word in words)


@pytest.mark.parametrize("value", ["nan", "inf", float("nan"), float("inf")], ids=repr)
def test_a_limit_that_is_no_number_is_refused(value: object) -> None:
    """A comparison with NaN is false, so such a limit would never hold."""
    with pytest.raises(SettingsError, match=r"collect\.total_deadline_s"):
        build_settings({"collect": {"total_deadline_s": value}})


@pytest.mark.parametrize("value", [7.9, "7.9", float("inf"), float("nan")], ids=repr)
def test_a_count_is_not_cut_to_a_whole_number_in_silence(value: object) -> None:
    with pytest.raises(SettingsError, match=r"collect\.sessions"):
        build_settings({"collect": {"sessions": value}})


def test_a_whole_number_stands_for_a_time() -> None:
    assert build_settings({"collect": {"idle_timeout_s": 5}}).collect.idle_timeout_s == 5.0


def test_every_setting_is_described_and_can_be_set_to_its_default() -> None:
    described = list(describe_settings())

    assert len({info.name for info in described}) == len(described)
    for info in described:
        section, _, name = info.name.partition(".")
        assert info.unit
        assert info.help.endswith(".")
        built = build_settings({section: {name: info.default}})
        assert getattr(getattr(built, section), name) == info.default


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().collect.sessions = 5  # type: ignore[misc]


def test_a_setting_that_may_hold_a_password_is_never_shown() -> None:
    url = "postgresql+psycopg://netwb:S3cret@db/netwb"

    assert "S3cret" not in repr(build_settings({"store": {"url": url}}))
    with pytest.raises(SettingsError) as refused:
        build_settings({"store": {"url": [url]}})
    assert "S3cret" not in str(refused.value)
