"""How the notify script sends: tries again, keeps the order and the id, and holds up nobody."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from standardwebhooks import Webhook

from netwb.notify.signing import key_text
from tests.notify.receivers import (
    GOOD,
    Answer,
    Receiver,
    close_midway,
    drip,
    flood,
    hang,
    receiving,
    status,
)
from tests.real_components import require_real
from tests.telegraf.fastnetmon.caller import BAN, KEY, SCRIPT, UNBAN, Caller, arrived

OTHER = ("203.0.113.31", "incoming", "20000", "ban")


def in_turn(*answers: Answer) -> Answer:
    """The first request gets the first, the last one stays."""
    left = list(answers)

    def answer(handler: Any) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    return answer


def by_address(address: str, answer: Answer, *, receiver: Receiver) -> Answer:
    """That answer to events of the address, and a good one to all others."""

    def choose(handler: Any) -> None:
        mine = json.loads(receiver.got[-1][1])["ip"] == address
        (answer if mine else GOOD)(handler)

    return choose


def addresses(receiver: Receiver) -> list[str]:
    return [json.loads(body)["ip"] for _, body in receiver.got]


@contextmanager
def closed_port() -> Iterator[int]:
    """One at which nobody listens, and nobody else will."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.mark.parametrize("code", [200, 202, 204, 409])
def test_what_netwb_took_is_gone_from_the_spool(code: int, tmp_path: Path) -> None:
    with receiving(status(code)) as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)

        assert caller.call(*BAN) == 0

    assert caller.waiting() == []
    ((headers, body),) = receiver.got
    assert Webhook(key_text(KEY)).verify(body, headers) == json.loads(body)


def test_a_try_that_fails_is_repeated_under_the_same_id_and_signed_anew(tmp_path: Path) -> None:
    with receiving(in_turn(status(500), status(503), GOOD)) as receiver:
        caller = Caller(home=tmp_path, url=receiver.url, settings={"retry_s": "60"})

        assert caller.call(*BAN) == 0

    assert len(receiver.got) == 3
    assert len(set(receiver.ids())) == 1
    times = [int(headers["webhook-timestamp"]) for headers, _ in receiver.got]
    assert times[0] < times[-1], "the time is that of sending"
    assert len({body for _, body in receiver.got}) == 1, "when it was seen stays"


@pytest.mark.parametrize(
    "answer",
    [status(500), status(401), status(404), status(302), status(429), hang, drip, close_midway],
    ids=["500", "401", "404", "302", "429", "hang", "drip", "midway"],
)
def test_an_event_that_netwb_did_not_take_waits_for_the_next_call(
    answer: Answer, tmp_path: Path
) -> None:
    with receiving(answer) as receiver:
        caller = Caller(home=tmp_path, url=receiver.url, settings={"try_s": "1"})
        assert caller.call(*BAN) == 1
        (first,) = caller.waiting()
        receiver.answer, tried = GOOD, len(receiver.got)

        assert caller.call(*UNBAN) == 0

    assert caller.waiting() == []
    events = [arrived(one) for one in receiver.got[tried:]]
    assert [one.event.action for one in events if one.event] == ["ban", "unban"]
    assert events[0].message_id in first
    assert set(receiver.ids()[:tried]) == {events[0].message_id}


def test_a_closed_port_is_named_and_a_drain_sends_in_order_later(tmp_path: Path) -> None:
    with closed_port() as port:
        caller = Caller(home=tmp_path, url=f"http://127.0.0.1:{port}")
        assert [caller.call(*one) for one in (BAN, OTHER, UNBAN)] == [1, 1, 1]
        assert len(caller.waiting()) == 3
        exit_status, said = caller.said("--drain")
        assert (exit_status, "Connection refused" in said) == (1, True)

    with receiving() as receiver:
        assert caller.call("--drain", url=receiver.url) == 0

    assert addresses(receiver) == ["203.0.113.30", "203.0.113.31", "203.0.113.30"]
    assert caller.waiting() == []


def test_where_netwb_fails_at_one_event_those_of_other_addresses_go_on(tmp_path: Path) -> None:
    with receiving(status(503)) as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        for one in (BAN, OTHER, UNBAN):
            caller.call(*one)
        receiver.got.clear()
        receiver.answer = by_address("203.0.113.30", status(500), receiver=receiver)

        assert caller.call("--drain") == 1

    assert addresses(receiver) == ["203.0.113.30", "203.0.113.31"]
    assert len(caller.waiting()) == 2, "the unban waits behind its ban"


