"""JupyterLab in Chromium, as `netwb notebook` starts it: the first notebook, run by clicking.

Its home is a demo of two devices, on the day of which the kernel's clock stands; a process of its own
builds it, as Playwright's loop runs in this one.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.cli.test_notebook import free_port, settled
from tests.notebooks.ground import kernel_environment
from tests.real.browser.rig import Chromium

TOKEN = "token-of-this-test"
LONG_S = 60
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address, with the token."""
    folder = tmp_path_factory.mktemp("lab")
    build = [sys.executable, "-m", "tests.notebooks.ground", str(folder / "home"), "2"]
    subprocess.run(build, check=True, capture_output=True, timeout=LONG_S * 2, cwd=ROOT)
    with serving(folder) as port:
        yield f"http://127.0.0.1:{port}/lab/tree/00-start.ipynb?token={TOKEN}"


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    port = free_port()
    words = ["notebook", str(folder / "own"), "--no-browser", "--port", str(port)]
    own = {"HOME": str(folder), "JUPYTER_TOKEN": TOKEN, "TMPDIR": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "netwb", *words],
        stderr=subprocess.PIPE,
        text=True,
        env={**kernel_environment(folder / "home", folder), **own},
    )
    try:
        settled(process, port)
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=LONG_S)


def run_all(page: Page) -> None:
    """By the menu, as a person does, once the kernel is there."""
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator("li[data-command='runmenu:run-all']").click()


def test_the_first_notebook_runs_by_clicking_with_a_chart_a_diff_and_nothing_from_elsewhere(
    chromium: Chromium, lab: str
) -> None:
    context = chromium.browser.new_context(viewport={"width": 1440, "height": 4000})
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.set_default_timeout(120_000)
    try:
        page.goto(lab)
        run_all(page)
        last = page.locator(".jp-CodeCell").last
        expect(last.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]:"))

        expect(page.locator("td", has_text="cisco_ios").first).to_be_visible()
        expect(page.locator(".bk-Figure canvas").first).to_be_visible()
        expect(page.locator("img[id^='netwb-still']")).to_have_count(0)
        expect(page.get_by_role("button", name="Side by side")).to_be_visible()
        expect(page.get_by_text("netwb:secret:").locator("visible=true").first).to_be_visible()
        expect(
            page.get_by_text("device 'edge9' is not known").locator("visible=true").first
        ).to_be_visible()
        said = " ".join(page.locator(".jp-OutputArea").all_inner_texts())
        assert "Traceback" not in said
        assert "/netwb/workbench/" not in said
    finally:
        context.close()
    here = lab.partition("/lab/")[0]
    assert [one for one in asked if not one.startswith((here, "data:", "blob:"))] == []
