"""What a notebook's cell shows of a chart: live where a person sits before it, else a picture.

A kernel that a Jupyter server started has somebody before it: the first drawing there loads Panel's
scripts into the notebook, from this installation and not from elsewhere. nbconvert, nbval and code
hosts run no script; for them there is a PNG, and a line in words.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable
from html import escape
from itertools import count
from typing import Any

import panel as pn

from netwb.workbench.kernel import in_kernel

Bundle = tuple[dict[str, Any], dict[str, Any]]  # data and metadata, by type

HTML, PNG = "text/html", "image/png"
SESSION = "JPY_SESSION_NAME"  # Jupyter's server tells each kernel of a notebook its name
_numbers = count(1)


def running() -> bool:
    """Whether scripts are there for what is drawn; the first one who asks brings them."""
    if not in_kernel():
        return False
    if not _is_loaded() and os.environ.get(SESSION):
        pn.extension(inline=True)  # not from a CDN
    return _is_loaded()


def _is_loaded() -> bool:
    return bool(getattr(pn.extension, "_loaded", False))


def chart_bundle(
    caption: str, *, live: Callable[[], Any], still: Callable[[], bytes], table: Callable[[], str]
) -> Bundle:
    """A chart in whichever way it can be shown here.

    live    something of Panel's
    still   the same as a PNG
    table   the same as HTML without a picture, where this is no notebook
    """
    plain = {"text/plain": caption}
    if not in_kernel():
        return {**plain, HTML: line(caption) + table()}, {}
    picture = b64encode(still()).decode()
    bundle = live()._repr_mimebundle_() if running() else None
    if not isinstance(bundle, tuple):  # or Panel had to warn: its scripts are not in this notebook
        return {**plain, PNG: picture}, {}
    drawn, beside = bundle
    page = line(caption) + _picture(caption, picture, drawn.get(HTML, ""))
    return {**drawn, **plain, HTML: page}, beside


def _picture(caption: str, picture: str, live: str) -> str:
    """The picture stands for the chart where no script runs; where one does, it takes it away."""
    name = f"netwb-still-{os.getpid()}-{next(_numbers)}"
    image = f'<img id="{name}" alt="{escape(caption)}" src="data:{PNG};base64,{picture}">'
    away = f'<script type="application/javascript">document.getElementById("{name}")?.remove()</script>'
    return f"{image}{live}{away}"


def line(caption: str) -> str:
    """What stands over a drawing and needs no script."""
    return f'<div style="font:13px/20px system-ui,sans-serif">{escape(caption)}</div>'
