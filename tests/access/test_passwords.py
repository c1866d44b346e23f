"""Passwords: hashed, compared in equal time, renewed, and not too easy to guess."""

from __future__ import annotations

from statistics import median
from time import perf_counter

import pytest
from argon2 import PasswordHasher

from netwb.access.password_rule import check_password
from netwb.access.passwords import Passwords
from netwb.errors import InputError

GOOD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)


def test_the_right_password_is_right_and_every_hash_another() -> None:
    passwords = Passwords(CHEAP)

    one, other = passwords.hash(GOOD), passwords.hash(GOOD)

    assert one != other
    assert passwords.check(one, GOOD).word == "right"
    assert passwords.check(one, GOOD + "x").word == "wrong"
    assert passwords.check(one, GOOD).renewed is None


def test_letters_composed_in_another_way_are_the_same() -> None:
    passwords = Passwords(CHEAP)

    assert (
        passwords.check(passwords.hash("Köln am Rhein 1"), "Ko\u0308ln am Rhein 1").word == "right"
    )


@pytest.mark.parametrize("encoded", [None, "", "no hash", "$argon2id$v=19$m=1"])
def test_without_a_hash_nothing_is_right(encoded: str | None) -> None:
    assert Passwords(CHEAP).check(encoded, GOOD).word == "wrong"


def test_a_hash_by_older_parameters_is_renewed() -> None:
    old, new = Passwords(CHEAP), Passwords(PasswordHasher(time_cost=2, memory_cost=8192))

    renewed = new.check(old.hash(GOOD), GOOD).renewed

    assert renewed is not None
    assert new.check(renewed, GOOD) == new.check(renewed, GOOD)
    assert new.check(renewed, GOOD).renewed is None
    assert new.check(old.hash(GOOD), "x").renewed is None


def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    passwords = Passwords()
    encoded = passwords.hash(GOOD)

    def took_s(known: str | None) -> float:
        start = perf_counter()
        passwords.check(known, "wrong password")
        return perf_counter() - start

    pairs = [(took_s(encoded), took_s(None)) for _ in range(9)]
    known, unknown = (median(column) for column in zip(*pairs, strict=True))

    assert 0.5 < unknown / known < 2


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("tiny", "12 characters"),
        ("a" * 2000, "1024 characters"),
        ("noc@acme.example", "is the name"),
        ("NOC@ACME.EXAMPLE", "is the name"),
        ("elpmaxe.emca@con", "is the name"),
        ("aaaaaaaaaaaaaaaa", "repeated"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_in_words(password: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as refusal:
        check_password("noc@acme.example", password)

    assert password not in str(refusal.value)


def test_a_sentence_is_taken() -> None:
    assert check_password("ana", GOOD) == GOOD
