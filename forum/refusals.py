"""Refusals: what an action raises when a person may not do something, with the sentence that person is shown."""


class Refusal(Exception):  # noqa: N818  not an error: an answer
    """An act that was refused; ``message`` is for the person, ``status`` is the HTTP status of the answer.

    ``wait`` is the number of seconds until the next try can succeed, 0 when time does not help. ``field`` names what
    in the form was wrong, if it was one thing.
    """

    status = 403
    wait = 0

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotAllowed(Refusal):
    """The person lacks the right, or the thread is not open to it."""


class Conflict(Refusal):
    """The act does not fit what has happened in the meantime."""

    status = 409


class Unreadable(Refusal):
    """The words are too long or too deeply nested to be made into a page."""

    status = 422


class TooMany(Refusal):
    """A rate limit is reached."""

    status = 429

    def __init__(self, message: str, *, wait: int) -> None:
        super().__init__(message)
        self.wait = wait
