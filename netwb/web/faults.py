"""Which problems an operation can answer with: status -> the slugs of their `type`. Pure.

Made from the table of errors and from what an operation takes; the tests hold every problem that any
of them gives against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus

from netwb import errors
from netwb.errors import NetwbError
from netwb.web.operations import Operation
from netwb.web.problems import saying, slug_of, slug_of_status

ABOUT: Mapping[int, str] = {
    400: "A parameter is unknown or wrong, or a body cannot be read.",
    401: "No token or login that is in force.",
    403: "A right is missing; the detail names it.",
    404: "Nothing of that id is in the caller's scope: a foreign one and an unknown one read alike.",
    406: "None of the accepted media types can be given.",
    409: "It clashes with what is there or under way.",
    410: "What came after that number cannot be told any more; read it anew.",
    412: "It is not any more as the tag in If-Match says.",
    413: "The body is too long.",
    415: "The body is of another media type than the route takes.",
    422: "Well-formed, but it cannot be: a body that is not what the route takes, or a word in it or in"
    " the address that netwb does not know or that means several things.",
    428: "If-Match is missing: say which tag was read.",
    429: "Too many requests, or too many wrong tries; come again after Retry-After.",
    500: "A fault of netwb's own; the server's log has it under the request's id.",
    503: "Something that netwb needs is not available.",
}
_AREAS = {"archive": {"backup", "graphite"}, "metrics": {"erp", "graphite", "metrics"}}
_NAMING = {
    *("backup", "blackholes", "compliance", "erp", "grafana", "graphite", "jobs", "telegraf"),
}
Can = Callable[[Operation], bool]


def _never(_one: Operation) -> bool:
    return False


def _inside(one: Operation) -> bool:
    """It asks the Workbench for something."""
    return one.open_to != "all"


def _names(one: Operation) -> bool:
    """It names devices, tenants or sites."""
    return _inside(one) and one.area in _NAMING


def _in(*areas: str) -> Can:
    return lambda one: one.area in areas


# The class or its nearest parent that stands here says which operations can meet it.
_WHERE: Mapping[type[NetwbError], Can] = {
    errors.SettingsError: _inside,
    errors.InputError: _inside,
    errors.KeyReusedError: lambda one: "Idempotency-Key" in one.carries,
    errors.NumberGoneError: _in("erp"),
    errors.InventoryError: _names,
    errors.DuplicateDeviceError: _never,
    errors.ImportRefusedError: _never,
    errors.StalePlanError: _never,
    errors.ChangedSinceError: lambda one: "If-Match" in one.carries,
    errors.NetboxError: _never,
    errors.DeviceError: _never,
    errors.IncompleteConfigError: lambda one: one.path.endswith("/accept"),
    errors.ArchiveError: _in(*_AREAS["archive"]),
    errors.SecretMissingError: _never,
    errors.RemoteError: _never,
    errors.StoreError: _inside,
    errors.RuleError: _in("compliance"),
    errors.MetricsError: _in(*_AREAS["metrics"]),
    errors.TelegrafError: _in("telegraf"),
    errors.TelegrafFailedError: _never,
    errors.GrafanaError: _in("grafana", "graphite"),
    errors.RunUnderWayError: lambda one: one.path.endswith("/runs"),
    errors.ListenError: _never,
    errors.HomeError: _inside,
    errors.ExportError: _never,
    errors.DeliveryError: _never,
    errors.AccessError: _inside,
    errors.CodeNeededError: _never,
}


def faults(operation: Operation) -> Mapping[int, tuple[str, ...]]:
    """Status -> slugs, both rising."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for status, slug in (*_of_edge(operation), *_of_facade(operation)):
        found[int(status)].add(slug)
    return {status: tuple(sorted(found[status])) for status in sorted(found)}


def _of_facade(operation: Operation) -> Iterator[tuple[int, str]]:
    """What the facade raises."""
    for kind in _tree(NetwbError):
        near = next(one for one in kind.__mro__ if one in _WHERE)
        if _WHERE[near](operation):
            yield saying(kind).status, slug_of(kind)


def _of_edge(operation: Operation) -> Iterator[tuple[int, str]]:
    """What is refused by HTTP, or by what the route takes."""
    by_http = [400, 406, 500]
    yield HTTPStatus.BAD_REQUEST, "bad-parameters"
    takes_body = operation.body is not None or operation.open_to == "senders"
    if takes_body:
        by_http.append(413)
    if operation.body is not None:
        by_http.append(415)
        yield HTTPStatus.BAD_REQUEST, "broken-body"
        yield HTTPStatus.UNPROCESSABLE_ENTITY, "bad-body"
    if operation.must_match:
        by_http.append(428)
    if operation.open_to in {"login", "watchers"}:
        yield HTTPStatus.TOO_MANY_REQUESTS, "too-many-requests"
        if operation.method != "GET":
            yield HTTPStatus.FORBIDDEN, "xsrf"
    for status in by_http:
        yield status, slug_of_status(status)


def _tree(kind: type[NetwbError]) -> Iterator[type[NetwbError]]:
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from _tree(child)
