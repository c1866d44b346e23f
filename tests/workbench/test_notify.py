"""Notifications on the facade: who may, what is kept secret, and whole paths to real receivers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from netwb.access.records import NewUser
from netwb.collect.replay import recorded
from netwb.errors import (
    InputError,
    InventoryError,
    NotPermittedError,
    UnknownNameError,
    UnreachableError,
)
from netwb.inventory.records import SecretSource
from netwb.notify.digest import MOST_LINES
from netwb.notify.records import NewRoute, NewTarget, TargetKind
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.benches import Rig, ios, ios_text, rig
from tests.notify.mailbox import Mailbox, mail_server, part
from tests.notify.receivers import Receiver, receiving, status
from tests.stores import KINDS, cluster_of
from tests.workbench.people import add, logged_in

ALL = NewRoute(kinds=("*",), severity="info")


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "umbra": ("edge1",)}) as made:
        yield made


@pytest.fixture(params=KINDS)
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """The same on each database."""
    with rig(
        tmp_path, {"acme": ("edge1", "edge2"), "umbra": ("edge1",)}, cluster=cluster_of(request)
    ) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as made:
        yield made


def answered(url: str) -> SecretSource:
    return SecretSource(origin="prompt", answer=url)


def target(
    url: str, name: str = "noc", *, kind: TargetKind = "webhook", tenant: str = ""
) -> NewTarget:
    return NewTarget(name=name, kind=kind, url=answered(url), tenant=tenant, digest="changes")


def admin_of(made: Rig, tenant: str) -> Workbench:
    """A tenant's own admin."""
    made.bench.add_user(NewUser(name=f"admin-{tenant}", role=Role.ADMIN, tenants=(tenant,)))
    return made.bench.acting_as(f"admin-{tenant}")


def test_a_change_reaches_a_receiver_that_verifies_it(both: Rig, receiver: Receiver) -> None:
    added = both.bench.add_notify_target(target(receiver.url), ALL)
    both.back_up()
    both.answer("acme/edge1", ios("edge1", by="ben", ntp="192.0.2.99"))
    both.back_up()
    counted = both.bench.deliver_notices()

    seen = [Webhook(added.key).verify(body, headers) for headers, body in receiver.got]

    change = next(one for one in seen if one["type"] == "config.changed")
    assert (change["data"]["label"], change["data"]["detail"]["author"]) == ("acme/edge1", "ben")
    assert counted.sent == len(seen) == 5


def test_in_a_rotation_either_key_verifies(two: Rig, receiver: Receiver) -> None:
    first = two.bench.add_notify_target(target(receiver.url), ALL).key
    second = two.bench.rotate_notify_key("noc").key
    two.bench.test_notify("noc")
    two.bench.settle_notify_key("noc")
    two.bench.test_notify("noc")
    (rotating, body), (settled, later) = receiver.got

    for key in (first, second):
        Webhook(key).verify(body, rotating)
    Webhook(second).verify(later, settled)
    assert settled["webhook-signature"].count("v1,") == 1


def test_a_second_rotation_waits_until_the_first_is_settled(two: Rig, receiver: Receiver) -> None:
    first = two.bench.add_notify_target(target(receiver.url), ALL).key
    with pytest.raises(InventoryError, match="noc has one key that signs; --rotate-key"):
        two.bench.settle_notify_key("noc")
    two.bench.rotate_notify_key("noc")

    with pytest.raises(InventoryError, match="notify target set noc --settle-key"):
        two.bench.rotate_notify_key("noc")
    two.bench.test_notify("noc")

    ((headers, body),) = receiver.got
    Webhook(first).verify(body, headers)  # the receiver's key signs still


