"""Rules come from netwb, the provider's folder, its repository and tenants; what is broken is told."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.access.records import NewToken, NewUser, Origin
from netwb.errors import InputError, NotPermittedError, RuleError, UnknownNameError
from netwb.roles import Role
from tests.benches import Rig, a_night, rig
from tests.compliance.keeping import HOSTS, NTP, ONLY_OURS, put_rules, state, told

OWN = """\
rules:
  - id: own-banner
    title: A banner
    severity: low
    why: We want one.
    checks:
      - must_match: '^banner '
off: [no-http]
"""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS, past=a_night, settings=ONLY_OURS) as one:
        put_rules(one)
        yield one


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=ben", "-c", "user.email=ben@example.invalid")
    subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The provider's rules in Git, on branch main."""
    folder = tmp_path / "rules-in-git"
    (folder / "bgp").mkdir(parents=True)
    (folder / "bgp" / "ntp.yaml").write_text(NTP)
    (folder / "README.md").write_text("not a rule")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "rules")
    return folder


@pytest.fixture
def fetching(tmp_path: Path, repository: Path) -> Iterator[Rig]:
    settings = {**ONLY_OURS, "NETWB_COMPLIANCE__REPOSITORY": str(repository)}
    with rig(tmp_path, HOSTS, past=a_night, settings=settings) as one:
        yield one


def ids(made: Rig) -> set[str]:
    return {rule.id for rule in made.bench.rules()}


def test_the_starter_pack_holds_unless_it_is_switched_off(tmp_path: Path) -> None:
    with rig(tmp_path, HOSTS) as made:
        assert "ntp-two-sources" in ids(made)


def test_a_repository_is_read_at_its_newest_commit(fetching: Rig, repository: Path) -> None:
    first = fetching.bench.check()
    (repository / "bgp" / "ntp.yaml").write_text(NTP.replace("no-http", "no-web"))
    git(repository, "commit", "-q", "-a", "-m", "rename a rule")
    second = fetching.bench.check()

    assert set(first.rule_ids) == {"ntp-ours", "no-http"}
    assert set(second.rule_ids) == {"ntp-ours", "no-web"}
    assert second.rules[0].origin.startswith("git/bgp/ntp.yaml:")


def test_the_last_fetched_rules_hold_while_the_repository_is_away(
    fetching: Rig, repository: Path
) -> None:
    fetching.bench.check()
    repository.rename(repository.with_name("gone"))

    away = fetching.bench.check()
    page = fetching.bench.compliance()
    repository.with_name("gone").rename(repository)
    back = fetching.bench.check()

    assert set(away.rule_ids) == {"ntp-ours", "no-http"}
    (problem,) = away.problems
    assert problem.in_force == "former"
    assert problem.message == f"{repository} is not there; correct compliance.repository"
    assert page.problems == away.problems
    assert back.problems == ()
    assert [one.state for one in told(fetching)] == ["wrong", "recovered"]


def test_a_ref_that_is_not_there_is_named(tmp_path: Path, repository: Path) -> None:
    settings = {
        **ONLY_OURS,
        "NETWB_COMPLIANCE__REPOSITORY": str(repository),
        "NETWB_COMPLIANCE__REF": "released",
    }
    with rig(tmp_path, HOSTS, past=a_night, settings=settings) as made:
        (problem,) = made.bench.check().problems

    assert problem.message == (
        f"{repository} has no released; correct compliance.ref, or make it there"
    )


def test_rules_in_python_of_a_repository_are_told_as_not_taken(
    fetching: Rig, repository: Path
) -> None:
    (repository / "own.py").write_text("from netwb.compliance.authoring import rule\n")
    (repository / "deploy.py").write_text("print('no rule')\n")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "in Python")

    found = fetching.bench.check()

    (problem,) = found.problems
    assert problem.message.startswith(
        "git/own.py: rules in Python are taken of the home's rules/ alone; put the file there"
    )
    assert set(found.rule_ids) == {"ntp-ours", "no-http"}


def test_a_home_that_was_put_back_without_its_copy_has_the_rules_of_its_database(
    fetching: Rig, repository: Path
) -> None:
    fetching.bench.check()
    repository.rename(repository.with_name("gone"))
    shutil.rmtree(fetching.bench.home / "rules.git")

    assert ids(fetching) == {"ntp-ours", "no-http"}
    assert set(fetching.bench.check().rule_ids) == {"ntp-ours", "no-http"}


