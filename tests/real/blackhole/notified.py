"""What FastNetMon calls instead of a notify script: it writes down how it was called.

It stands in the folder of the calls, under a name that is no call's.
"""

import json
import sys
import time
from pathlib import Path

called_at = time.monotonic()
folder = Path(__file__).parent
call = {"called_at": called_at, "words": sys.argv[1:], "given": sys.stdin.read()}
written = folder / f"{time.time_ns()}.part"
written.write_text(json.dumps(call))
written.rename(written.with_suffix(".json"))
