"""`python -m scheduler`, which is `netwb scheduler`: the same options, from a checkout."""

from __future__ import annotations

import sys

from netwb.cli.main import run

if __name__ == "__main__":
    sys.argv[1:1] = ["scheduler"]
    run()
