"""Private keys of credentials, read once: the KDF of an encrypted key takes a tenth of a second.

1,000 devices share a handful of credentials, and the loop must not stand still for each of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from netwb.errors import LoginNotTriedError
from netwb.inventory.records import Login
from netwb.loading import lazy

if TYPE_CHECKING:
    import asyncssh
else:
    asyncssh = lazy("asyncssh")

Key: TypeAlias = "asyncssh.SSHKey | asyncssh.SSHKeyPair"


class PrivateKeys:
    """The keys of one run, by credential, and those of the agent."""

    def __init__(self, agent_path: str | None) -> None:
        self._agent_path = agent_path
        self._read: dict[Login, asyncio.Future[asyncssh.SSHKey]] = {}
        self._agent: asyncio.Task[asyncssh.SSHAgentClient] | None = None

    async def of(self, login: Login) -> Sequence[Key]:
        """What the login can show in place of a password.

        Only a login without password and key asks the agent: an agent full of keys would use up a
        device's tries before the right one comes.
        """
        if login.private_key is not None:
            return [await self._key(login)]
        if login.password is None and self._agent_path:
            return await self._of_agent(self._agent_path)
        return []

    async def close(self) -> None:
        """Leave the agent."""
        if self._agent is not None and self._agent.done() and not self._agent.exception():
            self._agent.result().close()
            await self._agent.result().wait_closed()

    async def _key(self, login: Login) -> asyncssh.SSHKey:
        if login not in self._read:
            loop = asyncio.get_running_loop()
            self._read[login] = loop.run_in_executor(None, _read, login)
        return await asyncio.shield(self._read[login])

    async def _of_agent(self, path: str) -> Sequence[Key]:
        if self._agent is None:
            self._agent = asyncio.ensure_future(asyncssh.connect_agent(path))
        try:
            agent = await asyncio.shield(self._agent)
            return await agent.get_keys()
        except (OSError, ValueError) as error:
            msg = f"the SSH agent at {path} does not answer ({error}); start it, or set a password"
            raise LoginNotTriedError(msg) from error


def _read(login: Login) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(login.private_key or "", login.passphrase)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError) as error:
        msg = (
            f"the private key of {login.credential} cannot be read ({error}); set it with "
            f"`{login.setting('--key file:PATH --passphrase prompt')}`"
        )
        raise LoginNotTriedError(msg) from error
