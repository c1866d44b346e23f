"""An empty inventory in each database."""

from tests.inventory.conftest import ground
from tests.store.conftest import postgresql_template, sqlite_template, url

__all__ = ["ground", "postgresql_template", "sqlite_template", "url"]
