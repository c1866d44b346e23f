"""The platforms as shipped, and a reader for the cases in `tests/data`."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from netwb.configs.records import Identity, RawConfig, ShrinkLimit
from netwb.platforms.parse import parse_platform
from netwb.platforms.record import Platform

DATA = Path(__file__).parents[1] / "data"
KEY = bytes(range(32))
LIMIT = ShrinkLimit(percent=30, lines=20)


class Case:
    """One folder of tests/data: what a device sent, and what must be made of it."""

    def __init__(self, folder: Path) -> None:
        self.platform = folder.parent.name
        self.expected: dict[str, Any] = json.loads((folder / "expected.json").read_text())
        kind = self.expected.get("kind", "running")
        names = self.expected.get("identity", {"hostname": self.expected["hostname"]})
        self.identity = Identity(**names)
        self.raw = RawConfig(
            kind=kind,
            command=self.expected["command"],
            transcript=(folder / f"{kind}.txt").read_bytes().replace(b"\n", b"\r\n"),
            prompt=self.expected["prompt"].encode(),
        )


def case_folders() -> list[Path]:
    """Every case that says its verdict; other parts keep other files beside them."""
    return sorted(
        path.parent
        for path in DATA.glob("*/*/expected.json")
        if "verdict" in json.loads(path.read_text())
    )


def read_platform(name: str) -> Platform:
    source = (files("netwb.platforms") / f"{name}.toml").read_text()
    return parse_platform(source, origin=f"{name}.toml")


def shipped() -> tuple[str, ...]:
    """Names of all platforms in the package."""
    found = (item.name for item in files("netwb.platforms").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


_PLATFORMS = {name: read_platform(name) for name in shipped()}


@pytest.fixture
def platforms() -> dict[str, Platform]:
    return _PLATFORMS


@pytest.fixture
def ios(platforms: dict[str, Platform]) -> Platform:
    return platforms["cisco_ios"]


@pytest.fixture
def case() -> Callable[[str, str], Case]:
    return lambda platform, name: Case(DATA / platform / name)
