"""A name that is not known is answered with those that resemble it, of the actor's scope alone."""

from __future__ import annotations

import pytest

from netwb.inventory.records import NewCredential, NewDevice
from netwb.workbench import Workbench
from tests.cli.commands import Commands


@pytest.fixture(scope="module")
def netwb_home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two tenants with a site, a credential and a device each; eva sees one of them."""
    home = tmp_path_factory.mktemp("near") / "home"
    made = Workbench.create(home, environment={})
    for tenant, hostname in (("acme", "edge-fra-1"), ("umbra", "spine-osl-7")):
        made.add_tenant(tenant, name=tenant)
        made.add_site(f"{tenant}/frankfurt" if tenant == "acme" else f"{tenant}/oslo-west")
        made.add_credential(NewCredential(tenant=tenant, name="acme-login", username="x"))
        made.add_device(
            NewDevice(
                tenant=tenant,
                site="frankfurt" if tenant == "acme" else "oslo-west",
                hostname=hostname,
                address="192.0.2.1",
                platform="cisco_ios",
            )
        )
    made.close()
    return str(home)


@pytest.fixture
def netwb(
    netwb_home: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Commands:
    monkeypatch.setenv("PW", "Long-Enough-For-Nobody-77")
    run = Commands(netwb_home, capsys)
    if run("user", "show", "eva").status:
        given = ("--role", "engineer", "--tenant", "acme", "--password", "env:PW")
        assert run("user", "add", "eva", *given).status == 0
    return run


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("history edge-fra1", "did you mean edge-fra-1? `netwb device list`"),
        ("history acme/Edge-fra-2", "did you mean acme/edge-fra-1?"),
        ("history spine-osl-8", "did you mean spine-osl-7?"),
        ("schedule list --tenant umbra --site frankfurt", "did you mean acme/frankfurt?"),
        ("site show acme/frankfrut", "did you mean acme/frankfurt? `netwb site list`"),
        ("tenant show amce", "did you mean acme? `netwb tenant list`"),
        ("credential used-by acme-logn", "did you mean acme-login?"),
        ("device set edge-fra-1 --credential acme-logn", "did you mean acme-login?"),
        ("device set spine-osl-7 --credential acme-lgin", "did you mean acme-login?"),
    ],
)
def test_a_mistyped_name_is_told_with_the_one_that_it_resembles(
    netwb: Commands, command: str, said: str
) -> None:
    ran = netwb(*command.split())

    assert said in ran.err
    assert ran.status == 4
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("thing", ["history {}", "device show {}"])
def test_a_foreign_name_and_one_that_never_was_are_answered_alike(
    netwb: Commands, thing: str
) -> None:
    def said(name: str) -> str:
        return netwb(*thing.format(name).split(), "--as", "eva").err.replace(name, "NAME")

    assert said("spine-osl-7") == said("spine-xyz-7")
    assert said("umbra/spine-osl-7") == said("umbra/spine-xyz-7")
    assert "osl" not in said("spine-osl-8")


def test_what_resembles_nothing_is_told_as_ever(netwb: Commands) -> None:
    assert "mean" not in netwb("history", "zzz").err
