"""A text that is not stored, compared with one that is; the archive keeps nothing of it."""

import pytest

from netwb.errors import UnknownRevisionError
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from tests.archive.world import World, device

EDGE = device("edge1")


def test_what_a_held_text_would_change(world: World) -> None:
    world.store(EDGE, "a\nrouter bgp 1\n neighbor b\nend\n")
    revision = world.revisions(EDGE)[0]

    diff = world.history.compare(
        ALL_TENANTS,
        old=(EDGE, revision),
        text=b"a\nrouter bgp 1\n neighbor c\nend\n",
        label="held",
        style="indent",
    )

    assert (diff.added, diff.removed, diff.new) == (1, 1, "held")
    assert diff.hunks[0].section == "router bgp 1"


def test_the_repository_holds_nothing_of_it(world: World) -> None:
    world.store(EDGE, "a\n")
    revision = world.revisions(EDGE)[0]
    before = world.git("count-objects", "-v")

    world.history.compare(
        ALL_TENANTS, old=(EDGE, revision), text=b"b\n", label="held", style="indent"
    )

    assert world.git("count-objects", "-v") == before


@pytest.mark.parametrize("scope", [NO_TENANT, Scope(frozenset({"t-bolt"}))])
def test_a_foreign_revision_is_none(world: World, scope: Scope) -> None:
    world.store(EDGE, "a\n")
    revision = world.revisions(EDGE)[0]

    with pytest.raises(UnknownRevisionError):
        world.history.compare(
            scope, old=(EDGE, revision), text=b"b\n", label="held", style="indent"
        )
