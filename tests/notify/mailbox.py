"""A mail server on loopback that keeps what it was given (aiosmtpd)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


@dataclass
class Mailbox:
    """Its port, the mails that came, and what it says to the next one."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answer: str = "250 OK"

    @property
    def url(self) -> str:
        """As apprise writes it."""
        words = "from=netwb@example.org&to=noc@example.org&mode=insecure"
        return f"mailto://127.0.0.1:{self.port}/?{words}"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        """Keep the mail, unless told to refuse it."""
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.original_content, policy=default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.recipients.append(list(envelope.rcpt_tos))
        return self.answer


def part(mail: EmailMessage, kind: str) -> str:
    """The text of the part of that kind."""
    found = mail.get_body((kind,))
    assert found is not None
    content = found.get_content()
    assert isinstance(content, str)
    return content


@contextmanager
def mail_server(*, login: tuple[str, str] | None = None) -> Iterator[Mailbox]:
    """A server while the block runs; with a login it wants that one."""
    with socket.socket() as free:  # the controller connects to the port that it was given
        free.bind(("127.0.0.1", 0))
        mailbox = Mailbox(port=free.getsockname()[1])

    def known(
        _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == login, handled=False)

    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=mailbox.port,
        auth_required=login is not None,
        auth_require_tls=False,
        authenticator=known if login else None,
    )
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
