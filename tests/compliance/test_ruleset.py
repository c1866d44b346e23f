"""Layers of rules: the starter pack, the provider's files, the tenants' own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.compliance.records import (
    Check,
    MustMatch,
    Origin,
    Rule,
    RuleFile,
    RunningIsStartup,
    Severity,
)
from netwb.compliance.ruleset import RuleSet, digest_of, where_startup_is_taken
from netwb.compliance.selector import Selector, Subject, Words

EDGE = Subject(platform="cisco_ios", tenant="acme", site="fra1", hostname="Edge1", role="pe", labels=("internet",))  # fmt: skip


def rule(
    rule_id: str, *, title: str = "t", locked: bool = False, severity: Severity = "low"
) -> Rule:
    check = Check(verb=MustMatch(patterns=("x",)))
    return Rule(id=rule_id, title=title, severity=severity, locked=locked, checks=(check,))


def file(origin: Origin, *rules: Rule, off: tuple[str, ...] = (), tenant: str = "") -> RuleFile:
    name = f"{tenant or origin}/own.yaml"
    owned = tuple(
        replace(one, origin=f"{name}:{number + 2}", tenant_id=tenant or None)
        for number, one in enumerate(rules)
    )
    return RuleFile(
        name=name,
        origin=origin,
        rules=owned,
        off=off,
        off_lines=tuple(range(7, 7 + len(off))),
        tenant_id=tenant or None,
    )


def titles(rules: RuleSet, tenant_id: str = "") -> dict[str, str]:
    return {one.id: one.title for one in rules.for_device(EDGE, tenant_id)}


STARTER = file("starter", rule("aa"), rule("bb"), rule("cc", locked=True))


class TestLayers:
    """The same id replaces; what is off is off for whom it says."""

    def test_the_provider_replaces_and_leaves_out(self) -> None:
        provider = file("provider", rule("aa", title="ours"), rule("dd"), off=("bb",))

        rules = RuleSet.of(provider, STARTER)

        assert titles(rules) == {"aa": "ours", "cc": "t", "dd": "t"}
        assert rules.faults == ()

    def test_a_tenant_replaces_adds_and_leaves_out_for_itself_alone(self) -> None:
        own = file("tenant", rule("aa", title="theirs"), rule("zz"), off=("bb",), tenant="t1")

        rules = RuleSet.of(STARTER, own)

        assert titles(rules, "t1") == {"aa": "theirs", "cc": "t", "zz": "t"}
        assert titles(rules, "t2") == titles(RuleSet.of(STARTER), "t1") == {"aa": "t", "bb": "t", "cc": "t"}  # fmt: skip

    def test_all_rules_are_listed_with_a_tenants_before_what_it_replaces(self) -> None:
        rules = RuleSet.of(STARTER, file("tenant", rule("aa", title="theirs"), tenant="t1"))

        assert [(one.id, one.title) for one in rules.rules] == [("aa", "theirs"), ("aa", "t"), ("bb", "t"), ("cc", "t")]  # fmt: skip
        assert [one.id for one in rules.for_tenant("t1")] == ["aa", "bb", "cc"]

    def test_the_provider_unlocks_a_rule_by_its_own(self) -> None:
        rules = RuleSet.of(STARTER, file("provider", rule("cc")), file("tenant", off=("cc",), tenant="t1"))  # fmt: skip

        assert "cc" not in titles(rules, "t1")
        assert rules.faults == ()


class TestRefused:
    """What a file may not do is told, and does nothing."""

    def test_a_locked_rule_is_not_replaced_by_a_tenant(self) -> None:
        rules = RuleSet.of(STARTER, file("tenant", rule("cc", title="weaker"), tenant="t1"))

        assert titles(rules, "t1")["cc"] == "t"
        assert rules.faults == ("t1/own.yaml:2: the provider has locked `cc`; give the rule another id",)  # fmt: skip

    @pytest.mark.parametrize(("origin", "tenant"), [("provider", ""), ("tenant", "t1")])
    def test_a_locked_rule_is_not_turned_off(self, origin: Origin, tenant: str) -> None:
        rules = RuleSet.of(STARTER, file(origin, off=("cc",), tenant=tenant))

        assert "cc" in titles(rules, tenant)
        assert rules.faults[0].endswith(
            "`off` names `cc`, which the provider has locked; take it out"
        )

    @pytest.mark.parametrize(
        ("named", "cure"), [("aab", "did you mean `aa`?"), ("qqqq", "take it out")]
    )
    def test_off_names_rules_that_there_are(self, named: str, cure: str) -> None:
        rules = RuleSet.of(STARTER, file("provider", off=(named,)))

        assert rules.faults == (
            f"provider/own.yaml:7: `off` names `{named}`, which is no rule; {cure}",
        )

    def test_a_tenants_off_may_name_what_the_provider_left_out_already(self) -> None:
        off = ("aa",)

        assert RuleSet.of(STARTER, file("provider", off=off), file("tenant", off=off, tenant="t1")).faults == ()  # fmt: skip

    def test_two_files_beside_each_other_do_not_share_an_id(self) -> None:
        rules = RuleSet.of(
            file("provider", rule("aa")), file("provider", rule("aa", title="second"))
        )

        assert titles(rules) == {"aa": "t"}
        assert rules.faults == ("provider/own.yaml:2: the id `aa` stands in provider/own.yaml:2 already; rename one",)  # fmt: skip

    def test_faults_of_files_come_along(self) -> None:
        assert RuleSet.of(replace(STARTER, faults=("a", "b"))).faults == ("a", "b")


class TestDigest:
    """What was judged by another set is judged anew, and nothing else is."""

    def test_words_examples_and_places_change_nothing(self) -> None:
        moved = replace(
            STARTER,
            rules=tuple(
                replace(one, title="x", why="y", origin="elsewhere:7") for one in STARTER.rules
            ),
        )

        assert RuleSet.of(moved).digest == RuleSet.of(STARTER).digest

    @pytest.mark.parametrize(
        "other",
        [
            file("provider", rule("zz")),
            file("provider", off=("aa",)),
            file("tenant", off=("aa",), tenant="t1"),
        ],
    )
    def test_rules_that_come_or_go_change_it(self, other: RuleFile) -> None:
        assert RuleSet.of(STARTER, other).digest != RuleSet.of(STARTER).digest

    def test_a_check_changes_it(self) -> None:
        other = replace(rule("aa"), checks=(Check(verb=MustMatch(patterns=("y",))),))

        assert digest_of([other]) != digest_of([rule("aa")])


class TestSelector:
    """Every key must hold, and one word of it is enough."""

    @pytest.mark.parametrize(
        ("words", "means"),
        [
            (Words(), True),
            (Words(platform=("cisco_ios", "frr")), True),
            (Words(platform=("frr",)), False),
            (Words(site=("fra1",), role=("pe",), tenant=("acme",)), True),
            (Words(site=("fra1",), role=("p",)), False),
            (Words(label=("internet", "x")), True),
            (Words(label=("x",)), False),
            (Words(hostname=("edge*",)), True),
            (Words(hostname=("edge",)), False),
            (Words(hostname=("EDGE?",)), True),
        ],
    )
    def test_words_mean_a_device(self, words: Words, *, means: bool) -> None:
        assert Selector(words=words).means(EDGE) is means

    def test_one_key_of_not_is_enough_to_leave_a_device_out(self) -> None:
        assert not Selector(without=Words(role=("lab",), site=("fra1",))).means(EDGE)
        assert Selector(without=Words(role=("lab",), site=("muc1",))).means(EDGE)

    def test_a_device_without_a_role_is_not_meant_by_one(self) -> None:
        assert not Selector(words=Words(role=("pe",))).means(Subject(platform="frr"))


IDS = st.sampled_from(["aa", "bb", "cc", "dd"])
FILES = st.builds(
    lambda origin, ids, off, tenant: file(origin, *[rule(one) for one in ids], off=tuple(off), tenant=tenant if origin == "tenant" else ""),
    st.sampled_from(["starter", "provider", "tenant"]),
    st.lists(IDS, unique=True, max_size=3),
    st.lists(IDS, unique=True, max_size=2),
    st.sampled_from(["t1", "t2"]),
)  # fmt: skip


@given(st.lists(FILES, max_size=6))
def test_two_tenants_never_meet(files: list[RuleFile]) -> None:
    rules = RuleSet.of(*files)

    for tenant in ("t1", "t2", "t3"):
        held = rules.for_tenant(tenant)
        assert {one.tenant_id for one in held} <= {None, tenant}
        assert [one.id for one in held] == sorted({one.id for one in held})
        alone = RuleSet.of(*(one for one in files if one.tenant_id in {None, tenant}))
        assert alone.for_tenant(tenant) == held


class TestStartup:
    """What compares with the startup configuration is for devices whose one is taken."""

    COMPARED = Rule(
        id="saved",
        title="t",
        severity="low",
        checks=(
            Check(platforms=("arista_eos", "cisco_ios"), verb=RunningIsStartup()),
            Check(platforms=("juniper_junos",), verb=MustMatch(patterns=("x",))),
        ),
    )

    def test_it_means_no_platform_whose_one_is_not_taken(self) -> None:
        (found,) = where_startup_is_taken(
            file("starter", self.COMPARED), lambda name: name == "arista_eos"
        ).rules

        meant = {
            name
            for name in ("arista_eos", "cisco_ios", "juniper_junos", "acme_os")
            if found.applies_to.means(Subject(platform=name))
        }

        assert meant == {"arista_eos", "juniper_junos", "acme_os"}

    def test_other_rules_stay_as_they_are(self) -> None:
        assert where_startup_is_taken(STARTER, lambda _: False) == STARTER
