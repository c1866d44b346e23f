"""Grafana on the facade: a panel for a page, who a browser is there, and what its data source asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isnan
from typing import TYPE_CHECKING

from netwb.errors import GrafanaError, InputError, NotPermittedError
from netwb.grafana.records import EVERYTHING, VALUES, Choice, Of, Organization, Target
from netwb.inventory.ports.records import Port, WherePort
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.settings import GrafanaSettings
from netwb.workbench.comparing import MOST_TOUCHED, ComparingFace
from netwb.workbench.traffic import TrafficFace
from netwb.workbench.traffic_records import Kind, PortTraffic, Side

if TYPE_CHECKING:
    from netwb.archive.records import Change
    from netwb.grafana import door as _door
    from netwb.grafana import graphite as _graphite
    from netwb.grafana import organizations as _organizations
else:
    _door = lazy("netwb.grafana.door")
    _graphite = lazy("netwb.grafana.graphite")
    _organizations = lazy("netwb.grafana.organizations")

MOST_POINTS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaPanel:
    """One panel for a frame in a page, and the port that it shows.

    origin   whom the page's policy has to allow
    tenant   of the device
    """

    url: str
    origin: str
    tenant: str
    hostname: str
    name: str  # ifName


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One curve; a point is epoch seconds and a value, None where there is no data."""

    label: str
    points: Sequence[tuple[int, float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A change of a configuration, for a mark in a chart."""

    change: Change
    sections: tuple[str, ...]


class GrafanaFace(TrafficFace, ComparingFace):
    """`grafana_origin`, `grafana_panel`, `grafana_seat`, `graphite_span`, `curves`, `choices`, `annotations`."""

    @property
    def grafana_origin(self) -> str:
        """Whom a page may show in a frame; empty: Grafana is not set."""
        return self._parts.grafana.origin if self._parts.settings.grafana.url else ""

    def grafana_panel(
        self, port_id: str, *, since: datetime, until: datetime, **shown: str
    ) -> GrafanaPanel:
        """The panel of one port, in the organization of the tenant that sees it.

        shown   of Grafana's own words: `theme`, `timezone`
        Raises GrafanaError: it is not set, open to anybody, down, or the tenant has no place there.
        """
        self._require(Permission.TRAFFIC_VIEW)
        if not self._parts.settings.grafana.url:
            msg = "Grafana is not set; give its address by grafana.url"
            raise GrafanaError(msg)
        port = self._port_of(port_id)
        own = self._organization_of(port)
        self._parts.grafana.refuse_open(own.account)
        names = {"tenant": port.device_tenant, "device": port.hostname, "port": port.name}
        url = self._parts.grafana.panel_url(
            orgId=str(own.number),
            **{"from": str(int(since.timestamp() * 1_000))},
            to=str(int(until.timestamp() * 1_000)),
            **{f"var-{name}": value for name, value in names.items()},
            **shown,
        )
        return GrafanaPanel(
            url=url,
            origin=self._parts.grafana.origin,
            tenant=port.device_tenant,
            hostname=port.hostname,
            name=port.name,
        )

    def grafana_seat(self, number: int | None = None) -> Organization:
        """In which organization who asks may look, by which account: what a proxy asks at each request.

        number   the one that the browser wants; None: the first one of its own
        Raises NotPermittedError, in the same words for one of others and one that is not.
        """
        self._require(Permission.TRAFFIC_VIEW)
        for one in self._own_organizations():
            if number in {None, one.number}:
                return one
        msg = f"{self._actor.name} has no such organization of Grafana; ask an admin for its tenant"
        raise NotPermittedError(msg)

    def graphite_span(self, since: str, until: str) -> tuple[datetime, datetime]:
        """A stretch of time as Graphite has it written: epoch seconds, `now`, `-6h`."""
        now = int(self._parts.clock().timestamp())
        begin, end = (_graphite.parse_time(text, now) for text in (since, until))
        if end < begin:
            msg = "the end is before the beginning; swap from and until"
            raise InputError(msg)
        return datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(max(end, begin + 1), UTC)

    def curves(
        self, targets: Sequence[Target], *, since: datetime, until: datetime, points: int = 600
    ) -> tuple[Curve, ...]:
        """Curves in their order; a port is read once. A port that is not known raises."""
        self._require(Permission.TRAFFIC_VIEW)
        most = max(1, min(points, MOST_POINTS))
        read: dict[tuple[str, str, Kind], PortTraffic] = {}
        found = []
        for target in targets:
            kind, side, of = VALUES[target.value]
            place = (f"{target.tenant}/{target.hostname}", target.name, kind)
            if place not in read:
                port = self._parts.ports.get(self._meant_scope, *place[:2])
                read[place] = self._traffic(port, since, until, most=most, kinds=(kind,))
            found.append(_curve(target.label, read[place], kind, side, of))
        return tuple(found)

    def choices(self, asked: Choice) -> tuple[str, ...]:
        """Names for a drop-down, of devices with ports that who asks may see."""
        self._require(Permission.TRAFFIC_VIEW)
        device = f"{asked.tenant}/{asked.hostname}" if asked.hostname else None
        ports = self._meant_ports(WherePort(device=device))
        if asked.of == "ports":
            return tuple(port.name for port in ports)
        if asked.of == "devices":
            return _sorted(port.hostname for port in ports if port.device_tenant == asked.tenant)
        return _sorted(port.device_tenant for port in ports)

    def annotations(
        self, *, since: datetime, until: datetime, words: Iterable[str] = ()
    ) -> tuple[Annotation, ...]:
        """Changes of configurations in the time, newest first, at most a hundred.

        words   tenant and hostname: those that all of them fit
        """
        wanted = frozenset(words)
        found = self.changes(since=since, until=until)
        meant = [one for one in found if wanted <= {one.tenant, one.hostname}][:MOST_TOUCHED]
        touched = self.touched(meant)
        return tuple(
            Annotation(change=one, sections=tuple(touched.get(one.id, ()))) for one in meant
        )

    def _organization_of(self, port: Port) -> Organization:
        own = {one.tenant: one for one in self._own_organizations()}
        for tenant in (port.tenant, port.device_tenant, EVERYTHING):
            if tenant in own:
                return own[tenant]
        msg = (
            f"tenant {port.tenant} has no organization of Grafana; make one, and add"
            f" {port.tenant}=NUMBER to grafana.organizations"
        )
        raise GrafanaError(msg)

    def _own_organizations(self) -> Iterable[Organization]:
        """Of the tenants in scope by slug; that of all tenants last, for whom it is."""
        known = _organizations.parse_organizations(self._parts.settings.grafana.organizations)
        for tenant in self._parts.places.tenants(self._meant_scope):
            if tenant.slug in known:
                yield known[tenant.slug]
        if EVERYTHING in known and self._meant_scope.tenants is None:
            yield known[EVERYTHING]


def check_grafana(settings: GrafanaSettings) -> None:
    """SettingsError where the settings cannot be."""
    _organizations.parse_organizations(settings.organizations)
    if settings.url:
        _door.parse_url(settings.url)


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _curve(label: str, traffic: PortTraffic, kind: Kind, side: Side, of: Of) -> Curve:
    values = getattr(traffic.flows[kind, side], of).tolist()
    at = traffic.begin.tolist()
    return Curve(label=label, points=tuple(zip(at, map(_known, values), strict=True)))


def _known(value: float) -> float | None:
    return None if isnan(value) else value
