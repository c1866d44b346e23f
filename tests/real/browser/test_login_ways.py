"""Ways in and out: throttled, by a code, expired; and what an open page does when rights end."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from netwb.access.records import NewUser, UserChanges
from netwb.loading import share
from netwb.roles import Role
from tests.real.browser.reading import act, shown
from tests.real.browser.rig import (
    CUT_OFF,
    DRAWN_MS,
    REFUSED,
    Chromium,
    Site,
    Visitor,
    opened,
    served,
)
from tests.web.servers import netwb_serve

pytestmark = pytest.mark.real

PASSWORD = "Correct-Horse-77"
STEP_S = 30
SAYS_SO_MS = 30_000  # a second on a calm machine
ENDED = re.compile("signed out|sign-in has ended")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Site]:
    """Of its own: who guesses passwords here slows down every login from loopback."""
    with served(tmp_path_factory.mktemp("ways"), share() / "dashboards", chromium) as found:
        yield found


def person(site: Site, name: str, role: Role = Role.ENGINEER) -> Visitor:
    """Somebody new of acme, whom no other test changes; signed in at a new window."""
    site.bench.add_user(NewUser(name=name, role=role, tenants=("acme",), password=PASSWORD))
    return site.visitor(name, password=PASSWORD)


def path(visitor: Visitor) -> str:
    return urlsplit(visitor.page.url).path


def test_wrong_passwords_are_slowed_down_and_the_page_says_for_how_long(site: Site) -> None:
    person(site, "slow")
    visitor = site.visitor()
    visitor.expect_said(REFUSED, r"status of 429")
    visitor.go("/login")
    throttled = visitor.page.get_by_text("Too many tries.")
    for _ in range(12):  # the delay doubles, and at last outlasts a slow machine
        visitor.log_in("slow", "Wrong-Horse-1")
        visitor.page.get_by_text("Name or password is wrong.").or_(throttled).wait_for()
        if throttled.is_visible():
            break
    said = visitor.page.get_by_role("status").inner_text()
    wait = re.search(r"Next try in (\d+) s", said)
    assert wait is not None, said

    visitor.page.wait_for_timeout(int(wait[1]) * 1000)
    visitor.log_in("slow", PASSWORD)
    visitor.page.wait_for_url("**/configs**")


def test_one_sets_codes_up_and_then_logs_in_with_one(site: Site) -> None:
    visitor = person(site, "coda")
    page = visitor.page
    visitor.go("/account")
    page.get_by_role("button", name="Set up").click()
    key = page.locator("code", has_text=re.compile(r"^[A-Z2-7 ]{20,}$")).inner_text()
    expect(page.get_by_role("img", name=re.compile("QR|code")).first).to_be_visible()
    page.locator("#confirm-codes-code").fill("000000")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text(re.compile("code is wrong", re.IGNORECASE)).first).to_be_visible()
    step = int(time.time()) // STEP_S
    page.locator("#confirm-codes-code").fill(code(key, step))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("each login asks for a code")).to_be_visible()

    other = site.visitor()
    other.expect_said(REFUSED)
    other.go("/configs?period=7d")
    other.log_in("coda", PASSWORD)
    other.page.get_by_text("The password is right.").wait_for()
    assert PASSWORD not in other.page.content()
    other.page.get_by_label("One-time code").fill(code(key, step))  # used already
    other.page.get_by_role("button", name="Sign in").click()
    other.page.get_by_text("The code is wrong or was used already.").wait_for()
    other.page.get_by_label("One-time code").fill(code(key, step + 1))  # as a clock ahead shows it
    other.page.get_by_role("button", name="Sign in").click()
    other.page.wait_for_url("**/configs?period=7d")


def code(key: str, step: int) -> str:
    """RFC 6238, as an app computes it."""
    secret = base64.b32decode(key.replace(" ", ""))
    mac = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def test_logging_out_of_one_window_ends_what_another_one_shows(site: Site) -> None:
    person(site, "lola")
    visitor = site.visitor()
    visitor.go("/configs")
    visitor.log_in("lola", PASSWORD)
    visitor.page.wait_for_url("**/configs")
    other = visitor.context.new_page()
    other.goto(site.server.url + "/account")
    other.locator("summary.who").click()
    other.get_by_role("button", name="Log out").click()
    other.wait_for_url("**/log*")

    signs_in = visitor.page.get_by_role("button", name="Sign in")
    expect(visitor.page.get_by_text(ENDED).or_(signs_in).first).to_be_visible(timeout=SAYS_SO_MS)
    visitor.go("/inventory")
    assert path(visitor) == "/login"


def test_a_page_of_somebody_disabled_says_so_and_receives_nothing_more(site: Site) -> None:
    visitor = person(site, "dora")
    visitor.expect_said(REFUSED)
    shown(visitor, "/inventory")
    site.bench.set_user("dora", UserChanges(status="disabled"))

    expect(visitor.page.get_by_text(ENDED).first).to_be_visible(timeout=SAYS_SO_MS)
    assert visitor.socket is not None
    assert visitor.socket.is_closed()  # so that nothing more can come
    visitor.go("/inventory")
    assert path(visitor) == "/login"
    visitor.log_in("dora", PASSWORD)
    visitor.page.get_by_text("Name or password is wrong.").wait_for()


def test_a_narrowed_role_draws_an_open_page_anew_without_what_it_lost(site: Site) -> None:
    visitor = person(site, "nora")
    device = site.rig.devices["acme/edge1"].id
    assert "edit" in shown(visitor, f"/inventory?device={device}").acts
    site.bench.set_user("nora", UserChanges(role=Role.VIEWER))

    told = visitor.page.get_by_text("What you may see or do was changed.")
    expect(told).to_be_visible(timeout=DRAWN_MS)
    assert "edit" not in shown(visitor).acts
    act(visitor, "edit-device", {"role": "core"}, {"device": device})
    assert "nora (viewer) lacks inventory.edit" in shown(visitor).text
    assert site.bench.device(device).role != "core"


@pytest.fixture(scope="module")
def hasty(site: Site, chromium: Chromium) -> Iterator[Site]:
    """A second server of the same home, whose logins end after six quiet seconds."""
    with (
        netwb_serve(
            site.bench.home, pages=share() / "dashboards", NETWB_ACCESS__SESSION_IDLE_S="6"
        ) as server,
        opened(site.rig, server, chromium) as found,
    ):
        yield found


def test_a_login_that_did_nothing_for_long_ends_and_comes_back_to_its_page(hasty: Site) -> None:
    visitor = hasty.visitor()
    visitor.expect_said(REFUSED, CUT_OFF)
    visitor.go("/inventory?sort=site")
    assert path(visitor) == "/login"
    visitor.log_in("ana")
    visitor.page.wait_for_url("**/inventory?sort=site")

    signed_out = visitor.page.get_by_text(ENDED).first
    expect(signed_out).to_be_visible(timeout=DRAWN_MS)
    visitor.go("/inventory?sort=site")
    assert path(visitor) == "/login"
    visitor.log_in("ana")
    visitor.page.wait_for_url("**/inventory?sort=site")
