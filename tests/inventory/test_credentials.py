from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import select, update

from netwb.errors import (
    FieldsRefusedError,
    InventoryError,
    KeyringError,
    NotPermittedError,
    UnknownNameError,
)
from netwb.inventory.credentials import Credentials
from netwb.inventory.importers.rows import ImportOptions, Source
from netwb.inventory.records import (
    CredentialChanges,
    CredentialUse,
    NewCredential,
    SecretKind,
    SecretSource,
    Snmp,
)
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from netwb.store.models import CredentialSecretRow
from tests.inventory.ground import ANA, Ground

SECRET = "T0p-s3cret-w0rd"
PRIVATE_KEY = (
    "-----BEGIN OPENSSH PRIVATE KEY-----\nnot-a-real-one\n-----END OPENSSH PRIVATE KEY-----\n"
)


def env(name: str = "SECRET") -> SecretSource:
    return SecretSource(origin=f"env:{name}")


def new(
    secrets: Mapping[SecretKind, SecretSource] | None = None,
    *,
    username: str | None = "netwb",
    snmp: Snmp | None = None,
) -> NewCredential:
    return NewCredential(
        tenant="acme",
        name="lab",
        username=username,
        secrets=secrets or {},
        snmp=snmp or Snmp(),
    )


@pytest.fixture
def acme(ground: Ground) -> Ground:
    """One tenant with a site, a device, and a secret in the environment."""
    ground.tenant("acme", "fra1")
    ground.device("acme/edge1")
    ground.environment["SECRET"] = SECRET
    return ground


def password_in_force(ground: Ground) -> list[str | None]:
    """Of the one device, in the order in which its logins are tried."""
    ground.places.set_tenant(ALL_TENANTS, "acme", {"credential": "lab"})
    target = ground.credentials.targets(ALL_TENANTS, ground.devices.list(ALL_TENANTS))[0]
    return [login.password for login in target.logins]


def test_a_credential_tells_what_it_holds_but_not_the_secret(ground: Ground) -> None:
    ground.tenant("acme")
    ground.environment["SECRET"] = SECRET

    added = ground.credentials.add(ALL_TENANTS, new({"password": env()}))

    assert added.secrets == {"password": "sealed"}
    assert ground.credentials.list(ALL_TENANTS) == (added,)
    assert ground.credentials.get(ALL_TENANTS, "acme/lab") == added
    assert SECRET not in repr(added)


def test_a_secret_is_on_disk_in_no_readable_form(acme: Ground, tmp_path: Path) -> None:
    acme.credentials.add(ALL_TENANTS, new({"password": env()}))
    acme.database.close()

    content = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())

    assert SECRET.encode() not in content


def test_nothing_secret_is_logged(acme: Ground, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        acme.credentials.add(ALL_TENANTS, new({"password": env()}))
        assert password_in_force(acme) == [SECRET]

    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "source",
    [
        "s3cret-literal",
        "env:",
        "env:9X",
        "env:A B",
        "file:",
        "ENV:SECRET",
        "file:a\nb",
        "vault:x",
        "",
    ],
)
def test_a_literal_in_place_of_a_source_is_refused_and_not_repeated(
    acme: Ground, source: str
) -> None:
    with pytest.raises(InventoryError, match="never taken from an argument") as refused:
        acme.credentials.add(ALL_TENANTS, new({"password": SecretSource(origin=source)}))

    shown = str(refused.value).replace("env:NAME", "").replace("file:PATH", "")
    assert not source or source not in shown
    assert acme.credentials.list(ALL_TENANTS) == ()


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("password", b"", "empty"),
        ("password", b"\n", "empty"),
        ("password", b"one\ntwo\n", "one line"),
        ("password", b"a\x00b", "one line"),
        ("password", b"\xff\xfe", "no text"),
        ("password", b"x" * 70_000, "longer"),
        ("private_key", b"hunter2-is-no-key", "no private key"),
    ],
    ids=["empty", "blank", "two lines", "nul", "bytes", "long", "no key"],
)
def test_a_file_that_holds_no_secret_is_refused_without_showing_it(
    acme: Ground, tmp_path: Path, kind: SecretKind, content: bytes, words: str
) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)

    with pytest.raises(InventoryError, match=words) as refused:
        acme.credentials.add(ALL_TENANTS, new({kind: SecretSource(origin=f"file:{file}")}))

    shown = str(refused.value).replace(str(file), "")
    assert not content.strip() or content.decode("latin-1").strip() not in shown


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ("env:NOT_SET", "environment variable NOT_SET is not set; export it"),
        ("file:/nowhere/at/all", "file /nowhere/at/all cannot be read: No such file"),
        ("file:/proc", "file /proc cannot be read: Is a directory"),
    ],
)
def test_a_source_that_gives_nothing_names_itself(acme: Ground, origin: str, words: str) -> None:
    with pytest.raises(InventoryError, match=words):
        acme.credentials.add(ALL_TENANTS, new({"password": SecretSource(origin=origin)}))


