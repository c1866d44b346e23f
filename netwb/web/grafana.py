"""REST for Grafana: Graphite's questions, answered by netwb, and who a browser is there.

`netwb.grafana.graphite` tells why Grafana asks netwb and not the database. The proxy before Grafana
asks `/grafana/account` at each request with the browser's own cookie (nginx: `auth_request`), and
tells Grafana the account that it is given; 401 and 403 end the request at the proxy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field, RootModel

from netwb.grafana.graphite import HEALTH, parse_choice, parse_target
from netwb.roles import Permission
from netwb.web.fields import Commit, said
from netwb.web.operations import FORM, JSON, Answer, Asked, Call, Operation, Shape, answer
from netwb.workbench.grafana import Annotation, Curve

MOST_TARGETS = 50  # curves of one question: more are not told apart
_HEALTHY = 100.0  # constantLine(100)
_LONGEST = 1_000  # characters of one word

Word = Annotated[str, Field(max_length=_LONGEST)]
Time = Annotated[
    str,
    Field(
        max_length=40,
        description="Epoch seconds, now, or back from now: -6h.",
        examples=["-6h"],
    ),
]


class RenderBody(Asked):
    """What Graphite's `/render` takes, as Grafana sends it."""

    target: Annotated[
        list[Word],
        Field(
            min_length=1,
            max_length=MOST_TARGETS,
            description="Curves.",
            examples=[["traffic('acme', 'edge1', 'xe-0/0/0', 'in_bps')"]],
        ),
    ]
    since: Annotated[Time, Field(alias="from")] = "-24h"
    until: Time = "now"
    points: Annotated[
        int,
        Field(
            alias="maxDataPoints",
            ge=1,
            le=100_000,
            description="Most points of a curve.",
            examples=[600],
        ),
    ] = 600
    format: Annotated[
        Literal["json"], Field(description="Nothing else is given.", examples=["json"])
    ] = "json"


class NamesQuery(Asked):
    """What Graphite's `/metrics/find` takes; names do not depend on times here."""

    query: Annotated[Word, Field(description="Which names.", examples=["devices('acme')"])] = (
        "tenants()"
    )
    since: Annotated[Time, Field(alias="from")] = ""
    until: Time = ""


class TimesQuery(Asked):
    """Times beside a form."""

    since: Annotated[Time, Field(alias="from")] = ""
    until: Time = ""


class NamesBody(Asked):
    """The same as a form."""

    query: Annotated[Word, Field(description="Which names.", examples=["devices('acme')"])] = (
        "tenants()"
    )


class AnnotationsQuery(Asked):
    """What Graphite's `/events/get_data` takes."""

    since: Annotated[Time, Field(alias="from")] = "-24h"
    until: Time = "now"
    tags: Annotated[
        Word,
        Field(
            description="Tenant and hostname, a space between them; all are to fit.",
            examples=["acme edge1"],
        ),
    ] = ""


class AccountQuery(Asked):
    """The organization that a browser wants."""

    organization: Annotated[
        int | None,
        Field(
            ge=0, le=10**9, description="Grafana's number of it; 0: any of one's own.", examples=[2]
        ),
    ] = None


class CurveAnswer(Shape):
    """A curve; a point is a value and epoch seconds."""

    target: Annotated[str, said("The curve's name.", "edge1 xe-0/0/0 in_bps")]
    datapoints: Annotated[
        list[list[float | int | None]],
        said("Value and epoch seconds each; null: none is known.", [[8000000.0, 1795824000]]),
    ]


class CurvesAnswer(RootModel[list[CurveAnswer]]):
    """One a target, in their order."""


class NameAnswer(Shape):
    """One name."""

    text: Annotated[str, said("The name.", "edge1")]
    id: Annotated[str, said("The same.", "edge1")]
    leaf: Annotated[int, said("1: nothing is below it.", 0)]
    expandable: Annotated[int, said("1: something is below it.", 1)]
    allowChildren: Annotated[int, said("As `expandable`.", 1)]  # noqa: N815 - Graphite's own spelling


class NamesAnswer(RootModel[list[NameAnswer]]):
    """Names, sorted."""


class AnnotationAnswer(Shape):
    """One change of a configuration; `when` is epoch seconds."""

    id: Commit
    when: Annotated[int, said("Epoch seconds.", 1795824000)]
    what: Annotated[str, said("In a line.", "edge1: ana, +2 -1")]
    data: Annotated[str, said("Sections that were touched.", "router bgp 64500")]
    tags: Annotated[list[str], said("Of Grafana.", ["configuration", "acme", "edge1"])]


