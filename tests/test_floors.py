"""Who may import whom: the floors of the design, held by reading every module's syntax tree.

A new module, a new dependency and a new lazy import each need a row in a table below; that row is
the moment to ask whether the thing stands in the right place.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# The longest row that names a module or a package above it counts.
FLOORS: dict[str, int] = {
    # 0 words
    "netwb._version": 0,
    "netwb.access.expiry": 0,
    "netwb.access.records": 0,
    "netwb.amounts": 0,
    "netwb.blackhole.addresses": 0,
    "netwb.blackhole.attack_records": 0,
    "netwb.blackhole.records": 0,
    "netwb.compliance.printed": 0,
    "netwb.compliance.records": 0,
    "netwb.compliance.report": 0,
    "netwb.compliance.selector": 0,
    "netwb.configs.blocks": 0,  # how a text nests is said once, for diffs and for rules
    "netwb.configs.sections": 0,
    "netwb.erp.event_records": 0,
    "netwb.erp.records": 0,
    "netwb.erp.status_records": 0,
    "netwb.errors": 0,
    "netwb.faults": 0,
    "netwb.grafana.records": 0,
    "netwb.health.syslog.records": 0,
    "netwb.inventory.changes": 0,
    "netwb.inventory.ports.records": 0,
    "netwb.inventory.records": 0,
    "netwb.linear": 0,
    "netwb.loading": 0,
    "netwb.log_lines": 0,
    "netwb.metrics.billing.records": 0,
    "netwb.metrics.poller.records": 0,
    "netwb.metrics.records": 0,
    "netwb.notify.records": 0,
    "netwb.notify.signing": 0,
    "netwb.platforms": 0,
    "netwb.reports.records": 0,
    "netwb.roles": 0,
    "netwb.setting_layers": 0,
    "netwb.settings": 0,
    "netwb.snapshots.records": 0,
    "netwb.spreadsheets": 0,
    "netwb.telegraf.records": 0,
    # 1 pure
    "netwb.access.password_rule": 1,
    "netwb.ages": 1,
    "netwb.billing.figures": 1,
    "netwb.billing.records": 1,
    "netwb.billing.sentences": 1,
    "netwb.blackhole.events": 1,
    "netwb.blackhole.guard": 1,
    "netwb.blackhole.commands": 1,
    "netwb.collect.causes": 1,
    "netwb.collect.facts": 1,
    "netwb.compliance.authoring": 1,
    "netwb.compliance.checks": 1,
    "netwb.compliance.evaluate": 1,
    "netwb.compliance.examples": 1,
    "netwb.compliance.inactive": 1,
    "netwb.compliance.patterns": 1,
    "netwb.compliance.rule_faults": 1,
    "netwb.compliance.rule_files": 1,
    "netwb.compliance.rule_shaping": 1,
    "netwb.compliance.ruleset": 1,
    "netwb.compliance.shapes": 1,
    "netwb.compliance.text": 1,
    "netwb.compliance.yaml_nodes": 1,
    "netwb.configs": 1,
    "netwb.cures": 1,
    "netwb.grafana.organizations": 1,
    "netwb.grafana.graphite": 1,
    "netwb.health.attacks": 1,
    "netwb.health.diagnosis": 1,
    "netwb.health.disk": 1,
    "netwb.health.freshness": 1,
    "netwb.health.people": 1,
    "netwb.health.weakening": 1,
    "netwb.health.syslog.bursts": 1,
    "netwb.health.syslog.changes": 1,
    "netwb.health.syslog.framing": 1,
    "netwb.health.syslog.judged": 1,
    "netwb.health.syslog.messages": 1,
    "netwb.inventory.checks": 1,
    "netwb.inventory.credential_shape": 1,
    "netwb.inventory.fields": 1,
    "netwb.inventory.importers": 1,
    "netwb.inventory.ports.checks": 1,
    "netwb.inventory.ports.importing": 1,
    "netwb.inventory.ports.joining": 1,
    "netwb.inventory.ports.text": 1,
    "netwb.metrics.billing": 1,
    "netwb.metrics.points": 1,
    "netwb.metrics.samples": 1,
    "netwb.metrics.series": 1,
    "netwb.metrics.status": 1,
    "netwb.metrics.schema_map": 1,
    "netwb.metrics.size": 1,
    "netwb.metrics.store": 1,
    "netwb.metrics.thinning": 1,
    "netwb.reports.access": 1,
    "netwb.reports.coverage": 1,
    "netwb.reports.remarks": 1,
    "netwb.reports.sections": 1,
    "netwb.reports.table": 1,
    "netwb.schedules": 1,
    "netwb.snapshots": 3,
    "netwb.snapshots.comparing": 1,
    "netwb.notify.addresses": 1,
    "netwb.notify.retrying": 1,
    "netwb.notify.routes": 1,
    "netwb.notify.wording": 1,
    "netwb.telegraf": 1,
    # 2 ground
    "netwb.collect.ssh": 2,
    "netwb.compliance.remediation": 2,  # hier_config, which is slow to load, behind the lazy door
    "netwb.cut_off": 2,
    "netwb.paper": 2,
    "netwb.store": 2,
    # 3 adapters
    "netwb.typed_paper": 3,
    "netwb.access": 3,
    "netwb.archive": 3,
    "netwb.blackhole.ledger": 3,
    "netwb.blackhole.links": 3,
    "netwb.blackhole.never": 3,
    "netwb.blackhole.policies": 3,
    "netwb.blackhole.routers": 3,
    "netwb.blackhole.senders": 3,
    "netwb.blackhole.space": 3,
    "netwb.collect.drivers": 3,
    "netwb.collect.garbage": 3,
    "netwb.collect.gather": 3,
    "netwb.collect.loop": 3,
    "netwb.collect.runner": 3,
    "netwb.collect.sink": 3,
    "netwb.collect.slots": 3,
    "netwb.collect.threads": 3,
    "netwb.compliance.plain_files": 3,
    "netwb.compliance.python_child": 3,
    "netwb.compliance.python_process": 3,
    "netwb.compliance.python_rules": 3,
    "netwb.erp": 3,
    "netwb.grafana": 3,
    "netwb.inventory.credential_rows": 3,
    "netwb.inventory.credentials": 3,
    "netwb.inventory.devices": 3,
    "netwb.inventory.edits": 3,
    "netwb.inventory.events": 3,
    "netwb.inventory.host_keys": 3,
    "netwb.inventory.intake": 3,
    "netwb.inventory.netbox": 3,
    "netwb.inventory.netbox_sources": 3,
    "netwb.inventory.netbox_sync": 3,
    "netwb.inventory.labels": 3,
    "netwb.inventory.nornir_plugin": 3,
    "netwb.inventory.places": 3,
    "netwb.inventory.ports": 3,
    "netwb.inventory.rows": 3,
    "netwb.inventory.secret_sources": 3,
    "netwb.inventory.senders": 3,
    "netwb.inventory.served": 3,
    "netwb.inventory.shards": 3,
    "netwb.inventory.sightings": 3,
    "netwb.inventory.snmp": 3,
    "netwb.inventory.targets": 3,
    "netwb.metrics.flux": 3,
    "netwb.metrics.influx": 3,
    "netwb.metrics.influxql": 3,
    "netwb.metrics.opening": 3,
    "netwb.metrics.sqlite": 3,
    "netwb.notify": 3,
    "netwb.telegraf.folder": 3,
    "netwb.telegraf.program": 3,
    "netwb.telegraf.trial": 3,
    "netwb.telegraf.shelf": 3,
    # 4 flows
    "netwb.billing": 4,
    "netwb.blackhole.engine": 4,
    "netwb.blackhole.trigger": 4,
    "netwb.collect.batch": 4,
    "netwb.collect.coverage": 4,
    "netwb.collect.acceptance": 4,
    "netwb.collect.flow": 4,
    "netwb.collect.gatherer": 4,
    "netwb.collect.judging": 4,
    "netwb.collect.nights": 4,
    "netwb.collect.outcome": 4,
    "netwb.collect.probe": 4,
    "netwb.collect.replay": 4,
    "netwb.collect.runs": 4,
    "netwb.collect.tallying": 4,
    "netwb.collect.telling": 4,
    "netwb.collect.unsaved": 4,
    "netwb.compliance": 4,
    "netwb.health": 4,
    "netwb.snapshots.asking": 4,
    "netwb.reports": 4,
    "netwb.telegraf.apply": 4,
    "netwb.telegraf.applying": 4,
    "netwb.telegraf.judging": 4,
    "netwb.telegraf.parts": 4,
    "netwb.telegraf.proof": 4,
    "netwb.telegraf.telling": 4,
    "netwb.metrics.poller": 4,
    # 5 facade
    "netwb.workbench": 5,
    # 6 edges
    "netwb.__main__": 6,
    "netwb.cli": 6,
    "netwb.lab": 6,
    "netwb.views": 6,
    "netwb.web": 6,
}
PUBLIC_FACE = "netwb"  # `netwb/__init__.py` gives the facade's names and nothing else

# Floor 6 sees floors 0, 1, 5 and its own folder. Excepted by name:
EDGES_MAY_ALSO = {
    ("netwb.__main__", "netwb.cli.main"),
    ("netwb.cli.demo", "netwb.lab"),
    ("netwb.cli.serve", "netwb.web.server"),
}
LAB_NEEDS = {"asyncssh", "asyncio", "cryptography"}  # the last: host keys that follow from a seed

# One dependency, one door: where each package may be imported that netwb did not write.
DOORS: dict[str, tuple[str, ...]] = {
    "alembic": ("netwb.store",),
    "apprise": ("netwb.notify.child",),
    "apscheduler": ("scheduler",),
    "argon2": ("netwb.access", "netwb.store.passphrase"),
    "asyncio": (
        "netwb.blackhole.trigger",
        "netwb.collect",
        "netwb.health.syslog",
        "netwb.lab",
        "netwb.metrics.poller",
        "netwb.views",
        "netwb.web",
    ),
    "asyncssh": ("netwb.collect.ssh", "netwb.lab"),
    "authlib": ("netwb.access.oidc",),
    "bokeh": ("netwb.views", "netwb.web"),
    "click": ("netwb.cli",),
    "cryptography": ("netwb.access", "netwb.store", "netwb.lab"),
    "git": ("netwb.archive",),
    "holoviews": ("netwb.views.cells",),
    "influxdb_client": ("netwb.metrics.flux",),
    "joserfc": ("netwb.access.oidc",),
    "napalm": ("netwb.collect.drivers",),
    "gufo": ("netwb.metrics.poller",),
    "hier_config": ("netwb.compliance.remediation",),
    "matplotlib": (
        "netwb.billing",
        "netwb.compliance.paper",
        "netwb.paper",
        "netwb.views.cells.elements",
    ),
    "netmiko": ("netwb.collect",),
    "nornir": (
        "netwb.blackhole.trigger",
        "netwb.collect",
        "netwb.inventory.nornir_plugin",
        "netwb.snapshots.asking",
        "netwb.workbench",
    ),
    "numpy": ("netwb.billing", "netwb.metrics", "netwb.views"),
    "pandas": ("netwb.workbench",),
    "panel": ("netwb.views", "netwb.web"),
    "panel_material_ui": ("netwb.views",),
    "param": ("netwb.views",),
    "pydantic": (
        "netwb.compliance.python_rules",
        "netwb.compliance.rule_faults",
        "netwb.compliance.rule_files",
        "netwb.compliance.shapes",
        "netwb.web",
    ),
    "re2": ("netwb.compliance.patterns", "netwb.linear", "netwb.platforms"),
    "reportlab": ("netwb.typed_paper",),
    "requests": ("netwb.access.oidc",),
    "rich": ("netwb.cli", "netwb.workbench"),
    "segno": ("netwb.views",),
    "sqlalchemy": (
        "netwb.store",
        "netwb.access",
        "netwb.archive",
        "netwb.billing",
        "netwb.erp",
        "netwb.blackhole.ledger",
        "netwb.blackhole.links",
        "netwb.blackhole.never",
        "netwb.blackhole.policies",
        "netwb.blackhole.routers",
        "netwb.blackhole.senders",
        "netwb.blackhole.space",
        "netwb.inventory",
        "netwb.collect",
        "netwb.compliance",
        "netwb.health",
        "netwb.notify",
        "netwb.reports",
        "netwb.snapshots.keeping",
    ),
    "tornado": ("netwb.web",),
    "urllib3": ("netwb.metrics.flux",),  # what influxdb-client raises
    "yaml": ("netwb.compliance.yaml_nodes", "netwb.inventory.importers"),
}

# The lazy door: these load on first use, through netwb.loading.lazy; plainly for types alone. Our
# own modules behind it may load them at once, as a class that is derived from theirs must.
HEAVY = {
    *("alembic", "apprise", "asyncssh", "authlib", "git", "influxdb_client", "joserfc"),
    *("gufo", "hier_config", "matplotlib", "napalm", "netmiko", "numpy", "pandas", "requests"),
    "reportlab",
}
BEHIND_THE_DOOR = {
    "netwb.compliance.paper",
    "netwb.billing.bills",
    "netwb.billing.counting",
    "netwb.billing.drawing",
    "netwb.billing.paper",
    "netwb.cli.demo.attacks",
    "netwb.cli.demo.building",
    "netwb.cli.demo.playing",
    "netwb.cli.demo.summary",
    "netwb.compliance.python_rules",
    "netwb.compliance.rule_faults",
    "netwb.compliance.rule_files",
    "netwb.compliance.rule_store",
    "netwb.compliance.rule_shaping",
    "netwb.compliance.shapes",
    "netwb.compliance.sources",
    "netwb.compliance.stories",
    "netwb.compliance.trying",
    "netwb.compliance.yaml_nodes",
    "netwb.lab.hostkeys",
    "netwb.lab.jump",
    "netwb.lab.listening",
    "netwb.lab.server",
    "netwb.lab.tally",
    "netwb.lab.terminal",
    "netwb.metrics.billing.digest",
    "netwb.metrics.billing.keeping",
    "netwb.metrics.billing.packing",
    "netwb.metrics.billing.reckoning",
    "netwb.metrics.billing.table",
    "netwb.metrics.flux",
    "netwb.metrics.influxql",
    "netwb.metrics.opening",
    "netwb.metrics.samples",
    "netwb.metrics.series",
    "netwb.metrics.sqlite",
    "netwb.metrics.store",
    "netwb.metrics.thinning",
    "netwb.paper",
    "netwb.reports.paper",
    "netwb.typed_paper",
    "netwb.views",
    "netwb.web",
    "netwb.workbench.attempting",
    "netwb.workbench.compose",
    "netwb.workbench.compose_access",
    "netwb.workbench.compose_attacks",
    "netwb.workbench.compliance_report",
    "netwb.workbench.compose_compliance",
    "netwb.workbench.compose_engine",
    "netwb.workbench.compose_metrics",
    "netwb.workbench.compose_netbox",
    "netwb.workbench.compose_notify",
    "netwb.workbench.compose_remotes",
    "netwb.workbench.compose_scheduling",
    "netwb.workbench.compose_telegraf",
    "netwb.workbench.erp_found",
    "netwb.workbench.from_remote",
    "netwb.workbench.leader",
    "netwb.workbench.month_nights",
    "netwb.workbench.month_records",
    "netwb.workbench.parts",
    "netwb.workbench.planning",
    "netwb.workbench.platform_files",
    "netwb.workbench.progress",
    "netwb.workbench.reports",
    "netwb.workbench.shown_diff",
    "netwb.workbench.telling",
    "netwb.workbench.wall_blackholes",
    "netwb.workbench.wall_links",
    "netwb.workbench.wall_sites",
    "netwb.workbench.words",
}
LAZY = HEAVY | BEHIND_THE_DOOR

# Floors 0 and 1 reach nothing outside their arguments.
WORLD = """
    asyncio concurrent ctypes fcntl getpass glob http importlib io mmap multiprocessing os
    pathlib platform queue random secrets select selectors shutil signal socket sqlite3 ssl
    subprocess sys tempfile threading time urllib uuid
