"""Connections that say nothing, or come by hundreds: given up, refused, and the server goes on."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from netwb.web.connections import bounds_of
from tests.web.browsing import Browser
from tests.web.servers import Server, netwb_serve, panel_serve, two_tenants

DESCRIPTORS = 320
GIVEN_UP_S = 1.5
# The process is given few descriptors and little patience, so that a test need not have much.
BEFORE = (
    f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({DESCRIPTORS}, {DESCRIPTORS}));"
    "from netwb.web import connections;"
    f"connections.HEAD_S = connections.BODY_S = {GIVEN_UP_S}"
)
BOUNDS = bounds_of(DESCRIPTORS)
WITHIN_S = 15.0


@pytest.fixture(scope="module", params=["netwb serve", "panel serve", "api"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with two_tenants(tmp_path_factory.mktemp("held")) as made:
        home = made.bench.home
        if request.param == "panel serve":
            start = panel_serve(home, before=BEFORE)
        elif request.param == "api":
            start = netwb_serve(home, "--api-only", before=BEFORE)
        else:
            start = netwb_serve(home, before=BEFORE)
        with start as server:
            assert Browser(server.port).get("/healthz").status == 200
            yield server


@contextmanager
def connected(server: Server, own: str = "127.0.0.1") -> Iterator[socket.socket]:
    with socket.create_connection(
        ("127.0.0.1", server.port), timeout=WITHIN_S, source_address=(own, 0)
    ) as raw:
        yield raw


def is_closed(raw: socket.socket, within_s: float = WITHIN_S) -> bool:
    """Whether the server ends it, whatever it says before."""
    raw.settimeout(within_s)
    try:
        while raw.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True  # reset, as it had not read all that was sent
    return True


def drip(raw: socket.socket) -> bool:
    """A byte at a time; whether the server has enough of it."""
    ends = time.monotonic() + WITHIN_S
    raw.settimeout(0.1)
    while time.monotonic() < ends:
        try:
            raw.sendall(b"x")
            if raw.recv(65536) == b"":
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


def answers(server: Server, own: str) -> bool:
    ends = time.monotonic() + WITHIN_S
    while time.monotonic() < ends:
        try:
            return Browser(server.port, own=own).get("/healthz").status == 200
        except OSError:
            time.sleep(0.1)  # another process tells nothing; it has to be asked
    return False


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        (
            b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        ),
        (
            b"POST /api/v1/backup/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n"
            b"Content-Type: application/json\r\n\r\n"
        ),
    ],
    ids=["head", "form", "rest"],
)
def test_what_comes_a_byte_at_a_time_is_given_up(server: Server, head: bytes) -> None:
    with connected(server) as raw:
        raw.sendall(head)

        assert drip(raw)


def test_who_says_nothing_is_given_up(server: Server) -> None:
    with connected(server) as raw:
        assert is_closed(raw)


def test_a_long_head_is_refused(server: Server) -> None:
    with connected(server) as raw:
        try:
            raw.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000)
        except OSError:
            return  # it was closed while it was sent

        assert is_closed(raw, GIVEN_UP_S / 2), "before the time for a head is over"


def test_a_body_that_is_held_whole_is_short(server: Server) -> None:
    with connected(server) as raw:
        raw.sendall(b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\n")

        assert is_closed(raw, GIVEN_UP_S / 2), "before a byte of it was sent"


def test_one_address_leaves_room_for_the_others(server: Server) -> None:
    with ExitStack() as held:
        many = [held.enter_context(connected(server, "127.0.0.2")) for _ in range(BOUNDS.most)]
        assert Browser(server.port, own="127.0.0.3").get("/healthz").status == 200
        closed = sum(is_closed(raw, 0.01) for raw in many)
        assert closed >= BOUNDS.most - BOUNDS.of_one

    assert answers(server, "127.0.0.2"), "they are closed, and it may come again"


def test_with_all_connections_taken_it_comes_back_by_itself(server: Server) -> None:
    said = len(server.said)
    with ExitStack() as held:
        for last in range(10, 20):
            for _ in range(BOUNDS.of_one):
                held.enter_context(connected(server, f"127.0.0.{last}"))

        assert answers(server, "127.0.0.3"), "the others were given up meanwhile"
    assert len(server.said) - said < 20, "".join(server.said[said:])[:2000]
    assert server.process.poll() is None
