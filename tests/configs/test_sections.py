"""Breadcrumbs of lines."""

import pytest

from netwb.configs.sections import sections
from netwb.platforms.record import Platform

BGP = "router bgp 64500"


@pytest.mark.parametrize(
    ("text", "crumbs"),
    [
        ("", ()),
        ("hostname a\n", ((),)),
        ("interface Gi0/1\n no shutdown\n!\nend", ((), ("interface Gi0/1",), (), ())),
        (
            f"{BGP}\n   vrf RED\n      rd 1:1\n   !\n   neighbor x\n",
            ((), (BGP,), (BGP, "vrf RED"), (BGP,), (BGP,)),
        ),
        ("a\n  b\n c\nd\n", ((), ("a",), ("a",), ())),
        ("a\n b\n\n c\n", ((), ("a",), ("a",), ("a",))),
    ],
    ids=["empty", "flat", "one section", "nested", "uneven", "blank line"],
)
def test_indentation_makes_the_sections(text: str, crumbs: tuple[tuple[str, ...], ...]) -> None:
    assert sections(text, "indent") == crumbs
    assert sections(text.encode(), "indent") == crumbs


def test_a_banner_is_below_its_opening_line(ios: Platform) -> None:
    text = "banner login ^C\nNo\n  entry\ninterface x\n^C\nline con 0\n stopbits 1\n"

    crumbs = sections(text, "indent", ios.blocks)

    banner = ("banner login ^C",)
    assert crumbs == ((), banner, banner, banner, banner, (), ("line con 0",))


def test_a_certificate_is_below_its_opening_line(ios: Platform) -> None:
    text = (
        "crypto pki certificate chain T\n certificate ca 01\n  308201D3 3082017D\n"
        "  \tquit\nhostname a\n"
    )

    crumbs = sections(text, "indent", ios.blocks)

    chain, certificate = "crypto pki certificate chain T", "certificate ca 01"
    assert crumbs == ((), (chain,), (chain, certificate), (chain, certificate), ())


def test_braces_make_the_sections_of_junos() -> None:
    text = (
        "system {\n    host-name a;\n    login {\n        user b;\n    }\n}\n}\ninterfaces {\n}\n"
    )

    crumbs = sections(text, "braces")

    system = ("system",)
    assert crumbs == ((), system, system, (*system, "login"), system, (), (), (), ())


def test_bytes_that_are_no_utf8_are_read_as_latin_1() -> None:
    assert sections(b"interface \xfc\n no shutdown\n", "indent")[1] == ("interface ü",)
