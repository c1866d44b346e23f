"""The table error class -> HTTP status, and the documents made by it."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import pytest

from netwb import errors
from netwb.web.problems import (
    SAYINGS,
    Fault,
    bad_body,
    bad_parameters,
    problem_of,
    problem_of_status,
    saying,
)


def tree(root: type[errors.NetwbError]) -> Iterator[type[errors.NetwbError]]:
    """The tree of `netwb.errors`; a class that never leaves its own folder stands there."""
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from tree(child)


def made(kind: type[errors.NetwbError], message: str) -> errors.NetwbError:
    if kind is errors.LoginThrottledError:
        return errors.LoginThrottledError(message, retry_after_s=12.4)
    return kind(message)


@pytest.mark.parametrize("kind", list(tree(errors.NetwbError)), ids=lambda kind: kind.__name__)
def test_every_error_class_has_a_status(kind: type[errors.NetwbError]) -> None:
    assert 400 <= saying(kind).status <= 599


def test_the_table_names_only_classes_of_the_tree() -> None:
    assert set(SAYINGS) <= set(tree(errors.NetwbError))


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.InputError, 400),
        (errors.NotAuthenticatedError, 401),
        (errors.CodeNeededError, 401),
        (errors.NotPermittedError, 403),
        (errors.UnknownDeviceError, 404),
        (errors.UnknownNameError, 404),
        (errors.UnknownRevisionError, 404),
        (errors.DuplicateDeviceError, 409),
        (errors.RunUnderWayError, 409),
        (errors.InventoryError, 422),
        (errors.LoginThrottledError, 429),
        (errors.StoreUnavailableError, 503),
        (errors.ArchiveDamagedError, 503),
        (errors.HomeError, 503),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value),
)
def test_the_statuses_that_scripts_rely_on(kind: type[errors.NetwbError], status: int) -> None:
    assert problem_of(made(kind, "a sentence")).status == status


@pytest.mark.parametrize(
    "kind",
    [errors.UnknownDeviceError, errors.UnknownNameError, errors.UnknownRevisionError],
    ids=lambda kind: kind.__name__,
)
def test_what_is_not_found_reads_the_same_whatever_was_asked_for(
    kind: type[errors.NetwbError],
) -> None:
    one, other = problem_of(kind("device 'a' is not known")), problem_of(kind("b, of umbra"))

    assert one == other


@pytest.mark.parametrize(
    "kind",
    [kind for kind in tree(errors.NetwbError) if not issubclass(kind, errors.DeviceError)],
    ids=lambda kind: kind.__name__,
)
def test_a_fault_inside_the_server_names_nothing_of_it(kind: type[errors.NetwbError]) -> None:
    problem = problem_of(made(kind, "/srv/netwb/netwb.db is locked"))

    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        assert "/srv" not in problem.detail
        assert "request_id" in problem.detail or "try again" in problem.detail


def test_who_is_not_known_is_told_how_to_ask() -> None:
    problem = problem_of(errors.NotAuthenticatedError("no token"))

    assert problem.headers["WWW-Authenticate"].startswith("Bearer")


def test_who_must_wait_is_told_how_long() -> None:
    problem = problem_of(made(errors.LoginThrottledError, "wait"))

    assert problem.headers["Retry-After"] == "12"


def test_a_missing_right_is_named() -> None:
    problem = problem_of(errors.NotPermittedError("ana (viewer) lacks backup.run"))

    assert "backup.run" in problem.detail


def test_rows_of_an_import_stand_in_errors() -> None:
    error = errors.ImportRefusedError("2 rows are bad", ("line 2: no site", "line 5: no address"))

    document = problem_of(error).as_json(instance="/x", request_id="r1")

    assert [fault["detail"] for fault in document["errors"]] == list(error.problems)


def test_a_document_has_every_member_of_the_contract() -> None:
    problem = bad_parameters([Fault(where="limit", detail="is too large")])

    document = problem.as_json(instance="/api/v1/x", request_id="r1")

    assert document == {
        "type": "urn:netwb:problem:bad-parameters",
        "title": "The query is wrong",
        "status": 400,
        "detail": "limit: is too large",
        "instance": "/api/v1/x",
        "request_id": "r1",
        "errors": [{"parameter": "limit", "detail": "is too large"}],
    }


def test_a_place_in_a_body_is_a_pointer() -> None:
    problem = bad_body([Fault(where="#/devices/0", detail="a"), Fault(where="#/note", detail="b")])

    assert problem.errors[0].as_json() == {"pointer": "#/devices/0", "detail": "a"}
    assert problem.detail.endswith("and 1 more, in errors")


@pytest.mark.parametrize("status", [400, 404, 405, 406, 411, 413, 415, 500, 503])
def test_every_status_of_http_alone_has_a_sentence(status: int) -> None:
    problem = problem_of_status(status)

    assert problem.status == status
    assert problem.detail
    assert problem.title == HTTPStatus(status).phrase
