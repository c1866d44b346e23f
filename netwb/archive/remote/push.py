"""Push tenants' archives to their remotes: whatever is due, one process at a time for each tenant.

Outside of the writer lock, so that no run waits for a remote. What a remote has is asked first, in
seconds; only what follows it is pushed, and nothing is forced. A remote that somebody else pushed to
stands as an error until a person has decided; netwb's own archive is not touched by it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from netwb.archive.remote.carry import Carrier
from netwb.archive.remote.counting import (
    beside,
    commit_of,
    commits_between,
    commits_named,
    count_between,
    follows,
    new_repository,
    strangers_in,
)
from netwb.archive.remote.opening import Opener
from netwb.archive.remote.records import Pushed, Remote, Stranger
from netwb.archive.remote.standing import Remotes, Standing
from netwb.archive.remote.talk import MAIN, VAULT, Talk
from netwb.archive.remote.url import parse_url
from netwb.archive.repository import Repository
from netwb.archive.scanning import SecretScan
from netwb.errors import (
    ArchiveError,
    LeaseLostError,
    NetwbError,
    RemoteAheadError,
    SecretsUnpushedError,
)
from netwb.settings import RemoteSettings
from netwb.store.leases import Lease, Leases
from netwb.store.notices import Notices

logger = logging.getLogger(__name__)
When = Literal["due", "now"]
_TERM_S = 60.0  # of a push's lease; it is prolonged while the push goes on
_ASKED_EACH = timedelta(hours=1)  # one short question a tenant
_TRIES_UNTOLD = 3  # a remote that is started anew comes back within that; nobody is woken for it
_AT_ONCE = (RemoteAheadError, SecretsUnpushedError)  # no later try helps: a person decides
_THEIRS = "refs/heads/theirs"
LOST = "remote.lost"  # a kind of notice


class Pusher:
    """Pushes, and says how remotes stand.

    folder      holds `<tenant>.git`
    elsewhere   raises for a host at an address of netwb's own machine
    """

    def __init__(  # noqa: PLR0913 - collaborators come by constructor, each by its name
        self,
        *,
        folder: Path,
        remotes: Remotes,
        carrier: Carrier,
        scan: SecretScan,
        leases: Leases,
        notices: Notices,
        clock: Callable[[], datetime],
        settings: RemoteSettings,
        elsewhere: Callable[[str], None],
    ) -> None:
        self._folder = folder
        self._remotes = remotes
        self._carrier = carrier
        self._scan = scan
        self._leases = leases
        self._notices = notices
        self._clock = clock
        self._settings = settings
        self._elsewhere = elsewhere

    def stands(self, of: Standing) -> Remote:
        """How that remote stands; the remote itself is not asked."""
        path = self._path(of)
        tip = _tip(path)
        return Remote(
            tenant_id=of.tenant_id,
            tenant=of.tenant,
            url=of.url,
            username=of.username,
            opened_by=of.opened_by,
            set_at=of.set_at,
            passphrase_at=of.wrapped_at,
            ahead=count_between(path, of.pushed_main, tip) if tip else 0,
            behind=of.behind,
            strangers=of.strangers,
            pushed_at=of.pushed_at,
            tries=of.tries,
            failed_since=of.failed_since,
            next_at=of.next_at,
            error_kind=of.error_kind,
            error=of.error,
            restored_at=of.checked_at,
            restored_lacks=count_between(path, of.checked_main, tip)
            if tip and of.checked_at
            else 0,
        )

    def push(self, of: Standing, when: When) -> Pushed:
        """Push what is to be pushed; a fault is in the answer, and in the row.

        when   "due": not before the row says so, and not where nothing is new; "now": ask the remote
        """
        waits = of.next_at is not None and of.next_at > self._clock()
        if when == "due" and waits:
            return Pushed(tenant=of.tenant, status="waiting")
        if when == "due" and not of.error and self._in_step(of):
            return Pushed(tenant=of.tenant, status="in step")
        lease = self._leases.acquire(f"push:{of.tenant_id}", _TERM_S)
        if lease is None:
            return Pushed(tenant=of.tenant, status="busy")
        try:
            return self._noted(of, lease)
        except LeaseLostError:
            return Pushed(tenant=of.tenant, status="busy")
        finally:
            self._leases.release(lease)

    def require_elsewhere(self, of: Standing) -> None:
        """Raise InputError where a name leads to this machine by now, which it did not when it was set.

        Of the remotes of who does not see all tenants; what listens here is none of theirs.
        """
        if of.only_elsewhere:
            self._elsewhere(parse_url(of.url).host)

    def _opener(self, of: Standing) -> Opener:
        return Opener(of.tenant, parse_url(of.url), self._folder, self._settings)

    def _noted(self, of: Standing, lease: Lease) -> Pushed:
        try:
            self.require_elsewhere(of)
            if Repository(self._path(of)).exists():
                with self._talking(of, self._path(of), lease) as talk:
                    pushed = self._pushed(of, talk, lease)
            else:
                pushed = self._require_empty(of, lease)
        except LeaseLostError:
            raise
        except NetwbError as error:
            self._tell(of, error, self._failed(of, error))
            return Pushed(tenant=of.tenant, status="failed", cause=error)
        self._tell(of, None, 0)
        return pushed

    def _pushed(self, of: Standing, talk: Talk, lease: Lease) -> Pushed:
        path = self._path(of)
        ours, heads = _tip(path), talk.heads()
        theirs = heads.get(MAIN, "")
        if not follows(path, theirs, ours):
            raise self._ahead(of, theirs, ours, lease)
        lost = self._lost(of, heads)
        self._require_no_secret(of, theirs, ours, lease)
        vault = self._carrier.carry(of, ours)  # after `ours`: it has every secret that those name
        self._push_ref(talk, lease, VAULT, ours=vault, theirs=heads.get(VAULT, ""))
        self._push_ref(talk, lease, MAIN, ours=ours, theirs=theirs)
        self._remotes.pushed(of, main=ours, vault=vault)
        if lost:
            self._tell_lost(of, lost)
        commits = count_between(path, theirs, ours) if ours != theirs else 0
        logger.info("%s: %d commits pushed", of.tenant, commits, extra={"tenant": of.tenant})
        status: Literal["pushed", "in step"] = "pushed" if commits or lost else "in step"
        return Pushed(tenant=of.tenant, status=status, commits=commits)

    def _require_empty(self, of: Standing, lease: Lease) -> Pushed:
        """Raise RemoteAheadError where somebody's commits are, before there are any here."""
        with new_repository() as path, self._talking(of, path, lease) as talk:
            if MAIN in talk.heads():
                talk.fetch((MAIN, _THEIRS))
                raise _strange(of, *strangers_in(path, commit_of(path, _THEIRS), ""))
        self._remotes.pushed(of, main="", vault="")
        return Pushed(tenant=of.tenant, status="in step")

    def _lost(self, of: Standing, heads: Mapping[str, str]) -> str:
        """What the remote has no more of what was pushed there, in words; "" nothing."""
        if commits := self._lost_commits(of, heads.get(MAIN, "")):
            return commits_named(commits)
        path, theirs = self._path(of), heads.get(VAULT, "")
        pushed = of.pushed_vault
        is_older = theirs != pushed and follows(path, theirs, pushed)
        if pushed and is_older and follows(path, pushed, commit_of(path, VAULT)):
            return f"sealed secrets and keys ({VAULT})"
        return ""

    def _lost_commits(self, of: Standing, theirs: str) -> int:
        path = self._path(of)
        if not of.pushed_main or not follows(path, of.pushed_main, _tip(path)):
            return 0  # the archive here was put back itself
        return count_between(path, theirs, of.pushed_main)

    def _tell_lost(self, of: Standing, lost: str) -> None:
        """It has them again; but somebody took them off, or put an older copy in its place."""
        self._notices.stands(
            LOST,
            tenant_id=of.tenant_id,
            subject=of.tenant_id,
            label=of.tenant,
            is_wrong=True,
            message=f"the remote of {of.tenant} had lost {lost} that netwb had pushed"
            f" there, and was given them again; see who may write there, then"
            f" `netwb remote check {of.tenant}`",
        )

    def found_whole(self, of: Standing) -> None:
        """A restore from it gave everything back: what it had lost concerns nobody any more."""
        self._notices.stands(
            LOST,
            tenant_id=of.tenant_id,
            subject=of.tenant_id,
            label=of.tenant,
            is_wrong=False,
            message=f"the remote of {of.tenant} gives everything back",
        )

    def missing(self, of: Standing, main: str) -> int:
        """How many commits that were pushed there a remote lacks whose newest one is `main`."""
        path = self._path(of)
        return self._lost_commits(of, main) if follows(path, main, _tip(path)) else 0

    def _require_no_secret(self, of: Standing, theirs: str, ours: str, lease: Lease) -> None:
        """Raise SecretsUnpushedError where the newest rules find one in what is to be pushed."""
        commits = frozenset(commits_between(self._path(of), theirs, ours))
        found = self._scan.hits(
            of.tenant_id, of.tenant, commits=commits, beat=lambda _: self._leases.renew(lease)
        )
        open_ones = [hit for hit in found if not hit.accepted]
        if open_ones:
            hit = open_ones[0]
            raise SecretsUnpushedError(
                f"{len(open_ones)} secrets stand open in texts of {of.tenant} that are still to be"
                f" pushed ({hit.hostname}@{hit.revision[:12]} line {hit.line}, rule {hit.rule}), so"
                " nothing is pushed; `netwb doctor --secrets` names them all;"
                f" `netwb remote accept {of.tenant} HIT` lets one be pushed as it is"
            )

    def _push_ref(self, talk: Talk, lease: Lease, ref: str, *, ours: str, theirs: str) -> None:
        """The vault goes first: what a push that was killed leaves there is always complete."""
        if ours and ours != theirs:
            self._leases.check(lease)
            talk.push(ours, ref)

    def _ahead(self, of: Standing, theirs: str, ours: str, lease: Lease) -> RemoteAheadError:
        """The error that names what is there; whoever looks there sees all of it."""
        path = self._path(of)
        with beside(path) as side, self._talking(of, side, lease) as talk:
            talk.fetch((MAIN, _THEIRS))
            return _strange(of, *strangers_in(side, theirs, ours))

    def _failed(self, of: Standing, error: NetwbError) -> int:
        logger.warning("%s", error, extra={"tenant": of.tenant})
        behind, strangers = of.behind, of.strangers
        if isinstance(error, RemoteAheadError):
            behind = error.behind
            strangers = tuple(
                Stranger(commit=c, author=a, subject=s) for c, a, s in error.strangers
            )
        return self._remotes.failed(of, error, behind=behind, strangers=strangers)

    def _tell(self, of: Standing, error: NetwbError | None, tries: int) -> None:
        """Once it needs a person: where somebody else pushed at once, else after some tries."""
        if error is not None and tries < _TRIES_UNTOLD and not isinstance(error, _AT_ONCE):
            return
        self._notices.stands(
            "remote.push",
            tenant_id=of.tenant_id,
            subject=of.tenant_id,
            label=of.tenant,
            is_wrong=error is not None,
            message=str(error) if error else f"the archive of {of.tenant} is at its remote again",
        )

    @contextmanager
    def _talking(self, of: Standing, path: Path, lease: Lease) -> Iterator[Talk]:
        url = parse_url(of.url)
        with self._opener(of).environment(self._remotes.credentials(of.tenant_id)) as environment:
            yield Talk(
                path,
                name=f"remote of {of.tenant}",
                url=url,
                environment=environment,
                settings=self._settings,
                beat=lambda: self._leases.renew(lease),
            )

    def _in_step(self, of: Standing) -> bool:
        """As far as it is known here; once an hour the remote is asked, as others may change it."""
        if of.pushed_at is None or self._clock() - of.pushed_at >= _ASKED_EACH:
            return False
        try:
            return _tip(self._path(of)) == of.pushed_main and self._carrier.is_carried(
                of, of.pushed_main
            )
        except ArchiveError:  # the push that follows meets it too, and notes it
            return False

    def _path(self, of: Standing) -> Path:
        return self._folder / f"{of.tenant}.git"


def _tip(path: Path) -> str:
    """Newest commit of ours; "" before the first."""
    repository = Repository(path)
    return (repository.tip() or "") if repository.exists() else ""


def _strange(of: Standing, behind: int, strangers: Sequence[Stranger]) -> RemoteAheadError:
    named = commits_named(behind)
    return RemoteAheadError(
        f"remote of {of.tenant} has {named} that netwb did not push there, so nothing is pushed;"
        f" `netwb remote show {of.tenant}` names them; take them off there, or set an empty one",
        behind=behind,
        strangers=tuple((one.commit, one.author, one.subject) for one in strangers),
    )
