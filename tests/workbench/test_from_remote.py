"""A tenant back from its remote: every revision byte for byte, or one sentence and nothing done."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from netwb.errors import InputError, NetwbError, RemoteError
from netwb.workbench import Workbench
from netwb.workbench.words import Foreign, RemoteSource
from tests.benches import Rig, ios, rig
from tests.postgresql import Cluster
from tests.stores import KINDS, KINDS_IN_FULL, cluster_of
from tests.workbench.remotes import (
    PASSPHRASE,
    asked,
    bare,
    every_text,
    git,
    live_a_month,
    tip,
    under_passphrase,
)

VAULT = "refs/netwb/vault"
TENANTS = {"acme": ("edge1", "edge2", "edge3"), "bolt": ("core1",)}


@dataclass(frozen=True)
class Month:
    """A home with a past, and its remotes; `texts` are its revisions of acme."""

    home: Rig
    far: Path
    other: Path
    texts: Mapping[tuple[str, str], bytes]


@dataclass(frozen=True)
class FirstNight:
    """The past of every young home, and the folder of the remotes that it was pushed to."""

    folder: Path
    cluster: Cluster | None

    def __call__(self, made: Rig) -> None:
        set_remotes(made, self.folder)
        made.back_up()
        made.bench.push()
        shutil.copytree(self.folder, self.kept)

    @property
    def kept(self) -> Path:
        """As they were, where each young home's own come from."""
        return self.folder.with_name("kept")


Months = Callable[[Cluster | None], Month]


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Months]:
    """Made once on each database; a test that changes the home has one of its own."""
    with ExitStack() as stack:

        @cache
        def made(cluster: Cluster | None) -> Month:
            folder = tmp_path_factory.mktemp("month")
            home = stack.enter_context(rig(folder, TENANTS, cluster=cluster))
            set_remotes(home, folder)
            live_a_month(home)
            assert {one.status for one in home.bench.push()} == {"pushed"}
            texts = every_text(home.bench)
            return Month(home, folder / "far.git", folder / "other.git", texts)

        yield made


@pytest.fixture(params=KINDS)
def each_month(request: pytest.FixtureRequest, months: Months) -> Month:
    return months(cluster_of(request))


@pytest.fixture(params=KINDS_IN_FULL)
def month(request: pytest.FixtureRequest, months: Months) -> Month:
    """Of what asks the remote alone, which is the same whatever database it was pushed from."""
    return months(cluster_of(request))


@pytest.fixture
def far(month: Month, tmp_path: Path) -> Path:
    """A copy of acme's remote, to be spoilt."""
    return copied(month, tmp_path)


