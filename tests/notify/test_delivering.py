"""Rounds of deliveries: at least once, in order per target, and one that fails holds up nobody."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from netwb.errors import UnknownNameError
from netwb.notify.delivering import LEASE_S
from netwb.notify.retrying import COLLAPSE_FROM, GIVE_UP_AFTER, REFUSED_TRIES
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.keyring import MasterKey
from tests.notify.conftest import Office, office_of
from tests.notify.mailbox import mail_server, part
from tests.notify.receivers import GOOD, Receiver, hang, receiving, status
from tests.store.conftest import Clock
from tests.store.processes import at_once

DAY_S = 86400
DOWN = status(500, "down")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def said(receiver: Receiver) -> list[str]:
    return [json.loads(body)["data"]["message"] for _, body in receiver.got]


def test_a_notice_is_sent_once_to_each_target_in_order(office: Office, receiver: Receiver) -> None:
    office.add(receiver.url)
    office.happen(30)

    first, second = office.round(), office.round(after_s=60)

    assert (first.routed, first.sent, first.failed, first.waiting) == (30, 30, 0, 0)
    assert (second.routed, second.sent) == (0, 0)
    assert said(receiver) == [f"number {n}" for n in range(30)]
    assert {one.state for one in office.deliveries()} == {"sent"}


def test_words_that_no_json_can_carry_hold_up_no_target(office: Office, receiver: Receiver) -> None:
    office.add(receiver.url)
    odd = {
        "who": "ana",
        "reason": "caf\udce9\x00",
        "cause": {"message": "\udcff", "of": ["\udce9"]},
    }
    office.notices.happened(
        "config.reveal", tenant_id="t-a", subject="d-1", label="acme/\udcff", message="", detail=odd
    )
    office.happen()

    counted = office.round()

    assert (counted.sent, counted.failed) == (2, 0)
    assert json.loads(receiver.got[0][1])["data"]["detail"] == {
        "who": "ana",
        "reason": "caf\\udce9\\x00",
        "cause": {"message": "\\udcff", "of": ["\\udce9"]},
    }


def test_what_was_told_before_a_target_was_there_is_not_sent_to_it(
    office: Office, receiver: Receiver
) -> None:
    office.happen()
    office.round()
    office.add(receiver.url)
    office.round()

    assert receiver.got == []


def test_what_no_daemon_told_before_a_target_was_there_is_not_sent_to_it(
    office: Office, receiver: Receiver
) -> None:
    office.happen(30)
    office.clock.pass_s(7 * DAY_S)
    office.add(receiver.url)
    office.happen()
    office.round()

    assert said(receiver) == ["number 0"]
    assert office.round().routed == 0


def test_a_receiver_that_is_down_for_a_day_is_caught_up_in_order_within_the_hour(
    office: Office, receiver: Receiver
) -> None:
    office.add(receiver.url)
    receiver.answer = DOWN
    for _ in range(48):
        office.happen()
        office.round(after_s=1800)
    tries, failing = len(receiver.got), office.target()
    receiver.answer = GOOD
    receiver.got.clear()
    for _ in range(61):
        office.round(after_s=60)

    assert tries < 35, "tried again and again"
    assert (failing.waiting, failing.last_error) == (48, "127.0.0.1 answers 500: down")
    assert len(receiver.got) == 48
    assert len(set(receiver.ids())) == 48
    assert [one.message_id for one in office.deliveries()] == receiver.ids()
    assert office.target().failing_since is None


def test_a_repeat_is_the_same_message_under_the_same_id(office: Office, receiver: Receiver) -> None:
    office.add(receiver.url)
    office.happen()
    receiver.answer = DOWN
    office.round()
    receiver.answer = GOOD
    office.round(after_s=60)

    (first, body), (second, again) = receiver.got

    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert office.deliveries()[0].tries == 2


def test_a_receiver_that_hangs_holds_up_no_other(office: Office) -> None:
    with receiving(hang) as hanging, receiving() as well:
        office.add(hanging.url, "hanging")
        office.add(well.url, "well")
        office.happen(3)
        began = monotonic()
        counted = office.round()

        assert said(well) == ["number 0", "number 1", "number 2"]
        assert (counted.sent, counted.failed, counted.waiting) == (3, 1, 3)
        assert monotonic() - began < 15
        assert "did not answer within" in office.deliveries()[0].last_error


def test_a_receiver_that_asks_for_time_is_given_it(office: Office, receiver: Receiver) -> None:
    office.add(receiver.url)
    office.happen()
    receiver.answer = status(429, Retry_After="600")
    office.round()
    office.round(after_s=500)
    assert len(receiver.got) == 1
    office.round(after_s=101)
    assert len(receiver.got) == 2


def test_a_message_that_is_refused_is_given_up_and_the_next_one_goes(
    office: Office, receiver: Receiver
) -> None:
    office.add(receiver.url)
    office.happen(2)
    receiver.answer = status(400, "not this one")
    for _ in range(REFUSED_TRIES - 1):
        office.round(after_s=3600)
    assert said(receiver) == ["number 0"] * (REFUSED_TRIES - 1)

    office.round(after_s=3600)
    receiver.answer = GOOD
    office.round(after_s=3600)

    first, second = office.deliveries()
    assert (first.state, first.last_error) == ("failed", "127.0.0.1 answers 400: not this one")
    assert second.state == "sent"


def test_what_waits_for_days_is_given_up_and_can_be_sent_by_hand(
    office: Office, receiver: Receiver
) -> None:
    office.add(receiver.url)
    office.happen(5)
    receiver.answer = DOWN
    office.round()
    office.round(after_s=GIVE_UP_AFTER.total_seconds() + 1)
    given_up = office.deliveries()
    receiver.answer = GOOD
    receiver.got.clear()

    again = office.queue.redeliver(ALL_TENANTS, given_up[1].id)
    office.round()

    assert {one.state for one in given_up} == {"failed"}
    assert given_up[4].last_error == "given up: it did not arrive for 3 days"
    assert receiver.ids() == [again.message_id] == [given_up[1].message_id]


def test_many_that_wait_for_people_become_one_summary(office: Office) -> None:
    with mail_server() as mailbox:
        office.add(mailbox.url, kind="service")
        office.happen(COLLAPSE_FROM + 280)
        counted = office.round()

        (mail,) = mailbox.mails

    assert mail["subject"] == "[netwb] 300 notices"
    assert "300 x config.changed" in part(mail, "plain")
    assert "number 299" in part(mail, "plain")
    assert (counted.collapsed, counted.sent, counted.waiting) == (300, 1, 0)
    summary = office.deliveries()[-1]
    assert {one.summary_id for one in office.deliveries()[:-1]} == {summary.id}


def test_however_many_wait_people_are_told_once(office: Office) -> None:
    with mail_server() as mailbox:
        office.add(mailbox.url, kind="service")
        office.happen(1100)
        office.round()

        (mail,) = mailbox.mails

    assert mail["subject"] == "[netwb] 1100 notices"
    assert "number 1099" in part(mail, "plain")


def test_a_few_go_one_by_one_to_people(office: Office) -> None:
    with mail_server() as mailbox:
        office.add(mailbox.url, kind="service")
        office.happen(3)
        office.round()

        assert len(mailbox.mails) == 3


def test_a_tenants_target_is_sent_nothing_of_another_tenant(
    office: Office, receiver: Receiver
) -> None:
    office.add(receiver.url)
    tenants = office.add("https://nowhere.invalid/x", "ops", tenant_id="t-a")
    for tenant_id in ("t-a", "t-b", ""):
        office.happen(tenant_id=tenant_id)
    office.round()

    own = office.queue.list(Scope(frozenset({"t-a"})))

    assert len(receiver.got) == 3
    assert [one.tenant_id for one in own] == ["t-a"]
    assert tenants.id not in {one.id for one in office.targets.list(Scope(frozenset({"t-b"})))}
    assert "nowhere.invalid is not known" in own[0].last_error


def test_a_tenants_target_goes_to_no_address_of_ours(office: Office, receiver: Receiver) -> None:
    https = receiver.url.replace("http:", "https:").replace("127.0.0.1", "localhost")
    office.add(https, "ops", tenant_id="t-a")
    office.happen()
    office.round()

    assert receiver.got == []
    assert "is not public" in office.deliveries()[0].last_error


def test_the_secrets_of_a_target_stand_nowhere_in_the_database(
    office: Office, receiver: Receiver
) -> None:
    office.add(receiver.url)
    office.happen()
    receiver.answer = DOWN
    office.round()

    with office.database.reading(ALL_TENANTS) as session:
        rows = [
            str(row)
            for table in ("notify_target", "notify_route", "delivery", "notice")
            for row in session.connection().exec_driver_sql(f"select * from {table}")
        ]

    assert rows
    assert not any("S3cretPath" in row for row in rows)


def test_a_target_that_is_retired_while_it_is_sent_something_waits_for_nothing(
    office: Office, receiver: Receiver
) -> None:
    office.add(receiver.url)
    office.happen(2)

    def retired_meanwhile(handler: Any) -> None:
        office.targets.retire(ALL_TENANTS, "noc")
        DOWN(handler)

    receiver.answer = retired_meanwhile
    office.round()

    assert office.queue.counts(ALL_TENANTS) == {"failed": 2}


def test_a_target_that_is_retired_while_notices_are_routed_is_given_none(
    office: Office, receiver: Receiver
) -> None:
    office.add(receiver.url)
    known, routes = office.targets.list(ALL_TENANTS), office.targets.routes(ALL_TENANTS)
    office.targets.retire(ALL_TENANTS, "noc")
    office.happen()

    assert office.queue.route(known, routes) == (1, 0)
    assert office.deliveries() == []


def test_a_retired_target_is_sent_nothing_and_its_name_is_free(
    office: Office, receiver: Receiver
) -> None:
    office.add(receiver.url)
    office.happen()
    office.queue.route(office.targets.list(ALL_TENANTS), office.targets.routes(ALL_TENANTS))
    office.targets.retire(ALL_TENANTS, "noc")
    office.round()
    again = office.add(receiver.url)

    assert receiver.got == []
    assert [one.state for one in office.deliveries()] == ["failed"]
    assert office.targets.get(ALL_TENANTS, "noc").id == again.id
    with pytest.raises(UnknownNameError):
        office.queue.redeliver(ALL_TENANTS, office.deliveries()[0].id)


def test_a_foreign_delivery_reads_as_an_unknown_one(office: Office, receiver: Receiver) -> None:
    office.add(receiver.url)
    office.happen()
    office.round()
    found = office.deliveries()[0].id

    sentences = set()
    for scope, delivery_id in ((Scope(frozenset({"t-b"})), found), (ALL_TENANTS, 999_999)):
        with pytest.raises(UnknownNameError) as unknown:
            office.queue.redeliver(scope, delivery_id)
        sentences.add(str(unknown.value).replace(str(delivery_id), "N"))
    assert len(sentences) == 1


def test_old_deliveries_and_notices_are_forgotten_and_what_waits_is_not(
    office: Office, receiver: Receiver
) -> None:
    office.add(receiver.url)
    office.happen(2)
    office.round()
    office.clock.pass_s(DAY_S * 91)
    office.happen()

    assert office.queue.forget_old() == 4
    assert office.deliveries() == []
    office.round()
    assert len(receiver.got) == 3


def deliver(number: int, url: str, master: MasterKey) -> int:
    """One process's rounds."""
    del number
    office = office_of(Database(url, busy_timeout_s=60), Clock(), master)
    return sum(office.round().sent for _ in range(3))


