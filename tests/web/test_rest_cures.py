"""Errors speak of requests to whoever has REST alone, never of commands or of the server's paths."""

from __future__ import annotations

import pytest

from netwb import errors
from netwb.web.cures import CURES, over_rest
from netwb.web.operations import BASE
from netwb.web.problems import cause_of, problem_of
from netwb.web.routes import OPERATIONS
from tests.sentences import to_be_typed


def test_each_cure_that_is_typed_has_words_of_rest() -> None:
    """Of commands and options in the source, so that a new one cannot be forgotten."""
    assert [one for one in to_be_typed(CURES) if one[1] not in CURES] == []


def test_no_cure_of_rest_is_of_a_command_and_each_route_in_one_is_there() -> None:
    assert not [said for said in CURES.values() if "`" in said or "--" in said]

    routes = {f"{operation.method} {operation.route}" for operation in OPERATIONS}
    named = [said for said in CURES.values() if f" {BASE}/" in f" {said}"]
    assert len(named) > 5
    assert [said for said in named if not any(said.startswith(route) for route in routes)] == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            errors.InputError("none of them failed; `netwb quarantine list` shows the rest"),
            "none of them failed; GET /api/v1/backup/quarantine lists what is",
        ),
        (
            errors.HostKeyChangedError(
                "acme/edge1: host key changed; look at it, then run `netwb device trust acme/edge1`"
            ),
            "acme/edge1: host key changed; have who keeps the inventory look at the new key, and trust it",
        ),
        (errors.InventoryError("nothing to be typed; wait"), "nothing to be typed; wait"),
    ],
    ids=["request", "person", "plain"],
)
def test_a_problem_names_what_its_reader_can_do(error: errors.NetwbError, said: str) -> None:
    assert problem_of(error).detail == said
    assert over_rest(error) == said
    assert cause_of(type(error).__name__, str(error)) == {
        "kind": type(error).__name__,
        "message": said,
    }


@pytest.mark.parametrize(
    "kind", [errors.StoreUnavailableError, errors.ArchiveDamagedError, errors.HomeError]
)
def test_what_fails_inside_names_no_path_to_whoever_looks(kind: type[errors.NetwbError]) -> None:
    broken = kind("file /srv/home/netwb.db is gone; run `netwb init`")

    told = (problem_of(broken).detail, cause_of(kind.__name__, str(broken))["message"])

    assert not [said for said in told if "/srv" in said or "netwb init" in said]
    assert all("the server's log has it" in said for said in told)


def test_a_cause_of_no_known_class_is_told_by_its_own_sentence() -> None:
    told = cause_of("GoneError", "acme/edge1 went away; `netwb device list` names the others")

    assert (
        told["message"] == "acme/edge1 went away; GET /api/v1/backup/devices lists those that are"
    )
