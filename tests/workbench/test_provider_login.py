"""Logins by an OpenID provider on loopback, and by a trusted proxy."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwk, jwt

from netwb.access.records import Admission, NewToken, NewUser, UserChanges
from netwb.errors import (
    LoginProviderError,
    NotAuthenticatedError,
    NotPermittedError,
    SettingsError,
)
from netwb.roles import Role
from netwb.settings import AccessSettings
from netwb.workbench import Workbench
from netwb.workbench.compose_access import compose_access
from tests.access.provider import CLIENT, SECRET, Provider, running_provider
from tests.benches import Rig, rig, with_parts
from tests.stores import KINDS, KINDS_IN_FULL, cluster_of
from tests.workbench.people import HOME, PASSWORD, add, logged_in

CALLBACK = "https://netwb.example/login/oidc/callback"
# Many words of a provider that are judged before any row is written: on the other database once.
AT_HOME = pytest.mark.parametrize("two", KINDS_IN_FULL, indirect=True)
RIGHTS = "noc=operator:*; acme-staff=customer:acme; ghosts=viewer:no-such-tenant"


def with_access(made: Rig, **settings: Any) -> None:
    """Compose the rig's access anew, with these settings."""
    parts, access = made.bench._parts, AccessSettings(**settings)
    composed = compose_access(
        database=parts.database,
        keyring=parts.keyring,
        audit=parts.audit,
        settings=access,
        environment={"OIDC": SECRET},
        clock=made.clock,
        passwords=parts.access.own.passwords,
    )
    whole = replace(parts.settings, access=access)
    made.bench._parts = with_parts(parts, access=composed, settings=whole)


@pytest.fixture(params=KINDS)
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    with rig(
        tmp_path, {"acme": ("edge1",), "umbra": ("edge9",)}, cluster=cluster_of(request)
    ) as made:
        yield made


@pytest.fixture
def provider(two: Rig) -> Iterator[Provider]:
    with running_provider(two.clock) as running:
        with_access(
            two,
            oidc_issuer=running.issuer,
            oidc_client_id=CLIENT,
            oidc_client_secret="env:OIDC",
            oidc_rights=RIGHTS,
        )
        running.claims = {"preferred_username": "mia", "name": "Mia Roth", "groups": ["noc"]}
        yield running


def come_in(made: Rig, provider: Provider) -> Admission:
    start = made.bench.begin_oidc("/configs?period=7d", CALLBACK)
    query = provider.log_in(start.url)
    return made.bench.finish_oidc(query, binding=start.binding, origin=HOME)


def at(made: Rig, admission: Admission) -> Workbench:
    return made.bench.at_session(admission.secret, origin=HOME)


def test_a_person_comes_in_with_the_rights_of_its_groups(two: Rig, provider: Provider) -> None:
    admission = come_in(two, provider)

    me = at(two, admission).me()

    assert (me.name, me.full_name, me.role, me.wide) == ("mia", "Mia Roth", Role.OPERATOR, True)
    assert (me.source, admission.session.means) == ("oidc", "oidc")
    assert admission.next == "/configs?period=7d"
    event = two.bench.audit_events(limit=1)[0]
    assert (event.actor, event.action, event.detail["means"]) == ("mia", "login", "oidc")


def test_the_first_group_of_the_map_that_fits_counts(two: Rig, provider: Provider) -> None:
    provider.claims["groups"] = ["acme-staff", "noc"]
    assert at(two, come_in(two, provider)).me().role == Role.OPERATOR

    provider.claims["groups"] = "acme-staff"
    me = at(two, come_in(two, provider)).me()

    assert (me.role, me.tenants) == (Role.CUSTOMER, (("acme", "Acme"),))


def test_groups_come_from_userinfo_where_the_token_tells_none(two: Rig, provider: Provider) -> None:
    del provider.claims["groups"]
    provider.userinfo = {"groups": ["noc"]}

    assert at(two, come_in(two, provider)).me().role == Role.OPERATOR

    provider.userinfo["sub"] = "u-2"  # somebody else's
    with pytest.raises(LoginProviderError):
        come_in(two, provider)


@AT_HOME
@pytest.mark.parametrize("groups", [[], ["visitors"], ["ghosts"], None, 7])
def test_who_is_in_no_group_that_counts_stays_out(
    two: Rig, provider: Provider, groups: object
) -> None:
    provider.claims["groups"] = groups

    with pytest.raises(NotAuthenticatedError, match="gives no access to netwb"):
        come_in(two, provider)

    assert list(two.bench.users()) == []
    assert two.bench.audit_events(limit=1)[0].action == "login.refused"


