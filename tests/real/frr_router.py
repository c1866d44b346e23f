"""One real router: Debian's FRR and OpenSSH in namespaces of their own.

To a client it is a router whose login shell is vtysh. Network, mounts and processes live in
namespaces below one `unshare`: ending that ends everything, also when the tests die, and nothing
outside can reach the router. A client runs in its network namespace by the prefix `inside`.

Sources: zebra(8), staticd(8), bgpd(8), vtysh(1), sshd_config(5), unshare(1), nsenter(1) as of
FRR 8.4.4 and OpenSSH 9.2. A login that may read the configuration is in the groups frr and frrvty.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

ADDRESS = "127.0.0.1"  # inside its own network namespace
LOGIN = "netwb"
NEEDED = (
    "/usr/lib/frr/bgpd",
    "vtysh",
    "/usr/sbin/sshd",
    "ip",
    "unshare",
    "nsenter",
    "hostname",
    "openssl",
)
KEYGEN = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f")
UNSHARE = (
    "unshare",
    "--net",
    "--mount",
    "--uts",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
)

# Process 1 of the namespace. Folder $1 stands in for FRR's own ones and for the files of users, and
# $2 is the router's name; the daemons start empty, and vtysh -b gives them frr.conf.
BOOT = """
set -e
hostname "$2"
ip link set lo up
for place in etc/frr etc/passwd etc/group etc/shadow; do mount --bind "$1/$place" "/$place"; done
mkdir -p /run/frr /run/sshd
mount --bind "$1/run" /run/frr
mount -t tmpfs tmpfs /var/tmp
for daemon in zebra staticd bgpd; do
    /usr/lib/frr/$daemon -d -A 127.0.0.1 -i /run/frr/$daemon.pid
done
vtysh -b >&2
/usr/sbin/sshd -f "$1/sshd_config" -E "$1/sshd.log"
echo ready
exec sleep infinity
"""

SSHD = """
ListenAddress {address}
HostKey {folder}/host_key
PidFile {folder}/sshd.pid
AuthorizedKeysFile /etc/frr/login_keys
UsePAM no
StrictModes no
"""


class RouterError(Exception):
    """The rig itself does not work; the test says nothing about netwb."""


def missing() -> list[str]:
    """What of the rig this machine lacks, in words."""
    lacks = [name for name in NEEDED if not shutil.which(name)]
    if lacks:
        return lacks
    tried = subprocess.run([*UNSHARE, "true"], capture_output=True, check=False)
    return [] if tried.returncode == 0 else ["the right to make namespaces"]


class FrrRouter:
    """A running router, until `stop`. `folder` must be new; `config` is its frr.conf."""

    def __init__(self, folder: Path, config: str, *, password: str) -> None:
        self.folder = folder
        self.key = folder / "login_key"
        self._first = 0  # process 1 of its namespace, as it is numbered out here
        hostname = config.partition("hostname ")[2].split(maxsplit=1)[0]
        self._lay(config, password)
        with (folder / "boot.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*UNSHARE, "sh", "-c", BOOT, "boot", str(folder), hostname],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._await_ready()

    def stop(self) -> None:
        """End every process of the router; its namespaces go with them. Twice does no harm."""
        self._process.kill()  # --kill-child takes process 1 along, and the kernel all others
        self._process.wait(timeout=10)
        if self._process.stdout:
            self._process.stdout.close()
        if not self._first:
            return
        with (
            contextlib.suppress(ProcessLookupError),  # process 1 is gone already
            os.fdopen(os.pidfd_open(self._first), "rb", buffering=0) as ended,
        ):
            select.select([ended], [], [], 10)

    @property
    def inside(self) -> list[str]:
        """Prefix of a command line that is to run in the router's network, and in no other."""
        return ["nsenter", "--net", "--target", str(self._first)]

    def vtysh(self, *commands: str) -> str:
        """Type the commands at the router, as an engineer on its console would."""
        typed = [word for command in commands for word in ("-c", command)]
        return self._within("vtysh", *typed)

    def configure(self, *lines: str) -> None:
        """Change the running configuration."""
        answer = self.vtysh("configure terminal", *lines, "end")
        if "%" in answer:
            raise RouterError(answer)

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
        _output([*KEYGEN, str(self.folder / "host_key")])
        # on SIGHUP sshd starts itself anew; its process file is written inside the namespace
        self._within("sh", "-c", f"kill -HUP $(cat {self.folder}/sshd.pid)")

    def cut_next_session(self, *, after_bytes: int, timeout_s: float) -> None:
        """Await a login, let its session send that much, then end sshd's process for it."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            for pid, command in self.processes():
                # sshd's unprivileged process, one a login, carries the bytes
                if command.startswith(f"sshd: {LOGIN}@".encode()) and _written(pid) >= after_bytes:
                    os.kill(pid, signal.SIGKILL)
                    return
            time.sleep(0.0005)  # /proc has no event to await
        msg = f"no session sent {after_bytes} bytes within {timeout_s} s"
        raise RouterError(msg)

    def _lay(self, config: str, password: str) -> None:
        """Write what the router reads, with modes that this process's umask does not take away."""
        for name in ("etc/frr", "run"):
            (self.folder / name).mkdir(parents=True)
        self._lay_users(password)
        self._lay_sshd()
        (self.folder / "etc/frr/frr.conf").write_text(config)
        (self.folder / "etc/frr/vtysh.conf").write_text("service integrated-vtysh-config\n")
        for place in (self.folder / "run", *(self.folder / "etc").rglob("*")):
            place.chmod(0o755 if place.is_dir() else 0o644)
            if place.parent.name != "etc" or place.is_dir():
                shutil.chown(place, "frr", "frr")

    def _lay_users(self, password: str) -> None:
        hashed = _output(["openssl", "passwd", "-6", "-stdin"], given=password).strip()
        users = {
            "passwd": f"{LOGIN}:x:1999:1999::/:/usr/bin/vtysh\n",
            "group": f"{LOGIN}:x:1999:\n",
            "shadow": f"{LOGIN}:{hashed}:19000:0:99999:7:::\n",
        }
        for name, line in users.items():
            (self.folder / "etc" / name).write_text(_members(Path("/etc", name)) + line)

    def _lay_sshd(self) -> None:
        (self.folder / "sshd_config").write_text(SSHD.format(address=ADDRESS, folder=self.folder))
        for name in ("host_key", "login_key"):
            _output([*KEYGEN, str(self.folder / name)])
        shutil.copy(self.key.with_suffix(".pub"), self.folder / "etc/frr/login_keys")

    def _await_ready(self) -> None:
        assert self._process.stdout
        said = self._process.stdout.read(6)
        if said != "ready\n":
            self.stop()
            raise RouterError((self.folder / "boot.log").read_text())
        pid = self._process.pid
        self._first = int(Path(f"/proc/{pid}/task/{pid}/children").read_text())
        self._namespace = Path(f"/proc/{self._first}/ns/pid").readlink()

    def _within(self, *command: str) -> str:
        return _output(["nsenter", "--all", "--root", "--target", str(self._first), *command])

    def processes(self) -> Iterator[tuple[int, bytes]]:
        """Every process of the router: its id out here, and its command line."""
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has ended by now
                if (process / "ns/pid").readlink() == self._namespace:
                    yield int(process.name), (process / "cmdline").read_bytes()


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


def _output(command: list[str], *, given: str = "") -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        msg = f"{' '.join(command)}: {done.stdout}{done.stderr}"
        raise RouterError(msg)
    return done.stdout
