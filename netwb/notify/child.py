"""The program that a service's messages are sent by, a process a target (`netwb.notify.messages`).

Apart from the daemon, because what apprise's many services do is theirs: it can hang and is killed,
its memory ends with it, and what a tenant's target may reach is held at the one place that nothing
passes, the interpreter's own word before each connection (an audit hook: PEP 578). No redirect is
followed, no program is started, no proxy and no .netrc is read. Mail is written here by the standard
library, as its text and HTML are ours; apprise reads its URL.

One JSON a line comes in, `{"url", "reach"}` and then messages, and one goes out for each:
`{"ok": true, ...}` or `{"ok": false, "error"}`. The URL comes in by the pipe and goes nowhere else.
"""

from __future__ import annotations

import json
import logging
import re
import resource
import signal
import smtplib
import socket
import ssl
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING, Any

from netwb.errors import DeliveryError, InputError
from netwb.loading import lazy
from netwb.notify.addresses import is_public
from netwb.notify.services import (
    MAIL,
    PORT_MOST,
    SELF_HOSTED,
    check_service,
    check_tenant_service,
    hidden_service,
    scheme_of,
    shown_service,
    unmade,
)

if TYPE_CHECKING:
    import apprise
else:
    apprise = lazy("apprise")

# Where apprise keeps the services that are used most: it loads its 190 to find any other, in 0.3 s.
_PLUGINS = (
    (("mailto", "mailtos"), lazy("apprise.plugins.email"), "NotifyEmail"),
    (("json", "jsons"), lazy("apprise.plugins.custom_json"), "NotifyJSON"),
    (("xml", "xmls"), lazy("apprise.plugins.custom_xml"), "NotifyXML"),
    (("form", "forms"), lazy("apprise.plugins.custom_form"), "NotifyForm"),
    (("slack",), lazy("apprise.plugins.slack"), "NotifySlack"),
    (("workflow", "workflows"), lazy("apprise.plugins.workflows"), "NotifyWorkflows"),
    (("tgram",), lazy("apprise.plugins.telegram"), "NotifyTelegram"),
    (("discord",), lazy("apprise.plugins.discord"), "NotifyDiscord"),
    (("mmosts",), lazy("apprise.plugins.mattermost"), "NotifyMattermost"),
    (("pagerduty",), lazy("apprise.plugins.pagerduty"), "NotifyPagerDuty"),
    (("opsgenie",), lazy("apprise.plugins.opsgenie"), "NotifyOpsgenie"),
)
KNOWN_HERE = tuple(scheme for schemes, _, _ in _PLUGINS for scheme in schemes)
MEMORY_BYTES = 1024 * 1024 * 1024  # of addresses, not of pages: an answer without end ends here
SMTP_TIMEOUT_S = 10.0
ALONE_S = 60  # longer than the parent waits for a message
_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pty.spawn")
_NOT_PUBLIC = "its address is not public; a tenant's targets are at public ones"
_SAID_MOST = 300  # characters; cut when all is hidden, as half of a secret would be found nowhere
_ANSWER = re.compile(r"\berror=(\d{3})\b")  # how apprise logs the status that a service answered
# What apprise logs of an exception, and what it means to a person.
_MEANINGS = (
    (("NameResolutionError", "Name or service not known", "nodename nor"), "is not known to DNS"),
    (("Connection refused",), "takes no connection on that port"),
    (("timed out", "Timeout"), "did not answer in time"),
    (("CERTIFICATE_VERIFY_FAILED", "certificate verify failed"), "has a certificate of nobody"),
    (("SSLError", "WRONG_VERSION_NUMBER"), "does not speak TLS as it should"),
    (("MemoryError",), "answers without an end"),
)


class Guard:
    """Says no to a connection before it is made; `stopped` tells that it did."""

    def __init__(self, reach: str) -> None:
        self._reach = reach
        self.stopped = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The interpreter asks here before each of its acts (`sys.addaudithook`)."""
        if event in _PROGRAMS:
            raise PermissionError(event)
        if self._reach == "public" and event in {"socket.connect", "socket.sendto"}:
            self._judge(arguments[1])
        elif self._reach == "public" and event == "socket.sendmsg":
            self._stop()

    def _judge(self, address: object) -> None:
        """A name is judged as well, and is none that is public: it would be resolved after this."""
        if not (isinstance(address, tuple) and is_public(str(address[0]))):
            self._stop()

    def _stop(self) -> None:
        self.stopped = True
        raise PermissionError(_NOT_PUBLIC)


class Heard(logging.Handler):
    """What apprise says while it sends; it stays here, for it may hold the URL.

    Its own mask of one shows the first and the last letter of each secret, and a short one whole.
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.warnings: list[str] = []
        self.everything: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        text = record.getMessage()[:2000]
        self.everything.append(text)
        if record.levelno >= logging.WARNING:
            self.warnings.append(text)

    def forget(self) -> None:
        """Before the next message."""
        self.warnings.clear()
        self.everything.clear()


