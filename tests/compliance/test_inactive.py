"""Lines of Junos that do nothing prove nothing, and are nobody's fault."""

from __future__ import annotations

from netwb.compliance.inactive import inactive_lines
from netwb.compliance.text import ConfigText


def test_what_is_deactivated_and_all_below_it_counts_nowhere() -> None:
    text = ConfigText.of(
        b"set system services telnet connection-limit 5\n"
        b"set system services telnet-relay x\n"
        b"set system services ssh\n"
        b"deactivate system services telnet\n",
        "indent",
    )

    found = text.within(text.whole, text.matching("^set system services ", lambda: False))

    assert found == (1, 2)


def test_a_group_counts_where_something_applies_it() -> None:
    lines = [
        b"set groups clock system ntp server 192.0.2.123",
        b"set groups spare system ntp server 192.0.2.124",
        b"set groups off system ntp server 192.0.2.125",
        b"set apply-groups clock",
        b"set apply-groups off",
        b"deactivate apply-groups off",
    ]

    assert inactive_lines(lines) == {1, 2, 4}


def test_several_groups_are_applied_in_one_line() -> None:
    lines = [
        b"set groups a system x",
        b"set groups b system x",
        b"set interfaces ge-0/0/0 apply-groups [ a b ]",
    ]

    assert inactive_lines(lines) == frozenset()


def test_each_member_of_a_cluster_has_a_group_of_its_own() -> None:
    lines = [b"set groups node0 system host-name a", b'set apply-groups "${node}"']

    assert inactive_lines(lines) == frozenset()


def test_other_platforms_have_no_inactive_lines() -> None:
    assert inactive_lines([b"hostname edge1", b"deactivate x", b"set x"]) == frozenset()
    assert inactive_lines([]) == frozenset()
