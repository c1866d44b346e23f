"""`telegraf/organizations`: each tenant's organization of Grafana, and its dashboard over a real database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from netwb.access.records import Token
from tests.benches import Rig
from tests.grafana.rigs import BPS, PORTS, counted, grafana_rig
from tests.influx import ADMIN, ADMIN_PASSWORD, Influx
from tests.stack.folders import STACK, copied, ran, stand_in
from tests.stack.grafana_api import PASSWORD, GrafanaApi, running_api
from tests.web.rest import Client, Reply, serving

pytestmark = pytest.mark.real

SCRIPT = STACK / "grafana" / "organizations" / "set_up.py"
BOARD = json.loads((SCRIPT.parent / "port.json").read_text())
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CHOSEN = {"$tenant": "acme", "$device": "edge1", "$port": PORTS["acme/edge1"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A home whose counters are in InfluxDB, and Grafana's API."""

    made: Rig
    api: GrafanaApi
    port: int  # of netwb

    def run(self, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
        """The script, as the container runs it."""
        environment = {
            **os.environ,
            **self.made.variables,
            "NETWB_HOME": str(self.made.bench.home),
            "GRAFANA_INSIDE": self.api.url,
            "NETWB_INSIDE": f"http://127.0.0.1:{self.port}",
        }
        return subprocess.run(
            [sys.executable, str(SCRIPT)],
            input=f"{password}\nnetwb.example.net\n",
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=environment,
        )

    def source(self, number: int) -> Client:
        """The data source of an organization, as Grafana holds it."""
        held = self.api.sources[number]
        assert held["url"] == f"http://127.0.0.1:{self.port}/api/v1/graphite"
        assert held["jsonData"]["httpHeaderName1"] == "Authorization"
        bearer = held["secureJsonData"]["httpHeaderValue1"]
        return Client(port=self.port, headers={"Authorization": bearer})

    def tokens(self, user: str) -> list[Token]:
        return [one for one in self.made.bench.tokens(user) if one.revoked_at is None]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, influx: Influx) -> Iterator[Ground]:
    settings = {
        "NETWB_METRICS__URL": influx.url,
        "NETWB_METRICS__DATABASE": influx.new_database(),
        "NETWB_METRICS__USERNAME": ADMIN,
        "NETWB_METRICS__SECRET": "env:INFLUX",
        "INFLUX": ADMIN_PASSWORD,
    }
    folder = tmp_path_factory.mktemp("organizations")
    with grafana_rig(folder, settings=settings) as made, running_api() as api:
        made.clock.now = datetime.now(UTC)  # the script goes by the real time
        counted(made)
        with serving(made.bench) as port:
            ground = Ground(made=made, api=api, port=port)
            done = ground.run()
            assert done.returncode == 0, done.stderr
            assert done.stdout == "*=1; acme=2; umbra=3\n"
            yield ground


def filled(target: str) -> str:
    for name, value in CHOSEN.items():
        target = target.replace(name, value)
    return target


def asked(source: Client, target: str, **span: str) -> Reply:
    body = urlencode({"from": "-1h", "until": "now", "format": "json", "target": target, **span})
    return source.ask("POST", "/api/v1/graphite/render", body=body, headers=FORM)


def test_each_tenant_has_an_account_that_is_a_viewer_there_alone(ground: Ground) -> None:
    api = ground.api

    assert api.organizations == {1: "Main Org.", 2: "acme", 3: "umbra"}
    seen = {login: api.members[user] for login, user in api.users.items()}
    assert seen == {
        "netwb": {1: "Viewer"},
        "netwb-acme": {2: "Viewer"},
        "netwb-umbra": {3: "Viewer"},
    }


@pytest.mark.parametrize("place", range(10))
def test_each_curve_of_the_dashboard_is_answered_from_the_database(
    ground: Ground, place: int
) -> None:
    target = [one["target"] for panel in BOARD["panels"] for one in panel["targets"]][place]

    (curve,) = asked(ground.source(2), filled(target)).json

    values = [value for value, _ in curve["datapoints"] if value is not None]
    if "bps" in target:
        bps = BPS / 2 if "out" in target else BPS
        assert values == pytest.approx([bps] * len(values))
        assert len(values) >= 58
    else:
        assert not values, "the rig counts octets alone"


