#!/usr/bin/env python3
"""Give each tenant its organization of Grafana: an account, a data source by a token, a dashboard.

`telegraf/organizations` runs it in netwb's container, as often as you like: what is there stays, but
for the dashboard, and a token that ends within a month is renewed. The organization of all tenants is
Grafana's first one. On stdin, a line each: the password of Grafana's admin, and the host name that
netwb's certificate is for. On stdout: what `grafana.organizations` is to be.
Source: Grafana 13, "HTTP API": Organization, User, Admin, Data source, Dashboard.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from netwb import Workbench
from netwb.access.records import NewToken, NewUser
from netwb.grafana.records import EVERYTHING, Organization
from netwb.loading import share
from netwb.roles import Permission, Role

INSIDE = "http://grafana:3000"  # as the stack calls it
FIRST = 1  # Grafana makes it by itself
UID, DASHBOARD = "netwb", "telegraf/grafana/organizations/port.json"
TOKEN_DAYS = 365
RENEWED_BEFORE = timedelta(days=30)
ALLOWED = (Permission.TRAFFIC_VIEW, Permission.CONFIG_VIEW)
ANSWER_S = 20.0


class RefusedError(Exception):
    """Grafana did not do it; one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grafana:
    """Its API, as its admin."""

    url: str
    password: str

    def ask(self, method: str, path: str, document: Any = None, *, within: int = FIRST) -> Any:
        """What it answers; None where there is no such thing. `within`: an organization."""
        login = b64encode(f"admin:{self.password}".encode()).decode()
        headers = {
            "Authorization": f"Basic {login}",
            "Content-Type": "application/json",
            "X-Grafana-Org-Id": str(within),
        }
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(  # noqa: S310 - the address is of the settings
            f"{self.url}{path}", data=body, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            if error.code == 404 and method == "GET":
                return None
            said = error.read(300).decode("utf-8", "replace")
            msg = f"Grafana refuses {method} {path} ({error.code}): {said}"
            raise RefusedError(msg) from error
        except OSError as error:
            msg = f"Grafana {self.url} cannot be reached: {error}; look whether it runs"
            raise RefusedError(msg) from error

    def organization(self, name: str) -> int:
        """Its number; made where it is not there."""
        found = self.ask("GET", f"/api/orgs/name/{quote(name, safe='')}")
        if found is not None:
            return int(found["id"])
        return int(self.ask("POST", "/api/orgs", {"name": name})["orgId"])

    def give_account(self, own: Organization) -> None:
        """A viewer there and nowhere else. RefusedError where it is one elsewhere too."""
        user = self.ask("GET", f"/api/users/lookup?loginOrEmail={quote(own.account)}")
        if user is None:
            new = {"name": own.account, "login": own.account, "OrgId": own.number}
            self.ask("POST", "/api/admin/users", {**new, "password": secrets.token_hex(24)})
            user = self.ask("GET", f"/api/users/lookup?loginOrEmail={quote(own.account)}")
        member = {
            one["orgId"]: one["role"] for one in self.ask("GET", f"/api/users/{user['id']}/orgs")
        }
        if member != {own.number: "Viewer"}:
            msg = (
                f"account {own.account} of Grafana is {member or 'no member anywhere'}; make it a"
                f" viewer of organization {own.number} alone"
            )
            raise RefusedError(msg)

    def give_source(
        self, own: Organization, source: Callable[[], dict[str, Any]], *, new: bool
    ) -> None:
        """The data source; `new`: also where one is there, as its token ends."""
        found = self.ask("GET", f"/api/datasources/uid/{UID}", within=own.number)
        if found is None:
            self.ask("POST", "/api/datasources", source(), within=own.number)
        elif new:
            self.ask("PUT", f"/api/datasources/uid/{UID}", source(), within=own.number)

    def give_dashboard(self, own: Organization) -> None:
        """As this version of netwb has it."""
        board = json.loads((share() / DASHBOARD).read_text(encoding="utf-8"))
        document = {"dashboard": {**board, "id": None}, "overwrite": True}
        self.ask("POST", "/api/dashboards/db", document, within=own.number)


def source(token: str, host: str) -> dict[str, Any]:
    """Graphite's, that asks netwb by that token; netwb's own certificate is trusted."""
    settings: dict[str, Any] = {"graphiteVersion": "1.1", "httpHeaderName1": "Authorization"}
    secret = {"httpHeaderValue1": f"Bearer {token}"}
    certificate = Path(os.environ.get("NETWB_WEB__TLS_CERTIFICATE", ""))
    if certificate.is_file():
        settings |= {"tlsAuthWithCACert": True, "serverName": host}
        secret["tlsCACert"] = certificate.read_text(encoding="utf-8")
    url = os.environ.get("NETWB_INSIDE", "https://netwb:5006")
    return {
        "uid": UID,
        "name": "netwb",
        "type": "graphite",
        "access": "proxy",
        "url": f"{url}/api/v1/graphite",
        "jsonData": settings,
        "secureJsonData": secret,
    }


def set_up(
    bench: Workbench, grafana: Grafana, host: str, *, now: datetime
) -> Iterator[Organization]:
    """Each tenant's, and that of all tenants; one after the other, as they are done."""
    own = [
        Organization(tenant=one.slug, number=grafana.organization(one.slug))
        for one in bench.tenants()
        if one.status == "active"
    ]
    for one in (Organization(tenant=EVERYTHING, number=FIRST), *own):
        grafana.give_account(one)
        name = one.account.replace("netwb", "grafana", 1)
        kept = [token for token in tokens(bench, name) if token.expires_at > now + RENEWED_BEFORE]
        old = [token.id for token in tokens(bench, name)]

        def issued(user: str = name, tenant: str = one.tenant) -> dict[str, Any]:
            return source(new_token(bench, user, tenant), host)

        grafana.give_source(one, issued, new=not kept)
        grafana.give_dashboard(one)
        if not kept:
            for token_id in old:
                bench.revoke_token(token_id)
        yield one


def tokens(bench: Workbench, user: str) -> list[Any]:
    """Those of the data source that open something."""
    known = {one.name for one in bench.users()}
    return [one for one in bench.tokens(user) if not one.revoked_at] if user in known else []


def new_token(bench: Workbench, user: str, tenant: str) -> str:
    """For the data source; its user is made where it is not there, and cannot log in."""
    if user not in {one.name for one in bench.users()}:
        every = tenant == EVERYTHING
        role, tenants = (Role.VIEWER, None) if every else (Role.CUSTOMER, (tenant,))
        bench.add_user(NewUser(name=user, role=role, tenants=tenants, full_name="Grafana"))
    new = NewToken(user=user, days=TOKEN_DAYS, note="Grafana's data source", allow=ALLOWED)
    return bench.issue_token(new).secret


def main() -> int:
    """0, or 1 with a sentence on stderr."""
    password, host = (sys.stdin.readline().strip() for _ in range(2))
    grafana = Grafana(url=os.environ.get("GRAFANA_INSIDE", INSIDE), password=password)
    done = []
    with closing(Workbench.open()) as bench:
        try:
            for one in set_up(bench, grafana, host, now=datetime.now(UTC)):
                sys.stderr.write(
                    f"{one.tenant}: organization {one.number}, account {one.account}\n"
                )
                done.append(f"{one.tenant}={one.number}")
        except RefusedError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    sys.stdout.write("; ".join(done) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
