"""Rule files that are broken, each in one way: the text, the line of the fault, the thing, the cure."""

from __future__ import annotations

from typing import NamedTuple

GOOD = """\
rules:
  - id: ntp-two-sources
    title: Two NTP servers
    severity: medium
    checks:
      - platform: cisco_ios
        count: {match: '^ntp server ', at_least: 2}
    examples:
      - platform: cisco_ios
        passes: |
          ntp server 192.0.2.123
          ntp server 192.0.2.124
        fails: |
          ntp server 192.0.2.123
"""
CHECK = "        count: {match: '^ntp server ', at_least: 2}\n"


class Broken(NamedTuple):
    """What is wrong, where, and what the message says of both."""

    way: str
    text: str
    line: int
    thing: str
    cure: str


def _checked(way: str, check: str, thing: str, cure: str, *, line: int = 7) -> Broken:
    """The good file with another check in the place of its own."""
    lines = "".join(f"        {part}\n" for part in check.split("\n"))
    return Broken(way, GOOD.replace(CHECK, lines), line, thing, cure)


def _changed(way: str, old: str, new: str, line: int, *told: str) -> Broken:
    """The good file with something else in it."""
    thing, cure = told
    assert old in GOOD
    return Broken(way, GOOD.replace(old, new), line, thing, cure)


