"""A day of an ERP that asks once a minute, by a virtual clock: what it costs, and what it learns."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.access.records import NewToken
from netwb.roles import Role
from tests.benches import rig
from tests.web.rest import Client, serving
from tests.web.statements import statements
from tests.workbench.people import add

DAY = 24 * 60
EDITED = {7, 8, 100, 177, 300, 777, 1400}  # minutes in which somebody changed something


@pytest.mark.parametrize("minutes", [3 * 60, pytest.param(DAY, marks=pytest.mark.full)])
def test_a_day_of_minutes_costs_a_304_each_and_misses_nothing(tmp_path: Path, minutes: int) -> None:
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "umbra": ("core1",)}) as made:
        add(made, "erp", Role.ENGINEER, "acme")
        token = made.bench.issue_token(NewToken(user="erp", days=2)).secret
        acme = next(one.id for one in made.bench.tenants() if one.slug == "acme")
        with serving(made.bench) as port:
            client, path = Client(port=port, token=token), f"/erp/inventory/{acme}"
            first = client.get(path)
            sequence, tag, learnt = first.json["sequence"], "", []
            answers: Counter[int] = Counter()
            asked = statements(made)
            lists = 0
            for minute in range(minutes):
                made.clock.now += timedelta(minutes=1)
                if minute in EDITED:
                    made.bench.set_device("acme/edge1", contract_ref=f"C-{minute}")
                made.bench.set_device("umbra/core1", contract_ref=f"U-{minute}")
                asked.clear()
                reply = client.get(f"{path}?updated_since={sequence}", **{"If-None-Match": tag})
                answers[reply.status] += 1
                lists += any("FROM device" in one for one in asked) and reply.status == 304
                if reply.status == 200:
                    learnt += [one["contract_ref"] for one in reply.items]
                    sequence, tag = reply.json["sequence"], ""
                else:
                    tag = reply.headers["etag"]
                if not tag:  # the tag of the question that is asked from now on
                    tag = client.get(f"{path}?updated_since={sequence}").headers["etag"]

    edited = sorted(minute for minute in EDITED if minute < minutes)
    assert learnt == [f"C-{minute}" for minute in edited]
    assert answers == {200: len(edited) + 1, 304: minutes - len(edited) - 1}
    assert lists == 0, "an unchanged list is told without being read"
