"""Real components that a test needs: skip where one is missing, fail where all must be there.

`tests/run --require-real` sets NETWB_TESTS_REQUIRE_REAL=1, so that no skip hides in CI a test that
never runs.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

REQUIRE_REAL = "NETWB_TESTS_REQUIRE_REAL"


def require_real(
    name: str,
    present: bool = True,  # noqa: FBT001, FBT002 - the statement reads aloud: require sshd, present
    *,
    missing: Sequence[str] = (),
) -> None:
    """Go on when the component is there; else skip, or fail where every one is required.

    missing    the parts of it that this machine lacks, for the message
    """
    if present and not missing:
        return
    message = f"{name} needs {', '.join(missing)}" if missing else f"{name} is missing"
    if os.environ.get(REQUIRE_REAL) == "1":
        pytest.fail(f"{message}, and {REQUIRE_REAL}=1 requires it", pytrace=False)
    pytest.skip(message)
