"""The signed words in the address that stops mails: whose, and which. They need no sign-in and no cookie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.core.signing import BadSignature, Signer

What = Literal["thread", "replies", "quotations", "mentions", "follows", "decisions", "all"]
WHATS: tuple[What, ...] = ("thread", "replies", "quotations", "mentions", "follows", "decisions", "all")


class WrongToken(ValueError):  # noqa: N818  says what it is
    """Nobody here has signed this."""


@dataclass(frozen=True)
class Token:
    """What a token allows: to stop mails to ``member`` about ``what``; ``post`` is the thread, else 0."""

    member: int
    what: What
    post: int = 0

    def __str__(self) -> str:
        return _signer().sign(f"{self.member}-{self.what}-{self.post}")


def read_token(text: str) -> Token:
    """The token in an address; raises WrongToken."""
    try:
        member, what, post = _signer().unsign(text).split("-")
        return Token(int(member), WHATS[WHATS.index(what)], int(post))
    except (BadSignature, ValueError):
        raise WrongToken(text) from None


def _signer() -> Signer:
    return Signer(salt="forum.notices.unsubscribe", sep="~")
