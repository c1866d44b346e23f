"""netwb on one real router: logged in to over real SSH, by the commands that its user types."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.real.frr_router import ADDRESS, LOGIN, FrrRouter
from tests.real.netwb_command import NetwbCommand

pytestmark = pytest.mark.real

PASSWORD = "r1g-Passw0rd"
SECRETS = (b"Tr1gger-s3cret", b"Upstr3am-s3cret")
NEW_ROUTE = "ip route 203.0.113.10/32 Null0 tag 666"


@pytest.fixture
def netwb(frr_router: FrrRouter, tmp_path: Path) -> NetwbCommand:
    """A new home that knows the router, in the router's network."""
    command = NetwbCommand(
        tmp_path / "home",
        inside=frr_router.inside,
        environment={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "RIG": PASSWORD},
    )
    devices = tmp_path / "devices.csv"
    devices.write_text(
        f"tenant,site,hostname,address,platform,credential\nacme,fra1,edge1,{ADDRESS},frr,rig\n"
    )
    command.do("init")
    command.do("tenant", "add", "acme", "--name", "Acme Ltd")
    command.do("site", "add", "acme/fra1")
    login = ("--username", LOGIN, "--password", "env:RIG")
    command.do("credential", "add", "rig", "--tenant", "acme", *login)
    command.do("device", "import", str(devices))
    return command


def running(router: FrrRouter) -> bytes:
    return router.vtysh("show running-config").encode().strip()


def test_backup_is_whole_and_holds_no_secret(frr_router: FrrRouter, netwb: NetwbCommand) -> None:
    outcome = netwb.back_up()

    assert outcome["status"] == "changed", outcome
    text = netwb.do("show", "edge1")
    assert text.count(b"<netwb:secret:") == len(SECRETS)
    assert not [secret for secret in SECRETS if secret in text]
    assert len(text.splitlines()) >= len(running(frr_router).splitlines()) - 4


def test_restored_text_is_what_the_router_runs(
    frr_router: FrrRouter, netwb: NetwbCommand, tmp_path: Path
) -> None:
    netwb.back_up()
    file = tmp_path / "edge1.cfg"

    netwb.do("restore", "edge1@latest", "-o", str(file), "--reason", "drill")

    assert file.read_bytes().strip() in running(frr_router)
    assert file.stat().st_mode & 0o777 == 0o600


def test_restored_text_is_taken_by_another_router(
    frr_router: FrrRouter, netwb: NetwbCommand, tmp_path: Path
) -> None:
    netwb.back_up()
    file = tmp_path / "edge1.cfg"
    netwb.do("restore", "edge1@latest", "-o", str(file), "--reason", "the first one burned")
    config = file.read_text()

    replacement = FrrRouter(tmp_path / "replacement", config, password=PASSWORD)

    try:
        assert frr_router.check(config.encode()) == ""
        assert running(replacement) == running(frr_router)
    finally:
        replacement.stop()


def test_unchanged_router_makes_no_revision(netwb: NetwbCommand) -> None:
    first = netwb.back_up()

    second = netwb.back_up()

    assert second["status"] == "unchanged"
    assert second["revision"] == first["revision"]
    assert len(netwb.ask("history", "edge1")["items"]) == 1


def test_change_is_one_revision_with_its_line(frr_router: FrrRouter, netwb: NetwbCommand) -> None:
    netwb.back_up()
    frr_router.configure(NEW_ROUTE)

    outcome = netwb.back_up()

    assert outcome["status"] == "changed"
    diff = netwb.ask("diff", "edge1")
    lines = [line for hunk in diff["hunks"] for line in hunk["lines"] if line["kind"] != "same"]
    assert lines == [{"kind": "added", "text": NEW_ROUTE}]
    newest, _ = netwb.ask("history", "edge1")["items"]
    assert (newest["added"], newest["removed"]) == (1, 0)


def test_changed_secret_is_a_change_without_its_value(
    frr_router: FrrRouter, netwb: NetwbCommand
) -> None:
    netwb.back_up()
    frr_router.configure("router bgp 64500", "neighbor 192.0.2.8 password N3w-s3cret")

    netwb.back_up()

    diff = netwb.do("diff", "edge1", "--json")
    assert b"neighbor 192.0.2.8 password <netwb:secret:" in diff
    assert b"N3w-s3cret" not in diff
    assert SECRETS[0] not in diff


def test_cut_connection_is_refused_and_the_good_revision_stays(
    frr_router: FrrRouter, netwb: NetwbCommand
) -> None:
    frr_router.lengthen(3_000)
    good = netwb.back_up()
    assert good["status"] == "changed", good
    frr_router.configure(NEW_ROUTE)

    with ThreadPoolExecutor(1) as pool:
        cut = pool.submit(frr_router.cut_next_session, after_bytes=200_000, timeout_s=60)
        outcome = netwb.back_up(NETWB_COLLECT__RETRIES="0")
    cut.result()

    assert outcome["status"] == "failed"
    assert outcome["cause"]["kind"] == "ConnectionLostError"
    (revision,) = netwb.ask("history", "edge1")["items"]
    assert revision["id"] == good["revision"]


def test_cut_connection_is_tried_once_more(frr_router: FrrRouter, netwb: NetwbCommand) -> None:
    frr_router.lengthen(3_000)

    with ThreadPoolExecutor(1) as pool:
        cut = pool.submit(frr_router.cut_next_session, after_bytes=200_000, timeout_s=60)
        outcome = netwb.back_up()
    cut.result()

    assert outcome["status"] == "changed", outcome
    assert netwb.do("show", "edge1").rstrip().endswith(b"\nend")


def test_refused_login_is_not_repeated(frr_router: FrrRouter, netwb: NetwbCommand) -> None:
    netwb.do("credential", "set", "rig", "--tenant", "acme", "--password", "env:PATH")

    outcome = netwb.back_up()

    assert outcome["cause"]["kind"] == "LoginRefusedError"
    assert (frr_router.folder / "sshd.log").read_text().count("Failed password") == 1


def test_other_host_key_is_refused_until_a_person_trusts_it(
    frr_router: FrrRouter, netwb: NetwbCommand
) -> None:
    netwb.back_up()
    frr_router.change_host_key()

    refused = netwb.back_up()
    netwb.do("device", "trust", "edge1", "--reason", "the router was replaced")
    trusted = netwb.back_up()

    assert refused["cause"]["kind"] == "HostKeyChangedError"
    assert trusted["status"] == "unchanged"
