"""What migrations wrote is there again for each test, though one before it emptied the tables."""

import pytest
from django.db import connection


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_what_migrations_wrote_is_put_back(time):
    assert connection.creation.serialize_db_to_string() == connection._test_serialized_contents
