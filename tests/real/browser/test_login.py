"""Logging in and out in a real browser."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.real.browser.rig import NARROW, REFUSED, Site
from tests.web.servers import PASSWORDS

pytestmark = pytest.mark.real


def path(url: str) -> str:
    return urlsplit(url).path


def test_a_person_logs_in_and_out_and_nothing_leaves_the_machine(bare_site: Site) -> None:
    visitor = bare_site.visitor()

    visitor.go("/who")
    assert path(visitor.page.url) == "/login"
    visitor.log_in("ana")
    visitor.page.get_by_text("this page belongs to ana").wait_for()
    assert path(visitor.page.url) == "/who"

    visitor.go("/logout")
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.get_by_text("You are signed out.").wait_for()
    visitor.go("/who")
    assert path(visitor.page.url) == "/login"
    assert len(visitor.asked) > 5


def test_a_wrong_password_keeps_name_and_goal(bare_site: Site) -> None:
    visitor = bare_site.visitor(theme="light", size=NARROW)
    visitor.expect_said(REFUSED)

    visitor.go("/who?find=ntp")
    visitor.log_in("ana", "Wrong-Horse-1")
    visitor.page.get_by_text("Name or password is wrong.").wait_for()
    assert visitor.page.get_by_label("Name").input_value() == "ana"
    assert visitor.page.evaluate("document.activeElement.id") == "password"

    visitor.page.get_by_label("Password").fill(PASSWORDS["ana"])
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_text("this page belongs to ana").wait_for()
    assert visitor.page.url.endswith("/who?find=ntp")


def test_a_login_that_ended_elsewhere_says_so_and_brings_the_page_back(bare_site: Site) -> None:
    visitor = bare_site.visitor("ben")
    visitor.go("/who")
    ended = [one for one in bare_site.bench.login_sessions() if one.user == "ben"]
    for one in ended:
        bare_site.bench.end_session(one.id)

    visitor.go("/who")
    visitor.page.get_by_text("Your sign-in has ended.").wait_for()
    visitor.log_in("ben")
    visitor.page.get_by_text("this page belongs to ben").wait_for()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_form_needs_no_script_and_breaks_no_policy(bare_site: Site, theme: str) -> None:
    visitor = bare_site.visitor(theme=theme)  # type: ignore[arg-type]

    visitor.go("/login")

    assert visitor.page.locator("script").count() == 0
    ground = visitor.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"dark": "rgb(13, 16, 20)", "light": "rgb(246, 247, 249)"}[theme]