@pytest.fixture(scope="module", params=KINDS_IN_FULL)
def first_night(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> FirstNight:
    folder = tmp_path_factory.mktemp("young") / "own"
    folder.mkdir()
    return FirstNight(folder, cluster_of(request))


@pytest.fixture
def young(first_night: FirstNight, tmp_path: Path) -> Iterator[Rig]:
    """A home of one night whose remotes are `far.git` and `other.git` in `tmp_path / "own"`."""
    with rig(tmp_path, TENANTS, past=first_night, cluster=first_night.cluster) as home:
        shutil.rmtree(first_night.folder)
        shutil.copytree(first_night.kept, first_night.folder)
        (tmp_path / "own").symlink_to(first_night.folder)
        yield home


def copied(month: Month, folder: Path) -> Path:
    return shutil.copytree(month.far, folder / "far.git")


def set_remotes(home: Rig, folder: Path) -> None:
    for tenant, name in (("acme", "far.git"), ("bolt", "other.git")):
        home.bench.set_remote(tenant, bare(folder / name))
        under_passphrase(home, tenant)


def a_night(home: Rig, community: str) -> None:
    home.clock.advance(days=1)
    home.answer("acme/edge3", ios("edge3", community=community))
    home.back_up()
    home.bench.push()


def source(far: Path, passphrase: str = PASSPHRASE) -> RemoteSource:
    return RemoteSource(url=f"file://{far}", passphrase=asked(passphrase))


def restored(far: Path, place: Path) -> Workbench:
    Workbench.restore_from_remote(source(far), home=place, environment={})
    return Workbench.open(place, environment={})


def test_an_empty_machine_has_every_revision_again_byte_for_byte(
    each_month: Month, tmp_path: Path
) -> None:
    month = each_month

    again = restored(copied(month, tmp_path), tmp_path / "new/home")

    texts = month.texts
    assert len(texts) > 12
    assert len({one.rule_set for one in month.home.bench.history("acme/edge3")}) == 2
    assert any(b"Ringed1-Secret" in text for text in texts.values())
    assert every_text(again) == texts
    assert [t.slug for t in again.tenants()] == ["acme"]
    again.close()


def test_the_restored_home_tells_the_same_of_its_devices(
    month: Month, far: Path, tmp_path: Path
) -> None:
    again = restored(far, tmp_path / "new")

    for reference in ("acme/border1", "acme/edge2", "acme/edge3"):
        assert tuple(again.history(reference)) == tuple(month.home.bench.history(reference))
        assert again.show(reference) == month.home.bench.show(reference)
    names = [(d.id, d.hostname, d.status) for d in again.where(status="any").devices()]
    acme = month.home.bench.where(tenant="acme", status="any")
    assert names == [(d.id, d.hostname, d.status) for d in acme.devices()]
    again.close()


def test_the_restored_home_has_an_audit_chain_of_its_own(
    month: Month, far: Path, tmp_path: Path
) -> None:
    """The commits that came along carry heads of the chain over there, which is not here."""
    again = restored(far, tmp_path / "new")

    assert month.home.bench.check_audit().witnesses > 0
    assert again.check_audit().witnesses == 0
    assert again.verify_audit().problems == ()
    again.close()


def test_an_unchanged_device_stays_unchanged_after_a_restore(
    month: Month, far: Path, tmp_path: Path
) -> None:
    again = restored(far, tmp_path / "new")
    acme = again.tenant("acme").id

    keys = [
        (
            again._parts.keyring.key(purpose, acme),
            month.home.bench._parts.keyring.key(purpose, acme),
        )
        for purpose in ("digest", "redact", "vault")
    ]

    assert all(ours == theirs for ours, theirs in keys)
    again.close()


def test_no_secret_lies_at_the_remote(month: Month, far: Path) -> None:
    lines = git(far, "rev-list", "--objects", "--all").splitlines()
    objects = [line.split()[0] for line in lines]
    contents = [git_bytes(far, one) for one in objects]

    secrets = [b"Ringed1-Secret", b"Sec-2-ret", b"New-Box-77", b"060506324F41", b"hx5rVt7rPNoS4wqb"]
    assert not [s for s in secrets if any(s in content for content in contents)]
    assert not [key for key in wrapping_keys(month.home) if any(key in c for c in contents)]


def test_each_push_adds_its_own_secrets_and_commits_alone(young: Rig, tmp_path: Path) -> None:
    home, far = young, tmp_path / "own/far.git"
    before = set(git(far, "ls-tree", "-r", "--name-only", VAULT).splitlines())

    a_night(home, "Brand-New-1")

    after = set(git(far, "ls-tree", "-r", "--name-only", VAULT).splitlines())
    assert sorted(after - before) == ["commits/00002", "secrets/00002"]
    for added in after - before:
        assert len(git(far, "cat-file", "-p", f"{VAULT}:{added}").splitlines()) == 1


def test_a_quiet_night_pushes_nothing(young: Rig, tmp_path: Path) -> None:
    home, far = young, tmp_path / "own/far.git"
    before = tip(far), tip(far, VAULT)
    home.clock.advance(days=1)
    home.back_up()

    (pushed,) = home.bench.where(tenant="acme").push()

    assert pushed.status == "in step"
    assert (tip(far), tip(far, VAULT)) == before


def test_a_wrong_passphrase_leaves_nothing_behind(far: Path, tmp_path: Path) -> None:
    place = tmp_path / "empty/home"

    with pytest.raises(InputError, match="passphrase is not the one"):
        Workbench.restore_from_remote(source(far, "another one 123"), home=place, environment={})

    assert list((tmp_path / "empty").iterdir()) == []


def test_a_new_passphrase_opens_what_is_pushed_after_it(young: Rig, tmp_path: Path) -> None:
    home, far = young, tmp_path / "own/far.git"
    home.bench.set_remote_passphrase("acme", asked("another sentence of mine"))

    home.bench.push()

    found = Workbench.restore_from_remote(
        source(far, "another sentence of mine"), home=tmp_path / "new", environment={}
    )
    assert (found.tenant, found.lacking) == ("acme", 0)


def test_a_remote_without_a_vault_is_named(far: Path, tmp_path: Path) -> None:
    git(far, "update-ref", "-d", VAULT)

    with pytest.raises(RemoteError, match="holds no archive of netwb"):
        Workbench.restore_from_remote(source(far), home=tmp_path / "new", environment={})

    assert not (tmp_path / "new").exists()


def test_what_a_vault_that_lags_behind_does_not_vouch_for_is_left_off(
    young: Rig, tmp_path: Path
) -> None:
    home, far = young, tmp_path / "own/far.git"
    before, old = tip(far), tip(far, VAULT)
    a_night(home, "Brand-New-1")
    git(far, "update-ref", VAULT, old)

    found = Workbench.restore_from_remote(source(far), home=tmp_path / "new", environment={})

    assert found.foreign is not None
    assert (found.foreign.first, found.foreign.last_good) == (tip(far), before)
    assert (found.foreign.commits, found.lacking) == (1, 0)


def forged(far: Path, scratch: Path, change: Callable[[Path], None], *, trailers: str) -> str:
    """Push a commit as chloe there; with trailers it says of itself what the one before it says."""
    git(far.parent, "clone", "-q", "-b", "main", str(far), str(scratch))
    said = git(scratch, "log", "-1", "--format=%B") if trailers == "kept" else "tidied up"
    change(scratch)
    git(scratch, "add", "--all")
    git(scratch, "commit", "-q", "--author=chloe <chloe@x>", "-m", said)
    git(scratch, "push", "-q", "origin", "main")
    return tip(far)


def insert_a_line(clone: Path) -> None:
    file = clone / "fra1/edge3.cfg"
    first, rest = file.read_text().split("\n", 1)
    file.write_text(f"{first}\nip route 0.0.0.0 0.0.0.0 192.0.2.66\n{rest}")


def append_a_line(clone: Path) -> None:
    with (clone / "fra1/edge3.cfg").open("a") as file:
        file.write("ip route 0.0.0.0 0.0.0.0 192.0.2.66\n")


def delete_a_file(clone: Path) -> None:
    (clone / "fra1/edge3.cfg").unlink()


@pytest.mark.parametrize(
    ("change", "trailers"),
    [(insert_a_line, "none"), (append_a_line, "kept"), (delete_a_file, "none")],
)
def test_what_somebody_else_pushed_is_left_off_and_named(
    young: Rig, tmp_path: Path, change: Callable[[Path], None], trailers: str
) -> None:
    home, far = young, tmp_path / "own/far.git"
    good = tip(far)
    strange = forged(far, tmp_path / "clone", change, trailers=trailers)

    tried = home.bench.check_remote("acme", asked())
    found = Workbench.restore_from_remote(source(far), home=tmp_path / "new", environment={})

    again = Workbench.open(tmp_path / "new", environment={})
    foreign = Foreign(
        commits=1, first=strange, author="chloe", files=("fra1/edge3.cfg",), last_good=good
    )
    assert tried.foreign == found.foreign == foreign
    assert every_text(again) == every_text(home.bench)
    assert home.bench.remote("acme").restored_at is None
    again.close()


def test_a_remote_without_a_seal_is_said_to_have_none(young: Rig, tmp_path: Path) -> None:
    """Who can push there can take every seal off, but make none; so did an older netwb."""
    far = tmp_path / "own/far.git"
    entries = git(far, "ls-tree", VAULT).splitlines()
    kept = "\n".join(entry for entry in entries if not entry.endswith("\tcommits"))
    tree = git(far, "mktree", stdin=kept)
    bare_of_it = git(far, "commit-tree", "-m", "2 secrets more", tree)
    git(far, "update-ref", VAULT, bare_of_it)
    good = tip(far)
    forged(far, tmp_path / "clone", insert_a_line, trailers="none")

    unsealed = young.bench.check_remote("acme", asked())
    git(far, "update-ref", "refs/heads/main", good)
    strange = forged(far, tmp_path / "again", insert_a_line, trailers="kept")
    with pytest.raises(RemoteError) as refused:
        young.bench.check_remote("acme", asked())

    assert unsealed.foreign is not None
    assert (unsealed.seal, unsealed.foreign.last_good) == ("none", good)
    assert f"commit {strange[:12]} by chloe holds fra1/edge3.cfg" in str(refused.value)
    assert f"let main there end at {good[:12]}" in str(refused.value)


@pytest.mark.parametrize("damage", ["cut", "bits"])
def test_a_damaged_remote_is_refused_in_one_sentence(
    far: Path, tmp_path: Path, damage: str
) -> None:
    git(far, "repack", "-adq")
    (pack,) = far.glob("objects/pack/*.pack")
    content = bytearray(pack.read_bytes())
    pack.chmod(0o600)
    middle = len(content) // 2
    content[middle : middle + 40] = b"" if damage == "cut" else bytes(40)
    pack.write_bytes(content)

    with pytest.raises(NetwbError) as refused:
        Workbench.restore_from_remote(source(far), home=tmp_path / "new", environment={})

    assert "\n" not in str(refused.value)
    assert not (tmp_path / "new").exists()


def test_a_secret_that_was_exchanged_is_noticed(far: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(far), str(clone))
    git(clone, "fetch", "-q", "origin", VAULT)
    git(clone, "checkout", "-q", "FETCH_HEAD")
    file = clone / "secrets/00001"
    lines = file.read_text().splitlines()
    one, two = (line.split('","') for line in lines[:2])
    one[2], two[2] = two[2], one[2]
    file.write_text("\n".join(['","'.join(one), '","'.join(two), *lines[2:], ""]))
    git(clone, "commit", "-qam", "exchanged")
    git(clone, "push", "-q", "origin", f"HEAD:{VAULT}")

    with pytest.raises(RemoteError, match=r"lacks secrets of \d+ of \d+ revisions"):
        Workbench.restore_from_remote(source(far), home=tmp_path / "new", environment={})
    nothing = not (tmp_path / "new").exists()
    found = Workbench.restore_from_remote(
        RemoteSource(url=f"file://{far}", passphrase=asked(), lacking="left out"),
        home=tmp_path / "new",
        environment={},
    )

    assert nothing
    assert found.lacking > 0


def test_a_tenant_is_added_to_a_home_that_has_others(
    month: Month, far: Path, tmp_path: Path
) -> None:
    place = tmp_path / "new"
    restored(far, place).close()

    again = restored(month.other, place)

    assert [t.slug for t in again.tenants()] == ["acme", "bolt"]
    assert every_text(again, "bolt") == every_text(month.home.bench, "bolt")
    assert every_text(again) == month.texts
    again.close()


def test_a_home_that_has_the_tenant_is_left_as_it_is(each_month: Month) -> None:
    kept = each_month.home.bench

    with pytest.raises(InputError, match="has a tenant acme already"):
        Workbench.restore_from_remote(
            source(each_month.far), home=kept.home, environment=kept._parts.environment
        )

    assert every_text(kept) == each_month.texts


@pytest.mark.real
def test_an_archive_comes_back_into_postgresql(
    month: Month, far: Path, tmp_path: Path, postgresql: Cluster
) -> None:
    variables = {"NETWB_STORE__URL": postgresql.new_database()}

    Workbench.restore_from_remote(source(far), home=tmp_path / "new", environment=variables)

    again = Workbench.open(tmp_path / "new", environment=variables)
    assert every_text(again) == month.texts
    again.close()


def test_a_restore_that_was_killed_is_done_again(month: Month, far: Path, tmp_path: Path) -> None:
    place = tmp_path / "new"
    Workbench.create(place, environment={}).close()
    shutil.copytree(far, place / "archive/acme.git")  # renamed, and killed before the commit

    again = restored(far, place)

    assert every_text(again) == month.texts
    again.close()


def test_what_a_killed_restore_left_is_taken_away_in_time(far: Path, tmp_path: Path) -> None:
    place = tmp_path / "new"
    old, young = (tmp_path / f".netwb-restore-{name}" for name in ("old", "young"))
    for left in (old, young):
        left.mkdir()
    a_month_ago = time.time() - 30 * 86400
    os.utime(old, (a_month_ago, a_month_ago))

    restored(far, place).close()

    assert (old.exists(), young.exists()) == (False, True)


def test_texts_can_be_had_without_a_home(month: Month, far: Path, tmp_path: Path) -> None:
    folder = tmp_path / "texts"

    found = Workbench.restore_from_remote(
        source(far), folder=folder, home=tmp_path / "none", environment={}
    )

    newest = month.home.bench.restore("acme/border1", reason="a test")
    written = {path.read_bytes() for path in folder.rglob("*.cfg") if path.is_file()}
    assert (folder / "fra1/border1.cfg").read_bytes() == newest
    assert not (folder / "fra1/edge1.cfg").exists()
    assert written == set(month.texts.values())
    assert found.revisions == len(month.texts)
    assert not (tmp_path / "none").exists()


def test_a_tried_restore_is_noted(young: Rig) -> None:
    home = young
    before = home.bench.remote("acme").restored_at

    tried = home.bench.check_remote("acme", asked())

    after = home.bench.remote("acme")
    assert before is None
    assert (after.restored_at, after.restored_lacks) == (home.clock.now, 0)
    assert tried.revisions == len(every_text(home.bench))


def test_a_remote_that_lost_commits_is_said_by_each_who_asks_it(young: Rig, tmp_path: Path) -> None:
    home, far = young, tmp_path / "own/far.git"
    old = tip(far)
    a_night(home, "Second-1")
    a_night(home, "Third-1")
    git(far, "update-ref", "refs/heads/main", old)

    tried = home.bench.check_remote("acme", asked())
    elsewhere = Workbench.restore_from_remote(
        source(far), folder=tmp_path / "texts", home=tmp_path / "none", environment={}
    )

    assert (tried.missing, elsewhere.missing) == (2, 2)
    assert elsewhere.revisions == 3  # what is there is restored all the same
    assert home.bench.remote("acme").restored_at is None


def test_a_remote_put_back_into_the_middle_of_a_push_restores_what_it_has(
    young: Rig, tmp_path: Path
) -> None:
    home, far = young, tmp_path / "own/far.git"
    git(far, "update-ref", "refs/heads/main", git(far, "rev-parse", "main~1"))

    tried = home.bench.check_remote("acme", asked())
    found = Workbench.restore_from_remote(source(far), home=tmp_path / "new", environment={})

    assert (tried.revisions, tried.missing, tried.foreign, tried.seal) == (2, 1, None, "good")
    assert (found.revisions, found.missing) == (2, 1)


def test_a_push_that_fills_a_remote_again_says_that_it_had_lost_commits(
    young: Rig, tmp_path: Path
) -> None:
    home, far = young, tmp_path / "own/far.git"
    old = tip(far)
    a_night(home, "Second-1")
    git(far, "update-ref", "refs/heads/main", old)

    (pushed,) = home.bench.where(tenant="acme").push(when="now")
    told = [one for one in home.bench.standing() if one.kind == "remote.lost"]
    line = [one for one in home.bench.status().parts if "had lost" in one.said]

    assert (pushed.status, pushed.commits) == ("pushed", 1)
    assert [one.message.partition(" that")[0] for one in told] == [
        "the remote of acme had lost 1 commit"
    ]
    assert [one.verdict for one in line] == ["advice"]
    assert home.bench.check_remote("acme", asked()).missing == 0
    assert not [one for one in home.bench.standing() if one.kind == "remote.lost"]


def test_a_remote_that_restores_another_tenant_is_no_remote_of_this_one(
    young: Rig, tmp_path: Path
) -> None:
    other = shutil.copytree(tmp_path / "own/other.git", tmp_path / "copy.git")
    young.bench.set_remote("acme", f"file://{other}")

    with pytest.raises(RemoteError, match="holds the archive of bolt"):
        young.bench.check_remote("acme", asked())

    assert young.bench.remote("acme").restored_at is None


def test_a_restored_home_pushes_on_to_the_same_remote(far: Path, tmp_path: Path) -> None:
    again = restored(far, tmp_path / "new")

    again.set_remote("acme", f"file://{far}")
    (pushed,) = again.push()

    stands = again.remote("acme")
    assert pushed.cause is None
    assert (stands.ahead, stands.behind) == (0, 0)
    assert stands.passphrase_at is not None
    again.close()


def git_bytes(folder: Path, object_id: str) -> bytes:
    kind = git(folder, "cat-file", "-t", object_id)
    command = ["git", "-C", str(folder), "cat-file", kind, object_id]
    return subprocess.run(command, check=True, capture_output=True).stdout


def wrapping_keys(home: Rig) -> list[bytes]:
    keyring, acme = home.bench._parts.keyring, home.bench.tenant("acme").id
    keys = [keyring.key(purpose, acme) for purpose in ("digest", "redact", "vault")]
    return [*keys, *(key.hex().encode() for key in keys)]
