"""Rules in Python, from the provider's own folder on this machine: found, loaded, asked.

They run in a process of their own with a time limit: one that hangs or falls is `not_evaluated` for
that text, and nothing else suffers. A tenant cannot write one, and a file that others than its owner
can write is not run.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from netwb.compliance.evaluate import MOST_PLACES, judge, judge_states, never, not_evaluated
from netwb.compliance.patterns import Late
from netwb.compliance.plain_files import read_plain
from netwb.compliance.python_process import PythonProcess
from netwb.compliance.records import Finding, InPython, Judged, Place, Rule, RuleFile
from netwb.compliance.rule_faults import shape_faults
from netwb.compliance.rule_shaping import python_rule_of
from netwb.compliance.shapes import PythonShape
from netwb.compliance.text import ConfigText
from netwb.errors import RuleError

LIMIT_S = 5.0  # of one rule for one text; hundreds of lines take milliseconds
LOAD_LIMIT_S = 10.0  # of a file's import
LONGEST = 1 << 20  # bytes of a file
MOST_STOPS = 3  # a rule that was stopped so often is not asked any more


class PythonRules:
    """The rules of one folder's `*.py`: a context, its process ends with it."""

    def __init__(
        self, folder: Path, *, limit_s: float = LIMIT_S, load_limit_s: float = LOAD_LIMIT_S
    ) -> None:
        self._folder = folder
        self._limit_s = limit_s
        self._load_limit_s = load_limit_s
        self._process = PythonProcess()
        self._stops: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.close()

    def load(self) -> tuple[RuleFile, ...]:
        """One a file, by name, with what is wrong with it; no folder has none."""
        found = sorted(self._folder.glob("*.py")) if self._folder.is_dir() else []
        return tuple(self._file(path) for path in found)

    def judge_all(
        self,
        rules: Sequence[Rule],
        text: ConfigText,
        *,
        platform: str,
        startup: ConfigText | None = None,
        late: Late = never,
    ) -> tuple[Finding, ...]:
        """One finding a rule, in their order; those in YAML as `evaluate.judge` judges them."""
        return tuple(
            self.judge(rule, text, platform=platform, startup=startup, late=late) for rule in rules
        )

    def judge_states(
        self,
        rules: Sequence[Rule],
        text: ConfigText,
        *,
        platform: str,
        startup: ConfigText | None = None,
        late: Late = never,
    ) -> dict[str, Judged]:
        """The states alone, by the rules' ids; those in YAML as `evaluate.judge_states` has them."""
        in_yaml = [rule for rule in rules if _function_of(rule, platform) is None]
        states = judge_states(in_yaml, text, platform=platform, startup=startup, late=late)
        for rule in rules:
            if rule.id not in states:
                found = self.judge(rule, text, platform=platform, startup=startup, late=late)
                states[rule.id] = found.state
        return states

    def judge(
        self,
        rule: Rule,
        text: ConfigText,
        *,
        platform: str,
        startup: ConfigText | None = None,
        late: Late = never,
    ) -> Finding:
        """What the rule finds; never raises for what it does."""
        python = _function_of(rule, platform)
        if python is None or not text.data.strip():
            return judge(rule, text, platform=platform, startup=startup, late=late)
        if self._stops[rule.id] >= MOST_STOPS:
            said = f"it was stopped for {MOST_STOPS} texts and is not asked any more in this run"
            return not_evaluated(rule, f"The rule in Python gave no answer: {said}")
        try:
            answer = self._process.ask(_question(python, text, platform), self._limit_s)
        except RuleError as error:
            self._stops[rule.id] += 1
            return not_evaluated(rule, f"The rule in Python gave no answer: {error}")
        return _finding(rule, text, answer)

    def _file(self, path: Path) -> RuleFile:
        name = f"{self._folder.name or self._folder}/{path.name}"
        try:
            _refuse_unsafe(path)
        except RuleError as error:
            return RuleFile(name=name, origin="provider", faults=(f"{name}:1: {error}",))
        except OSError as error:
            said = f"{name}:1: cannot be read: {error.strerror}; give it to netwb's user"
            return RuleFile(name=name, origin="provider", faults=(said,))
        try:
            answer = self._process.ask({"load": str(path.absolute())}, self._load_limit_s)
        except RuleError as error:
            said = f"{name}:1: the file cannot be loaded: {error}"
            return RuleFile(name=name, origin="provider", faults=(said,))
        if "rules" not in answer:
            said = f"{name}:1: the file cannot be loaded: {_broke(answer)}; correct it"
            return RuleFile(name=name, origin="provider", faults=(said,))
        rules, faults = [], []
        for row in answer["rules"]:
            made, wrong = _rule(name, path, row)
            rules += made
            faults += wrong
        return RuleFile(name=name, origin="provider", rules=tuple(rules), faults=tuple(faults))


