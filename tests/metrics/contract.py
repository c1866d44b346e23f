"""What every metrics store does, as tests; the module of each store derives a class from these.

They are the same numbers for the same points, wherever those are kept.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwb.errors import MetricsRefusedError
from netwb.metrics.records import FIELDS, Measurement, Newest, Point, Question, SeriesKey
from netwb.metrics.samples import MISSING, Samples
from netwb.metrics.store import MetricsStore
from tests.metrics.points import NOON, key, octets, point, question

STRANGE_NAMES = (
    "ge-0/0/0.100",
    "Port-channel 1",
    'say "so"',
    "it's",
    "back\\slash",
    "tail\\",
    "a,b=c",
    "a\\,b\\ c",
    "two\nlines",
    "tab\there",
    "Straße 7",
    "' OR tenant='bravo",
    "$t",
    '"values":[[1,2]]',
    "[[1790000100,1]]",
    "/eth.*/",
    "${HOME}",
    "%d",
)


def said(newest: Newest, *fields: str) -> tuple[int | float | None, ...]:
    """Time and values of the newest sample."""
    return (newest.at, *(newest.values.get(field) for field in fields or ("ifHCInOctets",)))


def rows(samples: Samples, *fields: str) -> list[tuple[int, ...]]:
    """Time and values of each sample, `None` of those that were not answered left as MISSING."""
    columns = [samples.at, *(samples.values[field] for field in fields or ("ifHCInOctets",))]
    return list(zip(*(column.tolist() for column in columns), strict=True))


def whole_point(measurement: Measurement) -> Point:
    """Each field has its place in the list of fields as its value; and a half, where it can."""
    half = 0.5 if measurement == "ping" else 0
    values = {field: place + half for place, field in enumerate(FIELDS[measurement])}
    own = key("eth0" if measurement == "interface" else "")
    return point(NOON, of=own, measurement=measurement, **values)


class StoreContract:
    """The fixture `store` is an empty one that runs."""

    def read(self, store: MetricsStore, asked: Question, *keys: SeriesKey) -> list[tuple[int, ...]]:
        """Of one series, eth0 where nothing is said."""
        wanted = keys or (key(),)
        found = store.read(wanted, asked)
        return rows(found[wanted[0]], *asked.fields) if wanted[0] in found else []

    def test_an_empty_store_gives_nothing(self, store: MetricsStore) -> None:
        assert store.read([key()], question(NOON - 3600, NOON)) == {}
        assert store.newest([key()], "interface", ["ifHCInOctets"], 0) == {}
        assert store.health().newest is None

    def test_no_key_asks_for_nothing(self, store: MetricsStore) -> None:
        store.write([octets(NOON, 1)])

        assert store.read([], question(NOON, NOON + 1)) == {}
        assert store.newest([], "interface", ["ifHCInOctets"], 0) == {}

    def test_no_point_writes_nothing(self, store: MetricsStore) -> None:
        store.write([])

        assert store.health().newest is None

    def test_samples_come_back_as_they_were_measured(self, store: MetricsStore) -> None:
        store.write([octets(NOON + 60, 7), octets(NOON, 5)])
        store.write([octets(NOON + 121, 11)])

        found = self.read(store, question(NOON, NOON + 300))

        assert found == [(NOON, 5), (NOON + 60, 7), (NOON + 121, 11)]

    def test_every_field_of_every_measurement_comes_back(self, store: MetricsStore) -> None:
        store.write(whole_point(measurement) for measurement in FIELDS)

        for measurement, fields in FIELDS.items():
            own = key("eth0" if measurement == "interface" else "")
            asked = question(NOON, NOON + 1, *fields, measurement=measurement)
            found = store.read([own], asked)[own]
            wanted = whole_point(measurement).values
            assert {f: found.values[f].tolist() for f in fields} == {
                f: [value] for f, value in wanted.items()
            }
            kind = "float64" if measurement == "ping" else "int64"
            assert {str(found.values[f].dtype) for f in fields} == {kind}

    def test_the_span_takes_its_first_moment_and_leaves_its_last(self, store: MetricsStore) -> None:
        store.write(octets(NOON + n, n) for n in range(4))

        assert self.read(store, question(NOON + 1, NOON + 3)) == [(NOON + 1, 1), (NOON + 2, 2)]

    def test_a_span_without_samples_gives_no_series(self, store: MetricsStore) -> None:
        store.write([octets(NOON, 1)])

        assert store.read([key()], question(NOON + 1, NOON + 60)) == {}

    def test_a_field_that_was_not_answered_is_missing(self, store: MetricsStore) -> None:
        store.write([point(NOON, ifHCInOctets=5), point(NOON + 60, ifHCOutOctets=7)])

        found = self.read(store, question(NOON, NOON + 300, "ifHCInOctets", "ifHCOutOctets"))

        assert found == [(NOON, 5, MISSING), (NOON + 60, MISSING, 7)]

    def test_a_sample_without_any_field_that_is_asked_for_is_left_out(
        self, store: MetricsStore
    ) -> None:
        store.write([point(NOON, ifHCInOctets=5), point(NOON + 60, ifHCOutOctets=7)])

        assert self.read(store, question(NOON, NOON + 300)) == [(NOON, 5)]
        assert store.read([key()], question(NOON, NOON + 300, "ifInErrors")) == {}

    def test_a_ping_without_an_answer_has_no_delay(self, store: MetricsStore) -> None:
        own = key("")
        store.write([point(NOON, of=own, measurement="ping", percent_packet_loss=100.0)])

        asked = question(
            NOON,
            NOON + 1,
            "percent_packet_loss",
            "average_response_ms",
            measurement="ping",
        )
        found = store.read([own], asked)[own]

        assert found.values["percent_packet_loss"].tolist() == [100.0]
        assert str(found.values["average_response_ms"].tolist()) == "[nan]"

    def test_a_moment_that_is_written_again_is_written_over(self, store: MetricsStore) -> None:
        store.write([point(NOON, ifHCInOctets=5, ifHCOutOctets=6)])
        store.write([point(NOON, ifHCInOctets=9), octets(NOON, 1, of=key("eth1"))])

        asked = question(NOON, NOON + 1, "ifHCInOctets", "ifHCOutOctets")

        assert self.read(store, asked) == [(NOON, 9, 6)]
        assert self.read(store, asked, key("eth1")) == [(NOON, 1, MISSING)]

    def test_of_a_moment_that_is_given_twice_the_later_one_counts(
        self, store: MetricsStore
    ) -> None:
        store.write([octets(NOON, 5), octets(NOON, 6)])

        assert self.read(store, question(NOON, NOON + 1)) == [(NOON, 6)]

    def test_ports_come_and_go(self, store: MetricsStore) -> None:
        store.write([octets(NOON, 1), octets(NOON, 10, of=key("eth1"))])
        store.write([octets(NOON + 60, 11, of=key("eth1")), octets(NOON + 60, 20, of=key("eth2"))])
        store.write([octets(NOON + 120, 3)])

        found = store.read([key(), key("eth1"), key("eth2")], question(NOON, NOON + 300))

        assert {k.name: rows(samples) for k, samples in found.items()} == {
            "eth0": [(NOON, 1), (NOON + 120, 3)],
            "eth1": [(NOON, 10), (NOON + 60, 11)],
            "eth2": [(NOON + 60, 20)],
        }

    def test_a_window_gives_its_last_sample_at_its_own_time(self, store: MetricsStore) -> None:
        store.write(octets(NOON + at, at) for at in (0, 60, 290, 310, 320, 900))

        found = self.read(store, question(NOON, NOON + 1200, every_s=300))

        assert found == [(NOON + at, at) for at in (290, 320, 900)]

    def test_a_window_that_the_span_cuts_gives_its_last_sample_within(
        self, store: MetricsStore
    ) -> None:
        store.write(octets(NOON + at, at) for at in (0, 60, 120, 180))

        assert self.read(store, question(NOON + 30, NOON + 150, every_s=300)) == [(NOON + 120, 120)]

    def test_the_last_sample_of_a_window_may_lack_a_field(self, store: MetricsStore) -> None:
        store.write([point(NOON, ifHCInOctets=1, ifHCOutOctets=2), octets(NOON + 60, 3)])

        asked = question(NOON, NOON + 300, "ifHCInOctets", "ifHCOutOctets", every_s=300)

        assert self.read(store, asked) == [(NOON + 60, 3, MISSING)]

    def test_edges_are_the_neighbours_of_the_span(self, store: MetricsStore) -> None:
        store.write(octets(NOON + at, at) for at in (0, 60, 120, 180, 240))

        asked = question(NOON + 100, NOON + 170, edge_s=300)

        assert self.read(store, asked) == [(NOON + at, at) for at in (60, 120, 180)]

    def test_edges_lie_near_enough_or_are_none(self, store: MetricsStore) -> None:
        store.write(octets(NOON + at, at) for at in (0, 120, 240))

        asked = question(NOON + 100, NOON + 170, edge_s=70)

        assert self.read(store, asked) == [(NOON + 120, 120)]
        asked = question(NOON + 100, NOON + 170, edge_s=100)
        assert self.read(store, asked) == [(NOON + at, at) for at in (0, 120, 240)]

    def test_edges_of_a_span_in_a_gap_stand_alone(self, store: MetricsStore) -> None:
        store.write([octets(NOON, 1), octets(NOON + 300, 2)])

        asked = question(NOON + 60, NOON + 120, edge_s=600)

        assert self.read(store, asked) == [(NOON, 1), (NOON + 300, 2)]

    def test_windows_leave_the_edges_alone(self, store: MetricsStore) -> None:
        store.write(octets(NOON + 60 * n, n + 3) for n in range(-3, 15))

        asked = question(NOON, NOON + 600, every_s=300, edge_s=120)

        assert self.read(store, asked) == [(NOON + 60 * n, n + 3) for n in (-1, 4, 9, 10)]

    def test_an_edge_without_the_field_is_passed_over(self, store: MetricsStore) -> None:
        store.write([octets(NOON, 1), point(NOON + 60, ifHCOutOctets=5), octets(NOON + 120, 2)])

        asked = question(NOON + 100, NOON + 200, edge_s=300)

        assert self.read(store, asked) == [(NOON, 1), (NOON + 120, 2)]

    def test_counters_of_64_bits_keep_every_bit(self, store: MetricsStore) -> None:
        store.write([octets(NOON, 2**53 + 1), octets(NOON + 60, 2**63 - 1), octets(NOON + 120, 0)])

        found = self.read(store, question(NOON, NOON + 300))

        assert found == [(NOON, 2**53 + 1), (NOON + 60, 2**63 - 1), (NOON + 120, 0)]

    def test_a_counter_in_its_upper_half_keeps_its_bits(self, store: MetricsStore) -> None:
        store.write([octets(NOON, 2**63 + 5), octets(NOON + 60, 2**64 - 1)])

        found = self.read(store, question(NOON, NOON + 300))

        assert found == [(NOON, 2**63 + 5 - 2**64), (NOON + 60, -1)]

    @pytest.mark.parametrize("name", STRANGE_NAMES)
    def test_a_port_is_called_what_it_is_called(self, store: MetricsStore, name: str) -> None:
        store.write([octets(NOON, 1, of=key(name)), octets(NOON, 2)])

        assert self.read(store, question(NOON, NOON + 1), key(name)) == [(NOON, 1)]
        newest = store.newest([key(name)], "interface", ["ifHCInOctets"], NOON)
        assert {k.name: said(one) for k, one in newest.items()} == {name: (NOON, 1)}

    def test_only_the_series_of_the_keys_are_read(self, store: MetricsStore) -> None:
        others = [
            key(tenant="bravo"),
            key(device_id="d2"),
            key("eth1"),
            key("eth"),
            key("eth00"),
            key(".*"),
        ]
        store.write([octets(NOON, 1), *(octets(NOON, 9, of=other) for other in others)])

        assert set(store.read([key()], question(NOON, NOON + 1))) == {key()}
        assert set(store.newest([key()], "interface", ["ifHCInOctets"], 0)) == {key()}
        assert store.read(
            [key(), key("eth1", device_id="d2")], question(NOON, NOON + 1)
        ).keys() == {key()}

    def test_a_name_does_not_match_a_device_nor_a_device_a_name(self, store: MetricsStore) -> None:
        store.write([octets(NOON, 1), point(NOON, of=key(""), measurement="device", sysUpTime=7)])

        uptime = question(NOON, NOON + 1, "sysUpTime", measurement="device")

        assert store.read([key("")], question(NOON, NOON + 1)) == {}
        assert store.read([key("eth0")], uptime) == {}
        assert store.read([key("")], uptime).keys() == {key("")}

    def test_the_newest_sample_of_each_series(self, store: MetricsStore) -> None:
        store.write([octets(NOON, 1), octets(NOON, 10, of=key("eth1"))])
        store.write([octets(NOON + 60, 2)])
        store.write([octets(NOON + 61, 5, of=key(device_id="d2"))])

        keys = [key(), key("eth1"), key(device_id="d2"), key("eth9")]
        found = store.newest(keys, "interface", ["ifHCInOctets"], NOON)

        assert {(k.device_id, k.name): said(one) for k, one in found.items()} == {
            ("d1", "eth0"): (NOON + 60, 2),
            ("d1", "eth1"): (NOON, 10),
            ("d2", "eth0"): (NOON + 61, 5),
        }

    def test_many_devices_are_asked_at_once(self, store: MetricsStore) -> None:
        keys = [key("", device_id=f"d{n}") for n in range(150)]
        foreign = [key("", device_id=f"d{n}", tenant="bravo") for n in range(150)]
        for at, those in ((NOON, keys), (NOON + 60, keys[::2]), (NOON + 90, foreign)):
            store.write(point(at, of=own, measurement="device", sysUpTime=at) for own in those)

        found = store.newest([*keys, key("", device_id="d151")], "device", ["sysUpTime"], NOON)

        assert {k: said(one, "sysUpTime") for k, one in found.items()} == {
            k: (at, at) for n, k in enumerate(keys) for at in ([NOON, NOON + 60][n % 2 == 0],)
        }

    def test_of_many_devices_each_port_has_its_own_newest_sample(self, store: MetricsStore) -> None:
        devices = [f"d{n}" for n in range(120)]
        late = {"d7", "d8"}
        for at, names in ((NOON, ("eth0", "eth1")), (NOON + 60, ("eth0",))):
            store.write(
                octets(at, at, of=key(name, device_id=one)) for one in devices for name in names
            )
        store.write(
            point(NOON + 90, of=key("eth1", device_id=one), ifHCOutOctets=1) for one in late
        )
        keys = [key(name, device_id=one) for one in devices for name in ("eth0", "eth1", "eth9")]

        found = store.newest(keys, "interface", ["ifHCInOctets"], NOON)

        assert {(k.device_id, k.name): said(own) for k, own in found.items()} == {
            (one, name): (at, at)
            for one in devices
            for name, at in (("eth0", NOON + 60), ("eth1", NOON))
        }
        assert len(store.newest(keys, "interface", ["ifHCInOctets"], NOON + 1)) == 120

    def test_what_is_older_is_not_new(self, store: MetricsStore) -> None:
        store.write([octets(NOON, 1)])

        assert store.newest([key()], "interface", ["ifHCInOctets"], NOON + 1) == {}

    def test_the_newest_sample_may_lack_a_field(self, store: MetricsStore) -> None:
        store.write([point(NOON, ifHCInOctets=1, ifHCOutOctets=2), octets(NOON + 60, 3)])
        store.write([point(NOON + 90, ifOperStatus=1)])

        found = store.newest([key()], "interface", ["ifHCInOctets", "ifHCOutOctets"], NOON)

        assert found == {key(): (NOON + 60, {"ifHCInOctets": 3})}

    def test_a_poll_that_is_not_in_order_takes_its_place(self, store: MetricsStore) -> None:
        store.write([octets(NOON + 60, 2)])
        store.write([octets(NOON, 1)])

        assert self.read(store, question(NOON, NOON + 300)) == [(NOON, 1), (NOON + 60, 2)]
        assert said(store.newest([key()], "interface", ["ifHCInOctets"], NOON)[key()]) == (
            NOON + 60,
            2,
        )

    @pytest.mark.parametrize(
        ("bad", "said"),
        [
            (point(NOON, ifHCinOctets=1), "interface has no field 'ifHCinOctets'"),
            (point(NOON, ifHCInOctets=1.5), "ifHCInOctets is 1.5"),
            (point(NOON, ifHCInOctets=True), "ifHCInOctets is True"),
            (point(NOON, ifHCInOctets=-1), "ifHCInOctets is -1"),
            (point(NOON, ifHCInOctets=2**64), "ifHCInOctets is 18446744073709551616"),
            (point(NOON, of=key(""), ifHCInOctets=1), "interface and a name of ''"),
            (point(NOON, measurement="device", sysUpTime=1), "device and a name of 'eth0'"),
            (point(-1, ifHCInOctets=1), "its time -1 lies before 1970"),
            (
                point(NOON, of=key(""), measurement="ping", average_response_ms=float("nan")),
                "average_response_ms is nan, which is no number",
            ),
        ],
        ids=["field", "float", "bool", "negative", "beyond", "nameless", "named", "early", "nan"],
    )
    def test_a_point_that_cannot_be_is_refused_and_its_poll_with_it(
        self, store: MetricsStore, bad: Point, said: str
    ) -> None:
        with pytest.raises(MetricsRefusedError, match=said):
            store.write([octets(NOON, 1), bad])

        assert store.read([key()], question(NOON, NOON + 1)) == {}

    def test_ten_million_samples_are_refused_in_a_sentence(self, store: MetricsStore) -> None:
        keys = [key(f"eth{n}") for n in range(1000)]

        with pytest.raises(MetricsRefusedError, match="for 43 million samples at once; ask for f"):
            store.read(keys, question(NOON, NOON + 30 * 86_400))

    def test_it_says_what_it_is_and_what_it_has(self, store: MetricsStore) -> None:
        store.write([octets(NOON, 1), octets(NOON + 3600, 2, of=key("eth1"))])
        store.write([point(NOON + 60, of=key(""), measurement="device", sysUpTime=7)])

        health = store.health()

        assert health.name
        assert health.version
        assert (health.oldest, health.newest) == (NOON, NOON + 3600)

    def test_a_device_that_is_deleted_takes_all_of_it_along(self, store: MetricsStore) -> None:
        gone, stays = key("", device_id="d1"), key("", device_id="d10")
        for own in (gone, stays, key("", tenant="bravo")):
            port = SeriesKey(tenant=own.tenant, device_id=own.device_id, name="eth0")
            store.write(
                [octets(NOON, 1, of=port), point(NOON, of=own, measurement="device", sysUpTime=7)]
            )
            store.write([point(NOON, of=own, measurement="ping", percent_packet_loss=0.0)])

        store.delete([gone])

        for measurement, fields in FIELDS.items():
            name = "eth0" if measurement == "interface" else ""
            keys = [
                SeriesKey(tenant=tenant, device_id=device_id, name=name)
                for tenant, device_id in (("acme", "d1"), ("acme", "d10"), ("bravo", "d1"))
            ]
            asked = question(NOON, NOON + 1, *fields, measurement=measurement)
            assert store.read(keys, asked).keys() == set(keys[1:])
            assert store.newest(keys, measurement, fields, 0).keys() == set(keys[1:])

        store.write([octets(NOON + 60, 5)])  # one of that name is begun anew
        assert self.read(store, question(NOON - 300, NOON + 300)) == [(NOON + 60, 5)]

    def test_ports_that_are_deleted_leave_those_beside_them(self, store: MetricsStore) -> None:
        names = [*STRANGE_NAMES, "eth0"]
        for at in (NOON, NOON + 60):
            store.write(octets(at, place, of=key(name)) for place, name in enumerate(names))

        store.delete([key(name) for name in STRANGE_NAMES])

        keys = [key(name) for name in names]
        assert store.read(keys, question(NOON, NOON + 300)).keys() == {key()}
        assert self.read(store, question(NOON, NOON + 300)) == [
            (at, len(STRANGE_NAMES)) for at in (NOON, NOON + 60)
        ]

    def test_nothing_is_deleted_of_nothing(self, store: MetricsStore) -> None:
        store.delete([key("", device_id="d9")])
        store.write([octets(NOON, 1)])

        store.delete([])
        store.delete([key("", device_id="d9"), key("eth9"), key(tenant="bravo")])

        assert self.read(store, question(NOON, NOON + 1)) == [(NOON, 1)]

    def test_of_a_time_alone_others_samples_stay(self, store: MetricsStore) -> None:
        for at in range(NOON, NOON + 300, 60):
            store.write(octets(at, at - NOON, of=key(name)) for name in ("eth0", "eth1"))
            store.write([point(at, of=key(""), measurement="device", sysUpTime=at)])

        store.delete([key()], NOON + 60, NOON + 180)
        store.delete([key("")], NOON + 240)

        span = question(NOON, NOON + 900)
        assert self.read(store, span) == [(NOON, 0), (NOON + 180, 180)]
        others = [(NOON + at, at) for at in (0, 60, 120, 180)]
        assert self.read(store, span, key("eth1")) == others
        uptime = question(NOON, NOON + 900, "sysUpTime", measurement="device")
        assert [at for at, _ in self.read(store, uptime, key(""))] == [at for at, _ in others]

    def test_peaks_are_told_where_they_are_asked_for(self, store: MetricsStore) -> None:
        store.write(octets(NOON + at, rise) for at, rise in ((0, 0), (60, 6000), (299, 6000)))
        asked = question(NOON, NOON + 300, every_s=300)

        told = store.read([key()], asked)[key()]
        left_out = store.read([key()], replace(asked, peaks="left out"))[key()]

        assert told.highest is not None
        assert told.highest["ifHCInOctets"].tolist() == [100.0]
        assert left_out.highest is None
        assert rows(left_out) == rows(told) == [(NOON + 299, 6000)]
