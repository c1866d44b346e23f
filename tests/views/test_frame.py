import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import panel as pn
import pytest
from bokeh.document import Document
from panel.viewable import Viewable
from panel_material_ui.template.base import Page

from netwb.access.records import UserChanges
from netwb.errors import (
    InputError,
    NotAuthenticatedError,
    NotPermittedError,
    StoreUnavailableError,
    UnknownNameError,
)
from netwb.roles import Permission, Role, lacking
from netwb.views import navigation, states
from netwb.views.address import Address
from netwb.views.frame import Frame
from netwb.views.html import esc
from netwb.views.material import NetwbPage
from netwb.views.sheet import Sheet
from tests.benches import Rig, rig
from tests.views.hostile import HOSTILE, Tags, assert_inert
from tests.views.people import frame_of, log_in


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("frame")
    with rig(folder, {"acme": ("edge1", "edge2"), "borealis": ("edge1",)}) as one:
        one.back_up()
        yield one


@pytest.fixture(scope="module")
def engineer(made: Rig) -> Frame:
    return frame_of(made, log_in(made, "jkim", Role.ENGINEER, zone="Europe/Berlin"))


@pytest.fixture(scope="module")
def customer(made: Rig) -> Frame:
    return frame_of(made, log_in(made, "noc", Role.CUSTOMER, ("acme",)))


class PlainView:
    """A view that shows one word."""

    page: ClassVar[str] = "configs"
    title: ClassVar[str] = "Configs"

    def __init__(self, frame: Frame, error: Exception | None = None) -> None:
        self.frame = frame
        self.error = error
        self.sheet = Sheet("before", on_act=self.act)

    def panel(self) -> Viewable:
        return self.sheet

    async def load(self) -> None:
        if self.error is not None:
            raise self.error
        self.sheet.html = "after"

    async def act(self, act: Any) -> None:
        if act["act"] == "fail" and self.error is not None:
            raise self.error


def listeners() -> int:
    """How many components hear of each change of the process-wide busy state."""
    return len(pn.state.param.watchers.get("busy", {}).get("value", []))


def test_open_pages_do_not_listen_to_each_other() -> None:
    before = listeners()
    pages = [NetwbPage(main=[]) for _ in range(5)]

    assert listeners() == before
    assert not any(page.busy for page in pages)


def test_plain_page_of_material_ui_still_listens_so_that_the_cure_is_needed() -> None:
    before = listeners()
    page = Page(main=[])

    assert listeners() == before + 1
    assert page is not None


def test_page_is_few_models(engineer: Frame) -> None:
    document = Document()

    engineer.draw(PlainView(engineer)).server_doc(document, location=False)

    assert (
        len([model for model in document.models if "ESM" in type(model).__mro__[1].__name__]) <= 6
    )


def test_navigation_shows_the_pages_that_the_rights_allow(engineer: Frame, customer: Frame) -> None:
    assert [place.page for place in navigation.places(engineer.person)] == [
        "configs",
        "traffic",
        "billing",
        "security",
        "compliance",
        "inventory",
        "wall",
        "admin",
    ]
    assert [place.page for place in navigation.places(customer.person)] == [
        "configs",
        "traffic",
        "billing",
        "security",
        "compliance",
        "inventory",
        "wall",
    ]


def test_navigation_marks_the_page_and_counts_what_changed(engineer: Frame) -> None:
    asyncio.run(engineer.read_night())
    told = Tags(engineer.side.html)

    assert told.attributes["aria-current"] == ["page"]
    assert "Configs 3 changed last night" in told.attributes["aria-label"]
    assert "Backup <b>3</b> of 3" in engineer.side.html


def test_foot_counts_the_own_devices_only(customer: Frame) -> None:
    asyncio.run(customer.read_night())

    assert "Backup <b>2</b> of 2" in customer.side.html


def test_header_names_person_role_zone_and_page(engineer: Frame) -> None:
    engineer.crumbs(("Configs", "configs"), ("Last night", None))
    told = Tags(engineer.bar.html)

    assert engineer.zone == ZoneInfo("Europe/Berlin")
    assert told.attributes["data-clock"] == ["Europe/Berlin"]
    assert "<b>Last night</b></h1>" in engineer.bar.html
    assert ">engineer<" in engineer.bar.html
    assert "03:00</b> Berlin" in engineer.bar.html
    assert "02:00 UTC" in engineer.bar.html


