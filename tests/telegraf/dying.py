"""A process that applies a shard, and is killed by the very command that tells Telegraf."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.telegraf.appliers import ground


def main() -> None:
    folder, address = sys.argv[1:]
    with ground(Path(folder), kills=True) as made:
        made.applier.apply(made.files(address))


if __name__ == "__main__":
    main()
