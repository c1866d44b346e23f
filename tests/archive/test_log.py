"""What `git log` prints is read, whatever a device put into its text."""

from __future__ import annotations

from io import BytesIO

from netwb.archive.log import parse_log

NO = b"0" * 40
OLD, NEW = b"1" * 40, b"2" * 40


def head(commit: bytes, message: bytes) -> bytes:
    return b"\0%s\nana\n1700000000\n1700000060\n%s\n\0\n" % (commit, message)


def test_hunks_are_read_by_their_counts_and_not_by_what_their_lines_look_like() -> None:
    printed = (
        head(b"c1", b"edge1: changed")
        + b"\n:100644 100644 %s %s M\tfra1/edge1.cfg\n\n" % (OLD, NEW)
        + b"diff --git a/fra1/edge1.cfg b/fra1/edge1.cfg\n"
        + b"index 1..2 100644\n--- a/fra1/edge1.cfg\n+++ b/fra1/edge1.cfg\n"
        + b"@@ -2,2 +2,3 @@ interface x\n-- a\n-\0c1\n+diff --git a b\n+@@ -1 +1 @@\n+\0\n"
        + b"@@ -9,0 +11 @@\n+last\n"
        + head(b"c2", b"next")
    )

    first, second = parse_log(BytesIO(printed))

    (file,) = first.files
    assert [hunk.old_start for hunk in file.hunks] == [1, 9]
    assert file.hunks[0].removed == (b"- a", b"\0c1")
    assert (file.added, file.removed) == (4, 2)
    assert file.grown == len(b"diff --git a b\n@@ -1 +1 @@\n\0\nlast\n") - len(b"- a\n\0c1\n")
    assert (second.commit, second.files) == ("c2", ())


def test_a_text_without_a_last_newline_is_counted_to_the_byte() -> None:
    printed = (
        head(b"c1", b"m")
        + b"\n:100644 100644 %s %s M\tx.cfg\n\ndiff --git a/x.cfg b/x.cfg\n" % (OLD, NEW)
        + b"@@ -1 +1,2 @@\n-ab\n\\ No newline at end of file\n+ab\n+cd\n"
        + b"\\ No newline at end of file\n"
    )

    ((commit),) = parse_log(BytesIO(printed))

    assert commit.files[0].grown == len(b"ab\ncd") - len(b"ab")


def test_moved_added_and_deleted_files_are_told_apart() -> None:
    printed = (
        head(b"c1", b"m")
        + b"\n:100644 100644 %s %s R100\ta/x.cfg\tb/y.cfg\n" % (OLD, OLD)
        + b":000000 100644 %s %s A\tb/z.cfg\n" % (NO, NEW)
        + b":100644 000000 %s %s D\tb/w.cfg\n\n" % (OLD, NO)
        + b"diff --git a/a/x.cfg b/b/y.cfg\nsimilarity index 100%\n"
        + b"rename from a/x.cfg\nrename to b/y.cfg\n"
        + b"diff --git a/b/z.cfg b/b/z.cfg\nnew file mode 100644\n@@ -0,0 +1 @@\n+z\n"
        + b"diff --git a/b/w.cfg b/b/w.cfg\ndeleted file mode 100644\n@@ -1 +0,0 @@\n-w\n"
    )

    (commit,) = parse_log(BytesIO(printed))

    assert [(f.status, f.old_path, f.path, f.added, f.removed) for f in commit.files] == [
        ("R", "a/x.cfg", "b/y.cfg", 0, 0),
        ("A", "b/z.cfg", "b/z.cfg", 1, 0),
        ("D", "b/w.cfg", "b/w.cfg", 0, 1),
    ]
    assert (commit.files[1].old_blob, commit.files[2].blob) == ("", "")


def test_a_removed_last_line_without_newline_is_counted_to_the_byte() -> None:
    printed = (
        head(b"c1", b"m")
        + b"\n:100644 100644 %s %s M\tx.cfg\n\ndiff --git a/x.cfg b/x.cfg\n" % (OLD, NEW)
        + b"@@ -2 +1,0 @@\n-cd\n\\ No newline at end of file\n"
    )

    (commit,) = parse_log(BytesIO(printed))

    assert commit.files[0].grown == -len(b"cd")


def test_a_commit_from_the_end_of_time_is_read() -> None:
    printed = b"\0c1\nEve\n%d\n0\nx\n\0\n" % (2**60)

    (commit,) = parse_log(BytesIO(printed))

    assert commit.at.year == 9999