"""
WORLDLY_CALLS = {"input", "lazy", "now", "open", "print", "today", "urandom", "utcnow"}
FREE_OF_THAT = {"netwb.loading"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported module, and how it is imported."""

    name: str
    hidden: bool  # in a function
    for_types: bool  # under `if TYPE_CHECKING:`

    @property
    def root(self) -> str:
        return self.name.partition(".")[0]


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of netwb by name, without packages' files that hold at most a docstring."""
    paths = sorted((ROOT / "netwb").rglob("*.py"))
    trees = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text())
        for path in paths
        if "migrations" not in path.parts  # scripts that Alembic runs; nothing imports them
    }
    return {n.removesuffix(".__init__"): t for n, t in trees.items() if len(t.body) > 1}


@cache
def imports(tree: ast.Module) -> tuple[Import, ...]:
    """Every import of it; `from package import module` counts as the module."""
    return tuple(imports_below(tree))


def imports_below(tree: ast.AST, *, hidden: bool = False, types: bool = False) -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.expr):
            continue  # no statement stands in one
        for name in imported(node):
            yield Import(name=name, hidden=hidden, for_types=types)
        yield from imports_below(
            node,
            hidden=hidden or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef),
            types=types or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)),
        )


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        package = "." * node.level + (node.module or "")
        whole = (f"{package}.{alias.name}" for alias in node.names)
        return [name if name in modules() else package for name in whole]
    return []


