"""Errors speak of commands below the edges, and of pages on pages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.configs.owner import serial_fault
from netwb.configs.records import Identity
from netwb.inventory.records import Login
from netwb.views.cures import CURES, RUNNER, asked_for, in_page
from tests.test_floors import ROOT

BELOW = ("access", "archive", "collect", "configs", "inventory", "store", "workbench")
NO_SENTENCES = ("archive/ages.py", "archive/log.py", "archive/repository.py", "configs/diff.py")


def sentences(path: Path) -> Iterator[str]:
    """Texts of a module that are no docstrings; what is put into one reads `x`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            parts.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            parts.update(map(id, node.values))
            yield "".join(
                str(getattr(value, "value", "x")) if isinstance(value, ast.Constant) else "x"
                for value in node.values
            )
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value


def modules() -> Iterator[Path]:
    for folder in BELOW:
        for path in sorted((ROOT / "netwb" / folder).rglob("*.py")):
            if not path.as_posix().endswith(NO_SENTENCES):
                yield path


def test_each_cure_that_is_typed_has_words_of_a_page() -> None:
    """Of commands and options in the source, so that a new one cannot be forgotten."""
    found = [
        (path.name, name)
        for path in modules()
        for text in sentences(path)
        if " " in text and not text.startswith("--")
        for name in asked_for(text)
        if not name.startswith("x ")
    ]

    assert len(found) > 40
    assert [one for one in found if one[1] not in CURES] == []


def test_no_cure_of_a_page_is_of_a_command() -> None:
    assert not [
        said for said in CURES.values() if "`" in said or "--" in said or "netwb " in said[:6]
    ]


def test_views_say_errors_in_the_words_of_pages_alone() -> None:
    plain = ("str(error)", "{error}", "esc(error)", "str(cause)")
    found = [
        (path.name, word)
        for path in (ROOT / "netwb" / "views").rglob("*.py")
        for word in plain
        if word in path.read_text(encoding="utf-8")
    ]

    assert found == []


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("nothing to be typed; wait", "nothing to be typed; wait"),
        (
            "acme/edge1: host key changed; look at it, then run `netwb device trust acme/edge1`",
            "acme/edge1: host key changed; look at the new key, and trust it, on the device's page",
        ),
        (
            (
                "credential acme/lab exists already; take another name, or change it with"
                " `netwb credential set acme/lab`"
            ),
            (
                "credential acme/lab exists already; take another name, or change it under Inventory,"
                " Places, Credentials"
            ),
        ),
        (
            (
                "unknown column ip; leave it out with --ignore COLUMN, or name it with --map"
                " COLUMN=OURS, ours being tenant, site"
            ),
            "unknown column ip; leave it out below, or say below which column it is",
        ),
        (
            (
                "acme/edge1 sent 3 lines where 90 were stored; look at it with `netwb quarantine show"
                " acme/edge1` and accept or discard it; the very same text fetched once more is believed"
            ),
            (
                "acme/edge1 sent 3 lines where 90 were stored; look at it under Configs, Quarantine, and"
                " accept or discard it; the very same text fetched once more is believed"
            ),
        ),
        (
            (
                "database main is not there; put back a copy of it, correct store.url, or set another"
                " home up with `netwb init`"
            ),
            f"database main is not there; {RUNNER}",
        ),
        ("tenant acme is retired; run `netwb unheard of`", "tenant acme is retired"),
        (
            (
                "the last admin stays; give another person that role first, or do it on the machine itself"
                " with `netwb user set --role`"
            ),
            "the last admin stays; give another person that role first",
        ),
    ],
    ids=range(8),
)
def test_a_page_says_what_it_offers_itself(sentence: str, said: str) -> None:
    assert in_page(sentence) == said


def test_cures_that_are_put_together_as_they_come_have_words_too() -> None:
    login = Login(credential="acme/lab", username="u", password="p")
    for options in ("", "--enable prompt", "--key file:PATH --passphrase prompt"):
        said = in_page(f"it is refused; set it with `{login.setting(options)}`")
        assert said.endswith("under Inventory, Places, Credentials")

    fault = serial_fault(Identity(hostname="edge1", serial="A"), "B")
    assert fault is not None
    assert in_page(fault.cause).endswith("; if the device was exchanged, replace it on its page")
