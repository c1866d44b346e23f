"""What Git printed, read: lines, sections, words. Git itself is run, as in the archive."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwb.configs.diff import ConfigDiff, DiffLine, parse_diff, render_patch, whole_text
from netwb.configs.words import Kind, Word, changed_words
from netwb.platforms.record import Platform

assert shutil.which("git"), "git is needed: the archive stands on it"
assert shutil.which("patch"), (
    "patch is needed: what netwb prints must suit it (apt-get install patch)"
)

Compare = Callable[..., ConfigDiff]


@pytest.fixture
def compare(tmp_path: Path, ios: Platform) -> Compare:
    def run(old: str, new: str, /, **options: str) -> ConfigDiff:
        (tmp_path / "old").write_text(old)
        (tmp_path / "new").write_text(new)
        command = ["git", "diff", "--no-index", "--histogram", "--text", "old", "new"]
        printed = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).stdout
        return parse_diff(
            printed,
            old_text=old.encode(),
            new_text=new.encode(),
            style="indent",
            blocks=ios.blocks,
            **options,  # type: ignore[arg-type]
        )

    return run


OLD = """hostname edge1
!
interface Gi0/1
 description one
 ip address 192.0.2.1 255.255.255.252
!
interface Gi0/2
 description two
!
router bgp 64500
 bgp log-neighbor-changes
 address-family ipv4 vrf RED
  neighbor 192.0.2.2 activate
  neighbor 192.0.2.2 weight 10
