"""What Git and ssh say, in netwb's own words."""

from __future__ import annotations

import pytest

from netwb.archive.remote.said import parse_porcelain, quoted, remote_error

END = "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n"


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("ssh: connect to host h port 22: Connection refused\r\n" + END, "cannot be reached"),
        ("ssh: connect to host h port 22: Connection timed out\r\n" + END, "cannot be reached"),
        ("ssh: connect to host h port 22: No route to host\r\n" + END, "cannot be reached"),
        ("Connection closed by 192.0.2.1 port 22\r\n" + END, "cannot be reached"),
        ("fatal: the remote end hung up unexpectedly\n", "cannot be reached"),
        ("ssh: Could not resolve hostname h: Name or service not known\n" + END, "found by its name"),
        ("fatal: unable to access 'https://h/x/': Could not resolve host: h\n", "found by its name"),
        ("git@h: Permission denied (publickey).\r\n" + END, "refuses what it was opened with"),
        ("remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://h/x/'\n", "refuses what it was opened with"),
        ("fatal: could not read Username for 'https://h': terminal prompts disabled\n", "refuses what it was opened with"),
        ("fatal: unable to access 'https://h/x/': The requested URL returned error: 403\n", "refuses what it was opened with"),
        ("@@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@@\nHost key verification failed.\r\n" + END, "another host key"),
        ("fatal: unable to access 'https://h/': server certificate verification failed. CAfile: none\n", "certificate that is not trusted"),
        ("fatal: unable to access 'https://h/': SSL certificate problem: certificate has expired\n", "has expired"),
        ("fatal: unable to access 'https://h/': SSL: no alternative certificate subject name matches target host name 'h'\n", "of another host name"),
        ("fatal: unable to access 'https://h/': SSL: certificate subject name (x) does not match target hostname 'h'\n", "of another host name"),
        ("fatal: unable to update url base from redirection:\n  asked for: https://h/x/info/refs\n   redirect: https://i/\n", "redirects are not followed"),
        ("fatal: unable to access 'https://h/x/': The requested URL returned error: 301\n", "redirects are not followed"),
        ("fatal: '/srv/x.git' does not appear to be a git repository\n" + END, "is not there"),
        ("remote: Repository not found.\nfatal: repository 'https://h/x/' not found\n", "is not there"),
        ("fatal: detected dubious ownership in repository at '/srv/x.git'\n" + END, "belongs to another user"),
        ("error: remote unpack failed: unable to create temporary object directory\n", "cannot be written"),
        ("fatal: write error: No space left on device\n", "no room left"),
        ('Load key "/k": error in libcrypto\r\ngit@h: Permission denied (publickey).\r\n' + END, "key that netwb cannot use"),
        ("fatal: something of a later git\n", "something of a later git"),
        ("", "without a word"),
    ],
)  # fmt: skip
def test_a_saying_becomes_one_sentence_with_its_cure(said: str, word: str) -> None:
    sentence = str(remote_error("remote of acme", said))

    assert sentence.startswith("remote of acme ")
    assert word in sentence
    assert ";" in sentence
    assert "\n" not in sentence


def test_words_of_the_other_side_show_no_url_and_no_control_character() -> None:
    told = quoted("see \x1b[31mhttps://u:hunter2@h/x\x07 and " + "y" * 1000)

    assert told.isprintable()
    assert "hunter2" not in told
    assert len(told) <= 200


def test_a_quote_around_a_url_stays_whole() -> None:
    assert quoted("cannot use 'https://u:p@h/x': why") == "cannot use 'URL': why"


def test_each_ref_of_a_push_has_its_answer() -> None:
    printed = (
        "To file:///srv/x.git\n"
        " \trefs/heads/main:refs/heads/main\tabc..def\n"
        "=\tabc:refs/netwb/vault\t[up to date]\n"
        "!\tabc:refs/heads/other\t[rejected] (fetch first)\n"
        "!\tabc:refs/heads/x\t[remote rejected] (pre-receive hook declined)\n"
        "Done\n"
    )

    answers = {one.ref: (one.status, one.reason) for one in parse_porcelain(printed)}

    assert answers == {
        "refs/heads/main": ("pushed", ""),
        "refs/netwb/vault": ("same", ""),
        "refs/heads/other": ("rejected", "fetch first"),
        "refs/heads/x": ("rejected", "pre-receive hook declined"),
    }