class Sender:
    """One service, made of one URL."""

    def __init__(self, url: str, guard: Guard, *, is_tenants: bool) -> None:
        check_service(url, is_tenants=is_tenants)
        self._url = url
        self._guard = guard
        self._heard = Heard()
        apprise.logger.handlers[:] = [self._heard]
        apprise.logger.setLevel(logging.DEBUG)
        apprise.logger.propagate = False
        self._plugin = self._made(is_tenants=is_tenants)
        self._is_mail = self._plugin.schema in MAIL

    @property
    def shown(self) -> str:
        """What may be seen of the URL."""
        recipients = tuple(address for _, address in self._plugin.targets) if self._is_mail else ()
        return shown_service(self._url, recipients)

    @property
    def hosts(self) -> list[str]:
        """Where it goes, where the URL says so; of many services its host is a token."""
        if self._is_mail:
            return [self._plugin.smtp_host]
        return [self._plugin.host] if self._plugin.schema in SELF_HOSTED else []

    def send(self, message: Mapping[str, str]) -> None:
        """Send one; DeliveryError with its cause."""
        self._heard.forget()
        if self._is_mail:
            self._send_mail(message)
        elif not self._plugin.notify(
            title=message["title"], body=message["brief"], body_format=apprise.NotifyFormat.TEXT
        ):
            raise DeliveryError(self._cause())

    def _made(self, *, is_tenants: bool) -> Any:
        asset = apprise.AppriseAsset(
            app_id="netwb",
            app_desc="netwb",
            http_redirects=False,
            storage_mode="memory",
            plugin_paths=[],
            pgp_autogen=False,
            pem_autogen=False,
        )
        plugin = made_alone(self._url, asset)
        if plugin is None:
            plugin = apprise.Apprise.instantiate(self._url, asset=asset)
        if plugin is None:
            raise unmade(self._url, _written(scheme_of(self._url)))
        if plugin.schema in SELF_HOSTED and (plugin.port or 0) > PORT_MOST:
            raise unmade(self._url, "")
        if plugin.schema in MAIL and self._heard.warnings:
            msg = "a recipient in this URL is no mail address; write them as to=noc@example.net"
            raise InputError(msg)
        plugin.redirects = False  # also where the URL asks for them
        if is_tenants:
            plugin.verify_certificate = True
            words = plugin.secure_protocol or ""
            word = words if isinstance(words, str) else next(iter(words), "")
            check_tenant_service(self._url, word)
        return plugin

    def _cause(self) -> str:
        """Why the service did not take it, in words that hold nothing of the URL."""
        name = scheme_of(self._url)
        if self._guard.stopped:
            return f"{name}: {_NOT_PUBLIC}"
        everything = " ".join(self._heard.everything)
        for marks, meaning in _MEANINGS:
            if any(mark in everything for mark in marks):
                return f"the server of {name} {meaning}"
        answer = _ANSWER.search(" ".join(self._heard.warnings))
        said = f", and answers {answer[1]}" if answer else "; see whether its URL is still right"
        return f"{name}: the service did not take the message{said}"

    def _send_mail(self, message: Mapping[str, str]) -> None:
        plugin = self._plugin
        mail = mail_of(plugin, message)
        recipients = [address for _, address in plugin.targets]
        everybody = [*recipients, *plugin.cc, *plugin.bcc]
        try:
            with _connected(plugin) as line:
                if plugin.user:
                    line.login(plugin.user, plugin.password or "")
                line.send_message(mail, plugin.from_addr[1], everybody)
        except (OSError, smtplib.SMTPException) as error:
            stopped = self._guard.stopped
            said = _NOT_PUBLIC if stopped else mail_fault(error, plugin.smtp_host, plugin.port)
            raise DeliveryError(hidden_service(said, self._url)[:_SAID_MOST]) from error


def plugin_of(scheme: str) -> Any:
    """The class of a service that is known here; None where apprise has to look for it."""
    found = ((door, name) for schemes, door, name in _PLUGINS if scheme in schemes)
    door, name = next(found, (None, ""))
    return getattr(door, name) if door is not None else None


def made_alone(url: str, asset: Any) -> Any:
    """What apprise's `instantiate` makes, by one plugin; None where that has to say why it cannot."""
    scheme = scheme_of(url)
    try:
        plugin = plugin_of(scheme)
        parts = plugin.parse_url(url.replace("/#", "/%23")) if plugin and plugin.enabled else None
        if not parts or parts["schema"] != scheme:
            return None
        made = plugin(**{**parts, "tag": set(), "asset": asset})
    except Exception:  # noqa: BLE001 - a service's own code, and a newer apprise may keep it elsewhere
        return None
    return made if made.enabled else None


