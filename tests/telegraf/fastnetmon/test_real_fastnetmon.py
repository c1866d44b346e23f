"""FastNetMon itself calls the script: by its API, in a network namespace of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real_components import require_real

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.real
def test_fastnetmon_s_calls_come_to_netwb_and_its_sockets_stay_its_own(tmp_path: Path) -> None:
    require_real("FastNetMon", shutil.which("fastnetmon", path="/usr/sbin:/usr/bin") is not None)
    require_real("a network namespace (root)", os.geteuid() == 0)

    done = subprocess.run(
        [
            *("unshare", "--net", "--fork", "--kill-child"),
            *(sys.executable, "-m", "tests.telegraf.fastnetmon.real_calls", tmp_path),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [one[:4] for one in found["events"]] == [
        ["ban", "203.0.113.70", "other", True],
        ["ban", "2001:db8:cafe::70", "other", True],
        ["unban", "203.0.113.70", "other", True],
    ]
    assert found["events"][0][4] >= 38, "the report came along"
    assert found["flows"] == {"before": True, "again": True}
    assert found["freed_s"] < 4, "it had to wait for the sender's end"
    assert (found["waited"], found["ids"], found["umask"]) == (1, 4, "0o600")
