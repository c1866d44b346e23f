"""Files that netwb ships for browsers: fonts, styles; and `/`, which leads to a page."""

from __future__ import annotations

from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any

from tornado.web import HTTPError, RequestHandler, StaticFileHandler

from netwb.web import error_pages, headers, visits
from netwb.web.pages import first_page

LOGIN_FILES = Path(str(files("netwb.web"))) / "static"
PAGE_FILES = Path(str(files("netwb"))) / "views" / "assets"
_KEPT_S = 3600  # an upgrade shows within the hour; an ETag spares the bytes after it


class ShippedFileHandler(StaticFileHandler):
    """One of netwb's own files, to anybody: there is no secret in them."""

    def set_default_headers(self) -> None:
        """As every answer."""
        headers.secure(self)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """In words."""
        error_pages.answer(self, status_code, **kwargs)

    def set_extra_headers(self, path: str) -> None:
        """Fonts and styles may be kept for a while."""
        del path
        self.set_header("Cache-Control", f"public, max-age={_KEPT_S}")

    def get_content_type(self) -> str:
        """Python's table has no woff2 on every machine."""
        found = super().get_content_type()
        return "font/woff2" if str(self.absolute_path).endswith(".woff2") else found


class RootHandler(RequestHandler):
    """`/`: the first page that the person may see."""

    def set_default_headers(self) -> None:
        """As every answer."""
        headers.secure(self)
        self.set_header("Cache-Control", "no-store")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """In words."""
        error_pages.answer(self, status_code, **kwargs)

    async def get(self) -> None:
        """Lead there; whoever is not logged in goes to the form first."""
        visit = await visits.visit(self)
        if visit is None:
            self.redirect("/login")
            return
        served = getattr(self.application, "applications", {})
        page = first_page(served, visit.person.permissions)
        if page is None:
            raise HTTPError(HTTPStatus.NOT_FOUND)
        self.redirect(page)
