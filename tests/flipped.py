"""One byte of a stored text, changed on the disk behind everybody's back."""

from __future__ import annotations

import subprocess
from pathlib import Path


def flip_a_text(repository: Path) -> None:
    """In the middle of the longest one, in the one pack that upkeep makes: Git copies it unseen."""
    subprocess.run(["git", "-C", repository, "repack", "-a", "-d", "-q"], check=True)
    found = []
    for pack in (repository / "objects" / "pack").glob("*.pack"):
        told = subprocess.check_output(["git", "verify-pack", "-v", pack], text=True)
        for line in told.splitlines():
            words = line.split()
            if words[1:2] == ["blob"]:
                found.append((int(words[3]), int(words[4]), pack))
    length, start, pack = max(found)
    content = bytearray(pack.read_bytes())
    content[start + length // 2] ^= 1
    pack.chmod(0o600)
    pack.write_bytes(content)
