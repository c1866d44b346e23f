"""Rules in Python: asked in a process of their own, that hangs and falls alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.compliance.examples import run_examples
from netwb.compliance.python_rules import MOST_STOPS, PythonRules
from netwb.compliance.records import Check, Count, Finding, Rule, RuleFile
from netwb.compliance.text import ConfigText
from tests.compliance.texts import EDGE, IOS, checked, text_of

HEAD = "from netwb.compliance.authoring import CannotTellError, fault, proof, rule\n"
PEERS = """
@rule(
    id="bgp-prefix-limit",
    title="BGP neighbors have a limit",
    severity="high",
    platform=["cisco_ios"],
    applies_to={"role": ["pe"]},
    examples=[{"platform": "cisco_ios", "passes": "router bgp 1\\n neighbor x maximum-prefix 9\\n",
               "fails": "router bgp 1\\n neighbor x activate\\n", "at": [1]}],
)
def limited(text):
    for section in text.sections("router bgp .*"):
        if not any("maximum-prefix" in line.text for line in section.lines):
            yield fault("no neighbor has a limit", section.header)
        yield proof("a neighbor has a limit", section.lines[-1])
"""
BODIES = {
    "hangs": "while True: pass",
    "falls": "import os; os._exit(3)",
    "leaves": "raise SystemExit(0)",
    "breaks": "yield fault(str(1 / 0))",
    "says-nothing": "return []",
    "cannot-tell": "raise CannotTellError('no routing table is here.')",
    "yields-words": "yield 'words'",
    "never-ends": "while True: yield fault('too much', 1)",
    "points-elsewhere": "yield fault('x', 10**9); yield fault('y', 0); yield fault('z', text.lines[0])",
    "prints": "print('x' * 10**6); import sys; sys.stdout.write('{}'); yield proof(sys.stdin.read() or 'nothing')",
    "looks-around": "import os; yield proof(' '.join(sorted(os.environ)))",
}  # fmt: skip


def body(name: str) -> str:
    function = name.replace("-", "_")
    return f"@rule(id='{name}', title='t', severity='low')\ndef {function}(text):\n    {BODIES[name]}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    return tmp_path / "rules"


@pytest.fixture
def python(folder: Path) -> Iterator[PythonRules]:
    with PythonRules(folder, limit_s=2.0, load_limit_s=2.0) as rules:
        yield rules


def write(folder: Path, name: str, *parts: str) -> Path:
    path = folder / name
    path.write_text(HEAD + "\n".join(parts))
    path.chmod(0o600)
    return path


def loaded(python: PythonRules) -> tuple[list[Rule], list[str]]:
    found: tuple[RuleFile, ...] = python.load()
    return [one for file in found for one in file.rules], [x for file in found for x in file.faults]


def asked(python: PythonRules, rules: list[Rule]) -> dict[str, Finding]:
    return {f.rule_id: f for f in python.judge_all(rules, text_of(EDGE), platform="cisco_ios")}


def test_a_function_is_a_rule_with_its_head_and_its_examples(
    folder: Path, python: PythonRules
) -> None:
    write(folder, "peers.py", PEERS)

    rules, faults = loaded(python)

    (rule,) = rules
    assert faults == []
    assert (rule.id, rule.severity, rule.origin) == ("bgp-prefix-limit", "high", "rules/peers.py:3")
    assert (rule.applies_to.words.role, rule.tenant_id) == (("pe",), None)
    outcomes = run_examples(rules, {"cisco_ios": IOS}, judging=python.judge)
    assert [outcome.holds for outcome in outcomes] == [True, True]


def test_it_is_given_lines_and_sections_and_says_what_it_found(
    folder: Path, python: PythonRules
) -> None:
    write(folder, "peers.py", PEERS)
    rules, _ = loaded(python)

    finding = asked(python, rules)["bgp-prefix-limit"]

    assert (finding.state, finding.reason) == ("compliant", "A neighbor has a limit.")
    assert [(place.line, place.section, place.fault) for place in finding.places] == [(20, "router bgp 64500", False)]  # fmt: skip
    ntp = checked(Check(verb=Count(match="^ntp", at_least=9)))
    states = python.judge_states([*rules, ntp], text_of(EDGE), platform="cisco_ios")
    assert states == {"bgp-prefix-limit": "compliant", "a-rule": "non_compliant"}
    other = python.judge(rules[0], text_of(EDGE), platform="frr")
    assert other.reason == "The rule has no check for frr."


def test_a_rule_that_hangs_or_falls_is_not_evaluated_and_the_others_are(
    folder: Path, python: PythonRules
) -> None:
    write(folder, "odd.py", *map(body, BODIES), PEERS)
    rules, faults = loaded(python)
    ntp = checked(Check(verb=Count(match="^ntp", at_least=1)))

    found = asked(python, [*rules, ntp])

    assert faults == []
    no_answer = "The rule in Python gave no answer: "
    assert {name: found[name].reason for name in BODIES} == {
        "hangs": f"{no_answer}it did not end in time and was stopped; look for what it waits for.",
        "falls": f"{no_answer}it took down the process that it ran in; look for what ends it.",
        "leaves": f"{no_answer}it broke by SystemExit in line 12.",
        "breaks": f"{no_answer}it broke by ZeroDivisionError in line 16.",
        "says-nothing": "The rule in Python yields neither a fault nor a proof.",
        "cannot-tell": f"{no_answer}no routing table is here.",
        "yields-words": f"{no_answer}it yields a str, not what fault() or proof() gives.",
        "never-ends": "Too much, and 999 more.",
        "points-elsewhere": "X, and 2 more.",
        "prints": "Nothing.",
        "looks-around": found["looks-around"].reason,
    }
    assert set(found["looks-around"].reason.rstrip(".").split()) <= {
        *("HOME", "LANG", "LC_CTYPE", "PATH", "PYTHONDONTWRITEBYTECODE")
    }
    assert [place.line for place in found["points-elsewhere"].places] == [1]
    assert found["bgp-prefix-limit"].state == found["a-rule"].state == "compliant"


def test_a_rule_that_was_stopped_often_is_not_asked_again(
    folder: Path, python: PythonRules
) -> None:
    write(folder, "odd.py", body("falls"))
    rules, _ = loaded(python)

    reasons = [asked(python, rules)["falls"].reason for _ in range(MOST_STOPS + 1)]

    assert len(set(reasons[:-1])) == 1
    assert reasons[-1].endswith("was stopped for 3 texts and is not asked any more in this run.")


def test_a_file_that_cannot_be_loaded_is_told_and_the_others_are_loaded(
    folder: Path, python: PythonRules
) -> None:
    write(folder, "a.py", "import nowhere_at_all")
    write(folder, "b.py", "def x(:")
    write(folder, "c.py", "while True: pass")
    write(folder, "d.py", "@rule(id='X', title='', severity='lw')\ndef d(text): ...")
    write(folder, "e.py", PEERS)

    rules, faults = loaded(python)

    assert [rule.id for rule in rules] == ["bgp-prefix-limit"]
    assert faults[:3] == [
        "rules/a.py:1: the file cannot be loaded: it broke by ModuleNotFoundError in line 2; correct it",
        "rules/b.py:1: the file cannot be loaded: it broke by SyntaxError in line 2; correct it",
        "rules/c.py:1: the file cannot be loaded: it did not end in time and was stopped; look for what it waits for",
    ]
    assert [fault.partition(": ")[0] for fault in faults[3:]] == ["rules/d.py:2"] * 3


def test_a_file_that_others_can_write_is_not_run(folder: Path, python: PythonRules) -> None:
    path = write(folder, "open.py", f"open({str(folder / 'ran')!r}, 'w').close()")
    path.chmod(0o662)

    rules, faults = loaded(python)

    assert rules == []
    assert faults == ["rules/open.py:1: others can write this file, so that it is not run; `chown $(id -un) open.py` and `chmod go-w open.py`"]  # fmt: skip
    assert not (folder / "ran").exists()


def test_no_folder_has_no_rules(tmp_path: Path) -> None:
    with PythonRules(tmp_path / "nowhere") as python:
        assert python.load() == ()


def test_the_process_ends_with_its_context(folder: Path) -> None:
    write(folder, "pid.py", "import os\nopen('%s', 'w').write(str(os.getpid()))" % (folder / "pid"))
    with PythonRules(folder) as python:
        python.load()
        pid = int((folder / "pid").read_text())
        os.kill(pid, 0)

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_an_empty_text_proves_nothing_in_python_either(folder: Path, python: PythonRules) -> None:
    write(folder, "peers.py", PEERS)
    rules, _ = loaded(python)

    finding = python.judge(rules[0], ConfigText.of(b"\n", "indent"), platform="cisco_ios")

    assert (finding.state, finding.reason) == ("not_evaluated", "The text is empty.")
