"""Where rules come from: the starter pack, the provider's files, its Git repository, tenants' own.

A file that is broken is told of everywhere, and the rest goes on: of a provider's file the last good
form stays in force, where it is known; else what can be read of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Literal

from sqlalchemy import delete, select

from netwb.compliance.plain_files import read_plain
from netwb.compliance.python_rules import PythonRules
from netwb.compliance.records import InPython, Origin, Rule, RuleFile
from netwb.compliance.report import RuleProblem
from netwb.compliance.rule_files import read_rules
from netwb.compliance.rule_repository import RuleRepository
from netwb.compliance.ruleset import RuleSet, where_startup_is_taken
from netwb.errors import NetwbError, RuleError
from netwb.platforms.record import Platform
from netwb.roles import NO_TENANT, Scope
from netwb.settings import ComplianceSettings
from netwb.store.database import Database
from netwb.store.inserting import upsert
from netwb.store.models import RuleFileRow, RuleGoodRow, TenantRow

logger = logging.getLogger(__name__)
SUFFIXES = (".yaml", ".yml")
LONGEST = 1024 * 1024  # bytes of a provider's file; a tenant's is bounded by `put`
_FETCHED = "git/"  # begins the names of a repository's files
_AUTHORED = b"netwb.compliance.authoring"  # what a file of rules in Python imports
_NO_PYTHON = (
    "rules in Python are taken of the home's rules/ alone; put the file there, or write it in YAML"
)
_MOST_PARSED = 500  # files that are kept parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A file of rules before it is read; `fault` where it cannot be, a sentence."""

    name: str
    origin: Origin
    text: str = ""
    tenant_id: str | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """All rules that hold now for the tenants of a scope.

    common    those of all tenants; `own`: of those tenants that have own files, by tenant id
    slugs     of these tenants, by id
    good      texts of the provider's files that are without fault, by name
    code      digest of rules in Python; "" there are none
    """

    common: RuleSet
    own: Mapping[str, RuleSet]
    slugs: Mapping[str, str]
    files: tuple[RuleFile, ...]
    problems: tuple[RuleProblem, ...]
    good: Mapping[str, str] = field(repr=False)
    code: str = ""

    def digest(self, tenant_id: str) -> str:
        """Another one where a rule of that tenant's devices may find something else."""
        said = f"{self.of(tenant_id).digest} {self.code}"
        return sha256(said.encode()).hexdigest()[:32]

    def of(self, tenant_id: str) -> RuleSet:
        """The rules of one tenant's devices."""
        return self.own.get(tenant_id, self.common)

    def find(self, rule_id: str, tenant_id: str) -> Rule | None:
        """A rule as it is in force for a tenant."""
        rules = self.of(tenant_id).for_tenant(tenant_id)
        return next((rule for rule in rules if rule.id == rule_id), None)


