"""REST of detectors: an event is stored and answered at once; what follows is the engine's work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Literal

from netwb.errors import NotAuthenticatedError
from netwb.web import process
from netwb.web.cures import over_rest
from netwb.web.fields import said
from netwb.web.operations import JSON, Answer, Call, NoQuery, Operation, Posted, Shape, answer
from netwb.web.problems import RefusedError, problem_of, problem_of_status
from netwb.workbench.attack_intake import Heard

MOST_BYTES = 64 * 1024


class HeardAnswer(Shape):
    """The event is stored. `again`: it was already, and nothing follows a second time."""

    id: Annotated[str, said("Of the message.", "msg_2f7c1b")]
    status: Annotated[Literal["new", "again", "test"], said("What became of it.", "new")]


def event(call: Call[NoQuery, None]) -> Answer:
    """Report an attack, its end, or what is known of it.

    The body is signed by the sender's key after Standard Webhooks (`webhook-id`, `webhook-timestamp`,
    `webhook-signature`), and `netwb-sender` names the sender. Its JSON is that of FastNetMon Advanced,
    with `observed_at`; netwb_notify.py makes it. The id stays the same at each try.
    """
    posted = _posted(call)
    with _in_words_for_senders():
        heard = call.bench.hear_attack(posted.headers, posted.body, address=posted.address)
    return _told(heard)


def callback(call: Call[NoQuery, None]) -> Answer:
    """The same from FastNetMon Advanced itself, whose web callback cannot sign.

    The path is the secret, and opens from the sender's networks alone.
    """
    posted = _posted(call)
    with _in_words_for_senders():
        heard = call.bench.hear_callback(call.path["secret"], posted.body, address=posted.address)
    return _told(heard)


@contextmanager
def _in_words_for_senders() -> Iterator[None]:
    """Who signs has no token to look after: it is told what is wrong with what it signed."""
    try:
        yield
    except NotAuthenticatedError as error:
        raise RefusedError(replace(problem_of(error), detail=over_rest(error))) from error


def _posted(call: Call[NoQuery, None]) -> Posted:
    assert call.posted is not None
    if len(call.posted.body) > MOST_BYTES:
        raise RefusedError(problem_of_status(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
    return call.posted


def _told(heard: Heard) -> Answer:
    if heard.how == "new":
        process.attack_came()
    told = {"id": heard.message_id, "status": heard.how}
    return answer(told, status=HTTPStatus.ACCEPTED)


OPERATIONS = (
    Operation(
        method="POST",
        path="/fastnetmon/events",
        do=event,
        gives={JSON: HeardAnswer},
        open_to="senders",
        status=202,
        pace="quick",
    ),
    Operation(
        method="POST",
        path="/fastnetmon/callback/{secret}",
        do=callback,
        gives={JSON: HeardAnswer},
        open_to="senders",
        status=202,
        pace="quick",
    ),
)
