"""FastNetMon's configuration, read by FastNetMon."""

from __future__ import annotations

import shutil
from ipaddress import ip_network

import pytest

from tests.real_components import require_real
from tests.stack.folders import STACK, ran

FOLDER = STACK / "fastnetmon"


@pytest.mark.real
def test_fastnetmon_takes_it() -> None:
    program = shutil.which("fastnetmon", path="/usr/sbin:/usr/bin")
    require_real("FastNetMon", program is not None)
    assert program is not None

    words = ["--configuration_check", "--log_to_console", "--disable_pid_logic"]
    done = ran(program, "--configuration_file", FOLDER / "fastnetmon.conf", *words)

    assert done.returncode == 0
    assert "Configuration file is correct" in done.stdout + done.stderr


def test_what_it_bans_netwb_hears_of_and_nobody_else() -> None:
    lines = (FOLDER / "fastnetmon.conf").read_text().splitlines()
    settings = dict(line.split(" = ", 1) for line in lines if line and not line.startswith("#"))

    assert (settings["enable_ban"], settings["enable_ban_ipv6"]) == ("on", "on")
    assert settings["notify_script_path"] == "/usr/local/bin/netwb_notify.py"
    assert (settings["exabgp"], settings["gobgp"]) == ("off", "off")
    assert settings["disable_usage_report"] == "on"
    assert (settings["netflow"], settings["sflow"]) == ("on", "on")


def test_its_networks_are_documentations_until_somebody_writes_own_ones() -> None:
    networks = [ip_network(line) for line in (FOLDER / "networks_list").read_text().split()]

    assert [str(one) for one in networks] == ["203.0.113.0/24", "2001:db8:cafe::/48"]
