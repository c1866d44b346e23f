"""The notify script's settings, its key, TLS, and what a person who installs it is told."""

from __future__ import annotations

import ast
import json
import os
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from netwb.blackhole.events import arriving
from netwb.notify.signing import key_text
from tests.notify.receivers import Receiver, receiving, status
from tests.real_components import require_real
from tests.telegraf.fastnetmon.caller import BAN, KEY, SCRIPT, Caller, arrived

NOBODY = "http://127.0.0.1:9"
TREE = ast.parse(SCRIPT.read_text())


def test_its_grammar_is_that_of_python_3_6() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def test_it_asks_the_standard_library_for_nothing_that_3_6_lacks() -> None:
    newer = {
        *("nullcontext", "time_ns", "fromisoformat", "removeprefix", "removesuffix", "isascii"),
        *("dataclass", "dataclasses", "cached_property", "capture_output", "randbytes"),
        *("annotations", "memfd_create", "close_range", "zoneinfo", "prod", "get_running_loop"),
        *("waitstatus_to_exitcode", "posix_spawn", "pairwise", "reconfigure", "UTC", "missing_ok"),
    }
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(TREE)
        if isinstance(node, ast.Attribute | ast.Name)
    }
    words = {node.arg for node in ast.walk(TREE) if isinstance(node, ast.keyword)}
    taken = [
        f"{node.func.value.id}.{node.func.attr}"
        for node in ast.walk(TREE)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    ]

    assert newer & (names | words) == set()
    assert "hmac.digest" not in taken


