"""Read a request's query, body and Accept header into what the route takes. Pure.

400 for what stands in the address, 422 for a body that is JSON but not the right one. What is
refused is named, and its value is never repeated: it may be a secret in the wrong place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar, get_origin
from urllib.parse import parse_qs, urlencode

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from netwb.web.encoding import SUFFIX, takes_gzip
from netwb.web.operations import JSON, Operation, Paged, Shape
from netwb.web.problems import (
    Fault,
    RefusedError,
    bad_body,
    bad_parameters,
    broken_body,
    problem_of_status,
)

IGNORED = frozenset({"token", "access_token"})  # a credential in an address is logged on its way
_TAG = re.compile(r'"([^"]*)"')
_ANY_TAG = re.compile(r'(?:W/)?"[^"]*"')
_TAGS = 4096  # characters of If-None-Match that are read
_KEY = 200  # characters of an Idempotency-Key
_TOLD = 20  # faults of one request that are told
_FIELDS = 200  # of one form
_NAME = 80  # characters of a wrong name that are repeated
_SAID = {
    "missing": "is missing; give it",
    "string_type": "is to be a text",
    "string_too_short": "is too short; give {min_length} or more characters",
    "string_too_long": "is too long; give at most {max_length} characters",
    "string_pattern_mismatch": "is blank; write something",  # the one pattern that there is
    "string_unicode": "is no text in UTF-8",
    "int_type": "is to be a whole number",
    "bool_type": "is to be true or false",
    "bool_parsing": "is to be true or false",
    "int_parsing": "is to be a whole number",
    "int_parsing_size": "is too large",
    "int_from_float": "is to be a whole number",
    "greater_than_equal": "is too small; give at least {ge}",
    "less_than_equal": "is too large; give at most {le}",
    "literal_error": "is to be {expected}",
    "list_type": "is to be a list",
    "too_long": "is too long; give at most {max_length}",
    "model_type": "is to be an object",
    "model_attributes_type": "is to be an object",
}
Model = TypeVar("Model", bound=Shape)


def parse_query(model: type[Model], given: Mapping[str, Sequence[bytes]]) -> Model:
    """The query as the route takes it, each parameter once. Raises RefusedError, 400."""
    asked = {name: values for name, values in given.items() if name not in IGNORED}
    twice = [
        Fault(where=name[:_NAME], detail="is given more than once; give it once")
        for name, values in asked.items()
        if len(values) > 1
    ]
    if twice:
        raise RefusedError(bad_parameters(twice[:_TOLD]))
    try:
        return model.model_validate(
            {name: values[0].decode("utf-8", "replace") for name, values in asked.items()}
        )
    except ValidationError as error:
        raise RefusedError(bad_parameters(_faults(error, model, inside="query"))) from None


def parse_body(
    model: type[Model], content_type: str, content: bytes, *, takes: str = JSON
) -> Model:
    """The body as the route takes it. Raises RefusedError: 415, 400 for no JSON, 422."""
    media, _, parameters = content_type.lower().partition(";")
    charset = parameters.strip().removeprefix("charset=").strip('"') or "utf-8"
    if media.strip() != takes or charset != "utf-8":
        problem = problem_of_status(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        raise RefusedError(replace(problem, detail=f"send the body as {takes}, in UTF-8"))
    try:
        if takes == JSON:  # what it says is what it is: "30" is no number there
            return model.model_validate(_document(content), strict=True)
        return model.model_validate(_fields(model, content))
    except ValidationError as error:
        raise RefusedError(bad_body(_faults(error, model, inside="body"))) from None


def chosen(accept: str, gives: Sequence[str]) -> str:
    """The media type that the caller likes best; of equals the one that the route names first.

    Raises RefusedError, 406, where it likes none.

    >>> chosen("text/plain", ("application/json", "text/plain"))
    'text/plain'
    >>> chosen("text/html, */*;q=0.1", ("application/json", "text/plain"))
    'application/json'
    """
    liked = _liked(accept or "*/*")
    best = max(gives, key=lambda media: _quality(media, liked))
    if _quality(best, liked) <= 0:
        problem = problem_of_status(HTTPStatus.NOT_ACCEPTABLE)
        there = ", ".join(media.partition(";")[0] for media in gives)
        raise RefusedError(replace(problem, detail=f"{problem.detail}; there is {there}"))
    return best


def tags(if_none_match: str, accept_encoding: str = "") -> frozenset[str]:
    """Tags of bodies that the caller has and can read, as they are before they are compressed.

    >>> sorted(tags('"a.json", W/"b", "c-gzip"'))
    ['a.json', 'b']
    >>> sorted(tags('"c-gzip"', "gzip"))
    ['c']
    """
    found = _TAG.findall(if_none_match[:_TAGS])
    if takes_gzip(accept_encoding):
        return frozenset(tag.removesuffix(SUFFIX) for tag in found)
    return frozenset(tag for tag in found if not tag.endswith(SUFFIX))


def only_tags(if_match: str) -> frozenset[str] | None:
    """Strong tags, one of which the body is to have still; None: any body will do.

    A weak tag matches nothing (RFC 9110 section 13.1.1). Raises RefusedError, 400, where there is
    none at all: who forgot its quotes would read the thing anew without end. However it was
    compressed, it was that body that the caller saw.

    >>> sorted(only_tags('"a", W/"b", "c-gzip"'))
    ['a', 'c']
    >>> only_tags("*") is None
    True
    """
    if if_match.strip() in {"", "*"}:
        return None
    listed = [part.strip() for part in if_match[:_TAGS].split(",")]
    if not any(_ANY_TAG.fullmatch(part) for part in listed):
        fault = Fault(
            where="If-Match",
            detail='holds no tag; give the `etag` that was read, within double quotes: If-Match: "TAG"',
        )
        raise RefusedError(bad_parameters([fault]))
    return frozenset(tag[1].removesuffix(SUFFIX) for tag in map(_TAG.fullmatch, listed) if tag)


def once_key(given: str) -> str:
    """An Idempotency-Key, whole. Raises RefusedError, 400, for one that is too long to keep."""
    if len(given) > _KEY:
        fault = Fault(
            where="Idempotency-Key", detail=f"is too long; give at most {_KEY} characters"
        )
        raise RefusedError(bad_parameters([fault]))
    return given


def place(operation: Operation, ids: Mapping[str, str], query: Shape) -> str:
    """Which list this is: route, ids and filter, without the page."""
    asked = query.model_dump(mode="json", exclude=set(Paged.model_fields), exclude_none=True)
    return f"{operation.route.format(**ids)}?{urlencode(sorted(asked.items()))}"


def _document(content: bytes) -> object:
    try:
        return json.loads(content.decode(), parse_constant=_no_number, object_pairs_hook=_each_once)
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    except json.JSONDecodeError as error:
        reason = f"line {error.lineno} column {error.colno}"
    except _TwiceError:
        reason = "a name stands twice in one object"
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError:
        reason = "it holds what is no number of JSON, or one of too many digits"
    raise RefusedError(broken_body(reason))


def _fields(model: type[Shape], content: bytes) -> dict[str, object]:
    """A form's; what the model has as a list may stand in it more than once."""
    try:
        given = parse_qs(
            content.decode(), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS
        )
    except ValueError:
        raise RefusedError(
            broken_body("it is no form of UTF-8, or one of too many fields")
        ) from None
    lists = {field.alias or name for name, field in model.model_fields.items() if _is_list(field)}
    if any(len(values) > 1 for name, values in given.items() if name not in lists):
        raise RefusedError(broken_body("a name stands twice in it"))
    return {name: values if name in lists else values[0] for name, values in given.items()}


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is list


