"""Which port a server takes that was told to take any."""

from __future__ import annotations

import socket

import pytest

from netwb.errors import ListenError
from netwb.web.server import _UNGIVEN, _free_port


def test_any_port_is_one_that_no_connection_is_given_until_the_server_stands() -> None:
    found = {_free_port("127.0.0.1", 0) for _ in range(20)}

    assert all(port in _UNGIVEN for port in found)
    assert len(found) > 1, "two servers that begin at once do not meet"


def test_a_port_that_is_named_is_that_one_or_a_cure() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(ListenError, match=f"port {port} .*--port"):
            _free_port("127.0.0.1", port)
    assert _free_port("127.0.0.1", port) == port