def test_it_is_one_file_of_the_standard_library_that_can_be_run() -> None:
    imported = {
        name
        for node in ast.walk(TREE)
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert {name.partition(".")[0] for name in imported} <= STANDARD
    assert os.access(SCRIPT, os.X_OK)
    assert SCRIPT.read_text().startswith("#!/usr/bin/python3 -IS\n")


STANDARD = {
    *("base64", "binascii", "configparser", "contextlib", "datetime", "errno", "fcntl", "hashlib"),
    *("hmac", "http", "ipaddress", "json", "os", "re", "select", "signal", "socket", "ssl", "stat"),
    *("sys", "syslog", "time", "typing", "urllib"),
}


def test_it_and_netwb_agree_on_the_header_that_names_the_sender() -> None:
    assert f'"{arriving.SENDER_HEADER}"' in SCRIPT.read_text()


def test_it_tells_how_it_is_used_and_names_every_setting(tmp_path: Path) -> None:
    exit_status, said = Caller(home=tmp_path, url=NOBODY).said("--help")

    assert exit_status == 0
    defaults = next(
        ast.literal_eval(node.value)
        for node in ast.walk(TREE)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DEFAULTS"
    )
    assert all(f"  {name} = " in said for name in defaults)


def test_a_test_is_answered_and_asks_for_nothing(tmp_path: Path) -> None:
    with receiving(status(202, json.dumps({"id": "msg_1", "status": "test"}))) as receiver:
        exit_status, said = Caller(home=tmp_path, url=receiver.url).said("--test")

    assert exit_status == 0
    assert "the test arrived: netwb answers 202: test" in said
    assert arrived(receiver.got[0]).event is None


def test_a_test_that_does_not_arrive_says_why(tmp_path: Path) -> None:
    exit_status, said = Caller(home=tmp_path, url=NOBODY).said("--test")

    assert exit_status == 1
    assert "the test did not arrive: netwb is not reached: " in said
    assert "Connection refused" in said


def test_a_sender_that_netwb_does_not_know_is_told_where_to_look(tmp_path: Path) -> None:
    with receiving(status(401, json.dumps({"detail": "nobody that netwb knows"}))) as receiver:
        exit_status, said = Caller(home=tmp_path, url=receiver.url).said("--test")

    assert exit_status == 1
    assert "401: nobody that netwb knows; are sender, key and clock right?" in said


def test_a_test_tells_of_what_waits_and_of_an_open_key(tmp_path: Path) -> None:
    caller = Caller(home=tmp_path, url=NOBODY)
    caller.call(*BAN)
    (tmp_path / "key").chmod(0o644)

    with receiving() as receiver:
        _, said = caller.said("--test", url=receiver.url)

    assert f"waiting in {caller.spool}: 1; --drain sends them" in said
    assert "others may read the key; `chmod 0600" in said


def test_settings_come_from_a_file_and_the_environment_stands_above_it(tmp_path: Path) -> None:
    config = tmp_path / "own.ini"
    with receiving() as receiver:
        config.write_text(
            f"[netwb]\nurl = {receiver.url} ; netwb\nsender = of-the-file\n"
            f"key = file:{tmp_path / 'key'}\nspool = {tmp_path / 'spool'}\nlog = {tmp_path / 'log'}\n"
            "detach = no\nretry_s = 0\n"
        )
        (tmp_path / "key").write_text(key_text(KEY))
        (tmp_path / "key").chmod(0o600)
        for environment in ({}, {"NETWB_NOTIFY_SENDER": "of-the-environment"}):
            done = subprocess.run(
                [Caller(home=tmp_path, url="").python, "-IS", SCRIPT, "--config", config, *BAN],
                env=environment,
                stdin=subprocess.DEVNULL,
                check=False,
            )
            assert done.returncode == 0

    senders = [headers["netwb-sender"] for headers, _ in receiver.got]
    assert senders == ["of-the-file", "of-the-environment"]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"url": ""}, "url is not set"),
        ({"url": "netwb.example.net"}, "url is not of the form"),
        ({"url": "ftp://127.0.0.1/"}, "url is not of the form"),
        ({"url": "https://user:pass@127.0.0.1/"}, "without a login"),
        ({"url": "https://127.0.0.1:99999/"}, "url is not of the form"),
        ({"url": "https://127.0.0.1/a\tb"}, "url is not of the form"),
        ({"url": "http://203.0.113.1:5006"}, "url goes without TLS to another machine"),
        ({"sender": ""}, "sender is not set"),
        ({"sender": "a\r\nx: y"}, "sender is not set, or no name"),
        ({"key": ""}, "key is not of the form file:PATH"),
        ({"key": key_text(KEY)}, "key is not of the form file:PATH"),
        ({"key": "file:/nowhere/key"}, "the key /nowhere/key cannot be read: No such file"),
        ({"key": "env:NOTHING"}, "env:NOTHING holds no key"),
        ({"key": "file:/dev/null"}, "file:/dev/null holds no key"),
    ],
)
def test_what_cannot_be_sent_by_is_named_and_the_event_waits(
    settings: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    caller = Caller(home=tmp_path, url=NOBODY, settings=settings)

    assert caller.call(*BAN) == 2
    exit_status, said = caller.said("--test")

    assert exit_status == 2
    assert sentence in said
    assert sentence in caller.log()
    assert len(caller.waiting()) == 1
    assert key_text(KEY)[6:20] not in caller.log() + said


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"retry_s": "soon"}, "retry_s is no number from 0 to 86400"),
        ({"spool_events": "0"}, "spool_events is no number from 1 to 100000"),
        ({"allow_http": "perhaps"}, "allow_http is neither yes nor no"),
    ],
)
def test_a_slip_in_what_has_a_default_holds_up_no_event(
    settings: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    with receiving() as receiver:
        caller = Caller(home=tmp_path, url=receiver.url, settings=settings)

        assert caller.call(*BAN) == 0

    assert sentence in caller.log()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[netwb]\ncolor = red\n", "there is no setting color"),
        ("url = x\n", "is no INI file with a section [netwb]"),
        ("\0\x1b[2J", "is no INI file with a section [netwb]"),
        ("[netwb]\nurl = %(x)s\n[netwb]\n", "is no INI file"),
    ],
)
def test_a_bad_file_is_named(text: str, sentence: str, tmp_path: Path) -> None:
    with receiving() as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        environment = caller.environment()
        Path(environment["NETWB_NOTIFY_CONFIG"]).write_text(text)

        assert caller.call(*BAN) == 0

    assert sentence in caller.log()


def test_a_file_that_is_named_and_not_there_is_said(tmp_path: Path) -> None:
    exit_status, said = Caller(home=tmp_path, url=NOBODY).said("--config", "/nowhere.ini", "--test")

    assert exit_status == 1
    assert "/nowhere.ini cannot be read: No such file" in said


