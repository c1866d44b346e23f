"""The reference's section on rules: its examples run, and it names every verb and key."""

from __future__ import annotations

import re
from pathlib import Path

from netwb.compliance.examples import run_examples
from netwb.compliance.python_rules import PythonRules
from netwb.compliance.records import RuleFile
from netwb.compliance.rule_files import LONGEST, parse_rules
from netwb.compliance.ruleset import RuleSet
from netwb.compliance.shapes import RULES, VERBS, CheckShape, FileShape, RuleShape, SelectorShape
from tests.compliance.starter_pack import starter
from tests.compliance.texts import IOS

ROOT = Path(__file__).parents[2]
WHOLE = (ROOT / "netwb" / "README.md").read_text()
SECTION = WHOLE[WHOLE.index("\n## Rules\n") : WHOLE.index("\n## Commands\n")]
PLATFORMS = {"cisco_ios": IOS}


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", SECTION, re.DOTALL | re.MULTILINE)
    return str(found)


def test_the_file_that_it_shows_is_read_and_its_examples_hold() -> None:
    file = parse_rules(block("yaml"), name="rules/shown.yaml", origin="provider")

    outcomes = run_examples(file.rules, PLATFORMS)

    assert [one for one in outcomes if not one.holds] == []
    assert len(outcomes) == 4


def test_the_file_that_it_shows_stands_over_the_starter_pack() -> None:
    file = parse_rules(block("yaml"), name="rules/shown.yaml", origin="provider")

    pack = RuleFile(name="starter", origin="starter", rules=starter())
    rules = RuleSet.of(file, pack)

    assert rules.faults == ()
    assert file.off[0] not in {one.id for one in rules.rules}


def test_the_rule_in_python_that_it_shows_is_loaded_and_its_examples_hold(tmp_path: Path) -> None:
    path = tmp_path / "shown.py"
    path.write_text(block("python"))
    path.chmod(0o600)

    with PythonRules(tmp_path) as python:
        (file,) = python.load()
        outcomes = run_examples(file.rules, PLATFORMS, judging=python.judge)

    assert file.faults == ()
    assert [one.holds for one in outcomes] == [True, True], outcomes


def test_it_names_every_verb_and_every_key() -> None:
    verbs = re.findall(r"^\| `(\w+)` \|", SECTION, re.MULTILINE)
    shapes = (FileShape, RuleShape, SelectorShape, CheckShape)
    keys = {f.alias or name for shape in shapes for name, f in shape.model_fields.items()}

    assert verbs == list(VERBS)
    assert {key for key in keys if not re.search(rf"\b{key}\b", SECTION)} <= {"remediation_note"}


def test_it_says_the_limits_as_they_are() -> None:
    assert f"{LONGEST['tenant'] >> 10} kB at most, the provider's {LONGEST['provider'] >> 20} MB" in SECTION  # fmt: skip
    assert f"a file {RULES} rules" in SECTION
