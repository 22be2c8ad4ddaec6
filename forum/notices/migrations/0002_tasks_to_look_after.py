"""Indexes of the few tasks that run or have failed, in the table of django_tasks_db, which has none for them.

They are of no model of ours, so no state knows of them. Few rows are in them, and to make them reads the table once.
"""

from django.db import migrations

TABLE = "django_tasks_database_dbtaskresult"


def index(name: str, column: str, status: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE INDEX {name} ON {TABLE} ({column}) WHERE status = '{status}'", f"DROP INDEX IF EXISTS {name}"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0001_notices_and_outbox"),
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
    ]

    operations = [
        index("task_running", "started_at", "RUNNING"),
        index("task_failed", "finished_at", "FAILED"),
    ]
