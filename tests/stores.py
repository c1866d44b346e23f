"""Rigs on each database: a module that says `pytestmark = EACH_STORE` is run on both.

`tests.benches.rig` takes what `new_store` gives in place of the home's own SQLite, where it is set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

EACH_STORE = pytest.mark.usefixtures("each_store")
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.real)]


@dataclass(slots=True)
class Stores:
    """Where the next rig's state goes.

    new_store   gives a home to copy and the URL of its database, which is a copy as well
    """

    new_store: Callable[[], tuple[Path, str]] | None = field(default=None)


STORES = Stores()
