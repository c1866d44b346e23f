"""How a simulated terminal behaves: echo, paging, privilege, passwords, short forms. No network."""

from __future__ import annotations

from typing import Any

import pytest

from netwb.lab.dialogue import Dialogue
from netwb.lab.faults import Fault
from netwb.lab.screen import Hang, Leave, Send, Step, Think
from netwb.lab.shelf import Shelf
from tests.lab.ground import ENABLE, make_device, make_world


def dialogue(
    *, fault: Fault | None = None, think_s: float = 0, started: str = "", **more: Any
) -> Dialogue:
    """Open a terminal and type `started` without looking."""
    device = make_device(**more)
    opened = Dialogue(device, Shelf(make_world(device)), fault=fault, think_s=think_s)
    opened.start()
    opened.receive(started.encode())
    return opened


def screen(steps: list[Step]) -> str:
    return b"".join(step.data for step in steps if isinstance(step, Send)).decode("latin-1")


@pytest.mark.parametrize(
    ("platform", "prompt"),
    [
        ("cisco_ios", "\nedge1#"),
        ("arista_eos", "edge1#"),
        ("frr", "\nedge1# "),
        ("cisco_nxos", "\nedge1# "),
    ],
)
def test_a_login_is_greeted_and_prompted(platform: str, prompt: str) -> None:
    device = make_device(platform=platform)

    greeting = screen(Dialogue(device, Shelf(make_world(device))).start())

    assert greeting.endswith(prompt)


def test_what_is_typed_is_echoed_key_by_key() -> None:
    terminal = dialogue()

    assert screen(terminal.receive(b"show cl")) == "show cl"
    assert screen(terminal.receive(b"ock\r")) == (
        "ock\r\n02:00:00.000 UTC Sun Nov 1 2026\r\nedge1#"
    )


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n"], ids=["cr", "lf", "crlf"])
def test_a_line_may_end_in_three_ways_and_prompts_once(ending: str) -> None:
    answer = screen(dialogue().receive(f"terminal length 0{ending}".encode()))

    assert answer == "terminal length 0\r\nedge1#"


@pytest.mark.parametrize("command", ["show running-config", "sh run", "SHOW RUN", "wr t"])
def test_commands_may_be_shortened(command: str) -> None:
    terminal = dialogue(started="terminal length 0\n")

    assert "Building configuration" in screen(terminal.receive(f"{command}\n".encode()))


def test_a_backspace_takes_the_last_key_back() -> None:
    terminal = dialogue()

    answer = screen(terminal.receive(b"shoe\x7fw clock\n"))

    assert "02:00:00.000 UTC" in answer


@pytest.mark.parametrize(
    ("platform", "complaint"),
    [
        ("cisco_ios", "\r\n           ^\r\n% Invalid input detected at '^' marker.\r\n"),
        ("arista_eos", "\r\n% Invalid input\r\n"),
        ("frr", "\r\n% Unknown command: show foo\r\n"),
        ("cisco_nxos", "\r\n            ^\r\n% Invalid command at '^' marker.\r\n"),
    ],
)
def test_an_unknown_command_is_refused_in_the_platforms_words(
    platform: str, complaint: str
) -> None:
    answer = screen(dialogue(platform=platform).receive(b"show foo\n"))

    assert complaint in answer


def test_a_long_text_stops_at_every_page_and_goes_on_by_keys() -> None:
    terminal = dialogue()
    page = screen(terminal.receive(b"show running-config\n"))
    assert page.endswith("\r\n --More-- ")
    assert page.count("\r\n") == 24  # the echo's own and 23 lines

    one_more = screen(terminal.receive(b"\r"))
    page_more = screen(terminal.receive(b" "))
    over = screen(terminal.receive(b"q"))

    assert one_more.count("\r\n") == 1
    assert page_more.count("\r\n") == 23
    assert one_more.startswith("\x08")
    assert over.endswith("edge1#")


def test_all_pages_together_are_the_whole_text() -> None:
    paged, whole = dialogue(), dialogue(started="terminal length 0\n")

    pages = screen(paged.receive(b"show running-config\n" + b" " * 100))
    text = screen(whole.receive(b"show running-config\n"))

    eraser = "\x08" * 9 + " " * 8 + "\x08" * 9
    assert pages.replace(" --More-- " + eraser, "").startswith(text)


@pytest.mark.parametrize("platform", ["cisco_ios", "arista_eos"])
def test_without_enable_the_configuration_is_not_shown(platform: str) -> None:
    terminal = dialogue(platform=platform, enable=ENABLE)

    answer = screen(terminal.receive(b"show running-config\n"))

    assert "% Invalid input" in answer
    assert answer.endswith("edge1>")


