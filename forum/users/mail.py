"""Mail into files, for a site that has no mail server yet, with the links also in the terminal."""

import os
import re
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend

_LINK = re.compile(r"https?://\S+")
ASIDE = (f"{settings.SITE_URL}/unsubscribe/", f"{settings.SITE_URL}/preferences/")


class FileAndTerminalBackend(EmailBackend):
    """Writes each mail to a file in EMAIL_FILE_PATH that only its owner reads, and prints its links."""

    def open(self) -> bool:
        """Open the file for the next mails; whoever can read it can take over the accounts it names."""
        if self.stream is not None:
            return False
        name: str = self._get_filename()  # type: ignore[attr-defined]
        self.stream: Any = open(name, "ab", opener=_private)  # noqa: SIM115 - closed by close()
        return True

    def write_message(self, message: EmailMessage) -> None:
        """Write the mail and print where its links lead, for whoever runs the site in this terminal."""
        super().write_message(message)
        for link in _LINK.findall(str(message.body)):
            if link != settings.SITE_URL + "/" and not link.startswith(ASIDE):  # the signature, and ways to stop mails
                print(f"Mail to {', '.join(message.to)}: {link}", flush=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
