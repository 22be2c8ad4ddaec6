"""Without a mail server, mail goes to files that only their owner reads, and its links to the terminal."""

from pathlib import Path

import pytest
from django.core.mail import get_connection, send_mail


def test_a_mail_is_a_private_file_and_its_link_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connection = get_connection("forum.users.mail.FileAndTerminalBackend", file_path=tmp_path / "mail")
    body = "Open http://localhost:8000/accounts/confirm-email/x/\n\n-- \nRejoinder, http://localhost:8000/\n"
    send_mail("Hello", body, "forum@example.org", ["carol@example.org"], connection=connection)
    (file,) = (tmp_path / "mail").iterdir()
    assert "confirm-email/x/" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    printed = capsys.readouterr().out
    assert printed == "Mail to carol@example.org: http://localhost:8000/accounts/confirm-email/x/\n"


def test_files_are_what_a_site_without_a_server_gets() -> None:
    from forum import settings

    assert settings.EMAIL_BACKEND == "forum.users.mail.FileAndTerminalBackend"
    assert Path(str(settings.EMAIL_FILE_PATH)).name == "mail"