def test_a_tenants_rules_hold_for_its_devices_alone(made: Rig) -> None:
    made.bench.put_rules("acme", "own", OWN)

    found = made.bench.check()

    cells = {one.hostname: set(one.cells) for one in found.devices}
    assert cells == {
        "edge1": {"ntp-ours", "own-banner"},
        "edge2": {"ntp-ours", "own-banner"},
        "core1": {"ntp-ours", "no-http"},
    }
    assert state(made, "acme/edge1", "own-banner") == "non_compliant"
    (head,) = (rule for rule in made.bench.rules() if rule.id == "no-http")
    assert head.off_for == ("acme",)
    assert [(one.tenant, one.name, one.rules) for one in made.bench.rule_files()] == [
        ("acme", "own.yaml", 1)
    ]


def test_a_tenants_file_that_is_taken_away_holds_no_more(made: Rig) -> None:
    made.bench.put_rules("acme", "own", OWN)
    made.bench.check()
    made.bench.drop_rules("acme", "own")

    assert set(made.bench.check().rule_ids) == {"ntp-ours", "no-http"}
    with pytest.raises(UnknownNameError, match=r"has no rule file 'own'"):
        made.bench.rule_text("acme", "own")


def test_what_is_locked_no_tenant_replaces_or_switches_off(made: Rig) -> None:
    put_rules(made, NTP.replace("severity: low", "severity: low\n    locked: true"))

    with pytest.raises(RuleError, match="locked"):
        made.bench.put_rules("acme", "own", OWN)
    with pytest.raises(RuleError, match="locked"):
        made.bench.put_rules(
            "acme",
            "own",
            NTP.partition("  - id: ntp-ours")[0] + NTP[NTP.index("  - id: no-http") :],
        )
    assert list(made.bench.rule_files()) == []


