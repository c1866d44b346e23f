"""Messages to services by a child process: mail and posts for real, and what a tenant may not reach."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import apprise
import pytest
from apprise.manager_plugins import NotificationManager

from netwb.errors import DeliveryError, InputError
from netwb.notify.child import KNOWN_HERE, Guard, Sender, made_alone, plugin_of
from netwb.notify.messages import Service
from netwb.notify.records import Message
from netwb.notify.services import (
    MAIL,
    TENANT_SERVICES,
    check_service,
    hidden_service,
    shown_service,
)
from netwb.notify.webhooks import Reach
from tests.notify.mailbox import Mailbox, mail_server, part
from tests.notify.receivers import Receiver, drip, flood, hang, receiving, status

MESSAGE = Message(
    title="[netwb] warning: acme/edgé1",
    text="No answer: acme/edgé1\n",
    brief="No answer: acme/edgé1",
    html="<p>No answer: <b>acme/edgé1</b></p>",
)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def service(url: str, reach: Reach = "anywhere", *, limit_s: float = 30) -> Service:
    return Service(url, reach, os.environ, limit_s=limit_s)


def as_json(receiver: Receiver) -> str:
    return receiver.url.replace("http://", "json://") + "?+X-Token=T0kenValue"


def test_mail_arrives_as_text_and_as_html_with_the_id_of_its_message(mailbox: Mailbox) -> None:
    with service(mailbox.url + "&cc=boss@example.org") as opened:
        opened.send(MESSAGE, "msg_1")
        opened.send(MESSAGE, "msg_2")

    mail, second = mailbox.mails

    assert opened.shown == "mailto://127.0.0.1/... to noc@example.org"
    assert mail["subject"] == MESSAGE.title
    assert part(mail, "plain").strip() == MESSAGE.text.strip()
    assert part(mail, "html").strip() == MESSAGE.html
    assert mail["message-id"] == "<msg_1@example.org>"
    assert (mail["auto-submitted"], second["message-id"]) == (
        "auto-generated",
        "<msg_2@example.org>",
    )
    assert mailbox.recipients[0] == ["noc@example.org", "boss@example.org"]


def test_a_post_of_apprise_arrives(receiver: Receiver) -> None:
    with service(as_json(receiver)) as opened:
        opened.send(MESSAGE, "msg_1")

    headers, body = receiver.got[0]

    assert headers["x-token"] == "T0kenValue"
    assert b"No answer: acme/edg" in body
    assert opened.shown == "json://127.0.0.1/..."


def test_what_a_mail_server_says_is_the_cause(mailbox: Mailbox) -> None:
    mailbox.answer = "554 5.7.1 no such sender here"

    with service(mailbox.url) as opened, pytest.raises(DeliveryError) as caught:
        opened.send(MESSAGE, "msg_1")

    assert str(caught.value) == "127.0.0.1 answers 554: 5.7.1 no such sender here"


def test_a_wrong_password_is_named_and_not_shown() -> None:
    with mail_server(login=("netwb", "right-one")) as mailbox:
        wrong = mailbox.url.replace("://", "://netwb:Wr0ng-pass@")
        with service(wrong) as opened, pytest.raises(DeliveryError) as caught:
            opened.send(MESSAGE, "msg_1")
        with service(mailbox.url.replace("://", "://netwb:right-one@")) as opened:
            opened.send(MESSAGE, "msg_1")

    assert "127.0.0.1 refuses the login" in str(caught.value)
    assert "Wr0ng-pass" not in str(caught.value) + opened.shown
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mailto://{closed}/?from=a@example.org&to=b@example.org&mode=insecure", "no connection"),
        ("json://{closed}/S3cretPath", "takes no connection"),
        ("mailto://nowhere.invalid/?from=a@b.org&to=c@d.org&mode=insecure", "not known to DNS"),
        ("json://nowhere.invalid/S3cretPath", "is not known to DNS"),
    ],
)
def test_a_place_that_is_not_there_is_named(url: str, says: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = url.format(closed=f"127.0.0.1:{free.getsockname()[1]}")
        with service(closed) as opened, pytest.raises(DeliveryError, match=says) as caught:
            opened.send(MESSAGE, "msg_1")

    assert "S3cretPath" not in str(caught.value)


def test_an_answer_of_no_is_named_without_the_url(receiver: Receiver) -> None:
    receiver.answer = status(500, "S3cretPath")
    with service(as_json(receiver)) as opened, pytest.raises(DeliveryError) as caught:
        opened.send(MESSAGE, "msg_1")

    assert "500" in str(caught.value)
    assert "S3cretPath" not in str(caught.value)
    assert "T0kenValue" not in str(caught.value)


REFUSED = (
    ("mailtos://{0}:{1}@127.0.0.1:15999/?to=noc@example.net", "add from=netwb@example.net"),
    ("mailtos://{0}:{1}@relay/?to=noc@example.net", "only where the host is a domain"),
    ("mailtos://{0}:{1}@192.0.2.1/?to=noc@example.net&from={0}", "its sender is no mail address"),
    ("mailtos://{0}:{1}@mail.example.net:65536/?to=noc@example.net", "its port is no number"),
    ("mailtos://{0}:{1}@mail.example.net:{1}/?to=noc@example.net", "its port is no number"),
    ("mailtos://{0}:{1}@mail.example.net/?mode={0}", "its mode is none of starttls, ssl, insecure"),
    ("mailtos://{0}:{1}@mail.example.net/?to={1}", "a recipient in this URL is no mail address"),
    ("mailtos://{0}:{1}@/?to=noc@example.net", "it names no mail server"),
    ("jsons://{0}:{1}@mail.example.net:65536/{1}?{0}={1}", "its port is no number"),
    ("slack://{0}/{1}", "write slack://{token_a}/{token_b}/{token_c}"),
    ("tgram://{0}/{1}", "write tgram://{bot_token}"),
    ("discord://{0}?a={1}", "write discord://{webhook_id}/{webhook_token}"),
    ("pagerduty://{0}/{1}", "write pagerduty://"),
    ("https://example.net/{0}/{1}", "it knows no such service"),
    ("nonsense://{0}:{1}@{0}/{1}?{0}={1}", "it knows no such service"),
)


@pytest.mark.parametrize(("url", "says"), REFUSED)
def test_why_a_url_is_refused_is_said_and_is_the_same_whatever_its_secrets_are(
    url: str, says: str
) -> None:
    """Asked in this process; that a child's refusal comes out as it is, the next test shows."""
    told = set()
    for secrets in (("a", "pw"), ("noc9", "Secretpw9"), ("Z", "qQ")):
        filled = url.replace("{0}", secrets[0]).replace("{1}", secrets[1])
        with pytest.raises(InputError) as caught:
            Sender(filled, Guard("anywhere"), is_tenants=False)
        told.add(str(caught.value))

    (sentence,) = told
    assert says in sentence


