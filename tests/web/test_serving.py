"""`netwb serve` as a process: where it listens, what it refuses, how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from netwb.errors import SettingsError
from netwb.inventory.records import NewDevice
from netwb.settings import WebSettings
from netwb.web.server import _place as place_of
from netwb.workbench import Workbench
from tests.benches import Rig
from tests.web.browsing import SESSION, Browser, message, pulled
from tests.web.servers import (
    PASSWORDS,
    ROOT,
    STARTS_S,
    Server,
    free_port,
    netwb_serve,
    panel_serve,
    started,
    two_tenants,
)

ENDS_S = 5.0
HSTS, KEPT_TO_TLS = "strict-transport-security", "max-age=15552000"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with two_tenants(tmp_path_factory.mktemp("home")) as rig:
        yield rig


@dataclass(frozen=True, slots=True)
class Three:
    """Processes of that home: two with pages, of which the second trusts a proxy, and REST alone."""

    first: Server
    second: Server
    api: Server


@pytest.fixture(scope="module")
def three(made: Rig) -> Iterator[Three]:
    home, proxied = made.bench.home, {"NETWB_WEB__TRUSTED_PROXIES": "127.0.0.0/8"}
    with (
        netwb_serve(home) as first,
        netwb_serve(home, **proxied) as second,  # type: ignore[arg-type]  # no `pages` is in it
        netwb_serve(home, "--api-only") as api,
    ):
        yield Three(first, second, api)


def netwb(home: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The command itself, where it is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "netwb", "serve", "--home", str(home), *words],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


Start = Callable[[Path], AbstractContextManager[Server]]


@pytest.mark.parametrize("start", [netwb_serve, panel_serve], ids=["netwb", "panel"])
def test_sigterm_ends_it_with_open_pages_and_a_running_job(tmp_path: Path, start: Start) -> None:
    async def with_ten_pages(server: Server) -> float:
        ana = Browser(server.port)
        ana.log_in("ana", PASSWORDS["ana"])
        async with AsyncExitStack() as stack:
            for _ in range(10):
                token = ana.get("/who").token
                opened = await stack.enter_async_context(ana.opened("/who", token))
                await message(opened)
            began = time.monotonic()
            status = await asyncio.to_thread(server.end, signal.SIGTERM)
            assert status == 0, "".join(server.said)
            return time.monotonic() - began

    with two_tenants(tmp_path) as made, socket.create_server(("127.0.0.1", 0)) as silent:
        bench = Workbench.open(made.bench.home, environment={})
        bench.add_device(
            NewDevice(
                tenant="acme",
                site="fra1",
                hostname="hangs",
                address="127.0.0.1",
                port=silent.getsockname()[1],
                platform="cisco_ios",
            )
        )
        with start(made.bench.home) as server:
            Browser(server.port).get("/login")
            job = bench.start_backup("acme/hangs")
            silent.settimeout(STARTS_S)
            hung, _ = silent.accept()
            with hung:
                assert bench.job(job.id).status == "running"
                assert asyncio.run(with_ten_pages(server)) < ENDS_S
        bench.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_rest_alone_ends_with_status_0(made: Rig, number: int) -> None:
    with netwb_serve(made.bench.home, "--api-only") as server:
        assert Browser(server.port).get("/healthz").status == 200

        assert server.end(number, within_s=ENDS_S) == 0
        assert "Traceback" not in "".join(server.said)


def test_a_taken_port_is_a_sentence(made: Rig) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for words in ((), ("--api-only",)):
            done = netwb(made.bench.home, "--port", str(port), *words)

            assert done.returncode == 5
            assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr
            assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"NETWB_WEB__ADDRESS": "0.0.0.0"}, "web.tls_certificate"),
        ({"NETWB_WEB__PUBLIC_URL": "foo"}, "web.public_url"),
        (
            {
                "NETWB_WEB__TLS_KEY": "/nowhere/key.pem",
                "NETWB_WEB__TLS_CERTIFICATE": "/nowhere/cert.pem",
            },
            "cannot be used together",
        ),
        ({"NETWB_WEB__TRUSTED_PROXIES": "proxy.example"}, "web.trusted_proxies"),
    ],
    ids=["address", "url", "missing", "name"],
)
def test_a_wrong_setting_is_a_sentence(made: Rig, settings: dict[str, str], told: str) -> None:
    done = netwb(made.bench.home, "--port", "0", **settings)

    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_home_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    done = netwb(tmp_path / "none")

    assert done.returncode == 5
    assert "netwb init" in done.stderr


@pytest.mark.parametrize("what", [(), ("--api-only",)], ids=["pages", "api"])
def test_with_tls_it_is_reached_by_tls(made: Rig, tmp_path: Path, what: tuple[str, ...]) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "1", "-subj", "/CN=localhost", "-keyout", key),
            *("-out", certificate, "-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    settings: Any = {"NETWB_WEB__TLS_CERTIFICATE": str(certificate), "NETWB_WEB__TLS_KEY": str(key)}
    context = ssl.create_default_context(cafile=str(certificate))

    with netwb_serve(made.bench.home, *what, **settings) as server:
        assert "".join(server.said).startswith("listening on https://127.0.0.1:")
        if what:
            found = Browser(server.port, tls=context).get("/healthz")
            assert (found.status, found.headers[HSTS]) == (200, KEPT_TO_TLS)
            return
        answer = Browser(server.port, tls=context).log_in("ana", PASSWORDS["ana"])

    assert (answer.status, answer.headers[HSTS]) == (303, KEPT_TO_TLS)
    assert "Secure" in answer.cookies[SESSION].split("; ")


def test_a_login_while_the_database_is_away_is_told_so(made: Rig, three: Three) -> None:
    ana, nobody = Browser(three.first.port), Browser(three.first.port)
    ana.log_in("ana", PASSWORDS["ana"])
    database, away = made.bench.home / "netwb.db", made.bench.home / "away.db"
    database.rename(away)
    form = nobody.get("/login")
    answers = [
        ana.get("/login"),
        nobody.post("/login", {**form.hidden, "name": "ana", "password": PASSWORDS["ana"]}),
    ]
    away.rename(database)
    later = Browser(three.first.port).log_in("ana", PASSWORDS["ana"])

    assert form.status == 200, "asking for the form needs nothing"
    for answer in answers:
        assert answer.status == 503
        assert "netwb cannot answer now." in answer.text
        assert str(made.bench.home.parent) not in answer.text
    assert later.status == 303, "and it is back without a restart"


def test_no_secret_shows_in_the_list_of_processes(made: Rig, three: Three) -> None:
    keys = made.bench.server_keys()
    process = Path(f"/proc/{three.first.process.pid}")
    told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()

    assert keys.cookie.hex().encode() not in told
    assert keys.pages.hex().encode() not in told


def test_rest_alone_starts_without_panel(made: Rig) -> None:
    code = (
        "import sys, threading; from netwb.web import api_server, server;"
        "api_server.run = lambda place: print(sorted({'panel', 'bokeh'} & set(sys.modules)));"
        "server.serve('api', port=0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NETWB_HOME": str(made.bench.home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_rest_alone_has_no_pages(three: Three) -> None:
    browser = Browser(three.api.port)

    assert browser.get("/healthz").status == 200
    assert browser.get("/api/v1/backup/quarantine").status == 401
    for path in ("/login", "/who", "/"):
        answer = browser.get(path)
        assert answer.status == 404
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-request-id"] in answer.text


def test_one_login_holds_in_every_process_of_a_home(three: Three) -> None:
    ana = Browser(three.first.port)
    ana.log_in("ana", PASSWORDS["ana"])
    others = [
        Browser(port, cookies=dict(ana.cookies)) for port in (three.second.port, three.api.port)
    ]

    assert others[0].get("/who").status == 200
    assert others[1].get("/api/v1/backup/quarantine").status == 200
    ana.log_out()
    assert others[0].get("/who").status == 302
    assert others[1].get("/api/v1/backup/quarantine").status == 401


def test_a_page_outlives_its_server_that_ends_with_status_0(made: Rig, three: Three) -> None:
    """Its token is signed by the home's key, so that another process takes the websocket."""
    with netwb_serve(made.bench.home) as server:
        ana = Browser(server.port)
        ana.log_in("ana", PASSWORDS["ana"])
        token = ana.get("/who").token

        assert server.end(signal.SIGINT, within_s=ENDS_S) == 0
        assert "Traceback" not in "".join(server.said)

    async def again(port: int) -> str:
        browser = Browser(port, cookies=ana.cookies)
        async with browser.opened("/who", token) as opened:
            return str((await message(opened) or {})["type"])

    assert asyncio.run(again(three.first.port)) == "ACK"


