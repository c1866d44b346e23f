"""Try rules before they hold: run their examples, judge devices by a folder of them; nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from netwb.archive.chunks import chunks
from netwb.compliance.examples import ExampleOutcome, run_examples
from netwb.compliance.judging import judging, stating
from netwb.compliance.keeping import AT_ONCE, Keeping
from netwb.compliance.reasons import Findings, findings_of, with_reasons
from netwb.compliance.report import ComplianceReport
from netwb.compliance.reporting import Asked, assembled
from netwb.compliance.rows import NO_TEXTS, Cells, KeptCell, list_standings, read_texts
from netwb.compliance.sources import Loaded, RuleSources
from netwb.errors import RuleError
from netwb.platforms.record import Platform
from netwb.roles import Scope
from netwb.store.database import Database


def run_tests(
    sources: RuleSources, scope: Scope, platforms: Mapping[str, Platform], folder: Path | None
) -> tuple[ExampleOutcome, ...]:
    """Examples of the rules that hold, or of a folder's, after one outcome a fault of their files."""
    loaded = sources.load(scope) if folder is None else _of_folder(sources, folder)
    python = sources.python if folder is None else lambda: sources.python(folder)
    rules = [rule for file in loaded.files for rule in file.rules if not rule.fault]
    with judging(loaded, python) as judge_all:
        found = run_examples(
            rules,
            platforms,
            judging=lambda rule, text, *, platform, startup: judge_all(
                (rule,), text, platform=platform, startup=startup
            )[0],
        )
    broken = [
        ExampleOutcome(
            rule_id="",
            where=_place(problem.message),
            platform="",
            side="passes",
            holds=False,
            reason=problem.message,
        )
        for problem in loaded.problems
    ]
    return (*broken, *found)


def _place(message: str) -> str:
    """File and line that a fault's sentence begins by, or the file alone."""
    file, _, rest = message.partition(":")
    line = rest.partition(":")[0]
    return f"{file}:{line}" if line.isdecimal() else file


def check_with(
    database: Database, sources: RuleSources, keeping: Keeping, asked: Asked, folder: Path
) -> ComplianceReport:
    """Each device meant by those rules, as it is now, with the reason where it is not compliant."""
    loaded = _of_folder(sources, folder)
    with database.reading(asked.scope) as session:
        standings = list_standings(session, *asked.conditions)
    cells: dict[str, Cells] = {}
    found: dict[str, Findings] = {}
    with (
        stating(loaded, lambda: sources.python(folder)) as judge_states,
        judging(loaded, lambda: sources.python(folder)) as judge_all,
    ):
        for piece in chunks(standings, AT_ONCE):
            with database.reading(asked.scope) as session:
                texts = read_texts(session, [one.device_id for one in piece])
            for one in piece:
                held = texts.get(one.device_id, NO_TEXTS)
                rules = loaded.common.for_device(one.subject, one.tenant_id)
                states = keeping.found(
                    judge_states, rules, one.platform, held.running, held.startup
                )
                cells[one.device_id] = {
                    rule_id: KeptCell(judged, None, None) for rule_id, judged in states.items()
                }
                bad = [rule for rule in rules if states[rule.id] != "compliant"]
                found[one.device_id] = findings_of(keeping, judge_all, bad, one.platform, held)
    judged = tuple(replace(one, judged_at=asked.now) for one in standings)
    report = assembled(loaded, asked, judged, cells, waived={}, heads={})
    return replace(with_reasons(report, found, sees=True), judged=len(standings))


def _of_folder(sources: RuleSources, folder: Path) -> Loaded:
    loaded = sources.load_folder(folder)
    if not loaded.files:
        msg = f"folder {folder} holds no rule file; they end in .yaml, .yml or .py"
        raise RuleError(msg, (msg,))
    return loaded
