"""OpenID Connect: send a person to the provider, and read what it says of the one who comes back.

Authorization code with PKCE, state, nonce; the identity token's signature, issuer, audience and
times are checked. Groups come from that token or from userinfo. The only HTTP client of access.
Sources: OpenID Connect Core 1.0, Discovery 1.0, Back-Channel Logout 1.0; RFC 7636; RFC 9700.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from netwb.access.arrivals import Arrival
from netwb.errors import LoginProviderError, NotAuthenticatedError, SettingsError
from netwb.loading import lazy
from netwb.settings import AccessSettings

if TYPE_CHECKING:
    import requests
    from authlib.integrations import requests_client
    from joserfc import errors as jose_errors
    from joserfc import jwk, jwt
else:
    requests = lazy("requests")
    requests_client = lazy("authlib.integrations.requests_client")
    jose_errors = lazy("joserfc.errors")
    jwk = lazy("joserfc.jwk")
    jwt = lazy("joserfc.jwt")

ANSWER_S = 10.0  # a provider that is slower is down
METADATA_FOR = timedelta(hours=1)
KEYS_FOR = timedelta(minutes=1)
LEEWAY_S = 60  # clocks differ
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
_WANTED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
# Whoever is sent elsewhere takes the client's secret there, or somebody else's keys for the provider's.
_STRAIGHT: Mapping[str, Any] = {"timeout": ANSWER_S, "allow_redirects": False}
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
REFUSED = "the login provider did not log you in; try again"
NOT_BELIEVED = "what the login provider answered cannot be believed; try again, or tell the admin"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the provider says of a person, and what asks it again later."""

    arrival: Arrival
    sid: str = ""
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedOut:
    """Whom the provider logged out: one login by `sid`, or all of a subject."""

    sid: str
    subject: str


