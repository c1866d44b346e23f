"""environment.yml and pyproject.toml name the same packages with the same bounds."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent


def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def environment() -> list[Any]:
    rows: list[Any] = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    return rows


def test_environment_names_the_packages_of_the_project() -> None:
    extras = project()["optional-dependencies"].values()
    wanted = {*project()["dependencies"], *(package for extra in extras for package in extra)}

    (listed,) = (row["pip"] for row in environment() if isinstance(row, dict))

    assert sorted(listed) == sorted(wanted)


def test_environment_has_the_oldest_python_that_the_project_takes() -> None:
    oldest = project()["requires-python"].removeprefix(">=")

    assert f"python={oldest}" in environment()


def test_every_package_is_bounded_on_both_sides() -> None:
    unbounded = [p for p in project()["dependencies"] if ">=" not in p or ",<" not in p]

    assert unbounded == []
