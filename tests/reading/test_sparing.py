"""What a page does without, and what it does not."""

import psycopg
import pytest
from django.db import DatabaseError, InternalError, OperationalError

from forum.sparing import spared


def fault(kind: type[Exception], of: Exception) -> Exception:
    made = kind(str(of))
    made.__cause__ = of
    return made


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("database is locked"),
        fault(OperationalError, psycopg.errors.DiskFull("no room")),
        fault(InternalError, psycopg.errors.ReadOnlySqlTransaction("only read")),
    ],
)
def test_what_was_seen_stays_unwritten_where_nothing_can_be(error, caplog):
    with spared("a visit"):
        raise error
    assert "a visit could not be written down" in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        fault(InternalError, psycopg.errors.DataCorrupted("a page is broken")),
        fault(InternalError, psycopg.errors.InFailedSqlTransaction("after a fault")),
        DatabaseError("database disk image is malformed"),
    ],
)
def test_damage_and_faults_of_the_site_are_raised(error):
    with pytest.raises(type(error)), spared("a visit"):
        raise error
