"""The rig itself: what the tests of netwb on a real router may rely on."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.real.frr_router import ADDRESS, LOGIN, FrrRouter
from tests.real.namespaces import RigError

pytestmark = pytest.mark.real


def ssh(router: FrrRouter, typed: str) -> subprocess.CompletedProcess[bytes]:
    """Log in with OpenSSH's client and type at the router's prompt."""
    known_hosts = router.folder / "known_hosts"
    known_hosts.write_text(f"{ADDRESS} {router.host_key()}\n")
    options = ["-i", str(router.key), "-o", f"UserKnownHostsFile={known_hosts}"]
    return subprocess.run(
        [*router.inside, "ssh", *options, f"{LOGIN}@{ADDRESS}"],
        input=typed.encode(),
        capture_output=True,
        timeout=30,
        check=False,
    )


def test_login_meets_the_router_and_not_a_shell(frr_router: FrrRouter) -> None:
    done = ssh(frr_router, "terminal length 0\nshow running-config\nexit\n")

    said = done.stdout
    assert said, done.stderr
    assert b"Hello, this is FRRouting (version 8" in said
    assert b"\nedge1# show running-config" in said
    assert b"neighbor 192.0.2.8 password Tr1gger-s3cret" in said


def test_change_shows_in_the_running_configuration(frr_router: FrrRouter) -> None:
    frr_router.configure("ip route 203.0.113.10/32 Null0 tag 666")

    assert "ip route 203.0.113.10/32 Null0 tag 666" in frr_router.vtysh("show running-config")


def test_what_is_saved_is_in_its_file_and_vtysh_does_not_tell_it(frr_router: FrrRouter) -> None:
    """FRRouting/frr issue 5032: once this fails, `startup` in frr.toml can name the command."""
    frr_router.configure("ip route 203.0.113.10/32 Null0 tag 666")
    frr_router.save()

    told = ssh(frr_router, "terminal length 0\nshow startup-config\nexit\n").stdout

    assert "tag 666" in (frr_router.folder / "etc/frr/frr.conf").read_text()
    assert frr_router.vtysh("show startup-config").strip() == ""
    assert b"show startup-config" in told
    assert b"tag 666" not in told
    assert b"Unknown command" not in told


def test_bad_change_is_said(frr_router: FrrRouter) -> None:
    with pytest.raises(RigError, match="Unknown command"):
        frr_router.configure("frobnicate")


def test_session_is_cut_in_the_middle_of_its_text(frr_router: FrrRouter) -> None:
    frr_router.lengthen(3_000)
    whole = frr_router.vtysh("show running-config").encode()

    with ThreadPoolExecutor(1) as pool:
        cut = pool.submit(frr_router.cut_next_session, after_bytes=200_000, timeout_s=20)
        done = ssh(frr_router, "terminal length 0\nshow running-config\nexit\n")
    cut.result()

    assert done.returncode == 255  # ssh(1): an error of the connection
    assert 10_000 < len(done.stdout) < len(whole)


def test_check_takes_a_whole_configuration_and_names_a_bad_line(frr_router: FrrRouter) -> None:
    running = frr_router.vtysh("show running-config").encode()

    assert "Unknown" not in frr_router.check(running.partition(b"!\n")[2])
    with pytest.raises(RigError, match="frobnicate"):
        frr_router.check(b"frobnicate\n")


def test_stopped_router_leaves_no_process(frr_router: FrrRouter) -> None:
    before = list(frr_router.processes())

    frr_router.stop()

    assert len(before) >= 5
    assert [command for _, command in frr_router.processes() if command] == []
