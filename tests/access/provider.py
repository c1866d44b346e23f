"""A small OpenID provider on loopback: discovery, authorization, token, userinfo, keys, logout."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwk, jwt

CLIENT, SECRET = "netwb", "at-the-provider"


@cache
def own_key() -> jwk.RSAKey:
    """Of every provider of this process: making one takes longer than a login."""
    return jwk.RSAKey.generate_key(2048, {"kid": "1"})


@dataclass
class Provider:
    """Who may log in there, and what it says of them; tests change it as they like."""

    issuer: str
    clock: Callable[[], datetime]
    key: jwk.RSAKey = field(default_factory=own_key)
    signs_with: jwk.RSAKey | None = None  # another key than it publishes
    claims: dict[str, Any] = field(default_factory=dict)  # more, or others, in identity tokens
    userinfo: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    writes: Callable[[dict[str, Any]], str] | None = None  # identity tokens in another way
    keys: dict[str, Any] | None = None  # another key set
    moved: frozenset[str] = frozenset()  # paths that lead to /elsewhere instead
    refuses: str = ""  # OAuth error of the token endpoint
    is_down: bool = False
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def log_in(self, url: str) -> dict[str, str]:
        """A person's browser at the authorization endpoint: the query that it comes back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def identity(self, nonce: str = "", **claims: Any) -> str:
        now = int(self.clock().timestamp())
        own = {"iss": self.issuer, "aud": CLIENT, "sub": "u-1", "iat": now, "exp": now + 300}
        told = {**own, "nonce": nonce, "sid": "s-1", **self.claims, **claims}
        kept = {name: value for name, value in told.items() if value is not None}
        if self.writes is not None:
            return self.writes(kept)
        return jwt.encode({"alg": "RS256", "kid": "1"}, kept, self.signs_with or self.key)

    def logout_token(self, **claims: Any) -> str:
        events: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
        return self.identity(**{"nonce": None, "jti": "j-1", "events": events, **claims})

    def answer(self, path: str, form: dict[str, str], basic: str) -> tuple[int, Any]:
        self.asked.append(path)
        if self.is_down or path in self.moved:
            return (503, {}) if self.is_down else (307, {"at": f"{self.issuer}/elsewhere{path}"})
        path = path.removeprefix("/elsewhere")
        if path == "/.well-known/openid-configuration":
            return 200, self._metadata()
        if path == "/keys":
            if self.keys is not None:
                return 200, self.keys
            return 200, {"keys": [self.key.as_dict(private=False)]}
        if path == "/userinfo":
            return 200, {"sub": "u-1", **self.userinfo}
        return self._token(form, basic) if path == "/token" else (404, {})

    def _metadata(self) -> dict[str, Any]:
        at = self.issuer
        own = {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "userinfo_endpoint": f"{at}/userinfo",
            "jwks_uri": f"{at}/keys",
        }
        return {**own, **self.metadata}

    def _token(self, form: dict[str, str], basic: str) -> tuple[int, Any]:
        if self.refuses:
            return 400, {"error": self.refuses}
        if base64.b64decode(basic.removeprefix("Basic ")).decode() != f"{CLIENT}:{SECRET}":
            return 401, {"error": "invalid_client"}
        nonce = ""
        if form["grant_type"] == "authorization_code":
            asked = self.codes.pop(form["code"], None)
            if asked is None or not self._proves(form, asked):
                return 400, {"error": "invalid_grant"}
            nonce = asked["nonce"]
        elif form.get("refresh_token") != "again":
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": "at",
            "token_type": "Bearer",
            "expires_in": 300,
            "refresh_token": "again",
            "id_token": self.identity(nonce),
        }

    def _proves(self, form: dict[str, str], asked: dict[str, str]) -> bool:
        raw = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        return (challenge, form["redirect_uri"]) == (asked["code_challenge"], asked["redirect_uri"])


@contextmanager
def running_provider(clock: Callable[[], datetime]) -> Iterator[Provider]:
    """Serve one until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._reply({name: values[0] for name, values in parse_qs(body).items()})

        def _reply(self, form: dict[str, str]) -> None:
            basic = self.headers.get("Authorization", "")
            status, answer = provider.answer(urlsplit(self.path).path, form, basic)
            content = json.dumps(answer).encode()
            self.send_response(status)
            if status == HTTPStatus.TEMPORARY_REDIRECT:
                self.send_header("Location", answer["at"])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its own name
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}", clock)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
