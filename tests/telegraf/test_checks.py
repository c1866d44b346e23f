"""What Telegraf takes without a word is found: each row was taken by a real one."""

from __future__ import annotations

import pytest

from netwb.errors import TelegrafError
from netwb.telegraf.checks import check_texts, has_output, refuse_findings, refuse_slow
from netwb.telegraf.records import Asking, Finding
from tests.telegraf.ground import rendered, target

AGENT = '[agent]\ninterval = "60s"\n[[inputs.internal]]\n'
SNMP = """\
[[inputs.snmp]]
agents = ["udp://127.0.0.1:161"]
alias = "acme|edge1"
version = 2
timeout = "2s"
retries = 1
"""


def said(text: str, *, agent: str = AGENT) -> list[str]:
    found = check_texts({"telegraf.conf": agent, "telegraf.d/own.conf": text})
    assert {one.path for one in found} <= {"telegraf.d/own.conf"}
    return [one.message for one in found]


def test_a_good_snippet_has_no_finding() -> None:
    assert said(SNMP) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SNMP.replace("version = 2", "version = 9"), "version 9 is none of SNMP's"),
        (SNMP.replace("version = 2", "version = 3"), "version 3 needs sec_name"),
        (SNMP.replace("udp://", "foo://"), "agent 'foo://127.0.0.1:161' is not written as"),
        (SNMP.replace(":161", ":99999"), "is not written as udp://ADDRESS:PORT"),
        (SNMP.replace('["udp://127.0.0.1:161"]', "[]"), "it has no agent"),
        (SNMP + 'auth_protocol = "SHA3"\n', "auth_protocol 'SHA3' is not known; take md5, sha"),
        (SNMP + 'priv_protocol = "3DES"\n', "priv_protocol '3DES' is not known"),
        (SNMP + 'sec_level = "both"\n', "sec_level 'both' is not known"),
        (SNMP + 'community = "@{fs:community}"\n', "a community is no secret of a store"),
        (
            SNMP + '[[inputs.snmp.field]]\nname = "x"\noid = ".1"\nconversion = "bogus"\n',
            "conversion 'bogus' of x is not known",
        ),
        (
            SNMP + '[[inputs.snmp.table]]\n[[inputs.snmp.table.field]]\nconversion = "uint"\n',
            "conversion 'uint' of None is not known",
        ),
        (SNMP + SNMP, "inputs.snmp 'acme|edge1' is in telegraf.d/own.conf already"),
        (SNMP + '[inputs.snmp.tags]\nrack = "$HOME"\n', "'$HOME' has a single $"),
        (SNMP + '[inputs.snmp.tags]\nrack = "${RACK}"\n', "${RACK} stays as it is where it is not"),
        (SNMP.replace('"2s"', '"30s"'), "30 s x 2 tries x 1 = 60 s of an interval of 60 s"),
        (SNMP + 'interval = "4s"\n', "2 s x 2 tries x 1 = 4 s of an interval of 4 s"),
        ('[[inputs.ping]]\nurls = ["a"]\nmethod = "raw"\n', "method 'raw' is not known"),
        ("[[inputs.ping]]\n", "it has no address"),
        ('[[inputs.ping]]\nurls = ["a"]\ncount = 70\n', "70 x 1 s + 1 s = 71 s of an interval"),
        ('[[outputs.influxdb]]\nurls = ["htp://x"]\n', "'htp://x' is no URL of http, https"),
        ("[[inputs.snmp]\n", "this is no TOML"),
        ("[[inputs.snmp]]\nmax_repetitions = ${MR:?none}\n", "this is no TOML"),
    ],
)
def test_what_telegraf_takes_wrongly_is_found(text: str, sentence: str) -> None:
    found = said(text)

    assert len(found) == 1, found
    assert sentence in found[0]


