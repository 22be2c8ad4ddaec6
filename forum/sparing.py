"""What a page does without where the database cannot take it just now."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InternalError, OperationalError

READ_ONLY = "25006"  # what PostgreSQL calls a write that may not be, an internal error by its class

logger = logging.getLogger(__name__)


@contextmanager
def spared(what: str) -> Iterator[None]:
    """Writes down something that was seen, outside of transactions: whoever reads a page is owed the page.

    Where the database is busy, full or only read it stays unwritten, and the log says so. A fault of another kind, such
    as damage, is raised.
    """
    try:
        yield
    except (OperationalError, InternalError) as error:
        if isinstance(error, InternalError) and getattr(error.__cause__, "sqlstate", None) != READ_ONLY:
            raise
        logger.warning("%s could not be written down", what, extra={"error": str(error).strip()})
