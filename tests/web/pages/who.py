"""A page of the tests: who is here, as the document knows it, and which tenants that person sees."""

import panel as pn

from netwb.web.visitor import visiting

me = visiting().me()
sees = " and ".join(slug for slug, _ in me.tenants) or "nobody"
pn.panel(f"this page belongs to {me.name}, who sees {sees}").servable(title="who")