def test_header_offers_tenants_to_who_has_several(engineer: Frame, customer: Frame) -> None:
    engineer.crumbs(("Configs", None))
    customer.crumbs(("Configs", None))

    assert "All tenants" in engineer.bar.html
    assert 'id="see-as"' in engineer.bar.html
    assert "<select" not in customer.bar.html
    assert "Acme" in customer.bar.html
    assert "borealis" not in customer.bar.html


def test_log_out_is_a_form_that_needs_the_cookie_s_token(engineer: Frame) -> None:
    engineer.crumbs(("Configs", None))

    assert '<form method="post" action="logout" data-xsrf>' in engineer.bar.html


def test_tenant_chosen_narrows_everything(made: Rig, engineer: Frame) -> None:
    frame = frame_of(made, engineer.bench, "?tenant=borealis")

    assert [device.tenant for device in frame.bench.devices()] == ["borealis"]
    asyncio.run(frame.read_night())
    assert "Backup <b>1</b> of 1" in frame.side.html


def test_view_as_tenant_is_that_staff_s_and_says_so(made: Rig, engineer: Frame) -> None:
    frame = frame_of(made, engineer.bench, "?as=acme")

    assert frame.person.viewing_as == "acme"
    assert not frame.may(Permission.BACKUP_RUN)
    assert "You see what the staff of acme see, read only." in frame.top.html
    assert 'data-act="leave"' in frame.top.html
    assert "admin" not in {place.page for place in navigation.places(frame.person)}


def test_view_as_tenant_is_not_for_who_has_one_only(made: Rig, customer: Frame) -> None:
    with pytest.raises(NotPermittedError):
        frame_of(made, customer.bench, "?as=acme")


@pytest.mark.parametrize("key", ["tenant", "as"])
def test_foreign_tenant_and_missing_one_are_refused_alike(
    made: Rig, customer: Frame, key: str
) -> None:
    said = []
    for slug in ("borealis", "nowhere9"):
        with pytest.raises(UnknownNameError) as caught:
            frame_of(made, customer.bench, f"?{key}={slug}")
        said.append(str(caught.value).replace(slug, "…"))

    assert said[0] == said[1]


def test_frame_of_nobody_is_refused(made: Rig) -> None:
    bench = log_in(made, "gone", Role.VIEWER)
    made.bench.end_session(bench.me().session)

    with pytest.raises(NotAuthenticatedError):
        frame_of(made, bench)


def test_error_of_an_act_is_a_line_over_the_page_which_goes_with_the_next_good_act(
    engineer: Frame,
) -> None:
    async def fails() -> None:
        raise InputError("the time is not written as one; write 2026-11-01")

    async def does_well() -> None: ...

    assert asyncio.run(engineer.guard(fails)) is False
    assert 'role="alert"' in engineer.top.html
    assert "2026-11-01" in engineer.top.html
    assert asyncio.run(engineer.guard(does_well)) is True
    assert engineer.top.html == ""


def test_error_of_what_goes_on_beside_an_act_outlives_that_act(engineer: Frame) -> None:
    async def story() -> None:
        told = asyncio.Event()

        async def fails() -> None:
            raise InputError("no job of that name")

        async def takes_long() -> None:
            await told.wait()

        long = asyncio.create_task(engineer.guard(takes_long))
        await asyncio.sleep(0)
        await engineer.guard(fails)
        told.set()
        await long

    asyncio.run(story())

    assert "o job of that name." in engineer.top.html


def test_error_of_what_goes_on_beside_the_first_reading_outlives_it(engineer: Frame) -> None:
    async def fails() -> None:
        raise InputError("no job of that name")

    class Followed(PlainView):
        async def load(self) -> None:
            await engineer.guard(fails)

    engineer.draw(Followed(engineer))
    asyncio.run(engineer.load())
    assert "o job of that name." in engineer.top.html

    engineer.draw(PlainView(engineer))
    asyncio.run(engineer.load())
    assert engineer.top.html == ""


