"""The table of rights: which role may what, by which route, and which fields need a right of their own.

Pure. Made from `netwb.roles` and the route table; the page of documentation and the reference show
it, and the walk of every route by every role goes by the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from netwb.roles import ABOUT, FIELDS, LATER, LIMITS, MATRIX, Permission, Role
from netwb.web.operations import Operation

YES, NO = "yes", ""


def rights(operations: Sequence[Operation]) -> dict[str, Any]:
    """`{"roles", "rights": [{"right", "about", "routes", <role>...}], "fields": [...]}`."""
    return {
        "roles": [str(role) for role in Role],
        "rights": [_right(one, operations) for one in Permission if one not in LATER],
        "fields": [
            {
                "route": one.path,
                "field": one.field,
                "needs": str(one.needs),
                "without": one.without,
                **_cells(one.needs),
            }
            for one in FIELDS
        ],
    }


def _right(right: Permission, operations: Sequence[Operation]) -> dict[str, Any]:
    routes = [f"{one.method} {one.path}" for one in operations if one.needs == right]
    return {"right": str(right), "about": ABOUT[right], "routes": routes, **_cells(right)}


def _cells(right: Permission) -> dict[str, str]:
    return {
        str(role): LIMITS.get((role, right), YES) if right in MATRIX[role] else NO for role in Role
    }


def in_markdown(operations: Sequence[Operation]) -> str:
    """Both tables, as the reference has them."""
    told = rights(operations)
    roles = told["roles"]
    return "\n".join(
        [
            _line(["right", "what it opens", *roles]),
            "|---" * (2 + len(roles)) + "|",
            *(
                _line([f"`{one['right']}`", one["about"], *(one[role] for role in roles)])
                for one in told["rights"]
            ),
            "",
            _line(["route", "field", "right", "without it", *roles]),
            "|---" * (4 + len(roles)) + "|",
            *(
                _line([*_named(one), one["without"], *(one[role] for role in roles)])
                for one in told["fields"]
            ),
        ]
    )


def _named(one: Mapping[str, str]) -> list[str]:
    return [f"`{one[name]}`" for name in ("route", "field", "needs")]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("  ", " ")
