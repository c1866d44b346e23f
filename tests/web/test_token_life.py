"""A token over REST, from its first request to its last: overlap, end, networks and rights."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.access.records import IssuedToken, NewToken
from netwb.roles import Permission, Role
from tests.benches import Rig, rig
from tests.web.rest import Client, Reply, serving
from tests.workbench.people import add

HEADER = "netwb-token-expires"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    """The ERP's user is of acme, which has three devices."""
    with rig(tmp_path, {"acme": ("edge1", "edge2", "edge3"), "umbra": ("pe1",)}) as made:
        add(made, "erp", Role.ENGINEER, "acme")
        yield made


@pytest.fixture
def port(made: Rig) -> Iterator[int]:
    with serving(made.bench) as number:
        yield number


def issued(
    made: Rig, *allow: Permission, networks: tuple[str, ...] = (), days: int = 30
) -> IssuedToken:
    new = NewToken(user="erp", days=days, allow=allow or None, networks=networks)
    return made.bench.issue_token(new)


def asked(port: int, token: IssuedToken, path: str = "/backup/devices") -> Reply:
    return Client(port, token.secret).get(path)


def test_both_tokens_open_during_the_overlap_and_the_old_one_not_after_it(
    made: Rig, port: int
) -> None:
    old = issued(made)
    new = made.bench.rotate_token(old.token.id, overlap=timedelta(days=2)).issued

    made.clock.advance(days=1, hours=23)
    assert [asked(port, one).status for one in (old, new)] == [200, 200]
    made.clock.advance(hours=1)
    assert [asked(port, one).status for one in (old, new)] == [401, 200]
    assert "a token that is in force" in asked(port, old).json["detail"]


def test_a_token_that_is_revoked_in_the_middle_of_a_walk_gets_no_other_page(
    made: Rig, port: int
) -> None:
    token = issued(made)
    first = asked(port, token, "/backup/devices?limit=1")
    second = asked(port, token, f"/backup/devices?limit=1&cursor={first.json['next']}")
    made.bench.revoke_token(token.token.id)

    third = asked(port, token, f"/backup/devices?limit=1&cursor={second.json['next']}")

    assert [len(first.items), len(second.items)] == [1, 1]
    assert second.json["next"]
    assert (third.status, third.headers["content-type"]) == (401, "application/problem+json")
    assert "items" not in third.json


def test_a_walk_goes_on_with_the_token_that_takes_over_and_with_nobody_elses(
    made: Rig, port: int
) -> None:
    old = issued(made)
    first = asked(port, old, "/backup/devices?limit=2")
    new = made.bench.rotate_token(old.token.id).issued

    path = f"/backup/devices?limit=2&cursor={first.json['next']}"
    assert asked(port, new, path).items == asked(port, old, path).items
    add(made, "another", Role.ENGINEER, "acme")
    another = made.bench.issue_token(NewToken(user="another", days=1))
    refused = asked(port, another, path)
    assert refused.status == 400
    assert "begin again without it" in refused.json["errors"][0]["detail"]


def test_a_token_opens_from_its_networks_alone(made: Rig, port: int) -> None:
    inside = issued(made, networks=("198.51.100.0/24", "127.0.0.0/8"))
    outside = issued(made, networks=("198.51.100.0/24",))

    assert asked(port, inside).status == 200
    refused = asked(port, outside)
    assert (refused.status, HEADER in refused.headers) == (401, False)
    assert made.bench.token(outside.token.id).used_at is None
    assert made.bench.token(inside.token.id).used_from == "127.0.0.1"


def test_a_token_of_some_rights_is_told_which_one_it_lacks(made: Rig, port: int) -> None:
    token = issued(made, Permission.INVENTORY_VIEW, Permission.MONITORING_VIEW)

    for path, right in (
        ("/backup/changes", "config.view"),
        ("/backup/search?text=ntp", "config.view"),
        ("/blackholes", "blackhole.view"),
        (f"/erp/billing/{made.devices['acme/edge1'].tenant_id}", "billing.view"),
    ):
        refused = asked(port, token, path)
        assert (refused.status, right in refused.json["detail"]) == (403, True), path
        assert "use a token that holds it" in refused.json["detail"]
    assert asked(port, token, "/backup/devices").status == 200


def test_every_answer_of_the_last_two_weeks_says_when_the_token_ends(made: Rig, port: int) -> None:
    token = issued(made, Permission.INVENTORY_VIEW)
    assert HEADER not in asked(port, token).headers
    made.clock.advance(days=16)

    ends = f"{token.token.expires_at:%Y-%m-%dT%H:%M:%SZ}"
    answers = {
        200: asked(port, token),
        400: asked(port, token, "/backup/devices?cursor=none"),
        403: asked(port, token, "/backup/changes"),
        404: asked(port, token, "/backup/devices?tenant=umbra"),
    }
    for status, answer in answers.items():
        assert (answer.status, answer.headers.get(HEADER)) == (status, ends)


def test_a_text_that_did_not_change_says_so_too(made: Rig, port: int) -> None:
    made.back_up()
    token = issued(made, Permission.CONFIG_VIEW, days=3)
    path = f"/backup/history/{made.devices['acme/edge1'].id}/latest"
    first = asked(port, token, path)

    again = Client(port, token.secret).get(path, **{"If-None-Match": first.headers["etag"]})

    assert (again.status, again.body) == (304, b"")
    assert again.headers[HEADER] == f"{token.token.expires_at:%Y-%m-%dT%H:%M:%SZ}"


def test_a_token_learns_who_it_is_and_of_which_tenants(made: Rig, port: int) -> None:
    token = issued(made, Permission.MONITORING_VIEW)
    told = asked(port, token, "/me").json
    acme = next(one for one in made.bench.tenants() if one.slug == "acme")

    assert told["name"] == f"erp/{token.token.id}"
    assert told["permissions"] == ["monitoring.view"]
    assert told["tenants"] == [{"id": acme.id, "slug": "acme", "name": acme.name}]
    assert told["all_tenants"] is False
    assert told["expires_at"].startswith(f"{token.token.expires_at:%Y-%m-%d}")
