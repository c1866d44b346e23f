"""Secrets of Bokeh's server, by environment: an argument shows in the list of processes.

Bokeh reads them when it is imported, so `tell_secrets` comes before anything of Panel's.
"""

from __future__ import annotations

import os

from netwb.workbench.serving import ServerKeys


def tell_secrets(keys: ServerKeys) -> None:
    """As `panel serve` wants them: each page's token is signed by the home's own key."""
    os.environ["BOKEH_SIGN_SESSIONS"] = "yes"
    os.environ["BOKEH_SECRET_KEY"] = keys.pages.hex()
    os.environ["BOKEH_COOKIE_SECRET"] = keys.cookie.hex()


def forget_secrets() -> None:
    """They were read; what this process starts (git, ssh) need not know them."""
    for name in ("BOKEH_SECRET_KEY", "BOKEH_COOKIE_SECRET"):
        os.environ.pop(name, None)
