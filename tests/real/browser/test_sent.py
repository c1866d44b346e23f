"""What a browser sends to the server, an act and not the page that it is done in; and what it asks for."""

from playwright.sync_api import WebSocket

from tests.real.browser.reading import settle
from tests.real.browser.rig import Site

UNUSED = ("tabulator", "luxon", "bokeh-gl", "es-module-shims")
ACT_MOST = 2_000  # bytes; an act with its dataset is some hundred


def test_an_act_on_what_the_server_drew_later_carries_nothing_of_it_back(site: Site) -> None:
    visitor, sent = site.visitor("ada"), list[int]()

    def watch(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(len(frame)))

    visitor.page.on("websocket", watch)
    visitor.go("/inventory")
    settle(visitor.page)
    visitor.page.locator("a.host").first.click()
    settle(visitor.page)
    sent.clear()

    visitor.page.keyboard.press("e")
    visitor.page.get_by_role("dialog").wait_for()

    assert sent
    assert max(sent) < ACT_MOST
    assert "already known" not in "".join(site.server.said)


def test_a_page_loads_its_components_and_no_script_that_it_has_no_use_for(site: Site) -> None:
    visitor = site.visitor("ada")
    visitor.go("/inventory")
    settle(visitor.page)

    assert any("panel-material-ui.bundle.js" in url for url in visitor.asked)
    assert [url for url in visitor.asked if any(name in url for name in UNUSED)] == []
