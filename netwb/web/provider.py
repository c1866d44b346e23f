"""Log in at an OpenID provider: `/login/oidc`, its way back, and the provider's own logout.

The person's browser carries a binding in a cookie while it is away, so that a link which somebody
else began ends in no login. What the provider says is judged below the facade.
Sources: OpenID Connect Core 1.0; OpenID Connect Back-Channel Logout 1.0.
"""

from __future__ import annotations

from http import HTTPStatus

from netwb.errors import LoginProviderError, NotAuthenticatedError
from netwb.web import process, visits
from netwb.web.login import FormHandler
from netwb.web.login_page import Notice
from netwb.web.paths import local_path

BINDING = "netwb_login"  # cookie
PATH = "/login/oidc"
AWAY_S = 600  # how long a person may take at the provider


class BeginHandler(FormHandler):
    """`/login/oidc`: off to the provider."""

    async def get(self) -> None:
        """Send the browser there."""
        goal = local_path(self.get_query_argument("next", "/"))
        bench = await process.opened()
        try:
            there = await process.run(bench.begin_oidc, goal, self._back())
        except NotAuthenticatedError as error:
            refuse(self, error, goal)
            return
        self.set_cookie(
            BINDING,
            there.binding,
            max_age=AWAY_S,
            path=PATH,
            httponly=True,
            samesite="Lax",
            secure=visits.is_secure(self.request),
        )
        self.redirect(there.url)

    def _back(self) -> str:
        """This server's own address, as the provider knows it."""
        public = process.workbench().settings.web.public_url.rstrip("/")
        scheme = "https" if visits.is_secure(self.request) else "http"
        return f"{public or f'{scheme}://{self.request.host}'}{PATH}/callback"


class CallbackHandler(FormHandler):
    """`/login/oidc/callback`: back from the provider."""

    async def get(self) -> None:
        """Admit the person, or say in the form why not."""
        query = {name: self.get_query_argument(name) for name in self.request.query_arguments}
        binding = self.get_cookie(BINDING, "") or ""
        bench = await process.opened()
        self.clear_cookie(BINDING, path=PATH)
        try:
            admission = await process.run(
                bench.finish_oidc, query, binding=binding, origin=visits.origin_of(self.request)
            )
        except NotAuthenticatedError as error:
            refuse(self, error, "/")
        else:
            await self.admit(admission, local_path(admission.next))


class ProviderLogoutHandler(FormHandler):
    """`/login/oidc/logout`: the provider says that somebody logged out there."""

    async def post(self) -> None:
        """Its token is signed, so that it needs neither a cookie nor an XSRF token."""
        self.read_fields()
        token = self.get_body_argument("logout_token", "")
        bench = await process.opened()
        try:
            await process.run(bench.end_by_provider, token)
        except NotAuthenticatedError:
            self.set_status(HTTPStatus.BAD_REQUEST)
        self.finish()


def refuse(handler: FormHandler, error: NotAuthenticatedError, goal: str) -> None:
    """In the form, so that there is another way in."""
    down = isinstance(error, LoginProviderError)
    status = HTTPStatus.BAD_GATEWAY if down else HTTPStatus.UNAUTHORIZED
    text = f"{str(error)[:1].upper()}{str(error)[1:]}."
    notice = Notice(kind="bad", title="That login did not work.", text=text)
    handler.again(notice, status=status, next=goal)
