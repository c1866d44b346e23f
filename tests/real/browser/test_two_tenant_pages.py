"""Foreign and missing things on every page read the same, in addresses and in what a browser sends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass

import pytest
from playwright.sync_api import expect

from netwb.access.records import NewToken, NewUser, Origin
from netwb.blackhole.engine.parts import ENGINE
from netwb.blackhole.records import Blackhole
from netwb.loading import share
from netwb.roles import Role
from tests.real.browser.lookalikes import Lookalikes, lookalikes, person_of
from tests.real.browser.reading import READ, Shown, act, shown, went
from tests.real.browser.rig import Chromium, Visitor
from tests.web.two_tenants import FOREIGN, FOREIGN_AUTHOR, PASSWORD, Names
from tests.web.two_tenants_addresses import ADDRESSES, WHOLE

pytestmark = pytest.mark.real

WALL = "wall"
SEEN_BY_ALL = "configs"  # each page is made by the same hand: an admin's is looked at on this one
LOOKS = 3  # a list fills its rows after the page is drawn; what differs at each look differs

Fields = Mapping[str, str]
# What a page would send: page, act, its words, the fields of its form.
ACTS: tuple[tuple[str, str, Fields, Fields | None], ...] = (
    ("inventory", "edit", {"device": "{device}"}, None),
    ("inventory", "edit-device", {"device": "{device}"}, {"role": "core"}),
    ("inventory", "rename-device", {"device": "{device}"}, {"hostname": "mine"}),
    ("inventory", "replace-device", {"device": "{device}"}, {"serial": "X"}),
    ("inventory", "trust-device", {"device": "{device}"}, {"host_key": ""}),
    ("inventory", "ask-retire", {"devices": "{device} {held}"}, None),
    ("inventory", "retire-devices", {"devices": "{device}"}, {}),
    ("inventory", "set-status", {"devices": "{device}"}, {"status": "planned"}),
    ("inventory", "activate", {"devices": "{device}"}, None),
    ("inventory", "probe-device", {"device": "{device}"}, None),
    ("inventory", "back-up-device", {"device": "{device}"}, None),
    ("inventory?tab=places", "edit-tenant", {"of": "{tenant}"}, None),
    ("inventory?tab=places", "save-tenant", {"of": "{tenant}"}, {"name": "mine"}),
    ("inventory?tab=places", "retire-tenant", {"of": "{tenant}"}, {}),
    ("inventory?tab=places", "save-site", {"of": "{tenant}/{site}"}, {"name": "mine"}),
    ("inventory?tab=places", "retire-site", {"of": "{tenant}/{site}"}, {}),
    ("inventory?tab=credentials", "set-credential", {"of": "{tenant}/lab"}, None),
    ("inventory?tab=credentials", "save-credential", {"of": "{tenant}/lab"}, {"password": "x"}),
    ("inventory?tab=credentials", "used-by", {"of": "{tenant}/lab"}, None),
    ("inventory?tab=credentials", "retire-credential", {"of": "{tenant}/lab"}, {}),
    ("configs?period=7d", "open", {"change": "{device}@{revision}"}, None),
    ("configs?period=7d", "compare", {}, {"old": "{device}@latest", "new": "{own}@latest"}),
    (
        "configs?old={own}@latest&new={mate}@latest",
        "compare",
        {},
        {"old": "{own}", "new": "{device}", "new_rev": "{revision}"},
    ),
    ("configs?old={own}@latest&new={mate}@latest", "open", {"change": "{device}@{revision}"}, None),
    ("configs?device={own}", "open", {"rev": "{revision}"}, None),
    ("configs?device={own}", "with", {}, {"other": "{device}"}),
    ("traffic", "port", {"port": "{port}"}, None),
    ("billing", "bill-of", {"of": "{tenant}"}, None),
    ("security", "open", {"held": "{blackhole}"}, None),
    ("security", "approve", {"id": "{blackhole}"}, None),
    ("security", "ask-deny", {"id": "{blackhole}"}, None),
    ("security", "deny", {"id": "{blackhole}"}, {"reason": "mine"}),
    ("security", "withdraw", {"id": "{blackhole}"}, {"reason": "mine"}),
    ("security", "report", {"id": "{blackhole}"}, None),
    ("compliance", "cell", {"device": "{device}", "rule": "ssh-version-2"}, None),
    ("compliance?tab=waivers", "ask-end", {"waiver": "{waiver}"}, None),
    ("compliance?tab=waivers", "end-waiver", {"waiver": "{waiver}"}, {}),
    ("compliance?tab=rules", "ask-rules", {"tenant": "{tenant}", "name": "own"}, None),
    ("compliance?tab=rules", "put-rules", {}, {"tenant": "{tenant}", "name": "a.yaml", "text": ""}),
    ("compliance?tab=rules", "drop-rules", {"tenant": "{tenant}", "name": "own"}, {}),
    ("admin?tab=people", "edit-person", {"name": "{author}"}, None),
    ("admin?tab=people", "save-person", {"name": "{author}"}, {"full_name": "mine"}),
    ("admin?tab=people", "set-password", {"name": "{author}"}, {"password": PASSWORD}),
    ("admin?tab=people", "disable", {"name": "{author}"}, {}),
    ("admin?tab=people", "retire", {"name": "{author}"}, {}),
    ("admin?tab=tokens", "issue-token", {}, {"user": "{author}", "days": "5"}),
    ("admin?tab=tokens", "revoke-token", {"id": "{token}"}, {}),
    ("admin?tab=tokens", "rotate-token", {"id": "{token}"}, {"days": "9", "overlap": "7"}),
    ("admin?tab=sessions", "end-login", {"id": "{session}"}, {}),
    ("account", "end-session", {"id": "{session}"}, None),
    ("account", "revoke", {"id": "{token}"}, None),
)
REFUSALS = re.compile(
    r"[Tt]here is no |[Nn]ot found|[Nn]obody |[Nn]o (device|person|user|such)|not known"
)


@dataclass(frozen=True, slots=True)
class Ground:
    """Both tenants; what an address of the other one names, and of none."""

    both: Lookalikes
    foreign: dict[str, str]
    missing: dict[str, str]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Ground]:
    """acme's people, and a person of umbra with a login and a token."""
    with lookalikes(tmp_path_factory.mktemp("pages"), chromium) as both:
        bench = both.site.bench
        bench.add_user(
            NewUser(name=FOREIGN_AUTHOR, role=Role.ENGINEER, tenants=(FOREIGN,), password=PASSWORD)
        )
        login = bench.log_in(FOREIGN_AUTHOR, PASSWORD, origin=Origin(address="127.0.0.9"))
        token = bench.issue_token(NewToken(user=FOREIGN_AUTHOR, days=3)).token.id
        own = {"own": both.ground.own.device, "mate": both.ground.own.held}
        yield Ground(
            both,
            named(both.ground.foreign, own, login.session.id, token),
            named(both.ground.missing, own, "0" * len(login.session.id), "0" * len(token)),
        )


