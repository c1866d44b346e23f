"""What a receiver says of the URL that it was sent to is hidden, in whatever form it says it."""

from __future__ import annotations

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.notify.hiding import HIDDEN, hidden_webhook

URL = "https://hooks.example.org/T0Kx/PATHTOKEN-S3CRET-abcdef/a%2Fb%20Sp%C3%A4t?token=ECHO%2BTOK&q9Zr7"


@pytest.mark.parametrize(
    "quoted",
    [
        "PATHTOKEN-S3CRET-abcdef",
        "pathtoken-s3cret-abcdef",
        "PATHTOKEN-S3C",  # cut off
        "a%2Fb%20Sp%C3%A4t",
        "a%2fb%20sp%c3%a4t",
        "a/b Spät",
        "a%252Fb%2520Sp",
        r"a/b Sp\u00e4t",
        "ECHO%2BTOK",
        "ECHO+TOK",
        "echo+tok",
        "q9Zr7",
        "T0Kx",
    ],
)
def test_no_form_of_path_and_query_is_left(quoted: str) -> None:
    said = hidden_webhook(f"unknown {quoted}.", URL)

    assert quoted not in said
    assert said.startswith("unknown ****")


def test_words_that_are_not_of_the_url_stay() -> None:
    said = hidden_webhook("no room left for hooks.example.org: down for maintenance", URL)

    assert said == "no room left for hooks.example.org: down for maintenance"


_SEGMENT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40)


@given(segment=_SEGMENT.filter(lambda text: "*" not in text))
def test_a_segment_is_hidden_however_it_is_quoted(segment: str) -> None:
    url = f"https://hooks.example.org/{quote(segment, safe='')}"

    for form in (segment, segment.lower(), quote(segment), unquote(segment), segment[:-1]):
        if len(form) >= 7:
            assert form not in hidden_webhook(f"<{form}>", url).replace(HIDDEN, "")
