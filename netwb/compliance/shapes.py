"""The shape of a rule file: what its keys are and what each may hold. Pure.

The published JSON Schema (`rule.schema.json`) is made from these models, so that an editor knows what
the reader of the files knows. What a schema cannot say, `rule_files` does.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from netwb.compliance.patterns import LONGEST, check_pattern, line_pattern
from netwb.compliance.records import Judged, Severity
from netwb.errors import RuleError

RULES = 200  # of a file
ID = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
VERBS = (
    *("must_contain", "must_not_contain", "must_match", "must_not_match"),
    *("ordered", "count", "value", "running_is_startup"),
)


def _id(text: str) -> str:
    if not ID.fullmatch(text):
        msg = (
            f"{text[:70]!r} is no id; write 2 to 63 of a-z, 0-9 and hyphens, a hyphen not first:"
            " `ntp-two-sources`"
        )
        raise ValueError(msg)
    return text


def _pattern(text: str) -> str:
    try:
        check_pattern(text)
    except RuleError as error:
        raise ValueError(str(error)) from error
    return text


def _word(text: str) -> str:
    """For tables and sentences, where a line break or an escape would do harm."""
    if not text.isprintable():
        msg = "a line break or a control character stands in it; write it on one line"
        raise ValueError(msg)
    return text


def _prose(text: str) -> str:
    if not text.replace("\n", " ").isprintable():
        msg = "a control character stands in it; take it out"
        raise ValueError(msg)
    return text


def _header(text: str) -> str:
    """A header's pattern matches the whole header, so that it may match much."""
    try:
        line_pattern(_word(text))
    except RuleError as error:
        raise ValueError(str(error)) from error
    return text


def _line(text: str) -> str:
    words = text.strip()
    if not words or not words.isprintable():
        msg = "a line is one line that is not empty; write several as a list"
        raise ValueError(msg)
    return words


def _listed(given: Any) -> Any:
    """One text is a list of one."""
    return [given] if isinstance(given, str) else given


def _several(of: dict[str, Any]) -> Any:
    return WithJsonSchema({"anyOf": [of, {"type": "array", "items": of, "minItems": 1}]})


