"""`netwb notebook`: JupyterLab of one's own on this machine, ended by Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.request import urlopen

import pytest

from netwb.cli.notebook import command_line, environment
from netwb.workbench import Workbench
from tests.cli.commands import Commands
from tests.real.waiting import until
from tests.terminals import as_in_a_terminal

LONG_S = 60
HIDDEN = """
import importlib.util, sys
from netwb.cli import notebook
find = importlib.util.find_spec
notebook.find_spec = lambda name: None if name == "jupyterlab" else find(name)
from netwb.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Workbench.create(tmp_path / "home", environment={}).close()
    return tmp_path / "home"


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


def listens(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


def settled(process: subprocess.Popen[str], port: int) -> str:
    """What it said until it serves; it listens in its loop's first turn after its last word."""
    assert process.stderr
    said = ""
    for line in process.stderr:
        said += line
        if "Use Control-C to stop" in line:
            until(lambda: listens(port), within_s=LONG_S, what=f"port {port}")
            return said
    pytest.fail(said)


@pytest.mark.parametrize(
    "how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=["ctrl-c", "sigterm", "sigkill"]
)
def test_it_serves_the_examples_on_loopback_and_leaves_nothing_when_it_is_ended(
    home: Path, tmp_path: Path, how: signal.Signals
) -> None:
    port, folder = free_port(), tmp_path / "own"
    words = ["notebook", str(folder), "--no-browser", "--port", str(port), "--home", str(home)]
    own: Mapping[str, str] = {
        "HOME": str(tmp_path),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "JUPYTER_TOKEN": "token-of-this-test",
        "TMPDIR": str(tmp_path / "tmp"),
    }
    (tmp_path / "tmp").mkdir()
    ours, theirs = os.openpty()  # JupyterLab hears Ctrl-C where its input is a terminal
    process = subprocess.Popen(
        [sys.executable, "-m", "netwb", *words],
        stdin=theirs,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **own},
        preexec_fn=as_in_a_terminal,  # noqa: PLW1509 - the test has one thread
    )
    try:
        said = settled(process, port)
        address = f"http://127.0.0.1:{port}/api/contents?token=token-of-this-test"
        with urlopen(address, timeout=LONG_S) as answer:
            names = {one["name"] for one in json.load(answer)["content"]}
        process.send_signal(how)
        process.communicate(timeout=LONG_S)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)

    assert f"notebooks in {folder}" in said
    assert {"00-start.ipynb", "50-blackhole-drill.ipynb"} <= names
    assert process.returncode == (-how if how == signal.SIGKILL else 0)
    assert not listens(port)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_where_jupyterlab_is_missing_one_sentence_says_how_to_get_it(
    home: Path, tmp_path: Path
) -> None:
    words = ["notebook", str(tmp_path / "own"), "--home", str(home)]

    ran = subprocess.run(
        [sys.executable, "-c", HIDDEN, *words], capture_output=True, text=True, check=False
    )

    assert ran.returncode == 2
    assert ran.stderr == (
        "netwb: JupyterLab is not installed; `pip install 'netwb[notebook]'` brings it\n"
    )
    assert not (tmp_path / "own").exists()


def test_a_home_that_is_none_is_said_before_anything_is_copied(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = Commands(tmp_path / "none", capsys)("notebook", str(tmp_path / "own"))

    assert ran.status == 5
    assert not (tmp_path / "own").exists()


def test_a_port_that_is_taken_is_said(home: Path, tmp_path: Path) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        words = ["notebook", str(tmp_path / "own"), "--port", str(port), "--home", str(home)]

        ran = subprocess.run(
            [sys.executable, "-m", "netwb", *words], capture_output=True, text=True, check=False
        )

    assert ran.returncode == 5
    assert ran.stderr.endswith(f"port {port} of 127.0.0.1 is taken; name another one with --port\n")


def test_nothing_of_it_asks_the_internet(tmp_path: Path) -> None:
    line = " ".join(command_line(tmp_path, 8888, browser=True))
    found = environment({"PATH": "/bin"}, tmp_path, 8888)

    assert "check_for_updates_class=jupyterlab.NeverCheckForUpdate" in line
    assert "extension_manager=readonly" in line
    assert found["PANEL_CDN_ROOT"] == "http://127.0.0.1:8888/panel/"
    assert found["NETWB_HOME"] == str(tmp_path)
