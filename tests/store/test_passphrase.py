"""A key under a passphrase opens by that passphrase alone, and only unchanged."""

from __future__ import annotations

import subprocess
import sys

from netwb.store.passphrase import Costs, unwrap, wrap

QUICK = Costs(memory_kib=64, passes=1, lanes=1)


def test_what_is_wrapped_opens_by_its_passphrase() -> None:
    wrapped = wrap("a sentence that is long", "export", b"the key", costs=QUICK)

    assert unwrap("a sentence that is long", "export", wrapped) == b"the key"
    assert b"the key" not in wrapped


def test_another_passphrase_or_context_opens_nothing() -> None:
    wrapped = wrap("a sentence that is long", "export", b"the key", costs=QUICK)

    assert unwrap("a sentence that is lonG", "export", wrapped) is None
    assert unwrap("a sentence that is long", "remote", wrapped) is None


def test_letters_that_look_the_same_are_the_same() -> None:
    wrapped = wrap("Schl\u00fcssel der Anlage", "export", b"the key", costs=QUICK)

    assert unwrap("Schlu\u0308ssel der Anlage", "export", wrapped) == b"the key"


def test_a_changed_or_missing_byte_opens_nothing() -> None:
    wrapped = wrap("a sentence that is long", "export", b"the key", costs=QUICK)

    for place in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[place] ^= 0x81
        if place in range(1, 5):
            changed[1:5] = (1024 * 1024 + 1).to_bytes(4, "big")  # would take all memory
        if place == 5:
            changed[place] = 2
        if place == 6:
            changed[place] = 2
        assert unwrap("a sentence that is long", "export", bytes(changed)) is None
        assert unwrap("a sentence that is long", "export", wrapped[:place]) is None


def test_wrapping_twice_gives_other_bytes() -> None:
    assert wrap("one", "c", b"x", costs=QUICK) != wrap("one", "c", b"x", costs=QUICK)


SMALL_MACHINE = """
import resource
from netwb.errors import StoreError
from netwb.store.passphrase import Costs, wrap
resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))
try:
    wrap("a sentence", "export", b"the key", costs=Costs(memory_kib=900 << 10, passes=1, lanes=1))
except StoreError as error:
    print(error)
"""


def test_a_machine_without_the_memory_says_how_much_it_takes() -> None:
    said = subprocess.run(
        [sys.executable, "-c", SMALL_MACHINE], capture_output=True, text=True, check=True
    )

    assert "takes 900 MiB of memory" in said.stdout
