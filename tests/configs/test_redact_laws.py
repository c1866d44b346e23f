"""The laws of redaction, for any bytes mixed with lines that rules match."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwb.configs.records import Placed, Secret, VolatileLine
from netwb.configs.redact import find_tokens, redact, restore
from netwb.configs.spans import FEW, MANY, is_long, rule_spans, rules_of
from netwb.configs.tokens import Tokens
from netwb.errors import ArchiveDamagedError, SecretMissingError
from netwb.platforms.record import Platform
from tests.configs.conftest import KEY, read_platform
from tests.configs.test_redact_forms import TABLES

PLATFORMS = {name: read_platform(name) for name in TABLES}
RULE_LINES = st.sampled_from(
    [(name, line.encode()) for name, rows in TABLES.items() for line, *_ in rows]
)
SECRETS = st.one_of(
    st.sampled_from([b"Abcdefg1", b"cdefg1Abcd", b"Abcdefg1Abcdefg1", b"aaaaaaaaa1aaaaaaaa1"]),
    st.from_regex(rb"[!-~]{1,20}", fullmatch=True),
)
PIECES = st.one_of(
    st.binary(max_size=30),
    RULE_LINES.map(lambda row: row[1]),
    SECRETS,
    SECRETS.map(lambda secret: b"username ana secret 0 " + secret),
    SECRETS.map(lambda secret: b" description " + secret + b" again" + secret),
    st.sampled_from([b"<netwb:", b"<netwb:secret:0123456789abcdef>", b"<netw", b"<", b"netwb:"]),
)
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from([b"\n", b"", b" "])), max_size=12).map(
    lambda pieces: b"".join(piece + end for piece, end in pieces)
)
NAMES = st.sampled_from(sorted(PLATFORMS))


def values_of(secrets: Mapping[str, Secret]) -> dict[str, bytes]:
    return {token: secret.value for token, secret in secrets.items()}


@settings(max_examples=100, deadline=None)
@given(NAMES, TEXTS)
def test_restoring_gives_the_text_byte_for_byte(name: str, text: bytes) -> None:
    redacted = redact(text, (), PLATFORMS[name], key=KEY)

    assert restore(redacted.text, redacted.placed, values_of(redacted.secrets)) == text


@settings(max_examples=100, deadline=None)
@given(NAMES, TEXTS)
def test_the_tokens_found_are_the_tokens_placed(name: str, text: bytes) -> None:
    redacted = redact(text, (), PLATFORMS[name], key=KEY)

    assert find_tokens(redacted.text) == redacted.placed
    assert redacted.text.count(b"<netwb:") == len(redacted.placed)


@settings(max_examples=100, deadline=None)
@given(NAMES, TEXTS)
def test_no_byte_that_a_rule_matched_stays_at_its_place(name: str, text: bytes) -> None:
    platform = PLATFORMS[name]

    redacted = redact(text, (), platform, key=KEY)

    taken: set[int] = set()
    grown = 0  # how far the redacted text is ahead of the original
    for place in redacted.placed:
        value = redacted.secrets[place.token].value
        start = place.offset - grown
        assert text[start : start + len(value)] == value
        taken.update(range(start, start + len(value)))
        grown += len(place.token) - len(value)
    for span in rule_spans(text, rules_of(platform)):
        assert taken.issuperset(range(span.start, span.end))


@settings(max_examples=100, deadline=None)
@given(NAMES, TEXTS)
def test_a_long_secret_stands_nowhere_else(name: str, text: bytes) -> None:
    platform = PLATFORMS[name]
    long = {
        text[span.start : span.end]
        for span in rule_spans(text, rules_of(platform))
        if is_long(text[span.start : span.end])
    }

    redacted = redact(text, (), platform, key=KEY)

    for kept in kept_pieces(redacted.text, redacted.placed):
        assert not any(value in kept for value in long)


@settings(max_examples=100, deadline=None)
@given(NAMES, TEXTS, st.lists(SECRETS, max_size=4))
def test_a_long_secret_known_from_elsewhere_stands_nowhere(
    name: str, text: bytes, known: list[bytes]
) -> None:
    redacted = redact(text, (), PLATFORMS[name], key=KEY, known=known)

    for kept in kept_pieces(redacted.text, redacted.placed):
        assert not any(value in kept for value in known if is_long(value))
    assert restore(redacted.text, redacted.placed, values_of(redacted.secrets)) == text


@settings(max_examples=100, deadline=None)
@given(NAMES, TEXTS, st.lists(SECRETS, max_size=4))
def test_what_was_taken_out_is_enough_to_take_it_out_again(
    name: str, text: bytes, known: list[bytes]
) -> None:
    first = redact(text, (), PLATFORMS[name], key=KEY, known=known)
    values = values_of(first.secrets).values()

    assert redact(text, (), PLATFORMS[name], key=KEY, known=values).text == first.text


def kept_pieces(text: bytes, placed: tuple[Placed, ...]) -> list[bytes]:
    reached, pieces = 0, []
    for place in placed:
        pieces.append(text[reached : place.offset])
        reached = place.offset + len(place.token)
    return [*pieces, text[reached:]]


@settings(max_examples=100, deadline=None)
@given(NAMES, TEXTS)
def test_redacting_the_restored_text_gives_the_same_again(name: str, text: bytes) -> None:
    first = redact(text, (), PLATFORMS[name], key=KEY)

    restored = restore(first.text, first.placed, values_of(first.secrets))

    assert redact(restored, (), PLATFORMS[name], key=KEY) == first


@settings(max_examples=100, deadline=None)
@given(NAMES, TEXTS)
def test_a_redacted_text_that_comes_from_a_device_restores_to_itself(
    name: str, text: bytes
) -> None:
    once = redact(text, (), PLATFORMS[name], key=KEY).text

    twice = redact(once, (), PLATFORMS[name], key=KEY)

    assert restore(twice.text, twice.placed, values_of(twice.secrets)) == once


@pytest.mark.parametrize("count", [FEW // 2, FEW * 2, MANY * 2], ids=["few", "some", "many"])
def test_however_many_secrets_there_are_each_is_found_elsewhere(count: int, ios: Platform) -> None:
    secrets = [f"Secret-{number:04}{'x' * (number % 3)}" for number in range(count)]
    lines = [f"username u{place} password 0 {secret}" for place, secret in enumerate(secrets)]
    again = "".join(secrets) + " " + ", ".join(secrets)
    text = "\n".join([*lines, "banner motd " + again, ""]).encode()

    redacted = redact(text, (), ios, key=KEY)

    assert b"Secret-" not in redacted.text
    assert len(redacted.placed) > count
    assert restore(redacted.text, redacted.placed, values_of(redacted.secrets)) == text


@pytest.mark.parametrize("count", [1, FEW * 2], ids=["few", "some"])
def test_a_secret_that_stands_nowhere_else_is_taken_out_once(count: int, ios: Platform) -> None:
    lines = [f"username u{number} secret 9 $9$Hash-{number}" for number in range(count)]

    redacted = redact("\n".join(lines).encode(), (), ios, key=KEY)

    assert len(redacted.placed) == count


def test_every_private_key_of_a_text_is_taken_out(ios: Platform) -> None:
    key = b"-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE%d\n-----END EC PRIVATE KEY-----"
    text = (
        b"x "
        + key % 1
        + b" "
        + key % 2
        + b"\n"
        + key % 3
        + b"\nno PRIVATE KEY----- here\n"
        + key % 4
    )

    redacted = redact(text, (), ios, key=KEY)

    assert b"MHcCAQEE" not in redacted.text
    assert len(redacted.placed) == 4
    assert restore(redacted.text, redacted.placed, values_of(redacted.secrets)) == text


def test_overlapping_secrets_become_one_that_covers_both(ios: Platform) -> None:
    text = b"username a password 0 abcdEF12\nusername b password 0 EF12xyzw\n! abcdEF12xyzw\n"

    redacted = redact(text, (), ios, key=KEY)

    assert b"abcdEF12xyzw" in {secret.value for secret in redacted.secrets.values()}
    assert b"xyzw" not in redacted.text
    assert restore(redacted.text, redacted.placed, values_of(redacted.secrets)) == text


@pytest.mark.parametrize("secret", ["short1", "onlylower", "12345678"], ids=str)
def test_a_short_or_plain_secret_may_stand_elsewhere(secret: str, ios: Platform) -> None:
    text = f"username ana password 0 {secret}\n description {secret}\n".encode()

    redacted = redact(text, (), ios, key=KEY)

    assert redacted.text.endswith(f" description {secret}\n".encode())


def test_volatile_lines_are_redacted_with_the_secrets_of_the_text(ios: Platform) -> None:
    text = b"username ana password 0 Op3rator-x\n"
    volatile = (VolatileLine(line=0, text=b"! changed by Op3rator-x"),)

    redacted = redact(text, volatile, ios, key=KEY)

    assert b"Op3rator" not in redacted.volatile[0].text
    assert redacted.volatile[0].line == 0
    assert len(redacted.secrets) == 1


def test_a_secret_only_in_a_volatile_line_is_kept_for_the_vault(ios: Platform) -> None:
    volatile = (VolatileLine(line=3, text=b"snmp-server community Read0nly RO"),)

    redacted = redact(b"end\n", volatile, ios, key=KEY)

    assert redacted.placed == ()
    assert [secret.value for secret in redacted.secrets.values()] == [b"Read0nly"]


def test_a_secret_whose_short_token_is_taken_gets_the_whole_hmac(ios: Platform) -> None:
    text = b"username ana password 0 Op3rator-x\n"
    full = next(iter(redact(text, (), ios, key=KEY).secrets.values())).full

    redacted = redact(text, (), ios, key=KEY, longer=frozenset({full}))

    assert f"<netwb:secret:{full}>".encode() in redacted.text
    assert find_tokens(redacted.text) == redacted.placed


def test_two_secrets_of_one_text_with_the_same_short_form_get_different_tokens() -> None:
    tokens = Tokens(KEY, frozenset(), digits=0)

    first, second = (tokens.token(value, "rule", b"plain") for value in (b"one", b"two"))

    assert first != second
    assert tokens.token(b"one", "rule", b"plain") == first
    assert {secret.value for secret in tokens.secrets.values()} == {b"one", b"two"}


def test_another_tenants_key_gives_other_tokens(ios: Platform) -> None:
    text = b"username ana password 0 Op3rator-x\n"

    mine, theirs = (redact(text, (), ios, key=key).text for key in (KEY, KEY[::-1]))

    assert mine != theirs


def test_a_missing_secret_restores_nothing(ios: Platform) -> None:
    redacted = redact(b"username ana password 0 Op3rator-x\n", (), ios, key=KEY)

    with pytest.raises(SecretMissingError, match="the vault has no secret"):
        restore(redacted.text, redacted.placed, {})


def test_a_token_that_is_not_where_it_was_placed_restores_nothing(ios: Platform) -> None:
    redacted = redact(b"username ana password 0 Op3rator-x\n", (), ios, key=KEY)

    with pytest.raises(ArchiveDamagedError, match="does not stand at byte"):
        restore(b"!" + redacted.text, redacted.placed, values_of(redacted.secrets))


def test_one_password_in_two_encodings_has_one_fingerprint(ios: Platform) -> None:
    text = b"username a password 7 0822455D0A16\nusername b password 0 cisco\n"

    secrets = redact(text, (), ios, key=KEY).secrets.values()

    assert len({secret.token for secret in secrets}) == 2
    assert len({secret.fingerprint for secret in secrets}) == 1


def test_no_repr_shows_a_secret(ios: Platform) -> None:
    redacted = redact(b"username ana password 0 Op3rator-x\n", (), ios, key=KEY)

    assert "Op3rator" not in repr(redacted)
