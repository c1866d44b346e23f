"""People who look at pages: logged in on a rig's workbench, each in a frame made by hand."""

from __future__ import annotations

from netwb.access.records import NewUser, Origin
from netwb.roles import Role
from netwb.views.address import Address
from netwb.views.frame import Frame
from netwb.workbench import Workbench
from tests.benches import Rig

PASSWORD = "four horses Ate 9 batteries"
HERE = Origin(address="127.0.0.1", browser="Mozilla/5.0 Chrome/1")


def log_in(
    made: Rig, name: str, role: Role, tenants: tuple[str, ...] | None = None, *, zone: str = ""
) -> Workbench:
    """A new person, logged in; all tenants unless some are named."""
    new = NewUser(name=name, role=role, tenants=tenants, password=PASSWORD, time_zone=zone)
    made.bench.add_user(new)
    return again(made, name)


def again(made: Rig, name: str) -> Workbench:
    """One more login of that person."""
    admission = made.bench.log_in(name, PASSWORD, origin=HERE)
    return made.bench.at_session(admission.secret, origin=HERE)


def frame_of(made: Rig, bench: Workbench, search: str = "", *, page: str = "configs") -> Frame:
    """What a view is given, with the rig's clock and no browser behind it."""
    return Frame(bench, address=Address(search, page=page), clock=made.clock)