def test_what_becomes_locked_later_holds_over_a_tenants_file_that_is_there(made: Rig) -> None:
    made.bench.put_rules("acme", "own", OWN)
    put_rules(made, NTP.replace("severity: low", "severity: low\n    locked: true"))

    found = made.bench.check()

    assert all("no-http" in one.cells for one in found.devices)
    assert [one.tenant for one in found.problems] == ["acme"]
    acme, umbra = (made.bench.where(tenant=slug).compliance() for slug in ("acme", "umbra"))
    assert (len(acme.problems), umbra.problems) == (1, ())


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("rules: [", RuleError, r"acme/own\.yaml:\d"),
        (OWN.replace("severity: low", "severity: dire"), RuleError, r"acme/own\.yaml:4.*severity"),
        ("# " + "x" * 65536, RuleError, "64"),
        ("rules:\x00", RuleError, "NUL"),
    ],
    ids=["no YAML", "no severity", "too long", "NUL"],
)
def test_a_tenants_file_is_taken_whole_and_without_fault_or_not_at_all(
    made: Rig, text: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        made.bench.put_rules("acme", "own.yaml", text)
    assert list(made.bench.rule_files()) == []


@pytest.mark.parametrize("name", ["../own", "Own", "own.py", "", "a/b"])
def test_a_name_that_is_none_is_refused(made: Rig, name: str) -> None:
    with pytest.raises(InputError, match="no name of a rule file"):
        made.bench.put_rules("acme", name, OWN)


def test_of_a_providers_broken_file_a_tenant_learns_that_it_is_broken(made: Rig) -> None:
    made.bench.check()
    made.bench.add_user(NewUser(name="vic", role=Role.VIEWER, tenants=("acme",)))
    put_rules(made, "rules: [umbra-secret")

    found = made.bench.acting_as("vic").compliance()

    (problem,) = found.problems
    assert problem.file == "rules/ours.yaml"
    assert "umbra" not in problem.message
    assert set(found.rule_ids) == {"ntp-ours", "no-http"}, "as they were last read well"


def test_a_rule_for_others_is_none_and_their_names_are_not_told(made: Rig) -> None:
    put_rules(
        made,
        NTP.replace("severity: high", "severity: high\n    applies_to: {tenant: [umbra]}").replace(
            "severity: low", "severity: low\n    applies_to: {tenant: [acme, umbra], site: [fra1]}"
        ),
    )
    made.bench.check()
    made.bench.add_user(NewUser(name="vic", role=Role.VIEWER, tenants=("acme",)))
    vic = made.bench.acting_as("vic")

    assert [(one.id, one.applies_to) for one in vic.rules()] == [
        ("no-http", "some sites, tenant acme")
    ]
    with pytest.raises(UnknownNameError, match="rule 'ntp-ours' is not known"):
        vic.rule("ntp-ours")


def test_rules_in_python_are_the_providers_and_judge_too(made: Rig) -> None:
    path = made.bench.home / "rules" / "banner.py"
    path.write_text(
        "from netwb.compliance.authoring import fault, proof, rule\n\n"
        "@rule(id='has-banner', title='A banner', severity='low', why='Because.')\n"
        "def has_banner(text):\n"
        "    for line in text.lines:\n"
        "        if line.text.startswith('hostname '):\n"
        "            yield fault('there is a name and no banner', line)\n"
    )
    path.chmod(0o600)

    found = made.bench.check()
    again = made.bench.check()

    assert "has-banner" in found.rule_ids
    assert state(made, "acme/edge1", "has-banner") == "non_compliant"
    assert again.judged == 0
    story = made.bench.finding("acme/edge1", "has-banner")
    assert [line.text for line in story.lines if line.mark == "fault"] == ["hostname edge1"]


def test_rules_of_a_folder_judge_every_device_and_nothing_is_kept(
    made: Rig, tmp_path: Path
) -> None:
    folder = tmp_path / "tried"
    folder.mkdir()
    (folder / "new.yaml").write_text(OWN.partition("off:")[0])

    found = made.bench.check_with(folder)

    assert found.rule_ids == ("own-banner",)
    assert found.counts()["non_compliant"] == 3
    assert {one.checked_at for one in made.bench.compliance().devices} == {None}
    with pytest.raises(RuleError, match="holds no rule file"):
        made.bench.check_with(tmp_path)


def test_what_is_no_file_is_told_in_a_sentence_and_nobody_waits_for_it(made: Rig) -> None:
    folder = made.bench.home / "rules"
    for name in ("pipe.yaml", "pipe.py"):
        os.mkfifo(folder / name)
    (folder / "endless.yaml").symlink_to("/dev/zero")
    (folder / "endless.py").symlink_to("/dev/zero")
    (folder / "folder.yml").mkdir()
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(folder / "door.yaml"))

    held = made.bench.check()
    tried = made.bench.test_rules(folder)

    said = (
        "this is a pipe, a socket or a device and no file; give it another name, or write the rules"
    )
    told = {problem.file: problem.message for problem in held.problems}
    assert held.counts()["compliant"] == 6
    assert {name.removeprefix("rules/") for name in told} == {
        *("pipe.yaml", "pipe.py", "endless.yaml", "endless.py", "folder.yml", "door.yaml")
    }
    assert told["rules/folder.yml"].startswith("rules/folder.yml: this is a folder and no file; ")
    assert all(said in told[name] for name in told if name != "rules/folder.yml")
    assert {one.reason for one in tried if not one.holds} == set(told.values())
    assert {one.where for one in tried} == {
        name if not name.endswith(".py") else f"{name}:1" for name in told
    }


def test_a_fault_of_a_file_is_told_once_and_is_no_text(made: Rig, tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(OWN + OWN.partition("rules:\n")[2].replace("low", "lo"))

    (told,) = made.bench.test_rules(tmp_path)

    assert (told.platform, told.holds) == ("", False)


def test_the_folder_that_one_stands_in_is_a_folder_of_rules(
    made: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new.yaml").write_text("rules: [x]\n")
    (tmp_path / "code.py").write_text("def x(:\n")
    (tmp_path / "code.py").chmod(0o600)
    monkeypatch.chdir(tmp_path)

    told = [one.reason for one in made.bench.test_rules(".")]

    assert told[0].startswith("./new.yaml:1: ")
    assert told[1].startswith("./code.py:1: the file cannot be loaded: it broke by SyntaxError")


def test_who_came_over_the_network_reads_no_folder_of_the_machine(
    made: Rig, tmp_path: Path
) -> None:
    made.bench.add_user(NewUser(name="eva", role=Role.ADMIN, tenants=None))
    secret = made.bench.issue_token(NewToken(user="eva", days=1)).secret
    eva = made.bench.request_by_token(secret, origin=Origin(address="192.0.2.7"))

    with pytest.raises(NotPermittedError, match="of the machine that netwb runs on"):
        eva.check_with(tmp_path)
    with pytest.raises(NotPermittedError, match="of the machine that netwb runs on"):
        eva.test_rules(tmp_path)