def test_a_new_target_hears_once_of_what_is_wrong_still_and_of_nothing_that_is_past(
    both: Rig, receiver: Receiver
) -> None:
    both.answer("acme/edge2", UnreachableError("edge2: no answer"))
    both.back_up()
    both.clock.advance(days=7)
    both.bench.add_notify_target(target(receiver.url), NewRoute(kinds=("backup.*",)))
    acme = NewTarget(name="ops", kind="webhook", url=answered("https://1.1.1.1/"), tenant="umbra")
    both.bench.add_notify_target(acme, ALL)
    both.bench.deliver_notices()
    both.bench.deliver_notices()

    told = [json.loads(body) for _, body in receiver.got]

    assert [(one["type"], one["data"]["label"], one["data"]["state"]) for one in told] == [
        ("backup.failed", "acme/edge2", "wrong")
    ]
    assert not both.bench.deliveries(target="umbra/ops")


def test_a_failure_and_its_recovery_are_mailed_once_each(two: Rig, mailbox: Mailbox) -> None:
    two.back_up()
    two.bench.deliver_notices()
    two.bench.add_notify_target(target(mailbox.url, kind="service"), NewRoute())
    for _ in range(3):
        two.answer("acme/edge2", UnreachableError("edge2: 127.0.0.1:22 does not answer"))
        two.back_up()
        two.bench.deliver_notices()
    two.answer("acme/edge2", ios("edge2"))
    two.back_up()
    two.bench.deliver_notices()

    assert [mail["subject"] for mail in mailbox.mails] == [
        "[netwb] warning, backup.failed: acme/edge2",
        "[netwb] recovered, backup.failed: acme/edge2",
    ]
    assert "127.0.0.1:22 does not answer" in part(mailbox.mails[0], "plain")


def test_the_digest_is_a_mail_with_redacted_differences_once_a_day(
    both: Rig, mailbox: Mailbox
) -> None:
    both.bench.add_notify_target(
        target(mailbox.url, kind="service"), NewRoute(kinds=("disk.space",))
    )
    both.back_up()
    both.clock.advance(hours=23)
    both.bench.send_digests()
    both.answer("acme/edge1", ios("edge1", by="ben", community="N3w-Secret-Community"))
    both.answer("umbra/edge1", UnreachableError("edge1: 127.0.0.1:22 does not answer"))
    both.clock.advance(hours=5)
    both.back_up()
    both.clock.advance(hours=20)
    first, again = both.bench.send_digests(), both.bench.send_digests()
    both.bench.deliver_notices()
    mail = mailbox.mails[-1]
    text, html = part(mail, "plain"), part(mail, "html")

    assert (first.sent, again.sent, again.silent) == (1, 0, 0)
    assert mail["subject"] == "[netwb] 1 change, 1 wrong"
    for shown in (text, html):
        assert "acme/edge1 by ben" in shown
        assert "No answer: umbra/edge1" in shown
        assert "127.0.0.1:22 does not answer" in shown
        assert "N3w-Secret-Community" not in shown
        assert "Pub1icRead" not in shown
    assert "+ snmp-server community <secret " in text
    assert text.count("\n    ") < MOST_LINES * 3


def test_a_morning_with_nothing_to_say_says_nothing_unless_asked(
    two: Rig, mailbox: Mailbox
) -> None:
    two.bench.add_notify_target(target(mailbox.url, kind="service"), NewRoute())
    quiet = two.bench.send_digests()
    two.bench.set_notify_target("noc", digest="always")
    two.clock.advance(hours=24)
    asked = two.bench.send_digests()
    two.bench.deliver_notices()

    assert (quiet.sent, quiet.silent, asked.sent) == (0, 1, 1)
    assert [mail["subject"] for mail in mailbox.mails] == [
        "[netwb] nothing changed, nothing is wrong"
    ]


def test_a_retired_device_is_wrong_no_more(two: Rig) -> None:
    two.answer("acme/edge2", UnreachableError("edge2: no answer"))
    two.back_up()
    two.bench.retire_device("acme/edge2")
    two.bench.send_digests()

    assert len(two.bench.standing()) == 0


