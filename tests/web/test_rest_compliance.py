"""Compliance by REST: pages, tables, tags, one finding, waivers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netwb.access.records import NewToken, NewUser
from netwb.inventory.records import NewDevice
from netwb.roles import Permission, Role
from tests.benches import Rig, a_night, rig
from tests.compliance.keeping import BAD, GOOD, HOSTS, NTP, ONLY_OURS, change, put_rules
from tests.web.rest import Client, serving

BASE = "/compliance"


def one_breaks(made: Rig) -> None:
    a_night(made)
    change(made, "acme/edge1", ntp=BAD, by="ben")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS, past=one_breaks, settings=ONLY_OURS) as one:
        put_rules(one)
        one.bench.check()
        one.bench.check_history(30)
        one.bench.add_user(NewUser(name="eva", role=Role.ENGINEER, tenants=None))
        yield one


@pytest.fixture
def port(made: Rig) -> Iterator[int]:
    with serving(made.bench) as number:
        yield number


def client(made: Rig, port: int, *only: Permission) -> Client:
    token = NewToken(user="eva", days=1, allow=tuple(only) or None)
    return Client(port=port, token=made.bench.issue_token(token).secret)


def items(one: Client, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = one.get(f"{BASE}/results?{query}").json["items"]
    return found


def test_cells_come_by_pages_and_each_once(made: Rig, port: int) -> None:
    eva = client(made, port)
    whole = eva.get(f"{BASE}/results").json

    walked, cursor = [], ""
    while True:
        page = eva.get(f"{BASE}/results?limit=4{cursor}").json
        walked += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert len(whole["items"]) == 6
    assert walked == whole["items"]
    assert whole["counts"]["non_compliant"] == 1
    assert whole["next"] is None
    assert whole["problems"] == []


def test_cells_are_narrowed_by_what_is_asked(made: Rig, port: int) -> None:
    eva = client(made, port)

    (broken,) = items(eva, "state=non_compliant")
    assert (broken["hostname"], broken["rule"], broken["revision_number"]) == (
        "edge1",
        "ntp-ours",
        2,
    )
    assert {one["tenant"] for one in items(eva, "tenant=umbra")} == {"umbra"}
    assert len(items(eva, "rule=no-http")) == 3
    assert eva.get(f"{BASE}/results?rule=no-http").json["counts"]["compliant"] == 3
    assert eva.get(f"{BASE}/results?rule=ntp-ours").json["counts"]["non_compliant"] == 1
    assert sum(eva.get(f"{BASE}/results?rule=nothing").json["counts"].values()) == 0
    assert len(items(eva, "device=acme/edge2")) == 2
    assert eva.get(f"{BASE}/results?device=edge9").status == 404
    assert eva.get(f"{BASE}/results?state=bad").status == 400


def test_a_spreadsheet_gets_the_same_as_a_table_with_a_link_to_the_next_page(
    made: Rig, port: int
) -> None:
    eva = client(made, port)
    reply = eva.get(f"{BASE}/results?limit=4", Accept="text/csv")

    rows = list(csv.DictReader(io.StringIO(reply.body.decode())))
    assert [row["rule"] for row in rows] == ["no-http", "ntp-ours", "no-http", "ntp-ours"]
    following = reply.headers["link"].partition(">")[0].removeprefix("<")
    assert len(eva.ask("GET", following).json["items"]) == 2


def test_what_did_not_change_is_told_by_its_tag_alone(made: Rig, port: int) -> None:
    eva = client(made, port)
    first = eva.get(f"{BASE}/rules")

    again = eva.get(f"{BASE}/rules", **{"If-None-Match": first.headers["etag"]})

    assert (again.status, again.body) == (304, b"")
    assert [one["id"] for one in first.json["items"]] == ["no-http", "ntp-ours"]


def test_a_finding_tells_lines_and_since_when(made: Rig, port: int) -> None:
    eva = client(made, port)
    found = eva.get(f"{BASE}/results/{made.devices['acme/edge1'].id}/ntp-ours").json

    assert found["state"] == "non_compliant"
    assert found["by"] == "ben"
    assert [(one["old"], one["new"], one["author"]) for one in found["timeline"]] == [
        ("compliant", "non_compliant", "ben")
    ]
    assert "ntp server 192.0.2.53" in found["reason"]
    assert eva.get(f"{BASE}/results/edge1/nothing").status == 404
    assert eva.get(f"{BASE}/results/edge9/ntp-ours").status == 404


def test_without_the_right_to_configurations_no_word_of_one_is_told(made: Rig, port: int) -> None:
    put_rules(
        made, NTP.replace("must_contain: ntp server 192.0.2.53", "must_not_match: '^ntp server '")
    )
    made.bench.check()
    narrow = client(made, port, Permission.COMPLIANCE_VIEW)
    wide = client(made, port)

    hidden, shown = (one.get(f"{BASE}/results/edge1/ntp-ours") for one in (narrow, wide))

    assert BAD in shown.body.decode()
    assert hidden.status == 200
    assert BAD not in hidden.body.decode()
    assert (hidden.json["lines"], hidden.json["remediation"]) == ([], "")
    assert hidden.json["state"] == "non_compliant"


def test_a_waiver_is_given_and_ended(made: Rig, port: int) -> None:
    eva = client(made, port)
    wanted = {"device": "acme/edge1", "rule": "ntp-ours", "reason": "CHG1", "until": "3d"}

    given = eva.post(f"{BASE}/waivers", wanted)
    waived = items(eva, "state=waived")
    listed = eva.get(f"{BASE}/waivers").json["items"]
    ended = eva.post(f"{BASE}/waivers/{given.json['id']}/end", {})

    assert given.status == 201
    assert (given.json["owner"].partition("/")[0], given.json["in_force"]) == ("eva", True)
    assert [one["rule"] for one in waived] == ["ntp-ours"]
    assert [one["id"] for one in listed] == [given.json["id"]]
    assert (ended.status, ended.json["in_force"]) == (200, False)
    assert eva.get(f"{BASE}/waivers").json["items"] == []
    assert len(eva.get(f"{BASE}/waivers?over=true").json["items"]) == 1
    assert eva.post(f"{BASE}/waivers", {**wanted, "until": "999d"}).status == 400
    assert eva.post(f"{BASE}/waivers", {**wanted, "rule": "nothing"}).status == 404
    looking = client(made, port, Permission.COMPLIANCE_VIEW)
    assert looking.post(f"{BASE}/waivers", wanted).status == 403


def test_what_was_mended_is_compliant_once_it_is_judged(made: Rig, port: int) -> None:
    eva = client(made, port)
    change(made, "acme/edge1", ntp=GOOD)
    before = items(eva, "state=non_compliant")
    made.bench.check_changed()

    assert (len(before), items(eva, "state=non_compliant")) == (1, [])


def test_a_finding_without_a_copy_says_so_in_a_sentence(made: Rig, port: int) -> None:
    made.bench.add_device(
        NewDevice(
            tenant="acme",
            site="fra1",
            hostname="newbox",
            address="127.0.0.1",
            platform="cisco_ios",
        )
    )

    found = client(made, port).get(f"{BASE}/results/newbox/ntp-ours").json

    assert (found["state"], found["lines"]) == ("not_evaluated", [])
    assert found["reason"] == "no good copy of the configuration is kept"
