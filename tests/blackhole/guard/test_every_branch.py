"""No branch of the guard is without its row in a table of this folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve()
ROOT = HERE.parents[3]
GUARD = ROOT / "netwb" / "blackhole" / "guard"
LAWS = HERE.with_name("test_laws.py")  # they meet other branches each time


def run_coverage(*words: str) -> None:
    command = [sys.executable, "-m", "coverage", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tables_take_every_branch(tmp_path: Path) -> None:
    data, report = f"--data-file={tmp_path / 'data'}", tmp_path / "report.json"
    tables = ("pytest", "-q", str(HERE.parent), f"--ignore={HERE}", f"--ignore={LAWS}")

    run_coverage("run", data, "--branch", f"--include={GUARD}/*", "-m", *tables)
    run_coverage("json", data, "-o", str(report))

    files = json.loads(report.read_text())["files"]
    assert {Path(name).name for name in files} == {path.name for path in GUARD.glob("*.py")}
    missed = {name: row["missing_lines"] + row["missing_branches"] for name, row in files.items()}
    assert {name: rows for name, rows in missed.items() if rows} == {}
