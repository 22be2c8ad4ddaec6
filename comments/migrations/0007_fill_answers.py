from django.db import migrations

BATCH = 10_000  # ids in each transaction

FILL = """
UPDATE comments_comment SET answers_id = NULLIF(
    CASE WHEN parent_id IS NULL
        THEN (SELECT author_id FROM posts_post WHERE posts_post.id = comments_comment.post_id)
        ELSE (SELECT above.author_id FROM comments_comment above WHERE above.id = comments_comment.parent_id)
    END, author_id)
WHERE NOT archived AND id > %s AND id <= %s
"""


def fill(apps, schema_editor):
    """Says of the comments that were there before whom they answer."""
    comments = apps.get_model("comments", "Comment").objects.using(schema_editor.connection.alias)
    last = comments.order_by("-pk").values_list("pk", flat=True).first() or 0
    for begin in range(0, last, BATCH):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(FILL, [begin, begin + BATCH])


class Migration(migrations.Migration):
    atomic = False  # the site writes meanwhile

    dependencies = [("comments", "0006_answers"), ("posts", "0007_living_posts")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
