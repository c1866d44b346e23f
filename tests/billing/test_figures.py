"""A group's bill as JSON, and back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from netwb.billing.figures import from_json, to_json
from netwb.errors import StoreError
from netwb.metrics.billing.reckoning import reckon
from netwb.metrics.billing.records import Exclusion
from tests.metrics.billing.counted import at, counted


def test_what_was_kept_comes_back() -> None:
    works = Exclusion(since=at(1), until=at(2), reason="works")
    windows: list[int | None] = [100, None, 300, 400]
    given, away = counted(windows), ((at(1), at(2)), (at(3), at(4)))

    for bill in (
        reckon(counted(windows, [1, 2, 3, None], commit_bps=5, exclusions=(works,))),
        reckon(counted()),
        reckon(replace(given, ports=(replace(given.ports[0], since=at(0), away=away),))),
    ):
        assert from_json(json.loads(json.dumps(to_json(bill)))) == bill


@pytest.mark.parametrize("field", ["terms", "month", "billed", "missing"])
def test_damaged_figures_are_said(field: str) -> None:
    kept = to_json(reckon(counted([100, None])))

    with pytest.raises(StoreError, match="damaged"):
        from_json({**kept, field: [{"since": "never"}]})
    with pytest.raises(StoreError, match="damaged"):
        from_json({name: value for name, value in kept.items() if name != field})