def test_people_are_told_times_in_the_zone_of_the_schedules(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    zone = {"NETWB_SCHEDULER__TIME_ZONE": "Europe/Berlin"}
    with rig(tmp_path, {"acme": ("edge1",)}, settings=zone) as made:
        made.clock.now = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
        made.bench.add_notify_target(target(mailbox.url, kind="service"), NewRoute())
        made.answer("acme/edge1", UnreachableError("edge1: 127.0.0.1:22 does not answer"))
        made.back_up()
        made.clock.advance(hours=5, minutes=30)
        made.bench.send_digests()
        made.bench.deliver_notices()

    digest, failed = mailbox.mails
    for shown in (part(failed, "plain"), part(failed, "html")):
        assert "at 2026-03-29 00:30 CET" in shown
    for shown in (part(digest, "plain"), part(digest, "html")):
        assert "since 2026-03-29 00:30 CET" in shown
        assert "to 2026-03-29 07:00 CEST." in shown
        assert "UTC" not in shown


def test_a_tenants_digest_and_notices_hold_that_tenant_alone(two: Rig) -> None:
    """Its target cannot be on loopback, so what would be sent is read from the queue."""
    acme = admin_of(two, "acme")
    acme.add_notify_target(
        target("https://hooks.example.invalid/S3cret", "ops", tenant="acme"), ALL
    )
    two.back_up()
    for name in ("acme/edge1", "umbra/edge1"):
        two.answer(name, ios("edge1", by="ben", community="N3w-Secret-Community"))
    for name in ("acme/edge2",):
        two.answer(name, UnreachableError("edge2: 127.0.0.1:22 does not answer"))
    two.back_up()
    two.bench.reveal("umbra/edge1", reason="CHG-of-umbra")
    two.bench.send_digests()
    two.bench.deliver_notices()

    sent = messages(two)

    assert {kind for kind, _ in sent} == {
        "run.ended", "config.changed", "backup.failed", "digest",
    }  # fmt: skip
    for _, text in sent:
        for foreign in ("umbra", "127.0.0.1", "N3w-Secret", "Pub1icRead", "060506324F41"):
            assert foreign not in text
    assert "umbra" not in str(list(acme.deliveries()))


def messages(made: Rig) -> list[tuple[str, str]]:
    """Kind and whole stored text of every message."""
    with sqlite3.connect(made.bench.home / "netwb.db") as database:
        rows = database.execute("select kind, message from delivery order by id").fetchall()
    return [(kind, json.dumps(json.loads(message), ensure_ascii=False)) for kind, message in rows]


def test_no_secret_stands_in_any_message_error_list_or_log(
    two: Rig, receiver: Receiver, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = ("S3cretPath", "Pub1icRead", "N3w-Secret", "060506324F41", "hx5rVt7rPNoS4wqbXKX7m0")
    two.bench.add_notify_target(target(receiver.url), ALL)
    two.bench.add_notify_target(target(mailbox.url, "mail", kind="service"), ALL)
    receiver.answer = status(500, "no")
    two.back_up()
    two.answer("acme/edge1", ios("edge1", by="ben", community="N3w-Secret-Community"))
    two.answer("acme/edge2", UnreachableError("edge2: 127.0.0.1:22 does not answer"))
    cut = ios_text("edge1", community="N3w-Secret-Community").partition(b" RO")[0]
    two.answer("umbra/edge1", recorded(cut, prompt=b"edge1#"))
    two.clock.advance(hours=1)
    two.back_up()
    two.bench.reveal("acme/edge1", reason="CHG9")
    two.bench.send_digests()
    for _ in range(3):
        two.clock.advance(hours=2)
        two.bench.deliver_notices()
    two.bench.test_notify()

    seen = [
        *map(str, messages(two)),
        *map(str, two.bench.deliveries()),
        *map(str, two.bench.notify_targets()),
        *(body.decode() for _, body in receiver.got),
        *(str(mail) for mail in mailbox.mails),
        *(str(event) for event in two.bench.audit_events(limit=100)),
        caplog.text,
    ]

    assert {kind for kind, _ in messages(two)} >= {
        *("backup.failed", "backup.rejected", "config.changed", "config.reveal", "run.ended"),
        *("digest", "notify.test"),
    }
    assert not [(secret, text) for secret in secrets for text in seen if secret in text]


def test_only_who_manages_the_system_may_and_only_for_the_own_tenants(two: Rig) -> None:
    acme = admin_of(two, "acme")
    two.bench.add_user(NewUser(name="eng", role=Role.ENGINEER, tenants=None))
    engineer = two.bench.acting_as("eng")
    two.bench.add_notify_target(target("http://127.0.0.1:9/x"), ALL)

    with pytest.raises(NotPermittedError, match=r"system\.manage"):
        engineer.notify_targets()
    with pytest.raises(NotPermittedError, match="all tenants"):
        acme.add_notify_target(target("https://example.invalid/x", "mine"), ALL)
    with pytest.raises(NotPermittedError, match="all tenants"):
        acme.deliver_notices()
    with pytest.raises(NotPermittedError, match="all tenants"):
        acme.send_digests()
    with pytest.raises(UnknownNameError):
        acme.add_notify_target(target("https://example.invalid/x", tenant="umbra"), ALL)
    with pytest.raises(UnknownNameError):
        acme.test_notify("noc")
    with pytest.raises(UnknownNameError):
        acme.retire_notify_target("noc")
    assert [*acme.notify_targets(), *acme.deliveries(), *acme.notify_routes()] == []
    acme.add_notify_target(target("https://example.invalid/x", tenant="acme"), ALL)
    assert [one.label for one in acme.notify_targets()] == ["acme/noc"]
    with pytest.raises(InputError, match="own tenant alone"):
        acme.add_notify_route("acme/noc", NewRoute(tenants=("acme",)))


def test_another_login_cannot_have_the_servers_files_read(two: Rig) -> None:
    add(two, "ana", Role.ADMIN, "acme")
    acme = logged_in(two, "ana")
    new = NewTarget(
        name="x", kind="webhook", tenant="acme", url=SecretSource(origin="file:/etc/passwd")
    )

    with pytest.raises(NotPermittedError, match="files and variables"):
        acme.add_notify_target(new, ALL)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://127.0.0.1/x", "webhook"),
        ("https://[::ffff:10.0.0.1]/x", "webhook"),
        ("https://localhost/x", "webhook"),
        ("https://169.254.169.254/x", "webhook"),
        ("http://example.org/x", "webhook"),
        ("jsons://localhost/x", "service"),
        ("mailto://127.0.0.1/?from=a@example.org&to=b@example.org", "service"),
        ("mailtos://example.invalid/?smtp=localhost&from=a@b.org&to=c@d.org", "service"),
        ("json://example.org/x", "service"),
        ("syslog://", "service"),
    ],
)
def test_a_tenants_target_on_our_ground_is_refused_at_once(
    two: Rig, url: str, kind: TargetKind
) -> None:
    with pytest.raises(InputError):
        two.bench.add_notify_target(target(url, kind=kind, tenant="acme"), ALL)

    assert list(two.bench.notify_targets()) == []


