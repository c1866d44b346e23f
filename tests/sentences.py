"""What the source below the edges says to people, as far as it can be read there."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator
from pathlib import Path

from netwb.cures import asked_for

ROOT = Path(__file__).resolve().parent.parent
BELOW = (
    *("access", "archive", "billing", "blackhole", "collect", "configs", "grafana", "inventory"),
    *("metrics", "store", "telegraf", "workbench"),
)
NO_SENTENCES = ("archive/ages.py", "archive/log.py", "archive/repository.py", "configs/diff.py")


def to_be_typed(known: Container[str]) -> list[tuple[str, str]]:
    """Module and what its sentences would have typed, as a table of cures names it, or would."""
    return [
        (path.name, name)
        for path in _modules()
        for text in sentences(path)
        if " " in text and not text.startswith("--")
        for name in asked_for(text, known)
        if not name.startswith("x ")
    ]


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


def _modules() -> Iterator[Path]:
    for folder in BELOW:
        for path in sorted((ROOT / "netwb" / folder).rglob("*.py")):
            if not path.as_posix().endswith(NO_SENTENCES):
                yield path
