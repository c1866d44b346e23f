"""Two secrets whose short tokens are the same: the second one is stored under its long token."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from sqlalchemy import insert

from netwb.configs.clean import digest
from netwb.configs.redact import redact
from netwb.platforms.parse import parse_platform
from netwb.roles import ALL_TENANTS
from netwb.store.models import VaultRow
from tests.archive.world import NOON, World, device, entry

EDGE = device("edge1")
SOURCE = (files("netwb.platforms") / "cisco_ios.toml").read_text()
IOS = parse_platform(SOURCE, origin="cisco_ios.toml")
TEXT = b"hostname edge1\nsnmp-server community S3cr3tWord RO\nend\n"


def test_the_second_secret_of_a_token_is_stored_under_its_long_one(home: Path) -> None:
    world = World(home, platforms={"cisco_ios": IOS})
    key = world.keyring.key("redact", EDGE.tenant_id)
    found = redact(TEXT, (), IOS, key=key)
    (secret,) = found.secrets.values()
    taken = {
        "tenant_id": EDGE.tenant_id,
        "token": secret.token,
        "full": "f" * 64,
        "sealed": b"",
        "fingerprint": "",
        "rule": "",
        "created_at": NOON,
    }
    with world.database.writing(ALL_TENANTS) as session:
        session.execute(insert(VaultRow), [taken])
    made = entry(EDGE, TEXT)

    world.archive.write([replace(made, redacted=found, digest=digest(key, TEXT))])

    stored = world.latest(EDGE)
    assert re.search(rb"<netwb:secret:[0-9a-f]{64}>", stored)
    assert secret.token.encode() not in stored
    newest = world.revisions(EDGE)[0]
    assert world.history.restore(ALL_TENANTS, EDGE, newest) == TEXT
    world.close()