_TEXT = {"type": "string", "minLength": 1}
_SCALAR = {"type": ["string", "number"]}  # 10 is the word that it is written as
_RE2 = {"type": "string", "minLength": 1, "maxLength": LONGEST, "format": "re2"}
Word = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True),
    AfterValidator(_word),
]
Prose = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2_000, strip_whitespace=True),
    AfterValidator(_prose),
]
Id = Annotated[
    str, AfterValidator(_id), WithJsonSchema({"type": "string", "pattern": f"^{ID.pattern}$"})
]
Pattern = Annotated[str, AfterValidator(_pattern), WithJsonSchema(_RE2)]
Header = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST), AfterValidator(_header)
]
Line = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(_line)]
_Many = Field(min_length=1, max_length=200)
Words = Annotated[tuple[Word, ...], _Many, BeforeValidator(_listed), _several(_TEXT)]
Values = Annotated[tuple[Word, ...], _Many, BeforeValidator(_listed), _several(_SCALAR)]
Lines = Annotated[tuple[Line, ...], _Many, BeforeValidator(_listed), _several(_TEXT)]
Patterns = Annotated[tuple[Pattern, ...], _Many, BeforeValidator(_listed), _several(_RE2)]
Headers = Annotated[
    tuple[Header, ...],
    Field(min_length=1, max_length=6),
    BeforeValidator(_listed),
    _several(_RE2),
]
Number = Annotated[int, Field(ge=-(10**12), le=10**12)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WordsShape(_Shape):
    """Keys of a selector: every key that is given must hold, and one word of it is enough."""

    platform: Words | None = Field(
        default=None, description="platforms: cisco_ios, juniper_junos, ..."
    )
    role: Words | None = Field(default=None, description="the device's role")
    site: Words | None = Field(default=None, description="its site's slug")
    label: Words | None = Field(default=None, description="a label of it")
    tenant: Words | None = Field(default=None, description="its tenant's slug")
    hostname: Words | None = Field(
        default=None, description="its name; * and ? stand for what they do"
    )


class SelectorShape(WordsShape):
    """Which devices a rule means."""

    without: WordsShape | None = Field(
        default=None,
        alias="not",
        description="devices for which any of these keys holds are left out",
    )


class CountShape(_Shape):
    """How many lines match."""

    match: Pattern
    at_least: int | None = Field(default=None, ge=1, le=1_000_000)
    at_most: int | None = Field(default=None, ge=0, le=1_000_000)
    distinct: bool = Field(
        default=False, description="count what the pattern's one group matches, each word once"
    )

    @model_validator(mode="after")
    def _bounded(self) -> CountShape:
        if self.distinct:
            _one_group(self.match, "count` with `distinct")
        if self.at_least is None and self.at_most is None:
            msg = "`count` asks nothing; give `at_least` or `at_most`"
            raise ValueError(msg)
        _rising(self.at_least, self.at_most)
        return self


class ValueShape(_Shape):
    """What the pattern's one group matches, in every line that matches."""

    match: Pattern
    at_least: Number | None = None
    at_most: Number | None = None
    one_of: Values | None = None
    default: Annotated[Word, WithJsonSchema(_SCALAR)] | None = Field(
        default=None, description="what holds where no line matches"
    )

    @model_validator(mode="after")
    def _bounded(self) -> ValueShape:
        _one_group(self.match, "value")
        if self.at_least is None and self.at_most is None and not self.one_of:
            msg = "`value` asks nothing; give `at_least`, `at_most` or `one_of`"
            raise ValueError(msg)
        _rising(self.at_least, self.at_most)
        return self


class CheckShape(_Shape):
    """One thing asked of the text, or of each section that is meant: exactly one verb."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [verb]} for verb in VERBS]})

    platform: Words | None = Field(
        default=None, description="where it is asked; absent: everywhere"
    )
    inside: Headers | None = Field(
        default=None,
        alias="in",
        description="path of section headers, outermost first; each pattern matches a whole header",
    )
    where: Pattern | None = Field(
        default=None,
        description="only sections that hold such a line; without `in`: only texts that do",
    )
    where_not: Pattern | None = Field(
        default=None,
        description="only sections that hold no such line; without `in`: only texts that hold none",
    )
    without_section: Judged | None = Field(
        default=None, description="what it is when no section is meant; absent: not_evaluated"
    )
    needed: Word | None = Field(default=None, description="what is needed, in words for people")
    add: Lines | None = Field(default=None, description="lines that remediation adds")

    must_contain: Lines | None = Field(
        default=None, description="each line stands there, to the letter"
    )
    must_not_contain: Lines | None = Field(default=None, description="no such line stands there")
    must_match: Patterns | None = Field(default=None, description="each pattern matches a line")
    must_not_match: Patterns | None = Field(default=None, description="no pattern matches a line")
    ordered: Annotated[tuple[Pattern, ...], Field(min_length=2, max_length=200)] | None = Field(
        default=None, description="the first lines that match stand in this order"
    )
    count: CountShape | None = None
    value: ValueShape | None = None
    running_is_startup: Annotated[Literal["true"], WithJsonSchema({"const": True})] | None = Field(
        default=None, description="what runs is what the device would boot"
    )

    @model_validator(mode="after")
    def _asks_one_thing(self) -> CheckShape:
        given = [f"`{verb}`" for verb in VERBS if getattr(self, verb) is not None]
        if not given:
            msg = f"a check without a verb asks nothing; give it one of {', '.join(VERBS)}"
            raise ValueError(msg)
        if len(given) > 1:
            msg = f"a check has one verb and this has {' and '.join(given)}; make it {len(given)} checks"
            raise ValueError(msg)
        narrowed = self.inside or self.where or self.where_not
        if narrowed and self.running_is_startup:
            msg = "`running_is_startup` is of whole texts; take `in`, `where` and `where_not` out"
            raise ValueError(msg)
        if self.without_section and not narrowed:
            msg = "`without_section` needs a section; give `in` or `where`, or take it out"
            raise ValueError(msg)
        return self


class ExampleShape(_Shape):
    """A text that passes, one that fails, or both; `netwb check --test` runs them."""

    platform: Word
    passes: str | None = Field(default=None, min_length=1)
    fails: str | None = Field(default=None, min_length=1)
    at: tuple[Annotated[int, Field(ge=1)], ...] | None = Field(
        default=None,
        min_length=1,
        description="lines of `fails`, from 1, that the finding must name",
    )
    startup_passes: str | None = Field(default=None, min_length=1)
    startup_fails: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _shows_something(self) -> ExampleShape:
        if self.passes is None and self.fails is None:
            msg = "an example without a text shows nothing; give `passes` or `fails`"
            raise ValueError(msg)
        for text, other in (("passes", "startup_passes"), ("fails", "startup_fails")):
            if getattr(self, other) is not None and getattr(self, text) is None:
                msg = f"`{other}` stands without `{text}`; give both"
                raise ValueError(msg)
        if self.at is not None and self.fails is None:
            msg = "`at` are lines of `fails`, and there is none; give it, or take `at` out"
            raise ValueError(msg)
        return self


Examples = Annotated[tuple[ExampleShape, ...], Field(max_length=50)]


class HeadShape(_Shape):
    """What every rule says of itself."""

    id: Id
    title: Word
    severity: Severity
    why: Prose | None = None
    reference: Prose | None = None
    locked: bool = Field(
        default=False, description="tenants can neither replace it nor turn it off"
    )
    applies_to: SelectorShape | None = Field(default=None, description="absent: every device")


class RuleShape(HeadShape):
    """One rule."""

    checks: Annotated[tuple[CheckShape, ...], Field(min_length=1, max_length=50)]
    remediation_note: Prose | None = None
    examples: Examples = ()


class PythonShape(HeadShape):
    """One rule in Python, as its decorator has it."""

    platform: Annotated[tuple[Word, ...], BeforeValidator(_listed)] = ()
    examples: Examples = ()


class FileShape(_Shape):
    """A file of rules for `netwb check`."""

    rules: Annotated[tuple[RuleShape, ...], Field(max_length=RULES)] = ()
    off: Annotated[tuple[Id, ...], Field(max_length=RULES)] = Field(
        default=(), description="rules that this file's tenant, or the provider, does without"
    )


def json_schema() -> dict[str, Any]:
    """The published JSON Schema, draft 2020-12."""
    schema = _plain(FileShape.model_json_schema(by_alias=True))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:netwb:rule-file",
        **schema,
        "title": "Rules of netwb",
    }


def _plain(schema: Any) -> Any:
    """Without what pydantic says for itself: titles of keys, and null for what is left out."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: _plain(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str)) and (key, value) != ("default", None)
    }
    choices = kept.get("anyOf", [])
    real = [choice for choice in choices if choice != {"type": "null"}]
    if len(choices) == len(real):
        return kept
    rest = {key: value for key, value in kept.items() if key != "anyOf"}
    return {**(real[0] if len(real) == 1 else {"anyOf": real}), **rest}


def _one_group(pattern: str, verb: str) -> None:
    groups = line_pattern(pattern).groups
    if groups != 1:
        msg = f"the pattern of `{verb}` has {groups} groups; put exactly the value in ( ), others in (?: )"
        raise ValueError(msg)


def _rising(at_least: int | None, at_most: int | None) -> None:
    if at_least is not None and at_most is not None and at_least > at_most:
        msg = f"`at_least` {at_least} is above `at_most` {at_most}; no text can have both"
        raise ValueError(msg)
