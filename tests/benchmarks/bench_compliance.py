"""Measure judging by rules. By hand: `python -m tests.benchmarks.bench_compliance`.

Forty rules of the starter pack over 2,000 texts of 300 lines on one core, then over ten of them, and
what is paid once: reading the rule files. Prints seconds of CPU; nothing is asserted, as a shared
machine would make it a lottery. Must: 30 s and 1 s; aim: 8 s and 0.2 s.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from importlib.resources import files

from netwb.compliance.evaluate import checks_for, judge_all, judge_states
from netwb.compliance.records import Rule
from netwb.compliance.rule_files import parse_rules
from netwb.compliance.ruleset import RuleSet
from netwb.compliance.selector import Subject
from netwb.compliance.text import ConfigText
from tests.benchmarks.bench_configs import sized
from tests.configs.conftest import DATA, Case, read_platform

TEXTS, RULES, LINES, CHANGED = 2_000, 40, 300, 10
PLATFORM = "cisco_ios"


def starter() -> RuleSet:
    """The pack as it is shipped, read anew."""
    folder = files("netwb.compliance") / "starter"
    return RuleSet.of(
        *(
            parse_rules(file.read_text(), name=f"starter/{file.name}", origin="starter")
            for file in folder.iterdir()
        )
    )


def rules_of(whole: RuleSet) -> tuple[Rule, ...]:
    """So many that have a check for the platform."""
    asked = whole.for_device(Subject(platform=PLATFORM), "t1")
    return tuple(rule for rule in asked if checks_for(rule, PLATFORM))[:RULES]


def texts() -> list[bytes]:
    """One a device, none like another."""
    head = sized(Case(DATA / PLATFORM / "good"), LINES).transcript.replace(b"\r", b"")
    whole = head.partition(b" bytes\n")[2]
    return [
        whole.replace(b"customer port", b"customer %d port" % number) for number in range(TEXTS)
    ]


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    reading = seconds(starter)
    rules, datas = rules_of(starter()), texts()
    platform = read_platform(PLATFORM)
    states: Counter[str] = Counter()

    def text_of(data: bytes) -> ConfigText:
        return ConfigText.of(data, platform.sections, platform.blocks)

    def judged(some: list[bytes]) -> None:
        for data in some:
            states.update(judge_states(rules, text_of(data), platform=PLATFORM).values())

    def told(some: list[bytes]) -> None:
        for data in some:
            judge_all(rules, text_of(data), platform=PLATFORM)

    cold = seconds(lambda: judged(datas[:CHANGED]))
    few = seconds(lambda: judged(datas[:CHANGED]))
    states.clear()
    many = seconds(lambda: judged(datas))
    words = seconds(lambda: told(datas))
    lines = datas[0].count(b"\n")
    print(f"starter pack read                     {reading:8.3f} s")
    print(
        f"{len(rules)} rules x {CHANGED} texts, patterns compiled   {cold:8.3f} s   must 1, aim 0.2"
    )
    print(f"{len(rules)} rules x {CHANGED} texts                      {few:8.3f} s")
    print(f"{len(rules)} rules x {TEXTS} texts of {lines} lines     {many:8.3f} s   must 30, aim 8")
    print(f"the same with reasons and places      {words:8.3f} s")
    print(f"one rule and one text                 {many / len(rules) / TEXTS * 1e6:8.1f} us")
    print(f"states: {dict(states)}")


if __name__ == "__main__":
    main()
