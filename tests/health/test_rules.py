"""What netwb doctor says of the rules that configurations are judged by."""

from __future__ import annotations

from typing import Literal

from netwb.compliance.report import RuleProblem
from netwb.health.rules import judge_rules


def problem(file: str, in_force: Literal["former", "none"] = "none") -> RuleProblem:
    return RuleProblem(
        file=file, tenant=None, message=f"{file}:3: is wrong; write it anew", in_force=in_force
    )


def test_rules_that_can_be_read_are_counted() -> None:
    (found,) = judge_rules((), 59)

    assert (found.verdict, found.said) == (
        "ok",
        "59 rules hold, and each of their files can be read",
    )


def test_each_broken_file_is_named_once_with_what_holds_meanwhile() -> None:
    found = judge_rules(
        (problem("rules/a.yaml", "former"), problem("rules/b.yaml"), problem("rules/b.yaml")), 59
    )

    assert {one.verdict for one in found} == {"wrong"}
    assert {one.cure for one in found} == {"write it anew, then run `netwb check`"}
    assert sorted(one.said for one in found) == [
        "rules/a.yaml:3: is wrong; what was read last holds",
        "rules/b.yaml:3: is wrong; nobody is judged by what is wrong in it",
    ]
