"""A real router and a real Git host for the tests of this folder, made anew for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real import frr_router as frr
from tests.real import git_hosts
from tests.real_components import require_real

CONFIG = Path(__file__).parents[1] / "data/frr/one_router/frr.conf"


@pytest.fixture
def frr_router(tmp_path: Path) -> Iterator[frr.FrrRouter]:
    """A running edge1 with an upstream, a trigger and two passwords in its configuration."""
    lacks = frr.missing()
    require_real(f"a real FRR router needs {', '.join(lacks)}; that", not lacks)
    router = frr.FrrRouter(tmp_path / "edge1", CONFIG.read_text(), password="r1g-Passw0rd")
    yield router
    router.stop()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A private key that the Git host lets in."""
    require_real("a Git host over ssh", missing=git_hosts.missing())
    return git_hosts.make_key(tmp_path / "robot_key")


@pytest.fixture
def host(tmp_path: Path, key: Path) -> Iterator[git_hosts.SshHost]:
    """Debian's sshd on loopback, with git."""
    with git_hosts.ssh_host(tmp_path / "sshd", key.with_suffix(".pub").read_text()) as made:
        yield made
