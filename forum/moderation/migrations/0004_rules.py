"""The rules that reports and decisions name, until the operator writes others."""

from django.db import migrations

# slug, title, text, offered to readers who report something
RULES = [
    ("spam", "Spam", "Advertising, planted links, or the same words posted again and again.", True),
    (
        "attack",
        "Attack on a person",
        "Insults or threats aimed at somebody, in place of an answer to what they said.",
        True,
    ),
    (
        "violence",
        "Call for violence",
        "Words that call for killing, torturing or hurting people, or that praise it.",
        True,
    ),
    (
        "hostility",
        "Hostility to a group of people",
        "Words that demean people for their origin, religion, sex, health or whom they love.",
        True,
    ),
    (
        "private",
        "Private information about others",
        "Addresses, numbers, letters or pictures of people who did not agree to it.",
        True,
    ),
    (
        "impersonation",
        "Passing oneself off as somebody else",
        "Writing under the name of another person or of the moderators.",
        True,
    ),
    ("off-topic", "Off topic", "Words that have nothing to do with the post or with what they answer.", True),
    ("unlawful", "Unlawful", "Words that the law of the place this site is run from forbids to publish.", True),
    ("other", "Something else", "Anything that these rules do not name; say in your own words what is wrong.", True),
    (
        "approval",
        "Waits for approval",
        "A moderator reads this before everyone does, as with the first words of a new account.",
        False,
    ),
]


def add_rules(apps, schema_editor):
    Rule = apps.get_model("moderation", "Rule")
    for position, (slug, title, text, for_readers) in enumerate(RULES, 1):
        Rule.objects.get_or_create(
            slug=slug, defaults={"title": title, "text": text, "for_readers": for_readers, "position": position * 10}
        )


class Migration(migrations.Migration):
    dependencies = [("moderation", "0003_verbs_and_rules_for_readers")]

    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