!
end
"""


def test_a_change_is_labelled_with_its_section(compare: Compare) -> None:
    diff = compare(OLD, OLD.replace("description one", "description uno"), old="a@1", new="a@2")

    (hunk,) = diff.hunks
    assert (diff.old, diff.new, diff.added, diff.removed) == ("a@1", "a@2", 1, 1)
    assert hunk.section == "interface Gi0/1"
    assert (hunk.old_start, hunk.new_start) == (1, 1)
    assert [line.text for line in hunk.lines if line.kind == "removed"] == [" description one"]
    assert [line.text for line in hunk.lines if line.kind == "added"] == [" description uno"]


def test_a_nested_change_is_labelled_with_all_its_sections(compare: Compare) -> None:
    diff = compare(OLD, OLD.replace("weight 10", "weight 20"))

    assert [hunk.section for hunk in diff.hunks] == [
        "router bgp 64500 > address-family ipv4 vrf RED"
    ]


def test_neighbouring_sections_are_hunks_of_their_own(compare: Compare) -> None:
    new = OLD.replace("255.255.255.252", "255.255.255.0").replace(
        "description two", "description 2"
    )

    first, second = compare(OLD, new).hunks

    assert (first.section, second.section) == ("interface Gi0/1", "interface Gi0/2")
    assert first.lines[-1].text == " ip address 192.0.2.1 255.255.255.0"
    assert second.lines[0] == DiffLine(kind="same", text="!")
    assert (second.old_start, second.new_start) == (6, 6)


def test_a_new_section_is_labelled_with_itself(compare: Compare) -> None:
    new = OLD.replace(
        "!\nrouter", "!\ninterface Lo9\n ip address 203.0.113.9 255.255.255.255\n!\nrouter"
    )

    (hunk,) = compare(OLD, new).hunks

    assert hunk.section == "interface Lo9"


def test_a_separator_that_came_alone_is_still_shown(compare: Compare) -> None:
    (hunk,) = compare(OLD, OLD.replace("hostname edge1\n", "hostname edge1\n!\n")).hunks

    assert hunk.section == ""
    assert [line.kind for line in hunk.lines].count("added") == 1


def test_changes_side_by_side_in_two_sections_share_what_encloses_both(compare: Compare) -> None:
    new = OLD.replace("  neighbor 192.0.2.2 weight 10\n", " timers bgp 10 30\n")

    (hunk,) = compare(OLD, new).hunks

    assert hunk.section == "router bgp 64500"


def test_equal_texts_have_no_hunk(compare: Compare) -> None:
    diff = compare(OLD, OLD)

    assert diff.hunks == ()
    assert diff.added == diff.removed == 0


@pytest.mark.parametrize(
    ("old", "new", "added", "removed"),
    [("", OLD, 16, 0), (OLD, "", 0, 16), ("a\nb", "a\nc\n", 1, 1)],
    ids=["created", "emptied", "no newline at the end"],
)
def test_whole_texts_come_and_go(
    compare: Compare, old: str, new: str, added: int, removed: int
) -> None:
    diff = compare(old, new)

    assert (diff.added, diff.removed) == (added, removed)


def test_a_changed_banner_line_is_in_its_banner(compare: Compare) -> None:
    old = OLD.replace("end\n", "banner motd ^C\nBe\n nice\n^C\nend\n")

    (hunk,) = compare(old, old.replace(" nice", " kind")).hunks

    assert hunk.section == "banner motd ^C"


def test_the_json_shape_is_the_contracts(compare: Compare) -> None:
    diff = compare("a\n", "b\n", old="edge1@1", new="edge1@2")

    assert diff.as_json() == {
        "old": "edge1@1",
        "new": "edge1@2",
        "added": 1,
        "removed": 1,
        "hunks": [
            {
                "section": "",
                "old_start": 1,
                "new_start": 1,
                "lines": [{"kind": "removed", "text": "a"}, {"kind": "added", "text": "b"}],
            }
        ],
    }


def test_in_a_notebook_every_text_of_a_device_is_escaped(compare: Compare) -> None:
    hostile = "<script>alert(1)</script>"
    old = f"interface {hostile}\n description a\n"

    html = compare(old, old.replace(" a\n", f" a {hostile}\n"), words="yes")._repr_html_()

    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 3
    assert "1 added, 1 removed" in html


def test_words_say_what_changed_in_a_line(compare: Compare) -> None:
    diff = compare(OLD, OLD.replace("description one", "description one and more"), words="yes")

    changed = [line for line in diff.hunks[0].lines if line.kind != "same"]
    assert changed[0].words == (Word(kind="same", text=" description one"),)
    assert changed[1].words == (
        Word(kind="same", text=" description one"),
        Word(kind="added", text=" and more"),
    )


def test_words_in_the_middle_are_matched_in_order() -> None:
    lines: list[tuple[Kind, str]] = [("removed", "a x b y c"), ("added", "z a b q c w")]

    marked = changed_words(lines)

    assert [word.text for word in marked[0] if word.kind == "removed"] == ["x ", "y"]
    assert [word.text for word in marked[1] if word.kind == "same"] == ["a b ", " c"]


def test_lines_with_nothing_in_common_have_no_words() -> None:
    assert changed_words([("removed", "hostname a"), ("added", "no shutdown")]) == {}


def test_very_long_lines_are_compared_by_their_ends() -> None:
    old = " ".join(f"o{number}" for number in range(300))
    new = " ".join(f"n{number}" for number in range(300))

    marked = changed_words([("removed", f"vlan {old} end"), ("added", f"vlan {new} end")])

    assert [word.kind for word in marked[0]] == ["same", "removed", "same"]


def test_each_removed_line_stands_against_one_added_line() -> None:
    lines: list[tuple[Kind, str]] = [
        ("removed", "vlan 1"),
        ("added", "vlan 2"),
        ("added", "vlan 3"),
        ("same", "!"),
        ("removed", "vlan 4"),
        ("same", "!"),
        ("added", "vlan 5"),
        ("removed", "vlan 6"),
        ("added", "vlan 7"),
        ("removed", "vlan 8"),
        ("added", "vlan 9"),
    ]

    assert sorted(changed_words(lines)) == [0, 1, 7, 8, 9, 10]


LINES = st.lists(st.sampled_from(["a", " b", "  c", "!", "interface x", " d e f", ""]), max_size=30)


@settings(max_examples=40, deadline=None)
@given(LINES, LINES)
def test_the_hunks_hold_git_s_lines_and_numbers(
    tmp_path_factory: pytest.TempPathFactory, old: list[str], new: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("diff")
    texts = ["".join(f"{line}\n" for line in lines) for lines in (old, new)]
    for name, text in zip(("old", "new"), texts, strict=True):
        (folder / name).write_text(text)
    command = ["git", "diff", "--no-index", "--histogram", "--text", "old", "new"]
    printed = subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout

    diff = parse_diff(
        printed, old_text=texts[0].encode(), new_text=texts[1].encode(), style="indent", words="yes"
    )

    patched: list[str] = []
    reached = 0
    for hunk in diff.hunks:
        start = hunk.old_start - 1
        patched += old[reached:start]
        assert len(patched) == hunk.new_start - 1
        gone = [line.text for line in hunk.lines if line.kind != "added"]
        assert old[start : start + len(gone)] == gone
        patched += [line.text for line in hunk.lines if line.kind != "removed"]
        reached = start + len(gone)
        assert all("".join(w.text for w in line.words) in ("", line.text) for line in hunk.lines)
    assert patched + old[reached:] == new


PATCHED = st.lists(
    st.sampled_from(["a", " b", "!", "interface x", " d", "", "caf\u00e9"]), max_size=40
)


@settings(max_examples=30, deadline=None)
@given(PATCHED, PATCHED, st.sampled_from([b"", b"\n"]))
def test_a_patch_makes_the_new_text_of_the_old_one(
    tmp_path_factory: pytest.TempPathFactory, old: list[str], new: list[str], end: bytes
) -> None:
    folder = tmp_path_factory.mktemp("patch")
    texts = ["".join(f"{line}\n" for line in lines).encode("latin-1") for lines in (old, new)]
    texts[1] = texts[1].removesuffix(b"\n") + end if texts[1] else b""
    for name, text in zip(("old", "new"), texts, strict=True):
        (folder / name).write_bytes(text)
    command = ["git", "diff", "--no-index", "--histogram", "--text", "old", "new"]
    printed = subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout
    diff = parse_diff(printed, old_text=texts[0], new_text=texts[1], style="indent")

    patch = render_patch(diff, old="fra1/edge1.cfg", new="fra1/edge1.cfg")

    for tool in (["git", "apply", "-p1", "-"], ["patch", "-p1", "--quiet", "--fuzz=0"]):
        work = folder / tool[0]
        (work / "fra1").mkdir(parents=True)
        (work / "fra1" / "edge1.cfg").write_bytes(texts[0])
        if patch:
            done = subprocess.run(tool, cwd=work, input=patch, capture_output=True, check=False)
            assert done.returncode == 0, (patch, done.stderr, done.stdout)
        left = work / "fra1" / "edge1.cfg"  # `patch` removes a file that it has emptied
        assert (left.read_bytes() if left.exists() else b"") == texts[1]


@pytest.mark.parametrize("way", [[], ["-R"]], ids=["forwards", "backwards"])
@pytest.mark.parametrize("old", [b"hostname a\nend\n", None], ids=["renamed", "first"])
def test_a_patch_names_and_moves_the_file_too(
    tmp_path: Path, old: bytes | None, way: list[str]
) -> None:
    text = b"hostname a\nend\n"
    came = whole_text(text, new="acme/a@1")
    same = parse_diff(b"", old_text=text, new_text=text, style="indent")
    before, after = {} if old is None else {"fra1/a.cfg": text}, {"fra1/b.cfg": text}
    if old is None:
        patch = render_patch(came, old=None, new="fra1/b.cfg")
    else:
        patch = render_patch(same, old="fra1/a.cfg", new="fra1/b.cfg")
    (tmp_path / "fra1").mkdir()
    for name, content in (after if way else before).items():
        (tmp_path / name).write_bytes(content)

    subprocess.run(["git", "apply", *way, "-"], input=patch, cwd=tmp_path, check=True)

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    found = {str(path.relative_to(tmp_path)): path.read_bytes() for path in files}
    assert found == (before if way else after)


def test_a_first_text_is_wholly_added() -> None:
    diff = whole_text(b"hostname a\nend\n", new="acme/a@1")

    assert (diff.added, diff.removed) == (2, 0)
    assert [line.text for line in diff.hunks[0].lines] == ["hostname a", "end"]
    assert whole_text(b"", new="acme/a@1").hunks == ()
