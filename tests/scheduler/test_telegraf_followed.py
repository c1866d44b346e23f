"""The real daemon goes on with what a person applied: Telegraf's files, and which ports there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from netwb.lab.snmp.device import usual_agent
from netwb.workbench import Workbench
from tests.cli.polled_home import COMMUNITY, polled_home
from tests.scheduler.processes import awaited, daemon, file_now, firing


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Of a home with two devices that answer, and of a Telegraf that is told by a script."""
    script = tmp_path / "tell"
    script.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/told\n')
    script.chmod(0o755)
    agents = {f"acme/{name}": usual_agent(name, 2) for name in ("edge1", "edge2")}
    with polled_home(tmp_path / "home", agents):
        yield {
            **COMMUNITY,
            "NETWB_TELEGRAF__PROGRAM": "",
            "NETWB_TELEGRAF__RELOAD": f"{script} reload",
            "NETWB_TELEGRAF__RESTART": f"{script} restart",
        }


def test_a_change_of_the_inventory_reaches_telegraf_and_new_ports_the_inventory(
    environment: dict[str, str], tmp_path: Path
) -> None:
    home, told = tmp_path / "home", tmp_path / "told"
    with closing(Workbench.open(home, environment=environment)) as bench:
        assert bench.learn_ports().asked == 0, "nobody has begun with Telegraf"
        bench.apply_telegraf()
        file = home / "telegraf.d" / "main" / "telegraf.d" / "netwb-acme.fra1.conf"
        with daemon(home, **environment) as running:
            assert running.says("this daemon leads")

            bench.set_device("acme/edge2", snmp_port=1161)
            file_now(bench, "telegraf")
            awaited(lambda: ":1161" in file.read_text())
            awaited(lambda: told.read_text().split() == ["restart", "reload"])
            due = file_now(bench, "ports")
            awaited(lambda: firing(bench, due).status == "done")

            assert firing(bench, due).result == {
                "asked": 2,
                "answered": 1,
                "new": 2,
                "renamed": 0,
                "unclear": 0,
            }
            assert [port.hostname for port in bench.ports()] == ["edge1", "edge1"]
            assert not any("Traceback" in line for line in running.said)
