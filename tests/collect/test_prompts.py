"""The pure part of finding a prompt, and its laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.collect.ssh.algorithms import offered
from netwb.collect.ssh.prompts import (
    LONGEST,
    last_line,
    prompt_in,
    prompts_at_end,
    without_escapes,
)
from tests.collect.ground import IOS, PLATFORMS

PROMPT = b"edge1#"
LINES = st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line), max_size=20)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"", b""),
        (b"edge1#", b"edge1#"),
        (b"text\r\nedge1#", b"edge1#"),
        (b"text\n\redge1#", b"edge1#"),
        (b"text\r\n\x1b[?2004hedge1# ", b"edge1# "),
        (b"text\r\n\x1b]0;title\x07edge1#", b"edge1#"),
        (b"text\r\n\r\0edge1#", b"edge1#"),
        (b"text\r\n", b""),
        (b"x" * (LONGEST + 1), b""),
    ],
    ids=["nothing", "alone", "crlf", "lfcr", "bracketed", "title", "nul", "line end", "too long"],
)
def test_last_line(text: bytes, line: bytes) -> None:
    assert last_line(text) == line


@pytest.mark.parametrize(
    ("platform", "prompt"),
    [
        ("cisco_ios", b"edge1#"),
        ("cisco_ios", b"edge1>"),
        ("cisco_ios", b"edge1(config-if)#"),
        ("arista_eos", b"leaf1.fra1(config)#"),
        ("arista_eos", b"leaf1>"),
        ("cisco_nxos", b"core1# "),
        ("frr", b"edge1.example# "),
        ("cisco_xr", b"RP/0/RP0/CPU0:edge1#"),
        ("cisco_xr", b"RP/0/RSP0/CPU0:edge1(config)#"),
        ("juniper_junos", b"netwb@edge1> "),
        ("juniper_junos", b"netwb@edge1-re0:blue> "),
        ("juniper_junos", b"edge1> "),
    ],
)
def test_prompt_of_a_platform_is_known(platform: str, prompt: bytes) -> None:
    assert prompt_in(b"text\r\n" + prompt, PLATFORMS[platform].session.prompt) == prompt


@pytest.mark.parametrize(
    "line", [b" description to edge1#", b"edge1# show run", b"--More--", b"Password: ", b"!"]
)
def test_line_of_a_text_is_no_prompt(line: bytes) -> None:
    assert prompt_in(b"text\r\n" + line, IOS.session.prompt) is None


def test_prompts_are_counted_over_what_stands_above_each() -> None:
    above, prompt = PLATFORMS["juniper_junos"].session.above_prompt, b"ana@edge1> "
    once = b"\r\n{master:0}\r\n" + prompt
    text = b"set snmp community x\r\n"

    assert prompts_at_end(text + once + once, prompt, most=3, above=above) == (2, len(text) + 14)
    assert prompts_at_end(text + once + once, prompt, most=3)[0] == 1
    torn = text + prompt + b"\r\n{master:0}\r\nset x\r\n" + prompt
    assert prompts_at_end(torn, prompt, most=3, above=above)[0] == 1


@given(lines=LINES, count=st.integers(0, 3))
def test_prompts_at_the_end_are_counted_and_placed(lines: list[bytes], count: int) -> None:
    text = b"".join(line + b"\r\n" for line in lines) + b"end\r\n"
    whole = text + b"\r\n".join([PROMPT] * count)

    found, begin = prompts_at_end(whole, PROMPT, most=3)

    assert found == count
    assert whole[:begin] == (text if count else whole)


@given(text=st.binary(max_size=200))
def test_text_without_an_escape_is_left_alone(text: bytes) -> None:
    text = text.replace(b"\x1b", b"")

    assert without_escapes(text) == text


@given(before=st.binary(max_size=50), after=st.binary(max_size=50))
def test_escapes_are_taken_out_whole(before: bytes, after: bytes) -> None:
    before, after = (part.replace(b"\x1b", b"") for part in (before, after))

    assert without_escapes(before + b"\x1b[1;31m" + after) == before + after


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp384"])
def test_kind_of_the_trusted_key_is_asked_for_first(kind: str) -> None:
    names = offered(legacy=True, trusted_key=f"{kind} AAAA")["server_host_key_algs"]

    assert names[0] in {kind, "rsa-sha2-256"}
    assert sorted(names) == sorted(offered(legacy=True, trusted_key=None)["server_host_key_algs"])


@pytest.mark.parametrize(
    "name", ["kex_algs", "server_host_key_algs", "encryption_algs", "mac_algs"]
)
def test_legacy_algorithms_come_last_and_only_where_allowed(name: str) -> None:
    modern = offered(legacy=False, trusted_key=None)[name]
    both = offered(legacy=True, trusted_key=None)[name]

    assert both[: len(modern)] == modern
    assert len(both) > len(modern)
    assert not any("cbc" in alg or alg in {"ssh-rsa", "ssh-dss"} for alg in modern)