@pytest.mark.parametrize("trusted", [False, True], ids=["nobody", "the proxy"])
def test_forwarding_headers_are_believed_from_the_proxy_alone(
    made: Rig, three: Three, *, trusted: bool
) -> None:
    forwarded = {"X_Forwarded_For": "203.0.113.66, 198.51.100.7", "X_Forwarded_Proto": "https"}
    server, name = (three.second, "vera") if trusted else (three.first, "oli")
    answer = Browser(server.port).log_in(name, PASSWORDS[name], **forwarded)
    (session,) = [one for one in made.bench.login_sessions() if one.user == name]

    # 203.0.113.66 is what the client made up: the proxy put the address that it saw behind it.
    assert session.address == ("198.51.100.7" if trusted else "127.0.0.1")
    assert ("Secure" in answer.cookies[SESSION].split("; ")) == trusted
    assert (HSTS in answer.headers) == trusted, "plain HTTP must not say it (RFC 6797, 7.2)"


@pytest.mark.parametrize(("setting", "value"), [("TIME_ZONE", "Mars/Olympus"), ("PORT", "99999")])
def test_a_setting_that_cannot_be_is_said_at_the_start(made: Rig, setting: str, value: str) -> None:
    done = netwb(made.bench.home, "--port", "0", **{f"NETWB_WEB__{setting}": value})

    assert done.returncode == 2
    assert f"web.{setting.lower()}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "url",
    [
        "foo",
        "ftp://noc.example.net",
        "https://noc.example.net/netwb/",
        "https://noc.example.net:port",
        "https://[::1",
    ],
)
def test_an_address_of_its_own_that_cannot_be_is_a_sentence(url: str) -> None:
    with pytest.raises(SettingsError, match=r"setting web\.public_url is "):
        place_of(WebSettings(public_url=url), None, 0)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"tls_certificate": "/nowhere/cert.pem"}, "both web.tls_certificate and web.tls_key"),
        ({"trusted_proxies": "10.0.0.1/8"}, "web.trusted_proxies"),
    ],
    ids=["half", "host-bits"],
)
def test_half_a_setting_is_a_sentence(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        place_of(WebSettings(**settings), None, 0)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "netwb.example"])
def test_it_does_not_listen_to_the_world_unencrypted(address: str) -> None:
    with pytest.raises(SettingsError, match=r"web\.tls_certificate"):
        place_of(WebSettings(), address, 0)


