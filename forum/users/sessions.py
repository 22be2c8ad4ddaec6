"""Sessions in the database as Django keeps them, each found by a query that is written once."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from forum.prepared import Given, Prepared

_LIVING = Prepared(lambda: Session.objects.filter(session_key=Given("key"), expire_date__gt=Given("now")))


class SessionStore(db.SessionStore):
    """Django finds this by its name in the module that ``SESSION_ENGINE`` names."""

    def _get_session_from_db(self) -> Any:
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        found = _LIVING.first(key=self.session_key, now=now)
        if found is None:
            self._session_key = None
        return found
