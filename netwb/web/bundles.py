"""Which scripts and stylesheets a page of netwb's frame loads: found once a process, and kept.

Panel looks through every class of component for each page (measured: half of what building a page
costs). Pages of the frame differ in what they show and never in what they load; others, which may set
files of their own, go Panel's way. A page of Bokeh's own models, the wall, needs one script of eight;
the others need no table of Tabulator's, no figure by WebGL, and no shim for modules, which every browser
has: the shim reads each module itself, so that a browser compiles it anew at each page (all of that: a fifth
of what opening a page costs it, roughly). `frame.js` has what Panel asks the shim for.
Source: panel.io.server and panel.io.resources (1.9.4).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from copy import copy
from typing import Any

from bokeh.embed.bundle import Bundle
from bokeh.model import Model
from panel.io import server
from panel.io.resources import Resources
from panel.io.state import state

FRAME = "netwb_guard"  # attribute that the frame gives to its documents
BARE = "netwb_bare"  # attribute of those whose models are all Bokeh's own
_NAME = "bundle_resources"
_panels_own: Callable[..., Bundle] = getattr(server, _NAME)
_BOKEH = "/js/bokeh.min.js"
_UNUSED = ("/datatabulator/", "/reactiveesm/es-module-shims", "/js/bokeh-gl.min.js")
_kept: dict[Hashable, Bundle] = {}


def install() -> None:
    """Panel's pages ask here; there is no other seam than the name that they call."""
    setattr(server, _NAME, bundle_of)


def bundle_of(roots: Any, resources: Resources, *args: Any, **kwargs: Any) -> Bundle:
    """As Panel's."""
    if not hasattr(state.curdoc, FRAME):
        return _panels_own(roots, resources, *args, **kwargs)
    place = (state.base_url, state.rel_path, resources.mode, resources.root_url)
    bare = hasattr(state.curdoc, BARE)
    kinds = tuple(sorted({type(root).__name__ for root in roots or ()}))
    key = (*place, bare, kinds, len(Model.model_class_reverse_map))  # a class more may bring files
    if key not in _kept:
        whole = _panels_own(roots, resources, *args, **kwargs)
        _kept[key] = _bokehs(whole) if bare else _used(whole)
    return _kept[key]


def _bokehs(whole: Bundle) -> Bundle:
    """What draws Bokeh's figures, of all that Panel would load besides."""
    files = [file for file in whole.js_files if _BOKEH in str(file)]
    return Bundle(js_files=files, js_raw=[], css_files=[], css_raw=[])


def _used(whole: Bundle) -> Bundle:
    """What a page of Panel's components needs of it."""
    used = copy(whole)
    used.js_files, used.css_files = (
        [file for file in files if not any(name in str(file) for name in _UNUSED)]
        for files in (whole.js_files, whole.css_files)
    )
    return used
