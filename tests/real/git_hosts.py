"""Real Git hosts on loopback: Debian's OpenSSH, and git-http-backend behind TLS and a password.

Sources: sshd(8), sshd_config(5), git-http-backend(1), RFC 3875 (CGI).
"""

from __future__ import annotations

import base64
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADDRESS = "127.0.0.1"
SSHD = "/usr/sbin/sshd"
NEEDED = (SSHD, "ssh", "ssh-keygen")
_WAIT_S = 10


def missing() -> list[str]:
    """What an ssh host needs and this machine has not."""
    return [name for name in NEEDED if shutil.which(name) is None]


def make_key(path: Path) -> Path:
    """A new private key."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


@dataclass
class SshHost:
    """An sshd of our own; the login that runs the tests pushes to it as itself."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        """Begin to answer."""
        Path("/run/sshd").mkdir(exist_ok=True)  # where OpenSSH 9.2 goes to be without rights
        config = self.folder / "sshd_config"
        config.write_text(
            f"Port {self.port}\nListenAddress {ADDRESS}\nHostKey {self.folder}/host_key\n"
            f"AuthorizedKeysFile {self.folder}/authorized_keys\nPidFile none\nStrictModes no\n"
            "UsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
            "PermitRootLogin yes\n"
        )
        command = [SSHD, "-D", "-f", str(config), "-E", str(self.folder / "sshd.log")]
        self.process = subprocess.Popen(command)
        _await_port(self.port)

    def stop(self) -> None:
        """Answer no more."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(_WAIT_S)
            self.process = None

    def renew_key(self) -> None:
        """Another host key from the next start on."""
        (self.folder / "host_key").unlink()
        make_key(self.folder / "host_key")

    def url(self, repository: Path) -> str:
        """Where the repository is found."""
        return f"ssh://{ADDRESS}:{self.port}{repository}"


@contextmanager
def ssh_host(folder: Path, public_key: str) -> Iterator[SshHost]:
    """A host that lets that key in."""
    folder.mkdir()
    make_key(folder / "host_key")
    (folder / "authorized_keys").write_text(public_key)
    host = SshHost(folder=folder, port=free_port())
    host.start()
    try:
        yield host
    finally:
        host.stop()


@dataclass(frozen=True, kw_only=True)
class HttpsHost:
    """A server of the repositories in a folder; `ca` is the certificate to trust."""

    port: int
    ca: Path

    def url(self, name: str) -> str:
        """Where the repository is found."""
        return f"https://localhost:{self.port}/{name}"


@contextmanager
def https_host(folder: Path, *, username: str, password: str) -> Iterator[HttpsHost]:
    """Serve what lies in `folder` to who gives that name and password."""
    ca = folder.parent / "ca.pem"
    key = folder.parent / "key.pem"
    _certificate(ca, key)
    wanted = base64.b64encode(f"{username}:{password}".encode()).decode()
    server = ThreadingHTTPServer((ADDRESS, 0), _handler(folder, f"Basic {wanted}"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield HttpsHost(port=server.server_address[1], ca=ca)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as found:
        found.bind((ADDRESS, 0))
        port: int = found.getsockname()[1]
    return port


def _await_port(port: int) -> None:
    until = time.monotonic() + _WAIT_S
    while True:
        try:
            socket.create_connection((ADDRESS, port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _handler(folder: Path, authorization: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            if self.headers.get("Transfer-Encoding") == "chunked":
                self._answer(b"".join(iter(self._chunk, b"")))
            else:
                self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def log_message(self, *_: object) -> None:
            """Quietly."""

        def _chunk(self) -> bytes:
            size = int(self.rfile.readline().strip() or b"0", 16)
            content = self.rfile.read(size)
            self.rfile.readline()
            return content

        def _answer(self, body: bytes) -> None:
            if self.headers.get("Authorization") != authorization:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            done = subprocess.run(
                ["git", "http-backend"],
                input=body,
                capture_output=True,
                check=True,
                env=_environment(folder, path, query, self.command, dict(self.headers.items())),
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            lines = [line.split(": ", 1) for line in head.decode().split("\r\n")]
            status = next((v for k, v in lines if k == "Status"), "200 OK")
            self.send_response(int(status.split()[0]))
            for name, value in lines:
                if name != "Status":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _environment(
    folder: Path, path: str, query: str, method: str, headers: Mapping[str, str]
) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "GIT_PROJECT_ROOT": str(folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_METHOD": method,
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", ""),
        "REMOTE_USER": "netwb",
        "REMOTE_ADDR": ADDRESS,
        "GIT_PROTOCOL": headers.get("Git-Protocol", ""),
    }


def _certificate(certificate: Path, private: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address(ADDRESS))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