def test_who_loses_its_groups_loses_logins_and_tokens(two: Rig, provider: Provider) -> None:
    mia = at(two, come_in(two, provider))
    issued = mia.issue_token(NewToken(user="mia", days=9))
    bot = two.bench.at_token(issued.secret, origin=HOME)
    assert len(bot.devices()) == 2

    provider.claims["groups"] = ["visitors"]
    with pytest.raises(NotAuthenticatedError):
        come_in(two, provider)

    with pytest.raises(NotAuthenticatedError):
        mia.devices()
    assert list(bot.devices()) == []
    provider.claims["groups"] = ["noc"]
    assert len(at(two, come_in(two, provider)).devices()) == 2


def test_nobody_takes_over_a_name_that_is_here(two: Rig, provider: Provider) -> None:
    add(two, "Mia", Role.ADMIN)

    with pytest.raises(NotAuthenticatedError, match="somebody of netwb's own has your name"):
        come_in(two, provider)

    assert two.bench.user("mia").source == "local"


def test_a_person_is_known_by_its_subject_and_keeps_its_name(two: Rig, provider: Provider) -> None:
    come_in(two, provider)
    provider.claims["preferred_username"] = "root"

    assert at(two, come_in(two, provider)).me().name == "mia"
    assert len(two.bench.users()) == 1


@AT_HOME
@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("mia@acme.example", "mia@acme.example"),
        ("Mia Roth", "Mia-Roth"),
        ("local:root", "local-root"),
        ("../../etc", "etc"),
        ("米亞", "oidc-"),
        ("x" * 200, "x" * 64),
    ],
)
def test_a_name_from_elsewhere_becomes_one_of_ours(
    two: Rig, provider: Provider, told: str, name: str
) -> None:
    provider.claims["preferred_username"] = told

    assert at(two, come_in(two, provider)).me().name.startswith(name)


def test_hostile_words_of_the_provider_are_made_harmless(two: Rig, provider: Provider) -> None:
    hostile = "M\u202eia\x00\n\u2066<script>"
    provider.claims.update(sub="u\x00-1", name=hostile, sid="s\x00", preferred_username=hostile)

    me = at(two, come_in(two, provider)).me()

    assert (me.name, me.full_name) == ("M-ia-script-", "Mia<script>")
    assert at(two, come_in(two, provider)).me().name == me.name
    assert two.bench.end_by_provider(provider.logout_token(sid="s\x00")) == 2


def test_an_admin_disables_a_person_of_the_provider(two: Rig, provider: Provider) -> None:
    mia = at(two, come_in(two, provider))

    two.bench.set_user("mia", UserChanges(status="disabled"))

    with pytest.raises(NotAuthenticatedError):
        mia.me()
    with pytest.raises(NotAuthenticatedError, match="disabled"):
        come_in(two, provider)
    with pytest.raises(NotAuthenticatedError, match="name or password is wrong"):
        two.bench.log_in("mia", PASSWORD, origin=HOME)


