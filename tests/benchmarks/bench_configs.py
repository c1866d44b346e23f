"""Measure gate, redaction and sections. By hand: `python -m tests.benchmarks.bench_configs`.

Prints CPU milliseconds for one text, the smallest of a few repetitions. Nothing is asserted: a
shared machine would make it a lottery. That time grows with the size alone, not with its square,
is a test (`tests/configs/test_linear.py`).
"""

from __future__ import annotations

import time
import timeit
from collections.abc import Callable
from dataclasses import replace

from netwb.configs.clean import clean
from netwb.configs.records import RawConfig
from netwb.configs.redact import redact, restore
from netwb.configs.sections import sections
from tests.configs.conftest import DATA, KEY, LIMIT, Case, read_platform

LINES_A_PORT = 6


def sized(case: Case, lines: int) -> RawConfig:
    """The recorded text with so many more ports, one in ten with a secret, and its right size."""
    head, _, body = case.raw.transcript.replace(b"\r", b"").partition(b" bytes\n")
    ports = b"".join(_port(number) for number in range(max(0, lines - 120) // LINES_A_PORT))
    body = body.replace(b"router ospf 1\n", ports + b"router ospf 1\n")
    announced = b"%b %d bytes\n" % (head.rpartition(b" ")[0], len(body.rstrip()) + 2)
    return replace(case.raw, transcript=(announced + body).replace(b"\n", b"\r\n"))


def _port(number: int) -> bytes:
    secret = f" ip ospf message-digest-key 1 md5 7 13061E01{number % 100:02}{number % 7:02}"
    lines = (
        f"interface GigabitEthernet1/{number}",
        f" description customer port {number} in row {number % 7}",
        f" ip address 10.{number % 250}.{number % 200}.1 255.255.255.0",
        " ip access-group EDGE-IN in" if number % 10 else secret,
        " no shutdown",
        "!",
    )
    return "".join(f"{line}\n" for line in lines).encode()


def milliseconds(work: Callable[[], object], lines: int) -> float:
    times = max(3, 3000 // lines)
    best = min(timeit.repeat(work, number=times, repeat=7, timer=time.process_time))
    return best / times * 1000


def main() -> None:
    case, platform = Case(DATA / "cisco_ios" / "good"), read_platform("cisco_ios")
    print(
        f"{'lines':>7} {'secrets':>8} {'clean':>8} {'redact':>8} {'restore':>8} {'sections':>9}  ms"
    )
    for lines in (300, 3_000, 20_000):
        raw = sized(case, lines)

        def judged(raw: RawConfig = raw) -> object:
            return clean(
                raw, platform, identity=case.identity, last_good=None, limit=LIMIT, key=KEY
            )

        config = clean(raw, platform, identity=case.identity, last_good=None, limit=LIMIT, key=KEY)
        redacted = redact(config.text, (), platform, key=KEY)
        values = {token: secret.value for token, secret in redacted.secrets.items()}
        figures = [
            milliseconds(judged, lines),
            milliseconds(lambda: redact(config.text, (), platform, key=KEY), lines),  # noqa: B023 - used at once
            milliseconds(lambda: restore(redacted.text, redacted.placed, values), lines),  # noqa: B023 - used at once
            milliseconds(lambda: sections(redacted.text, "indent", platform.blocks), lines),  # noqa: B023 - used at once
        ]
        count = config.text.count(b"\n")
        print(
            f"{count:7} {len(redacted.placed):8} {figures[0]:8.2f} {figures[1]:8.2f} {figures[2]:8.2f} {figures[3]:9.2f}"
        )


if __name__ == "__main__":
    main()