class RuleSources:
    """The sources of one home. What was parsed once is kept by its text."""

    def __init__(  # noqa: PLR0913 - each is one collaborator
        self,
        *,
        database: Database,
        folder: Path,
        repository: RuleRepository,
        settings: ComplianceSettings,
        platforms: Mapping[str, Platform],
        clock: Callable[[], datetime],
    ) -> None:
        self._platforms = platforms
        self._database = database
        self._folder = folder
        self._fetched = repository
        self._settings = settings
        self._clock = clock
        self._parsed: dict[tuple[str, str, str], RuleFile] = {}
        self._python: tuple[str, tuple[RuleFile, ...]] = ("", ())

    def load(self, scope: Scope) -> Loaded:
        """As they stand now; nothing is fetched and nothing written."""
        known = self._good()
        texts = [*self._starter(), *self._local(), *self._repository(known)]
        provider, problems = [], []
        for text in texts:
            file, problem = self._in_force(text, known)
            provider.append(file)
            problems += problem
        code, in_python = self._in_python()
        for file in in_python:
            provider.append(file)
            problems += _broken(file.name, file.faults, "none")
        tenants, slugs = self._tenants(scope)
        return self._merged(provider, tenants, slugs, problems, texts, code)

    def load_folder(self, folder: Path) -> Loaded:
        """The rules of a folder of this machine, and no others."""
        texts = list(texts_of(folder, name=folder.name or str(folder), origin="provider"))
        found = [self.parsed(text) for text in texts]
        code = ""
        if any(folder.glob("*.py")):
            with self.python(folder) as python:
                found += python.load()
            code = "python"
        problems = [one for file in found for one in _broken(file.name, file.faults, "none")]
        return self._merged(found, (), {}, problems, texts, code)

    def python(self, folder: Path | None = None) -> PythonRules:
        """What judges by a folder's rules in Python; nothing is started before it is asked."""
        return PythonRules(folder or self._folder)

    def fetch(self) -> None:
        """Bring the provider's repository up to date. Raises NetwbError; the former one stays."""
        if self._settings.repository:
            self._fetched.fetch()

    def remember(self, loaded: Loaded) -> None:
        """Keep the good texts of the provider's files, for when one is broken; forget those gone."""
        known = self._good()
        now = self._clock()
        names = {file.name for file in loaded.files if file.tenant_id is None}
        gone = sorted(known.keys() - names)
        fresh = [
            {"name": name, "text": text, "at": now}
            for name, text in loaded.good.items()
            if known.get(name) != text
        ]
        if not gone and not fresh:
            return
        with self._database.writing(NO_TENANT) as session:
            session.execute(delete(RuleGoodRow).where(RuleGoodRow.name.in_(gone)))
            statement = upsert(session, RuleGoodRow)
            statement = statement.on_conflict_do_update(
                index_elements=["name"],
                set_={name: statement.excluded[name] for name in ("text", "at")},
            )
            if fresh:
                session.execute(statement.execution_options(dml_strategy="raw"), fresh)

    def parsed(self, text: Text) -> RuleFile:
        """The file as it reads, with its faults."""
        if text.fault:
            return RuleFile(
                name=text.name, origin=text.origin, tenant_id=text.tenant_id, faults=(text.fault,)
            )
        key = (text.name, text.tenant_id or "", sha256(text.text.encode()).hexdigest())
        if key not in self._parsed:
            if len(self._parsed) >= _MOST_PARSED:
                self._parsed.clear()
            file = read_rules(
                text.text,
                name=text.name,
                origin=text.origin,
                tenant_id=text.tenant_id,
                platforms=self._platforms,
            )
            starter = text.origin == "starter"  # what others write is told that nothing is kept
            self._parsed[key] = where_startup_is_taken(file, self._takes) if starter else file
        return self._parsed[key]

    def _takes(self, platform: str) -> bool:
        """Whether backups take the startup configuration of such devices."""
        record = self._platforms.get(platform)
        return record is not None and record.startup_asked is not None

    def _in_force(self, text: Text, known: Mapping[str, str]) -> tuple[RuleFile, list[RuleProblem]]:
        file = self.parsed(text)
        if not file.faults:
            return file, []
        former = (
            self.parsed(replace(text, text=known[text.name], fault=""))
            if text.name in known
            else None
        )
        used = former if former is not None and not former.faults else None
        return used or file, _broken(text.name, file.faults, "former" if used else "none")

    def _in_python(self) -> tuple[str, tuple[RuleFile, ...]]:
        """Rules in Python, loaded once for as long as their files stay as they are, and their digest."""
        try:
            found = {path.name: _code(path) for path in sorted(self._folder.glob("*.py"))}
        except OSError:
            found = {"": b""}  # loading says what is wrong
        if not found:
            return "", ()
        code = sha256(repr(found).encode()).hexdigest()
        if self._python[0] != code:
            with self.python() as python:
                self._python = (code, python.load())
        return self._python

    def _merged(  # noqa: PLR0913, PLR0917 - all that was read
        self,
        provider: Sequence[RuleFile],
        tenants: Sequence[RuleFile],
        slugs: Mapping[str, str],
        problems: Sequence[RuleProblem],
        texts: Sequence[Text],
        code: str,
    ) -> Loaded:
        common = RuleSet.of(*provider)
        own: dict[str, RuleSet] = {}
        found = [*problems, *_faults(common, provider, None)]
        for tenant_id, slug in slugs.items():
            mine = [file for file in tenants if file.tenant_id == tenant_id]
            own[tenant_id] = RuleSet.of(*provider, *mine)
            found += _faults(own[tenant_id], provider, slug, besides=common.faults)
        good = {
            text.name: text.text
            for text in texts
            if text.origin == "provider" and not self.parsed(text).faults
        }
        return Loaded(
            common=common,
            own=own,
            slugs=slugs,
            files=(*provider, *tenants),
            problems=tuple(found),
            good=good,
            code=code,
        )

    def _starter(self) -> tuple[Text, ...]:
        return starter_texts() if self._settings.starter == "on" else ()

    def _local(self) -> Iterator[Text]:
        yield from texts_of(self._folder, name="rules", origin="provider")

    def _repository(self, known: Mapping[str, str]) -> Iterator[Text]:
        """As it was fetched last. That it was not fetched lately is told by who fetches.

        known   good texts of the database: all there is where a home was put back from an export
        """
        if not self._settings.repository:
            return
        copy = self._fetched.copy
        try:
            commit = copy.commit()
            if commit is None:
                yield from (
                    Text(name=name, origin="provider", text=text)
                    for name, text in known.items()
                    if name.startswith(_FETCHED)
                )
                return
            found = copy.read(commit, suffixes=(*SUFFIXES, ".py"), longest=LONGEST)
        except NetwbError as error:
            yield Text(name=self._settings.repository, origin="provider", fault=str(error))
            return
        for file in found:
            name = f"{_FETCHED}{file.path}"
            if not file.path.endswith(SUFFIXES):
                if file.text is not None and _AUTHORED in file.text:
                    yield Text(name=name, origin="provider", fault=f"{name}: {_NO_PYTHON}")
                continue
            yield _decoded(name, "provider", file.text)

    def _good(self) -> Mapping[str, str]:
        with self._database.reading(NO_TENANT) as session:
            return dict(session.execute(select(RuleGoodRow.name, RuleGoodRow.text)).all())

    def _tenants(self, scope: Scope) -> tuple[list[RuleFile], dict[str, str]]:
        asked = (
            select(RuleFileRow.tenant_id, TenantRow.slug, RuleFileRow.name, RuleFileRow.text)
            .join(TenantRow, TenantRow.id == RuleFileRow.tenant_id)
            .order_by(TenantRow.slug, RuleFileRow.name)
        )
        with self._database.reading(scope) as session:
            rows = session.execute(asked).all()
        slugs = {row.tenant_id: row.slug for row in rows}
        texts = [
            Text(
                name=f"{slug}/{name}",
                origin="tenant",
                text=text,
                tenant_id=tenant_id,
            )
            for tenant_id, slug, name, text in rows
        ]
        return [self.parsed(text) for text in texts], slugs


