"""Private keys of credentials, read once: the KDF of an encrypted key takes a tenth of a second.

1,000 devices share a handful of credentials, and the loop must not stand still for each of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from netwb.errors import LoginRefusedError
from netwb.inventory.records import Login
from netwb.loading import lazy

if TYPE_CHECKING:
    import asyncssh
else:
    asyncssh = lazy("asyncssh")


class PrivateKeys:
    """The keys of one run, by credential; and what a login offers with them."""

    def __init__(self, agent_path: str | None) -> None:
        self._agent_path = agent_path
        self._read: dict[Login, asyncio.Future[asyncssh.SSHKey]] = {}

    async def options(self, login: Login) -> Mapping[str, Any]:
        """The part of a connection's options that shows the login.

        Only a login without password and key asks the agent: an agent full of keys would use up a
        device's tries before the right one comes.
        """
        if login.private_key is not None:
            return {"client_keys": [await self._key(login)]}
        if login.password is None and self._agent_path:
            return {"agent_path": self._agent_path}
        return {}

    async def _key(self, login: Login) -> asyncssh.SSHKey:
        if login not in self._read:
            loop = asyncio.get_running_loop()
            self._read[login] = loop.run_in_executor(None, _read, login)
        return await asyncio.shield(self._read[login])


def _read(login: Login) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(login.private_key or "", login.passphrase)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError) as error:
        msg = (
            f"the private key of {login.credential} cannot be read ({error}); set it, or its "
            f"passphrase, with `netwb credential set`"
        )
        raise LoginRefusedError(msg) from error