class AnnotationsAnswer(RootModel[list[AnnotationAnswer]]):
    """Newest first."""


def render(call: Call[Any, RenderBody]) -> Answer:
    """Curves of ports, for Grafana's Graphite data source.

    A target is `traffic('TENANT', 'HOSTNAME', 'IFNAME', 'VALUE')`.
    """
    body = call.body
    since, until = call.bench.graphite_span(body.since, body.until)
    if body.target == [HEALTH]:
        points = [(int(at.timestamp()), _HEALTHY) for at in (since, until)]
        return answer([_curve(Curve(label="100", points=points))])
    targets = [parse_target(text) for text in body.target]
    found = call.bench.curves(targets, since=since, until=until, points=body.points)
    return answer([_curve(one) for one in found])


def names(call: Call[NamesQuery, None]) -> Answer:
    """Names for a drop-down of Grafana: `tenants()`, `devices('TENANT')`, `ports('TENANT', 'HOST')`."""
    return _named(call, call.query.query)


def names_by_form(call: Call[TimesQuery, NamesBody]) -> Answer:
    """The same, as newer ones of Grafana ask."""
    return _named(call, call.body.query)


def events(call: Call[AnnotationsQuery, None]) -> Answer:
    """Changes of configurations as Grafana's annotations, newest first, at most a hundred."""
    since, until = call.bench.graphite_span(call.query.since, call.query.until)
    found = call.bench.annotations(since=since, until=until, words=call.query.tags.split())
    return answer([_event(one) for one in found])


def account(call: Call[AccountQuery, None]) -> Answer:
    """By which account of Grafana the caller is seen there; for the proxy before Grafana.

    Its name and organization stand in `X-Netwb-Account` and `X-Netwb-Organization`; 403 where the
    caller has none, or not that one.
    """
    seat = call.bench.grafana_seat(call.query.organization or None)
    headers = {"X-Netwb-Account": seat.account, "X-Netwb-Organization": str(seat.number)}
    return Answer(content=b"", status=204, headers=headers)


def _named(call: Call[Any, Any], query: str) -> Answer:
    asked = parse_choice(query)
    leaf = int(asked.of == "ports")
    return answer(
        [
            NameAnswer(
                text=name, id=name, leaf=leaf, expandable=1 - leaf, allowChildren=1 - leaf
            ).model_dump()
            for name in call.bench.choices(asked)
        ]
    )


def _curve(curve: Curve) -> dict[str, Any]:
    return {"target": curve.label, "datapoints": [[value, at] for at, value in curve.points]}


def _event(found: Annotation) -> dict[str, Any]:
    change = found.change
    return {
        "id": change.id,
        "when": int(change.at.timestamp()),
        "what": f"{change.hostname}: {change.author}, +{change.added or 0} -{change.removed or 0}",
        "data": ", ".join(found.sections),
        "tags": ["configuration", change.tenant, change.hostname],
    }


def _operation(
    method: Any, path: str, do: Callable[[Call[Any, Any]], Answer], gives: Any, **more: Any
) -> Operation:
    needs = more.pop("needs", Permission.TRAFFIC_VIEW)
    return Operation(method=method, path=path, do=do, gives={JSON: gives}, needs=needs, **more)


_SEAT = {
    "X-Netwb-Account": ("The account's name.", "netwb-acme"),
    "X-Netwb-Organization": ("Grafana's number of its organization.", "2"),
}
OPERATIONS = (
    _operation("POST", "/graphite/render", render, CurvesAnswer, body=RenderBody, takes=FORM),
    _operation("GET", "/graphite/metrics/find", names, NamesAnswer, query=NamesQuery),
    _operation(
        "POST",
        "/graphite/metrics/find",
        names_by_form,
        NamesAnswer,
        query=TimesQuery,
        body=NamesBody,
        takes=FORM,
    ),
    _operation(
        "GET",
        "/graphite/events/get_data",
        events,
        AnnotationsAnswer,
        query=AnnotationsQuery,
        needs=Permission.CONFIG_VIEW,
    ),
    _operation(
        "GET",
        "/grafana/account",
        account,
        None,
        query=AccountQuery,
        status=204,
        pace="quick",
        tells=_SEAT,
    ),
)