def test_the_child_refuses_a_url_in_the_same_words() -> None:
    url = REFUSED[0][0].format("noc9", "Secretpw9")

    with pytest.raises(InputError, match=r"add from=netwb@example\.net"), service(url):
        pass


def test_a_relay_at_an_address_takes_a_url_that_names_the_sender() -> None:
    url = "mailtos://user:pw@127.0.0.1:15999/?to=noc@example.net&from=netwb@example.net"

    with service(url) as opened:
        assert opened.shown == "mailtos://127.0.0.1/... to noc@example.net"


@pytest.mark.parametrize(
    "url",
    [
        "mailtos://user:pw@mail.example.net/?to=noc@example.net,b@example.net&cc=c@example.net",
        "mailto://relay.example.net:2525?from=Netwb%20<a@example.net>&to=b@example.net&smtp=10.0.0.1",
        "jsons://user:pw@example.org:8443/path/to?+X-Token=T0ken&method=PUT&verify=no",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
        "tgram://123456789:abcdefg_hijklmnop/12315544/",
    ],
)
def test_a_service_that_is_made_alone_is_the_one_that_apprise_makes(url: str) -> None:
    asset = apprise.AppriseAsset(storage_mode="memory")

    alone = made_alone(url, asset)

    theirs: Any = apprise.Apprise.instantiate(url, asset=asset)
    assert type(alone) is type(theirs)
    assert (alone.url(), vars(alone).keys()) == (theirs.url(), vars(theirs).keys())


