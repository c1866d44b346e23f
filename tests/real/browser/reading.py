"""What a page shows, all of it: the sheets stand in shadow roots, which no plain look reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from tests.real.browser.rig import DRAWN_MS, LOOKS_MS, Visitor

# What waits is marked so: bars in the place of rows, and an act under way. Sheets are drawn one
# after another, so that a page is whole when they stayed as they are for some looks.
SETTLED = """() => {
  const documents = window.Bokeh?.documents ?? []
  if (!documents.length || !documents.every((one) => one.is_idle)) return false
  let busy = false, length = 0
  const walk = (at) => {
    busy ||= !!at.querySelector('[aria-busy="true"]')
    at.querySelectorAll("*").forEach((e) => {
      if (e.shadowRoot) { length += e.shadowRoot.innerHTML.length; walk(e.shadowRoot) }
    })
  }
  walk(document)
  const still = window.stillOf === length ? (window.stillFor ?? 0) + 1 : 0
  Object.assign(window, {stillOf: length, stillFor: busy ? 0 : still})
  const whole = window.stillFor >= 3
  if (whole) window.stillFor = 0
  return whole
}"""

# Every shadow root's markup after that of the document; and what stands in the sheets as text.
READ = """() => {
  const roots = []
  const walk = (at) => at.querySelectorAll("*").forEach((e) => {
    if (e.shadowRoot) { roots.push(e.shadowRoot); walk(e.shadowRoot) }
  })
  walk(document)
  const sheets = roots.flatMap((root) => [...root.querySelectorAll(".nb, .diff, .text")])
  const told = (e) => {
    const act = e.dataset.act
    const off = e.disabled || e.getAttribute("aria-disabled") === "true"
    const by = e.getAttribute("aria-describedby")
    const said = by && e.getRootNode().getElementById(by)?.innerText
    return [act, !off, said || e.title || ""]
  }
  const place = (a) => [a.pathname, a.querySelector(".word").textContent]
  return {
    html: [document.documentElement.outerHTML, ...roots.map((root) => root.innerHTML)].join("\\n"),
    text: [document.title, ...sheets.map((sheet) => sheet.innerText)].join("\\n"),
    acts: sheets.flatMap((sheet) => [...sheet.querySelectorAll("[data-act]")].map(told)),
    places: sheets.flatMap((sheet) => [...sheet.querySelectorAll(".nav a")].map(place)),
  }
}"""

# As a page would send it: an element with that act is put into each sheet, and used. Nobody listens
# to the navigation.
ACT = """([act, dataset, fields]) => {
  const sheets = [...netwbSheets.sheets].map((one) => one.root)
    .filter((root) => root.isConnected && !root.querySelector(".nav"))
  for (const sheet of sheets) {
    const made = document.createElement(fields ? "form" : "button")
    Object.assign(made.dataset, dataset, {act})
    made.hidden = true
    for (const [name, value] of Object.entries(fields ?? {})) {
      const field = document.createElement("input")
      Object.assign(field, {name, value})
      made.append(field)
    }
    sheet.append(made)
    if (fields) made.requestSubmit()
    else made.click()
  }
  return sheets.length
}"""


# What the header does where the browser went back, with a number, so that its answer is known: the
# sheet forgets the number when the answer was obeyed, and all that was drawn before it is there then.
WENT = """(to) => {
  history.pushState({}, "", to)
  const bar = [...netwbSheets.sheets].find((one) => one.root.querySelector("[data-address]"))
  bar.pending.set(0, [document.createElement("i"), 0])
  bar.send({act: "went", search: location.search, seq: 0})
}"""
ARRIVED = "() => [...netwbSheets.sheets].every((one) => !one.pending.size)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows at one moment.

    acts      names of what one can do; those that are switched off are in `off`, with the reason
    places    the navigation: page -> words
    """

    html: str
    text: str
    acts: frozenset[str]
    off: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


def settle(page: Page) -> None:
    """Wait until nothing is under way, and nothing was drawn for a while."""
    page.wait_for_function(SETTLED, polling=LOOKS_MS, timeout=DRAWN_MS)


def went(visitor: Visitor, path: str) -> Shown:
    """Another view of the page that is open, as Back and Forward lead to it: without a reload."""
    visitor.page.evaluate(WENT, path)
    visitor.page.wait_for_function(ARRIVED, polling=LOOKS_MS, timeout=DRAWN_MS)
    return shown(visitor)


def shown(visitor: Visitor, path: str = "") -> Shown:
    """Open `path`, "" for what is open; and read it once it is whole."""
    if path:
        visitor.go(path)
    settle(visitor.page)
    read: dict[str, Any] = visitor.page.evaluate(READ)
    return Shown(
        html=read["html"],
        text=read["text"],
        acts=frozenset(act for act, on, _ in read["acts"] if on),
        off={act: why for act, on, why in read["acts"] if not on},
        places=dict(read["places"]),
    )


def act(
    visitor: Visitor,
    name: str,
    fields: Mapping[str, str] | None = None,
    words: Mapping[str, str] | None = None,
) -> None:
    """Send an act from every sheet of the page, and wait for the answers.

    words   what stands beside the act's name in the page's dataset
    """
    sent = visitor.page.evaluate(ACT, [name, words or {}, fields])
    assert sent > 0
    settle(visitor.page)
