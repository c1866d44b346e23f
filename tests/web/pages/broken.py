"""A page of the tests that breaks while it is built, unless it is asked not to."""

import panel as pn

MESSAGE = "/srv/secret/place of the server"

if b"0" not in pn.state.session_args.get("well", []):
    raise RuntimeError(MESSAGE)
pn.panel("built").servable(title="broken")
