"""People and tokens on the command line, `--as`, and that no secret shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netwb.access.records import Origin
from netwb.errors import NotAuthenticatedError
from netwb.workbench import Workbench
from tests.cli.commands import Commands

PASSWORD = "words in a long row"
_ISSUE = ("token", "issue", "--days", "90")


@pytest.fixture
def netwb(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Commands:
    """Two tenants with a site each, and a password in a variable."""
    monkeypatch.setenv("PW", PASSWORD)
    monkeypatch.setenv("SHORT", "short")
    commands = Commands(tmp_path / "home", capsys)
    commands("init")
    for tenant in ("acme", "umbra"):
        commands("tenant", "add", tenant)
        commands("site", "add", f"{tenant}/fra1")
    return commands


def add(netwb: Commands, name: str, role: str = "engineer", *scope: str) -> None:
    scope = scope or ("--all-tenants",)
    assert netwb("user", "add", name, "--role", role, *scope, "--password", "env:PW").status == 0


def bench(tmp_path: Path) -> Workbench:
    return Workbench.open(tmp_path / "home", environment={})


def test_a_user_is_added_shown_changed_and_retired(netwb: Commands) -> None:
    add(netwb, "ana", "engineer", "--tenant", "acme")

    shown = netwb("user", "show", "ana", "--json").json
    assert (shown["role"], shown["tenants"], shown["status"]) == ("engineer", ["acme"], "active")
    said = netwb("user", "set", "ana", "--role", "viewer", "--all-tenants").err
    assert said == "user ana is viewer of all tenants, active\n"
    assert netwb("user", "list", "--json").json["items"][0]["tenants"] is None
    assert netwb("user", "retire", "ana").status == 0
    assert "retired for good" in netwb("user", "set", "ana", "--role", "admin").err
    assert (
        "retired for good"
        in netwb("user", "add", "ANA", "--role", "viewer", "--tenant", "acme").err
    )


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("x", "--role", "viewer"), 2, "say for whom"),
        (("x", "--role", "viewer", "--tenant", "acme", "--all-tenants"), 2, "exclude each other"),
        (("x", "--role", "king", "--all-tenants"), 2, "king"),
        (("x", "--role", "viewer", "--tenant", "nope"), 4, "nope"),
        (("local:root", "--role", "admin", "--all-tenants"), 2, "cannot be a user's name"),
        (("a b", "--role", "admin", "--all-tenants"), 2, "cannot be a user's name"),
        (("x" * 65, "--role", "admin", "--all-tenants"), 2, "64 at most"),
        (("x", "--role", "viewer", "--all-tenants", "--password", "env:SHORT"), 2, "12 characters"),
        (("x", "--role", "viewer", "--all-tenants", "--password", "hunter2"), 2, "never taken"),
        (("x", "--role", "viewer", "--all-tenants", "--password", "env:NONE"), 2, "is not set"),
        (("x", "--role", "viewer", "--all-tenants", "--time-zone", "Mars"), 2, "no time zone"),
    ],
)
def test_a_user_that_cannot_be_is_refused(
    netwb: Commands, arguments: tuple[str, ...], status: int, words: str
) -> None:
    refused = netwb("user", "add", *arguments)

    assert (refused.status, refused.out) == (status, "")
    assert words in refused.err
    assert "hunter2" not in refused.err
    assert netwb("user", "list", "--json").json == {"items": []}


def test_an_unknown_user_is_not_found(netwb: Commands) -> None:
    assert netwb("user", "show", "nobody").status == 4
    assert netwb("user", "set", "nobody", "--role", "admin").status == 4
    assert netwb("token", "issue", "--user", "nobody", "--days", "1").status == 4
    assert netwb("token", "show", "nope").status == 4
    assert netwb("user", "sessions", "end", "nope").status == 4


def test_the_other_word_for_issuing_a_token_says_so(netwb: Commands) -> None:
    assert "The same as `netwb token issue`" in netwb("token", "add", "--help").out
    assert "The same" not in netwb("token", "issue", "--help").out


@pytest.mark.parametrize("command", ["init", "upgrade", "serve", "demo"])
def test_a_command_of_the_home_itself_offers_no_other_persons_rights(
    netwb: Commands, command: str
) -> None:
    refused = netwb(command, "--as", "ana")

    assert "--as" not in netwb(command, "--help").out
    assert refused.status == 2
    assert "leave --as out" in refused.err


@pytest.mark.parametrize("word", ["issue", "add"])
def test_a_token_is_printed_once_and_opens_until_it_is_retired(
    netwb: Commands, tmp_path: Path, word: str
) -> None:
    add(netwb, "ana")
    issue = ("token", word, "--user", "ana", "--days", "90", "--role", "customer")

    issued = netwb(*issue, "--tenant", "acme", "--allow", "config.view,traffic.view", "--json").json

    assert set(issued) == {"id", "token", "expires_at"}
    assert re.fullmatch(rf"nwb_{issued['id']}\.[\w-]{{43}}", issued["token"])
    for command in (("token", "list"), ("token", "show", issued["id"]), ("audit", "list")):
        for form in ((), ("--json",)):
            assert issued["token"].partition(".")[2] not in netwb(*command, *form).out
    with_token = bench(tmp_path).at_token(issued["token"], origin=Origin(address="192.0.2.1"))
    assert sorted(with_token.me().permissions) == ["config.view", "traffic.view"]
    assert netwb("token", "retire", issued["id"]).status == 0
    assert netwb("token", "show", issued["id"], "--json").json["revoked_at"] is not None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--days", "0"), "of 0 days"),
        (("--days", "99999"), "of 99999 days"),
        (("--days", "9", "--allow", "config.look"), "config.look is no right"),
        (("--days", "9", "--allow", " , "), "nothing is no right"),
        (("--days", "9", "--role", "admin"), "eva is viewer only"),
        (("--days", "9", "--allow", "backup.run"), "viewer does not hold backup.run"),
        (("--days", "9", "--tenant", "umbra"), "of its own scope"),
        (("--days", "9", "--networks", "192.0.2.1/24"), "no network"),
    ],
)
def test_a_token_that_cannot_be_is_refused(
    netwb: Commands, arguments: tuple[str, ...], words: str
) -> None:
    add(netwb, "eva", "viewer", "--tenant", "acme")

    refused = netwb("token", "issue", "--user", "eva", *arguments)

    assert (refused.status, refused.out) == (2, "")
    assert words in refused.err


def test_a_token_moves_to_another_network(netwb: Commands, tmp_path: Path) -> None:
    add(netwb, "ana")
    text = netwb("token", "issue", "--user", "ana", "--days", "9").out.strip()
    token_id = text.partition(".")[0].removeprefix("nwb_")

    said = netwb("token", "set", token_id, "--networks", "192.0.2.0/24,2001:db8::/32").err

    assert said == f"token {token_id} opens from 192.0.2.0/24, 2001:db8::/32\n"
    with pytest.raises(NotAuthenticatedError):
        bench(tmp_path).at_token(text, origin=Origin(address="198.51.100.7"))
    assert netwb("token", "set", token_id, "--from-anywhere", "--note", "ERP").status == 0
    assert netwb("token", "show", token_id, "--json").json["note"] == "ERP"
    bench(tmp_path).at_token(text, origin=Origin(address="198.51.100.7"))
    for wrong in ((), ("--networks", "x"), ("--networks", "::/0", "--from-anywhere")):
        assert netwb("token", "set", token_id, *wrong).status == 2
    assert netwb("token", "set", "nope", "--note", "x").status == 4


def test_logins_are_listed_and_ended(netwb: Commands, tmp_path: Path) -> None:
    add(netwb, "ana")
    workbench = bench(tmp_path)
    admission = workbench.log_in("ana", PASSWORD, origin=Origin(address="192.0.2.1"))

    listed = netwb("user", "sessions", "list", "--json").json["items"]

    assert [(one["id"], one["user"]) for one in listed] == [(admission.session.id, "ana")]
    assert netwb("user", "sessions", "end", listed[0]["id"]).status == 0
    assert workbench.login_rights([listed[0]["id"]]) == {}
    assert "nobody is logged in" in netwb("user", "sessions", "list").out


def test_a_disabled_user_comes_back_with_its_tokens(netwb: Commands, tmp_path: Path) -> None:
    add(netwb, "ana")
    token = netwb("token", "issue", "--user", "ana", "--days", "1").out.strip()
    where = Origin(address="192.0.2.1")

    netwb("user", "disable", "ana")
    with pytest.raises(NotAuthenticatedError, match="not valid here"):
        bench(tmp_path).at_token(token, origin=where)
    netwb("user", "enable", "ana")

    assert bench(tmp_path).at_token(token, origin=where).me().name.startswith("ana/")


def test_as_narrows_every_command_to_that_user(netwb: Commands) -> None:
    add(netwb, "eva", "viewer", "--tenant", "acme")

    assert [t["slug"] for t in netwb("--as", "eva", "tenant", "list", "--json").json["items"]] == [
        "acme"
    ]
    assert netwb("tenant", "show", "umbra", "--as", "eva").status == 4
    refused = netwb("site", "add", "acme/par1", "--as", "eva")
    assert (refused.status, refused.err) == (
        3,
        "netwb: eva (viewer) lacks inventory.edit; ask an admin for the role engineer, which holds it\n",
    )
    assert netwb("tenant", "list", "--as", "nobody").status == 4
    for command in ("init", "upgrade", "serve", "demo"):
        assert netwb(command, "--as", "eva").status == 2
    audited = netwb("audit", "list", "--json").json["items"]
    assert audited[0]["action"] == "denied.inventory.edit"


def test_the_audit_is_asked_who_did_what_on_what_and_when(netwb: Commands) -> None:
    add(netwb, "eva", "viewer", "--tenant", "acme")
    netwb("site", "add", "acme/par1", "--as", "eva")

    def asked(*words: str) -> list[str]:
        items = netwb("audit", "list", *words, "--json").json["items"]
        return [item["action"] for item in items]

    assert asked("--who", "EVA") == ["denied.inventory.edit"]
    assert asked("--what", "user.add", "--on", "eva") == ["user.add"]
    assert asked("--what", "user.add", "--on", "nobody") == []
    assert "user.add" in asked("--since", "1h")
    assert asked("--until", "1h") == []
    assert netwb("audit", "list", "--what", "nothing").out == "nothing of that was done\n"
    assert netwb("audit", "list", "--since", "soon").status == 2
    assert netwb("audit", "list", "--tenant", "nobody").status == 4


def test_no_password_shows_anywhere(netwb: Commands, tmp_path: Path) -> None:
    add(netwb, "ana")

    printed = [netwb(*words).out for words in (("user", "list", "--json"), ("audit", "list"))]

    assert PASSWORD not in "".join(printed)
    for file in (tmp_path / "home").glob("netwb.db*"):
        assert PASSWORD.encode() not in file.read_bytes()


def test_a_token_is_rotated_and_shows_which_took_over_from_which(
    netwb: Commands, tmp_path: Path
) -> None:
    add(netwb, "ana")
    old = netwb(*_ISSUE, "--user", "ana", "--note", "ERP", "--json").json

    new = netwb("token", "rotate", old["id"], "--days", "5", "--overlap", "12h", "--json").json

    assert set(new) == {"id", "token", "expires_at", "replaces", "old_expires_at"}
    assert new["replaces"] == old["id"]
    assert new["old_expires_at"] < old["expires_at"]
    where = Origin(address="192.0.2.1")
    for one in (old, new):
        bench(tmp_path).at_token(one["token"], origin=where)
    shown = {one["id"]: one for one in netwb("token", "list", "--json").json["items"]}
    assert (shown[old["id"]]["replaced_by"], shown[new["id"]]["replaces"]) == (new["id"], old["id"])
    assert shown[new["id"]]["used_from"] == "192.0.2.1"
    assert shown[new["id"]]["note"] == "ERP"
    listed = netwb("token", "list").out
    assert "replaced by" in listed
    assert "192.0.2.1" in listed
    assert re.search(rf"replaced_by +{new['id']}", netwb("token", "show", old["id"]).out)
    again = netwb("token", "rotate", old["id"])
    assert (again.status, again.out) == (2, "")
    assert f"netwb token retire {new['id']}" in again.err
    assert new["token"].partition(".")[2] not in netwb("audit", "list", "--json").out


def test_a_rotation_by_hand_says_until_when_the_old_token_opens(netwb: Commands) -> None:
    add(netwb, "ana")
    old = netwb(*_ISSUE, "--user", "ana", "--json").json["id"]

    rotated = netwb("token", "rotate", old, "--overlap", "0")

    assert re.fullmatch(r"nwb_\w+\.[\w-]{43}\n", rotated.out)
    assert re.search(rf"; {old} opens no more\n$", rotated.err)
    new = rotated.out.partition(".")[0].removeprefix("nwb_")
    said = netwb("token", "rotate", new).err
    assert re.search(rf"; {new} opens until \d{{4}}-\d\d-\d\d \d\d:\d\d UTC\n$", said)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("nope",), 4, "no token 'nope'"),
        (("ID", "--days", "0"), 2, "of 0 days"),
        (("ID", "--overlap", "soon"), 2, "no length of time"),
        (("ID", "--overlap", "999999d"), 2, "an overlap of 999999 days"),
    ],
)
def test_a_rotation_that_cannot_be_is_refused(
    netwb: Commands, arguments: tuple[str, ...], status: int, words: str
) -> None:
    add(netwb, "ana")
    token_id = netwb(*_ISSUE, "--user", "ana", "--json").json["id"]

    refused = netwb("token", "rotate", *(token_id if one == "ID" else one for one in arguments))

    assert (refused.status, refused.out) == (status, "")
    assert words in refused.err
    assert netwb("token", "show", token_id, "--json").json["replaced_by"] is None


def test_a_token_of_wider_scope_is_rotated_by_nobody_of_less(netwb: Commands) -> None:
    add(netwb, "root", "admin", "--all-tenants")
    add(netwb, "boss", "admin", "--tenant", "acme")
    token_id = netwb(*_ISSUE, "--user", "root", "--json").json["id"]

    refused = netwb("token", "rotate", token_id, "--as", "boss")

    assert (refused.status, refused.out) == (4, "")
    assert f"no token '{token_id}'" in refused.err
