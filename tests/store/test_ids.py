"""Opaque identifiers."""

from __future__ import annotations

import re

from netwb.store.ids import new_id


def test_an_id_is_sixteen_lower_case_letters_and_digits() -> None:
    assert re.fullmatch(r"[0-9a-z]{16}", new_id())


def test_ids_do_not_repeat() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000
