"""`netwb history | changes | show | diff | search | restore`: reading the archive."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from netwb.cli.context import NetwbCommand, reading
from netwb.cli.exits import DONE
from netwb.cli.fields import Renamed
from netwb.cli.from_remote import remote_options, restore_all
from netwb.cli.moments import MOMENT
from netwb.cli.paint import print_diff, print_patch
from netwb.cli.show import json_option, print_items, print_json, print_table, print_text, say
from netwb.inventory.records import ConfigKind
from netwb.workbench import Workbench
from netwb.workbench.comparing import MOST_TOUCHED

if TYPE_CHECKING:
    from netwb.workbench.words import Change

kind_option = click.option(
    "--startup", "kind", flag_value="startup", default="running", help="The startup configuration."
)
SHORT = 12  # digits of a commit id that people see
SHOWN_SECTIONS = 3  # of one change, in a line
MOST_NAMED = 300  # changes whose sections are told: a second or two, and more than anybody reads
WHEN = "2026-11-24T06:00, yesterday, 7d, '2 days ago'"
Item = TypeVar("Item")
Names = Mapping[str, tuple[str, ...]]


def register(cli: click.Group) -> None:
    """Add the commands."""
    for command in (history, changes, show, diff, search, restore):
        cli.add_command(command)


@click.command(cls=NetwbCommand)
@click.argument("device")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="Most rows."
)
@kind_option
@json_option
@click.pass_context
def history(
    context: click.Context, *, device: str, limit: int, kind: ConfigKind, as_json: bool
) -> None:
    """Revisions of DEVICE, newest first."""
    workbench = reading(context)
    found = workbench.history(device, limit=limit, kind=kind)
    if as_json:
        print_items(found)
        return
    names = _named(found, lambda piece: workbench.touched_by(device, piece))
    print_table(
        ("revision", "at (UTC)", "author", "+", "-", "sections", "what"),
        [
            (r.id[:SHORT], r.at, r.author, r.added, r.removed, names.get(r.id), r.message)
            for r in found
        ],
        empty=f"{device} has no revision yet; run `netwb backup --device {device}`",
    )


@click.command(cls=NetwbCommand)
@click.option("--since", default="24h", show_default=True, type=MOMENT, help=f"{WHEN}.")
@click.option("--until", type=MOMENT, help="The same.")
@click.option("--by", "--author", "by", cls=Renamed, metavar="WHO", help="Only this author's.")
@click.option("--device", metavar="D", help="Only this device's.")
@click.option("--patch", is_flag=True, help="With each change as a patch for `git apply`.")
@click.option("--tenant", metavar="T", help="Only this tenant's devices.")
@click.option("--site", metavar="S", help="Only this site's devices.")
@json_option
@click.pass_context
def changes(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    since: datetime,
    until: datetime | None,
    by: str | None,
    device: str | None,
    patch: bool,
    tenant: str | None,
    site: str | None,
    as_json: bool,
) -> None:
    """What changed in the network, newest first."""
    named = {k: v for k, v in (("tenant", tenant), ("site", site)) if v is not None}
    narrowed = reading(context).where(**named)
    found = narrowed.changes(since=since, until=until, by=by, device=device)
    if by is not None and not found:
        narrowed.require_author(by)
    if as_json:
        print_items(found)
        return
    names = _named(found, narrowed.touched)
    print_table(
        ("at (UTC)", "device", "author", "+", "-", "revision", "sections", "what"),
        [
            (
                c.at,
                f"{c.tenant}/{c.hostname}",
                c.author,
                c.added,
                c.removed,
                c.id[:SHORT],
                names.get(c.id),
                c.message,
            )
            for c in found
        ],
        empty=f"nothing changed since {since:%Y-%m-%d %H:%M} UTC"
        + ("" if until is None else f" until {until:%Y-%m-%d %H:%M} UTC"),
    )
    earlier = sum(one.at < since for one in found)
    if earlier:
        made = "one was" if earlier == 1 else f"{earlier} were"
        say(
            f"{made} made before {since:%Y-%m-%d %H:%M} UTC, as the device's own clock says, and"
            " stored by netwb since"
        )
    if patch:
        for change in found:
            _print_patch(narrowed, change)


@click.command(cls=NetwbCommand)
@click.argument("device", metavar="DEVICE[@REV]")
@kind_option
@click.pass_context
def show(context: click.Context, *, device: str, kind: ConfigKind) -> None:
    """The stored text, without its secrets, on stdout."""
    print_text(reading(context).show(device, kind=kind))


@click.command(cls=NetwbCommand)
@click.argument("old")
@click.argument("new", required=False)
@click.option("--words", is_flag=True, help="Mark the words that differ within a line.")
@click.option("--patch", is_flag=True, help="For `git apply` in a clone of the tenant's archive.")
@kind_option
@json_option
@click.pass_context
def diff(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    old: str,
    new: str | None,
    words: bool,
    patch: bool,
    kind: ConfigKind,
    as_json: bool,
) -> None:
    """What differs from OLD to NEW, each DEVICE@REV; one alone is what changed with it.

    A DEVICE alone is its last change, DEVICE@REV alone what REV changed of the revision before it.
    REV is a commit id (short is fine), `latest`, `latest~1`, or a time.
    """
    if patch:
        if words or as_json:
            raise click.UsageError("--patch is a form of its own; leave --words and --json out")
        print_patch(
            reading(context).compare(new or old, old=old if new else None, kind=kind).patch()
        )
        return
    marks: Literal["words", "lines"] = "words" if words else "lines"
    name, _, revision = old.partition("@")
    sides = {"new": revision} if revision else {}
    if new is not None:
        sides = {"old": _whole(old), "new": _whole(new)}
    found = reading(context).diff(name, words=marks, kind=kind, **sides)
    if as_json:
        print_json(found.as_json())
    else:
        print_diff(found)


@click.command(cls=NetwbCommand)
@click.argument("text")
@click.option("--ever", is_flag=True, help="Also lines that stand there no longer.")
@click.option("--since", type=MOMENT, help=f"Only lines that stood there after this: {WHEN}.")
@click.option("--until", type=MOMENT, help="Only lines that stood there before this.")
@click.option(
    *("--by", "--author", "by"),
    cls=Renamed,
    metavar="WHO",
    help="Only lines that this person put there.",
)
@click.option("--tenant", metavar="T", help="Only this tenant's devices.")
@click.option("--word", "match", flag_value="word", help="Only whole words.")
@click.option(
    "--pattern", "match", flag_value="pattern", help="TEXT is a regular expression (RE2)."
)
@json_option
@click.pass_context
def search(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    text: str,
    ever: bool,
    match: Literal["word", "pattern"] | None,
    since: datetime | None,
    until: datetime | None,
    by: str | None,
    tenant: str | None,
    as_json: bool,
) -> None:
    """Which devices carry TEXT, since when, and who put it there.

    That none does is an answer too: the exit status is 0.
    """
    narrowed = reading(context).where(**({"tenant": tenant} if tenant else {}))
    when: Literal["now", "ever"] = "ever" if ever else "now"
    narrow = ever or by is not None or since is not None  # then history is not what is missing
    found = narrowed.search(
        text, when=when, since=since, until=until, author=by, match=match or "text"
    )
    if by is not None and not found:
        narrowed.require_author(by)
    if as_json:
        print_items(found)
        return
    print_table(
        ("device", "line", "text", "since (UTC)", "until", "author"),
        [(f"{h.tenant}/{h.hostname}", h.line, h.text, h.since, h.until, h.author) for h in found],
        empty="no configuration holds that text"
        + ("" if narrow else "; --ever looks in history too"),
    )
    for name in _addressed(narrowed, text):
        say(f"{text} is the management address of {name}")


@click.command(cls=NetwbCommand)
@click.argument("device", metavar="DEVICE@REV", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A new file; - is stdout.",
)
@click.option("--reason", metavar="TEXT", help="Stands in the audit.")
@click.option("--redacted", is_flag=True, help="Leave the secrets out.")
@kind_option
@remote_options
@click.pass_context
def restore(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    /,
    *,
    device: str | None,
    output: Path | None,
    reason: str | None,
    redacted: bool,
    kind: ConfigKind,
    from_remote: str | None,
    **options: Any,
) -> int:
    """Write a revision to a new FILE (0600), byte for byte, its secrets put back.

    With --from-remote: a whole tenant, every revision, on a machine that has nothing of it.
    """
    if from_remote is not None:
        if device or reason or redacted:
            msg = "--from-remote restores a whole tenant; leave DEVICE@REV and its options out"
            raise click.UsageError(msg)
        return restore_all(context, from_remote, output, options)
    if not device or output is None or reason is None:
        msg = "say what is to be restored, where to and why: DEVICE@REV -o FILE --reason TEXT"
        raise click.UsageError(msg)
    if any(options.values()):
        msg = "--passphrase and what opens a remote go with --from-remote"
        raise click.UsageError(msg)
    to_stdout = str(output) == "-"
    if output.exists() and not to_stdout:
        msg = f"{output} exists and is not overwritten; name another file"
        raise click.UsageError(msg)
    secrets: Literal["put back", "left out"] = "left out" if redacted else "put back"
    text = reading(context).restore(device, reason=reason, secrets=secrets, kind=kind)
    if to_stdout:
        print_text(text)
        return DONE
    _write_new(output, text)
    say(f"{output}: {len(text)} bytes, readable by you alone, {datetime.now(UTC):%H:%M} UTC")
    return DONE


def _named(found: Sequence[Item], touched: Callable[[Sequence[Item]], Names]) -> dict[str, str]:
    """Revision id -> the sections that it touched, of as many as a person reads."""
    names: dict[str, str] = {}
    for start in range(0, min(len(found), MOST_NAMED), MOST_TOUCHED):
        piece = found[start : min(start + MOST_TOUCHED, MOST_NAMED)]
        for revision, sections in touched(piece).items():
            more = len(sections) - SHOWN_SECTIONS
            rest = f" and {more} more" if more > 0 else ""
            names[revision] = ", ".join(sections[:SHOWN_SECTIONS]) + rest
    return names


def _print_patch(narrowed: Workbench, change: Change) -> None:
    """One change's patch; of a device's first revision it would be the whole text."""
    name = f"{change.tenant}/{change.hostname}@{change.id[:SHORT]}"
    found = narrowed.compare(f"{change.device_id}@{change.id}", kind=change.kind)
    if found.old is None:
        click.echo(f"{name} is the first revision; `netwb show {name}` prints it")
    else:
        print_patch(found.patch())


def _addressed(narrowed: Workbench, text: str) -> Iterator[str]:
    """Devices whose management address the text is, as far as the person may see addresses."""
    try:
        ip_address(text)
    except ValueError:
        return
    for device in narrowed.devices():
        if device.address == text:
            yield f"{device.tenant}/{device.hostname}"


def _whole(side: str) -> str:
    """DEVICE alone is its newest revision."""
    return side if "@" in side else f"{side}@latest"


def _write_new(path: Path, content: bytes) -> None:
    """Create the file 0600; a file that came in between is refused, a half-written one removed."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        msg = f"{path} cannot be created: {error.strerror}; name another file"
        raise click.UsageError(msg) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        path.unlink()
        msg = f"{path} cannot be written: {error.strerror}; make room or name another file"
        raise click.UsageError(msg) from error
