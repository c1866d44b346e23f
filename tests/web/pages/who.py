"""A page of the tests: who is here, as the document knows it."""

import panel as pn

from netwb.web.visitor import visiting

pn.panel(f"this page belongs to {visiting().me().name}").servable(title="who")
