"""netwb on one real router: logged in to over real SSH, by the commands that its user types.

What a command does it does in the test's own process, in the router's network; a few are typed as
their user types them, in a process of their own.
"""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.real.frr_router import ADDRESS, LOGIN, FrrRouter
from tests.real.netwb_command import CommandHere, NetwbCommand

pytestmark = pytest.mark.real

PASSWORD = "r1g-Passw0rd"
SECRETS = (b"Tr1gger-s3cret", b"Upstr3am-s3cret")
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "RIG": PASSWORD}
NEW_ROUTE = "ip route 203.0.113.10/32 Null0 tag 666"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that knows the router and has not seen it yet."""
    folder = tmp_path_factory.mktemp("prepared")
    devices = folder / "devices.csv"
    devices.write_text(
        f"tenant,site,hostname,address,platform,credential\nacme,fra1,edge1,{ADDRESS},frr,rig\n"
    )
    command = CommandHere(folder / "home", environment=ENVIRONMENT)
    login = ("--username", LOGIN, "--password", "env:RIG")
    command.do("init")
    command.do("tenant", "add", "acme", "--name", "Acme Ltd")
    command.do("credential", "add", "rig", "--tenant", "acme", *login)
    command.do("device", "import", str(devices), "--create")
    return command.home


@pytest.fixture
def home(prepared: Path, tmp_path: Path) -> Path:
    """This test's own."""
    return shutil.copytree(prepared, tmp_path / "home")


@pytest.fixture
def netwb(frr_router: FrrRouter, home: Path) -> NetwbCommand:
    """netwb in the router's network."""
    entered = frr_router.namespaces.entered
    return CommandHere(home, environment=ENVIRONMENT, entered=entered)


@pytest.fixture
def typed(frr_router: FrrRouter, home: Path) -> NetwbCommand:
    """The same in a process of its own."""
    return NetwbCommand(home, inside=frr_router.inside, environment=ENVIRONMENT)


def store_good(netwb: NetwbCommand) -> str:
    """Back the router up when it has something new; the id of the new revision."""
    outcome = netwb.back_up()
    assert outcome["status"] == "changed", outcome["cause"]
    return str(outcome["revision"])


def running(router: FrrRouter) -> bytes:
    return router.vtysh("show running-config").encode().strip()


def test_backup_is_whole_and_holds_no_secret(frr_router: FrrRouter, typed: NetwbCommand) -> None:
    outcome = typed.back_up()

    assert outcome["status"] == "changed", outcome["cause"]
    text = typed.do("show", "edge1")
    assert text.count(b"<netwb:secret:") == len(SECRETS)
    assert not [secret for secret in SECRETS if secret in text]
    assert len(text.splitlines()) >= len(running(frr_router).splitlines()) - 4


def test_restored_text_is_what_the_router_runs(
    frr_router: FrrRouter, netwb: NetwbCommand, tmp_path: Path
) -> None:
    store_good(netwb)
    file = tmp_path / "edge1.cfg"

    netwb.do("restore", "edge1@latest", "-o", str(file), "--reason", "drill")

    assert file.read_bytes().strip() in running(frr_router)
    assert file.stat().st_mode & 0o777 == 0o600


def test_restored_text_is_taken_by_another_router(
    frr_router: FrrRouter, netwb: NetwbCommand, tmp_path: Path
) -> None:
    store_good(netwb)
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
    good = store_good(netwb)

    outcome = netwb.back_up()

    assert (outcome["status"], outcome["revision"]) == ("unchanged", good)
    assert len(netwb.ask("history", "edge1")["items"]) == 1


def test_change_is_one_revision_with_its_line(frr_router: FrrRouter, netwb: NetwbCommand) -> None:
    store_good(netwb)
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
    store_good(netwb)
    frr_router.configure("router bgp 64500", "neighbor 192.0.2.8 password N3w-s3cret")

    store_good(netwb)

    diff = netwb.do("diff", "edge1", "--json")
    assert b"neighbor 192.0.2.8 password <netwb:secret:" in diff
    assert b"N3w-s3cret" not in diff
    assert SECRETS[0] not in diff


def test_cut_connection_is_refused_and_the_good_revision_stays(
    frr_router: FrrRouter, netwb: NetwbCommand, typed: NetwbCommand
) -> None:
    frr_router.lengthen(3_000)
    good = store_good(netwb)
    frr_router.configure(NEW_ROUTE)

    with ThreadPoolExecutor(1) as pool:
        cut = pool.submit(frr_router.cut_next_session, after_bytes=30_000, timeout_s=60)
        outcome = typed.back_up(NETWB_COLLECT__RETRIES="0")
    cut.result()

    assert outcome["status"] == "failed"
    assert outcome["cause"]["kind"] == "ConnectionLostError"
    (revision,) = netwb.ask("history", "edge1")["items"]
    assert revision["id"] == good


def test_cut_connection_is_tried_once_more(
    frr_router: FrrRouter, netwb: NetwbCommand, typed: NetwbCommand
) -> None:
    frr_router.lengthen(3_000)

    with ThreadPoolExecutor(1) as pool:
        cut = pool.submit(frr_router.cut_next_session, after_bytes=30_000, timeout_s=60)
        outcome = typed.back_up()
    cut.result()

    assert outcome["status"] == "changed", outcome["cause"]
    assert netwb.do("show", "edge1").rstrip().endswith(b"\nend")


def test_refused_login_is_not_repeated(frr_router: FrrRouter, netwb: NetwbCommand) -> None:
    netwb.do("credential", "set", "acme/rig", "--password", "env:PATH")

    outcome = netwb.back_up()

    assert outcome["cause"]["kind"] == "LoginRefusedError"
    assert (frr_router.folder / "sshd.log").read_text().count("Failed password") == 1


def test_other_host_key_is_refused_until_a_person_trusts_it(
    frr_router: FrrRouter, netwb: NetwbCommand
) -> None:
    store_good(netwb)
    frr_router.change_host_key()

    refused = netwb.back_up()
    netwb.do("device", "trust", "edge1")
    trusted = netwb.back_up()

    assert refused["cause"]["kind"] == "HostKeyChangedError"
    assert trusted["status"] == "unchanged"


def test_stock_transport_brings_the_same_text(netwb: NetwbCommand) -> None:
    good = store_good(netwb)
    netwb.do("device", "set", "edge1", "--transport", "netmiko:cisco_ios")

    outcome = netwb.back_up()

    assert (outcome["status"], outcome["revision"]) == ("unchanged", good), outcome["cause"]


def test_private_key_opens_the_router(frr_router: FrrRouter, netwb: NetwbCommand) -> None:
    netwb.do(
        *("credential", "add", "key", "--tenant", "acme", "--username", LOGIN),
        *("--key", f"file:{frr_router.key}"),
    )
    netwb.do("device", "set", "edge1", "--credential", "key")

    store_good(netwb)

    assert "Accepted publickey" in (frr_router.folder / "sshd.log").read_text()