def test_the_address_of_netwb_alone_is_enough(tmp_path: Path) -> None:
    paths: list[str] = []
    with receiving() as receiver:
        good = receiver.answer

        def answer(handler: object) -> None:
            paths.append(handler.path)  # type: ignore[attr-defined]
            good(handler)  # type: ignore[arg-type]

        receiver.answer = answer
        base = receiver.url.removesuffix("/hook/S3cretPath")
        for url in (base, f"{base}/", f"{base}/behind/a/proxy?x=1"):
            assert Caller(home=tmp_path, url=url).call(*BAN) == 0

    assert paths == [*["/api/v1/fastnetmon/events"] * 2, "/behind/a/proxy?x=1"]


def test_the_key_may_come_from_the_environment(tmp_path: Path) -> None:
    with receiving() as receiver:
        caller = Caller(home=tmp_path, url=receiver.url, settings={"key": "env:OWN_KEY"})
        done = subprocess.run(
            [caller.python, "-IS", SCRIPT, *BAN],
            env={**caller.environment(), "OWN_KEY": key_text(KEY)},
            stdin=subprocess.DEVNULL,
            check=False,
        )

    assert done.returncode == 0
    arrived(receiver.got[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    receiver: Receiver
    certificate: Path


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Secured]:
    """A receiver whose certificate is of `netwb.example.net`, and of its own making."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "cert.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "1", "-subj", "/CN=netwb.example.net", "-keyout", key),
            *("-out", certificate, "-addext", "subjectAltName=DNS:netwb.example.net"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with receiving(context=context) as receiver:
        yield Secured(receiver=receiver, certificate=certificate)


def test_a_certificate_that_is_trusted_by_its_file_and_name_is_taken(
    secured: Secured, tmp_path: Path
) -> None:
    settings = {"ca_file": str(secured.certificate), "tls_name": "netwb.example.net"}
    caller = Caller(home=tmp_path, url=secured.receiver.url, settings=settings)

    assert caller.call(*BAN) == 0

    arrived(secured.receiver.got[0])


@pytest.mark.parametrize("name", ["nobody-trusts-it", "another-name", "no-such-file", "no-tls"])
def test_otherwise_nothing_is_sent_and_the_event_waits(
    name: str, secured: Secured, tmp_path: Path
) -> None:
    trusted = {"ca_file": str(secured.certificate)}
    named = {"tls_name": "netwb.example.net"}
    settings = {
        "nobody-trusts-it": named,
        "another-name": trusted,
        "no-such-file": {**named, "ca_file": "/nowhere.pem"},
        "no-tls": {**trusted, **named},
    }[name]
    caller = Caller(home=tmp_path, url=secured.receiver.url, settings=settings)

    with receiving() as plain:
        if name == "no-tls":
            caller = replace(caller, url=plain.url.replace("http:", "https:"))
        assert caller.call(*BAN) == 1
        assert plain.got == []

    assert secured.receiver.got == []
    assert len(caller.waiting()) == 1
    assert "netwb is not reached" in caller.log()


def test_its_log_is_its_owner_s_and_a_link_in_its_place_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("kept")
    (tmp_path / "link").symlink_to(precious)
    with receiving() as receiver:
        caller = Caller(home=tmp_path, url=receiver.url, settings={"log": str(tmp_path / "link")})

        assert caller.call(*BAN) == 0

    assert precious.read_text() == "kept"
    assert len(receiver.got) == 1


@pytest.mark.real
def test_who_only_borrows_rights_chooses_no_settings(tmp_path: Path) -> None:
    require_real("rights to lend (root)", os.geteuid() == 0)
    with receiving() as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        config = tmp_path / "own.ini"
        config.write_text(f"[netwb]\nurl = {receiver.url}\nlog = {tmp_path / 'log'}\n")
        lend = "import os, sys; os.setresuid(65534, 0, 0); os.execv(sys.argv[1], sys.argv[1:])"
        words = [caller.python, "-c", lend, caller.python, "-IS", str(SCRIPT)]

        done = subprocess.run(
            [*words, "--config", str(config), "--test"],
            env=caller.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 2
    assert "url is not set" in done.stderr
    assert receiver.got == []
    assert caller.log() == ""
