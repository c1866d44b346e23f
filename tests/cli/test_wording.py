"""What is wrong with a command line, in netwb's own words."""

from __future__ import annotations

import pytest

from netwb.cli.main import main


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("history e --limit abc", "--limit: 'abc' is no number"),
        ("history e --limit 5000", "--limit: 5000 is not from 1 to 1000"),
        ("history e --lmit 5", "there is no option --lmit; did you mean --limit?"),
        ("history e --qqqq", "there is no option --qqqq"),
        ("changes --since foo", "--since: 'foo' is no time; write 2026-11-24, "),
        ("user add x --role boss", "--role: 'boss' is none of customer, viewer, operator"),
        ("history", "DEVICE is missing"),
        ("token issue --user a", "--days is missing"),
        ("token issue --user a --days x", "--days: 'x' is no number"),
        ("show a b", "nothing takes 'b' here"),
        ("backup --note", "--note wants a value behind it"),
        ("backup --failed=yes", "--failed takes no value"),
        ("search x --author", "--author wants a value behind it"),
    ],
)
def test_wrong_usage_is_said_in_netwbs_voice(
    line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(line.split())

    told = capsys.readouterr().err
    assert status == 2
    assert told.startswith(f"netwb: {said}"), told
    assert "--help`" in told
    assert not {"Invalid", "Missing", "Got", "No such"} & set(told.split())
