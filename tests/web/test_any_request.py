"""Any request that OpenAPI lets one think of, by three tokens: each answer is one that is declared.

schemathesis makes the requests, those that fit the document and those that do not, half of them with
ids of things that are there. No answer is a fault of the server's own, none has a status, a media type
or a header that the document does not know, each body is what its model says, and each problem one of
those that are listed for its status.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from netwb.access.records import NewToken, NewUser
from netwb.roles import Permission, Role
from netwb.web.curl import curl
from netwb.web.openapi import document
from netwb.web.operations import BASE, Operation
from netwb.web.routes import OPERATIONS
from tests.real_components import require_real
from tests.web.servers import Server, netwb_serve
from tests.web.two_tenants import OWN, Ground, two_tenants

load_all_checks()
KEPT: list[Any] = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
    ]
)
DOCUMENT = document(OPERATIONS)
EXAMPLES = 8 if os.environ.get("NETWB_TESTS_FULL") is None else 100
SEED = int(os.environ.get("NETWB_TESTS_SEED", "0"))
LIMITED = (Permission.INVENTORY_VIEW, Permission.MONITORING_VIEW)
CALLERS = ("a customer of one tenant", "an engineer of all", "a token of two rights")
SETTINGS: Any = {
    "NETWB_GRAFANA__ORGANIZATIONS": "acme=2; umbra=3",
    "NETWB_WEB__RATE_PER_TOKEN": "0",
    "NETWB_WEB__RATE_PER_TENANT": "0",
    "NETWB_WEB__MAX_BODY_BYTES": "65536",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A server and what may be asked of it."""

    server: Server
    tokens: Mapping[str, str]
    names: Mapping[str, tuple[str, ...]]  # id in a path -> real ones


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    begins = datetime.now(UTC) - timedelta(hours=12)  # by the server's clock
    folder: Path = tmp_path_factory.mktemp("any")
    with two_tenants(folder, begins=begins) as ground:
        tokens, names = tokens_of(ground), names_of(ground)
        with netwb_serve(ground.made.bench.home, "--api-only", **SETTINGS) as server:
            yield Asked(server, tokens, names)
            assert not [line for line in server.said if "broke" in line or "Traceback" in line]


def tokens_of(ground: Ground) -> dict[str, str]:
    bench = ground.made.bench
    bench.add_user(NewUser(name="ina", role=Role.ENGINEER, tenants=None))
    limited = NewToken(user=f"engineer-of-{OWN}", days=2, allow=LIMITED)
    return {
        CALLERS[0]: bench.issue_token(NewToken(user=f"customer-of-{OWN}", days=2)).secret,
        CALLERS[1]: bench.issue_token(NewToken(user="ina", days=2)).secret,
        CALLERS[2]: bench.issue_token(limited).secret,
    }


def names_of(ground: Ground) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for names in (ground.own, ground.foreign):
        for name, value in asdict(names).items():
            found.setdefault(name.removesuffix("_id") + "_id", []).append(value)
    plain = {name: tuple(values) for name, values in found.items()}
    return plain | {
        "tenant_id": (ground.own.tenant_id, ground.own.tenant, ground.foreign.tenant_id),
        "revision": ("latest", ground.own.revision, "latest~1"),
        "name": ("main",),
    }


def operations() -> Iterator[tuple[tuple[str, str], APIOperation[Any, Any, Any, Any]]]:
    """Method and route -> what schemathesis makes of it."""
    for found in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations():
        assert isinstance(found, Ok)
        made = found.ok()
        yield (made.method.upper(), made.path), made


MADE = dict(operations())


def may_be_wrong(operation: Operation) -> bool:
    """Whether it takes anything that can be of a wrong form."""
    told = DOCUMENT["paths"][operation.route][operation.method.lower()]
    return "requestBody" in told or any(one["in"] != "header" for one in told["parameters"])


ANSWERED: Counter[tuple[str, int]] = Counter()  # operation, hundreds of the status
FITS, FITS_NOT = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
ASKED = [
    pytest.param(operation, mode, id=f"{operation.method} {operation.path} {mode.value}")
    for operation in OPERATIONS
    for mode in (FITS, FITS_NOT)
    if mode is FITS or may_be_wrong(operation)
]


def test_schemathesis_understands_every_operation() -> None:
    assert set(MADE) == {(operation.method, operation.route) for operation in OPERATIONS}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(("operation", "mode"), ASKED)
def test_no_request_has_an_answer_that_is_not_declared(
    operation: Operation, caller: str, mode: schemathesis.GenerationMode, there: Asked
) -> None:
    made = MADE[operation.method, operation.route]
    told = DOCUMENT["paths"][operation.route][operation.method.lower()]["responses"]
    headers = {"Authorization": f"Bearer {there.tokens[caller]}"}
    real = st.fixed_dictionaries(
        {n: st.sampled_from(there.names[n]) for n in operation.ids if n in there.names}
    )

    with requests.Session() as session:

        @seed(SEED)
        @settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[*HealthCheck],
        )
        @given(case=made.as_strategy(mode), ids=st.none() | real)
        def ask(case: schemathesis.Case[Any], ids: Mapping[str, str] | None) -> None:
            if ids:
                case.path_parameters = {**(case.path_parameters or {}), **ids}
            reply = case.call(
                base_url=there.server.url, session=session, headers=headers, timeout=30
            )
            ANSWERED[operation.name, reply.status_code // 100] += 1
            case.validate_response(reply, checks=KEPT)
            if reply.status_code >= 400 and operation.path != "/readyz":
                types = told[str(reply.status_code)]["x-problem-types"]
                assert reply.json()["type"] in types

        ask()


def test_the_requests_met_things_that_are_there() -> None:
    """Else nothing that is shown was looked at."""
    asked = {name for name, _ in ANSWERED}

    good = {name for name, hundreds in ANSWERED if hundreds == 2}

    assert len(good) >= 0.6 * len(asked), asked - good


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: f"{op.method} {op.path}")
def test_the_request_that_the_page_shows_is_taken_as_it_stands(
    operation: Operation, there: Asked
) -> None:
    """By curl itself; what it names is not there, and is all that may be wrong with it."""
    require_real("curl", shutil.which("curl") is not None)
    told = DOCUMENT["paths"][operation.route][operation.method.lower()]
    line = curl(operation.method.lower(), operation.route, told)
    environment = {"URL": f"{there.server.url}{BASE}", "TOKEN": there.tokens[CALLERS[1]]}

    ran = subprocess.run(
        ["bash", "-c", f"{line} -s -w '\\n%{{http_code}}'"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=30,
        check=True,
    )

    status = int(ran.stdout.rpartition("\n")[2])
    senders = {401} if operation.open_to == "senders" else set()
    assert status < 300 or status in {404, *senders}, ran.stdout