def test_the_line_of_the_readme_serves_netwbs_own_pages(tmp_path: Path) -> None:
    readme = (ROOT / "dashboards/README.md").read_text(encoding="utf-8")
    (block,) = [part for part in readme.split("```sh\n") if "panel serve dashboards" in part]
    script = block.partition("```")[0].strip().replace("panel serve", "exec panel serve")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with two_tenants(tmp_path) as made:
        settings = {"NETWB_HOME": str(made.bench.home), "PORT": str(free_port()), "PATH": path}
        with started(["bash", "-c", script], settings) as server:
            ana = Browser(server.port)
            nobody = ana.get("/configs")
            ana.log_in("ana", PASSWORDS["ana"])
            page = ana.get("/configs")

            async def drawn() -> str:
                async with ana.opened("/configs", page.token) as opened:
                    return await pulled(opened)

            with pytest.raises(ConnectionRefusedError):  # it listens on one address, not on all
                socket.create_connection(("127.0.0.77", server.port), timeout=5)
            assert nobody.status == 302
            assert "script-src 'self'" in page.headers["content-security-policy"]
            assert page.token_payload["cookies"] == {}
            assert "Configs" in asyncio.run(drawn())
            assert ana.get("/").headers["location"] == "/configs"
            assert server.end() == 0


def test_panels_own_switch_believes_nobody(made: Rig) -> None:
    """`--use-xheaders` makes Tornado believe everybody; the socket's peer is asked all the same."""
    command = [sys.executable, "-m", "panel", "serve", str(ROOT / "tests/web/pages/who.py")]
    command += ["--plugins", "netwb.web", "--auth-module", str(ROOT / "netwb/web/auth.py")]
    command += ["--port", str(free_port()), "--use-xheaders", "--enable-xsrf-cookies"]
    with started(command, {"NETWB_HOME": str(made.bench.home)}) as server:
        Browser(server.port).log_in("ben", PASSWORDS["ben"], X_Forwarded_For="203.0.113.66")
        (session,) = [one for one in made.bench.login_sessions() if one.user == "ben"]

    assert session.address == "127.0.0.1"


def test_without_the_auth_module_no_page_is_shown(made: Rig) -> None:
    command = [sys.executable, "-m", "panel", "serve", str(ROOT / "tests/web/pages/who.py")]
    command += ["--plugins", "netwb.web", "--port", str(free_port())]
    with started(command, {"NETWB_HOME": str(made.bench.home)}) as server:
        answer = Browser(server.port).get("/who")

    assert answer.status == 500
    assert "belongs" not in answer.text
