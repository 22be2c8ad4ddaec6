"""Makes the table of entries, and each database's own index of their words. Both are empty: `rebuild_search` fills
them while the site serves, so that no lock is held for long."""

from django.db import migrations, models

# The table keeps the words for itself (external content), so the index need not. The triggers are lost where a later
# migration makes the table anew on SQLite: such a migration must make them again.
SQLITE = (
    "CREATE VIRTUAL TABLE search_words USING fts5("
    "words, content='search_entry', content_rowid='key', tokenize='ascii', columnsize=0)",
    "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN"
    " INSERT INTO search_words(rowid, words) VALUES (new.key, new.words); END",
    "CREATE TRIGGER search_entry_dropped AFTER DELETE ON search_entry BEGIN"
    " INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', old.key, old.words); END",
    "CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN"
    " INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', old.key, old.words);"
    " INSERT INTO search_words(rowid, words) VALUES (new.key, new.words); END",
)
SQLITE_BACK = (
    "DROP TRIGGER search_entry_changed",
    "DROP TRIGGER search_entry_dropped",
    "DROP TRIGGER search_entry_added",
    "DROP TABLE search_words",
)
# No parser of PostgreSQL reads the words: they are split at spaces and nowhere else. Without fastupdate, because the
# list of what waits would be read through by each search.
POSTGRESQL = (
    "CREATE INDEX search_words ON search_entry USING gin"
    " (array_to_tsvector(string_to_array(btrim(words), ' '))) WITH (fastupdate = off)",
)
POSTGRESQL_BACK = ("DROP INDEX search_words",)


def make(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def unmake(apps, schema_editor):
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("key", models.BigIntegerField(primary_key=True, serialize=False)),
                ("words", models.TextField()),
            ],
            options={"verbose_name_plural": "entries"},
        ),
        migrations.RunPython(make, unmake, elidable=False),
    ]
