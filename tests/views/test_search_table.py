"""Hits as a table on one time axis, as CSV, and what an address asks for."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from netwb.views.navigation import Moment
from netwb.views.search.table import Asked, Result, csv_file, render_sum, render_table
from netwb.views.search.tools import render_tools
from netwb.workbench.words import Hit

NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
AT = Moment(now=NOW, zone=ZoneInfo("UTC"))
EVIL = "<img src=x onerror=alert(1)>\u202e\"'"


def hit(
    hostname: str = "edge1", *, days: float = 10, until: float | None = None, **values: object
) -> Hit:
    wanted = {
        "tenant": "acme",
        "hostname": hostname,
        "device_id": f"id-{hostname}",
        "kind": "running",
        "line": 98 if until is None else None,
        "text": " ntp server 192.0.2.125",
        "since": NOW - timedelta(days=days),
        "until": None if until is None else NOW - timedelta(days=until),
        "author": "asantos",
        "until_author": None if until is None else "jkim",
        "section": "",
    }
    return Hit(**{**wanted, **values})  # type: ignore[arg-type]


def result(*hits: Hit, **values: object) -> Result:
    wanted = {"hits": hits, "devices": 418, "took_s": 0.18}
    return Result(**{**wanted, **values})  # type: ignore[arg-type]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


ASKED = Asked(text="192.0.2.125", when="ever")


def test_standing_lines_come_first_and_gone_ones_below_struck() -> None:
    html = render_table(result(hit("gone1", until=3), hit("edge1")), ASKED, AT)

    assert (
        words(html).index("edge1")
        < words(html).index("No longer there")
        < words(html).index("gone1")
    )
    assert html.count('class="gone"') == 1
    assert "asantos / jkim" in words(html)


def test_all_bars_share_one_axis() -> None:
    html = render_table(
        result(hit(days=10), hit("b", days=5), hit("c", days=10, until=5)), ASKED, AT
    )

    bars = re.findall(r"left:([\d.]+)%;width:([\d.]+)%", html)
    assert bars == [("0.0", "100.0"), ("50.0", "50.0"), ("0.0", "50.0")]


def test_what_stood_for_a_moment_is_still_seen() -> None:
    html = render_table(result(hit(days=100), hit("b", days=0.0001)), ASKED, AT)

    left, width = re.findall(r"left:([\d.]+)%;width:([\d.]+)%", html)[1]
    assert float(width) >= 1
    assert float(left) + float(width) <= 100


def test_each_device_is_a_link_to_that_line_of_its_history() -> None:
    html = render_table(result(hit(kind="startup"), base="&tenant=acme"), ASKED, AT)

    assert 'href="configs?device=id-edge1&amp;kind=startup&amp;line=98&amp;tenant=acme"' in html
    assert "startup" in words(html)


def test_what_was_looked_for_is_marked_but_a_pattern_is_not_guessed() -> None:
    marked = render_table(result(hit()), ASKED, AT)
    pattern = render_table(result(hit()), Asked(text=r"\d+", match="pattern"), AT)

    assert "<mark>192.0.2.125</mark>" in marked
    assert "<mark>" not in pattern


def test_sections_unknown_authors_and_global_lines_have_words() -> None:
    html = render_table(
        result(
            hit(section="router bgp 64500 > vrf RED"),
            hit("b", author="unknown"),
            hit("c", until=1, until_author=None),
        ),
        ASKED,
        AT,
    )

    said = words(html)
    assert "router bgp 64500 \u203a vrf RED" in said
    assert "global" in said
    assert "seen 13 Nov" in said
    assert "asantos / not recorded" in said


def test_hostile_lines_and_names_are_inert() -> None:
    evil = hit(EVIL, text=EVIL, section=EVIL, author=EVIL, tenant=EVIL)

    html = render_table(result(evil), Asked(text=EVIL), AT) + render_sum(result(evil), ASKED, AT)
    html += render_tools(Asked(text=EVIL, since=EVIL, until=EVIL, by=EVIL))

    assert "<img" not in html
    assert "\u202e" not in html


def test_the_sum_counts_devices_and_not_lines() -> None:
    said = words(
        render_sum(
            result(hit(), hit(days=3), hit("old", days=30, until=2), hit(until=1)), ASKED, AT
        )
    )

    assert "1 device carries it now" in said
    assert "1 carried it before" in said
    assert "first seen 24 Oct on old acme" in said
    assert "418 devices searched in 0.18 s" in said
    assert "searched in 0.18 s" in words(render_sum(result(hit(), devices=None), ASKED, AT))


def test_only_so_many_rows_are_drawn() -> None:
    hits = [hit(f"r{n}") for n in range(20)] + [hit(f"g{n}", until=1) for n in range(20)]

    assert render_table(result(*hits), ASKED, AT, shown=5).count("<tr>") == 6
    assert render_table(result(*hits), ASKED, AT, shown=25).count('class="gone"') == 5


def test_csv_holds_every_hit_and_no_formula() -> None:
    rows = (
        csv_file([hit("=cmd()", until=1), hit(author="unknown")]).decode("utf-8-sig").splitlines()
    )

    assert len(rows) == 3
    assert ",'=cmd()," in rows[1]
    assert "2026-11-13T08:42:00Z,2026-11-22T08:42:00Z" in rows[1]
    assert rows[2].endswith("Z,,,")


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({"find": "x"}, Asked(text="x")),
        (
            {"find": "x", "when": "ever", "mode": "pattern"},
            Asked(text="x", when="ever", match="pattern"),
        ),
        ({"find": "x", "when": "<b>", "mode": "all"}, Asked(text="x")),
        ({"since": "7d", "until": "1d", "by": "ana"}, Asked(since="7d", until="1d", by="ana")),
    ],
)
def test_an_address_is_read_and_unknown_words_are_the_default(
    query: dict[str, str], asked: Asked
) -> None:
    assert Asked.of(query) == asked


def test_the_choice_in_force_is_pressed_and_enter_means_neither_choice() -> None:
    html = render_tools(Asked(text="x", when="ever", match="word"))

    pressed = re.findall(r'value="(\w+)"[^>]*aria-pressed="true"', html)
    assert pressed == ["ever", "word"]
    first = html.index("<button")
    assert "unseen" in html[first : html.index(">", first)]


def test_what_a_narrow_column_cuts_is_whole_in_its_title() -> None:
    gone = hit("agg1", days=30, until=2, kind="startup", author="admin", until_author=None)

    html = render_table(result(gone), ASKED, AT)

    assert 'title="acme/agg1, startup"' in html
    assert 'title="put there: admin; taken away: not recorded"' in html