def test_the_providers_own_target_may_be_on_loopback(two: Rig, receiver: Receiver) -> None:
    two.bench.add_notify_target(target(receiver.url), ALL)

    (trial,) = two.bench.test_notify()

    assert (trial.error, len(receiver.got)) == ("", 1)


@pytest.mark.parametrize(
    ("url", "kind", "cause"),
    [
        ("http://127.0.0.1:1/x", "webhook", "takes no connection"),
        ("https://nowhere.invalid/x", "webhook", "not known to DNS"),
        ("json://127.0.0.1:1/x", "service", "takes no connection"),
    ],
)
def test_a_wrong_url_is_said_at_once_by_its_cause(
    two: Rig, url: str, kind: TargetKind, cause: str
) -> None:
    two.bench.add_notify_target(target(url, kind=kind), ALL)

    (trial,) = two.bench.test_notify("noc")
    (logged,) = two.bench.deliveries()

    assert cause in trial.error
    assert (logged.kind, logged.state, logged.last_error) == ("notify.test", "failed", trial.error)


def test_a_reference_is_read_at_each_use(two: Rig, receiver: Receiver, tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("http://127.0.0.1:1/x\n")
    source = SecretSource(origin=f"file:{file}", keep="reference")
    two.bench.add_notify_target(NewTarget(name="noc", kind="webhook", url=source), ALL)
    wrong = two.bench.test_notify("noc")[0].error
    file.write_text(receiver.url + "\n")
    right = two.bench.test_notify("noc")[0].error
    file.unlink()
    gone = two.bench.test_notify("noc")[0].error

    assert "no connection" in wrong
    assert right == ""
    assert "cannot be read" in gone
    assert two.bench.notify_target("noc").stored == f"file:{file}"


def test_what_is_wrong_with_a_new_target_is_named_and_nothing_is_written(two: Rig) -> None:
    two.bench.add_notify_target(target("http://127.0.0.1:9/x"), ALL)
    refused: list[tuple[NewTarget, NewRoute, str]] = [
        (target("http://127.0.0.1:9/x"), ALL, "exists already"),
        (target("http://127.0.0.1:9/x", "a b"), ALL, "no name of a target"),
        (target("http://127.0.0.1:9/x", "b"), NewRoute(kinds=("backup.faild",)), "no kind"),
        (target("http://127.0.0.1:9/x", "b"), NewRoute(tenants=("nobody",)), "nobody"),
        (target("nonsense", "b"), ALL, "no URL"),
        (target("https://x.org/S3cret", "b", kind="service"), ALL, "--webhook"),
    ]

    for new, route, says in refused:
        with pytest.raises((InputError, InventoryError), match=says) as error:
            two.bench.add_notify_target(new, route)
        assert "S3cret" not in str(error.value)
    assert len(two.bench.notify_targets()) == 1


def test_a_route_of_the_provider_may_mean_one_tenant(two: Rig, receiver: Receiver) -> None:
    two.bench.add_notify_target(
        target(receiver.url), NewRoute(kinds=("run.*",), severity="info", tenants=("umbra",))
    )
    two.back_up()
    two.bench.deliver_notices()
    (route,) = two.bench.notify_routes()
    two.bench.retire_notify_route(route.id)
    two.clock.advance(hours=1)
    two.back_up()
    two.bench.deliver_notices()

    (only,) = [json.loads(body)["data"]["label"] for _, body in receiver.got]

    assert (only, route.tenant_slugs, list(two.bench.notify_routes())) == ("umbra", ("umbra",), [])


def test_it_is_audited_under_the_own_tenant_without_the_url(two: Rig) -> None:
    two.bench.add_notify_target(target("https://hooks.example.invalid/S3cret", tenant="acme"), ALL)
    two.bench.retire_notify_target("acme/noc")

    events = two.bench.audit_events(limit=2)

    assert [event.action for event in events] == ["notify.target.retire", "notify.target.add"]
    assert {event.target for event in events} == {"acme/noc"}
    assert all(event.tenant_id for event in events)
    assert "S3cret" not in str(list(events))


def test_a_weeks_rest_is_told_of_a_week_at_most(two: Rig, mailbox: Mailbox) -> None:
    two.bench.add_notify_target(target(mailbox.url, kind="service"), NewRoute())
    two.back_up()
    two.bench.send_digests()
    two.clock.advance(days=30)
    two.answer("acme/edge1", ios("edge1", by="ben", ntp="192.0.2.99"))
    two.back_up()
    two.bench.send_digests()
    two.bench.deliver_notices()

    since = two.clock.now - timedelta(days=7)
    assert f"What happened from {since:%Y-%m-%d %H:%M} UTC" in part(mailbox.mails[-1], "plain")