def named(names: Names, own: Mapping[str, str], session: str, token: str) -> dict[str, str]:
    """`own`: two devices of one's own tenant, to stand beside what is not."""
    return {**asdict(names), **own, "session": session, "token": token}


def read(seen: Shown, ground: Ground) -> str:
    """A page's text without what was asked for, when, and the number of the error in the log."""
    text = seen.text
    asked = {one for names in (ground.foreign, ground.missing) for one in names.values()}
    for one in sorted(asked - {ground.both.ground.own.device}, key=len, reverse=True):
        for length in (len(one), 12, 7):
            text = text.replace(one[:length], "-")
    text = re.sub(r"reference [0-9a-f]{8}", "reference", text)
    text = re.sub(r"\d\d:\d\d", "at", text)
    return re.sub(r"\b\d+(\.\d+)? (s|min)\b", "age", text)


def no_trace(seen: Shown, ground: Ground, where: str) -> None:
    """Nothing of the other tenant but what the address itself says."""
    asked = set(ground.foreign.values())
    found = [one for one in ground.both.ground.secrets - asked if one in seen.html]
    assert found == [], where


def test_no_page_of_the_application_is_forgotten() -> None:
    served = {path.stem for path in (share() / "dashboards").glob("*.py")}

    assert set(ADDRESSES) | {WALL} == served
    assert {page.partition("?")[0] for page, *_ in ACTS} | {WALL} == served


