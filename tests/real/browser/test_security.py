"""The page `/security` in a browser: it counts down and reads again by itself, and answers as one types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from netwb.access.records import NewUser
from netwb.loading import share
from netwb.roles import Role
from tests.blackhole.engine.network import World, world
from tests.real.browser.rig import Chromium, Site, Visitor, opened
from tests.web.servers import netwb_serve

pytestmark = pytest.mark.real

PASSWORD = "four horses Ate 9 batteries"


@dataclass(frozen=True, slots=True)
class Ground:
    """A served home on which one blackhole stands and one is held; its routers answer nobody else."""

    world: World
    site: Site

    def visitor(self) -> Visitor:
        """Somebody who asked for neither."""
        visitor = self.site.visitor("jkim")
        visitor.go("/security")
        visitor.page.get_by_text("203.0.113.10/32").first.wait_for()
        return visitor


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Ground]:
    """The engine of the test ended: what comes from here on comes from the server's."""
    with world(tmp_path_factory.mktemp("security"), leads=False) as made:
        bench = made.made.bench
        bench.add_prefix("acme", "203.0.113.48/28", mode="approve")
        bench.add_user(NewUser(name="jkim", role=Role.ADMIN, tenants=None, password=PASSWORD))
        made.clock.now = datetime.now(UTC)
        made.turn()
        made.hear("ban", "203.0.113.10")
        made.hear("ban", "203.0.113.53")
        made.turn()
        made.engine.leave()
        with (
            netwb_serve(bench.home, pages=share() / "dashboards") as server,
            opened(made.made, server, chromium, {"jkim": PASSWORD}) as site,
        ):
            yield Ground(made, site)


def test_what_stands_counts_down_by_the_second(ground: Ground) -> None:
    visitor = ground.visitor()
    left = visitor.page.locator(".stands .cdn b").first
    said = [left.text_content() or ""]

    for _ in range(3):
        expect(left).not_to_have_text(said[-1])
        said.append(left.text_content() or "")

    assert said == sorted(said, reverse=True)


def test_the_guard_answers_what_is_typed_and_the_field_keeps_it(ground: Ground) -> None:
    visitor = ground.visitor()
    field = visitor.page.locator("#ask-prefix")

    field.press_sequentially("203.0.113.5", delay=30)
    visitor.page.get_by_text("The guard would").wait_for()
    field.press_sequentially("3")

    expect(visitor.page.get_by_text("The guard would hold this")).to_be_visible()
    expect(field).to_have_value("203.0.113.53")
    expect(field).to_be_focused()
    assert list(ground.site.bench.blackholes(prefix="203.0.113.5")) == []


def test_what_is_asked_for_elsewhere_comes_to_the_page_by_itself(ground: Ground) -> None:
    visitor = ground.visitor()

    ground.site.bench.blackhole("203.0.113.54", reason="CHG1", wait_s=0)

    expect(visitor.page.get_by_text("203.0.113.54/32").first).to_be_visible()
    expect(visitor.page.get_by_text("2 held")).to_be_visible()


def test_one_of_the_past_opens_by_its_link_and_keys_change_the_tab(ground: Ground) -> None:
    ground.site.bench.blackhole("198.51.100.9", reason="CHG2", wait_s=0)
    visitor = ground.visitor()

    visitor.page.get_by_role("link", name="198.51.100.9/32").click()
    expect(visitor.page.get_by_text("198.51.100.9/32 is denied")).to_be_visible()
    visitor.page.keyboard.press("2")

    shadow = visitor.page.get_by_role("tab", name="Would have")
    expect(shadow).to_have_attribute("aria-selected", "true")
    assert "held=" in visitor.page.url
    assert "tab=shadow" in visitor.page.url


def test_a_wall_has_what_waits_and_what_stands_and_counts_down(ground: Ground) -> None:
    visitor = ground.site.visitor("jkim")
    visitor.go("/wall")
    strip = visitor.page.locator(".bh")
    expect(strip).to_contain_text("for a person")
    left = strip.locator("[data-until]").last
    before = left.text_content() or ""

    expect(left).not_to_have_text(before)

    assert "203.0.113.53" in (strip.text_content() or "")
    assert "3 of 3 routers" in (strip.text_content() or "")


def test_no_key_approves_and_a_click_does(ground: Ground) -> None:
    visitor = ground.visitor()
    card = visitor.page.get_by_label("203.0.113.53/32 is held")
    expect(card).to_be_visible()

    for key in "abcdefghijklmnopqrstuvwxyz":
        visitor.page.keyboard.press(key)
    visitor.page.keyboard.press("Escape")
    held = ground.site.bench.blackhole_of("203.0.113.53")
    assert held.state == "held"

    card.get_by_role("button", name="Approve").first.click()
    expect(visitor.page.get_by_text("203.0.113.53/32 is approved").first).to_be_visible()
    assert ground.site.bench.blackhole_of("203.0.113.53").approvals[0].name == "jkim"