BAD: dict[str, Callable[[Provider], object]] = {
    "another audience": lambda p: p.claims.update(aud="somebody"),
    "another issuer": lambda p: p.claims.update(iss="https://evil.example"),
    "another nonce": lambda p: p.claims.update(nonce="x"),
    "expired": lambda p: p.claims.update(exp=1),
    "no subject": lambda p: p.claims.update(sub=None),
    "for another party": lambda p: p.claims.update(azp="somebody"),
    "another key": lambda p: setattr(p, "signs_with", jwk.RSAKey.generate_key(2048)),
    "another provider": lambda p: p.metadata.update(issuer="https://evil.example"),
    "no algorithm": lambda p: setattr(p, "writes", partial(unsigned, p)),
    "no signature": lambda p: setattr(p, "writes", partial(cut, p)),
    "its public key as a secret": lambda p: setattr(p, "writes", partial(by_public_key, p)),
    "a key of its own in the header": lambda p: setattr(p, "writes", by_own_key),
    "no token": lambda p: setattr(p, "writes", lambda _: ""),
    "no json": lambda p: setattr(p, "writes", lambda _: "bm8.bm8.bm8"),
    "not yet": lambda p: p.claims.update(nbf=2_000_000_000_000),
    "made tomorrow": lambda p: p.claims.update(iat=2_000_000_000_000),
    "made long ago": lambda p: p.claims.update(iat=1),
    "no end": lambda p: p.claims.update(exp=None),
    "an end in words": lambda p: p.claims.update(exp="later"),
    "no nonce": lambda p: p.claims.update(nonce=None),
    "no audience": lambda p: p.claims.update(aud=[]),
    "audiences without us": lambda p: p.claims.update(aud=["one", "other"]),
    "a list of issuers": lambda p: p.claims.update(iss=[p.issuer, "https://evil.example"]),
    "a subject that is a list": lambda p: p.claims.update(sub=["u-1"]),
    "somebody else's userinfo": lambda p: (p.claims.pop("groups"), p.userinfo.update(sub="u-2")),
    "nobody's userinfo": lambda p: (p.claims.pop("groups"), p.userinfo.update(sub=None)),
    "no keys": lambda p: setattr(p, "keys", {}),
    "keys that are none": lambda p: setattr(p, "keys", {"keys": [1, {"kty": "x"}]}),
    "tokens without TLS": lambda p: p.metadata.update(token_endpoint="http://192.0.2.1/token"),
    "keys from a file": lambda p: p.metadata.update(jwks_uri="file:///etc/passwd"),
    "discovery elsewhere": lambda p: setattr(p, "moved", {"/.well-known/openid-configuration"}),
    "tokens elsewhere": lambda p: setattr(p, "moved", {"/token"}),
    "keys elsewhere": lambda p: setattr(p, "moved", {"/keys"}),
}


def coded(*parts: object) -> str:
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts
    )


def unsigned(_provider: Provider, claims: dict[str, Any]) -> str:
    return f"{coded({'alg': 'none'}, claims)}."


def cut(provider: Provider, claims: dict[str, Any]) -> str:
    whole = jwt.encode({"alg": "RS256", "kid": "1"}, claims, provider.key)
    return f"{whole.rpartition('.')[0]}."


def by_public_key(provider: Provider, claims: dict[str, Any]) -> str:
    """HS256 with the key that everybody may read: what a reader of `alg` alone would believe."""
    head = coded({"alg": "HS256", "kid": "1"}, claims)
    mac = hmac.digest(provider.key.as_pem(private=False), head.encode(), "sha256")
    return f"{head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def by_own_key(claims: dict[str, Any]) -> str:
    own = jwk.RSAKey.generate_key(2048)
    header = {"alg": "RS256", "jwk": own.as_dict(private=False)}
    return jwt.encode(header, claims, own)


@AT_HOME
@pytest.mark.parametrize("spoil", BAD.values(), ids=BAD.keys())
def test_what_cannot_be_believed_lets_nobody_in(
    two: Rig, provider: Provider, spoil: Callable[[Provider], object]
) -> None:
    spoil(provider)

    with pytest.raises(LoginProviderError):
        come_in(two, provider)

    assert list(two.bench.login_sessions()) == []
    assert not any(path.startswith("/elsewhere") for path in provider.asked)


def test_an_answer_of_another_provider_lets_nobody_in(two: Rig, provider: Provider) -> None:
    """Mix-up: a second provider's answer with the state of a login at the first (RFC 9207)."""
    start = two.bench.begin_oidc("/", CALLBACK)
    query = {**provider.log_in(start.url), "iss": "https://evil.example"}

    with pytest.raises(LoginProviderError):
        two.bench.finish_oidc(query, binding=start.binding, origin=HOME)
    assert "/token" not in provider.asked, "the code went to nobody"


def test_a_nonce_or_a_code_of_another_login_lets_nobody_in(two: Rig, provider: Provider) -> None:
    one, other = (two.bench.begin_oidc("/", CALLBACK) for _ in range(2))
    stolen, own = provider.log_in(one.url), provider.log_in(other.url)

    with pytest.raises(
        NotAuthenticatedError
    ):  # PKCE: the code is bound to the first one's verifier
        two.bench.finish_oidc({**own, "code": stolen["code"]}, binding=other.binding, origin=HOME)
    provider.claims["nonce"] = parse_qs(urlsplit(one.url).query)["nonce"][0]
    with pytest.raises(LoginProviderError):
        come_in(two, provider)


