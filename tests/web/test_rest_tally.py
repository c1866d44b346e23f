"""Counts in the text format of Prometheus."""

from __future__ import annotations

from netwb.web.tally import Tally, family


def test_a_request_is_counted_by_method_route_and_status() -> None:
    tally = Tally()
    tally.note("GET", "/x/{id}", 200, 0.02)
    tally.note("GET", "/x/{id}", 200, 0.02)
    tally.note("GET", "/x/{id}", 404, 0.02)

    lines = list(tally.lines())

    assert 'netwb_http_requests_total{method="GET",route="/x/{id}",status="200"} 2' in lines
    assert 'netwb_http_requests_total{method="GET",route="/x/{id}",status="404"} 1' in lines


def test_buckets_add_up() -> None:
    tally = Tally()
    for took_s in (0.004, 0.006, 0.2, 99.0):
        tally.note("GET", "/x", 200, took_s)

    lines = [line for line in tally.lines() if "_bucket" in line]
    counts = [int(line.rpartition(" ")[2]) for line in lines]

    assert counts == sorted(counts)
    assert 'le="0.005"} 1' in lines[0]
    assert 'le="+Inf"} 4' in lines[-1]


def test_the_sum_and_the_count_are_there() -> None:
    tally = Tally()
    tally.note("GET", "/x", 200, 1.5)

    assert 'netwb_http_request_duration_seconds_sum{method="GET",route="/x"} 1.5' in tally.lines()
    assert 'netwb_http_request_duration_seconds_count{method="GET",route="/x"} 1' in tally.lines()


def test_a_made_up_method_is_no_label_of_its_own() -> None:
    tally = Tally()
    for number in range(100):
        tally.note(f"FROB{number}", "none", 405, 0.01)

    assert sum("netwb_http_requests_total{" in line for line in tally.lines()) == 1


def test_a_label_cannot_break_its_line() -> None:
    lines = list(family("netwb_x", "gauge", "X.", [({"tenant": 'a"}\n\\evil 1'}, 1)]))

    assert len(lines) == 3
    assert lines[2] == 'netwb_x{tenant="a\\"}\\n\\\\evil 1"} 1'
