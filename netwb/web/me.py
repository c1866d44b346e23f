"""REST of who asks: what a token or a login may, and the ids of the tenants that it may see."""

from __future__ import annotations

from typing import Annotated

from netwb.web.fields import said
from netwb.web.operations import JSON, Answer, Call, NoQuery, Operation, Shape, answer, rfc3339


class MyTenantAnswer(Shape):
    """A tenant in scope."""

    id: Annotated[
        str, said("Stable, and never used again: `tenant_id` in addresses.", "q3v8zk1m5t7w9y2b")
    ]
    slug: Annotated[str, said("Its short name; in an address it stands for the id.", "acme")]
    name: Annotated[str, said("Its name.", "Acme Ltd")]


class MeAnswer(Shape):
    """Who asks. Without a right an answer is 403 and names it; outside of the scope it is 404."""

    name: Annotated[
        str, said("As the audit has it; of a token `OWNER/ID`.", "erp/s3k2scry315wwejh")
    ]
    role: Annotated[str | None, said("Its role; null: none.", "customer")]
    permissions: Annotated[list[str], said("Rights in force, by name.", ["inventory.view"])]
    all_tenants: Annotated[bool, said("Whether tenants to come are in scope too.", False)]
    tenants: Annotated[list[MyTenantAnswer], said("Those in scope, by slug.")]
    expires_at: Annotated[
        str | None,
        said("When the token ends, UTC; null for a login.", "2027-02-27T02:00:00Z"),
    ]


def me(call: Call[NoQuery, None]) -> Answer:
    """Who asks, what it may, and which tenants it may see."""
    person, tenants = call.bench.me(), call.bench.own_tenants()
    document = {
        "name": person.name,
        "role": person.role,
        "permissions": sorted(person.permissions),
        "all_tenants": person.wide,
        "tenants": [{"id": one.id, "slug": one.slug, "name": one.name} for one in tenants],
        "expires_at": rfc3339(call.bench.own_end()),
    }
    return answer(document)


OPERATIONS = (Operation(method="GET", path="/me", do=me, gives={JSON: MeAnswer}),)
