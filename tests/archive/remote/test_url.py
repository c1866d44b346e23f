"""Which URLs a remote may have."""

from __future__ import annotations

import pytest

from netwb.archive.remote.url import parse_url
from netwb.errors import InputError


@pytest.mark.parametrize(
    ("text", "scheme", "host"),
    [
        ("https://git.example.net/net/acme.git", "https", "git.example.net"),
        ("https://git.example.net:8443/acme.git", "https", "git.example.net"),
        ("ssh://git@git.example.net/acme.git", "ssh", "git.example.net"),
        ("ssh://git@[2001:db8::1]:2222/acme.git", "ssh", "2001:db8::1"),
        ("ssh://git.example.net/~/acme.git", "ssh", "git.example.net"),
        ("file:///srv/git/acme.git", "file", ""),
    ],
    ids=["https", "port", "ssh", "IPv6", "home of the user", "file"],
)
def test_a_url_of_the_three_ways_is_taken(text: str, scheme: str, host: str) -> None:
    found = parse_url(text)

    assert (found.scheme, found.host, found.text) == (scheme, host, text)


def test_the_folder_of_a_file_url_is_decoded_as_git_does() -> None:
    assert parse_url("file:///srv/my%20git/acme.git").folder == "/srv/my git/acme.git"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 2000,
        "acme.git",
        "/srv/git/acme.git",
        "git@git.example.net:acme.git",
        "http://git.example.net/acme.git",
        "git://git.example.net/acme.git",
        "ftp://git.example.net/acme.git",
        "ext::sh -c touch% /tmp/x",
        "ext::sh",
        "fd::17",
        "https::https://git.example.net/x",
        "--upload-pack=touch /tmp/x",
        "-oProxyCommand=touch",
        "ssh://-oProxyCommand=touch/acme.git",
        "ssh://git@-oProxyCommand=touch/acme.git",
        "ssh://-git@git.example.net/acme.git",
        "ssh://git@git.example.net/-x",
        "ssh://git@git.example.net",
        "ssh://git@git.example.net/",
        "ssh://git@%2doProxyCommand/x",
        "https://git.example.net/",
        "https:///acme.git",
        "https://git.example.net:0/acme.git",
        "https://git.example.net:99999/acme.git",
        "https://git.example.net:x/acme.git",
        "https://git.example.net/acme.git?token=1",
        "https://git.example.net/acme.git#x",
        "https://robot@git.example.net/acme.git",
        "https://git.exa mple.net/acme.git",
        "https://git.example.net/a\ncme.git",
        "https://git.example.net/a\x1b[31mcme.git",
        "https://git.example.net/acme.git\0",
        "file://host/srv/git/acme.git",
        "file://",
        "file:///",
        "file:srv/git",
        "file:///srv/%00x",
    ],
)
def test_any_other_url_is_refused_with_its_cure(text: str) -> None:
    with pytest.raises(InputError, match=r"^the URL of the remote .*; .*ssh://user@host/path.git"):
        parse_url(text)


def test_a_password_in_a_url_is_refused_and_not_shown() -> None:
    with pytest.raises(InputError) as refused:
        parse_url("https://robot:hunter2-Secret@git.example.net/acme.git")

    assert "hunter2" not in str(refused.value)
    assert "holds a password" in str(refused.value)
