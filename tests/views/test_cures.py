"""Errors speak of commands below the edges, and of pages on pages."""

from __future__ import annotations

import re

import pytest

from netwb.configs.owner import serial_fault
from netwb.configs.records import Identity
from netwb.cures import RUNNER
from netwb.inventory.records import Login
from netwb.views.cures import CURES, in_page
from netwb.views.navigation import PLACES
from tests.sentences import ROOT, to_be_typed

PAGE = re.compile(r"(?:^|under )([A-Z]\w+)(?=,| lists| first)")


def test_each_cure_that_is_typed_has_words_of_a_page() -> None:
    """Of commands and options in the source, so that a new one cannot be forgotten."""
    found = to_be_typed(CURES)

    assert len(found) > 40
    assert [one for one in found if one[1] not in CURES] == []


def test_no_cure_of_a_page_is_of_a_command() -> None:
    assert not [
        said for said in CURES.values() if "`" in said or "--" in said or "netwb " in said[:6]
    ]


def test_each_page_that_a_cure_names_is_in_the_navigation() -> None:
    named = {name for said in CURES.values() for name in PAGE.findall(said)}

    assert {"Bills", "Inventory", "Admin"} <= named
    assert named <= {place.title for place in PLACES}


def test_views_say_errors_in_the_words_of_pages_alone() -> None:
    plain = ("str(error)", "{error}", "esc(error)", "str(cause)")
    found = [
        (path.name, word)
        for path in (ROOT / "netwb" / "views").rglob("*.py")
        for word in plain
        if word in path.read_text(encoding="utf-8")
    ]

    assert found == []


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("nothing to be typed; wait", "nothing to be typed; wait"),
        (
            "acme/edge1: host key changed; look at it, then run `netwb device trust acme/edge1`",
            "acme/edge1: host key changed; look at the new key, and trust it, on the device's page",
        ),
        (
            (
                "credential acme/lab exists already; take another name, or change it with"
                " `netwb credential set acme/lab`"
            ),
            (
                "credential acme/lab exists already; take another name, or change it under Inventory,"
                " Places, Credentials"
            ),
        ),
        (
            (
                "unknown column ip; leave it out with --ignore COLUMN, or name it with --map"
                " COLUMN=OURS, ours being tenant, site"
            ),
            "unknown column ip; leave it out below, or say below which column it is",
        ),
        (
            (
                "acme/edge1 sent 3 lines where 90 were stored; look at it with `netwb quarantine show"
                " acme/edge1` and accept or discard it; the very same text fetched once more is believed"
            ),
            (
                "acme/edge1 sent 3 lines where 90 were stored; look at it under Configs, Quarantine, and"
                " accept or discard it; the very same text fetched once more is believed"
            ),
        ),
        (
            (
                "database main is not there; put back a copy of it, correct store.url, or set another"
                " home up with `netwb init`"
            ),
            f"database main is not there; {RUNNER}",
        ),
        ("tenant acme is retired; run `netwb unheard of`", "tenant acme is retired"),
        (
            (
                "the last admin stays; give another person that role first, or do it on the machine itself"
                " with `netwb user set --role`"
            ),
            "the last admin stays; give another person that role first",
        ),
    ],
    ids=range(8),
)
def test_a_page_says_what_it_offers_itself(sentence: str, said: str) -> None:
    assert in_page(sentence) == said


def test_cures_that_are_put_together_as_they_come_have_words_too() -> None:
    login = Login(credential="acme/lab", username="u", password="p")
    for options in ("", "--enable prompt", "--key file:PATH --passphrase prompt"):
        said = in_page(f"it is refused; set it with `{login.setting(options)}`")
        assert said.endswith("under Inventory, Places, Credentials")

    fault = serial_fault(Identity(hostname="edge1", serial="A"), "B")
    assert fault is not None
    assert in_page(fault.cause).endswith("; if the device was exchanged, replace it on its page")
