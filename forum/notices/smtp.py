"""Mail by SMTP that knows when it has handed a mail over, so that none is sent twice."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend


class _Doubt:
    """Notes the only moment after which the server may have taken a mail although nobody heard it say so."""

    in_doubt = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand the words over; whoever hears no answer cannot know what became of them."""
        self.in_doubt = True
        answer: tuple[int, bytes] = super().data(msg)  # type: ignore[misc]
        self.in_doubt = False
        return answer


class Conversation(_Doubt, smtplib.SMTP):
    """Talks with a server, in plain or after STARTTLS."""


class SecretConversation(_Doubt, smtplib.SMTP_SSL):
    """Talks with a server inside TLS."""


class Backend(EmailBackend):
    """Django's way to an SMTP server, with conversations that know what was handed over."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """The kind of conversation."""
        return SecretConversation if self.use_ssl else Conversation


def in_doubt(connection: object) -> bool:
    """Whether the last mail may have been taken although the server did not say so."""
    return bool(getattr(getattr(connection, "connection", None), "in_doubt", False))
