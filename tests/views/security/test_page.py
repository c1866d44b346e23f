"""The page `/security` of a person: what waits, what stands, what came, and who may do what."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from netwb.errors import NotPermittedError, UnknownNameError
from netwb.roles import Role
from netwb.views.security.page import SecurityView
from netwb.workbench import Workbench
from tests.blackhole.engine.network import VICTIM, World, links_of, route, world
from tests.counted import count, give_ports
from tests.views.people import log_in
from tests.views.visits import HOSTILE, Visit, run


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    """acme's 203.0.113.0/24 is blackholed at once; 203.0.113.48/28 after a person's word."""
    with world(tmp_path) as made:
        made.made.bench.add_prefix("acme", "203.0.113.48/28", mode="approve")
        yield made


@pytest.fixture
def engineer(there: World) -> Workbench:
    return log_in(there.made, "jkim", Role.ENGINEER, zone="Europe/Berlin")


def loaded(there: World, bench: Workbench, search: str = "") -> Visit:
    return run(Visit(SecurityView, bench, there.made, search).load())


def attacked(there: World, *addresses: str) -> None:
    for address in addresses:
        there.hear("ban", address, pps=410_000, attack_type="udp_flood", report=f"of {address}")
    there.turn()


def held_id(there: World) -> str:
    return next(one.id for one in there.blackholes() if one.state == "held")


def held_card(page: Visit) -> str:
    return page.html.partition('class="card held')[2].partition("</section>")[0]


def test_an_empty_page_says_what_there_is_none_of(there: World, engineer: Workbench) -> None:
    page = loaded(there, engineer)

    assert "Nothing is blackholed now" in page.text
    assert "Nothing has ended, and nothing was denied" in page.text
    assert "Held:" not in page.text
    assert "Not ours" not in page.text
    assert "The guard answers while you type" in page.text


def test_what_stands_has_its_countdown_and_is_verified_on_its_routers(
    there: World, engineer: Workbench
) -> None:
    attacked(there, "203.0.113.10")
    there.clock.advance(minutes=4)
    there.turn()

    page = loaded(there, engineer)

    assert str(VICTIM) in page.text
    assert "dropped on 3 of 3" in page.text
    assert "fnm reports udp_flood" in page.text
    assert "410000 packets/s" in page.text
    assert "06:00" in page.text
    one = there.one()
    assert one.expires_at is not None
    assert f'data-until="{one.expires_at.timestamp():.0f}"' in page.html
    assert 'class="cdn"' in page.html
    there.clock.advance(minutes=5, seconds=30)
    there.turn()
    assert 'class="cdn low"' in loaded(there, engineer).html


def test_a_router_that_does_not_obey_is_named_with_what_it_said(
    there: World, engineer: Workbench
) -> None:
    there.network.silent.add(there.id_of("trg2"))
    attacked(there, "203.0.113.10")

    page = loaded(there, engineer)

    assert "dropped on 2 of 3" in page.text
    assert "trg2: Does not answer" in page.text
    customer = loaded(there, log_in(there.made, "cora", Role.CUSTOMER, ("acme",)))
    assert "trg2: failed" in customer.text  # its words may name where it is managed at
    assert "Does not answer" not in customer.text


def test_a_held_one_shows_why_what_would_be_sent_and_that_one_may_approve(
    there: World, engineer: Workbench
) -> None:
    attacked(there, "203.0.113.53")

    page = loaded(there, engineer)

    assert "Held: waits for a person" in page.text
    assert "203.0.113.48/28" in page.text
    assert "must approve it" in page.text
    assert "does not object: Not on the list of what is never blackholed" in page.text
    assert "203.0.113.53 255.255.255.255 Null0 tag 666" in page.text
    assert "acme/trg2" in page.text
    assert "taken back after 10 min" in page.text
    assert "You did not ask for it, so you may approve" in page.text
    assert "data-key" not in held_card(page)
    run(page.act("report", id=held_id(there)))
    assert "of 203.0.113.53" in page.text


def test_an_approval_is_sent_and_a_denial_keeps_its_reason(
    there: World, engineer: Workbench
) -> None:
    attacked(there, "203.0.113.53", "203.0.113.54")
    by_network = {str(one.network): one.id for one in there.blackholes()}
    first, second = (by_network[f"203.0.113.{number}/32"] for number in (53, 54))
    page = loaded(there, engineer)

    run(page.act("approve", id=first, minutes="5"))
    there.turn()
    run(page.act("ask-deny", id=second))
    assert "Deny 203.0.113.54" in page.text
    assert (
        "a reason is needed" in run(page.refusal("deny", id=second, fields={"reason": " "})).lower()
    )
    run(page.act("deny", id=second, fields={"reason": "a speed test"}))

    found = {one.id: one for one in there.blackholes()}
    assert found[first].state == "announced"
    assert found[first].expires_at == there.clock() + timedelta(minutes=5)
    assert found[second].state == "denied"
    assert "by jkim: a speed test" in page.text
    assert "dropped on 3 of 3" in page.text


def test_who_asked_may_not_approve_and_reads_why(there: World, engineer: Workbench) -> None:
    engineer.blackhole("203.0.113.53", reason="CHG1")

    page = loaded(there, engineer)

    assert "You asked for it, so another person must approve it" in page.text
    assert "disabled" in page.html
    with pytest.raises(NotPermittedError):
        run(page.act("approve", id=held_id(there)))


def test_a_link_to_a_held_one_opens_it_and_tells_later_what_became_of_it(
    there: World, engineer: Workbench
) -> None:
    attacked(there, "203.0.113.53")
    reference = held_id(there)

    assert "card held chosen" in loaded(there, engineer, f"?held={reference}").html
    there.made.bench.deny(reference, reason="a speed test")
    after = loaded(there, engineer, f"?held={reference}")
    assert "/32 is denied" in after.text
    assert "Not found" in loaded(there, engineer, "?held=nothing").text


def test_a_notifications_link_opens_it_and_a_forged_one_says_so(
    there: World, engineer: Workbench
) -> None:
    attacked(there, "203.0.113.53")
    link = urlsplit(links_of(there.made).maker()(there.one())).query

    opened = loaded(there, engineer, f"?{link}")
    forged = loaded(there, engineer, f"?{link}0")

    assert "card held chosen" in opened.html
    assert "altered" not in opened.text
    assert "was altered on its way" in forged.text
    assert "chosen" not in forged.html
    assert there.one().state == "held"


def test_a_link_that_is_over_says_so_and_what_became_of_it(
    there: World, engineer: Workbench
) -> None:
    attacked(there, "203.0.113.53")
    link = urlsplit(links_of(there.made).maker()(there.one())).query
    there.later(minutes=31)

    page = loaded(there, engineer, f"?{link}")

    assert "This link counted until" in page.text
    assert "/32 is denied" in page.text


def test_what_has_changed_since_it_was_drawn_is_left_alone_and_shown_as_it_is(
    there: World, engineer: Workbench
) -> None:
    attacked(there, "203.0.113.53")
    page = loaded(there, engineer)
    drawn = {"id": held_id(there), "seen": re.findall(r'data-seen="(\d+)"', held_card(page))[0]}
    run(page.act("ask-deny", **drawn))
    assert f'data-seen="{drawn["seen"]}"' in page.view.desk.dialog.html
    log_in(there.made, "mia", Role.OPERATOR).approve(drawn["id"], wait_s=0)
    there.turn()

    for act, fields in (("approve", {}), ("deny", {"fields": {"reason": "a speed test"}})):
        run(page.act(act, **drawn, **fields))

        said = "Nothing was done: 203.0.113.53/32 is announced by now, and not as you saw it"
        assert said in page.text
        assert "Deny 203.0.113.53" not in page.text  # no dialog stands over it
        assert "dropped on 3 of 3" in page.text
    assert there.one().state == "announced"
    run(page.act("ask-withdraw", **drawn))
    assert "is taken off every router now" not in page.text
    run(page.act("ask-withdraw", id=drawn["id"], seen=str(there.one().version)))
    assert "is taken off every router now" in page.text


def test_that_on_call_was_called_keeps_nobody_from_answering(
    there: World, engineer: Workbench
) -> None:
    attacked(there, "203.0.113.53")
    page = loaded(there, engineer)
    drawn = {"id": held_id(there), "seen": re.findall(r'data-seen="(\d+)"', held_card(page))[0]}
    there.later(minutes=3)

    run(page.act("approve", **drawn))

    assert "203.0.113.53/32 is approved" in page.text


def test_that_the_alarm_was_repeated_keeps_nobody_from_withdrawing(
    there: World, engineer: Workbench
) -> None:
    attacked(there, "203.0.113.10")
    page = loaded(there, engineer)
    drawn = {"id": there.one().id, "seen": re.findall(r'data-seen="(\d+)"', page.html)[0]}
    run(page.act("ask-withdraw", **drawn))
    there.clock.advance(seconds=20)
    attacked(there, "203.0.113.10")

    run(page.act("withdraw", **drawn, fields={"reason": "it is a speed test"}))

    assert "Nothing was done" not in page.text
    assert there.one().end_reason == "it is a speed test"


def test_withdrawing_goes_to_the_dialog_first_and_takes_it_off(
    there: World, engineer: Workbench
) -> None:
    attacked(there, "203.0.113.10")
    page = loaded(there, engineer)
    reference = there.one().id

    run(page.act("ask-withdraw", id=reference))
    assert "is taken off every router now" in page.text

    async def withdrawn() -> None:
        await page.act("withdraw", id=reference, fields={"reason": "moved behind scrubbing"})
        assert "being taken back" in page.text
        while "is withdrawn" not in page.text:
            await asyncio.to_thread(there.turn)

    run(withdrawn())
    assert "by jkim: moved behind scrubbing" in page.text
    assert "Nothing is blackholed now" in page.text


def test_a_pause_is_a_banner_and_is_resumed(there: World, engineer: Workbench) -> None:
    page = loaded(there, engineer)

    run(page.act("ask-pause"))
    run(page.act("pause", fields={"reason": "routers are replaced"}))
    assert "by jkim: routers are replaced" in page.text
    attacked(there, "203.0.113.10")
    run(page.act("again"))
    assert "New blackholes are paused" in page.text
    run(page.act("resume"))
    assert "Paused since" not in page.text
    assert there.made.bench.blackholes_running().paused is None


def test_where_nobody_lives_to_end_them_it_is_said(there: World, engineer: Workbench) -> None:
    assert "Nothing is alive" not in loaded(there, engineer).text

    there.clock.advance(minutes=5)

    assert "so new ones are held" in loaded(there, engineer).text


def test_a_stray_route_stands_first_with_its_line(there: World, engineer: Workbench) -> None:
    attacked(there, "203.0.113.53")
    stray = route(VICTIM)
    there.network.routes.setdefault(there.id_of("trg1"), {})[VICTIM] = stray
    there.engine.reconcile()
    there.turn()

    text = loaded(there, engineer).text

    assert "Not ours: 1 blackhole on a router that netwb did not announce" in text
    assert stray.said in text
    assert "never removes a route that is not its own" in text
    assert text.index("Not ours") < text.index("Held:") < text.index("Active")


def test_the_guard_answers_what_is_typed_and_nothing_is_sent(
    there: World, engineer: Workbench
) -> None:
    page = loaded(there, engineer)

    run(page.send("guard", prefix="203.0.113.21", minutes="20"))
    assert "The guard would allow this" in page.text
    assert "203.0.113.21 255.255.255.255 Null0 tag 666" in page.text
    run(page.send("guard", prefix="203.0.113.53"))
    assert "The guard would hold this" in page.text
    run(page.send("guard", prefix="8.8.8.8"))
    assert "The guard would deny this" in page.text
    run(page.send("guard", prefix="203.0.113.21", minutes="x"))
    assert "no number of minutes" in page.text
    run(page.send("guard", prefix="203.0.1"))
    assert "The guard would" not in page.text
    assert there.blackholes() == []


def test_a_request_is_announced_held_or_denied_and_said(there: World, engineer: Workbench) -> None:
    page = loaded(there, engineer)

    run(page.send("request", prefix="203.0.113.21", minutes="20", reason="Ticket 88213"))
    assert "203.0.113.21/32 is being announced" in page.text
    there.turn()
    run(page.send("request", prefix="203.0.113.53", reason="Ticket 88214"))
    assert "203.0.113.53/32 is held" in page.text
    run(page.send("request", prefix="8.8.8.8", reason="Ticket 88215"))
    assert "8.8.8.8/32 is denied" in page.text
    run(page.send("request", prefix="203.0.113.22", reason=""))
    assert "reason is needed" in page.text

    found = {str(one.network): one.state for one in there.blackholes()}
    assert found == {
        "203.0.113.21/32": "announced",
        "203.0.113.53/32": "held",
        "8.8.8.8/32": "denied",
    }


def test_a_customer_sees_own_addresses_and_asks_only_where_the_policy_lets(
    there: World,
) -> None:
    bench = there.made.bench
    bench.add_prefix("umbra", "198.51.100.0/24", mode="auto")
    attacked(there, "203.0.113.10", "198.51.100.7")
    customer = log_in(there.made, "cora", Role.CUSTOMER, ("acme",))

    page = loaded(there, customer)

    assert str(VICTIM) in page.text
    assert "198.51.100" not in page.html
    assert "umbra" not in page.html
    assert "Blackhole an address" not in page.text
    assert "Withdraw" not in page.text
    bench.set_prefix("203.0.113.0/24", by_customer=True)
    page = loaded(there, customer)
    assert "Blackhole an address" in page.text
    run(page.send("guard", prefix="203.0.113.30"))
    assert "The guard would allow this" in page.text
    assert "Null0" not in page.html
    foreign = next(one.id for one in there.blackholes() if one.tenant == "umbra")
    for act in ("ask-withdraw", "ask-deny", "report"):
        with pytest.raises(UnknownNameError):
            run(page.act(act, id=foreign))


def test_a_viewer_reads_and_does_nothing(there: World) -> None:
    attacked(there, "203.0.113.10", "203.0.113.53")
    page = loaded(there, log_in(there.made, "vera", Role.VIEWER))

    assert "Your role may not approve" in page.text
    for absent in ("Withdraw", "Deny", "Pause…", "Blackhole an address"):
        assert absent not in page.text
    with pytest.raises(NotPermittedError):
        run(page.act("approve", id=held_id(there)))
    assert "blackhole.request" in run(page.refusal("request", fields={"prefix": "203.0.113.9"}))


def test_tabs_show_what_came_of_the_rest(there: World, engineer: Workbench) -> None:
    attacked(there, "203.0.113.10")
    there.hear("ban", "8.8.8.8")
    there.later(minutes=11)
    page = loaded(there, engineer)

    assert "expired" in page.text
    assert "8.8.8.8/32" in page.text
    run(page.act("tab", tab="shadow"))
    assert "No site is in shadow" in page.text
    run(page.act("tab", tab="events"))
    assert page.frame.address["tab"] == "events"
    run(page.act("tab", tab="recent"))
    run(page.act("csv"))
    ((name, content),) = page.frame.saved
    assert name == "blackholes-recent.csv"
    assert b"203.0.113.10/32,acme,expired" in content


def test_an_ipv4_address_within_ipv6_is_written_by_its_dots(
    there: World, engineer: Workbench
) -> None:
    there.made.bench.blackhole("::ffff:203.0.113.7", reason="CHG1", wait_s=0)
    there.hear("ban", "::ffff:203.0.113.8")
    there.turn()
    page = loaded(there, engineer)
    recent = page.html
    run(page.act("csv"))
    run(page.act("tab", tab="events"))

    (_, content) = page.frame.saved[0]
    assert "::ffff:203.0.113.7<wbr>/128" in recent
    assert b"::ffff:203.0.113.7/128,," in content
    assert "::ffff:203.0.113.8<" in page.html
    assert "cb00:71" not in recent + page.html + content.decode()


def test_the_page_reads_again_by_itself_once_the_ledger_changed(
    there: World, engineer: Workbench
) -> None:
    page = loaded(there, engineer)
    assert not run(page.view._is_changed())

    attacked(there, "203.0.113.53")

    assert run(page.view._is_changed())
    assert run(page.view._looked())
    assert "Held: waits for a person" in page.text
    assert page.frame.held == 1
    assert "1 held" in page.frame.side.html


def test_what_detectors_and_people_say_is_text(there: World, engineer: Workbench) -> None:
    there.hear("ban", "203.0.113.53", attack_type=HOSTILE, report=HOSTILE)
    there.turn()
    there.made.bench.blackhole("203.0.113.21", reason=HOSTILE, wait_s=0)

    page = loaded(there, engineer)
    run(page.act("report", id=held_id(there)))

    assert "<img" not in page.html
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page.html
    assert "&lt;img" in page.html


def test_who_holds_the_role_breaks_the_glass_where_the_guard_holds(
    there: World, engineer: Workbench
) -> None:
    operator = log_in(there.made, "otto", Role.OPERATOR)
    typed = {"prefix": "203.0.113.53", "reason": "shop is down", "minutes": "20"}
    page, other = loaded(there, engineer), loaded(there, operator)

    assert "Break the glass" not in page.text
    run(page.act("guard", fields=typed))
    run(other.act("guard", fields=typed))
    assert "Break the glass" in page.text
    assert "for 30 min at most" in page.text
    assert "Break the glass" not in other.text

    run(page.act("guard", fields={**typed, "break_glass": "yes"}))
    assert "The guard would allow this" in page.text
    assert 'value="yes" checked' in page.html
    run(page.act("request", fields={**typed, "break_glass": "yes"}))
    there.turn()

    (one,) = there.blackholes()
    assert one.state == "announced"
    assert one.requested_by == "jkim"


def test_the_form_says_who_announces_and_how_much_good_traffic_may_be_lost(
    there: World, engineer: Workbench
) -> None:
    bench, device = there.made.bench, there.made.devices["acme/edge1"]
    give_ports(bench, device, "xe-0/0/0")
    (port,) = bench.ports()
    count(bench, port, until=there.clock.now, minutes=60)
    page = loaded(there, engineer)

    run(page.act("guard", fields={"prefix": "203.0.113.11", "reason": "", "minutes": ""}))

    assert "Announced by trg1" in page.text
    assert "139 Mbit/s" in page.text
    assert "the 95th of the last hour, goes into edge1 xe-0/0/0, its busiest port" in page.text
    run(page.act("guard", fields={"prefix": "198.51.100.9", "reason": "", "minutes": ""}))
    assert "would deny" in page.text
    assert "busiest port" not in page.text


def test_one_of_the_past_opens_in_full_and_its_address_says_which(
    there: World, engineer: Workbench
) -> None:
    attacked(there, "203.0.113.10")
    there.clock.advance(minutes=11)
    there.turn()
    one = there.one()
    page = loaded(there, engineer)

    assert f'href="security?held={one.id}"' in page.html
    run(page.act("open", held=one.id))

    assert "203.0.113.10/32 is expired" in page.text
    assert "Announced" in page.text
    assert "acme/trg1" in page.text
    run(page.act("report", id=one.id))
    assert "of 203.0.113.10" in page.text


def test_what_was_only_written_down_is_summed_up_in_a_sentence(
    there: World, engineer: Workbench
) -> None:
    bench = there.made.bench
    site = there.made.devices["acme/edge1"].site
    bench.set_site(f"acme/{site}", shadow=True)
    bench.set_prefix("203.0.113.0/24", site=site)
    attacked(there, "203.0.113.10", "203.0.113.11", "203.0.113.12")

    page = loaded(there, engineer, "?tab=shadow")

    assert "3 would-be blackholes: 3 would stand" in page.text


def test_older_ones_are_an_address_and_another_tab_begins_anew(
    there: World, engineer: Workbench
) -> None:
    for number in range(51):
        there.hear("ban", f"198.51.100.{number}")
    there.turn()

    page = loaded(there, engineer)

    assert page.html.count("198.51.100.") >= 50
    assert 'href="security?rows=150"' in page.html
    run(page.act("older", rows="150"))
    assert "Older ones" not in page.text
    assert 'href="security?tab=shadow"' in page.html
