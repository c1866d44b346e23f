"""Each line that a server logs while it serves a request says which: a real server's log is read.

The server is told to show every line, also SQLAlchemy's, which come from the deepest place there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from netwb.access.records import NewToken
from netwb.workbench import Workbench
from tests.web.browsing import Browser
from tests.web.servers import Server, netwb_serve, two_tenants

LOUD = (
    "import logging; logging.basicConfig(level=logging.WARNING, format='%(name)s %(message)s');"
    "logging.getLogger('sqlalchemy.engine.Engine').setLevel(logging.INFO);"
    "logging.getLogger('netwb').setLevel(logging.INFO)"
)
SAYS_S = 10.0


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server of REST alone, and a token of all rights."""
    folder: Path = tmp_path_factory.mktemp("ids")
    with two_tenants(folder) as made, netwb_serve(made.bench.home, "--api-only", before=LOUD) as up:
        bench = Workbench.open(made.bench.home, environment={})  # by the server's clock
        try:
            token = bench.issue_token(NewToken(user="ada", days=1)).secret
        finally:
            bench.close()
        yield up, token


def get(server: Server, path: str, request: str, **headers: str) -> int:
    return Browser(server.port).get(path, X_Request_Id=request, **headers).status


@pytest.mark.parametrize(
    "path",
    ["/api/v1/backup/changes", "/api/v1/backup/history/acme%2Fedge1", "/readyz"],
    ids=["in a pool's thread", "in the lane", "of watchers"],
)
def test_what_the_database_does_for_a_request_is_logged_under_its_id(
    asked: tuple[Server, str], path: str
) -> None:
    server, token = asked
    name = "deep-" + re.sub(r"\W", "-", path.rpartition("/")[2])

    assert get(server, path, name, Authorization=f"Bearer {token}") == 200

    assert server.says(f" {name}\n", within_s=SAYS_S)  # the request's own line ends with it
    said = [line for line in server.said if line.endswith(f" [request {name}]\n")]
    assert any(line.startswith("sqlalchemy.engine.Engine SELECT") for line in said)


def test_a_line_of_a_module_below_carries_the_id(asked: tuple[Server, str]) -> None:
    server, _ = asked

    answer = Browser(server.port).ask(
        "POST", "/api/v1/fastnetmon/events", b"{}", X_Request_Id="forged-1"
    )

    assert answer.status == 401
    deep = "there is no such sender there [request forged-1]"
    assert server.says(deep, within_s=SAYS_S)


def test_requests_at_once_do_not_take_each_others_ids(asked: tuple[Server, str]) -> None:
    server, token = asked
    hosts = {f"many-{number}": f"no-such-host-{number}" for number in range(40)}

    with ThreadPoolExecutor(8) as crowd:
        answers = crowd.map(
            lambda one: get(
                server, f"/api/v1/backup/devices?role={one[1]}", one[0],
                Authorization=f"Bearer {token}",
            ),
            hosts.items(),
        )  # fmt: skip

    assert set(answers) == {200}
    for name, host in hosts.items():
        assert server.says(f" {name}\n", within_s=SAYS_S)
        bound = [line for line in list(server.said) if f"'{host}'" in line]
        assert bound
        assert all(f"[request {name}]" in line for line in bound), bound


def test_what_no_request_asked_for_carries_no_id(asked: tuple[Server, str]) -> None:
    server, _ = asked

    before = server.said[: server.said.index(f"listening on {server.url}\n")]

    assert any("sqlalchemy.engine" in line for line in before)
    assert [line for line in before if "[request " in line] == []