def test_a_reference_finds_its_file_from_any_folder(
    acme: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("first\n")
    monkeypatch.chdir(tmp_path)
    source = SecretSource(origin="file:secret", keep="reference")
    acme.credentials.add(ALL_TENANTS, new({"password": source}))
    acme.devices.set(ALL_TENANTS, "edge1", {"credential": "lab"}, actor=ANA)

    monkeypatch.chdir("/")

    device = acme.devices.get(ALL_TENANTS, "edge1")
    (target,) = acme.credentials.targets(ALL_TENANTS, [device])
    assert target.logins[0].password == "first"


def test_a_file_is_read_once_and_a_reference_each_time(acme: Ground, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("first\r\n")
    origin = f"file:{file}"
    acme.credentials.add(ALL_TENANTS, new({"password": SecretSource(origin=origin)}))

    file.write_text("second\n")
    assert password_in_force(acme) == ["first"]

    reference = SecretSource(origin=origin, keep="reference")
    changed = acme.credentials.set(
        ALL_TENANTS, "lab", CredentialChanges(secrets={"password": reference})
    )
    file.write_text(" third \n")
    assert changed.secrets == {"password": origin}
    assert password_in_force(acme) == [" third "]


def test_a_key_keeps_its_lines(acme: Ground, tmp_path: Path) -> None:
    file = tmp_path / "id"
    file.write_text(PRIVATE_KEY.replace("\n", "\r\n"))
    acme.credentials.add(
        ALL_TENANTS,
        new({"private_key": SecretSource(origin=f"file:{file}"), "passphrase": env()}),
    )
    acme.places.set_tenant(ALL_TENANTS, "acme", {"credential": "lab"})

    target = acme.credentials.targets(ALL_TENANTS, acme.devices.list(ALL_TENANTS))[0]

    assert target.logins[0].private_key == PRIVATE_KEY
    assert target.logins[0].passphrase == SECRET
    assert target.logins[0].password is None


@pytest.mark.parametrize(
    ("credential", "words"),
    [
        (new(username=None), "needs a username, an SNMP community or an SNMP user"),
        (new({"password": env()}, username=None), "needs a username"),
        (new({"passphrase": env()}), "a passphrase needs a private key"),
        (new({"snmp_auth": env()}), "need an SNMP user"),
        (new({"snmp_priv": env()}, snmp=Snmp(user="u")), "privacy needs authentication"),
        (new({"snmp_auth": env()}, snmp=Snmp(user="u")), "needs its protocol: sha256"),
        (
            new(
                {"snmp_auth": env(), "snmp_priv": env()},
                snmp=Snmp(user="u", auth_protocol="sha256"),
            ),
            "needs its protocol: aes",
        ),
        (new(snmp=Snmp(user="u", auth_protocol="sha3")), "protocol 'sha3' is not known"),
        (new({"snmp_community": env()}, username="a\nb"), "username"),
    ],
)
def test_a_credential_that_opens_nothing_is_refused(
    acme: Ground, credential: NewCredential, words: str
) -> None:
    with pytest.raises(InventoryError, match=words):
        acme.credentials.add(ALL_TENANTS, credential)

    assert acme.credentials.list(ALL_TENANTS) == ()


@pytest.mark.parametrize(
    "credential",
    [
        new(),
        new({"snmp_community": env()}, username=None),
        new(
            {"snmp_auth": env(), "snmp_priv": env()},
            username=None,
            snmp=Snmp(user="u", auth_protocol="sha256", priv_protocol="aes256c"),
        ),
    ],
    ids=["agent", "community", "v3"],
)
def test_a_credential_that_opens_something_is_taken(
    acme: Ground, credential: NewCredential
) -> None:
    added = acme.credentials.add(ALL_TENANTS, credential)

    assert set(added.secrets) == set(credential.secrets)
    assert added.snmp == credential.snmp


def test_a_name_is_taken_once_in_a_tenant(ground: Ground) -> None:
    ground.tenant("acme")
    ground.tenant("globex")
    ground.credential("acme/lab")
    ground.credential("globex/lab")

    with pytest.raises(InventoryError, match="credential 'acme/lab' exists already"):
        ground.credential("acme/lab")
    with pytest.raises(InventoryError, match="in acme and globex; write acme/lab"):
        ground.credentials.get(ALL_TENANTS, "lab")


# -- rotation


def test_a_new_password_takes_the_old_ones_place(acme: Ground) -> None:
    acme.credential("acme/lab", "old")
    acme.environment["SECRET"] = "new"

    changed = acme.credentials.set(
        ALL_TENANTS, "lab", CredentialChanges(secrets={"password": env()})
    )

    assert not changed.rotating
    assert password_in_force(acme) == ["new"]


def test_during_a_rotation_the_new_one_is_tried_first_and_the_old_one_second(acme: Ground) -> None:
    acme.credential("acme/lab", "old")
    acme.environment["SECRET"] = "new"

    changed = acme.credentials.set(
        ALL_TENANTS,
        "lab",
        CredentialChanges(username="netwb2", secrets={"password": env()}, previous="keep"),
    )

    assert changed.rotating
    assert password_in_force(acme) == ["new", "old"]
    target = acme.credentials.targets(ALL_TENANTS, acme.devices.list(ALL_TENANTS))[0]
    assert [login.username for login in target.logins] == ["netwb2", "netwb"]
    assert len({login.credential for login in target.logins}) == 2  # each with refusals of its own

    assert not acme.credentials.settle(ALL_TENANTS, "lab").rotating
    assert password_in_force(acme) == ["new"]


def test_a_second_rotation_forgets_the_first(acme: Ground) -> None:
    acme.credential("acme/lab", "one")
    for password in ("two", "three"):
        acme.environment["SECRET"] = password
        changes = CredentialChanges(secrets={"password": env()}, previous="keep")
        acme.credentials.set(ALL_TENANTS, "lab", changes)

    assert password_in_force(acme) == ["three", "two"]


def test_the_old_generation_is_whole_although_one_secret_was_taken_away(acme: Ground) -> None:
    acme.credentials.add(ALL_TENANTS, new({"password": env(), "enable": env()}))
    changes = CredentialChanges(without=frozenset({"enable"}), previous="keep")

    acme.credentials.set(ALL_TENANTS, "lab", changes)

    acme.places.set_tenant(ALL_TENANTS, "acme", {"credential": "lab"})
    target = acme.credentials.targets(ALL_TENANTS, acme.devices.list(ALL_TENANTS))[0]
    assert [login.enable for login in target.logins] == [None, SECRET]


def test_all_that_is_wrong_with_a_credential_is_said_at_once(acme: Ground) -> None:
    wrong = NewCredential(
        tenant="nowhere",
        name="a b",
        username="two\nlines",
        secrets={"snmp_priv": env("NOT_SET"), "enable": SecretSource(origin=SECRET)},
        snmp=Snmp(auth_protocol="rot13"),
    )

    with pytest.raises(FieldsRefusedError) as refused:
        acme.credentials.add(ALL_TENANTS, wrong)

    assert set(refused.value.faults) == {
        *("tenant", "name", "username", "auth_protocol"),
        *("snmp_user", "snmp_auth", "priv_protocol", "snmp_priv", "enable"),
    }
    assert SECRET not in str(refused.value)
    assert acme.credentials.list(ALL_TENANTS) == ()


def test_all_that_is_wrong_with_a_change_is_said_at_once(acme: Ground) -> None:
    acme.credentials.add(ALL_TENANTS, new({"password": env()}))

    with pytest.raises(FieldsRefusedError) as refused:
        acme.credentials.set(
            ALL_TENANTS,
            "lab",
            CredentialChanges(username=" ", secrets={"password": env("NO"), "enable": env("NOT")}),
        )

    assert set(refused.value.faults) == {"username", "password", "enable"}


def test_what_would_open_nothing_is_not_set(acme: Ground) -> None:
    acme.credentials.add(
        ALL_TENANTS, new({"snmp_auth": env()}, snmp=Snmp(user="u", auth_protocol="sha"))
    )
    before = acme.credentials.get(ALL_TENANTS, "lab")

    with pytest.raises(InventoryError, match="privacy needs authentication"):
        acme.credentials.set(
            ALL_TENANTS,
            "lab",
            CredentialChanges(
                secrets={"snmp_priv": env()},
                without=frozenset({"snmp_auth"}),
                snmp=Snmp(priv_protocol="aes"),
            ),
        )

    assert acme.credentials.get(ALL_TENANTS, "lab") == before


# -- who uses it


def test_users_are_those_who_name_it_and_those_who_inherit_it(acme: Ground) -> None:
    acme.credential("acme/lab", snmp=Snmp(user="netwb"))
    acme.credential("acme/other")
    acme.places.set_site(
        ALL_TENANTS,
        "acme/fra1",
        {"credential": "lab", "jump": "a@jump1", "jump_credential": "lab"},
    )
    acme.device("acme/edge2", credential="other", snmp_credential="lab")

    assert acme.credentials.used_by(ALL_TENANTS, "lab") == (
        CredentialUse(level="site", name="acme/fra1", purpose="login", source="named"),
        CredentialUse(level="site", name="acme/fra1", purpose="jump", source="named"),
        CredentialUse(level="device", name="acme/edge2", purpose="snmp", source="named"),
        CredentialUse(level="device", name="acme/edge1", purpose="login", source="inherited"),
    )


def test_what_is_in_use_is_not_retired(acme: Ground) -> None:
    acme.credential("acme/lab")
    acme.devices.set(ALL_TENANTS, "edge1", {"credential": "lab"}, actor=ANA)

    with pytest.raises(InventoryError, match="is used by device acme/edge1; give them another"):
        acme.credentials.retire(ALL_TENANTS, "lab")

    acme.devices.set(ALL_TENANTS, "edge1", {"credential": None}, actor=ANA)
    assert acme.credentials.retire(ALL_TENANTS, "lab").status == "retired"
    with acme.database.reading(ALL_TENANTS) as session:
        assert session.scalars(select(CredentialSecretRow)).all() == []
    with pytest.raises(InventoryError, match="is retired; add a new one"):
        acme.credentials.set(ALL_TENANTS, "lab", CredentialChanges(username="x"))
    with pytest.raises(UnknownNameError):
        acme.devices.set(ALL_TENANTS, "edge1", {"credential": "lab"}, actor=ANA)


def test_a_retired_credentials_name_can_be_taken_up_again(acme: Ground) -> None:
    first = acme.credential("acme/lab", "one")
    acme.credentials.retire(ALL_TENANTS, "lab")

    assert acme.credential("acme/lab", "two") == first
    assert password_in_force(acme) == ["two"]


def test_a_name_that_is_no_name_is_refused(acme: Ground) -> None:
    for bad in ("a b", "", "a/b", "x" * 64, "-x"):
        with pytest.raises(InventoryError, match="credential name"):
            acme.credentials.add(ALL_TENANTS, NewCredential(tenant="acme", name=bad, username="u"))


def test_a_prompts_answer_is_sealed(acme: Ground) -> None:
    answer = SecretSource(origin="prompt", answer="from-the-prompt")

    acme.credentials.add(ALL_TENANTS, new({"password": answer}))

    assert password_in_force(acme) == ["from-the-prompt"]
    assert "from-the-prompt" not in repr(answer)


# -- scope


def test_a_foreign_credential_and_an_unknown_one_read_the_same(ground: Ground) -> None:
    acme, _ = ground.tenant("acme"), ground.tenant("globex")
    ground.credential("globex/lab")
    scope = Scope(frozenset({acme}))

    messages = set()
    for ref in ("lab", "globex/lab", "nope"):
        for call in (ground.credentials.get, ground.credentials.used_by, ground.credentials.retire):
            with pytest.raises(UnknownNameError) as refused:
                call(scope, ref)
            messages.add(str(refused.value).replace(ref, "X"))

    assert len(messages) == 1
    assert ground.credentials.list(scope) == ()
    assert ground.credentials.list(NO_TENANT) == ()


def test_targets_open_nothing_outside_of_the_scope(acme: Ground) -> None:
    acme.credential("acme/lab")
    acme.places.set_tenant(ALL_TENANTS, "acme", {"credential": "lab"})
    devices = acme.devices.list(ALL_TENANTS)

    (target,) = acme.credentials.targets(NO_TENANT, devices)

    assert target.logins == ()
    assert "has no credential" in target.no_login


def test_a_credential_is_not_added_to_a_foreign_tenant(ground: Ground) -> None:
    ground.tenant("acme")
    other = Scope(frozenset({ground.tenant("globex")}))
    ground.environment["SECRET"] = SECRET

    with pytest.raises((UnknownNameError, NotPermittedError)):
        ground.credentials.add(other, new({"password": env()}))


# -- sealing


def test_a_sealed_secret_moved_to_another_credential_opens_nothing(acme: Ground) -> None:
    acme.credential("acme/lab", "one")
    acme.credential("acme/other", "two")
    with acme.database.writing(ALL_TENANTS) as session:
        stolen = session.scalars(select(CredentialSecretRow)).first()
        assert stolen is not None
        session.execute(
            update(CredentialSecretRow)
            .where(CredentialSecretRow.credential_id != stolen.credential_id)
            .values(sealed=stolen.sealed)
        )
    acme.places.set_tenant(ALL_TENANTS, "acme", {"credential": "other"})

    with pytest.raises(KeyringError):
        acme.credentials.targets(ALL_TENANTS, acme.devices.list(ALL_TENANTS))


def test_what_is_sealed_needs_no_environment_to_open(acme: Ground) -> None:
    acme.credential("acme/lab", "one")
    acme.places.set_tenant(ALL_TENANTS, "acme", {"credential": "lab"})

    again = Credentials(acme.database, acme.keyring, {}, acme.clock)

    (target,) = again.targets(ALL_TENANTS, acme.devices.list(ALL_TENANTS))
    assert target.logins[0].password == "one"


@pytest.mark.parametrize("level", ["tenant", "site", "device", "import"])
def test_a_community_is_given_for_no_login_and_a_login_for_no_snmp(
    acme: Ground, level: str
) -> None:
    acme.credentials.add(ALL_TENANTS, new({"snmp_community": env()}, username=None))
    acme.credential("acme/ssh")

    with pytest.raises(InventoryError, match="opens no login, only SNMP"):
        name_credential(acme, level, "credential", "lab")
    with pytest.raises(InventoryError, match="holds no SNMP community and no SNMP user"):
        name_credential(acme, level, "snmp_credential", "ssh")
    name_credential(acme, level, "credential", "ssh")
    name_credential(acme, level, "snmp_credential", "lab")


def name_credential(ground: Ground, level: str, field: str, name: str) -> None:
    if level == "tenant":
        ground.places.set_tenant(ALL_TENANTS, "acme", {field: name})  # type: ignore[misc]
    elif level == "site":
        ground.places.set_site(ALL_TENANTS, "acme/fra1", {field: name})  # type: ignore[misc]
    elif level == "device":
        ground.devices.set(ALL_TENANTS, "edge1", {field: name}, actor=ANA)  # type: ignore[misc]
    else:
        table = f"tenant,site,hostname,address,{field}\nacme,fra1,edge1,192.0.2.1,{name}\n"
        source = Source(kind="table", texts={"table": table})
        plan = ground.intake.apply(ALL_TENANTS, source, ImportOptions(bad_rows="skip"), actor=ANA)
        if plan.problems:
            raise InventoryError(str(plan.problems[0]))


def test_passwords_of_snmpv3_have_eight_characters(acme: Ground) -> None:
    acme.environment["SHORT"] = "seven77"
    asked = new(
        {"snmp_auth": env("SHORT"), "snmp_priv": env("SHORT")},
        username=None,
        snmp=Snmp(user="netwb", auth_protocol="sha256", priv_protocol="aes"),
    )

    with pytest.raises(FieldsRefusedError) as refused:
        acme.credentials.add(ALL_TENANTS, asked)

    said = refused.value.faults
    assert set(said) == {"snmp_auth", "snmp_priv"}
    assert "has 7 characters, and SNMPv3 needs 8 at least" in said["snmp_auth"]
    acme.environment["SHORT"] = "eight888"
    acme.credentials.add(ALL_TENANTS, asked)


def test_a_credential_asks_by_community_or_as_a_user(acme: Ground) -> None:
    user = Snmp(user="netwb")

    with pytest.raises(InventoryError, match="not both"):
        acme.credentials.add(ALL_TENANTS, new({"snmp_community": env()}, username=None, snmp=user))
    acme.credentials.add(ALL_TENANTS, new({"snmp_community": env()}, username=None))
    with pytest.raises(InventoryError, match="not both"):
        acme.credentials.set(ALL_TENANTS, "lab", CredentialChanges(snmp=user))
    acme.credentials.set(
        ALL_TENANTS, "lab", CredentialChanges(snmp=user, without=frozenset({"snmp_community"}))
    )
