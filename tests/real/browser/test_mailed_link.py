"""A link with a whole view in it, opened by one who may, by one who may not, and by nobody yet."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.real.browser.reading import shown
from tests.real.browser.rig import DRAWN_MS, Site

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def link(site: Site) -> str:
    """The text of a device of acme at a revision, unfolded."""
    site.rig.back_up("acme/edge1")
    device = site.rig.devices["acme/edge1"].id
    revision = site.bench.history(device)[0].id
    return f"/configs?device={device}&rev={revision}&look=text"


def test_who_may_sees_what_the_sender_saw(site: Site, link: str) -> None:
    sender = site.visitor("ana")
    seen = shown(sender, link)
    assert "ntp server 192.0.2.53" in seen.text

    other = shown(site.visitor("vera"), sender.page.url.removeprefix(site.server.url))
    assert "ntp server 192.0.2.53" in other.text
    assert 'data-look="text" aria-pressed="true"' in other.html


def test_who_may_not_learns_nothing(site: Site, link: str) -> None:
    visitor = site.visitor("ben")
    seen = shown(visitor, link)

    assert "lies outside what you may see" in seen.text
    for secret in ("edge1", "acme", "192.0.2.53"):
        assert secret not in seen.html.replace(link.removeprefix("/"), "")
        assert not [frame for frame in visitor.received if secret in frame]


def test_who_is_not_signed_in_comes_to_it_by_the_login(site: Site, link: str) -> None:
    visitor = site.visitor()
    visitor.go(link)
    assert "/login?next=" in visitor.page.url
    visitor.log_in("ana")

    visitor.page.wait_for_url(f"**{link}", timeout=DRAWN_MS)
    expect(visitor.page.get_by_text("ntp server").first).to_be_visible(timeout=DRAWN_MS)
