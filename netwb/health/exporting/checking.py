"""Is an export whole, ours and unchanged? Asked before anything of it is written anywhere."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from netwb.archive.bundles import prove_bundle
from netwb.errors import ArchiveDamagedError, ExportRefusedError, InputError
from netwb.health.exporting.container import ExportFile, digest_of
from netwb.health.exporting.manifest import (
    CODE,
    HEAD,
    MANIFEST,
    Bundle,
    Head,
    Manifest,
    Member,
    is_proven,
    parse_head,
    parse_manifest,
)
from netwb.store.passphrase import unwrap
from netwb.store.schema import MIGRATIONS
from netwb.store.sealing import context_bytes, unseal

WRAPPED = "netwb export"  # context of the key in the head
_LONGEST_HEAD = 64 * 1024  # bytes; what claims more is no head of ours
_LONGEST_MANIFEST = 256 * 1024 * 1024
_CUT = "it is cut short; take another copy of it"
_CHANGED = "it was changed ({}); take another copy of it"
_WRONG = "the passphrase does not open it; give the one that it was made with"
Note = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """An export that can be believed; open as long as the block of `verified` lasts.

    identity   no other export has it
    """

    path: Path
    head: Head
    manifest: Manifest
    identity: bytes
    members: Mapping[str, Member] = field(repr=False)
    key: bytes = field(repr=False)
    file: ExportFile = field(repr=False)
    places: Mapping[str, tarfile.TarInfo] = field(repr=False)

    def stream(self, name: str) -> BufferedReader:
        """The bytes of a member."""
        return self.file.stream(self.places[name])

    def sealed(self, name: str) -> bytes:
        """What was sealed in a member."""
        plain = unseal(self.key, context_bytes(name), self.stream(name).read())
        if plain is None:  # it was proven a moment ago
            raise ExportRefusedError(_refusal(self.path, _CHANGED.format(name)))
        return plain


@contextmanager
def verified(path: Path, passphrase: str, note: Note = lambda _: None) -> Iterator[Verified]:
    """Read all of it once. Raises ExportRefusedError with what is wrong, and its cure.

    note   is told which share of the file was read
    """
    with _opened(path) as file:
        try:
            found = _verify(path, file, passphrase, note)
        except ExportRefusedError as error:
            raise ExportRefusedError(_refusal(path, str(error))) from error
        except tarfile.ReadError as error:  # the file ends in the middle of a member
            raise ExportRefusedError(_refusal(path, _CUT)) from error
        yield found


def prove_repositories(export: Verified, note: Note = lambda _: None) -> None:
    """Make each repository once, aside. Raises ExportRefusedError.

    note   is told which share of them was made
    """
    for number, bundle in enumerate(export.manifest.bundles, 1):
        with whole(export.path, bundle):
            prove_bundle(export.stream(bundle.member), bundle.main)
        note(number / len(export.manifest.bundles))


@contextmanager
def whole(path: Path, bundle: Bundle) -> Iterator[None]:
    """Around what reads a bundle that is as it was written: the repository was damaged by then."""
    try:
        yield
    except ArchiveDamagedError as error:
        why = (
            f"the archive of {bundle.tenant} was damaged before it was made ({error.reason}); take"
            " an older export, or put that repository back where it was made, and export again"
        )
        raise ExportRefusedError(_refusal(path, why)) from error


def _refusal(path: Path, why: str) -> str:
    return f"export {path} is refused: {why}"


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        msg = f"export {path} cannot be read: {error.strerror}; check its name and owner"
        raise InputError(msg) from error
    with file:
        yield file


def _verify(path: Path, file: BinaryIO, passphrase: str, note: Note) -> Verified:
    export, total = ExportFile(path, file), max(path.stat().st_size, 1)
    walk = export.walk(lambda place: note(place / total))
    head, key, opening, first = _opening(walk, passphrase)
    places: dict[str, tarfile.TarInfo] = {}
    texts: dict[str, bytes] = {}
    found = [first]
    infos = [opening]
    for info, stream in walk:
        infos.append(info)
        if info.name in {MANIFEST, CODE}:
            texts[info.name] = stream.read(_LONGEST_MANIFEST)
        else:
            places[info.name] = info
            found.append(_member(info, stream))
    if MANIFEST not in texts or CODE not in texts:
        last = infos[-1]
        raise ExportRefusedError(
            _CHANGED.format(f"after {last.name}") if export.goes_on(last) else _CUT
        )
    manifest = _proven(key, texts, head)
    _compare(found, manifest.members)
    odd = export.odd_place(infos, manifest.made_at)
    if odd is not None:
        raise ExportRefusedError(_CHANGED.format(odd))
    return Verified(
        path=path,
        head=head,
        manifest=manifest,
        identity=texts[CODE],
        members={member.name: member for member in found},
        key=key,
        file=export,
        places=places,
    )


def _opening(
    walk: Iterator[tuple[tarfile.TarInfo, BinaryIO]], passphrase: str
) -> tuple[Head, bytes, tarfile.TarInfo, Member]:
    """The head with its key: a wrong passphrase is told before the rest is read."""
    for info, stream in walk:
        if info.name != HEAD or info.size > _LONGEST_HEAD:
            break
        text = stream.read()
        head = parse_head(text)
        key = unwrap(passphrase, WRAPPED, head.key)
        if key is None:
            raise ExportRefusedError(_WRONG)
        stream.seek(0)
        return head, key, info, _member(info, stream)
    msg = "it is no export of netwb; name the right file"
    raise ExportRefusedError(msg)


def _member(info: tarfile.TarInfo, stream: BinaryIO) -> Member:
    return Member(name=info.name, size=info.size, digest=digest_of(stream))


def _proven(key: bytes, texts: Mapping[str, bytes], head: Head) -> Manifest:
    if not is_proven(key, texts[MANIFEST], texts[CODE]):
        raise ExportRefusedError(_CHANGED.format(MANIFEST))
    manifest = parse_manifest(texts[MANIFEST])
    if manifest.schema not in MIGRATIONS.revisions:
        msg = f"it was made by netwb {head.netwb}, which is newer; install that"
        raise ExportRefusedError(msg)
    return manifest


def _compare(found: list[Member], told: tuple[Member, ...]) -> None:
    for one, wanted in zip(found, told, strict=False):
        if one != wanted:
            raise ExportRefusedError(_CHANGED.format(wanted.name))
    if len(found) != len(told):
        raise ExportRefusedError(
            _CUT if len(found) < len(told) else _CHANGED.format(found[-1].name)
        )
