"""Values, variables and templates: what is written means exactly what was meant."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.errors import TelegrafError
from netwb.telegraf.environment import (
    environment_text,
    parse_environment,
    unsayable,
    variable_name,
)
from netwb.telegraf.templates import fill
from netwb.telegraf.toml import quoted, seconds

LINES = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\x7f")
)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_quoted_text_is_read_as_the_text_with_doubled_dollars(text: str) -> None:
    read = tomllib.loads(f"x = {quoted(text)}")["x"]

    assert read == text.replace("$", "$$")


@given(st.dictionaries(st.from_regex("[A-Z][A-Z0-9_]*", fullmatch=True), LINES))
def test_an_environment_file_is_read_as_it_was_meant(environment: dict[str, str]) -> None:
    assert parse_environment(environment_text(environment)) == environment


def test_a_shell_reads_the_environment_file_alike(tmp_path: Path) -> None:
    secret = """a"b\\c$HOME`id`'d e#f"""
    file = tmp_path / "environment"
    file.write_text(environment_text({"SECRET": secret}))

    read = subprocess.run(
        ["/bin/sh", "-c", f'. {file}; printf %s "$SECRET"'],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert read == secret


@given(st.tuples(NAMES, NAMES), st.tuples(NAMES, NAMES))
def test_two_credentials_never_share_a_variable(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    names = {variable_name("/".join(words), "community") for words in (one, other)}

    assert len(names) == len({one, other})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a-b/c", "a/b-c"),
        ("a/B", "a/b"),
        ("a/b.c", "a/b-c"),
        ("a/b_c", "a/b-c"),
        ("a/b--c", "a/b-c"),
    ],
)
def test_names_that_look_alike_when_written_large_stay_apart(one: str, other: str) -> None:
    assert variable_name(one, "auth") != variable_name(other, "auth")


def test_no_variable_looks_like_a_setting_of_netwb() -> None:
    assert variable_name("netwb/netwb", "priv") == "SNMP_NETWB__NETWB_PRIV"


@pytest.mark.parametrize(
    ("secret", "kind", "says"),
    [
        ("plain", "community", ""),
        ("a@{b:c}", "community", ""),
        ("a@{b:c}", "auth", "holds @{"),
        ("a\nb", "community", "holds a line end"),
        ("a\x7fb", "priv", "holds a line end"),
        ("", "secret", ""),
    ],
)
def test_what_telegraf_cannot_be_given_is_said(secret: str, kind: str, says: str) -> None:
    assert unsayable(secret, kind).startswith(says)
    assert bool(unsayable(secret, kind)) is bool(says)


def test_a_template_that_asks_for_an_unknown_word_is_refused_by_name() -> None:
    with pytest.raises(TelegrafError, match="asks for <<colour>>, which is not known"):
        fill("x = <<colour>>", {})


def test_a_word_s_own_text_is_not_filled_in_again() -> None:
    assert fill("<<a>> <<b>>\n\n", {"a": "<<b>>", "b": "2"}) == "<<b>> 2\n"


def test_parts_of_a_second_are_milliseconds() -> None:
    assert (seconds(1.5), seconds(60)) == ('"1500ms"', '"60s"')
