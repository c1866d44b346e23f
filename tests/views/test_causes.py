"""A cause in a list: what happened, without what stands beside it and without a command's cure."""

import pytest

from netwb.views.causes import cause_alone


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "acme/edge1 sent 9 lines where 250 were stored; look at it",
            "Sent 9 lines where 250 were stored",
        ),
        ("edge1 (192.0.2.1:22): the port is closed; check it", "192.0.2.1:22: the port is closed"),
        ("the end mark is missing.", "The end mark is missing"),
        ("acme/edge10 sent nothing", "Acme/edge10 sent nothing"),
        (
            "repository /srv/net/acme.git refused: fatal: cannot open '/srv/net/acme.git/HEAD'",
            "Repository acme.git refused: fatal: cannot open 'HEAD'",
        ),
        (
            "% Error opening disk0:/a/b/c (No such file)",
            "% Error opening disk0:/a/b/c (No such file)",
        ),
        ("", ""),
    ],
)
def test_a_cause_stands_alone(message: str, said: str) -> None:
    assert cause_alone(message, "edge1") == said
