"""A stand-in for Telegraf's program: it answers as a real 1.39.3 was seen to, and no better.

    telegraf config check --strict-env-handling --config FILE --config-directory DIR/
    telegraf --test --strict-env-handling --config FILE

Its exit statuses and sentences are those of facts-telegraf sections 4 and 5: a syntax error, an option
or a plugin that is unknown, a variable that is required and not set, and a folder that is not there are
1; no input is 0 in a check and 1 in a test; a device that does not answer is 0, and only its log says
E!. What stands in SILENT (aliases, comma) does not answer, what stands in
STUMBLES cannot be asked. Each call is a line in CALLS.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PLUGINS = {
    "inputs": {"snmp", "ping", "internal", "cpu"},
    "outputs": {"influxdb", "influxdb_v2", "file"},
}
OPTIONS = {
    "snmp": {
        *("name", "agents", "alias", "agent_host_tag", "tags", "field", "table", "interval"),
        *("version", "community", "sec_level", "sec_name", "auth_protocol", "auth_password"),
        *("priv_protocol", "priv_password", "timeout", "retries", "max_repetitions"),
        *("stop_on_error", "path"),
    },
    "ping": {
        *("urls", "alias", "method", "ipv6", "count", "ping_interval", "timeout"),
        *("fieldinclude", "tagexclude", "tags"),
    },
    "influxdb": {"urls", "database", "skip_database_creation", "username", "password", "tls_ca"},
    "influxdb_v2": {"urls", "organization", "bucket", "token", "tls_ca"},
}
DURATION = re.compile(r"(\d+(\.\d+)?(ns|us|ms|s|m|h))+")
REQUIRED = re.compile(r"\$\{(\w+):\?([^}]*)\}")


class RefusedError(Exception):
    """What ends it with 1."""


def main() -> int:
    note_call()
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True, type=Path)
    parser.add_argument("--config-directory", default="")
    parser.add_argument("--strict-env-handling", action="store_true")
    parser.add_argument("--test", action="store_true")
    words = sys.argv[1:]
    checking = words[:2] == ["config", "check"]
    asked = parser.parse_args(words[2:] if checking else words)
    try:
        inputs = read(asked, least=0 if checking else 1)
    except RefusedError as error:
        log(f"[telegraf] Error running agent: {error}")
        return 1
    if asked.test:
        gather(inputs)
    return 0


def read(asked: argparse.Namespace, *, least: int) -> list[tuple[str, Mapping[str, Any]]]:
    documents = [load(path, strict=asked.strict_env_handling) for path in files(asked)]
    inputs = [one for document in documents for one in plugins(document)]
    if len(inputs) < least:
        raise RefusedError("no inputs found, probably invalid config file provided")
    return inputs


def log(error: str) -> None:
    sys.stderr.write(f"2026-11-28T22:00:00Z E! {error}\n")


def note_call() -> None:
    known = sorted(name for name in os.environ if name.startswith(("SNMP_", "METRICS_", "NETWB_")))
    with Path(os.environ["CALLS"]).open("a") as file:
        file.write(json.dumps({"words": sys.argv[1:], "variables": known}) + "\n")


def files(asked: argparse.Namespace) -> Iterator[Path]:
    yield asked.config
    if not asked.config_directory:
        return
    folder = Path(asked.config_directory)
    if not folder.is_dir():
        raise RefusedError(f"lstat {folder}: no such file or directory")
    if folder.is_symlink() and not asked.config_directory.endswith("/"):
        return  # loads nothing, silently
    yield from sorted(folder.rglob("*.conf"))


def load(path: Path, *, strict: bool) -> dict[str, Any]:
    text = path.read_text()
    if not strict:
        text = REQUIRED.sub(filled, text)  # a quote in a value breaks the file then
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        said = f"error parsing data: line {line[1] if line else 1}: invalid TOML syntax"
        raise RefusedError(f"loading config file {path} failed: {said}") from error
    REQUIRED.sub(filled, text)
    for kind, known in PLUGINS.items():
        for name in document.get(kind, {}):
            if name not in known:
                raise RefusedError(f"undefined but requested {kind[:-1]}: {name}")
    return document


def filled(found: re.Match[str]) -> str:
    value = os.environ.get(found[1], "")
    if not value:
        raise RefusedError(f"required variable {found[1]} is missing a value: {found[2]}")
    return value


def plugins(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for kind in PLUGINS:
        for name, blocks in document.get(kind, {}).items():
            for block in blocks if isinstance(blocks, list) else [blocks]:
                unknown = set(block) - OPTIONS.get(name, set(block))
                if unknown:
                    listed = ", ".join(f'"{one}"' for one in sorted(unknown))
                    raise RefusedError(
                        f"plugin {kind}.{name}: line 1: configuration specified the fields"
                        f" [{listed}], but they were not used"
                    )
                if name == "snmp" and not DURATION.fullmatch(block.get("timeout", "5s")):
                    raise RefusedError(f"time: invalid duration {block['timeout']!r}")
                if kind == "inputs":
                    yield name, block


def gather(inputs: list[tuple[str, Mapping[str, Any]]]) -> None:
    silent, stumbles = (os.environ.get(name, "").split(",") for name in ("SILENT", "STUMBLES"))
    for name, block in inputs:
        said = ""
        if block.get("alias") in silent:
            said = "performing get on field sysUpTime: request timeout (after 1 retries)"
        elif block.get("alias") in stumbles:
            said = "gathering table interface: cannot translate .1.3"
        if said:
            agent = block["agents"][0]
            where = f"[inputs.{name}::{block['alias']}]"
            log(f"{where} Error in plugin: agent {agent}: {said}")


if __name__ == "__main__":
    sys.exit(main())
