"""Security headers of every answer, and the Content-Security-Policy of pages. Opens nothing.

What Panel's pages need was tried in Chromium: without `blob:` in script-src and connect-src, or
without inline scripts, nothing is drawn; 'unsafe-eval' is not needed as long as no CustomJS is used.
Nothing foreign is ever allowed: each asset comes from this server.
"""

from __future__ import annotations

import re

from tornado.web import RequestHandler

from netwb.web import origin, process

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # a page's address says what somebody searched for
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
TLS_KEPT_S = 180 * 86_400  # RFC 6797; long enough to outlive holidays, and names below are others'
NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
FORM = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
ERROR = f"{FORM}; script-src 'self'"  # a form's, and the script that sets the theme


def page_policy(host: str, frame: str = "") -> str:
    """Policy of a Panel page that a browser reached as `host` (name, and port where given).

    frame   the one origin that it shows a frame of; the settings let nothing else into it
    """
    frames = f"frame-src {frame}; " if frame else ""
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return (
        "default-src 'none'; script-src 'self' blob: 'unsafe-inline'; "
        f"connect-src 'self' blob:{sockets}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
        f"{frames}form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    )


def secure(handler: RequestHandler) -> None:
    """Set what every answer carries; a handler with a page of its own sets its policy after it."""
    for name, value in ALWAYS.items():
        handler.set_header(name, value)
    handler.set_header("Content-Security-Policy", NOTHING)
    keep_to_tls(handler)
    handler.clear_header("Server")  # which version answers is nobody's business


def keep_to_tls(handler: RequestHandler) -> None:
    """Tell a browser that came by TLS, here or at a trusted proxy, to come by nothing else."""
    public = process.public_url_so_far()
    if origin.is_secure(handler.request, process.trusted_so_far(), public):
        handler.set_header("Strict-Transport-Security", f"max-age={TLS_KEPT_S}")


def secure_page(handler: RequestHandler) -> None:
    """The same for a Panel page."""
    secure(handler)
    handler.set_header("Content-Security-Policy", page_policy(handler.request.host))


def allow_frame(handler: RequestHandler, frame: str) -> None:
    """Let the page show frames of that origin, and of no other."""
    handler.set_header("Content-Security-Policy", page_policy(handler.request.host, frame))
