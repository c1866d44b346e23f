"""Bring a tenant's archive back from its remote into an empty repository, and prove it whole.

Nothing is believed: Git checks its objects as they come, each secret opens and has the HMAC that its
token says, and the text of every revision is put together once. What stands on top of the newest
commit that the tenant's key sealed is somebody else's, and is left off. What is proved here needs no
more than URL and passphrase; nothing is written but the repository that is named.
"""

from __future__ import annotations

import hmac
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from netwb.archive.log import FileChange, Logged
from netwb.archive.records import ConfigKey
from netwb.archive.remote import inventory
from netwb.archive.remote.carried import (
    ABOUT,
    INVENTORY,
    KEYS,
    CarriedState,
    SealedSecret,
    parse_about,
)
from netwb.archive.remote.carry import carried_files, carried_secrets
from netwb.archive.remote.counting import commit_of, commit_of_parent, count_between, follows
from netwb.archive.remote.ending import end_before_strangers
from netwb.archive.remote.keys import unwrap_keys
from netwb.archive.remote.records import Foreign
from netwb.archive.remote.said import quoted
from netwb.archive.remote.talk import MAIN, VAULT, Talk
from netwb.archive.repository import Repository
from netwb.archive.vault import PURPOSE
from netwb.configs.records import Placed
from netwb.configs.redact import restore
from netwb.configs.tokens import TOKEN
from netwb.errors import ArchiveDamagedError, RemoteError, SecretMissingError
from netwb.store.sealing import context_bytes, unseal

_AT_ONCE = 100  # texts of some 30 KB
_SHOWN = 12  # digits of a commit


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What came, proved; `path` is the repository with both refs.

    lacking   revisions whose secrets are not all there: they can be read without them only
    missing   commits that were pushed with what is carried, and are there no more
    foreign   what stands there on top of `main`, which ends before it
    """

    path: Path
    tenant_id: str
    tenant: str
    main: str
    vault: str
    keys: Mapping[str, bytes] = field(repr=False)
    wrapped: bytes = field(repr=False)
    inventory: bytes = field(repr=False)
    secrets: Sequence[SealedSecret] = field(repr=False)
    values: Mapping[str, bytes] = field(repr=False)
    revisions: int
    lacking: int
    missing: int
    foreign: Foreign | None
    seal: Literal["good", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtText:
    """One revision's text, byte for byte as the device sent it; None where a secret is lacking."""

    key: ConfigKey
    commit: Logged
    old_path: str
    path: str
    text: bytes | None = field(repr=False)


Progress = Callable[[str, float], None]  # what is done now, and which share of all is


def bring(talk: Talk, path: Path, passphrase: str, progress: Progress) -> Brought:
    """Fetch into the empty repository at `path`, open, and prove.

    Raises RemoteError, InputError for a wrong passphrase.
    """
    heads = talk.heads()
    if MAIN not in heads or VAULT not in heads:
        raise _no_archive("it holds no archive of netwb")
    progress("fetching", 0.0)
    talk.fetch((VAULT, VAULT), (MAIN, MAIN))
    try:
        return _opened(path, passphrase, progress)
    except (ValueError, KeyError, zlib.error, ArchiveDamagedError) as error:
        raise _no_archive("what lies there is damaged, or of a newer netwb") from error


def brought_texts(brought: Brought) -> Iterator[BroughtText]:
    """Every revision with its whole text, in the order of Git."""
    return _texts(brought.path, brought.main, brought.values)


def _opened(path: Path, passphrase: str, progress: Progress) -> Brought:
    vault = commit_of(path, VAULT)
    files = carried_files(path, vault)
    tenant_id = parse_about(files[ABOUT])
    if KEYS not in files:
        raise _no_archive("no passphrase was set before it was pushed, so no keys lie there")
    keys = unwrap_keys(files[KEYS], tenant_id, passphrase)
    packed = unseal(keys[PURPOSE], context_bytes(INVENTORY), files[INVENTORY])
    if packed is None:
        raise _no_archive("its inventory does not open by its keys")
    described = zlib.decompress(packed)
    if inventory.owner(described)[0] != tenant_id:
        raise _no_archive("its inventory is another tenant's")
    ended = end_before_strangers(path, vault, keys[PURPOSE])
    main = ended.main
    secrets, values = _good_secrets(carried_secrets(path, vault), keys)
    expected = count_between(path, "", main)
    revisions, lacking = 0, 0
    for one in _texts(path, main, values):
        revisions, lacking = revisions + 1, lacking + (one.text is None)
        progress(f"{revisions} revisions", min(1.0, revisions / expected))
    return Brought(
        path=path,
        tenant_id=tenant_id,
        tenant=inventory.owner(described)[1],
        main=main,
        vault=vault,
        keys=keys,
        wrapped=files[KEYS],
        inventory=described,
        secrets=secrets,
        values=values,
        revisions=revisions,
        lacking=lacking,
        missing=_missing(ended.carried, path, main, commits=expected),
        foreign=ended.foreign,
        seal=ended.seal,
    )