def test_enable_asks_for_a_password_and_does_not_echo_it() -> None:
    terminal = dialogue(enable=ENABLE)

    asked = screen(terminal.receive(b"enable\n"))
    answer = screen(terminal.receive(f"{ENABLE}\n".encode()))

    assert asked.endswith("Password: ")
    assert ENABLE not in answer
    assert answer.endswith("edge1#")


def test_enable_gives_up_after_three_wrong_passwords() -> None:
    terminal = dialogue(enable=ENABLE)

    answer = screen(terminal.receive(b"enable\nwrong\nwrong\nwrong\n"))

    assert answer.count("Password: ") == 3
    assert answer.endswith("% Bad secrets\r\n\r\nedge1>")


def test_frr_is_privileged_from_the_start() -> None:
    terminal = dialogue(platform="frr", enable=ENABLE)

    assert screen(terminal.receive(b"enable\n")).endswith("edge1# ")


def test_a_device_thinks_before_it_shows_its_configuration() -> None:
    terminal = dialogue(think_s=1.5, started="terminal length 0\n")

    echo, pause, text = terminal.receive(b"show running-config\n")

    assert isinstance(echo, Send)
    assert pause == Think(1.5)
    assert isinstance(text, Send)


@pytest.mark.parametrize("word", ["exit", "quit", "logout"])
def test_leaving_ends_the_session_without_a_prompt(word: str) -> None:
    steps = dialogue().receive(f"{word}\nshow clock\n".encode())

    assert screen(steps) == f"{word}\r\n"
    assert steps[-1] == Leave()


def test_a_pipe_shows_the_lines_that_include_a_word() -> None:
    answer = screen(dialogue().receive(b"show running-config | include hostname\n"))

    assert answer == "show running-config | include hostname\r\nhostname edge1\r\nedge1#"


def test_eos_gives_its_version_as_json_to_napalm() -> None:
    terminal = dialogue(platform="arista_eos", started="terminal length 0\n")

    assert '"version": "4.28.3M"' in screen(terminal.receive(b"show version | json\n"))


def test_a_terminal_of_one_line_still_comes_to_its_end() -> None:
    terminal = dialogue(started="terminal length 1\n")

    answer = screen(terminal.receive(b"show version\n" + b" " * 40))

    assert "edge1#" in answer


@pytest.mark.parametrize(
    ("keys", "level"), [("", 1), (f"enable\n{ENABLE}\n", 15), (f"enable\n{ENABLE}\ndisable\n", 1)]
)
def test_ios_tells_its_privilege_level(keys: str, level: int) -> None:
    terminal = dialogue(enable=ENABLE, started=keys)

    assert f"Current privilege level is {level}\r\n" in screen(terminal.receive(b"sh priv\n"))


def test_control_d_on_an_empty_line_leaves_and_control_c_gives_the_line_up() -> None:
    terminal = dialogue()

    assert screen(terminal.receive(b"show cl\x03")).endswith("^C\r\nedge1#")
    assert terminal.receive(b"\x04show clock\n") == [Leave()]


def test_a_whole_line_can_be_taken_back() -> None:
    terminal = dialogue()

    terminal.receive(b"reload\x15")

    assert "02:00:00.000 UTC" in screen(terminal.receive(b"show clock\n"))


@pytest.mark.parametrize("command", ["terminal length many", "terminal width wide"])
def test_a_size_must_be_a_number(command: str) -> None:
    assert "% Invalid input" in screen(dialogue().receive(f"{command}\n".encode()))


def test_a_hanging_device_says_nothing_after_half_of_the_text() -> None:
    terminal = dialogue(fault="hangs_in_the_middle", started="terminal length 0\n")

    echo, half, hang, *_ = terminal.receive(b"show running-config\n")

    assert isinstance(echo, Send)
    assert isinstance(half, Send)
    assert hang == Hang()


@pytest.mark.parametrize("fault", ["half_the_size", "another_device", None])
def test_a_fault_of_the_text_spoils_the_startup_configuration_as_such(fault: Fault | None) -> None:
    device, other = (make_device(f"acme/leaf{n}", platform="arista_eos") for n in (1, 2))
    terminal = Dialogue(device, Shelf(make_world(device, other)), fault=fault)
    terminal.start()

    answer = screen(terminal.receive(b"terminal length 0\nshow startup-config\n"))

    assert "! Command: show startup-config\r\n" in answer
    assert ("hostname leaf2" in answer) == (fault == "another_device")
