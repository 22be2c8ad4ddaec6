"""One line of JSON for each event, with the id of the request that caused it."""

import json
import logging
import os
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")

# What every record has anyway; anything else was given by `extra=` and is meant for the log.
_EMPTY = logging.LogRecord("", 0, "", 0, "", None, None)
_USUAL = set(vars(_EMPTY)) | {"message", "asctime", "taskName", "request"}
STANDARD_ERROR = 2
# No line tells of them, and to look them up takes a tenth of the time of a line.
logging.logThreads = logging.logMultiprocessing = False
_ENCODER = json.JSONEncoder(default=str)  # made once: json.dumps makes one for each line


class OneLine(logging.Formatter):
    """Writes a record as one line of ASCII, in which no line break or escape of a visitor's can stand."""

    def format(self, record: logging.LogRecord) -> str:
        """Gives the line: time, level, source, request, message, what `extra=` adds, an error's cause or its trace."""
        extra = {name: value for name, value in vars(record).items() if name not in _USUAL}
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "request": request_id.get(),
            "message": record.getMessage(),
            **extra,
        }
        if record.exc_info:
            cause = _cause(record.exc_info[1])
            line |= {"cause": cause} if cause else {"trace": self.formatException(record.exc_info)}
        return _ENCODER.encode(line)


def _cause(error: BaseException | None) -> str:
    """What is wrong and what to do, where that is the database and not the code; nothing else."""
    database = sys.modules.get("django.db")  # who watches gunicorn has none
    if database is None or not isinstance(error, database.Error):
        return ""
    from forum.operating import failing  # reads models, which are not there yet when the log begins

    return failing.cause(error)


class Terminal(logging.Handler):
    """Writes each line to the standard error by one call of the system, which needs no lock to keep lines apart.

    The lock of an ordinary handler is held over that call, and every thread that answers a request queues at it.
    """

    def createLock(self) -> None:  # noqa: N802  logging's name
        """Makes none."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        """Writes the record; what goes wrong is told as by every handler."""
        try:
            os.write(STANDARD_ERROR, f"{self.format(record)}\n".encode())
        except Exception:  # whatever it is, a page must not fail because its line cannot be written
            self.handleError(record)