def test_an_event_that_netwb_refuses_is_told_and_holds_up_no_other(tmp_path: Path) -> None:
    problem = json.dumps({"title": "Bad input", "detail": "the address is no host's"})
    with receiving(in_turn(status(422, problem), GOOD)) as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)

        caller.call(*BAN)

    assert caller.waiting() == []
    assert "refused" in caller.log()
    assert "422: the address is no host's" in caller.log()


def test_a_long_answer_is_not_read_to_its_end(tmp_path: Path) -> None:
    with receiving(flood(200)) as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)

        assert caller.call(*BAN) == 0
        assert caller.call(*UNBAN) == 0

    assert len(receiver.got) == 2


def test_many_that_wait_go_by_one_connection(tmp_path: Path) -> None:
    with receiving(status(503)) as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        for one in (BAN, OTHER, UNBAN):
            caller.call(*one)
        receiver.got.clear()
        peers: set[object] = set()

        def answer(handler: Any) -> None:
            peers.add(handler.client_address)
            GOOD(handler)

        receiver.answer = answer
        assert caller.call("--drain") == 0

    assert (len(receiver.got), len(peers)) == (3, 1)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_a_call_returns_at_once_however_long_netwb_takes(tmp_path: Path) -> None:
    with receiving(hang) as receiver:
        caller = Caller(home=tmp_path, url=receiver.url, settings={"detach": "yes", "try_s": "4"})
        began = time.monotonic()
        assert caller.call(*BAN) == 0
        took = time.monotonic() - began
        receiver.await_one()
        assert took < 3.5, "it did not wait for an answer"
        receiver.answer = GOOD
        until(lambda: "waiting in" in caller.log())  # its try is over, and so is its process

        assert caller.call(*UNBAN) == 0
        until(lambda: caller.waiting() == [])

    actions = [event.action for one in receiver.got if (event := arrived(one).event)]
    assert actions == ["ban", "ban", "unban"]


def test_a_sender_holds_no_socket_and_no_terminal_of_fastnetmon_s(tmp_path: Path) -> None:
    ours, its = os.pipe()
    try:
        os.set_inheritable(its, True)
        with receiving(hang) as receiver:
            caller = Caller(
                home=tmp_path, url=receiver.url, settings={"detach": "yes", "try_s": "4"}
            )
            words = ["/bin/sh", "-c", f"{caller.python} -IS {SCRIPT} {' '.join(BAN)}"]
            call = os.posix_spawn(words[0], words, caller.environment())
            assert os.waitstatus_to_exitcode(os.waitpid(call, 0)[1]) == 0
            receiver.await_one()
            os.close(its)
            its = -1

            # The end of a pipe is read once nobody holds its other side.
            assert select.select([ours], [], [], 2)[0], "the sender still holds it"
            until(lambda: "waiting in" in caller.log())
    finally:
        os.close(ours)
        if its >= 0:
            os.close(its)


def test_what_comes_new_ends_the_pause_between_two_tries(tmp_path: Path) -> None:
    with receiving(status(503)) as receiver:
        slow = {"detach": "yes", "retry_s": "120"}
        caller = Caller(home=tmp_path, url=receiver.url, settings=slow)
        assert caller.call(*BAN) == 0
        until(lambda: len(receiver.got) >= 4)  # by now it pauses for seconds
        receiver.answer = GOOD

        assert caller.call(*UNBAN) == 0
        began = time.monotonic()
        until(lambda: caller.waiting() == [])
        took = time.monotonic() - began

    assert took < 2
    assert arrived(receiver.got[-1]).event is not None


@pytest.mark.real
def test_where_no_process_can_be_made_the_call_itself_sends() -> None:
    require_real("a user without processes (root)", os.geteuid() == 0)
    user = 54321
    with receiving() as receiver, TemporaryDirectory() as home:  # where that user may go
        caller = Caller(home=Path(home), url=receiver.url, settings={"detach": "yes"})
        environment = caller.environment()
        for path in (caller.home, *caller.home.iterdir()):
            os.chown(path, user, user)
        limited = (
            "import os, resource, sys;"
            f"os.setgroups([]); os.setresgid({user}, {user}, {user});"
            "resource.setrlimit(resource.RLIMIT_NPROC, (1, 1));"
            f"os.setresuid({user}, {user}, {user}); os.execv(sys.argv[1], sys.argv[1:])"
        )
        words = ["/usr/bin/python3", "-c", limited, "/usr/bin/python3", "-IS", "/dev/stdin", *BAN]

        with SCRIPT.open("rb") as text:
            done = subprocess.run(words, env=environment, stdin=text, check=False, timeout=60)
        log = caller.log()

    assert done.returncode == 0
    assert len(receiver.got) == 1
    assert "FastNetMon waits for this one: Resource temporarily unavailable" in log