def test_two_processes_at_once_send_nothing_twice(
    office: Office, receiver: Receiver, master: MasterKey
) -> None:
    for name in ("one", "two", "three"):
        office.add(receiver.url, name)
    office.happen(40)

    sent = at_once(2, deliver, office.url, master)

    assert sum(sent) == 120
    assert len(receiver.got) == len(set(receiver.ids())) == 120


PROCESS = """
import sys
from pathlib import Path
from netwb.store.database import Database
from netwb.store.keyring import MasterKey
from tests.notify.conftest import office_of
from tests.store.conftest import Clock
url, key = sys.argv[1:]
office_of(Database(url), Clock(), MasterKey.read(Path(key))).round()
"""


def test_what_was_sent_before_a_kill_is_sent_again_under_its_id(
    office: Office, receiver: Receiver, tmp_path: Path
) -> None:
    office.add(receiver.url)
    office.happen(3)
    receiver.answer = hang
    command = [sys.executable, "-c", PROCESS, office.url, str(tmp_path / "master.key")]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], env=os.environ) as process:
        receiver.await_one()
        process.send_signal(signal.SIGKILL)
    receiver.answer = GOOD

    office.round()
    office.round(after_s=LEASE_S + 1)

    first, *others = receiver.ids()
    assert others[0] == first
    assert len(set(others)) == len(others) == 3
