"""The compose file: sound, pinned, closed, and without a secret that anybody knows."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from typing import Any

import pytest
import yaml

from netwb.grafana.door import HEADER
from netwb.setting_layers import build_settings, from_environment
from tests.stack.folders import STACK

COMPOSE = STACK / "compose.yaml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
TEXT = COMPOSE.read_text()


def test_it_is_a_compose_file() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]

    done = subprocess.run([*check, str(COMPOSE)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_all_of_the_stack_is_there() -> None:
    assert set(SERVICES) == {
        *("netwb", "scheduler", "init", "influxdb", "telegraf", "grafana", "front", "fastnetmon"),
    }


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_is_pinned_watched_and_started_again(name: str) -> None:
    service = SERVICES[name]

    image, tag = service["image"].rsplit(":", 1)
    assert tag == "local" if "build" in service else re.fullmatch(r"\d+\.\d+\.\d+", tag), image
    assert service["restart"] == ("no" if name == "init" else "unless-stopped")
    if name != "init":
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
        assert set(service["healthcheck"]) >= {"interval", "timeout", "retries", "start_period"}


def test_no_service_starts_before_the_passwords_are_made() -> None:
    secrets = re.findall(r"^ +\w*PASSWORD\w*: (.+)$", TEXT, re.MULTILINE)

    assert len(secrets) == 6
    assert all(re.fullmatch(r"\$\{\w+:\?run telegraf/setup first\}", one) for one in secrets)


def test_nothing_is_reachable_from_outside_unless_somebody_says_so() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]

    assert len(published) == 4
    assert all(re.match(r"\$\{\w+:-127\.0\.0\.1\}:", port) for port in published)
    assert not any("ports" in SERVICES[name] for name in ("influxdb", "grafana", "telegraf"))


def test_grafana_believes_the_door_alone_who_somebody_is() -> None:
    environment, door = SERVICES["grafana"]["environment"], SERVICES["front"]["networks"]["grafana"]

    assert environment["GF_AUTH_PROXY_ENABLED"] == "true"
    assert environment["GF_AUTH_PROXY_WHITELIST"] == door["ipv4_address"]
    assert environment["GF_AUTH_PROXY_AUTO_SIGN_UP"] == "false", "no account that nobody made"
    assert environment["GF_AUTH_PROXY_HEADER_NAME"] == HEADER
    others = [name for name, one in SERVICES.items() if "grafana" in one.get("networks", ())]
    assert others == ["grafana", "front"]


def test_grafana_lets_nobody_in_without_a_login_and_calls_nobody() -> None:
    environment = SERVICES["grafana"]["environment"]

    assert environment["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert environment["GF_USERS_ALLOW_SIGN_UP"] == "false"
    assert environment["GF_ANALYTICS_REPORTING_ENABLED"] == "false"
    assert SERVICES["influxdb"]["environment"]["INFLUXDB_REPORTING_DISABLED"] == "true"


def test_each_file_that_is_mounted_is_in_the_folder() -> None:
    mounted = [
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", ())
        if volume.startswith("./") and not volume.startswith("./tls")
    ]

    assert len(mounted) == 7
    assert all((STACK / path).exists() for path in mounted)


def test_settings_that_netwb_is_given_are_settings_of_netwb() -> None:
    given = {**SERVICES["netwb"]["environment"], **SERVICES["scheduler"]["environment"]}

    settings = build_settings(from_environment({k: str(v) for k, v in given.items()}))

    assert settings.metrics.url == "http://influxdb:8086"
    assert settings.metrics.secret == "env:INFLUXDB_NETWB_PASSWORD"


def test_the_notify_script_is_given_settings_that_it_knows() -> None:
    service = SERVICES["fastnetmon"]
    given = {
        name: str(value).replace("${NETWB_HOST:?run telegraf/setup first}", "netwb.example.net")
        for name, value in service["environment"].items()
        if name.startswith("NETWB_NOTIFY_")
    }
    key = {"FASTNETMON_SENDER_KEY": "whsec_" + "A" * 44}
    load_config = runpy.run_path(str(STACK / "fastnetmon/netwb_notify.py"))["load_config"]

    config = load_config(None, {**given, **key, "NETWB_NOTIFY_SENDER": "fastnetmon"})

    assert (config.troubles, config.warnings) == ([], [])
    assert config.target == ("https", "netwb", 5006, "/api/v1/fastnetmon/events")
    assert service["init"] is True
    assert set(given) <= {f"NETWB_NOTIFY_{name.upper()}" for name in config.values}
