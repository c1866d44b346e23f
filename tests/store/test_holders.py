"""A lease's holder, dead or alive."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from netwb.store.holders import holder_name, in_words, is_dead

NAME = "from netwb.store.holders import holder_name; print(holder_name('n'), flush=True)"


def test_this_process_is_alive() -> None:
    assert not is_dead(holder_name("a"))


def test_a_holder_is_said_as_a_person_looks_for_it() -> None:
    said = in_words(holder_name("a"))

    assert said == f"process {os.getpid()} on {socket.gethostname()}"
    assert in_words("mine") == "mine"


def test_a_process_that_ended_is_dead() -> None:
    ended = subprocess.check_output([sys.executable, "-c", NAME], text=True).strip()

    assert is_dead(ended)


def test_a_process_that_was_killed_is_dead_even_before_it_is_reaped() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", f"{NAME}; input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout is not None
        name = child.stdout.readline().strip()
        assert not is_dead(name)

        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

        assert is_dead(name)


def test_a_later_process_with_the_same_number_is_another_one() -> None:
    host, place, pid, started, nonce = holder_name("a").split("|")

    assert is_dead("|".join((host, place, pid, f"{started}0", nonce)))


@pytest.mark.parametrize(
    "holder",
    ["", "one", "host|elsewhere|1|2|n", "host:1:abc"],
    ids=["empty", "a word", "another machine", "another form"],
)
def test_what_cannot_be_known_is_not_called_dead(holder: str) -> None:
    assert not is_dead(holder)
