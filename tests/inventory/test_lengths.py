"""Where something is too long, the sentence says how long it may be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from netwb.access.users import check_login, check_words
from netwb.errors import NetwbError
from netwb.inventory.fields import (
    LONGEST_TEXT,
    check_address,
    check_credential_name,
    check_hostname,
    check_labels,
    check_slug,
    check_text,
)
from netwb.inventory.netbox import check_url
from netwb.notify.routes import check_name


@pytest.mark.parametrize(
    ("check", "most"),
    [
        (check_hostname, 63),
        (check_credential_name, 63),
        (check_login, 64),
        (check_name, 64),
        (lambda text: check_slug("tenant", text), 40),
        (lambda text: check_text("role", text), LONGEST_TEXT),
        (lambda text: check_words("full name", text), 200),
        (lambda text: check_labels({text: "a"}), 63),
        (lambda text: check_address(".".join([text[:50]] * 6)), 253),
        (lambda text: check_url(f"https://n.example/{text}"), 1000),
    ],
    ids=[
        "hostname",
        "credential",
        "login",
        "target",
        "slug",
        "text",
        "words",
        "label",
        "dns",
        "url",
    ],
)
def test_how_long_it_may_be_is_said(check: Callable[[str], object], most: int) -> None:
    with pytest.raises(NetwbError, match=rf"\b{most}\b"):
        check("e" * 5_000)
