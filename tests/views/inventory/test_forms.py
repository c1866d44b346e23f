"""The forms of devices as markup."""

from netwb.views.inventory.forms import Choices, add_dialog
from tests.views.made_frames import words


def test_without_a_site_the_form_for_a_device_says_what_comes_first() -> None:
    html = add_dialog(Choices(sites=[], credentials=[], platforms=["cisco_ios"]), {})

    assert "Add a tenant and a site of it first" in words(html)
    assert 'data-act="go"' in html
    assert 'data-tab="places"' in html
    assert 'name="hostname"' not in html