@AT_HOME
@pytest.mark.parametrize("token", ["", "x", "e30.e30.x", "..", "\0", "é.é.é", "e30." * 2000])
def test_what_anybody_sends_as_a_logout_asks_the_provider_little(
    two: Rig, provider: Provider, token: str
) -> None:
    for _ in range(5):
        with pytest.raises(LoginProviderError):
            two.bench.end_by_provider(token)

    assert provider.asked.count("/keys") <= 1


def test_a_code_works_once(two: Rig, provider: Provider) -> None:
    start = two.bench.begin_oidc("/", CALLBACK)
    query = provider.log_in(start.url)
    two.bench.finish_oidc(query, binding=start.binding, origin=HOME)
    again = two.bench.begin_oidc("/", CALLBACK)
    state = parse_qs(urlsplit(again.url).query)["state"][0]

    with pytest.raises(NotAuthenticatedError):
        two.bench.finish_oidc(
            {"code": query["code"], "state": state}, binding=again.binding, origin=HOME
        )


@AT_HOME
@pytest.mark.parametrize("claim", ["preferred_username", "email", "sub"])
def test_no_claim_makes_somebody_one_of_netwb_s_own(
    two: Rig, provider: Provider, claim: str
) -> None:
    add(two, "ada", Role.ADMIN)
    before = list(two.bench.users())
    for name in ("preferred_username", "email"):
        provider.claims.pop(name, None)
    provider.claims[claim] = "ADA"

    with pytest.raises(NotAuthenticatedError, match="somebody of netwb's own has your name"):
        come_in(two, provider)
    assert list(two.bench.users()) == before


def test_a_renewed_token_of_somebody_else_changes_nothing(two: Rig, provider: Provider) -> None:
    admission = come_in(two, provider)
    provider.claims.update(sub="u-2", groups=["acme-staff"])
    two.clock.advance(minutes=11)

    assert at(two, admission).me().name == "mia"
    assert at(two, admission).me().role == Role.OPERATOR
    assert [user.name for user in two.bench.users() if user.source == "oidc"] == ["mia"]


def test_a_login_finishes_once_in_the_browser_that_began_it(two: Rig, provider: Provider) -> None:
    start, other = (two.bench.begin_oidc("/", CALLBACK) for _ in range(2))
    query = provider.log_in(start.url)

    with pytest.raises(NotAuthenticatedError, match="another browser"):
        two.bench.finish_oidc(query, binding=other.binding, origin=HOME)
    with pytest.raises(NotAuthenticatedError, match="begin again"):
        two.bench.finish_oidc(query, binding=start.binding, origin=HOME)
    with pytest.raises(NotAuthenticatedError, match="begin again"):
        two.bench.finish_oidc({}, binding="", origin=HOME)


def test_a_login_that_took_too_long_begins_again(two: Rig, provider: Provider) -> None:
    start = two.bench.begin_oidc("/", CALLBACK)
    two.clock.advance(minutes=16)

    with pytest.raises(NotAuthenticatedError, match="took too long"):
        two.bench.finish_oidc(provider.log_in(start.url), binding=start.binding, origin=HOME)


@AT_HOME
@pytest.mark.parametrize("error", ["access_denied", "<script>"])
def test_a_person_who_turns_back_is_told_to_try_again(
    two: Rig, provider: Provider, error: str
) -> None:
    start = two.bench.begin_oidc("/", CALLBACK)
    query = {"error": error, "state": provider.log_in(start.url)["state"]}

    with pytest.raises(NotAuthenticatedError, match="did not log you in"):
        two.bench.finish_oidc(query, binding=start.binding, origin=HOME)


def test_without_a_provider_there_is_no_such_login(two: Rig) -> None:
    with pytest.raises(NotAuthenticatedError, match="no login provider is set"):
        two.bench.begin_oidc("/", CALLBACK)


def test_a_provider_that_is_down_is_said_to_be(two: Rig, provider: Provider) -> None:
    provider.is_down = True

    with pytest.raises(LoginProviderError, match="does not answer"):
        two.bench.begin_oidc("/", CALLBACK)


def test_who_is_disabled_over_there_is_out_within_ten_minutes_of_use(
    two: Rig, provider: Provider
) -> None:
    admission = come_in(two, provider)
    provider.refuses = "invalid_grant"
    two.clock.advance(minutes=9)
    open_page = at(two, admission)
    two.clock.advance(minutes=2)

    with pytest.raises(NotAuthenticatedError):
        at(two, admission)

    with pytest.raises(NotAuthenticatedError):
        open_page.me()


