"""Two panes in a wide, a narrow and a phone's window, by their stylesheets alone."""

import panel as pn

from netwb.views.panes import MARK, filter_and_list, list_and_detail
from netwb.views.theme import NARROW_PX, PHONE_PX


def css_of(row: pn.Row) -> str:
    (css,) = row.stylesheets
    assert isinstance(css, str)
    return css


def test_a_list_has_its_width_in_a_wide_and_another_one_in_a_narrow_window() -> None:
    css = css_of(list_and_detail(pn.Column(), pn.Column(), px=384, narrow_px=300))

    wide, _, narrow = css.partition(f"@media(max-width:{NARROW_PX}px)")
    assert "width:384px!important" in wide
    assert "width:300px!important" in narrow


def test_in_a_phones_width_the_detail_stands_under_its_list_and_is_as_high_as_the_window() -> None:
    row = list_and_detail(pn.Column(), pn.Column(), px=384, narrow_px=300)

    phone = css_of(row).partition(f"@media(max-width:{PHONE_PX}px)")[2]
    assert "flex-direction:column" in phone
    assert ":host>:nth-child(2 of div){flex:0 0 100%!important" in phone
    assert MARK in row.css_classes


def test_in_a_phones_width_what_narrows_a_list_takes_no_more_room_than_it_needs() -> None:
    row = filter_and_list(pn.Column(), pn.Column(), px=184)

    phone = css_of(row).partition(f"@media(max-width:{PHONE_PX}px)")[2]
    assert ":host>:nth-child(1 of div){flex:0 0 auto!important" in phone
    assert MARK not in row.css_classes
