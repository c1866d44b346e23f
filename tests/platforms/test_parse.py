"""Platform files: the shipped ones are usable, a bad one is refused with its fault."""

from importlib.resources import files

import pytest

from netwb.errors import SettingsError
from netwb.platforms.parse import parse_platform

NAMES = ["cisco_ios", "cisco_xr", "arista_eos", "frr", "cisco_nxos"]
FRR = (files("netwb.platforms") / "frr.toml").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_platform_is_usable(name: str) -> None:
    source = (files("netwb.platforms") / f"{name}.toml").read_text()

    platform = parse_platform(source, origin=f"{name}.toml")

    assert platform.name == name
    assert platform.secrets
    assert len(platform.rule_set) == 12


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_of_a_platform_has_a_name_of_its_own(name: str) -> None:
    source = (files("netwb.platforms") / f"{name}.toml").read_text()

    platform = parse_platform(source, origin=f"{name}.toml")

    for rules in (platform.secrets, platform.volatile, platform.blocks):
        names = [rule.name for rule in rules]
        assert len(names) == len(set(names))


BAD = {
    "no TOML at all": ("= 1", "not usable"),
    "unknown key": (FRR.replace("title =", "tilte ="), "unknown key 'tilte' in Platform"),
    "unknown key in a table": (
        FRR.replace("end_mark =", "endmark ="),
        "unknown key 'endmark' in WholeWords",
    ),
    "a table is missing": (FRR.replace("[facts]", "[factz]"), "facts"),
    "a key is missing": (FRR.replace('title = "FRRouting"', ""), "key 'title' is missing"),
    "a bad pattern": (FRR.replace("end_mark = 'end'", "end_mark = '('"), "not usable"),
    "a text for a list": (
        FRR.replace("header = [", "header = 'x' # ["),
        "key 'header' must be a list",
    ),
    "a number for a text": (
        FRR.replace('title = "FRRouting"', "title = 1"),
        "key 'title' must be a text",
    ),
    "a number for a pattern": (
        FRR.replace("end_mark = 'end'", "end_mark = 1"),
        "key 'end_mark' must be a text",
    ),
    "a secret rule without its group": (
        FRR + '\n[[secret]]\nname = "x"\nword = "x"\npattern = "x"\n',
        "secret rule 'x' has no group `secret`",
    ),
    "a secret rule without a word": (
        FRR + '\n[[secret]]\nname = "x"\nword = ""\npattern = "(?P<secret>x)"\n',
        "rule 'x' needs a word",
    ),
    "a word on two lines": (
        FRR + '\n[[block]]\nname = "x"\nword = "a\\nb"\nopens = "x"\ncloses = "y"\n',
        "rule 'x' needs a word",
    ),
    "a name without its group": (
        FRR.replace("hostname = 'hostname (\\S+)'", "hostname = 'hostname'"),
        "pattern 'hostname' has no group",
    ),
    "a block rule that nothing closes": (
        FRR + '\n[[block]]\nname = "b"\nword = "x"\nopens = "x"\n',
        "block rule 'b' has neither `closes` nor a group `mark`",
    ),
}


@pytest.mark.parametrize(("source", "fault"), BAD.values(), ids=BAD.keys())
def test_a_bad_platform_file_is_refused_with_its_name_and_fault(source: str, fault: str) -> None:
    with pytest.raises(SettingsError, match=r"mine\.toml") as caught:
        parse_platform(source, origin="mine.toml")

    assert fault in str(caught.value)


@pytest.mark.parametrize(
    "changed",
    [
        FRR + "\n[[secret]]\nname = 'n'\nword = 'n'\npattern = '(?P<secret>n)'\n",
        FRR + "\n[[volatile]]\nname = 'n'\npattern = 'n'\n",
        FRR.replace("header = [", "header = ['n', "),
        FRR.replace("own_words = '", "own_words = 'n|"),
        FRR.replace("anywhere = true", "anywhere = false", 1),
    ],
    ids=["secret", "volatile", "header", "own words", "anywhere"],
)
def test_a_change_of_what_shapes_the_text_is_another_rule_set(changed: str) -> None:
    before, after = (parse_platform(source, origin="frr.toml") for source in (FRR, changed))

    assert before.rule_set != after.rule_set


def test_a_change_of_commands_is_the_same_rule_set() -> None:
    changed = FRR.replace('running = "show running-config"', 'running = "write terminal"')

    before, after = (parse_platform(source, origin="frr.toml") for source in (FRR, changed))

    assert before.rule_set == after.rule_set


def test_a_list_that_is_absent_is_empty() -> None:
    platform = parse_platform(FRR.replace("restricted = []\n", ""), origin="frr.toml")

    assert platform.whole.restricted == ()
