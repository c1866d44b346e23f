"""The provider's rules in Git: by what their repository is opened, and the copy that is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from netwb.archive.fetched import FetchedRepository
from netwb.archive.remote.login_key import require_unlocked
from netwb.archive.remote.opening import Credentials, Opener
from netwb.archive.remote.said import Cures
from netwb.archive.remote.url import parse_place
from netwb.inventory.secret_sources import Secrets
from netwb.settings import ComplianceSettings, RemoteSettings

_NAME = "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRepository:
    """`folder` holds the copy as `rules.git`, and as `rules.hosts` which hosts are trusted."""

    folder: Path
    settings: ComplianceSettings
    remote: RemoteSettings
    environment: Mapping[str, str]

    @property
    def copy(self) -> FetchedRepository:
        """What was fetched last."""
        return FetchedRepository(self.folder / f"{_NAME}.git")

    def fetch(self) -> None:
        """Bring the ref that holds. Raises NetwbError; what was held stays."""
        place = parse_place(self.settings.repository)
        opener = Opener(_NAME, place, self.folder, self.remote)
        with opener.environment(self._credentials()) as opened:
            self.copy.fetch(
                self.settings.repository,
                self.settings.ref,
                opened=opened,
                cures=self._cures(),
                timeout_s=self.settings.fetch_timeout_s,
            )

    def _credentials(self) -> Credentials:
        """Read at each fetch: who renews a token or a key need tell nobody."""
        secrets, settings = Secrets(self.environment), self.settings
        key = secrets.resolve("private_key", settings.key) if settings.key else ""
        require_unlocked(key)
        return Credentials(
            username=settings.username,
            password=secrets.resolve("password", settings.password) if settings.password else "",
            key=key,
        )

    def _cures(self) -> Cures:
        return Cures(
            trust=f"take its line out of {self.folder / f'{_NAME}.hosts'}",
            give="correct compliance.key, or compliance.username and compliance.password",
            make="correct compliance.repository",
            right="let it read there",
        )