@pytest.mark.parametrize("scheme", KNOWN_HERE)
def test_a_scheme_that_is_known_here_has_the_plugin_that_apprise_has_for_it(scheme: str) -> None:
    theirs: Any = NotificationManager

    assert plugin_of(scheme) is theirs()[scheme]


def test_each_service_that_is_open_to_a_tenant_is_one_of_apprise_and_over_tls() -> None:
    known: Any = apprise.Apprise().details(show_disabled=True)["schemas"]
    over_tls = {scheme for one in known for scheme in one["secure_protocols"] or ()}

    assert over_tls >= TENANT_SERVICES - MAIL
    assert {scheme for one in known for scheme in one["protocols"] or ()} | over_tls >= MAIL


@pytest.mark.parametrize(
    "url",
    [
        f"pover://{'u' * 30}@{'a' * 30}/?priority=high&sound=siren",
        "workflows://prod.example.org/643e8971a1a4/sIgNaTuRe-of-it/",
    ],
    ids=["Pushover", "Teams"],
)
def test_a_tenant_uses_a_service_by_the_word_that_apprise_has_for_it(url: str) -> None:
    assert Sender(url, Guard("public"), is_tenants=True).shown == f"{url.partition(':')[0]}://..."


def test_a_common_service_is_opened_without_loading_all_others() -> None:
    """In a process of its own, as in this one other tests have loaded them."""
    words = """
import sys
from netwb.notify.child import Guard, Sender
sent = Sender("jsons://example.org/x", Guard("public"), is_tenants=True)
print(sent.shown, sorted(m for m in sys.modules if m.startswith("apprise.plugins.custom_")))
"""
    said = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, check=True
    ).stdout

    assert said == "jsons://example.org/... ['apprise.plugins.custom_json']\n"


def test_a_redirect_is_not_followed_also_where_the_url_asks_for_it(receiver: Receiver) -> None:
    with receiving() as elsewhere:
        receiver.answer = status(307, Location=elsewhere.url)
        url = as_json(receiver) + "&redirect=yes"
        with service(url) as opened, pytest.raises(DeliveryError):
            opened.send(MESSAGE, "msg_1")

        assert (len(receiver.got), elsewhere.got) == (1, [])


def test_ten_megabytes_of_answer_hurt_nobody(receiver: Receiver) -> None:
    receiver.answer = flood(200)
    with service(as_json(receiver)) as opened:
        opened.send(MESSAGE, "msg_1")


@pytest.mark.parametrize("answer", [hang, drip], ids=["hangs", "drips"])
def test_a_service_that_does_not_end_is_killed(receiver: Receiver, answer: object) -> None:
    receiver.answer = answer  # type: ignore[assignment]
    url = as_json(receiver) + "&rto=600"
    began = monotonic()

    with service(url, limit_s=1) as opened, pytest.raises(DeliveryError, match="within 1 s"):
        opened.send(MESSAGE, "msg_1")

    assert monotonic() - began < 15


@pytest.mark.parametrize(
    "url",
    [
        "jsons://127.0.0.1:9/x",
        "jsons://localhost:9/x",
        "jsons://[::1]:9/x",
        "jsons://2130706433:9/x",
        "jsons://169.254.169.254/latest",
        "mailto://127.0.0.1:9/?from=a@example.org&to=b@example.org&mode=insecure",
        "mailto://localhost:9/?from=a@example.org&to=b@example.org&mode=insecure",
        "mailtos://example.org/?smtp=localhost&from=a@example.org&to=b@example.org",
        "mmosts://localhost:9/abcdefghijklmnopqrstuvwx",
    ],
)
def test_a_tenants_service_connects_to_no_address_of_ours(url: str) -> None:
    with service(url, "public") as opened, pytest.raises(DeliveryError, match="not public"):
        opened.send(MESSAGE, "msg_1")