def test_groups_that_changed_over_there_count_within_ten_minutes(
    two: Rig, provider: Provider
) -> None:
    admission = come_in(two, provider)
    provider.claims["groups"] = ["acme-staff"]

    two.clock.advance(minutes=11)

    assert at(two, admission).me().role == Role.CUSTOMER
    provider.claims["groups"] = []
    two.clock.advance(minutes=11)
    with pytest.raises(NotAuthenticatedError):
        at(two, admission)


def test_a_provider_that_is_down_ends_nothing_and_is_asked_again_soon(
    two: Rig, provider: Provider
) -> None:
    admission = come_in(two, provider)
    provider.is_down = True
    two.clock.advance(minutes=11)
    at(two, admission).me()
    asked = len(provider.asked)
    at(two, admission).me()
    assert len(provider.asked) == asked

    provider.is_down, provider.refuses = False, "invalid_grant"
    two.clock.advance(minutes=1)

    with pytest.raises(NotAuthenticatedError):
        at(two, admission)


def test_the_provider_logs_out_by_login_and_by_person(two: Rig, provider: Provider) -> None:
    one = come_in(two, provider)
    provider.claims["sid"] = "s-2"
    other = come_in(two, provider)

    assert two.bench.end_by_provider(provider.logout_token(sid="s-1")) == 1
    with pytest.raises(NotAuthenticatedError):
        at(two, one)
    at(two, other)
    assert two.bench.end_by_provider(provider.logout_token(sid=None)) == 1
    with pytest.raises(NotAuthenticatedError):
        at(two, other)


@AT_HOME
@pytest.mark.parametrize(
    "claims",
    [{"nonce": "x"}, {"events": {}}, {"events": None}, {"aud": "x"}, {"jti": None}],
    ids=["nonce", "event", "events", "audience", "jti"],
)
def test_what_is_no_logout_ends_nothing(
    two: Rig, provider: Provider, claims: dict[str, Any]
) -> None:
    admission = come_in(two, provider)

    for text in (provider.logout_token(**claims), "", "a.b.c"):
        with pytest.raises(LoginProviderError):
            two.bench.end_by_provider(text)

    at(two, admission)


@AT_HOME
@pytest.mark.parametrize(
    "settings",
    [
        {"oidc_rights": "noc"},
        {"oidc_rights": "noc=king:*"},
        {"oidc_rights": "noc=admin"},
        {"oidc_rights": "=admin:*"},
        {"oidc_rights": "noc=admin:"},
        {"totp_for": "admins"},
    ],
)
def test_a_setting_that_is_mistyped_is_refused_at_once(two: Rig, settings: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        with_access(two, **settings)


def test_a_provider_over_plain_http_is_refused(two: Rig) -> None:
    with_access(two, oidc_issuer="http://login.example", oidc_client_id=CLIENT)

    with pytest.raises(SettingsError, match="no https"):
        two.bench.begin_oidc("/", CALLBACK)


def test_a_proxy_admits_by_groups(two: Rig) -> None:
    with_access(two, proxy_groups_header="X-Groups", oidc_rights=RIGHTS)

    admission = two.bench.admit_proxy("mia", ["acme-staff"], origin=HOME)

    me = at(two, admission).me()
    assert (me.name, me.role, me.source) == ("mia", Role.CUSTOMER, "proxy")
    with pytest.raises(NotAuthenticatedError):
        two.bench.admit_proxy("mia", [], origin=HOME)
    with pytest.raises(NotAuthenticatedError):
        at(two, admission)


def test_a_proxy_without_groups_admits_whom_an_admin_added(two: Rig) -> None:
    two.bench.add_user(NewUser(name="ana", role=Role.VIEWER, tenants=("acme",)))

    admission = two.bench.admit_proxy("ANA", [], origin=HOME)

    assert at(two, admission).me().role == Role.VIEWER
    with pytest.raises(NotAuthenticatedError):
        two.bench.admit_proxy("nobody", ["noc"], origin=HOME)


def test_the_word_of_a_proxy_is_the_servers_alone(two: Rig) -> None:
    add(two, "ana", Role.ADMIN)

    with pytest.raises(NotPermittedError):
        logged_in(two, "ana").admit_proxy("ana", [], origin=HOME)