@pytest.mark.parametrize(
    "text",
    [
        SNMP + '[inputs.snmp.tags]\nrack = "a$$b"\nrow = "${ROW:-none}"\n',
        SNMP + 'community = "${C:?C is not set}"\n',
        SNMP.replace('"2s"', '"1m30s"') + 'interval = "10m"\n',
        SNMP.replace('"udp://127.0.0.1:161"', '"127.0.0.1", "tcp6://[2001:db8::1]:161"'),
        SNMP + '[[inputs.snmp.field]]\nconversion = "float(2)"\n',
        SNMP.replace('"2s"', '"soon"'),  # Telegraf says so itself
        SNMP.replace('"2s"', "2"),
        '[[inputs.ping]]\nurls = ["a"]\ntimeout = "soon"\n',
        '[[outputs.influxdb_v2]]\nurls = ["https://x:8086"]\n[[processors.rename]]\n',
        "[inputs.cpu]\npercpu = true\n",
    ],
)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "inputs = 5\n",
        "[inputs]\nsnmp = 5\nping = [1, 2]\n",
        "agent = [1]\noutputs = []\n",
        SNMP + "table = 7\nfield = [1]\ntags = 3\n",
        SNMP.replace("retries = 1", 'retries = "many"'),
        '[[outputs.influxdb]]\nurls = "http://x"\n',
    ],
)
def test_what_is_no_table_where_one_should_be_is_left_to_telegraf(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize("version", ["[2]", '"2"', "{}", "2.5", "-1"])
def test_a_version_of_any_kind_is_judged(version: str) -> None:
    (found,) = said(SNMP.replace("version = 2", f"version = {version}"))

    assert "is none of SNMP's" in found


def test_two_files_with_one_alias_are_found_where_the_second_stands() -> None:
    found = check_texts({"telegraf.conf": AGENT, "a.conf": SNMP, "b.conf": SNMP})

    assert [(one.path, "is in a.conf already" in one.message) for one in found] == [
        ("b.conf", True)
    ]


def test_a_ping_may_have_the_alias_of_the_device_s_own_block() -> None:
    assert said(SNMP + '[[inputs.ping]]\nurls = ["a"]\nalias = "acme|edge1"\n') == []


def test_a_variable_that_no_environment_has_is_found() -> None:
    files = rendered(target())

    found = check_texts(files.texts, [])

    assert {one.message.partition(" is ")[0] for one in found} == {
        "variable METRICS_SECRET",
        "variable SNMP_ACME__SNMP_COMMUNITY",
    }


def test_a_configuration_without_inputs_is_found() -> None:
    (found,) = check_texts({"telegraf.conf": '[agent]\ninterval = "60s"\n'})

    assert found.message == "no file has an input; nothing is asked"


def test_an_output_is_looked_for_in_all_files() -> None:
    assert has_output({"a.conf": "[[inputs.cpu]]\n", "b.conf": "[[outputs.file]]\n"})
    assert not has_output({"a.conf": AGENT})


def test_nothing_at_all_is_no_finding() -> None:
    assert check_texts({}) == ()


def test_an_agent_without_interval_asks_every_ten_seconds() -> None:
    found = said(SNMP.replace('"2s"', '"5s"'), agent="[[inputs.internal]]\n")

    assert "of an interval of 10 s" in found[0]


@pytest.mark.parametrize(
    ("asking", "sentence"),
    [
        (
            Asking(interval_s=60, timeout_s=10, retries=2),
            r"10 s x 3 tries x 2 \(scalars and table\) = 60 s, and it is asked every 60 s; lower",
        ),
        (
            Asking(interval_s=10, timeout_s=1, retries=1, pings=9),
            r"9 pings x 1 s \+ 1 s = 10 s, and it is pinged every 10 s; lower metrics\.pings",
        ),
    ],
    ids=["snmp", "ping"],
)
def test_a_device_that_takes_longer_than_the_interval_is_refused_with_the_sum(
    asking: Asking, sentence: str
) -> None:
    with pytest.raises(TelegrafError, match=sentence):
        refuse_slow(asking)


def test_what_ends_before_the_next_poll_is_no_fault() -> None:
    refuse_slow(Asking())
    refuse_slow(Asking(interval_s=9, timeout_s=2, retries=1, pings=6))
    refuse_slow(Asking(interval_s=9, timeout_s=2, retries=1, pings=0))


def test_findings_are_refused_with_the_first_and_their_number() -> None:
    one = Finding(path="a.conf", message="it has no agent")

    refuse_findings([])
    with pytest.raises(TelegrafError, match=r"^a\.conf: it has no agent; see"):
        refuse_findings([one])
    with pytest.raises(TelegrafError, match=r"it has no agent \(and 1 more\); see"):
        refuse_findings([one, one])
