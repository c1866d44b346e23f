"""Upkeep on the facade: what the daemon does so that netwb stays small, quick and true to itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netwb.archive.upkeep import RepositoryUpkeep, Rhythm
from netwb.errors import ArchiveError
from netwb.inventory.records import Tenant
from netwb.roles import Permission
from netwb.workbench.face import Face
from netwb.workbench.progress import UpkeepProgress

__all__ = ["RepositoriesKept", "UpkeepFace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoriesKept:
    """What upkeep did: how many repositories, and what they weighed.

    busy   tenants whose repository was written all the time; the next upkeep does them
    """

    repositories: int
    bytes_before: int
    bytes_after: int
    seconds: float
    busy: tuple[str, ...]


class UpkeepFace(Face):
    """`maintain_weekly`, `maintain_monthly`."""

    def maintain_weekly(self) -> RepositoriesKept:
        """Gather what came since the last time into few packs; a minute for a large network.

        Raises ArchiveError that names the repositories which have none; the others have theirs.
        """
        return self._maintain("weekly")

    def maintain_monthly(self) -> RepositoriesKept:
        """Pack everything anew and as small as it gets; minutes for a large network. As above."""
        return self._maintain("monthly")

    def _maintain(self, rhythm: Rhythm) -> RepositoriesKept:
        self._require(Permission.SYSTEM_MANAGE)
        tenants = self._tenants_meant()
        upkeep = self._parts.upkeep
        slugs = [tenant.slug for tenant in tenants]
        with UpkeepProgress(upkeep.sizes(slugs)) as progress:
            kept = upkeep.keep(rhythm, slugs, progress.note)
        self._audit_upkeep(rhythm, tenants, kept)
        _refuse_failed(kept)
        return RepositoriesKept(
            repositories=sum(one.status == "done" for one in kept),
            bytes_before=sum(one.bytes_before for one in kept),
            bytes_after=sum(one.bytes_after for one in kept),
            seconds=round(sum(one.seconds for one in kept), 3),
            busy=tuple(one.tenant for one in kept if one.status == "busy"),
        )

    def _tenants_meant(self) -> tuple[Tenant, ...]:
        """Those of the scope, or the one that this Workbench is narrowed to; retired ones too."""
        if self._where.tenant is not None:
            return (self._parts.places.tenant(self._scope, self._where.tenant),)
        return self._parts.places.tenants(self._scope)

    def _audit_upkeep(
        self, rhythm: Rhythm, tenants: Sequence[Tenant], kept: Sequence[RepositoryUpkeep]
    ) -> None:
        """One event a repository, so that each tenant sees its own in its audit."""
        ids = {tenant.slug: tenant.id for tenant in tenants}
        for one in kept:
            self._audit(
                "archive.upkeep",
                one.tenant,
                tenant_id=ids[one.tenant],
                detail={
                    "rhythm": rhythm,
                    "status": one.status,
                    "bytes_before": one.bytes_before,
                    "bytes_after": one.bytes_after,
                    "seconds": one.seconds,
                },
            )


def _refuse_failed(kept: Sequence[RepositoryUpkeep]) -> None:
    failed = [one for one in kept if one.status == "failed"]
    if failed:
        msg = f"{len(failed)} of {len(kept)} repositories have no upkeep; {failed[0].cause}"
        raise ArchiveError(msg)
