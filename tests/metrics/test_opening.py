"""Which store the settings name."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from netwb.errors import SettingsError
from netwb.metrics.flux.store import FluxStore
from netwb.metrics.influxql.store import InfluxqlStore
from netwb.metrics.opening import open_sqlite, open_store
from netwb.metrics.sqlite.store import SqliteStore
from netwb.settings import MetricsSettings
from tests.metrics.points import NOON, octets

URL = "http://127.0.0.1:8086"


def test_a_home_has_its_own_file_where_nothing_is_said(tmp_path: Path) -> None:
    store = open_store(MetricsSettings(), tmp_path, "")

    assert isinstance(store, SqliteStore)
    with closing(store):
        store.write([octets(NOON, 1)])
    assert (tmp_path / "metrics.db").exists()
    with closing(open_sqlite(MetricsSettings(), tmp_path)) as again:
        assert again.forecast().series == 1


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (MetricsSettings(url=URL), InfluxqlStore),
        (MetricsSettings(url=URL, username="netwb"), InfluxqlStore),
        (MetricsSettings(url=URL, language="flux", organization="acme-net"), FluxStore),
    ],
)
def test_an_influxdb_is_asked_in_its_language(
    tmp_path: Path, settings: MetricsSettings, kind: type[object]
) -> None:
    assert isinstance(open_store(settings, tmp_path, "secret"), kind)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (MetricsSettings(url="127.0.0.1:8086"), r"metrics\.url is none of http or https; write"),
        (MetricsSettings(url=URL, language="sql"), "is 'sql'; write flux or influxql"),
        (MetricsSettings(url=URL, language="flux"), r"needs metrics\.organization; name"),
        (
            MetricsSettings(url=URL, language="flux", organization="o", username="netwb"),
            r"asks by a token; clear metrics\.username",
        ),
    ],
)
def test_settings_that_name_no_store_are_refused(
    tmp_path: Path, settings: MetricsSettings, said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        open_store(settings, tmp_path, "secret")
