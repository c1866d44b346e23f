from __future__ import annotations

import pytest

from netwb.views.fields import Ask, Field, area_field, at_fields, dialog, select_field, text_field
from tests.views.hostile import HOSTILE, Tags, assert_inert

FORM = dialog(
    Ask(title="Add", act="add", yes="Add", data={}),
    text_field(Field(name="hostname", label="Hostname", id="h", value='x" data-field="address'))
    + select_field(Field(name="site", label="Site", id="s"), [("fra1", "fra1")])
    + area_field(Field(name="labels", label="Labels", id="l")),
)


def test_each_fault_stands_at_its_field_and_the_control_says_that_it_is_wrong() -> None:
    faults = {"hostname": "hostname 'x' is not usable", "site": "site 'y' is not known"}

    form, homeless = at_fields(FORM, faults)
    told = Tags(form)

    assert homeless == ()
    assert told.attributes["aria-invalid"] == ["true", "true"]
    assert told.attributes["aria-describedby"] == ["fault-hostname", "fault-site"]
    assert "Hostname &#x27;x&#x27; is not usable</small></div>" in form
    assert form.index("fault-hostname") < form.index('name="site"') < form.index("Site &#x27;y")


def test_a_fault_without_a_field_is_given_back() -> None:
    form, homeless = at_fields(FORM, {"address": "address is wrong", "labels": "label is wrong"})

    assert homeless == ("address is wrong",)
    assert "Label is wrong" in form
    assert "Address is wrong" not in form


@pytest.mark.parametrize("text", HOSTILE)
def test_a_fault_is_inert(text: str) -> None:
    assert_inert(at_fields(FORM, {"labels": text})[0])