@cache
def starter_texts() -> tuple[Text, ...]:
    """The rules that come with netwb, by name; they stay as they are."""
    found = files("netwb.compliance") / "starter"
    named = sorted(found.iterdir(), key=lambda item: item.name)
    return tuple(
        Text(name=f"starter/{item.name}", origin="starter", text=item.read_text(encoding="utf-8"))
        for item in named
        if item.name.endswith(SUFFIXES)
    )


def texts_of(folder: Path, *, name: str, origin: Origin) -> Iterator[Text]:
    """The rule files in a folder of this machine, by name."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    except FileNotFoundError:
        return
    except OSError as error:
        said = f"{folder}: cannot be looked into: {error.strerror}; give it to netwb's user"
        yield Text(name=str(folder), origin=origin, fault=said)
        return
    for path in found:
        try:
            data = read_plain(path, LONGEST)
        except RuleError as error:
            yield Text(
                name=f"{name}/{path.name}", origin=origin, fault=f"{name}/{path.name}: {error}"
            )
            continue
        except OSError as error:
            said = f"{name}/{path.name}: cannot be read: {error.strerror}; give it to netwb's user"
            yield Text(name=f"{name}/{path.name}", origin=origin, fault=said)
            continue
        yield _decoded(f"{name}/{path.name}", origin, data if len(data) <= LONGEST else None)


def _code(path: Path) -> bytes:
    """The text of a file in Python; what is wrong with it is told where it is loaded."""
    try:
        return read_plain(path, LONGEST)
    except (OSError, RuleError) as error:
        return str(error).encode()


def _decoded(name: str, origin: Origin, data: bytes | None) -> Text:
    if data is None:
        said = f"{name}: is longer than {LONGEST} bytes; split it into several files"
        return Text(name=name, origin=origin, fault=said)
    try:
        return Text(name=name, origin=origin, text=data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Text(
            name=name, origin=origin, fault=f"{name}:{line}: is not UTF-8; save it as UTF-8"
        )


def in_python(rules: Iterable[Rule]) -> bool:
    """Whether one of them is written in Python."""
    return any(isinstance(check.verb, InPython) for rule in rules for check in rule.checks)


def _broken(
    name: str, faults: Iterable[str], in_force: Literal["former", "none"]
) -> list[RuleProblem]:
    return [
        RuleProblem(file=name, tenant=None, message=fault, in_force=in_force) for fault in faults
    ]


def _faults(
    merged: RuleSet,
    provider: Iterable[RuleFile],
    tenant: str | None,
    besides: Iterable[str] = (),
) -> list[RuleProblem]:
    """What is wrong with the merged set that no file of the provider was told of already."""
    told = {*besides, *(fault for file in provider for fault in file.faults)}
    return [
        RuleProblem(file=fault.partition(":")[0], tenant=tenant, message=fault, in_force="none")
        for fault in merged.faults
        if fault not in told
    ]
