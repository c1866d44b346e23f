"""A process that does upkeep until it is killed: `upkeep_child HOME RHYTHM`; it says when it begins."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

from netwb.archive.upkeep import Rhythm, Upkeep

if __name__ == "__main__":
    upkeep = Upkeep(Path(sys.argv[1]) / "archive")
    sys.stdout.write("up\n")
    sys.stdout.flush()
    upkeep.keep(cast(Rhythm, sys.argv[2]), ["acme"])