BROKEN = (
    # YAML itself
    Broken("a tab", "rules:\n\t- id: x\n", 2, "a tab", "indent by spaces"),
    _changed("a colon in a text", "Two NTP", "NTP: two", 3, "a colon", "put the text in single quotes"),
    Broken("a quote that stays open", "rules:\n  - id: a-rule\n    title: 'two\n    severity: low\n", 3, "a quote", "close it"),
    _changed("a bracket that stays open", ": cisco_ios\n        c", ": [cisco_ios\n        c", 6, "a bracket", "close it"),
    Broken("a bracket at the end", "off: [\n\n", 1, "a bracket or brace", "close it"),
    _changed("a line out of line", "    severity", "   severity", 4, "not indented as those above", "align it"),
    _changed("a key without a colon", "severity: medium", "severity", 5, "lacks its colon", "write `key: value`"),
    _checked("a backslash in double quotes", 'must_match: "^ntp \\S+"', "a backslash", "put the pattern in single quotes"),
    _checked("a pattern that begins like an alias", "must_match: *ntp", "the alias `*ntp`", "write its text here"),
    _changed("an anchor", "title: Two", "title: &two Two", 3, "the anchor `&two`", "take it out"),
    _changed("a tag of Python's", "title: Two NTP servers", "title: !!python/object:os.system x", 3, "the tag `!!python/object:os.system`", "take it out"),
    Broken("a second document", f"{GOOD}---\noff: [x]\n", 15, "a second document", "take the line `---` out"),
    _changed("a control character", "Two NTP", "Two\x07NTP", 3, "U+0007", "take it out"),
    Broken("too deep", "rules: " + "[" * 40, 1, "deeper than 12 levels", "rules need less"),
    _changed("a key twice", "    severity: medium\n", "    severity: medium\n    severity: low\n", 5, "`severity` stands here again after line 4", "keep one"),
    # the file
    Broken("nothing", "# only words\n", 1, "no rules", "begin it with `rules:`"),
    Broken("an empty mapping", "{}\n", 1, "no rules", "begin it with `rules:`"),
    Broken("a key that is a list", "? [a, b]\n: c\noff: [a-rule]\n", 1, "a key must be a word", "write `key: value`"),
    Broken("a list at the top", "- id: x\n", 1, "no rules", "begin it with `rules:`"),
    _changed("an unknown key of the file", "rules:\n", "rule:\n", 1, "unknown key `rule`", "did you mean `rules`?"),
    Broken("rules that are no list", "rules:\n  id: x\n", 1, "`rules` must be a list", "write each item as `- ...`"),
    Broken("a rule that is a word", "rules:\n  - ntp\n", 2, "a rule is a list item with keys", "write `- id: ...`"),
    Broken("off twice", "off:\n  - a-rule\n  - a-rule\n", 3, "names a-rule twice", "keep one"),
    Broken("an id twice", GOOD + GOOD.removeprefix("rules:\n"), 15, "`ntp-two-sources` stands here again after line 2", "rename one"),
    Broken("too many rules", "rules:\n" + "  - id: x\n" * 201, 202, "`rules` has 201 items and 200 are the most", "split the file"),
    Broken("off of too many", "off:\n" + "".join(f"  - rule-{n}\n" for n in range(201)), 202, "`off` has 201 items", "split the file"),
    Broken("off of no id", "off:\n  - NTP two\n", 2, "`off` is a list of rules' ids", "write each as `- rule-id`"),
    _changed("an empty selector", "    checks", "    applies_to:\n    checks", 5, "`applies_to` is empty", "take the key out"),
    _changed("an empty not", "    checks", "    applies_to: {not: }\n    checks", 5, "`not` is empty", "take the key out"),
    _changed("an escape in a title", "title: Two", 'title: "\\e[31mTwo" #', 3, "a line break or a control character", "write it on one line"),
    _changed("a control character in a reason", "    checks", '    why: "\\a"\n    checks', 5, "a control character", "take it out"),
    _checked("a pattern of two lines", 'must_match: "a\\nb"', "has a line break", "write several"),
    _checked("a header of two lines", 'in: "a\\nb"\nmust_match: x', "a line break or a control character", "write it on one line"),
    # a rule's head
    _changed("a bad id", "ntp-two-sources", "NTP two", 2, "'NTP two' is no id", "write 2 to 63 of a-z, 0-9 and hyphens"),
    _changed("a misspelled key", "    title", "    titel", 3, "unknown key `titel`", "did you mean `title`?"),
    _changed("a missing severity", "    severity: medium\n", "", 2, "`severity` is missing", "write one of low, medium, high, critical"),
    _changed("a misspelled severity", "medium", "meduim", 4, "`severity` is 'meduim'", "did you mean `medium`?"),
    _changed("an empty title", "Two NTP servers", "", 3, "`title` is empty", "write something, or take the key out"),
    _changed("a title too long", "Two NTP servers", "x" * 201, 3, "`title` is longer than 200 characters", "shorten it"),
    _changed("a list for a truth value", "    checks", "    locked: [true]\n    checks", 5, "`locked`", "must be true or false"),
    _changed("a text for a selector", "    checks", "    applies_to: pe\n    checks", 5, "`applies_to` must have keys of its own", "write them indented below it"),
    _changed("a list for a text", "title: Two NTP servers", "title: [a, b]", 3, "`title` must be a text", "write it on one line"),
    _changed("neither true nor false", "    checks", "    locked: perhaps\n    checks", 5, "`locked`", "must be true or false"),
    _changed("an unknown key of a selector", "    checks", "    applies_to: {rolle: x}\n    checks", 5, "unknown key `rolle`", "did you mean `role`?"),
    _changed("a misspelled platform", "cisco_ios\n        c", "ciso_ios\n        c", 6, "unknown platform `ciso_ios`", "did you mean `cisco_ios`?"),
    # a check
    _checked("no verb", "needed: two", "a check without a verb", "give it one of must_contain", line=6),
    _checked("two verbs", "must_match: x\nmust_not_match: y", "`must_match` and `must_not_match`", "make it 2 checks", line=6),
    _checked("a pattern that RE2 does not read", "must_match: '^ntp (server'", "not usable: missing )", "write it as RE2 reads it"),
    _checked("a back-reference", r"must_match: '(a)\1'", "not usable", "without back-references"),
    _checked("a pattern that asks nothing", "must_match: '.*'", "matches an empty line too", "say more"),
    _checked("a pattern too long", f"must_match: {'x' * 2049}", "longer than 2048 bytes", "write several"),
    _checked("a pattern that repeats too much", "must_match: '" + ".{999}" * 6 + "'", "repeats too much", "repeat less often"),
    _checked("a pattern of a section", "in: ['interface (']\nmust_match: x", "not usable", "write it as RE2 reads it"),
    _checked("a number in words", "count: {match: x, at_least: two}", "`at_least` must be a whole number", "write it in digits"),
    _checked("a count that asks nothing", "count: {match: x}", "`count` asks nothing", "give `at_least` or `at_most`"),
    _checked("a count that is always so", "count: {match: x, at_least: 0}", "`at_least` must be at least 1", "write a greater number"),
    _checked("a count beyond all texts", "count: {match: x, at_most: 10000000}", "`at_most` must be at most 1000000", "write a smaller number"),
    _checked("a list for a number", "count: {match: x, at_least: [2]}", "`at_least` must be a whole number", "write it in digits"),
    _checked("a count of nothing", "count: {at_least: 2}", "`match` is missing in `count`", "write it"),
    _checked("too many lines", "must_contain: [" + "x, " * 200 + "x]", "`must_contain` has more than 200 items", "split it"),
    _checked("a list in a list", "must_contain: [x, [y]]", "item 2 of `must_contain` must be a text", "write it on one line"),
    _checked("a key of nothing known", "must_match: x\nfrobnicate: y", "unknown key `frobnicate`", "write one of platform, in", line=8),
    _checked("bounds that cross", "count: {match: x, at_least: 3, at_most: 2}", "`at_least` 3 is above `at_most` 2", "no text can have both"),
    _checked("a key in the wrong place", "at_least: 2\nmust_match: x", "the key `at_least` has no place here", "it belongs into `count` or `value`"),
    _checked("a value without a group", "value: {match: '^mtu [0-9]+', at_least: 1}", "has 0 groups", "put exactly the value in ( )"),
    _checked("distinct words without a group", "count: {match: '^ntp ', at_least: 2, distinct: true}", "`count` with `distinct` has 0 groups", "put exactly the value in ( )"),
    _checked("a value that asks nothing", "value: {match: '^mtu (.*)'}", "`value` asks nothing", "give `at_least`, `at_most` or `one_of`"),
    _checked("an order of one", "ordered: [x]", "`ordered` needs at least 2", "add what is missing"),
    _checked("a line of two", 'must_contain: "a\\nb"', "a line is one line", "write several as a list"),
    _checked("an empty list", "must_contain: []", "`must_contain` needs at least 1", "add what is missing"),
    _checked("a section that is not asked for", "without_section: compliant\nmust_match: x", "`without_section` needs a section", "give `in` or `where`", line=6),
    _checked("a startup of a section", "in: [x]\nrunning_is_startup: true", "is of whole texts", "take `in`, `where` and `where_not` out", line=6),
    # an example
    _changed("an example without a text", GOOD[GOOD.index("        passes"):], "", 9, "shows nothing", "give `passes` or `fails`"),
    _changed("a startup without its text", "        fails: |", "        startup_fails: |", 9, "`startup_fails` stands without `fails`", "give both"),
    _changed("lines of no text", "        fails: |\n          ntp server 192.0.2.123\n", "        at: [1]\n", 9, "`at` are lines of `fails`", "give it, or take `at` out"),
)  # fmt: skip