class Provider:
    """The provider of the settings. Safe between threads."""

    def __init__(
        self,
        settings: AccessSettings,
        secret: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._secret = secret
        self._clock = clock
        self._known: tuple[datetime, dict[str, Any]] | None = None
        self._key_set: tuple[datetime, Any] | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is one at all."""
        return bool(self._settings.oidc_issuer)

    def login_url(self, *, callback_url: str, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes."""
        endpoint = self._metadata()["authorization_endpoint"]
        with self._client(callback_url) as client:
            url, _ = client.create_authorization_url(
                endpoint, state=state, nonce=nonce, code_verifier=verifier
            )
        return str(url)

    def redeem(self, query: Mapping[str, str], known: Mapping[str, str]) -> Told:
        """What came back, as a person. `known` is what the flow kept: callback, nonce, verifier.

        Raises NotAuthenticatedError, LoginProviderError.
        """
        if "code" not in query:
            raise NotAuthenticatedError(REFUSED)
        issuer = query.get("iss", self._settings.oidc_issuer)  # RFC 9207, where it is told
        if issuer != self._settings.oidc_issuer:
            raise LoginProviderError(NOT_BELIEVED)
        with self._client(known["callback_url"]) as client:
            answer = self._asked(
                client.fetch_token,
                self._metadata()["token_endpoint"],
                code=query["code"],
                code_verifier=known["verifier"],
            )
            claims = self._claims(str(answer.get("id_token", "")))
            if claims.get("nonce") != known["nonce"]:
                raise LoginProviderError(NOT_BELIEVED)
            return self._told(client, claims, answer)

    def ask_again(self, refresh_token: str, subject: str) -> Told:
        """The same person now. NotAuthenticatedError where the provider knows it no more."""
        with self._client("") as client:
            answer = self._asked(
                client.refresh_token, self._metadata()["token_endpoint"], refresh_token
            )
            identity = answer.get("id_token")
            claims = self._claims(str(identity)) if identity else {"sub": subject}
            told = self._told(client, claims, {"refresh_token": refresh_token, **answer})
        if told.arrival.subject != subject:
            raise LoginProviderError(NOT_BELIEVED)
        return told

    def read_logout(self, logout_token: str) -> LoggedOut:
        """Whom a back-channel logout means; LoginProviderError where it is no such thing."""
        claims = self._claims(logout_token, wants=("iss", "aud", "iat", "jti", "events"))
        events = claims.get("events")
        if "nonce" in claims or not isinstance(events, dict) or LOGOUT_EVENT not in events:
            raise LoginProviderError(NOT_BELIEVED)
        found = LoggedOut(sid=str(claims.get("sid", "")), subject=str(claims.get("sub", "")))
        if not (found.sid or found.subject):
            raise LoginProviderError(NOT_BELIEVED)
        return found

    def _told(self, client: Any, claims: Mapping[str, Any], answer: Mapping[str, Any]) -> Told:
        everything = dict(claims)
        group_claim = self._settings.oidc_groups_claim
        endpoint = self._metadata().get("userinfo_endpoint")
        if group_claim not in claims and endpoint:
            more = self._read(client.get, endpoint)
            if more.get("sub") != claims["sub"]:  # Core 5.3.2: it may be somebody else's
                raise LoginProviderError(NOT_BELIEVED)
            everything = {**more, **claims}
        subject = str(everything["sub"])
        return Told(
            arrival=Arrival(
                source="oidc",
                subject=subject,
                name=str(
                    everything.get("preferred_username") or everything.get("email") or subject
                ),
                full_name=str(everything.get("name", "")),
                groups=_groups(everything.get(group_claim)),
            ),
            sid=str(everything.get("sid", "")),
            refresh_token=str(answer.get("refresh_token", "")),
        )

    def _claims(
        self, text: str, *, wants: tuple[str, ...] = ("iss", "aud", "sub", "exp", "iat")
    ) -> dict[str, Any]:
        """Claims of a token that the provider signed for us, and not too long ago."""
        now = int(self._clock().timestamp())
        rules = jwt.JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._settings.oidc_issuer},
            **{name: jwt.ClaimsOption(essential=True) for name in wants if name != "iss"},
        )
        keys = self._keys()
        with _read_as("a token"):
            decoded = jwt.decode(text, keys, algorithms=ALGORITHMS)
            rules.validate(decoded.claims)
        claims: dict[str, Any] = decoded.claims
        audience = claims.get("aud")
        ours = self._settings.oidc_client_id
        meant = audience if isinstance(audience, list) else [audience]
        if ours not in meant or claims.get("azp", ours) != ours or claims["iat"] < now - 86400:
            raise LoginProviderError(NOT_BELIEVED)
        return claims

    def _keys(self) -> Any:
        """As the provider publishes them; kept for a minute, as anybody may send a token to be read."""
        now = self._clock()
        if self._key_set is None or not timedelta(0) <= now - self._key_set[0] < KEYS_FOR:
            with requests.Session() as session:
                found = self._read(session.get, self._metadata()["jwks_uri"])
            with _read_as("the key set"):
                self._key_set = (now, jwk.KeySet.import_key_set(found))  # type: ignore[arg-type]
        return self._key_set[1]

    def _metadata(self) -> dict[str, Any]:
        """As the provider publishes it, kept for an hour."""
        now, issuer = self._clock(), self._settings.oidc_issuer
        if self._known is None or not timedelta(0) <= now - self._known[0] < METADATA_FOR:
            url = f"{require_https(issuer).rstrip('/')}/.well-known/openid-configuration"
            with requests.Session() as session:
                found = self._read(session.get, url)
            if found.get("issuer") != issuer or not all(found.get(name) for name in _WANTED):
                raise LoginProviderError(
                    f"the login provider calls itself {str(found.get('issuer'))[:100]!r}, not"
                    " access.oidc_issuer; correct the setting"
                )
            _require_tls(found)
            self._known = (now, found)
        return self._known[1]

    def _client(self, callback_url: str) -> Any:
        return requests_client.OAuth2Session(
            self._settings.oidc_client_id,
            self._secret() or None,
            code_challenge_method="S256",
            scope="openid profile email offline_access",
            redirect_uri=callback_url or None,
            default_timeout=ANSWER_S,
        )

    def _asked(self, ask: Callable[..., Any], *args: Any, **kwargs: Any) -> Mapping[str, Any]:
        """A token endpoint's answer. What it refuses is the person's, the rest the provider's."""
        try:
            answer: Mapping[str, Any] = ask(*args, **_STRAIGHT, **kwargs)
        except requests.RequestException as error:
            raise _unreachable(error) from error
        except requests_client.OAuthError as error:
            raise NotAuthenticatedError(REFUSED) from error
        except ValueError as error:
            raise LoginProviderError(NOT_BELIEVED) from error
        return answer

    def _read(self, get: Callable[..., Any], url: str) -> dict[str, Any]:
        try:
            answer = get(url, **_STRAIGHT)
            answer.raise_for_status()
            if answer.is_redirect:
                raise LoginProviderError(NOT_BELIEVED)
            found = answer.json()
        except requests.RequestException as error:
            raise _unreachable(error) from error
        except ValueError as error:
            raise LoginProviderError(NOT_BELIEVED) from error
        if not isinstance(found, dict):
            raise LoginProviderError(NOT_BELIEVED)
        return found


def require_https(issuer: str) -> str:
    """A provider over plain HTTP could be anybody, but on this machine."""
    if not _is_encrypted(issuer):
        msg = "setting access.oidc_issuer is no https:// address; give the provider's own"
        raise SettingsError(msg)
    return issuer


def _require_tls(metadata: Mapping[str, Any]) -> None:
    """None of its addresses may be one where others listen."""
    for name in (*_WANTED, "userinfo_endpoint"):
        if metadata.get(name) and not _is_encrypted(str(metadata[name])):
            msg = f"the login provider's {name} is no https:// address; correct it over there"
            raise LoginProviderError(msg)


def _is_encrypted(url: str) -> bool:
    """Or on this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:  # a bracket that is none
        return False
    loopback = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and loopback)
    )


@contextmanager
def _read_as(what: str) -> Iterator[None]:
    """Whatever is wrong in what others wrote is one refusal."""
    try:
        yield
    except (jose_errors.JoseError, ValueError, TypeError, LookupError, AttributeError) as error:
        logger.warning("%s of the login provider is not believed: %s", what, type(error).__name__)
        raise LoginProviderError(NOT_BELIEVED) from error


def _unreachable(error: Exception) -> LoginProviderError:
    logger.warning("the login provider does not answer: %s", type(error).__name__)
    return LoginProviderError("the login provider does not answer; try again in a while")


def _groups(found: object) -> frozenset[str]:
    """A list, or one string."""
    if isinstance(found, str):
        return frozenset({found})
    return frozenset(str(one) for one in found) if isinstance(found, list) else frozenset()