def _written(scheme: str) -> str:
    """How apprise writes a URL of the service, its parts in braces; "" where it knows none."""
    known = [one for one in apprise.Apprise().details()["schemas"] if scheme in _schemes_of(one)]
    templates = known[0]["details"]["templates"] if known else ()
    return next(iter(templates), "").replace("{schema}", scheme)


def _schemes_of(service: Mapping[str, Any]) -> set[str]:
    return {*(service["protocols"] or ()), *(service["secure_protocols"] or ())}


def mail_of(plugin: Any, message: Mapping[str, str]) -> EmailMessage:
    """The mail, its text and, where there is one, its HTML."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = message["title"]
    mail["From"] = formataddr((plugin.from_addr[0] or "netwb", plugin.from_addr[1]))
    mail["To"] = ", ".join(formataddr((name or "", at)) for name, at in plugin.targets)
    if plugin.cc:
        mail["Cc"] = ", ".join(sorted(plugin.cc))
    if plugin.reply_to:
        mail["Reply-To"] = ", ".join(sorted(plugin.reply_to))
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{message['id']}@{plugin.from_addr[1].rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation message answers it
    mail.set_content(message["text"])
    if message["html"]:
        mail.add_alternative(message["html"], subtype="html")
    return mail


def mail_fault(error: Exception, host: str, port: int | None) -> str:
    """What a mail server, or the way to it, does wrong, in words."""
    place = f"{host} port {port}" if port else host
    said = next((words for kind, words in _MAIL_FAULTS if isinstance(error, kind)), "")
    return (said or "the connection to {place} failed: {words}").format(
        host=host,
        place=place,
        code=getattr(error, "smtp_code", ""),
        words=_words(
            getattr(error, "smtp_error", "") or getattr(error, "reason", "") or str(error)
        ),
        recipients=", ".join(getattr(error, "recipients", ())),
    )


_MAIL_FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPAuthenticationError, "{host} refuses the login ({code})"),
    (smtplib.SMTPRecipientsRefused, "{host} refuses the recipients {recipients}"),
    (smtplib.SMTPResponseException, "{host} answers {code}: {words}"),
    (smtplib.SMTPServerDisconnected, "{place} closed the connection, or does not speak SMTP"),
    (smtplib.SMTPException, "{place} cannot do what is asked: {words}"),
    (socket.gaierror, "the name {host} is not known to DNS; correct it, or try again"),
    (ssl.SSLCertVerificationError, "the certificate of {host} is not trusted"),
    (ssl.SSLError, "{place} does not speak TLS as it should ({words}); see mode= in the URL"),
    (ConnectionRefusedError, "{host} takes no connection on that port"),
    (TimeoutError, f"{{place}} did not answer within {SMTP_TIMEOUT_S:.0f} s"),
)


def _words(said: bytes | str) -> str:
    """One line of what a server said."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())


def _connected(plugin: Any) -> smtplib.SMTP:
    """A line to the mail server, as secure as the URL has it."""
    context = ssl.create_default_context()
    if not plugin.verify_certificate:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    port = plugin.port or 0
    if plugin.secure_mode == "ssl":
        return smtplib.SMTP_SSL(plugin.smtp_host, port, timeout=SMTP_TIMEOUT_S, context=context)
    line = smtplib.SMTP(plugin.smtp_host, port, timeout=SMTP_TIMEOUT_S)
    if plugin.secure_mode == "starttls":
        line.starttls(context=context)
    return line


def answers(lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    """An answer for each line: the first one opens, the others send."""
    sender: Sender | None = None
    for line in lines:
        asked = json.loads(line)
        try:
            if sender is None:
                guard = Guard(asked["reach"])
                sys.addaudithook(guard)
                sender = Sender(asked["url"], guard, is_tenants=asked["reach"] == "public")
                yield {"ok": True, "shown": sender.shown, "hosts": sender.hosts}
            else:
                sender.send(asked)
                yield {"ok": True}
        except (DeliveryError, InputError) as error:
            yield {"ok": False, "error": str(error), "kind": type(error).__name__}
        except Exception as error:  # noqa: BLE001 - what a service's own code raises; its words may be secret
            yield {"ok": False, "error": f"the service failed: {type(error).__name__}"}


def main() -> None:
    """Answer until the pipe ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for answer in answers(_within_time(sys.stdin)):
        signal.alarm(0)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _within_time(lines: Iterable[str]) -> Iterator[str]:
    """End by SIGALRM in the middle of a message that takes too long: who would kill us may be dead."""
    for line in lines:
        signal.alarm(ALONE_S)
        yield line