@pytest.mark.parametrize(
    "url",
    [
        "json://example.org/x", "http://example.org/x", "syslog://", "dbus://", "windows://",
        "mqtts://example.org/x", "jsons://example.org/x?template=/etc/passwd", "gnome://",
        "mailtos://u:p@example.org/?to=a@b.org&pgpkey=/etc/passwd", "apprises://example.org/x",
        "file:///etc/passwd", "rsyslog://127.0.0.1", "xbmc://127.0.0.1",
    ],
)  # fmt: skip
def test_a_tenants_service_is_one_of_a_few(url: str) -> None:
    with pytest.raises(InputError):
        Sender(url, Guard("public"), is_tenants=True)


def test_the_child_too_refuses_a_tenant_what_is_not_open_to_it() -> None:
    with pytest.raises(InputError, match="cannot be syslog"), service("syslog://", "public"):
        pass


def test_a_process_that_cannot_be_started_is_a_fault_of_its_target_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")

    with pytest.raises(DeliveryError, match="cannot be started"), service("json://127.0.0.1:9/x"):
        pass


@pytest.mark.parametrize("hidden_in", ["?format=text;", "#?", "?a#&", "?format=text;%20"])
def test_a_tenants_url_names_no_file_of_the_server_however_it_is_written(hidden_in: str) -> None:
    flow = (
        "workflows://prod-1.westus.logic.azure.com:443/643e69f83c8944438d68119179a10a64/KpQ1vs0B1o"
    )

    with pytest.raises(InputError, match="parameter"):
        check_service(f"{flow}{hidden_in}template=/etc/passwd", is_tenants=True)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "nonsense://x",
        "mailto://",
        "slack://T1/S3cret-Token",
        "https://x.org/S3cret",
    ],
)
def test_what_is_no_service_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(InputError) as refused:
        Sender(url, Guard("anywhere"), is_tenants=False)

    assert "S3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "tgram://123456789:abcdefg_hijklmnop/12315544/",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "mailtos://netwb:Secret-pass@mail.example.org/?to=a@example.org",
        "jsons://user:Secret-pass@example.org/Secret-path?+X-Key=Secret-header",
    ],
)
def test_nothing_of_a_url_is_shown_that_may_be_a_secret(url: str) -> None:
    shown = Sender(url, Guard("public"), is_tenants=True).shown

    said = hidden_service(f"failed with {url} and TIiajkdnlazkcOXrIdevi7FQ", url)

    for secret in ("T1JJ3T3L2", "A1BRTD4JD", "TIiaj", "abcdefg", "123456789", "JHMHI", "Secret"):
        assert secret not in shown
    assert not any(secret in said for secret in ("T1JJ3T3L2", "abcdefg", "JHMHI", "Secret"))
    assert shown == shown_service(url, ("a@example.org",) if url.startswith("mail") else ())


def test_no_variable_of_ours_reaches_the_child(receiver: Receiver) -> None:
    environment = {**os.environ, "NETWB_KEY": "x", "https_proxy": "http://127.0.0.1:1"}

    with Service(as_json(receiver), "anywhere", environment) as opened:
        assert opened._child is not None
        given = Path(f"/proc/{opened._child.pid}/environ").read_bytes()

    assert b"NETWB_KEY" not in given
    assert b"HOME=/nonexistent" in given
    assert b"https_proxy" in given


@pytest.mark.parametrize(
    "address",
    [("127.0.0.1", 80), ("::1", 80, 0, 0), ("localhost", 80), ("example.org", 80), "/run/x.sock"],
)
def test_the_guard_stops_what_is_not_a_public_address_and_any_name(address: object) -> None:
    guard = Guard("public")

    for event in ("socket.connect", "socket.sendto"):
        with pytest.raises(PermissionError):
            guard(event, (None, address))
    assert guard.stopped


def test_the_guard_lets_public_addresses_pass_and_no_program_start() -> None:
    tenants, ours = Guard("public"), Guard("anywhere")

    tenants("socket.connect", (None, ("8.8.8.8", 443)))
    ours("socket.connect", (None, ("127.0.0.1", 443)))
    assert not tenants.stopped
    for guard in (tenants, ours):
        with pytest.raises(PermissionError):
            guard("subprocess.Popen", ("sh", [], None, None))
