"""Moving from SQLite to PostgreSQL and back: the answers stay, and netwb.toml says where it is."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from netwb.errors import InputError, InventoryError, SettingsError
from netwb.health.exporting.settings_text import with_setting
from netwb.health.exporting.writing import write_export
from netwb.inventory.records import SecretSource
from netwb.workbench import Workbench
from netwb.workbench.home import settings_template
from tests.benches import Rig
from tests.health.exporting.conftest import (
    ENVIRONMENT,
    ORIGIN,
    PASSPHRASE,
    PASSWORD,
    QUICK,
    SOURCE,
    answers,
    quiet,
)
from tests.postgresql import Cluster

Opens = Callable[..., Workbench]


def same(bench: Workbench, expected: dict[str, object]) -> None:
    found = answers(bench)
    assert {question: found[question] for question in expected} == expected
    assert bench.verify_audit().problems == ()
    secret = bench.log_in("ana", PASSWORD, origin=ORIGIN).secret
    assert bench.at_session(secret, origin=ORIGIN).me().name == "ana"


@pytest.mark.real
def test_the_answers_are_the_same_on_either_database(
    full: Rig, tmp_path: Path, opened: Opens, postgresql: Cluster
) -> None:
    expected = answers(full.bench)
    url = postgresql.new_database()
    (tmp_path / "url").write_text(url + "\n")
    write_export(full.bench._sources(), tmp_path / "one.netwb", PASSPHRASE, costs=QUICK)

    moved = Workbench.import_export(
        tmp_path / "one.netwb",
        passphrase=SOURCE,
        home=tmp_path / "grown",
        store=SecretSource(origin=f"file:{tmp_path / 'url'}"),
        environment=ENVIRONMENT,
        told=quiet,
    )
    grown = opened(tmp_path / "grown")
    same(grown, expected)
    assert "netwb_" in moved.database
    assert not (tmp_path / "grown" / "netwb.db").exists()
    settings = tomllib.loads((tmp_path / "grown" / "netwb.toml").read_text())
    assert settings["store"] == {"url": url}

    write_export(grown._sources(), tmp_path / "two.netwb", PASSPHRASE, costs=QUICK)
    Workbench.import_export(
        tmp_path / "two.netwb",
        passphrase=SOURCE,
        home=tmp_path / "back",
        store="home",
        environment=ENVIRONMENT,
        told=quiet,
    )
    same(opened(tmp_path / "back"), expected)
    assert (tmp_path / "back" / "netwb.db").exists()
    assert url not in (tmp_path / "back" / "netwb.toml").read_text()


def test_a_database_whose_url_is_not_told_is_named(export: Path, tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="URL of the database: environment variable NOPE"):
        Workbench.import_export(
            export,
            passphrase=SOURCE,
            home=tmp_path / "new",
            store=SecretSource(origin="env:NOPE"),
            environment=ENVIRONMENT,
            told=quiet,
        )


def test_two_databases_named_at_once_are_refused(export: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="leave one of them out"):
        Workbench.import_export(
            export,
            passphrase=SOURCE,
            home=tmp_path / "new",
            store="home",
            environment={**ENVIRONMENT, "NETWB_STORE__URL": "sqlite:////tmp/x.db"},
            told=quiet,
        )
    assert not (tmp_path / "new" / "netwb.toml").exists()


def test_a_look_writes_nothing(export: Path, tmp_path: Path) -> None:
    found = Workbench.import_export(
        export,
        passphrase=SOURCE,
        home=tmp_path / "new",
        only="check",
        environment=ENVIRONMENT,
        told=quiet,
    )

    assert found.export.devices == 3
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        settings_template(),
        '[store]\nurl = "old"  # where\nbusy_timeout_s = 3\n[web]\nport = 1\n',
        "[ store ] # here\nbusy_timeout_s = 3\n\n[web]\nport = 1\n",
        '[web]\nport = 1\n[store]\nurl = "old"',
    ],
    ids=["empty", "template", "set", "spaced", "last"],
)
def test_one_setting_is_changed_and_all_others_stay(text: str) -> None:
    changed = with_setting(text, "store", "url", "new")

    before = tomllib.loads(text)
    assert tomllib.loads(changed) == {**before, "store": {**before.get("store", {}), "url": "new"}}
    gone = tomllib.loads(with_setting(changed, "store", "url", None))
    assert "url" not in gone.get("store", {})
    assert '"new"' not in with_setting(changed, "store", "url", None)
    assert '"old"' not in changed
    assert {line for line in text.splitlines() if line.startswith("#")} <= set(changed.splitlines())


def test_a_setting_that_cannot_be_changed_by_its_line_is_told() -> None:
    with pytest.raises(SettingsError, match="as a line of its own"):
        with_setting('store = { url = "old" }', "store", "url", "new")
    with pytest.raises(SettingsError, match="as a line of its own"):
        with_setting('store.url = "old"', "store", "url", None)
