"""A real nginx on the lines of the stack's door, without TLS, on loopback."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real_components import require_real
from tests.stack.folders import STACK, listening

TEMPLATE = STACK / "grafana" / "front.conf.template"
AROUND = """\
daemon off; pid {folder}/nginx.pid; error_log stderr warn; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{inner}
}}
"""


@contextmanager
def door(folder: Path, port: int, *, netwb: str, grafana: str, pages: str) -> Iterator[None]:
    """It listens while the block runs.

    netwb, grafana   where they are, as the template has them
    pages            whose pages may frame what is behind it
    """
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
    require_real("nginx", program is not None)
    assert program is not None
    file = folder / "nginx.conf"
    file.write_text(AROUND.format(folder=folder, inner=_lines(port, netwb, grafana, pages)))
    command = [program, "-p", str(folder), "-c", str(file), "-e", "stderr"]
    subprocess.run([*command, "-t", "-q"], check=True)  # the lines are taken
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            listening(port)
            yield
        finally:
            process.terminate()
            process.communicate(timeout=10)


def _lines(port: int, netwb: str, grafana: str, pages: str) -> str:
    """As nginx's image fills the template in."""
    values = {
        "GRAFANA_PORT": f"127.0.0.1:{port}",
        "NETWB_HOST": "netwb.example.net",
        "NETWB_PAGES": pages,
        "NETWB": netwb,
        "GRAFANA": grafana,
    }
    filled = re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], TEMPLATE.read_text())
    return re.sub(r"(?m)^  ssl_.*\n", "", filled).replace(f"{port} ssl;", f"{port};")
