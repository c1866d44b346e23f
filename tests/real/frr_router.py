"""One real router: Debian's FRR and OpenSSH in namespaces of their own.

To a client it is a router whose login shell is vtysh. A client runs in its network namespace by the
prefix `inside`; `plug` may give that network links to others.

Sources: zebra(8), staticd(8), bgpd(8), vtysh(1), sshd_config(5) as of FRR 8.4.4 and OpenSSH 9.2. A
login that may read the configuration is in the groups frr and frrvty.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.real import namespaces
from tests.real.namespaces import Namespaces, RigError, output
from tests.real.waiting import until

ADDRESS = "127.0.0.1"  # inside its own network namespace
LOGIN = "netwb"
NEEDED = (
    "/usr/lib/frr/bgpd",
    "vtysh",
    "/usr/sbin/sshd",
    "openssl",
    *namespaces.NEEDED,
)
KEYGEN = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f")
SSHD_UP_S = 30
SSHD_LISTENS = b"sshd: /usr/sbin/sshd"
DAEMONS = ("zebra", "staticd", "bgpd")  # in the order in which they start
Plug = Callable[[Namespaces], None]

# Folder $1 stands in for FRR's own ones and for the files of users, and $2 is the router's name.
BOOT = """
hostname "$2"
for place in etc/frr etc/passwd etc/group etc/shadow; do mount --bind "$1/$place" "/$place"; done
mkdir -p /run/frr /run/sshd
rm -rf "$1"/run/*
mount --bind "$1/run" /run/frr
mount -t tmpfs tmpfs /var/tmp
"""
# The daemons start empty, and vtysh -b gives them frr.conf.
START = """
set -e
for daemon in $2; do /usr/lib/frr/$daemon -d -A 127.0.0.1 -i /run/frr/$daemon.pid; done
vtysh -b >>"$1/boot.log" 2>&1
/usr/sbin/sshd -f "$1/sshd_config" -E "$1/sshd.log"
"""

SSHD = """
ListenAddress {address}
HostKey {folder}/host_key
PidFile {folder}/sshd.pid
AuthorizedKeysFile /etc/frr/login_keys
UsePAM no
StrictModes no
"""


def missing() -> list[str]:
    """What of the rig this machine lacks, in words."""
    return namespaces.missing(NEEDED)


def _alone(_network: Namespaces) -> None:
    """Reach nothing but itself."""


class FrrRouter:
    """A running router, until `stop`. `folder` must be new; `config` is its frr.conf.

    address    where its SSH server listens
    plug       called at each boot, before a daemon runs
    """

    def __init__(
        self,
        folder: Path,
        config: str,
        *,
        password: str,
        address: str = ADDRESS,
        plug: Plug = _alone,
    ) -> None:
        self.folder = folder
        self.key = folder / "login_key"
        self.hostname = config.partition("hostname ")[2].split(maxsplit=1)[0]
        self._plug = plug
        self._lay(config, password, address)
        self.boot()

    def boot(self) -> None:
        """Start with the configuration that was saved last."""
        log = self.folder / "boot.log"
        listening = self.folder / "sshd.pid"
        listening.unlink(missing_ok=True)
        self._namespaces = Namespaces(log, BOOT, str(self.folder), self.hostname)
        try:
            self._plug(self._namespaces)
            self._within("sh", "-c", START, "start", str(self.folder), " ".join(DAEMONS))
            # sshd goes into the background first, then listens, then writes its process file
            until(listening.exists, within_s=SSHD_UP_S, what=f"sshd of {self.hostname} listens")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Pull the plug: every process ends, its namespaces go. Twice does no harm."""
        self._namespaces.stop()

    def reboot(self) -> None:
        """What was not saved is lost."""
        self.stop()
        self.boot()

    def kill(self, daemon: str) -> None:
        """End one of FRR's daemons as a crash does; nothing starts it again."""
        self._namespaces.end(f"/usr/lib/frr/{daemon}", signal.SIGKILL)

    @contextlib.contextmanager
    def frozen(self, daemon: str) -> Iterator[None]:
        """What is asked of the daemon meanwhile is answered afterwards."""
        pids = self._namespaces.find(f"/usr/lib/frr/{daemon}")
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def start(self, daemon: str) -> None:
        """Start it again, and give it its part of the saved configuration."""
        self._within(f"/usr/lib/frr/{daemon}", "-d", "-A", ADDRESS, "-i", f"/run/frr/{daemon}.pid")
        self._within("vtysh", "-b", "-d", daemon)

    def whole(self) -> bool:
        """Whether it is on, and each daemon of it runs."""
        lines = [line for _, line in self.processes()]
        wanted = [*(f"/usr/lib/frr/{daemon}" for daemon in DAEMONS), "sshd:"]
        return all(any(line.startswith(word.encode()) for line in lines) for word in wanted)

    def save(self) -> None:
        """Write the running configuration over the saved one, as root on its console."""
        self.vtysh("write memory")

    def let_login_save(self) -> None:
        """`write memory` works for its login too; as Debian installs FRR, it is refused."""
        (self.folder / "etc/frr").chmod(0o2775)

    @property
    def namespaces(self) -> Namespaces:
        """Those of its last boot."""
        return self._namespaces

    @property
    def inside(self) -> list[str]:
        """Prefix of a command line that is to run in the router's network, and in no other."""
        return self._namespaces.inside

    def vtysh(self, *commands: str) -> str:
        """Type the commands at the router, as an engineer on its console would."""
        typed = [word for command in commands for word in ("-c", command)]
        return self._within("vtysh", *typed)

    def configure(self, *lines: str) -> None:
        """Change the running configuration."""
        answer = self.vtysh("configure terminal", *lines, "end")
        if "%" in answer:
            raise RigError(answer)

    def lengthen(self, lines: int) -> None:
        """Add so many lines of 400 bytes."""
        remark = "a line that makes the text long ".ljust(370, ".")
        longer = self.folder / "longer.conf"
        longer.write_text(
            "".join(f"route-map LONG permit {n + 1}\n description {remark}\n" for n in range(lines))
        )
        self._within("vtysh", "--inputfile", str(longer))

    def check(self, text: bytes) -> str:
        """What `vtysh --dryrun` says of a configuration; empty where it takes every line."""
        candidate = self.folder / "candidate.conf"
        candidate.write_bytes(text)
        return self._within("vtysh", "--dryrun", "--inputfile", str(candidate))

    def host_key(self) -> str:
        """The router's public host key as an OpenSSH line, without a comment."""
        return " ".join((self.folder / "host_key.pub").read_text().split()[:2])

    def change_host_key(self) -> None:
        """Answer with another host key from now on, as a replaced router does."""
        for file in (self.folder / "host_key", self.folder / "host_key.pub"):
            file.unlink()
        output([*KEYGEN, str(self.folder / "host_key")])
        # on SIGHUP sshd starts itself anew; its process file is written inside the namespace
        self._within("sh", "-c", f"kill -HUP $(cat {self.folder}/sshd.pid)")

    def cut_next_session(self, *, after_bytes: int, timeout_s: float) -> None:
        """Await a login, let its session send that much, then end sshd's process for it."""
        end = time.monotonic() + timeout_s
        (listener,) = (pid for pid, line in self.processes() if line.startswith(SSHD_LISTENS))
        while time.monotonic() < end:
            # of each login sshd's privileged process, and of that the one that carries the bytes
            for pid in [pid for one in _children(listener) for pid in _children(one)]:
                if _is_of_the_login(pid) and _written(pid) >= after_bytes:
                    os.kill(pid, signal.SIGKILL)
                    return
            time.sleep(0.0005)  # /proc has no event to await
        msg = f"no session sent {after_bytes} bytes within {timeout_s} s"
        raise RigError(msg)

    def _lay(self, config: str, password: str, address: str) -> None:
        """Write what the router reads, with modes that this process's umask does not take away."""
        for name in ("etc/frr", "run"):
            (self.folder / name).mkdir(parents=True)
        self._lay_users(password)
        self._lay_sshd(address)
        (self.folder / "etc/frr/frr.conf").write_text(config)
        (self.folder / "etc/frr/vtysh.conf").write_text("service integrated-vtysh-config\n")
        for place in (self.folder / "run", *(self.folder / "etc").rglob("*")):
            place.chmod(0o755 if place.is_dir() else 0o644)
            if place.parent.name != "etc" or place.is_dir():
                shutil.chown(place, "frr", "frr")

    def _lay_users(self, password: str) -> None:
        hashed = output(["openssl", "passwd", "-6", "-stdin"], given=password).strip()
        users = {
            "passwd": f"{LOGIN}:x:1999:1999::/:/usr/bin/vtysh\n",
            "group": f"{LOGIN}:x:1999:\n",
            "shadow": f"{LOGIN}:{hashed}:19000:0:99999:7:::\n",
        }
        for name, line in users.items():
            (self.folder / "etc" / name).write_text(_members(Path("/etc", name)) + line)

    def _lay_sshd(self, address: str) -> None:
        (self.folder / "sshd_config").write_text(SSHD.format(address=address, folder=self.folder))
        for name in ("host_key", "login_key"):
            output([*KEYGEN, str(self.folder / name)])
        shutil.copy(self.key.with_suffix(".pub"), self.folder / "etc/frr/login_keys")

    def _within(self, *command: str) -> str:
        return self._namespaces.run(*command)

    def processes(self) -> Iterator[tuple[int, bytes]]:
        """Every process of the router: its id out here, and its command line."""
        return self._namespaces.processes()


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):  # it has ended
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _is_of_the_login(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(f"sshd: {LOGIN}@".encode())
    return False


def _written(pid: int) -> int:
    """Bytes that a process has handed to write(2) so far; proc(5)."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/io").read_text().partition("wchar: ")[2].split()[0])
    return 0


def _members(file: Path) -> str:
    """The file, with the login in the groups that may use vtysh."""
    lines = file.read_text().splitlines()
    return "".join(
        f"{line}{'' if line.endswith(':') else ','}{LOGIN}\n"
        if file.name == "group" and line.startswith(("frr:", "frrvty:"))
        else f"{line}\n"
        for line in lines
    )
