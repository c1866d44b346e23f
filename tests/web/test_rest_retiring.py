"""What is on its way out says so on each answer, and where to go from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netwb.access.records import NewToken, NewUser
from netwb.roles import Role
from netwb.web.openapi import document
from netwb.web.operations import Operation, Retiring
from netwb.web.retiring import told
from netwb.web.routes import OPERATIONS
from tests.benches import rig
from tests.web.rest import Client, serving

SINCE, GONE = datetime(2026, 11, 28, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)
CHANGES = next(one for one in OPERATIONS if one.path == "/backup/changes")
OLD = replace(
    CHANGES,
    older={},
    retiring=Retiring(
        deprecated_at=SINCE, sunset_at=GONE, instead="changes", link="/api/v2/changes"
    ),
)


@pytest.fixture(scope="module")
def ana(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder: Path = tmp_path_factory.mktemp("retiring")
    with rig(folder, {"acme": ("edge1",)}) as made, serving(made.bench) as port:
        made.bench.add_user(NewUser(name="ana", role=Role.ADMIN, tenants=None))
        yield Client(port=port, token=made.bench.issue_token(NewToken(user="ana", days=1)).secret)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/backup/changes?", "get_backup_changes"),
        ("/backup/search?text=ntp&", "get_backup_search"),
    ],
)
def test_an_older_name_works_and_the_answer_says_since_when_it_is_deprecated(
    ana: Client, path: str, place: str
) -> None:
    old, new = ana.get(f"{path}author=ana"), ana.get(f"{path}by=ana")

    assert (old.status, old.body) == (new.status, new.body)
    assert old.headers["deprecation"] == "@1795824000"
    assert old.headers["link"] == f'</api/v1/docs#{place}>; rel="deprecation"; type="text/html"'
    assert "sunset" not in old.headers  # nobody has decided
    assert {"deprecation", "link"}.isdisjoint(new.headers)


def test_a_refused_request_with_an_older_name_is_told_too(ana: Client) -> None:
    reply = ana.get("/backup/changes?author=ana&limit=0")

    assert reply.status == 400
    assert reply.headers["deprecation"] == "@1795824000"


def test_the_page_has_the_place_that_is_told(ana: Client) -> None:
    assert b'id="get_backup_changes"' in ana.get("/docs").body


def test_an_operation_that_goes_says_when_and_what_stands_in_its_place() -> None:
    assert [*told(OLD, [])] == [
        ("Deprecation", "@1795824000"),
        ("Sunset", "Tue, 01 Jun 2027 00:00:00 GMT"),
        ("Link", '</api/v2/changes>; rel="successor-version"'),
    ]


def test_of_several_things_the_first_date_of_each_is_told() -> None:
    earlier = Retiring(deprecated_at=datetime(2026, 1, 1, tzinfo=UTC), instead="by")
    both = replace(OLD, older={"author": earlier})

    found = dict(told(both, ["author", "since"]))

    assert found["Deprecation"] == f"@{int(earlier.deprecated_at.timestamp())}"
    assert found["Sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT"


def test_the_document_marks_it() -> None:
    def parameters(one: Operation) -> dict[str, bool]:
        told = document([one])["paths"][one.route]["get"]
        return {each["name"]: each.get("deprecated", False) for each in told["parameters"]}

    assert document([OLD])["paths"][OLD.route]["get"]["deprecated"] is True
    assert "deprecated" not in document([CHANGES])["paths"][CHANGES.route]["get"]
    assert parameters(CHANGES)["author"]
    assert not parameters(CHANGES)["by"]


def test_every_older_name_is_taken_and_has_a_newer_one() -> None:
    for operation in OPERATIONS:
        for name, one in operation.older.items():
            found = operation.query.model_fields[one.instead].validation_alias
            assert name in getattr(found, "choices", ()), (operation.path, name)
