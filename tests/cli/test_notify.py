"""`netwb notify`: a target from a variable to a message that arrived, and what goes wrong on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from tests.cli.commands import Commands
from tests.notify.mailbox import mail_server
from tests.notify.receivers import Receiver, receiving, status


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving() as made:
        monkeypatch.setenv("HOOK", made.url)
        yield made


@pytest.fixture
def netwb(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Commands:
    """A home with two tenants, and URLs in variables."""
    monkeypatch.setenv("CLOSED", "http://127.0.0.1:1/S3cretPath")
    monkeypatch.setenv("LOOPBACK", "https://localhost/S3cretPath")
    monkeypatch.setenv("NONSENSE", "nonsense://S3cretPath")
    commands = Commands(tmp_path / "home", capsys)
    commands("init")
    for tenant in ("acme", "umbra"):
        commands("tenant", "add", tenant)
    return commands


def test_a_webhook_is_added_tried_listed_and_retired(netwb: Commands, receiver: Receiver) -> None:
    added = netwb("notify", "target", "add", "noc", "--webhook", "env:HOOK")
    key = added.out.strip()
    tried = netwb("notify", "test", "noc")
    ((headers, body),) = receiver.got

    assert (added.status, tried.status) == (0, 0)
    assert re.fullmatch(r"whsec_\S{44}", key)
    assert Webhook(key).verify(body, headers)["type"] == "notify.test"
    assert "arrived" in tried.out
    (listed,) = netwb("notify", "target", "list", "--json").json["items"]
    assert (listed["name"], listed["kind"], listed["waiting"]) == ("noc", "webhook", 0)
    assert "S3cretPath" not in str(listed) + tried.out + added.err
    (sent,) = netwb("notify", "list", "--json").json["items"]
    assert (sent["target"], sent["state"], sent["tries"]) == ("noc", "sent", 1)
    assert sent["message_id"] == headers["webhook-id"]
    assert netwb("notify", "target", "retire", "noc").status == 0
    assert netwb("notify", "target", "list", "--json").json["items"] == []


def test_the_document_of_a_new_target_has_its_key_this_once(netwb: Commands) -> None:
    added = netwb("notify", "target", "add", "noc", "--webhook", "env:CLOSED", "--json").json

    assert added["key"].startswith("whsec_")
    assert added["target"]["name"] == "noc"
    assert added["key"] not in netwb("notify", "target", "list", "--json").out


def test_keys_are_rotated_and_settled(netwb: Commands, receiver: Receiver) -> None:
    first = netwb("notify", "target", "add", "noc", "--webhook", "env:HOOK").out.strip()
    second = netwb("notify", "target", "set", "noc", "--rotate-key").out.strip()
    netwb("notify", "test")
    netwb("notify", "target", "set", "noc", "--settle-key")
    netwb("notify", "test")
    (rotating, body), (settled, later) = receiver.got

    for key in (first, second):
        Webhook(key).verify(body, rotating)
    assert Webhook(second).verify(later, settled)
    assert settled["webhook-signature"].count("v1,") == 1


def test_mail_is_tried_at_once(netwb: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as mailbox:
        monkeypatch.setenv("MAIL", mailbox.url)
        netwb("notify", "target", "add", "mail", "--url", "env:MAIL", "--digest", "changes")
        tried = netwb("notify", "test", "--json")

        assert tried.json["items"][0]["error"] == ""
        assert tried.json["items"][0]["shown"] == "mailto://127.0.0.1/... to noc@example.org"
        assert mailbox.mails[0]["subject"] == "[netwb] test"


def test_a_message_is_delivered_again_by_hand(netwb: Commands, receiver: Receiver) -> None:
    receiver.answer = status(500)
    netwb("notify", "target", "add", "noc", "--webhook", "env:HOOK", "--kinds", "backup.*")
    failed = netwb("notify", "test")
    number = str(netwb("notify", "list", "--state", "failed", "--json").json["items"][0]["id"])
    again = netwb("notify", "redeliver", number, "--json")

    assert (failed.status, "answers 500" in failed.out) == (1, True)
    assert (again.status, again.json["state"]) == (0, "queued")
    assert netwb("notify", "redeliver", "999").status == 4


def test_routes_are_listed_added_and_taken_away(netwb: Commands) -> None:
    netwb("notify", "target", "add", "noc", "--webhook", "env:CLOSED", "--kinds", "backup.*")
    more = ("--kinds", "config.*", "--severity", "info", "--only", "acme")
    added = netwb("notify", "route", "add", "noc", *more, "--json").json
    first, second = netwb("notify", "route", "list", "--json").json["items"]

    assert {tuple(first["kinds"]), tuple(second["kinds"])} == {("backup.*",), ("config.*",)}
    assert added["tenant_slugs"] == ["acme"]
    assert netwb("notify", "route", "retire", added["id"]).status == 0
    assert len(netwb("notify", "route", "list", "--json").json["items"]) == 1
    assert netwb("notify", "route", "retire", added["id"]).status == 4
    assert "config.changed" in netwb("notify", "kinds").out


@pytest.mark.parametrize(
    ("arguments", "exit_status", "says"),
    [
        (("--webhook", "https://example.org/S3cretPath"), 2, "never taken from an argument"),
        (("--webhook", "env:NOBODY"), 2, "NOBODY is not set"),
        (("--url", "env:NONSENSE"), 2, "apprise makes no target of this nonsense:// URL"),
        (("--webhook", "env:NONSENSE"), 2, "no URL"),
        (("--tenant", "acme", "--webhook", "env:LOOPBACK"), 2, "not public"),
        (("--tenant", "acme", "--webhook", "env:CLOSED"), 2, "https"),
        (("--tenant", "nobody", "--webhook", "env:CLOSED"), 4, "nobody"),
        (("--webhook", "env:CLOSED", "--kinds", "backup.faild"), 2, "kinds are"),
        (("--webhook", "env:CLOSED", "--only", "nobody"), 4, "nobody"),
        (("--webhook", "prompt", "--reference"), 2, "URL"),
        ((), 2, "--url"),
        (("--url", "env:CLOSED", "--webhook", "env:CLOSED"), 2, "one of them"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_added(
    netwb: Commands, arguments: tuple[str, ...], exit_status: int, says: str
) -> None:
    refused = netwb("notify", "target", "add", "noc", *arguments)

    assert (refused.status, refused.out) == (exit_status, "")
    assert says in refused.err
    assert "S3cretPath" not in refused.err
    assert netwb("notify", "target", "list", "--json").json["items"] == []


def test_a_wrong_url_is_said_by_its_cause_at_once(netwb: Commands) -> None:
    netwb("notify", "target", "add", "noc", "--webhook", "env:CLOSED")

    tried = netwb("notify", "test", "noc", "--json")

    assert tried.status == 1
    assert tried.json["items"][0]["error"] == "127.0.0.1 takes no connection on that port"


def test_an_unknown_target_is_not_found(netwb: Commands) -> None:
    for command in (("test", "nobody"), ("target", "retire", "nobody"), ("route", "add", "nobody")):
        assert netwb("notify", *command).status == 4
    assert netwb("notify", "list", "--target", "nobody").status == 4
    assert netwb("notify", "target", "set", "nobody").status == 2


def test_the_daemons_jobs_tell_and_send(netwb: Commands, receiver: Receiver) -> None:
    netwb("notify", "target", "add", "noc", "--webhook", "env:HOOK", "--digest", "always")

    digest = netwb("scheduler", "--run", "digest")
    told = netwb("scheduler", "--run", "notify")

    assert (digest.status, told.status) == (0, 0), digest.err + told.err
    assert b'"type":"digest"' in receiver.got[0][1]


def test_a_tenants_events_go_to_its_webhook(netwb: Commands, receiver: Receiver) -> None:
    add = ("notify", "target", "add", "acme/erp", "--webhook", "env:HOOK", "--events", "--inside")
    added = netwb(*add, "--kinds", "device.*", "--kinds", "port.added")
    tried = netwb("notify", "test", "acme/erp")
    ((headers, body),) = receiver.got

    assert (added.status, tried.status) == (0, 0)
    assert Webhook(added.out.strip()).verify(body, headers)["kind"] == "feed.test"
    kinds = ["device.added", "device.changed", "device.retired", "port.added"]
    (listed,) = netwb("notify", "target", "list", "--json").json["items"]
    assert (listed["kind"], listed["inside"], listed["events"]) == ("feed", True, kinds)
    assert f"events: {', '.join(kinds)}" in netwb("notify", "target", "list").out
    assert netwb("notify", "route", "list", "--json").json["items"] == []
    assert netwb("notify", "target", "set", "acme/erp", "--rotate-key").status == 0
    assert netwb("notify", "target", "retire", "acme/erp").status == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("erp", "--webhook", "env:HOOK", "--events"), "say whose by --tenant"),
        (("acme/erp", "--url", "env:HOOK", "--events"), "--webhook alone"),
        (("acme/erp", "--webhook", "env:HOOK", "--events", "--digest", "always"), "--digest"),
        (("acme/erp", "--webhook", "env:HOOK", "--events", "--only", "acme"), "--only"),
        (("acme/erp", "--webhook", "env:HOOK", "--events"), "https"),
        (("acme/erp", "--webhook", "env:HOOK", "--inside"), "--inside goes with --events"),
        (("acme/erp", "--webhook", "env:HOOK", "--events", "--kinds", "backup.*"), "kind of event"),
    ],
)
def test_what_cannot_carry_events_is_said(
    netwb: Commands, receiver: Receiver, words: tuple[str, ...], said: str
) -> None:
    refused = netwb("notify", "target", "add", *words)

    assert refused.status == 2
    assert said in refused.err
    assert receiver.got == []
