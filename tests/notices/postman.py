"""A mail server for tests, which can be made to misbehave at any point."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from email.message import EmailMessage


class Postman(socketserver.ThreadingTCPServer):
    """Takes mails at a free port of this machine and keeps what it took.

    ``answers`` says what it does instead of what it should, by the first word it is told ("." ends a mail's words):
    a line that it answers with, or "" to hang up without a word.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.answers: dict[str, str] = {}
        self.taken: list[EmailMessage] = []
        self.to: list[list[str]] = []
        self.heard: list[str] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Conversation(socketserver.StreamRequestHandler):
    server: Postman

    def handle(self) -> None:
        self._say("220 here")
        to: list[str] = []
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].split()[0].upper()
            self.server.heard.append(word)
            if word in self.server.answers:
                if not self.server.answers[word]:
                    return
                self._say(self.server.answers[word])
                continue
            if word == "RCPT":
                to.append(line.partition("<")[2].rstrip(">"))
            if word == "MAIL":
                to = []
            if word == "DATA":
                self._say("354 go on")
                words = b""
                while not words.endswith(b"\r\n.\r\n"):
                    words += self.rfile.readline()
                if "." in self.server.answers:
                    if not self.server.answers["."]:
                        return
                    self._say(self.server.answers["."])
                    continue
                self.server.taken.append(email.message_from_bytes(words[:-3], policy=email.policy.default))
                self.server.to.append(to)
            self._say("250 fine")
            if word == "QUIT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