def _missing(carried: CarriedState, path: Path, main: str, *, commits: int) -> int:
    """What is carried says with which commit of `main`; one at least is gone where that is."""
    if not carried.main or follows(path, carried.main, main):
        return 0
    return max(1, carried.commits - commits)


def _texts(path: Path, main: str, values: Mapping[str, bytes]) -> Iterator[BroughtText]:
    """A hundred at once through one process; a file that a person committed has no positions."""
    repository = Repository(path)
    waiting: list[tuple[ConfigKey, Logged, FileChange]] = []
    for commit in repository.log(None, main):
        if commit.facts is not None:
            key = (commit.facts.device_id, commit.facts.kind)
            waiting += [(key, commit, file) for file in commit.files if file.blob]
        if len(waiting) >= _AT_ONCE:
            yield from _put_together(repository, waiting, values)
            waiting = []
    yield from _put_together(repository, waiting, values)


def _put_together(
    repository: Repository,
    waiting: Sequence[tuple[ConfigKey, Logged, FileChange]],
    values: Mapping[str, bytes],
) -> Iterator[BroughtText]:
    stored = repository.texts(file.blob for _, _, file in waiting)
    for key, commit, file in waiting:
        assert commit.facts is not None
        try:
            placed = tuple(_placed(stored[file.blob], offset) for offset in commit.facts.placed)
            text = restore(stored[file.blob], placed, values)
        except SecretMissingError:
            text = None
        except ArchiveDamagedError as error:
            raise _unfit(repository.path, commit, file) from error
        yield BroughtText(key=key, commit=commit, old_path=file.old_path, path=file.path, text=text)


def _placed(text: bytes, offset: int) -> Placed:
    match = TOKEN.match(text, offset)
    if match is None:
        msg = f"no token stands at byte {offset} of a stored text"
        raise ArchiveDamagedError(msg)
    return Placed(offset=offset, token=match.group().decode())


def _good_secrets(
    carried: Iterable[SealedSecret], keys: Mapping[str, bytes]
) -> tuple[list[SealedSecret], dict[str, bytes]]:
    """Those that open for their token alone and have the HMAC that it shows; others are lacking."""
    secrets: list[SealedSecret] = []
    values: dict[str, bytes] = {}
    for secret in carried:
        value = unseal(keys[PURPOSE], context_bytes(secret.token), secret.sealed)
        if value is not None and _is_its(
            secret, hmac.digest(keys["redact"], value, "sha256").hex()
        ):
            secrets.append(secret)
            values[secret.token] = value
    return secrets, values


def _is_its(secret: SealedSecret, full: str) -> bool:
    shown = secret.token.removeprefix("<netwb:secret:").removesuffix(">")
    return bool(shown) and secret.full == full and full.startswith(shown)


def _unfit(path: Path, commit: Logged, file: FileChange) -> RemoteError:
    before = commit_of_parent(path, commit.commit)
    cure = (
        f"let main there end at {before[:_SHOWN]}, the commit before it, and all until then comes"
        if before
        else "restore from another copy"
    )
    return RemoteError(
        f"the remote cannot be restored from: commit {commit.commit[:_SHOWN]} by"
        f" {quoted(commit.author)} holds {quoted(file.path)} otherwise than netwb stored it; {cure}"
    )


def _no_archive(why: str) -> RemoteError:
    return RemoteError(
        f"the remote cannot be restored from: {why}; see that the URL is the tenant's,"
        " or restore from another copy"
    )
