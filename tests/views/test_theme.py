"""Colours against each other, and what the assets reach for."""

import re
from pathlib import Path

import pytest

from netwb.views.sheet import ASSETS, sheet_css
from netwb.views.theme import Scheme, material_theme, tokens, tokens_css

AA = 4.5  # WCAG 2.1, 1.4.3: text below 18 pt
TEXT_ON: dict[str, str] = {
    "bg": "t1 t2 t3 accent ok warn bad unk",
    "surface": "t1 t2 t3 accent ok warn bad unk addT delT",
    "raised": "t1 t2 t3 accent ok warn bad unk",
    "accentBg": "t1 t2 t3 accent",
    "accent": "onAccent",
    "warnBg": "t1 warn",
    "badBg": "t1 bad",
    "okBg": "t1 ok",
    "addBg": "t1 t3 addT",
    "addW": "t1",
    "delBg": "t1 t3 delT",
    "delW": "t1",
    "hunk": "t1 t2 t3 accent",
}
EDGE = 3.0  # WCAG 2.1, 1.4.11: what shows that here one can type or tick
PAIRS = [(text, ground) for ground, texts in TEXT_ON.items() for text in texts.split()]
OWN = [
    path for path in sorted(ASSETS.rglob("*")) if path.suffix in {".js", ".css", ".html", ".svg"}
]


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.1)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_rightly() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_every_ground_that_it_stands_on(scheme: Scheme) -> None:
    named = tokens(scheme)
    found = {pair: contrast(named[pair[0]], named[pair[1]]) for pair in PAIRS}

    assert {pair: round(value, 2) for pair, value in found.items() if value < AA} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["bg", "surface", "raised", "accentBg"])
def test_a_fields_edge_and_the_ring_of_the_focus_are_seen(scheme: Scheme, ground: str) -> None:
    named = tokens(scheme)

    assert contrast(named["edge"], named[ground]) >= EDGE
    assert contrast(named["accent"], named[ground]) >= EDGE


def test_both_schemes_name_the_same_tokens() -> None:
    assert tokens("light").keys() == tokens("dark").keys()
    assert len(tokens("light")) == 29


def test_system_that_is_dark_and_the_choice_of_dark_look_the_same() -> None:
    blocks = re.findall(r"color-scheme:dark;([^}]*)", tokens_css())

    assert len(blocks) == 2
    assert blocks[0] == blocks[1]


def test_material_palette_is_made_of_the_tokens() -> None:
    dark = material_theme()["dark"]["palette"]

    assert dark["primary"]["main"] == tokens("dark")["accent"]
    assert dark["background"]["paper"] == tokens("dark")["surface"]


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_no_asset_asks_anything_of_another_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")

    assert not re.findall(r"(?:https?:)?//[\w.-]+\.\w+|@import", text)


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_no_asset_needs_a_policy_that_allows_eval(path: Path) -> None:
    assert not re.findall(r"\beval\(|new Function|setTimeout\(\s*[\"'`]", path.read_text("utf-8"))


def test_each_font_is_there_and_has_its_licence_beside_it() -> None:
    asked = re.findall(r"url\(netwb-static/(fonts/[\w-]+\.woff2)\)", tokens_css())
    shipped = sorted(f"fonts/{path.name}" for path in (ASSETS / "fonts").glob("*.woff2"))

    assert sorted(asked) == shipped
    assert len(shipped) == 4
    for name in ("inter", "jetbrains-mono"):
        assert "SIL Open Font License" in (ASSETS / f"fonts/LICENSE-{name}.txt").read_text("utf-8")


def test_every_token_that_a_stylesheet_uses_is_named() -> None:
    known = set(tokens("light")) | {"font", "mono"}
    styles = "".join(path.read_text("utf-8") for path in OWN if path.suffix == ".css")
    set_by_them = set(re.findall(r"--([\w-]+)\s*:", styles))

    assert set(re.findall(r"var\(--([\w-]+)", styles)) - known - set_by_them == set()


def test_identifier_is_shown_as_it_is_written() -> None:
    # Inter's contextual alternates draw the x of `dx4x9b` as a multiplication sign
    assert "font-variant-ligatures:no-contextual" in sheet_css()
