"""Forms as text: labelled fields, dialogs that ask before something is done. Pure.

Values are escaped here; `content` arguments are markup that is safe already. A form comes back as
one act with `fields`, whose texts a view takes as input of a stranger.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from netwb.views.html import button, choices, esc, icon, tag
from netwb.views.words import count


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field: its name, the words over it, and what stands in it.

    id      unique in the page, so that a redraw keeps what was typed
    hint    a small line under it
    """

    name: str
    label: str
    id: str
    value: str = ""
    hint: str = ""
    required: bool = False
    wide: bool = False


def text_field(field: Field, *, kind: str = "text", **more: object) -> str:
    """One line of text, also a number, a date or a password by `kind`."""
    control = (
        f'<input id="{esc(field.id)}" name="{esc(field.name)}" type="{esc(kind)}"'
        f' value="{esc(field.value)}"{_more(field, more)}>'
    )
    return _field(field, control)


def area_field(field: Field, *, rows: int = 4, **more: object) -> str:
    """Several lines of text."""
    control = (
        f'<textarea id="{esc(field.id)}" name="{esc(field.name)}" rows="{rows}"'
        f"{_more(field, more)}>{esc(field.value)}</textarea>"
    )
    return _field(field, control)


def select_field(field: Field, options: Iterable[tuple[str, str]], **more: object) -> str:
    """One of several (value, words)."""
    control = (
        f'<select id="{esc(field.id)}" name="{esc(field.name)}"{_more(field, more)}>'
        f"{choices(options, field.value)}</select>"
    )
    return _field(field, control)


def file_field(field: Field, *, accept: str) -> str:
    """A file that the browser reads."""
    control = (
        f'<input id="{esc(field.id)}" name="{esc(field.name)}" type="file"'
        f' accept="{esc(accept)}"{_more(field, {})}>'
    )
    return _field(field, control)


def check_field(field: Field, *, checked: bool = False, **more: object) -> str:
    """A box to tick; the form holds its name only where it is ticked."""
    drawn = (
        f'<input id="{esc(field.id)}" name="{esc(field.name)}" type="checkbox"'
        f' value="{esc(field.value or "yes")}"{" checked" if checked else ""}{_more(field, more)}>'
    )
    words = f"<span>{esc(field.label)}</span>"
    hint = f"<small>{esc(field.hint)}</small>" if field.hint else ""
    return _around(field, f'<label class="check">{drawn}{words}</label>{hint}')


def tick_fields(
    title: str,
    name: str,
    options: Iterable[tuple[str, str]],
    ticked: Collection[str],
    *,
    of: str = "",
) -> str:
    """Any of several (value, words), as boxes of one name; `of` keeps ids apart within the page."""
    boxes = "".join(
        f'<label class="check"><input type="checkbox" name="{esc(name)}" value="{esc(value)}"'
        f' id="{esc(of)}{esc(name)}-{esc(value)}"{" checked" if value in ticked else ""}>'
        f'<span class="cut">{esc(said)}</span></label>'
        for value, said in options
    )
    return (
        f'<fieldset class="wide"><legend class="lbl">{esc(title)}</legend>'
        f'<div class="allow" data-field="{esc(name)}">{boxes}</div></fieldset>'
    )


def _more(field: Field, more: Mapping[str, object]) -> str:
    said = {"required": field.required, "autocomplete": "off", **more}
    return "".join(
        f" {name.replace('_', '-')}"
        if value is True
        else f' {name.replace("_", "-")}="{esc(value)}"'
        for name, value in said.items()
        if value not in (None, False)
    )


def _field(field: Field, control: str) -> str:
    hint = f"<small>{esc(field.hint)}</small>" if field.hint else ""
    star = '<span class="t3"> required</span>' if field.required else ""
    label = f'<label for="{esc(field.id)}">{esc(field.label)}{star}</label>'
    return _around(field, f"{label}{control}{hint}")


def _around(field: Field, content: str) -> str:
    """No box stands within a field's box: `at_fields` finds its end by that."""
    class_ = "field wide" if field.wide else "field"
    return f'<div class="{class_}" data-field="{esc(field.name)}">{content}</div>'


