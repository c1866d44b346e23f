"""Who looks, when, and where things lead: what the words of a page depend on besides what was read."""

from __future__ import annotations

from dataclasses import dataclass

from netwb.views.address import Address
from netwb.views.html import page_url
from netwb.views.navigation import Moment
from netwb.views.words import commit


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """edits: holds compliance.edit; `why` says who does not. configs: may see configurations."""

    at: Moment
    address: Address
    edits: bool = False
    configs: bool = True
    why: str = ""

    def configs_url(self, **query: object) -> str:
        """A view of the configurations."""
        return page_url("configs", **self.address.kept(), **query)

    def cell_url(self, device: str, rule: str) -> str:
        """The same look, with that cell chosen."""
        return self.address.url(device=device, rule=rule, tab=None)

    def revision(self, device: str, revision: str) -> str:
        """A link to that text, for who may see it."""
        from_ = commit(revision)
        if not self.configs:
            return f'<span class="mono">{from_}</span>'
        url = self.configs_url(device=device, rev=revision)
        return f'<a class="mono ac" href="{url.replace("&", "&amp;")}">{from_}</a>'
