"""The browser's own conditions: what every other test here leans on."""

from __future__ import annotations

import pytest

from tests.real.browser.rig import NARROW, WIDE, Chromium, Site

pytestmark = pytest.mark.real

ELSEWHERE = ("http://127.1.2.3:9/x", "https://example.org/font.woff2")
ASK = """(urls) => Promise.all(urls.map((url) => fetch(url, {mode: "no-cors"}).then(() => "came", () => "failed")))"""


def test_what_a_page_asks_for_elsewhere_fails_and_is_strange(
    site: Site, chromium: Chromium
) -> None:
    visitor = site.visitor()
    visitor.page.goto("about:blank")  # where no policy of ours forbids it

    assert visitor.page.evaluate(ASK, ELSEWHERE) == ["failed", "failed"]

    assert visitor.foreign == [*ELSEWHERE]
    assert set(ELSEWHERE) <= set(chromium.strange())
    visitor.foreign.clear()
    visitor.expect_said("ERR_")
    assert chromium.strange() == []


def test_what_a_console_says_is_strange_until_it_is_expected(
    site: Site, chromium: Chromium
) -> None:
    visitor = site.visitor()
    visitor.go("/login")

    visitor.page.evaluate(
        "console.warn('it creaks'); setTimeout(() => { throw Error('it broke') })"
    )
    visitor.page.wait_for_function("true", polling=50)

    assert sorted(chromium.strange()) == ["it broke", "it creaks"]
    visitor.expect_said("^it (creaks|broke)$")
    assert chromium.strange() == []


KEEP = """() => { for (const kept of [localStorage, sessionStorage]) kept.setItem("mine", "secret") }"""
KEPT = "() => [localStorage.length, sessionStorage.length, document.cookie]"


def test_a_window_holds_nothing_of_who_was_in_it_before(site: Site, chromium: Chromium) -> None:
    before = site.visitor("ana", theme="light", size=NARROW)
    before.go("/account")
    before.page.evaluate(KEEP)
    chromium.close([before])

    visitor = site.visitor()
    visitor.go("/login")

    assert visitor.context is before.context
    assert visitor.page.evaluate(KEPT)[:2] == [0, 0]
    assert "netwb_session" not in {one["name"] for one in visitor.context.cookies()}
    assert visitor.page.viewport_size == {"width": WIDE[0], "height": WIDE[1]}
    assert visitor.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    heard = len(before.asked)
    visitor.go("/login")
    assert len(before.asked) == heard
