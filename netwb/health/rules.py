"""Whether the rules that configurations are judged by can all be read. It knows no file."""

from __future__ import annotations

from collections.abc import Sequence

from netwb.compliance.report import RuleProblem
from netwb.health.diagnosis import Diagnosis, ok, wrong

_CHECK = "rules"


def judge_rules(problems: Sequence[RuleProblem], rules: int) -> tuple[Diagnosis, ...]:
    """One finding a file that is broken; of `rules` there are so many that hold."""
    first = {one.file: one for one in reversed(problems)}
    if not first:
        return (ok(_CHECK, f"{rules} rules hold, and each of their files can be read"),)
    return tuple(_judged(one) for one in first.values())


def _judged(one: RuleProblem) -> Diagnosis:
    """A message says thing and cure; here each has a place of its own."""
    thing, _, cure = one.message.partition("; ")
    return wrong(_CHECK, f"{thing}{_holds(one)}", f"{cure or 'correct it'}, then run `netwb check`")


def _holds(one: RuleProblem) -> str:
    if one.in_force == "former":
        return "; what was read last holds"
    return "; nobody is judged by what is wrong in it"
