"""The files and messages of the vault's ref, there and back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.archive.remote.carried import (
    NOTHING,
    CarriedState,
    SealedSecret,
    about,
    message,
    numbered,
    parse_about,
    parse_message,
    parse_secrets,
    render_seals,
    render_secrets,
    sealed_commits,
)

WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
SECRETS = st.builds(
    SealedSecret,
    token=WORDS,
    full=WORDS,
    sealed=st.binary(max_size=80),
    fingerprint=WORDS,
    rule=WORDS,
    created_at=st.datetimes(timezones=st.just(UTC)),
)


@given(st.lists(SECRETS, max_size=5))
def test_what_is_rendered_is_read_again(secrets: list[SealedSecret]) -> None:
    rendered = render_secrets(secrets)

    assert list(parse_secrets(rendered)) == secrets
    assert rendered.count(b"\n") == len(secrets)


def test_a_message_tells_up_to_where_the_vault_was_carried() -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    state = CarriedState(secrets=7, newest=at.isoformat(), inventory="ab", keys="")

    assert parse_message(message(state, added=2).decode()) == state


@pytest.mark.parametrize("text", ["", "by hand", "x\n\nSecrets: many\nNewest: x\n"])
def test_a_message_that_is_not_ours_tells_nothing(text: str) -> None:
    assert parse_message(text) == NOTHING


@pytest.mark.parametrize("content", [b"", b"{}", b'{"format": 2}', b"[1]", b"\xff"])
def test_a_file_that_is_not_ours_or_newer_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_about(content)


def test_files_of_secrets_stand_in_the_order_of_their_making() -> None:
    names = [numbered("secrets/", number) for number in (1, 2, 10, 99999)]

    assert names == sorted(names)
    assert parse_about(about("t1")) == "t1"


def test_a_commit_is_ours_where_its_seal_is_by_our_key_and_for_that_commit() -> None:
    ours, theirs = render_seals(b"k" * 32, ["a" * 40]), render_seals(b"x" * 32, ["b" * 40])
    exchanged = ours.replace(b"a" * 40, b"c" * 40)

    read = list(sealed_commits(b"k" * 32, ours + theirs + exchanged + b"d\n\xff \xff\n"))

    assert read == ["a" * 40]
