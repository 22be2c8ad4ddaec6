"""What a page does without where the database cannot take it just now."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InternalError, OperationalError

logger = logging.getLogger(__name__)


@contextmanager
def spared(what: str) -> Iterator[None]:
    """Writes down something that was seen, outside of transactions: whoever reads a page is owed the page.

    Where the database is busy, full or only read it stays unwritten, and the log says so.
    """
    try:
        yield
    except (OperationalError, InternalError) as error:
        logger.warning("%s could not be written down", what, extra={"error": str(error).strip()})
