"""Texts from anywhere: files, session logs, what the archive itself gave out."""

from collections.abc import Callable

import pytest

from netwb.configs.canonical import canonical
from netwb.configs.judge import judge_text, redact_text
from netwb.platforms.record import Platform
from tests.configs.conftest import KEY, Case

Read = Callable[[str, str], Case]


@pytest.mark.parametrize("name", ["cisco_ios", "arista_eos", "frr"])
def test_a_good_file_is_whole_and_says_its_name(
    name: str, case: Read, platforms: dict[str, Platform]
) -> None:
    good = case(name, "good")
    text = good.raw.transcript.split(b"\n", 1)[1]

    judgement = judge_text(text, platforms[name])

    assert judgement.verdict == "whole"
    assert judgement.reasons == judgement.notes == ()
    assert judgement.hostname == good.identity.hostname


def test_a_canonical_text_is_whole_too(case: Read, ios: Platform) -> None:
    text = canonical(case("cisco_ios", "good").raw, ios).text

    judgement = judge_text(text, ios)

    assert judgement.verdict == "whole"
    assert judgement.proof == "end mark"
    assert judgement.lines == text.count(b"\n")


@pytest.mark.parametrize("name", ["cisco_ios", "arista_eos", "frr"])
def test_a_file_that_lost_its_first_lines_to_an_editor_is_whole(
    name: str, case: Read, platforms: dict[str, Platform]
) -> None:
    text = canonical(case(name, "good").raw, platforms[name]).text
    body = b"!\n" + text[text.index(b"\n!\n") + 3 :]

    judgement = judge_text(body, platforms[name])

    assert not any("begins" in reason for reason in judgement.reasons)


def test_a_session_log_is_judged_without_its_prompts(case: Read, ios: Platform) -> None:
    good = case("cisco_ios", "good").raw.transcript
    log = b"Welcome\r\nedge1>enable\r\nPassword:\r\nedge1#sh run\r\n"

    judgement = judge_text(log + good.split(b"\n", 1)[1] + b"\r\nedge1#", ios)

    assert judgement.verdict == "whole"
    assert judgement.proof == "end mark and byte count"


def test_an_echo_without_its_prompt_is_taken_off(case: Read, ios: Platform) -> None:
    judgement = judge_text(case("cisco_ios", "good").raw.transcript, ios)

    assert judgement.proof == "end mark and byte count"


def test_a_cut_file_is_not_whole_and_every_reason_is_given(case: Read, ios: Platform) -> None:
    cut = case("cisco_ios", "truncated").raw.transcript.replace(b"\nhostname ", b"\nhost-name ")

    judgement = judge_text(cut, ios)

    assert judgement.verdict == "not whole"
    assert any("end mark" in reason for reason in judgement.reasons)
    assert any("`hostname`" in reason for reason in judgement.reasons)
    assert judgement.proof == "nothing"


def test_a_reason_names_the_device_where_the_text_does(case: Read, ios: Platform) -> None:
    named = judge_text(case("cisco_ios", "pager").raw.transcript, ios)
    unnamed = judge_text(b"", ios)

    assert named.reasons[0].startswith("edge1 ")
    assert unnamed.reasons == (
        "the device sent no whole configuration: the answer is empty; check what the login may see",
    )


def test_what_cannot_be_known_is_said(case: Read, platforms: dict[str, Platform]) -> None:
    text = case("cisco_nxos", "good").raw.transcript

    judgement = judge_text(text, platforms["cisco_nxos"])

    assert judgement.verdict == "whole"
    assert judgement.notes == (
        "nothing at its end proves it whole: Cisco NX-OS prints no end mark",
    )


def test_a_text_is_redacted_without_carriage_returns(ios: Platform) -> None:
    text = b"username ana password 0 Op3rator-x\r\nend\r\n"

    redacted = redact_text(text, ios, key=KEY)

    assert b"\r" not in redacted
    assert b"Op3rator" not in redacted
    assert redacted.endswith(b"\nend\n")
