"""The forms of devices as markup."""

from netwb.views.inventory.forms import (
    Choices,
    add_dialog,
    edit_dialog,
    retire_dialog,
    status_dialog,
)
from tests.views.inventory.test_rows import device
from tests.views.made_frames import words


def test_without_a_site_the_form_for_a_device_says_what_comes_first() -> None:
    html = add_dialog(Choices(sites=[], credentials=[], platforms=["cisco_ios"]), {})

    assert "Add a tenant and a site of it first" in words(html)
    assert 'data-act="go"' in html
    assert 'data-tab="places"' in html
    assert 'name="hostname"' not in html


def test_a_question_names_one_device_and_counts_several() -> None:
    one, two = device("edge1"), device("edge2")

    assert "Retire acme/edge1" in words(retire_dialog([one]))
    assert "Retire 2 devices" in words(retire_dialog([one, two]))
    assert "acme/edge1 and acme/edge2: no longer backed up" in words(retire_dialog([one, two]))
    assert "Set the status of acme/edge1" in words(status_dialog([one]))
    assert "Set the status of 2 devices" in words(status_dialog([one, two]))


def test_what_is_not_plain_by_its_name_says_what_belongs_there() -> None:
    choices = Choices(sites=[], credentials=[], platforms=["cisco_ios"])

    said = words(edit_dialog(device("edge1"), choices, {}, ""))

    assert "Syslog from addresses; empty: the one above" in said
    assert "Calls itself its own name, where that is not the hostname" in said
