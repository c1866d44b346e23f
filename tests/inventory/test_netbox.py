"""All of a NetBox's devices, or none: what is broken, cut or false is refused as a whole."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netwb.errors import InputError, NetboxError, SettingsError
from netwb.inventory import netbox as module
from netwb.inventory.netbox import Asked, check_filters, check_url, fetch
from netwb.settings import NetboxSettings
from tests.inventory.netbox_server import TOKEN, Handler, Netbox, device, serving

QUICK = NetboxSettings(answer_s=1.0)


@pytest.fixture
def netbox() -> Iterator[Netbox]:
    with serving(*(device(n, f"edge{n}") for n in range(1, 8))) as found:
        yield found


def asked(netbox: Netbox, **changes: Any) -> Asked:
    return replace(Asked(url=netbox.url, filters=(("tenant", "acme"),), token=TOKEN), **changes)


def test_every_device_comes_however_small_its_pages(netbox: Netbox) -> None:
    netbox.most = 3

    found = fetch(asked(netbox), QUICK)

    assert [one.netbox_id for one in found] == [1, 2, 3, 4, 5, 6, 7]
    assert [path.rpartition("offset=")[2] for path in netbox.asked] == ["0", "3", "6"]
    assert found[0].row.at == "NetBox device 1 (edge1)"
    assert found[0].row.values == {
        "hostname": "edge1",
        "tenant": "acme",
        "site": "fra1",
        "status": "active",
        "role": "pe",
        "model": "C9300-48P",
        "platform": "cisco-ios",
        "serial": "FDO1",
        "address": "192.0.2.1",
        "labels": "core",
    }


def test_the_filters_are_asked_for(netbox: Netbox) -> None:
    netbox.devices.append(device(9, "other", tenant={"slug": "umbra"}))

    found = fetch(asked(netbox, filters=(("tenant", "umbra"), ("tag", "net&work"))), QUICK)

    assert [one.netbox_id for one in found] == [9]
    assert "tenant=umbra&tag=net%26work&ordering=id&limit=250" in netbox.asked[0]


def test_a_netbox_without_devices_has_none(netbox: Netbox) -> None:
    netbox.devices.clear()

    assert fetch(asked(netbox), QUICK) == ()


def changed(**changes: Any) -> Callable[[Handler, bytes], None]:
    """Its own answer with other values."""

    def answer(handler: Handler, body: bytes) -> None:
        handler.send(200, json.dumps({**json.loads(body), **changes}).encode())

    return answer


def drip(handler: Handler, body: bytes) -> None:
    handler.send(200, b"", length=len(body))
    for byte in body:
        if handler.netbox.gone.wait(0.1):
            return
        try:
            handler.wfile.write(bytes([byte]))
        except OSError:
            return


def hang(handler: Handler, _body: bytes) -> None:
    handler.netbox.gone.wait(30)


def first_page_for_ever(handler: Handler, _body: bytes) -> None:
    page = handler.netbox.page({"limit": ["3"]})
    handler.send(200, json.dumps(page).encode())


FAULTS: dict[str, tuple[Callable[[Handler, bytes], None], str]] = {
    "500": (lambda handler, _: handler.send(500, b"<h1>Server Error"), "answers 500"),
    "503": (lambda handler, _: handler.send(503, b""), "answers 503"),
    "hangs": (hang, "does not answer within"),
    "drips": (drip, "does not answer within"),
    "half a page": (
        lambda handler, body: handler.send(200, body[: len(body) // 2], length=len(body)),
        "breaks off in the middle",
    ),
    "cut JSON": (lambda handler, body: handler.send(200, body[:-20]), "its answer is no JSON"),
    "HTML": (lambda handler, _: handler.send(200, b"<html>Log in"), "its answer is no JSON"),
    "a bare list": (lambda handler, _: handler.send(200, b"[]"), "no list of devices"),
    "no list": (changed(results=None), "no list of devices"),
    "no count": (changed(count=None), "no list of devices"),
    "a count that is more": (changed(count=8), "counts 8 devices and gives 7"),
    "a count that is less": (changed(count=6), "counts 6 devices and gives 7"),
    "a device without an id": (changed(results=[{"name": "x"}]), "has no id"),
    "no device": (changed(results=["x"]), "has no id"),
    "a page for ever": (first_page_for_ever, "gives device 1 twice"),
    "empty pages for ever": (changed(results=[], next="x", count=9), "its pages have no end"),
    "elsewhere": (
        lambda handler, _: handler.send(302, b"", Location="http://192.0.2.1/"),
        "sends elsewhere",
    ),
    "deep JSON": (lambda handler, _: handler.send(200, b"[" * 100_000), "its answer is no JSON"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_answer_gives_nothing_and_one_sentence(netbox: Netbox, fault: str) -> None:
    netbox.answer, said = FAULTS[fault]
    began = time.monotonic()

    with pytest.raises(NetboxError, match=said) as refused:
        fetch(asked(netbox), QUICK)

    assert netbox.url in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert time.monotonic() - began < 10


def test_a_fault_on_a_later_page_gives_nothing(netbox: Netbox) -> None:
    netbox.most = 3

    def third(handler: Handler, body: bytes) -> None:
        handler.send(*((500, b"") if "offset=6" in handler.path else (200, body)))

    netbox.answer = third

    with pytest.raises(NetboxError, match="answers 500"):
        fetch(asked(netbox), QUICK)


def test_a_foreign_next_is_never_asked(netbox: Netbox) -> None:
    with serving(device(66, "evil")) as other:
        netbox.most = 4

        def lead_away(handler: Handler, body: bytes) -> None:
            page = json.loads(body)
            page["next"] = page["next"] and f"{other.url}/api/dcim/devices/?limit=4&offset=4"
            handler.send(200, json.dumps(page).encode())

        netbox.answer = lead_away

        found = fetch(asked(netbox), QUICK)

        assert [one.netbox_id for one in found] == [1, 2, 3, 4, 5, 6, 7]
        assert other.asked == []


def test_too_long_a_page_is_not_kept(netbox: Netbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE_BYTES", 1000)

    with pytest.raises(NetboxError, match="answers more than 1000 bytes"):
        fetch(asked(netbox), QUICK)


def test_a_wrong_token_is_named_and_not_shown(netbox: Netbox) -> None:
    with pytest.raises(NetboxError, match="refuses the token") as refused:
        fetch(asked(netbox, token="wrong-secret"), QUICK)

    assert "wrong-secret" not in str(refused.value)


def test_another_page_of_that_server_is_no_netbox(netbox: Netbox) -> None:
    with pytest.raises(NetboxError, match="has no devices at that URL"):
        fetch(asked(netbox, url=f"{netbox.url}/wiki"), QUICK)


def test_nobody_there_is_one_sentence(netbox: Netbox) -> None:
    with serving() as gone:
        pass

    with pytest.raises(NetboxError, match="cannot be reached"):
        fetch(asked(netbox, url=gone.url), QUICK)


def test_what_does_not_speak_tls_is_one_sentence(netbox: Netbox) -> None:
    with pytest.raises(NetboxError, match="cannot be reached"):
        fetch(asked(netbox, url=netbox.url.replace("http:", "https:")), QUICK)


@pytest.mark.parametrize("content", [None, "no certificate\n"], ids=["not there", "another thing"])
def test_a_file_of_certificates_that_holds_none_is_named_by_its_setting(
    netbox: Netbox, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)

    with pytest.raises(SettingsError, match=rf"setting netbox\.ca_file {file} holds no certific"):
        fetch(
            asked(netbox, url=netbox.url.replace("http:", "https:")),
            replace(QUICK, ca_file=str(file)),
        )


@pytest.mark.parametrize(
    ("given", "is_"),
    [
        ("https://netbox.example.net", "https://netbox.example.net"),
        ("https://netbox.example.net/", "https://netbox.example.net"),
        ("https://netbox.example.net:8443/netbox/", "https://netbox.example.net:8443/netbox"),
        ("https://netbox.example.net/api/", "https://netbox.example.net"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_urls_of_netboxes(given: str, is_: str) -> None:
    assert check_url(given) == is_


@pytest.mark.parametrize(
    "url",
    [
        "http://netbox.example.net",
        "http://192.0.2.1",
        "http://127.0.0.1.example.net",
        "ftp://netbox.example.net",
        "file:///etc/passwd",
        "netbox.example.net",
        "https://",
        "https://user:hunter2@netbox.example.net",
        "https://netbox.example.net/?token=hunter2",
        "https://netbox.example.net/#hunter2",
        "https://netbox.example.net:99999",
        "https://netbox.example.net:0",
        "https://-o.example.net",
        "https://netbox.example.net/a b",
        "https://netbox.example.net/\n",
        "https://nétbox.example.net",
        "https://" + "a" * 2000,
    ],
)
def test_what_is_no_netbox_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(InputError, match="the URL of NetBox") as refused:
        check_url(url)

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "pair",
    [("limit", "1"), ("offset", "7"), ("brief", "1"), ("Tenant", "x"), ("", "x"), ("tag", "")],
)
def test_filters_that_ask_for_less_than_devices_are_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(InputError, match="filter"):
        check_filters([pair])
