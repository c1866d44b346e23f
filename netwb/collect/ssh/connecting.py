"""One connection of asyncssh, with options that are prepared once for all devices that share them.

`asyncssh.connect` prepares its options anew for each connection, in another thread, because they
may name files. Ours name none, and differ in address and port alone: preparing them a thousand
times, and changing threads for it, is a twelfth of a night's CPU.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from copy import copy
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from netwb.collect.ssh.algorithms import Algorithms
from netwb.collect.ssh.faults import Place
from netwb.collect.ssh.wire import Wire
from netwb.loading import lazy

if TYPE_CHECKING:
    import asyncssh
else:
    asyncssh = lazy("asyncssh")

_KINDS = 256  # of usernames and lists of algorithms, kept prepared

# Keys, authorities and revoked keys, of SSH and of X.509: none. As text, even an empty one is parsed.
_NOBODY_KNOWN = ((),) * 7

# asyncssh reads ~/.ssh/config, known_hosts, default keys, the agent and GSSAPI unless it is told not
# to: what opens a device is its credential in the inventory, and nothing that lies around.
_NOTHING_FROM_HOME: Mapping[str, Any] = {
    "config": None,
    "known_hosts": _NOBODY_KNOWN,  # our own callback judges the key
    "client_keys": None,
    "agent_path": None,
    "client_host_keys": None,
    "x509_trusted_certs": None,
    "x509_trusted_cert_paths": (),
    "gss_host": None,
    "gss_kex": False,
    "gss_auth": False,
    "login_timeout": 0,
    "keepalive_interval": 0,
    "tcp_keepalive": True,
}


async def connect(
    place: Place,
    *,
    username: str,
    algorithms: Algorithms,
    wire: Wire,
    client: Callable[[], asyncssh.SSHClient],
) -> asyncssh.SSHClientConnection:
    """Open TCP by the wire, and log in. Raises what asyncssh and the socket raise; ends nothing else."""
    loop = asyncio.get_running_loop()
    options = copy(prepared(username, tuple(algorithms.items())))
    options.host = options.orig_host = place.address
    options.port = place.port
    options.protocol_factory = client
    options.waiter = logged_in = loop.create_future()
    connection: asyncssh.SSHClientConnection
    try:
        _, connection = await wire.create_connection(
            lambda: asyncssh.SSHClientConnection(loop, options, wait="auth"),
            place.address,
            place.port,
        )
    except BaseException:
        logged_in.cancel()  # nobody waits for it
        raise
    try:
        await logged_in
    except BaseException:
        connection.abort()
        await connection.wait_closed()
        raise
    return connection


@lru_cache(maxsize=_KINDS)
def prepared(
    username: str, algorithms: tuple[tuple[str, tuple[str, ...]], ...]
) -> asyncssh.SSHClientConnectionOptions:
    """What all connections of that username and those algorithms are told."""
    return asyncssh.SSHClientConnectionOptions(
        username=username, **_NOTHING_FROM_HOME, **dict(algorithms)
    )