def _refuse_unsafe(path: Path) -> None:
    """What runs with our rights is a file of bounded length that nobody else writes."""
    if len(read_plain(path, LONGEST)) > LONGEST:
        msg = f"this is longer than {LONGEST} bytes; split it into several files"
        raise RuleError(msg)
    there = path.stat()
    if there.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or there.st_uid not in {0, os.geteuid()}:
        msg = (
            f"others can write this file, so that it is not run; `chown $(id -un) {path.name}` and"
            f" `chmod go-w {path.name}`"
        )
        raise RuleError(msg)


def _rule(name: str, path: Path, row: Mapping[str, Any]) -> tuple[list[Rule], list[str]]:
    origin = f"{name}:{row['line']}"
    try:
        shape = PythonShape.model_validate(row["head"])
    except ValidationError as error:
        return [], [f"{origin}: {said}" for _, said in shape_faults(error, row["head"])]
    verb = InPython(file=str(path.absolute()), function=row["function"])
    return [python_rule_of(shape, verb, origin=origin, line=row["line"])], []


def _function_of(rule: Rule, platform: str) -> InPython | None:
    for check in rule.checks:
        if isinstance(check.verb, InPython) and (
            not check.platforms or platform in check.platforms
        ):
            return check.verb
    return None


def _question(python: InPython, text: ConfigText, platform: str) -> dict[str, Any]:
    return {
        "file": python.file,
        "function": python.function,
        "platform": platform,
        "text": text.data.decode("latin-1"),
        "style": text.style,
        "blocks": [
            (b.name, b.word, _source(b.opens), None if b.closes is None else _source(b.closes))
            for b in text.blocks
        ],
    }


def _source(pattern: Any) -> str:
    return str(pattern.pattern.decode("latin-1"))


def _broke(answer: Mapping[str, Any]) -> str:
    return f"it broke by {answer['error']}" if "error" in answer else str(answer["cannot_tell"])


def _finding(rule: Rule, text: ConfigText, answer: Mapping[str, Any]) -> Finding:
    if "said" not in answer:
        return not_evaluated(rule, f"The rule in Python gave no answer: {_broke(answer)}")
    faults = [said for said in answer["said"] if said[0]]
    telling = faults or answer["said"]
    if not telling:
        return not_evaluated(rule, "The rule in Python yields neither a fault nor a proof")
    more = f", and {len(telling) - 1} more" if len(telling) > 1 else ""
    words = str(telling[0][1]).rstrip(".") or "the rule gives no reason"
    return Finding(
        rule_id=rule.id,
        state="non_compliant" if faults else "compliant",
        reason=f"{words[:1].upper()}{words[1:]}{more}.",
        places=tuple(_places(text, telling)),
    )


def _places(text: ConfigText, telling: Sequence[Sequence[Any]]) -> Iterator[Place]:
    """The lines that are named, each once, from top to bottom."""
    named = {said[2]: said[0] for said in reversed(telling) if isinstance(said[2], int)}
    there = [line for line in sorted(named) if 0 < line <= len(text.lines)]
    for line in there[:MOST_PLACES]:
        yield Place(
            line=line,
            text=text.shown(line - 1),
            section=text.section(line - 1),
            fault=bool(named[line]),
        )