class _TwiceError(ValueError):
    """One reader takes the first, another one the last: what a proxy checked may not be what counts."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError
    return found


def _no_number(_name: str) -> NoReturn:
    raise ValueError


def _faults(error: ValidationError, model: type[Shape], *, inside: str) -> list[Fault]:
    found = error.errors(include_url=False, include_input=False)
    return [
        Fault(where=_where(item["loc"], inside), detail=_said(item, model))
        for item in found[:_TOLD]
    ]


def _where(loc: tuple[int | str, ...], inside: str) -> str:
    if inside == "query":
        return str(loc[0])[:_NAME] if loc else "query"
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in loc)
    return "#" + "".join(f"/{part[:_NAME]}" for part in parts)


def _said(item: Mapping[str, Any], model: type[Shape]) -> str:
    """In netwb's own words: what it is not, or what it should be."""
    kind = item["type"]
    if kind == "extra_forbidden":
        there = ", ".join(_known(model))
        return f"is not known here; {f'known are {there}' if there else 'nothing is taken here'}"
    if kind == "value_error":
        return str(item["msg"]).removeprefix("Value error, ")
    return _SAID.get(kind, "is not what is taken here").format(**item.get("ctx", {}))


def _known(model: type[Shape]) -> list[str]:
    return sorted(field.alias or name for name, field in model.model_fields.items())


def _liked(accept: str) -> dict[str, float]:
    """Media range -> quality."""
    found = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            found[media] = float(quality)
        except ValueError:
            found[media] = 0.0
    return found


def _quality(media: str, liked: Mapping[str, float]) -> float:
    """The most exact range counts, though a wider one may like it better (RFC 9110 section 12.5.1)."""
    plain = media.partition(";")[0]
    ranges = (plain, f"{plain.partition('/')[0]}/*", "*/*")
    return next((liked[one] for one in ranges if one in liked), 0.0)
