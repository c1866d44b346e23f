"""Every page's addresses x every role x own, foreign and missing, by the views that the server shows.

The pages, and what an address may say, come from the application: a new page or parameter that nobody
thought of here fails the first tests. What a browser draws of it, and what it may send, is walked in
tests/real/browser/test_two_tenant_pages.py for some of the roles.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

import netwb.views
from netwb.access.records import NewToken, NewUser, Origin
from netwb.errors import NetwbError
from netwb.loading import share
from netwb.roles import Role
from netwb.views.sheet import Sheet
from netwb.workbench import Workbench
from tests.views.visits import Visit, run
from tests.web.two_tenants import FOREIGN, FOREIGN_AUTHOR, OWN, PASSWORD, Ground, two_tenants
from tests.web.two_tenants_addresses import ADDRESSES, LOOKS, WHOLE

Words = Mapping[str, str]
SHORT = (12, 7)  # digits of an id that pages show
# A number of the log, and what a list brings a moment later for the rows that are near its window.
CHANGES = re.compile(r'reference [0-9a-f]{8}|<span class="sec">.*?</span>')
LATER = re.compile(r'<a [^>]*class="strip".*?</a>')  # how the backups stand comes beside the list


@dataclass(frozen=True, slots=True)
class Walk:
    """Both tenants, somebody of each role of the one, and what addresses name."""

    ground: Ground
    benches: Mapping[str, Workbench]
    own: Words
    foreign: Words
    missing: Words


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Each with a login and a token to be named."""
    with two_tenants(tmp_path_factory.mktemp("views")) as ground:
        bench = ground.made.bench
        bench.add_user(
            NewUser(name=FOREIGN_AUTHOR, role=Role.ADMIN, tenants=(FOREIGN,), password=PASSWORD)
        )
        origin = Origin(address="127.0.0.9")
        logins = {
            name: bench.log_in(name, PASSWORD, origin=origin)
            for name in (FOREIGN_AUTHOR, *(f"{role}-of-{OWN}" for role in Role))
        }
        own, foreign = logins[f"{Role.ADMIN}-of-{OWN}"].session, logins[FOREIGN_AUTHOR].session
        token, own_token = (
            bench.issue_token(NewToken(user=name, days=3)).token.id
            for name in (FOREIGN_AUTHOR, f"{Role.ADMIN}-of-{OWN}")
        )
        device = {"own": ground.own.device}
        yield Walk(
            ground,
            {
                role.value: bench.at_session(logins[f"{role}-of-{OWN}"].secret, origin=origin)
                for role in Role
            },
            {**asdict(ground.own), **device, "session": own.id, "token": own_token},
            {**asdict(ground.foreign), **device, "session": foreign.id, "token": token},
            {
                **asdict(ground.missing),
                **device,
                "session": "0" * len(foreign.id),
                "token": "0" * len(token),
            },
        )


def views() -> dict[str, type[Any]]:
    """Page -> the view that its file shows."""
    found = {}
    for page in (share() / "dashboards").glob("*.py"):
        if page.stem == "wall":
            continue  # it stands in no frame and takes no act: `test_wall` asks for foreign things
        named = re.search(r"from (netwb\.views\S*) import (\w+View)", page.read_text())
        assert named is not None, page
        found[page.stem] = getattr(importlib.import_module(named[1]), named[2])
    return found


def test_no_page_is_forgotten() -> None:
    assert set(ADDRESSES) == set(views())


def test_nothing_that_an_address_may_say_is_forgotten() -> None:
    read = re.compile(r"address(?:\.get\(\s*|\[)\"(\w+)\"")
    sources = Path(str(netwb.views.__file__)).parent.rglob("*.py")
    said = {name for source in sources for name in read.findall(source.read_text())}
    walked = {
        name
        for views in (*ADDRESSES.values(), WHOLE)
        for view in views
        for name in re.findall(r"[?&](\w+)=", view)
    }

    assert len(said) > 15
    assert said <= walked | LOOKS


# A page of traffic has figures, which are made in a third of a second each time; what it shows differs
# by role in its frame alone, which is the same one on every page.
WITH_FIGURES, MOST_AND_LEAST = {"traffic"}, {Role.ADMIN, Role.CUSTOMER}
WALKED = [
    pytest.param(
        page,
        role.value,
        marks=pytest.mark.full if page in WITH_FIGURES and role not in MOST_AND_LEAST else (),
    )
    for page in sorted(ADDRESSES)
    for role in Role
]


@pytest.mark.parametrize(("page", "role"), WALKED)
def test_a_foreign_name_reads_as_a_missing_one(walk: Walk, page: str, role: str) -> None:
    asked = {one for words in (walk.foreign, walk.missing) for one in words.values()}
    secrets = walk.ground.secrets - asked
    for view in (*ADDRESSES[page], *WHOLE):
        own, foreign, missing = (
            told(walk, page, role, view.format_map(words))
            for words in (walk.own, walk.foreign, walk.missing)
        )

        assert without(foreign, walk.foreign) == without(missing, walk.missing), view
        assert [word for word in walk.ground.secrets if word in own] == [], view
        assert [word for word in secrets if word in foreign] == [], view


def told(walk: Walk, page: str, role: str, search: str) -> str:
    """All that the page says: its markup, its header and navigation, and a table to be kept."""
    try:
        visit = Visit(views()[page], walk.benches[role], walk.ground.made, search)
    except NetwbError as error:
        return f"{type(error).__name__}: {error}"
    said = run(seen(visit))
    frame = visit.frame
    return "\n".join([said, visit.html, frame.bar.html, frame.side.html, repr(frame.saved)])


async def seen(visit: Visit) -> str:
    """Its refusal, where it gave one."""
    try:
        await visit.load()
        await visit.frame.read_night()
        for sheet in visit.root.select(Sheet):
            if 'data-act="csv"' in sheet.html and sheet._on_act is not None:
                await sheet._on_act({"act": "csv"})
    except NetwbError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def without(text: str, words: Words) -> str:
    """But for what was asked for, whole or as short as pages show it."""
    for word in sorted(set(words.values()) - {words["own"]}, key=len, reverse=True):
        for length in (len(word), *SHORT):
            text = text.replace(word[:length], "-")
    return LATER.sub("", CHANGES.sub("-", text))


def test_own_things_are_there_to_be_seen(walk: Walk) -> None:
    """Else the walk would prove nothing."""
    device = told(walk, "configs", Role.VIEWER, "?device={device}".format_map(walk.own))
    table = told(walk, "inventory", Role.CUSTOMER, "")
    port = told(walk, "traffic", Role.CUSTOMER, "?port={port}".format_map(walk.own))

    assert walk.own["author"] in device
    for word in ("Oak-4711", "xe-0/0/0", "1 Gbit/s", 'id="busiest"', ".csv"):
        assert word in port
    assert "edge2" in table
    assert ".csv" in table