@cache
def calls(tree: ast.Module) -> tuple[tuple[str, ast.Call], ...]:
    """The last name of each called thing: `datetime.now()` is now."""
    return tuple(
        (node.func.id if isinstance(node.func, ast.Name) else node.func.attr, node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    )


def row(name: str, table: Container[str]) -> str | None:
    """The longest row that names the module or a package above it."""
    parts = name.split(".")
    above = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((candidate for candidate in above if candidate in table), None)


def floor(name: str) -> int:
    found = row(name, FLOORS)
    return FLOORS[found] if found else 6 if name == PUBLIC_FACE else -1


def folder(name: str) -> str:
    return ".".join(name.split(".")[:2])


def names_a_floor(name: str, tree: ast.Module) -> Iterator[str]:
    del tree
    if floor(name) < 0:
        yield "stands on no floor; give it a row in FLOORS"


def imports_downwards(name: str, tree: ast.Module) -> Iterator[str]:
    for item in imports(tree):
        if item.root == "netwb" and not may_import(name, item.name):
            yield f"imports {item.name}, which is not below it"
        if item.root == "":
            yield f"imports {item.name} relatively; write the whole name"


def may_import(name: str, other: str) -> bool:
    own, its = floor(name), floor(other)
    if -1 in {own, its}:
        return True  # names_a_floor says it
    if own == 0:
        return its == 0  # the words are one vocabulary; the circle test keeps their order
    if folder(name) == folder(other):
        return its <= own
    if own == 6:
        excepted = any((row(name, {a}), row(other, {b})) == (a, b) for a, b in EDGES_MAY_ALSO)
        return excepted or its in ({0, 1} if folder(name) == "netwb.lab" else {0, 1, 5})
    return its < own


def keeps_the_lab_apart(name: str, tree: ast.Module) -> Iterator[str]:
    for item in imports(tree):
        if folder(name) == "netwb.lab" and item.root in DOORS and item.root not in LAB_NEEDS:
            yield f"imports {item.name}; the lab needs {', '.join(sorted(LAB_NEEDS))} only"


def stays_pure(name: str, tree: ast.Module) -> Iterator[str]:
    if floor(name) not in {0, 1} or name in FREE_OF_THAT:
        return
    yield from (
        f"imports {i.name}: I/O on a pure floor" for i in imports(tree) if i.root in WORLD.split()
    )
    yield from (
        f"calls {word}(): I/O on a pure floor" for word, _ in calls(tree) if word in WORLDLY_CALLS
    )


def uses_the_door(name: str, tree: ast.Module) -> Iterator[str]:
    for item in imports(tree):
        if item.root in DOORS and row(name, DOORS[item.root]) is None:
            yield f"imports {item.name}; its door is {' and '.join(DOORS[item.root])}"
        elif item.root not in {"netwb", "", *DOORS} and item.root not in sys.stdlib_module_names:
            yield f"imports {item.name}; give it a row in DOORS"


def hides_no_import(name: str, tree: ast.Module) -> Iterator[str]:
    yield from (f"imports {item.name} in a function" for item in imports(tree) if item.hidden)
    if name == "netwb.loading":
        return
    for word, call in calls(tree):
        if word in {"__import__", "import_module"}:
            yield f"calls {word}; only netwb.loading does"
        if word == "lazy" and not names_lazily(name, call):
            yield f"calls {ast.unparse(call)}; give it a row in HEAVY or BEHIND_THE_DOOR"


def names_lazily(name: str, call: ast.Call) -> bool:
    """A row of LAZY; for the facade and commands also what stands below the facade."""
    other = call.args[0].value if isinstance(call.args[0], ast.Constant) else ""
    if not isinstance(other, str):
        return False
    return row(other, LAZY) is not None or (floor(name) >= 5 and 0 <= floor(other) < 5)


def loads_the_heavy_lazily(name: str, tree: ast.Module) -> Iterator[str]:
    for item in imports(tree):
        if row(item.name, LAZY) and not item.for_types and not row(name, BEHIND_THE_DOOR):
            yield f"imports {item.name} at once; write lazy({item.name!r})"


def reaches_down_lazily(name: str, tree: ast.Module) -> Iterator[str]:
    if floor(name) != 5 or row(name, BEHIND_THE_DOOR):
        return
    for item in imports(tree):
        if floor(item.name) in {2, 3, 4} and item.root == "netwb" and not item.for_types:
            yield f"imports {item.name} at once; write lazy({item.name!r})"


RULES: tuple[Callable[[str, ast.Module], Iterator[str]], ...] = (
    names_a_floor,
    imports_downwards,
    keeps_the_lab_apart,
    stays_pure,
    uses_the_door,
    hides_no_import,
    loads_the_heavy_lazily,
    reaches_down_lazily,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_module(rule: Callable[[str, ast.Module], Iterator[str]]) -> None:
    broken = {f"{name} {fault}" for name, tree in modules().items() for fault in rule(name, tree)}

    assert not broken, "\n".join(sorted(broken))


@pytest.mark.parametrize(
    ("name", "source", "rule"),
    [
        ("netwb.helpers", "", names_a_floor),
        ("netwb.collect.helpers", "", names_a_floor),
        ("netwb.store.audit", "import netwb.archive.vault", imports_downwards),
        ("netwb.store.audit", "import netwb.collect.ssh", imports_downwards),
        ("netwb.cli.main", "from netwb.store.database import Database", imports_downwards),
        ("netwb.lab.fleet", "from netwb.workbench import Workbench", imports_downwards),
        ("netwb.cli.main", "from netwb.lab.fleet import Fleet", imports_downwards),
        ("netwb.store.audit", "from .models import Row", imports_downwards),
        ("netwb.lab.fleet", "import sqlalchemy", keeps_the_lab_apart),
        ("netwb.configs.clean", "from os import environ", stays_pure),
        ("netwb.configs.clean", "at = datetime.now(UTC)", stays_pure),
        ("netwb.configs.clean", "text = open('x').read()", stays_pure),
        ("netwb.cli.main", "import sqlalchemy", uses_the_door),
        ("netwb.cli.main", "import leftpad", uses_the_door),
        ("netwb.store.audit", "def f():\n    import json", hides_no_import),
        ("netwb.store.audit", "json = lazy('json')", hides_no_import),
        ("netwb.store.audit", "json = import_module('json')", hides_no_import),
        ("netwb.store.schema", "from alembic import command", loads_the_heavy_lazily),
        ("netwb.cli.scan", "from netwb.workbench.words import Change", loads_the_heavy_lazily),
        ("netwb.workbench.audits", "from netwb.store.audit import Audit", reaches_down_lazily),
    ],
)
def test_rule_bites(
    name: str, source: str, rule: Callable[[str, ast.Module], Iterator[str]]
) -> None:
    assert list(rule(name, ast.parse(source)))


def test_no_module_imports_itself_through_others() -> None:
    graph = {
        name: {item.name for item in imports(tree) if item.name in modules()}
        for name, tree in modules().items()
    }

    while leaves := {name for name, needs in graph.items() if not needs & graph.keys()}:
        graph = {name: needs for name, needs in graph.items() if name not in leaves}

    assert sorted(graph) == [], "each of these is in, or above, a circle"


# What a session and a command have at once beside the facade; all else waits for its first use.
AT_ONCE = {
    *("netwb.ages", "netwb.cures", "netwb.inventory.fields", "netwb.schedules"),
    *("netwb.health.diagnosis", "netwb.health.freshness"),  # words that commands print
    *("netwb.billing.records", "netwb.billing.sentences"),
    *("netwb.reports.coverage", "netwb.reports.sections"),
}


def loaded_by(code: str) -> set[str]:
    """Names of all modules, once that was run by a Python of its own."""
    script = f"import sys\n{code}\nprint(*sys.modules)"
    command = [sys.executable, "-c", script]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("code", ["from netwb import Workbench", "import netwb.cli.main"])
def test_a_first_import_loads_the_facade_and_its_words_alone(code: str) -> None:
    loaded = loaded_by(code)
    own = {name for name in loaded if name in modules()}
    foreign = {name.partition(".")[0] for name in loaded} & (
        DOORS.keys() - {"click", "re2", "rich"}
    )

    waits = {name for name in own if 1 <= floor(name) < 5 and not row(name, AT_ONCE)}
    assert waits == set()
    assert {name for name in own if row(name, BEHIND_THE_DOOR)} == set()
    assert foreign == set()


RECORDER = """
import json, logging, sys, threading
from importlib import import_module
from pathlib import Path
package, names = Path(sys.argv[1]), sys.argv[2:]
WORLD = ("open", "os.", "socket.", "subprocess.", "sqlite3.", "shutil.", "tempfile.")
seen = []
def record(event, args):
    if not event.startswith(WORLD) or event in {"os.listdir", "os.scandir"}:
        return
    frame = sys._getframe(1)
    while frame and "importlib" not in frame.f_code.co_filename:  # there another import begins
        if package in Path(frame.f_code.co_filename).parents:
            seen.append(f"{frame.f_code.co_filename}:{frame.f_lineno} {event} {args!r}")
            return
        frame = frame.f_back
sys.addaudithook(record)
for name in names:
    import_module(name)
threads = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
handlers = [repr(h) for n in ("", "netwb") for h in logging.getLogger(n).handlers]
print(json.dumps(seen + threads + handlers))
"""


def seen_while_importing(package: Path, names: Iterable[str]) -> list[str]:
    """What the modules themselves touch of the world, and the threads and handlers they leave."""
    command = [sys.executable, "-c", RECORDER, str(package), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=package.parent)
    assert done.returncode == 0, done.stderr
    seen: list[str] = json.loads(done.stdout)
    return seen


def test_importing_netwb_opens_nothing() -> None:
    names = [name for name in modules() if not name.endswith("__main__")]

    assert seen_while_importing(ROOT / "netwb", names) == []


@pytest.mark.parametrize(
    "source",
    [
        "open(__file__).close()",
        "from pathlib import Path; Path(__file__).read_text()",
        "import sqlite3; sqlite3.connect(':memory:').close()",
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "import logging; logging.getLogger('netwb').addHandler(logging.NullHandler())",
    ],
    ids=["file", "path", "database", "thread", "log-handler"],
)
def test_recorder_sees(source: str, tmp_path: Path) -> None:
    package = tmp_path / "probe"
    package.mkdir()
    (package / "__init__.py").write_text(source)

    assert seen_while_importing(package, ["probe"])