def test_fault_of_ours_is_logged_and_leaves_the_page_alive(
    engineer: Frame, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks() -> None:
        msg = "/srv/secret"
        raise RuntimeError(msg)

    assert asyncio.run(engineer.guard(breaks)) is False
    assert "/srv" not in engineer.top.html
    assert "Internal error" in engineer.top.html
    logged = next(record for record in caplog.records if record.exc_info)
    assert logged.args is not None
    assert str(tuple(logged.args)[1]) in engineer.top.html


def test_view_that_cannot_be_read_gives_its_place_to_the_error_and_comes_back(
    engineer: Frame,
) -> None:
    view = PlainView(engineer, StoreUnavailableError("the database is locked"))
    page = engineer.draw(view)
    main = page.main[0]  # type: ignore[attr-defined]

    asyncio.run(engineer.load())
    assert "The database cannot be read" in main[1].html
    view.error = None
    asyncio.run(main[1]._on_act({"act": "again"}))

    assert main[1] is view.sheet
    assert view.sheet.html == "after"


@pytest.mark.parametrize(
    "change",
    [UserChanges(scope=(("acme",),)), UserChanges(role=Role.CUSTOMER)],
    ids=["fewer tenants", "lesser role"],
)
def test_act_on_a_page_that_was_drawn_by_other_rights_is_not_done_and_its_rows_go(
    made: Rig, request: pytest.FixtureRequest, change: UserChanges
) -> None:
    name = f"lea{len(request.node.name)}"
    both = ("acme", "borealis")
    frame = frame_of(made, log_in(made, name, Role.OPERATOR, both))
    other = frame_of(made, log_in(made, f"{name}-too", Role.OPERATOR, both))
    done: list[str] = []
    pages = {}
    for one in (frame, other):
        pages[one] = one.draw(PlainView(one)).main[0]  # type: ignore[attr-defined]
        asyncio.run(one.load())

    async def act() -> None:
        done.append("act")

    made.bench.set_user(name, change)

    assert asyncio.run(frame.guard(act)) is False
    assert done == []
    assert [sheet.html for sheet in pages[frame]] == [states.drawn_anew()]
    assert (frame.bar.html, frame.side.html) == ("", "")
    assert asyncio.run(frame.guard(act)) is False, "nor anything after that"
    frame.crumbs(("Configs", None))
    assert frame.bar.html == ""
    assert asyncio.run(other.guard(act)) is True
    assert pages[other][1].html == "after"


def test_page_of_a_login_that_ended_shows_nothing_of_it_any_more(made: Rig) -> None:
    bench = log_in(made, "max", Role.VIEWER)
    frame = frame_of(made, bench, "?device=7")
    main = frame.draw(PlainView(frame)).main[0]  # type: ignore[attr-defined]
    asyncio.run(frame.load())
    made.bench.end_session(bench.me().session)

    async def act() -> None:
        raise AssertionError

    assert asyncio.run(frame.guard(act)) is False
    [sheet] = main
    assert "You are signed out" in sheet.html
    assert "login?next=%2Fconfigs%3Fdevice%3D7" in sheet.html


def test_page_whose_person_s_rights_changed_before_its_data_came_reads_none(made: Rig) -> None:
    frame = frame_of(made, log_in(made, "ida", Role.OPERATOR))
    view = PlainView(frame)
    frame.draw(view)
    made.bench.set_user("ida", UserChanges(role=Role.VIEWER))

    asyncio.run(frame.load())

    assert view.sheet.html == "before"


def test_view_as_a_tenant_ends_with_the_scope_that_allowed_it(made: Rig) -> None:
    bench = log_in(made, "eva", Role.OPERATOR, ("acme", "borealis"))
    frame = frame_of(made, bench, "?as=acme")
    main = frame.draw(PlainView(frame)).main[0]  # type: ignore[attr-defined]
    made.bench.set_user("eva", UserChanges(scope=(("acme",),)))

    asyncio.run(frame.load())

    assert [sheet.html for sheet in main] == [states.drawn_anew()]


@pytest.mark.parametrize(
    ("search", "page", "leads"),
    [
        ("?device=77", "configs", ["configs", "account"]),
        ("", "admin", ["configs", "account"]),
        ("?tab=people", "admin", ["configs", "account"]),
        ("", "configs", ["traffic", "account"]),
    ],
)
def test_page_that_is_not_given_leads_to_one_that_is(
    made: Rig, customer: Frame, search: str, page: str, leads: list[str]
) -> None:
    frame = frame_of(made, customer.bench, search, page=page)

    denied = frame.said(lacking("noc", Role.CUSTOMER, Permission.CONFIG_REVEAL))

    assert Tags(denied).attributes["href"] == leads
    assert "lacks config.reveal on acme. The role engineer holds it; ask an admin" in denied


def test_act_that_is_no_act_is_left_alone(engineer: Frame) -> None:
    sheet = PlainView(engineer, RuntimeError("reached")).sheet

    for said in (None, "fail", {"act": 7}, {"no": "act"}, {"act": ["fail"]}):
        asyncio.run(sheet._received(SimpleNamespace(data=said)))


def gone_to(frame: Frame, act: dict[str, Any]) -> list[str]:
    """Where the header leads to."""
    told: list[str] = []
    frame.go = told.append  # type: ignore[method-assign]  # there is no browser to send away
    asyncio.run(frame.act(act))
    return told


@pytest.mark.parametrize(
    ("act", "url"),
    [
        ({"act": "find", "fields": {"text": " ntp server "}}, ["configs?find=ntp+server"]),
        ({"act": "find", "fields": {"text": "  "}}, []),
        ({"act": "tenant", "value": "acme"}, ["configs?tenant=acme"]),
        ({"act": "tenant", "value": ""}, ["configs"]),
        ({"act": "see-as", "value": "acme"}, ["configs?as=acme"]),
        ({"act": "see-as", "value": ""}, []),
        ({"act": "leave"}, ["configs"]),
        ({"act": "unheard"}, []),
    ],
)
def test_header_leads(made: Rig, engineer: Frame, act: dict[str, Any], url: list[str]) -> None:
    assert gone_to(frame_of(made, engineer.bench), act) == url


@pytest.mark.parametrize(
    ("act", "url"),
    [
        ({"act": "see-as", "value": "acme"}, "configs?period=7d&by=ana&as=acme"),
        ({"act": "tenant", "value": "acme"}, "configs?period=7d&by=ana&tenant=acme"),
        ({"act": "tenant", "value": ""}, "configs?period=7d&by=ana"),
        ({"act": "leave"}, "configs?period=7d&by=ana"),
    ],
)
def test_another_view_of_a_page_is_looked_at_as_this_one(
    made: Rig, engineer: Frame, act: dict[str, Any], url: str
) -> None:
    frame = frame_of(
        made, engineer.bench, "?period=7d&by=ana&change=4711&device=77&tenant=borealis"
    )

    assert gone_to(frame, act) == [url]


def test_name_of_a_device_leads_to_the_device(made: Rig, engineer: Frame) -> None:
    frame = frame_of(made, engineer.bench)

    url = gone_to(frame, {"act": "find", "fields": {"text": "acme/edge2"}})

    assert url == [f"inventory?device={made.devices['acme/edge2'].id}"]


@pytest.mark.parametrize(
    ("text", "url"), [("edge1", "inventory?q=edge1"), ("127.0.0.1", "inventory?q=127.0.0.1")]
)
def test_name_or_address_of_several_devices_leads_to_the_list_of_them(
    made: Rig, engineer: Frame, text: str, url: str
) -> None:
    frame = frame_of(made, engineer.bench)

    assert gone_to(frame, {"act": "find", "fields": {"text": text}}) == [url]


def test_address_that_one_may_not_see_leads_to_the_search(made: Rig, customer: Frame) -> None:
    frame = frame_of(made, customer.bench)

    assert gone_to(frame, {"act": "find", "fields": {"text": "127.0.0.1"}}) == [
        "configs?find=127.0.0.1"
    ]


def test_name_of_a_foreign_device_leads_to_the_search_as_any_text_does(
    made: Rig, customer: Frame
) -> None:
    frame = frame_of(made, customer.bench)

    assert gone_to(frame, {"act": "find", "fields": {"text": "borealis/edge1"}}) == [
        "configs?find=borealis%2Fedge1"
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_header_and_navigation_are_inert(engineer: Frame, text: str) -> None:
    person = replace(
        engineer.person,
        name=text,
        full_name=text,
        tenants=((text, text), (text[::-1], text)),
        viewing_as="",
    )
    address = Address(f"?tenant={text}", page="configs")

    assert_inert(
        navigation.header(person, ((text, "configs"), (text, None)), address, engineer.moment())
    )
    assert_inert(navigation.navigation(person, address, None, engineer.moment()))
    assert_inert(navigation.banner(replace(person, viewing_as=text)))
    assert_inert(esc(text))


def test_acts_begin_in_the_order_in_which_they_were_done(made: Rig) -> None:
    """Rights are asked before each, and the answer to the first may come later."""
    frame = frame_of(made, log_in(made, "quick", Role.ENGINEER))
    begun: list[str] = []
    turns = iter((20, 0))

    async def slowly_at_first() -> bool:
        for _ in range(next(turns)):
            await asyncio.sleep(0)
        return True

    async def act(name: str) -> None:
        begun.append(name)

    async def story() -> None:
        await asyncio.gather(frame.guard(lambda: act("first")), frame.guard(lambda: act("second")))

    frame.holds = slowly_at_first  # type: ignore[method-assign]  # the delay that threads may have
    asyncio.run(story())

    assert begun == ["first", "second"]
