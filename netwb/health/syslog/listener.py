"""The listener's sockets: UDP and TCP in one event loop, everything read handed to the Intake.

Floor 4, and it knows no database. A datagram waits in the kernel's buffer, which is made large; what
does not fit there the kernel drops and counts (SO_RXQ_OVFL), and so do we.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import Callable
from datetime import datetime

from netwb.health.syslog.framing import Frames
from netwb.health.syslog.intake import Intake
from netwb.health.syslog.messages import LONGEST

logger = logging.getLogger(__name__)

BUFFER_BYTES = 16 << 20  # asked of the kernel: some 30,000 datagrams
_SO_RCVBUFFORCE = 33  # Linux: past net.core.rmem_max, for who may
_SO_RXQ_OVFL = 40  # Linux: each datagram tells how many were dropped so far
_AT_ONCE = 100  # datagrams read before the loop turns to others
_LAST = 400  # times as many that are read before the socket is closed: all that its buffer holds
_CHUNK = 64 * 1024
_PER_PEER = 8  # connections of one address
_COUNTED = struct.Struct("=I")


class Listener:
    """Hears until it is closed; used in one event loop.

    on_heard   called when a change was heard of; it is to return at once
    """

    def __init__(
        self,
        intake: Intake,
        clock: Callable[[], datetime],
        on_heard: Callable[[], None],
        *,
        connections: int = 200,
    ) -> None:
        self._intake = intake
        self._clock = clock
        self._on_heard = on_heard
        self._connections = connections
        self._udp: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], str] = {}
        self._overflow = 0

    def hear_datagrams(self, udp: socket.socket) -> None:
        """Read this bound socket from now on; it is closed with the listener."""
        udp.setblocking(False)
        _enlarge(udp)
        self._udp = udp
        asyncio.get_running_loop().add_reader(udp.fileno(), self._read_datagrams)

    async def hear_streams(self, tcp: socket.socket) -> None:
        """Accept connections of this bound socket from now on."""
        self._server = await asyncio.start_server(self._accept, sock=tcp, backlog=128)

    async def close(self) -> None:
        """Read what has come, and close."""
        if self._udp is not None:
            for _ in range(_LAST):  # one that floods on ends it no later
                if not self._read_some():
                    break
            self._tell()
            asyncio.get_running_loop().remove_reader(self._udp.fileno())
            self._udp.close()
            self._udp = None
        if self._server is not None:
            self._server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    def _read_datagrams(self) -> None:
        self._read_some()
        self._tell()

    def _tell(self) -> None:
        if self._intake.bursts.has_unkept:
            self._on_heard()

    def _read_some(self) -> bool:
        """Whether more may wait."""
        udp, now = self._udp, self._clock()
        for _ in range(_AT_ONCE):
            if udp is None:
                return False
            try:
                data, about, _, peer = udp.recvmsg(LONGEST + 1, socket.CMSG_SPACE(4))
            except (BlockingIOError, InterruptedError):
                return False
            except OSError as error:  # a device that answers with ICMP; the socket goes on
                logger.debug("syslog: %s", error)
                return True
            for level, kind, value in about:
                if (level, kind) == (socket.SOL_SOCKET, _SO_RXQ_OVFL):
                    self._note_overflow(_COUNTED.unpack(value[:4])[0])
            if len(data) > LONGEST:
                self._intake.counts["cut"] += 1
            else:
                self._intake.take(data, peer[0], now)
        return True

    def _note_overflow(self, total: int) -> None:
        if total != self._overflow:
            self._intake.counts["lost"] += (total - self._overflow) % (1 << 32)
            self._overflow = total

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = (writer.get_extra_info("peername") or ("",))[0]
        task = asyncio.current_task()
        held = list(self._open.values())
        full = len(held) >= self._connections or held.count(peer) >= _PER_PEER
        if task is None or full or not self._intake.knows(peer):
            self._intake.counts["full" if full else "refused"] += 1
            writer.close()
            return
        self._open[task] = peer
        try:
            await self._read_stream(reader, writer, peer)
        except (OSError, asyncio.CancelledError):
            logger.debug("syslog: a connection ended")
        finally:
            del self._open[task]
            writer.close()

    async def _read_stream(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> None:
        found = writer.get_extra_info("socket")
        found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        frames = Frames()
        while data := await reader.read(_CHUNK):
            self._take(frames.feed(data), peer)
            self._count_cut(frames)
            await asyncio.sleep(0)  # one that never pauses lets the others have their turn
        self._take(frames.end(), peer)

    def _take(self, messages: list[bytes], peer: str) -> None:
        now = self._clock()
        for message in messages:
            self._intake.take(message, peer, now)
        self._tell()

    def _count_cut(self, frames: Frames) -> None:
        if frames.cut:
            self._intake.counts["cut"] += frames.cut
            frames.cut = 0


def bind(kind: socket.SocketKind, address: str, port: int) -> socket.socket:
    """A bound socket; OSError where that cannot be.

    Of two that have one UDP port the later one hears, so that the daemon that takes over does, even
    where the one before it hangs.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, kind)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(address != "::"))
        made.bind((address, port))
    except OSError:
        made.close()
        raise
    return made


def _enlarge(udp: socket.socket) -> None:
    for option in (_SO_RCVBUFFORCE, socket.SO_RCVBUF):
        try:
            udp.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
        except OSError:
            continue  # not for this user: as much as the system gives to anybody
        break
    try:
        udp.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
    except OSError as error:  # not Linux: drops are not counted
        logger.debug("syslog: dropped datagrams are not counted: %s", error)
