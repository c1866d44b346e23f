"""Which kinds of component a page describes to the browser: those that it has, and netwb's own.

Bokeh describes each kind that any package of the process defines, to each page anew: 146 of them,
two thirds of the time that an answer takes on the event loop and half of its bytes (measured: 13 of
20 ms, 153 of 280 kB). Pages of the frame add only components of netwb's own later on, a page of Bokeh's
models none; others, which may add anything, go Bokeh's way.
Source: bokeh.document.document and bokeh.protocol.messages.pull_doc_reply (3.9).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bokeh import __version__
from bokeh.core.has_props import HasProps, is_DataModel
from bokeh.core.serialization import Serialized, Serializer
from bokeh.core.types import ID
from bokeh.document import Document
from bokeh.document.json import DocJson
from bokeh.model import Model
from bokeh.protocol import SPEC
from bokeh.protocol.messages.pull_doc_reply import PullDoc, pull_doc_reply
from panel.custom import ReactiveESM

from netwb.web.bundles import BARE, FRAME

OWN = "netwb."  # of the modules whose components a view may add at any time
_KIND = "_data_model"  # of a component's class: what its properties are called in the browser


class PageReply(pull_doc_reply):
    """The document of a page, for the browser that opened it."""

    @classmethod
    def create(cls, request_id: ID, document: Document, **metadata: Any) -> PageReply:
        """As Bokeh's."""
        told = described(document) if hasattr(document, FRAME) else document.to_json()
        reply = cls(cls.create_header(request_id=request_id), metadata, PullDoc(doc=told.content))
        reply.add_buffers(*(told.buffers or ()))
        return reply


def install() -> None:
    """Bokeh makes its answers by this table; there is no other seam."""
    SPEC["PULL-DOC-REPLY"] = PageReply


def described(document: Document) -> Serialized[DocJson]:
    """As `Document.to_json`, with the kinds of this page alone."""
    serializer = Serializer(deferred=True)
    told = DocJson(
        version=__version__,
        title=document.title,
        defs=serializer.encode(kinds_of(document)),
        config=serializer.encode(document.config),
        roots=serializer.encode(document.roots),
    )
    if document.callbacks.js_event_callbacks:
        told["callbacks"] = serializer.encode(document.callbacks.js_event_callbacks)
    document.models.flush_synced()
    return Serialized(told, buffers=serializer.buffers)


def kinds_of(document: Document) -> list[type[HasProps]]:
    """In the order in which they were defined: one may extend another."""
    later = () if hasattr(document, BARE) else _own()
    wanted = {*map(type, document.models), *later}
    kinds = Model.model_class_reverse_map.values()
    return [kind for kind in kinds if kind in wanted and is_DataModel(kind)]


def _own() -> Iterator[type[HasProps]]:
    """Of every component that netwb's modules define."""
    found: list[type[ReactiveESM]] = [ReactiveESM]
    while found:
        component = found.pop()
        found += component.__subclasses__()
        if component.__module__.startswith(OWN):
            yield getattr(component, _KIND)
