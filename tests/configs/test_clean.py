"""The gate's own rules, beyond the recorded cases."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwb.configs.clean import clean, digest
from netwb.configs.names import is_cut_name, prompt_name, same_name
from netwb.configs.owner import serial_fault
from netwb.configs.records import CleanConfig, Identity, LastGood, RawConfig, Rejected, ShrinkLimit
from netwb.configs.redact import comparable
from netwb.errors import (
    CommandRejectedError,
    IncompleteConfigError,
    RestrictedLoginError,
    ShrunkConfigError,
    WrongDeviceError,
)
from netwb.platforms.record import Platform
from tests.configs.conftest import DATA, KEY, LIMIT, Case, read_platform

Read = Callable[[str, str], Case]
Answer = Literal["good", "bad"]
GOOD = {name: Case(DATA / name / "good") for name in ("cisco_ios", "arista_eos", "frr")}
PLATFORMS = {name: read_platform(name) for name in GOOD}
NAMES = st.sampled_from(sorted(GOOD))


def judged(raw: RawConfig, platform: Platform, **changes: Any) -> CleanConfig | Rejected:
    words: dict[str, Any] = {
        "identity": Identity(hostname=platform_host(platform)),
        "last_good": None,
        "limit": LIMIT,
        "key": KEY,
    }
    return clean(raw, platform, **{**words, **changes})


def platform_host(platform: Platform) -> str:
    return GOOD[platform.name].identity.hostname


@settings(max_examples=150, deadline=None)
@given(NAMES, st.data())
def test_a_text_cut_anywhere_is_refused(name: str, data: st.DataObject) -> None:
    raw, platform = GOOD[name].raw, PLATFORMS[name]
    whole = len(raw.transcript.rstrip())
    cut = data.draw(st.integers(0, whole - 1))

    verdict = judged(replace(raw, transcript=raw.transcript[:cut]), platform)

    assert isinstance(verdict, Rejected)


@settings(max_examples=100, deadline=None)
@given(NAMES, st.data())
def test_a_description_may_say_anything(name: str, data: st.DataObject) -> None:
    raw, platform = GOOD[name].raw, PLATFORMS[name]
    words = data.draw(
        st.one_of(
            st.from_regex(rb"[ -~\x80-\xff]{1,60}", fullmatch=True),
            st.sampled_from(
                [b"% Invalid input", b" --More-- ", b"end", b"banner ^C", b"hostname x"]
            ),
        )
    )
    line = b"interface Test1\r\n description " + words + b"\r\n"
    text = raw.transcript.replace(b"interface ", line + b"interface ", 1)

    verdict = judged(replace(raw, transcript=unannounced(text)), platform)

    assert isinstance(verdict, CleanConfig), verdict.cause
    assert b" description " + words.rstrip() in verdict.text


def unannounced(text: bytes) -> bytes:
    """Without the byte count, which would have to be another one."""
    return text.replace(b"Current configuration : ", b"! Was ")


@settings(max_examples=200, deadline=None)
@given(NAMES, st.binary(max_size=200), st.binary(max_size=10))
def test_no_bytes_break_the_gate(name: str, transcript: bytes, prompt: bytes) -> None:
    raw = RawConfig(kind="running", command="show run", transcript=transcript, prompt=prompt)

    assert isinstance(judged(raw, PLATFORMS[name]), Rejected)


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_canonical_text_is_its_own_canonical_text(name: str) -> None:
    first = judged(GOOD[name].raw, PLATFORMS[name])
    assert isinstance(first, CleanConfig)

    second = judged(replace(GOOD[name].raw, transcript=first.text), PLATFORMS[name])

    assert isinstance(second, CleanConfig)
    assert second.text == first.text
    assert second.volatile == ()


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r\r\n", b"\n\r"], ids=repr)
def test_any_end_of_line_gives_the_same_text(ending: bytes, ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    text = raw.transcript.replace(b"\r\n", b"\n")

    verdicts = [
        judged(replace(raw, transcript=text.replace(b"\n", sign)), ios)
        for sign in (ending, b"\r\n")
    ]

    assert isinstance(verdicts[0], CleanConfig)
    assert verdicts[0] == verdicts[1]


def test_volatile_lines_keep_their_place_in_what_was_sent(ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    lines = raw.transcript.replace(b"\r", b"").split(b"\n")[1:]

    verdict = judged(raw, ios)

    assert isinstance(verdict, CleanConfig)
    assert [lines[line.line] for line in verdict.volatile] == [
        line.text for line in verdict.volatile
    ]
    assert verdict.volatile[-1].text == b"ntp clock-period 17208943"
    assert b"clock-period" not in verdict.text


def test_what_a_prompt_with_timestamps_prints_is_no_part_of_the_text(ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    stamp = (
        b"Load for five secs: 3%/0%; one minute: 4%; five minutes: 4%\r\n"
        b"Time source is NTP, 14:02:11.123 CEST Tue Sep 2 2025\r\n\r\n"
    )
    text = raw.transcript.replace(
        b"Building configuration...", stamp + b"Building configuration... "
    )

    first, stamped = judged(raw, ios), judged(replace(raw, transcript=text), ios)

    assert isinstance(first, CleanConfig)
    assert isinstance(stamped, CleanConfig)
    assert stamped.text == first.text
    assert len(stamped.volatile) == len(first.volatile) + 2


def test_blanks_at_its_end_do_not_make_a_line_less_volatile(ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    text = raw.transcript.replace(b"17208943\r\n", b"17208943 \r\n").replace(
        b" by ana", b" by ana "
    )

    first, padded = judged(raw, ios), judged(replace(raw, transcript=text), ios)

    assert isinstance(first, CleanConfig)
    assert isinstance(padded, CleanConfig)
    assert (padded.text, padded.changed_by) == (first.text, "ana")


def test_a_blank_line_before_the_echo_is_no_part_of_the_text(ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw

    verdict = judged(replace(raw, transcript=b"\r\n" + raw.transcript), ios)

    assert isinstance(verdict, CleanConfig)
    assert verdict == judged(raw, ios)


def test_two_fetches_that_differ_in_volatile_lines_only_are_one_text(ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    later = raw.transcript.replace(b"17208943", b"17208999").replace(b"14:03:40", b"15:03:40")

    first, second = judged(raw, ios), judged(replace(raw, transcript=later), ios)

    assert isinstance(first, CleanConfig)
    assert isinstance(second, CleanConfig)
    assert first.text == second.text


@pytest.mark.parametrize(
    ("off", "good"),
    [(0, "good"), (-4, "good"), (4, "good"), (5, "bad"), (-5, "bad")],
    ids=str,
)
def test_the_announced_size_may_be_off_by_the_platforms_tolerance(
    off: int, good: Answer, ios: Platform
) -> None:
    raw = GOOD["cisco_ios"].raw
    body = raw.transcript.replace(b"\r", b"").split(b"bytes\n", 1)[1].rstrip() + b"\n"
    count = len(body) + 1
    text = raw.transcript.replace(b" : %d bytes" % count, b" : %d bytes" % (count + off))

    verdict = judged(replace(raw, transcript=text), ios)

    assert isinstance(verdict, CleanConfig) == (good == "good")


def test_a_size_that_counts_carriage_returns_is_met_too(ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    body = raw.transcript.split(b"bytes\r\n", 1)[1].rstrip() + b"\r\n"
    count = len(body.replace(b"\r", b"")) + 1
    text = raw.transcript.replace(b" : %d bytes" % count, b" : %d bytes" % len(body))

    assert isinstance(judged(replace(raw, transcript=text), ios), CleanConfig)


def test_a_wrong_size_may_be_accepted_by_a_person(case: Read, ios: Platform) -> None:
    verdict = judged(case("cisco_ios", "hole").raw, ios)

    assert isinstance(verdict, Rejected)
    assert verdict.clean is not None
    assert verdict.clean.proof == "end mark"


def test_what_a_person_accepted_once_is_not_refused_again(case: Read, ios: Platform) -> None:
    raw = case("cisco_ios", "hole").raw
    held = judged(raw, ios)
    assert isinstance(held, Rejected)
    accepted = LastGood(lines=held.text.count(b"\n"), digest=held.digest)

    again = judged(raw, ios, last_good=accepted)
    other = judged(
        replace(raw, transcript=raw.transcript.replace(b"ip cef", b"ip cep")),
        ios,
        last_good=accepted,
    )

    assert isinstance(again, CleanConfig)
    assert isinstance(other, Rejected)


def test_a_text_that_is_not_whole_is_refused_whatever_was_accepted(
    case: Read, ios: Platform
) -> None:
    raw = case("cisco_ios", "truncated").raw
    held = judged(raw, ios)
    assert isinstance(held, Rejected)

    again = judged(raw, ios, last_good=LastGood(lines=10, digest=held.digest, suspect=held.digest))

    assert isinstance(again, Rejected)


@pytest.mark.parametrize(
    ("last_lines", "limit", "good"),
    [
        (107, ShrinkLimit(percent=30, lines=20), "good"),
        (108, ShrinkLimit(percent=30, lines=20), "bad"),
        (108, ShrinkLimit(percent=30, lines=60), "good"),
        (10, ShrinkLimit(percent=30, lines=20), "good"),
        (10_000, ShrinkLimit(percent=100, lines=0), "good"),
    ],
    ids=["at the limit", "over it", "too few lines", "grown", "switched off"],
)
def test_a_loss_over_both_limits_is_held(
    last_lines: int, limit: ShrinkLimit, good: Answer, case: Read, ios: Platform
) -> None:
    raw = case("cisco_ios", "half_size").raw  # 75 lines

    verdict = judged(raw, ios, last_good=LastGood(lines=last_lines), limit=limit)

    assert isinstance(verdict, CleanConfig) == (good == "good")
    if isinstance(verdict, Rejected):
        assert isinstance(verdict.cause, ShrunkConfigError)
        assert verdict.digest == digest(KEY, verdict.text)


def test_an_answer_in_unknown_words_is_a_refusal(ios: Platform) -> None:
    text = b"show running-config\r\n% Unable to get configuration. Try again later.\r\n"

    verdict = judged(replace(GOOD["cisco_ios"].raw, transcript=text), ios)

    assert isinstance(verdict, Rejected)
    assert isinstance(verdict.cause, CommandRejectedError)
    assert "Unable to get configuration" in str(verdict.cause)


def test_a_banner_may_hold_escape_codes_of_its_own(ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    text = raw.transcript.replace(b"No entry.", b"\x1b[1mNo entry.\x1b[0m")

    assert isinstance(judged(replace(raw, transcript=unannounced(text)), ios), CleanConfig)


@pytest.mark.parametrize(
    "line",
    [
        b"banner exec ^C",
        b"aaa authentication banner ^C",
        b"aaa authentication fail-message ^C",
        b"menu OPS title ^C",
        b"ip admission auth-proxy-banner http ^C",
        b" banner ^C",
        b" banner text ^C",
        b"banner slip-ppp #",
    ],
    ids=repr,
)
def test_every_kind_of_banner_may_say_what_it_likes(line: bytes, ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    mark = line.rsplit(b" ", 1)[1]
    words = b"\r\n% Authorization failed\r\n --More-- \r\nend\r\n"
    banner = line + words + mark + b"\r\n"
    text = raw.transcript.replace(b"line con 0", banner + b"line con 0")

    verdict = judged(replace(raw, transcript=unannounced(text)), ios)

    assert isinstance(verdict, CleanConfig), verdict.cause


@pytest.mark.parametrize(
    "line",
    [b" description our banner ^C", b' action 1.0 puts "banner ^C"', b"alias exec b banner ^C"],
    ids=repr,
)
def test_what_only_speaks_of_a_banner_opens_none(line: bytes, ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    text = raw.transcript.replace(b"line con 0", line + b"\r\nline con 0")

    verdict = judged(replace(raw, transcript=unannounced(text)), ios)

    assert isinstance(verdict, CleanConfig), verdict.cause


def test_a_prompt_may_come_with_the_platforms_own_control_sequences() -> None:
    case = GOOD["frr"]
    text = case.raw.transcript.replace(b"hostname trigger1\r\n", b"")

    verdict = judged(
        replace(case.raw, transcript=text, prompt=b"\x1b[?2004htrigger1# "), PLATFORMS["frr"]
    )

    assert isinstance(verdict, CleanConfig)


def test_a_certificate_without_its_body_hides_nothing(ios: Platform) -> None:
    text = GOOD["cisco_ios"].raw.transcript
    begin, end = text.index(b"  30820229"), text.index(b"license udi")
    short = text[:begin].replace(b"self-signed 01", b"self-signed 01 nvram:IOS-Self-Sig#1.cer")

    verdict = judged(
        replace(GOOD["cisco_ios"].raw, transcript=unannounced(short + text[end:])), ios
    )

    assert isinstance(verdict, CleanConfig)


def test_an_open_banner_without_an_end_mark_is_refused() -> None:
    platform = read_platform("cisco_nxos")
    case = Case(DATA / "cisco_nxos" / "good")
    cut = case.raw.transcript[: case.raw.transcript.index(b"% Permission denied")]

    verdict = clean(
        replace(case.raw, transcript=cut),
        platform,
        identity=case.identity,
        last_good=None,
        limit=LIMIT,
        key=KEY,
    )

    assert isinstance(verdict, Rejected)
    assert isinstance(verdict.cause, IncompleteConfigError)
    assert "a banner never ends" in str(verdict.cause)


def test_what_must_occur_is_not_found_in_a_banner(ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    text = raw.transcript.replace(b"\nhostname edge1", b"\nhost-name edge1")

    verdict = judged(replace(raw, transcript=text), ios)

    assert isinstance(verdict, Rejected)
    assert isinstance(verdict.cause, RestrictedLoginError)
    assert "hostname" in str(verdict.cause)


@pytest.mark.parametrize(("prompt", "told"), [(b"edge1>", "edge1>"), (b"core9>", "its prompt is")])
def test_an_unprivileged_prompt_of_another_device_is_not_told(
    prompt: bytes, told: str, ios: Platform
) -> None:
    verdict = judged(replace(GOOD["cisco_ios"].raw, prompt=prompt), ios)

    assert isinstance(verdict, Rejected)
    assert isinstance(verdict.cause, RestrictedLoginError)
    assert told in str(verdict.cause)
    assert "core9" not in str(verdict.cause)


def test_the_name_is_not_read_from_a_banner(ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    banner = b"banner motd ^C\r\nhostname other\r\n^C\r\n"
    text = raw.transcript.replace(b"hostname edge1", banner + b"hostname edge1")

    verdict = judged(replace(raw, transcript=unannounced(text)), ios)

    assert isinstance(verdict, CleanConfig)


@pytest.mark.parametrize(
    "name", [b"x;reboot", b"$(reboot)", b"-x", b"\x07bell", b"n" * 500], ids=repr
)
def test_a_hostile_hostname_makes_no_command_to_paste(name: bytes, ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    text = unannounced(raw.transcript).replace(b"hostname edge1", b"hostname " + name)

    verdict = judged(replace(raw, transcript=text), ios)

    assert isinstance(verdict, Rejected)
    message = str(verdict.cause)
    assert isinstance(verdict.cause, WrongDeviceError)
    assert "--sysname" not in message
    assert message.isprintable()
    assert len(message) < 200


def test_a_message_shows_one_short_line_without_control_characters(ios: Platform) -> None:
    text = b"show running-config\r\n% Authorization failed \x07\xff" + b"x" * 500 + b"\r\nmore\r\n"

    verdict = judged(replace(GOOD["cisco_ios"].raw, transcript=text), ios)

    assert isinstance(verdict, Rejected)
    message = str(verdict.cause)
    assert message.isprintable()
    assert len(message) < 200


@pytest.mark.parametrize(
    ("own", "known", "answer"),
    [
        ("edge1", "edge1", "same"),
        ("EDGE1", "edge1", "same"),
        ("edge1.example.net", "edge1", "same"),
        ("edge1", "edge1.example.net", "same"),
        ("edge1.example.net", "EDGE1.Example.NET", "same"),
        ("sw.fra1", "sw.ber1", "other"),
        ("192.0.2.1", "192.0.2.2", "other"),
        ('"edge1"', "edge1", "same"),
        ("re0-edge1", "edge1", "same"),
        ("edge1-re1", "edge1", "same"),
        ("edge1-re1.example.net", "edge1.example.net", "same"),
        ("edge1", "edge2", "other"),
        ("edge1", "edge10", "other"),
        ("a-very-long-hostname-1", "a-very-long-hostname", "other"),
    ],
)
def test_names_are_compared_as_the_inventory_writes_them(
    own: str, known: str, answer: Literal["same", "other"]
) -> None:
    assert same_name(own, known) == (answer == "same")
    assert same_name(known, own) == (answer == "same")


LONG = "core-router-frankfurt2"  # 22 characters


@pytest.mark.parametrize(
    ("text", "prompt", "known", "good"),
    [
        (LONG, LONG[:20], LONG, "good"),
        (LONG, LONG[:20], LONG[:20], "good"),
        (LONG[:20], LONG[:20], LONG, "bad"),
        (LONG[:20] + "3", LONG[:20], LONG, "bad"),
        (LONG[:19], LONG[:19], LONG, "bad"),
    ],
    ids=["whole", "known by its prompt", "a text cuts no name", "longer", "not at the cut"],
)
def test_only_a_name_from_a_prompt_may_be_cut(
    text: str, prompt: str, known: str, good: Answer, ios: Platform
) -> None:
    raw = GOOD["cisco_ios"].raw
    named = unannounced(raw.transcript).replace(b"hostname edge1", b"hostname " + text.encode())

    verdict = judged(
        replace(raw, transcript=named, prompt=prompt.encode() + b"#"),
        ios,
        identity=Identity(hostname=known),
    )

    assert isinstance(verdict, CleanConfig) == (good == "good")


def test_a_prompt_that_cuts_names_shows_one_as_it_cuts_it() -> None:
    assert is_cut_name(LONG[:20], LONG.upper(), 20)
    assert not is_cut_name(LONG[:19], LONG, 20)
    assert not is_cut_name(LONG[:20], LONG, None)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [(b"edge1#", "edge1"), (b"\r\nedge1> ", "edge1"), (b"edge1(config-if)#", "edge1"), (b"", "")],
    ids=repr,
)
def test_a_prompt_shows_the_name(prompt: bytes, name: str) -> None:
    assert prompt_name(prompt) == name


def test_forms_that_are_written_anew_at_each_output_make_no_change(ios: Platform) -> None:
    rules = tuple(replace(rule, rewritten=rule.name == "user secret") for rule in ios.secrets)
    platform = replace(ios, secrets=rules)
    texts = [b"username ana secret 9 %s\nend\n" % value for value in (b"one", b"another")]

    assert comparable(texts[0], platform) == comparable(texts[1], platform)
    assert comparable(texts[0], ios) == texts[0]
    assert comparable(b"username bo secret 9 one\nend\n", platform) != comparable(
        texts[0], platform
    )


FOREIGN = GOOD["cisco_ios"].raw.transcript.replace(b"hostname edge1", b"hostname core9")


@pytest.mark.parametrize(
    ("transcript", "cause"),
    [
        (FOREIGN, WrongDeviceError),
        (
            GOOD["cisco_ios"].raw.transcript.replace(b"version 15", b"no version 15"),
            RestrictedLoginError,
        ),
    ],
    ids=["another device's", "not all of it"],
)
def test_what_may_be_accepted_hides_nothing_that_may_not(
    transcript: bytes, cause: type[Exception], ios: Platform
) -> None:
    text = transcript.replace(b"configuration : 2820", b"configuration : 4999")

    verdict = judged(replace(GOOD["cisco_ios"].raw, transcript=text), ios)

    assert isinstance(verdict, Rejected)
    assert isinstance(verdict.cause, cause)
    assert verdict.clean is None


def test_who_accepts_a_wrong_size_is_told_of_the_loss_too(case: Read, ios: Platform) -> None:
    last_good = LastGood(lines=1000)

    verdict = judged(case("cisco_ios", "hole").raw, ios, last_good=last_good)

    assert isinstance(verdict, Rejected)
    assert isinstance(verdict.cause, IncompleteConfigError)
    assert "bytes" in str(verdict.cause)
    assert "where 1000 were stored" in str(verdict.cause)
    again = judged(
        case("cisco_ios", "hole").raw, ios, last_good=replace(last_good, suspect=verdict.digest)
    )
    assert isinstance(again, Rejected)


def test_a_hole_of_one_line_is_seen(ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    text = raw.transcript.replace(b"ip cef\r\n", b"", 1)

    verdict = judged(replace(raw, transcript=text), ios)

    assert text != raw.transcript
    assert isinstance(verdict, Rejected)
    assert isinstance(verdict.cause, IncompleteConfigError)


@pytest.mark.parametrize(
    ("known", "seen", "answer"),
    [
        ("FTX1840ALBY", "FTX1840ALBY", "same"),
        ("FTX1840ALBY", "ftx1840alby ", "same"),
        (None, "FTX1840ALBY", "same"),
        ("", "FTX1840ALBY", "same"),
        ("FTX1840ALBY", None, "same"),
        ("FTX1840ALBY", "FOC9999XXXX", "other"),
    ],
)
def test_another_serial_number_is_another_box(
    known: str | None, seen: str | None, answer: Literal["same", "other"], ios: Platform
) -> None:
    identity = Identity(hostname="edge1", serial=known, reference="acme/edge1")

    fault = serial_fault(identity, seen)
    verdict = judged(GOOD["cisco_ios"].raw, ios, identity=identity, serial=seen)

    assert (fault is None) == isinstance(verdict, CleanConfig) == (answer == "same")
    if fault is not None:
        assert isinstance(fault.cause, WrongDeviceError)
        assert fault.acceptable
        assert "'FOC9999XXXX'" in str(fault.cause)
        assert "'FTX1840ALBY'" in str(fault.cause)
        assert "`netwb device replace acme/edge1`" in str(fault.cause)


@pytest.mark.parametrize(
    "line",
    [
        b'% Ambiguous command:  "username ops password 0 Tr0ub4dor3"',
        b"% Ambiguous command: username ops password 0 Tr0ub4dor3",
        b"% Unable to do snmp-server community Tr0ub4dor3",
        b"% Invalid input: neighbor 192.0.2.1 password Tr0ub4dor3",
        b"% Authorization failed `enable secret Tr0ub4dor3`",
    ],
    ids=lambda line: line.decode(),
)
def test_a_message_repeats_no_secret_of_a_refused_line(line: bytes, ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    echo, _, rest = raw.transcript.partition(b"\n")

    verdict = judged(replace(raw, transcript=echo + b"\n" + line + b"\r\n" + rest), ios)

    assert isinstance(verdict, Rejected)
    assert "Tr0ub" not in str(verdict.cause)
    assert line.decode()[:12] in str(verdict.cause)


@pytest.mark.parametrize("name", [b"Tr0ub4dor3", b"Tr0ub4dor&3"], ids=repr)
def test_a_secret_is_not_told_as_the_name_of_another_device(name: bytes, ios: Platform) -> None:
    raw = GOOD["cisco_ios"].raw
    text = unannounced(raw.transcript).replace(b"hostname edge1", b"hostname " + name)
    text = text.replace(b"line con 0", b"line con 0\r\n password 0 " + name)

    for prompt in (b"edge1#", name + b">"):
        verdict = judged(replace(raw, transcript=text, prompt=prompt), ios)

        assert isinstance(verdict, Rejected)
        assert "Tr0ub" not in str(verdict.cause)
