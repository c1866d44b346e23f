"""A real nginx before three processes on one home, set up with the very lines of README."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from netwb.access.records import NewToken
from netwb.inventory.records import NewDevice
from netwb.workbench import Workbench
from tests.real_components import require_real
from tests.web.browsing import Browser, pulled
from tests.web.rest import Client
from tests.web.servers import (
    PASSWORDS,
    ROOT,
    Server,
    beside,
    free_port,
    let_in,
    netwb_serve,
    two_tenants,
)

pytestmark = pytest.mark.real

PERSON = "127.0.0.77"  # an address of the loopback network that is not the proxy's
FORGED = "198.51.100.9"
AROUND = """\
daemon off; pid {folder}/nginx.pid; error_log stderr warn; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{inner}
}}
"""


@dataclass(frozen=True, slots=True)
class Front:
    """nginx's port, the home behind it, and the processes that have pages."""

    port: int
    bench: Workbench
    pages: tuple[Server, Server]

    def browser(self, name: str | None = None) -> Browser:
        """A person's, who sits elsewhere and claims to sit elsewhere still."""
        found = Browser(
            self.port, headers={"X-Forwarded-For": FORGED, "X-Forwarded-Proto": "https"}, own=PERSON
        )
        if name is not None:
            assert found.log_in(name, PASSWORDS[name]).status == 303
        return found


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
    require_real("nginx", program is not None)
    assert program is not None
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    url, proxies = f"http://127.0.0.1:{port}", "127.0.0.1/32"
    settings: Any = {"NETWB_WEB__PUBLIC_URL": url, "NETWB_WEB__TRUSTED_PROXIES": proxies}
    with (
        two_tenants(folder) as made,
        netwb_serve(made.bench.home, **settings) as first,
        netwb_serve(made.bench.home, **settings) as second,
        netwb_serve(made.bench.home, "--api-only", **settings) as api,
        nginx(program, folder, readme_lines(port, (first.port, second.port), api.port), port),
        beside(made.bench.home) as bench,
    ):
        yield Front(port, bench, (first, second))


def readme_lines(port: int, pages: tuple[int, int], api: int) -> str:
    """README's block, listening here without TLS, before the processes of the test."""
    block = (
        (ROOT / "dashboards/README.md").read_text().partition("```nginx\n")[2].partition("```")[0]
    )
    listening = re.sub(r"listen 443 ssl;.*?ssl_certificate_key \.\.\.;", f"listen {port};", block)
    assert listening != block
    here = listening.replace(f"listen {port};", f"listen 127.0.0.1:{port};")
    for said, ours in zip((5006, 5008, 5007), (*pages, api), strict=True):
        assert f"127.0.0.1:{said};" in here
        here = here.replace(f"127.0.0.1:{said};", f"127.0.0.1:{ours};")
    return here


@contextmanager
def nginx(program: str, folder: Path, inner: str, port: int) -> Iterator[None]:
    file = folder / "nginx.conf"
    file.write_text(AROUND.format(folder=folder, inner=inner))
    command = [program, "-p", str(folder), "-c", str(file), "-e", "stderr"]
    subprocess.run([*command, "-t", "-q"], check=True)  # the lines are taken
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            await_listening(port)
            yield
        finally:
            process.terminate()
            process.communicate(timeout=10)


def await_listening(port: int) -> None:
    asyncio.run(asyncio.wait_for(_connected(port), 20))


async def _connected(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


def test_a_person_logs_in_and_the_page_is_drawn_through_the_proxy(front: Front) -> None:
    browser = front.browser("ana")
    page = browser.get("/who")

    async def document() -> str:
        async with browser.opened("/who", page.token) as socket:
            return await pulled(socket)

    assert page.status == 200
    assert "ana" in asyncio.run(document())


def test_the_address_of_the_person_is_believed_from_the_proxy_alone(front: Front) -> None:
    front.browser("vera")

    opened = [session for session in front.bench.login_sessions() if session.user == "vera"]

    assert {session.address for session in opened} == {PERSON}


def test_a_login_that_the_pages_gave_holds_in_the_process_for_scripts(front: Front) -> None:
    browser = front.browser("ana")

    answer = browser.get("/api/v1/backup/history/edge1")

    assert answer.status == 200, answer.text
    assert front.browser().get("/api/v1/backup/history/edge1").status == 401


def test_an_erp_goes_on_in_whichever_process_answers_it(front: Front) -> None:
    """Tags, sequences and cursors of one process are the other's too; so is what one has written."""
    bench = front.bench
    for number in range(5):
        new = NewDevice(
            tenant="acme",
            site="fra1",
            hostname=f"erp{number}",
            address="127.0.0.1",
            platform="frr",
        )
        bench.add_device(new)
    token = bench.issue_token(NewToken(user="ana", days=1)).secret
    acme = next(one.id for one in bench.tenants() if one.slug == "acme")
    ports = (front.port, front.pages[0].port, front.pages[1].port)
    clients = [Client(port=port, token=token) for port in ports]
    seen: list[str] = []
    page = clients[0].get(f"/erp/inventory/{acme}?limit=1").json
    for turn in count(1):
        seen += [one["hostname"] for one in page["items"]]
        if page["next"] is None:
            break
        client = clients[turn % len(clients)]
        page = client.get(f"/erp/inventory/{acme}?limit=1&cursor={page['next']}").json

    assert sorted(seen) == sorted(one.hostname for one in bench.where(tenant="acme").devices())

    tag = clients[1].get(f"/erp/inventory/{acme}").headers["etag"]
    for client in clients:
        again = client.get(f"/erp/inventory/{acme}", **{"If-None-Match": tag})
        assert (again.status, again.headers["etag"]) == (304, tag)
    device = clients[1].get(f"/erp/inventory/{acme}/devices/{bench.device('erp0').id}")
    written = clients[2].ask(
        "PATCH",
        f"/api/v1/erp/inventory/{acme}/devices/{device.json['id']}",
        document={"contract_ref": "C-1"},
        headers={"If-Match": device.headers["etag"]},
    )
    later = clients[0].get(f"/erp/inventory/{acme}?updated_since={page['sequence']}").json

    assert written.status == 200, written.body
    assert [one["contract_ref"] for one in later["items"]] == ["C-1"]


def test_when_a_process_is_killed_the_other_one_goes_on_with_its_people(front: Front) -> None:
    """Last in this file: what it kills does not come back."""
    people = [front.browser() for _ in range(10)]
    for browser in people:
        let_in(browser, front.bench, "ana")
    opened = [browser.get("/who").token for browser in people]

    front.pages[0].process.kill()
    front.pages[0].process.wait()
    again = [browser.get("/who") for browser in people]

    async def drawn(browser: Browser, token: str) -> str:
        async with browser.opened("/who", token) as socket:
            return await pulled(socket)

    assert [answer.status for answer in again] == [200] * len(people)
    for browser, answer, token in zip(people, again, opened, strict=True):
        assert "belongs to ana" in asyncio.run(drawn(browser, answer.token))
        assert "belongs to ana" in asyncio.run(drawn(browser, token)), "a page that was open"
    assert front.browser("vera").get("/who").status == 200, "and lets others in"
