"""The program that rules in Python run in (`netwb.compliance.python_process`).

Apart from netwb, because what a rule does is its author's: it can hang and is killed, it can take the
process down, it finds no variable of netwb's, and what it prints goes nowhere. One JSON a line comes
in and one goes out: `{"load": path}` is answered by the rules of that file,
`{"file", "function", "platform", "text", "style", "blocks"}` by what the rule says of the text.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import traceback
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

from netwb.compliance.authoring import MARK, CannotTellError, DeviceText, Said
from netwb.compliance.text import ConfigText
from netwb.platforms.record import BlockRule

MEMORY_BYTES = 2 << 30  # of addresses, not of pages
ALONE_S = 120  # longer than the parent waits for an answer
MOST_SAID = 1_000  # of one rule about one text; a generator need not end
_LONGEST = 300  # characters of what a rule says


class Child:
    """The files that were loaded, and the text that was asked about last."""

    def __init__(self) -> None:
        self._modules: dict[str, ModuleType] = {}
        self._asked: tuple[str, str] = ("", "")
        self._text = ConfigText.of(b"", "indent")

    def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """What is asked; never raises for what a rule does."""
        try:
            if "load" in question:
                return {"rules": list(_heads(self._module(question["load"])))}
            return self._said(question)
        except CannotTellError as error:
            return {"cannot_tell": str(error)[:_LONGEST]}
        except BaseException as error:  # noqa: BLE001 - the door of one rule, which may even exit
            return {"error": _told(error, str(question.get("load") or question.get("file")))}

    def _module(self, path: str) -> ModuleType:
        if path not in self._modules:
            module = ModuleType(Path(path).stem)
            module.__file__ = path
            source = Path(path).read_bytes()
            exec(compile(source, path, "exec"), module.__dict__)  # noqa: S102 - the provider's own file
            self._modules[path] = module
        return self._modules[path]

    def _said(self, question: Mapping[str, Any]) -> dict[str, Any]:
        asked = getattr(self._module(question["file"]), question["function"])
        text = DeviceText(self._read(question), question["platform"])
        said = list(islice(_each(asked(text)), MOST_SAID))
        return {"said": [[one.is_fault, one.words[:_LONGEST], one.line] for one in said]}

    def _read(self, question: Mapping[str, Any]) -> ConfigText:
        key = (question["text"], question["platform"])
        if key != self._asked:
            blocks = [_block(row) for row in question["blocks"]]
            data = question["text"].encode("latin-1")
            self._text = ConfigText.of(data, question["style"], blocks)
            self._asked = key
        return self._text


def _heads(module: ModuleType) -> Iterator[dict[str, Any]]:
    """What the rules of a file say of themselves, in its order."""
    for name, thing in vars(module).items():
        head = getattr(thing, MARK, None)
        if isinstance(head, dict) and callable(thing):
            code = getattr(thing, "__code__", None)
            yield {"function": name, "line": getattr(code, "co_firstlineno", 1), "head": head}


def _each(said: Iterable[object] | None) -> Iterator[Said]:
    for one in said or ():
        if not isinstance(one, Said):
            msg = f"it yields a {type(one).__name__}, not what fault() or proof() gives"
            raise CannotTellError(msg)
        yield one


def _block(row: list[str | None]) -> BlockRule:
    name, word, opens, closes = row
    assert name is not None
    assert word is not None
    assert opens is not None
    return BlockRule(
        name=name,
        word=word,
        opens=re.compile(opens.encode("latin-1")),
        closes=None if closes is None else re.compile(closes.encode("latin-1")),
    )


def _told(error: BaseException, path: str) -> str:
    """The kind and the line, without its words: they may be a device's."""
    frames = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == path]
    line = error.lineno if isinstance(error, SyntaxError) else frames[-1] if frames else None
    return f"{type(error).__name__}" + (f" in line {line}" if line else "")


def main() -> None:
    """Answer until the pipe ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    questions, answers = _pipes()
    child = Child()
    answers.write("{}\n")  # from here on the time of answers counts
    answers.flush()
    for line in questions:
        signal.alarm(ALONE_S)  # who would kill us may be dead
        answer = child.answer(json.loads(line))
        signal.alarm(0)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _pipes() -> tuple[TextIO, TextIO]:
    """Our pipes under other numbers: what a rule reads is nothing, what it prints goes nowhere."""
    questions, answers = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    return os.fdopen(questions), os.fdopen(answers, "w")