def test_nothing_of_the_other_tenant_is_on_the_wall(ground: Ground) -> None:
    """It stands in no frame, takes no act, and its clock is never still."""
    visitor = ground.both.site.visitor(person_of(Role.CUSTOMER))
    visitor.go(f"/{WALL}")
    visitor.page.get_by_text("acme").first.wait_for()

    html = visitor.page.evaluate(READ)["html"]
    assert [one for one in ground.both.ground.secrets if one in html] == []


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CUSTOMER])
@pytest.mark.parametrize("page", sorted(ADDRESSES))
def test_an_address_of_something_foreign_reads_as_one_of_something_missing(
    ground: Ground, page: str, role: Role
) -> None:
    visitor = ground.both.site.visitor(person_of(role))
    shown(visitor, f"/{page}")
    for view in ADDRESSES[page]:
        alike(ground, visitor, went, f"/{page}{view}")
    for view in WHOLE if role is Role.CUSTOMER or page == SEEN_BY_ALL else ():
        alike(ground, visitor, shown, f"/{page}{view}")


def alike(
    ground: Ground, visitor: Visitor, look: Callable[[Visitor, str], Shown], view: str
) -> None:
    """Both read the same; looked at once more where one's own rows were not filled yet."""
    for _ in range(LOOKS):
        foreign = look(visitor, view.format(**ground.foreign))
        no_trace(foreign, ground, view)
        missing = look(visitor, view.format(**ground.missing))
        if read(foreign, ground) == read(missing, ground):
            return
    assert read(foreign, ground) == read(missing, ground), view


@pytest.mark.parametrize("page", ["configs", "inventory"])
@pytest.mark.parametrize("which", ["foreign", "missing"])
def test_a_job_of_others_is_none(ground: Ground, page: str, which: str) -> None:
    visitor = ground.both.site.visitor(person_of(Role.ADMIN))
    job = getattr(ground, which)["job"]

    visitor.go(f"/{page}?job={job}")

    said = f"No job {job!r}. It does not exist, or lies outside what you may see."
    expect(visitor.page.get_by_role("alert").filter(has_text=said)).to_be_visible()


@pytest.mark.parametrize("page", sorted(ADDRESSES))
def test_an_act_on_something_foreign_is_refused_as_one_on_something_missing(
    ground: Ground, page: str
) -> None:
    visitor = ground.both.site.visitor(person_of(Role.ADMIN))
    before = umbra(ground)
    at = ""
    for where, name, words, fields in ACTS:
        if where.partition("?")[0] != page:
            continue
        if where != at:
            at = where
            shown(visitor, "/" + where.format(**ground.foreign))
        foreign = after(visitor, name, words, fields, ground.foreign)
        missing = after(visitor, name, words, fields, ground.missing)
        assert read(foreign, ground) == read(missing, ground), (where, name)
        assert REFUSALS.search(foreign.text), (where, name, foreign.text)
        no_trace(foreign, ground, name)
    assert umbra(ground) == before


def after(
    visitor: Visitor, name: str, words: Fields, fields: Fields | None, names: dict[str, str]
) -> Shown:
    """What the page shows once it was told that."""
    filled = {key: value.format(**names) for key, value in words.items()}
    form = None if fields is None else {key: value.format(**names) for key, value in fields.items()}
    act(visitor, name, form, filled)
    return shown(visitor)


def umbra(ground: Ground) -> object:
    """All that an act could have changed of the other tenant."""
    bench = ground.both.site.bench
    return (
        [one for one in bench.devices() if one.tenant == FOREIGN],
        [one for one in bench.tenants() if one.slug == FOREIGN],
        [one for one in bench.sites() if one.tenant == FOREIGN],
        [one for one in bench.credentials() if one.tenant == FOREIGN],
        [one for one in bench.users() if one.name == FOREIGN_AUTHOR],
        [one for one in bench.tokens() if one.user == FOREIGN_AUTHOR],
        [one.id for one in bench.login_sessions() if one.user == FOREIGN_AUTHOR],
        [one.id for one in bench.quarantine()],
        [one for one in bench.waivers("all") if one.tenant == FOREIGN],
        [one for one in bench.rule_files() if one.tenant == FOREIGN],
        [said_by_people(one) for one in bench.blackholes() if one.tenant == FOREIGN],
    )


def said_by_people(one: Blackhole) -> object:
    """What only a person changes; the server's engine calls on-call for it, and judges it anew."""
    return one.id, one.requested_by, one.approvals, {one.ended_by} - {None, ENGINE}
