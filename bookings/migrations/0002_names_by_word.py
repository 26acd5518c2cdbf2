"""Names by how their words begin: indexes alone, made while everybody goes on writing."""

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from bookings.models.names import FromWord

on_postgres = "postgres" in settings.DATABASES["default"]["ENGINE"]
add_index = AddIndexConcurrently if on_postgres else migrations.AddIndex


def by_word(model: str, part: str) -> models.Index:
    return models.Index(FromWord(models.F("name_words"), part), name=f"{model}_by_{part}_word")


class Migration(migrations.Migration):
    atomic = not on_postgres
    dependencies = [("bookings", "0001_initial")]
    operations = [
        add_index(model, by_word(model, part))
        for model in ("booking", "visitor")
        for part in ("first", "second", "third", "last")
    ]