def test_each_drop_down_is_filled_and_each_change_is_marked(ground: Ground) -> None:
    source = ground.source(2)

    for variable in BOARD["templating"]["list"]:
        query = urlencode({"query": filled(variable["query"])})
        names = [one["text"] for one in source.get(f"/graphite/metrics/find?{query}").json]
        assert names == [CHOSEN[f"${variable['name']}"]]
    (annotation,) = BOARD["annotations"]["list"]
    tags = urlencode({"tags": " ".join(map(filled, annotation["tags"])), "from": "-1d"})
    (event,) = source.get(f"/graphite/events/get_data?{tags}").json
    assert event["tags"] == ["configuration", "acme", "edge1"]


def test_a_tenants_source_reads_nothing_of_another_and_can_do_nothing_else(ground: Ground) -> None:
    source = ground.source(3)

    assert asked(source, filled(BOARD["panels"][0]["targets"][0]["target"])).status == 404
    assert source.get("/graphite/events/get_data?from=-1d&tags=acme").json == []
    assert source.get("/backup/runs").status in {403, 405}
    assert source.post("/backup/runs", {}).status == 403
    assert len(ground.source(1).get("/graphite/events/get_data?from=-1d").json) == 2


def test_a_second_time_changes_no_token_and_brings_the_dashboard_up_to_date(ground: Ground) -> None:
    before, sources = ground.tokens("grafana-acme"), dict(ground.api.sources)
    ground.api.boards[2] = {}
    del ground.api.written[:]

    assert ground.run().returncode == 0

    assert ground.tokens("grafana-acme") == before
    assert ground.api.sources == sources
    assert ground.api.boards[2]["uid"] == BOARD["uid"]
    assert set(ground.api.written) == {"POST /api/dashboards/db"}


def test_a_token_that_ends_soon_is_renewed_and_the_old_one_opens_nothing(ground: Ground) -> None:
    old = ground.source(3)
    (token,) = ground.tokens("grafana-umbra")
    ground.made.bench.revoke_token(token.id)  # as good as ended
    assert old.get("/graphite/metrics/find").status == 401

    assert ground.run().returncode == 0

    (renewed,) = ground.tokens("grafana-umbra")
    assert renewed.expires_at - renewed.created_at == timedelta(days=365)
    assert ground.source(3).get("/graphite/metrics/find").json[0]["text"] == "umbra"


def test_an_account_that_sees_more_is_refused_by_name(ground: Ground) -> None:
    user = ground.api.users["netwb-acme"]
    ground.api.members[user][1] = "Viewer"

    done = ground.run()

    del ground.api.members[user][1]
    assert done.returncode == 1
    assert "netwb-acme" in done.stderr
    assert "alone" in done.stderr
    assert done.stdout == ""


def test_a_wrong_password_is_said_and_never_shown(ground: Ground) -> None:
    done = ground.run(password="not-the-one")

    assert done.returncode == 1
    assert "Invalid username or password" in done.stderr
    assert "not-the-one" not in done.stderr
    assert "Traceback" not in done.stderr


DOCKER = """
case "$*" in
    *"exec -T netwb python -c "*) cat >"$HEARD"; echo "acme=2; *=1" ;;
    *"up --detach") echo up >>"$HEARD" ;;
    *) echo "unexpected: $*" >&2; exit 97 ;;
esac
"""


def wrapped(tmp_path: Path) -> tuple[Path, Mapping[str, str]]:
    folder = copied(tmp_path)
    heard = {"HEARD": str(tmp_path / "heard")}
    return folder, {**stand_in(tmp_path, "docker", DOCKER), **heard}


def test_the_command_tells_netwb_of_them_and_keeps_the_rest_of_env(tmp_path: Path) -> None:
    folder, environment = wrapped(tmp_path)
    secrets = "NETWB_HOST=n.example\nGRAFANA_ADMIN_PASSWORD=f00d\nGRAFANA_ORGANIZATIONS=old=9\n"
    (folder / ".env").write_text(secrets)

    done = ran(folder / "organizations", environment=environment)

    assert done.returncode == 0, done.stderr
    kept = "NETWB_HOST=n.example\nGRAFANA_ADMIN_PASSWORD=f00d\n"
    assert (folder / ".env").read_text() == f"{kept}GRAFANA_ORGANIZATIONS=acme=2; *=1\n"
    assert (folder / ".env").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "heard").read_text() == "f00d\nn.example\nup\n"


def test_without_a_setup_it_says_what_is_missing(tmp_path: Path) -> None:
    folder, environment = wrapped(tmp_path)

    done = ran(folder / "organizations", environment=environment)

    assert done.returncode == 5
    assert "run telegraf/setup first" in done.stderr
