"""How Telegraf is started in its container, against one that stands in for it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from netwb.telegraf.environment import environment_text
from tests.stack.folders import STACK, stand_in

SECRET = 'it"s \\ $5 `id`'

# Tells its words and its secret, then lives until it is ended.
TELEGRAF = """
printf '%s\\n' "$*" >"$TOLD.words"
printf '%s' "$SNMP_SECRET" >"$TOLD.new"
mv "$TOLD.new" "$TOLD"
trap 'exit 7' TERM
while :; do sleep 0.05; done
"""


@contextmanager
def starting(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path, Path]]:
    """The script on a shard's folder; the file that the stand-in tells its secret in."""
    shard, told = tmp_path / "main", tmp_path / "told"
    shard.mkdir()
    environment = {
        **stand_in(tmp_path, "telegraf", TELEGRAF),
        "TOLD": str(told),
        "TELEGRAF_LOOK_S": "0.1",
    }
    script = ["/bin/sh", str(STACK / "telegraf-start.sh"), str(shard)]
    process = subprocess.Popen(script, env=environment, text=True, stderr=subprocess.PIPE)
    try:
        yield process, shard, told
    finally:
        process.terminate()
        process.communicate(timeout=30)


def wait_for(path: Path) -> str:
    """The text of a file, once it is there: another process writes it."""
    there = ["/bin/sh", "-c", 'while [ ! -e "$0" ]; do sleep 0.05; done', str(path)]
    subprocess.run(there, check=True, timeout=40)
    return path.read_text()


def test_it_waits_for_the_first_files_and_takes_their_secrets_along(tmp_path: Path) -> None:
    with starting(tmp_path) as (process, shard, told):
        assert process.stderr is not None
        assert "netwb telegraf apply writes it" in process.stderr.readline()
        (shard / "environment").write_text(environment_text({"SNMP_SECRET": SECRET}))
        (shard / "telegraf.conf").write_text("[agent]\n")

        assert wait_for(told) == SECRET
        words = Path(f"{told}.words").read_text()
        assert "--strict-env-handling --watch-config poll" in words
        assert f"--config-directory {shard}/telegraf.d/" in words


def test_it_ends_once_the_secrets_changed_to_be_started_anew(tmp_path: Path) -> None:
    with starting(tmp_path) as (process, shard, told):
        (shard / "environment").write_text('SNMP_SECRET="old"\n')
        (shard / "telegraf.conf").write_text("[agent]\n")
        wait_for(told)
        (shard / "environment.new").write_text('SNMP_SECRET="new"\n')
        os.replace(shard / "environment.new", shard / "environment")  # noqa: PTH105 - as netwb does

        assert process.wait(timeout=40) == 7


def test_the_end_of_the_container_ends_telegraf(tmp_path: Path) -> None:
    with starting(tmp_path) as (process, shard, told):
        (shard / "telegraf.conf").write_text("[agent]\n")
        wait_for(told)

        process.terminate()

        assert process.wait(timeout=20) in {7, 143}