def at_fields(form: str, faults: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """A drawn form with what is wrong under each field that it has; and what has no field there."""
    homeless = []
    for name, said in faults.items():
        begin = form.find(f'data-field="{esc(name)}"')
        if begin < 0:
            homeless.append(said)
            continue
        end = form.index("</div>", begin)
        named = f' name="{esc(name)}"'
        invalid = f'{named} aria-invalid="true" aria-describedby="fault-{esc(name)}"'
        field = form[begin:end].replace(named, invalid, 1)
        words = esc(said[:1].upper() + said[1:])
        fault = f'<small class="wrong" role="alert" id="fault-{esc(name)}">{words}</small>'
        form = form[:begin] + field + fault + form[end:]
    return form, tuple(homeless)


def refused(redraw: Callable[[str], str], said: str, faults: Mapping[str, str]) -> str:
    """A form with each fault at its field; over them how many, or what has no field there.

    redraw  draws the form with a sentence over it
    """
    if not faults:
        return redraw(said)
    _, homeless = at_fields(redraw(""), faults)
    several = f"{count(len(faults), 'field')} cannot be as given." if len(faults) > 1 else ""
    over = "; ".join(homeless) or several
    return at_fields(redraw(over), faults)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A dialog that asks before something is done.

    act     what its form sends; `data` goes along        yes     the words of the button that does it
    danger  outlined red: it takes something away         wrong   why the last try came to nothing
    """

    title: str
    act: str
    yes: str
    data: Mapping[str, str]
    danger: bool = False
    wrong: str = ""


def dialog(ask: Ask, content: str, *, two_columns: bool = False) -> str:
    """The dialog, over the page, with its fields; Escape and Cancel close it by `close`."""
    wrong = f'<p class="wrong wide" role="alert">{esc(ask.wrong)}</p>' if ask.wrong else ""
    submit = tag(
        "button",
        f"<span>{esc(ask.yes)}</span>",
        type="submit",
        class_="btn dan" if ask.danger else "btn pri",
    )
    actions = f'<div class="actions">{button("Cancel", "close")}{submit}</div>'
    form = tag(
        "form",
        f"{wrong}{content}{actions}",
        class_="form two" if two_columns else "form",
        id="dialog-form",
        data_act=ask.act,
        **{f"data_{name}": value for name, value in ask.data.items()},
    )
    return message(ask.title, form)


def message(title: str, content: str) -> str:
    """A dialog around any markup."""
    close = tag(
        "button",
        icon("close"),
        type="button",
        class_="ib push",
        data_act="close",
        data_close=True,
        aria_label="Close",
    )
    head = f'<div class="bar"><h2 class="h">{esc(title)}</h2>{close}</div>'
    return tag(
        "dialog", f'{head}<div class="body">{content}</div>', data_modal=True, aria_label=title
    )


def shown_once(title: str, secret: str, *, ends: str, more: str = "") -> str:
    """A secret that netwb can never show again, with a button that copies it; `more` is a sentence."""
    copy = tag("button", "<span>Copy</span>", type="button", class_="btn", data_copy=secret)
    done = button("Done", "close", kind="primary")
    return message(
        title,
        '<p class="t2">Copy it now: it is shown this once, and netwb keeps no copy that could be'
        f' read. It ends on {esc(ends)}.{" " + esc(more) if more else ""}</p><p class="secret"><code id="issued">{esc(secret)}</code>'
        f'{copy}</p><div class="form"><div class="actions">{done}</div></div>',
    )


def text_of(fields: Mapping[str, Any], name: str) -> str:
    """A field as text, without the blanks around it; "" where it is not there."""
    value = fields.get(name)
    if isinstance(value, list):
        value = value[-1] if value else ""
    return value.strip() if isinstance(value, str) else ""


def texts_of(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Every value of a field that may stand there more than once."""
    value = fields.get(name)
    values = value if isinstance(value, list) else [value]
    return tuple(item for item in values if isinstance(item, str) and item)


def secret_of(fields: Mapping[str, Any], name: str) -> str:
    """A password as it was typed: blanks belong to it."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""
