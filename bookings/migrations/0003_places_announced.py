"""Sessions that are announced and not open: an index alone, made while everybody goes on writing."""

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

on_postgres = "postgres" in settings.DATABASES["default"]["ENGINE"]
add_index = AddIndexConcurrently if on_postgres else migrations.AddIndex


class Migration(migrations.Migration):
    atomic = not on_postgres
    dependencies = [("bookings", "0002_names_by_word")]
    operations = [
        add_index(
            "places",
            models.Index(fields=["session"], name="places_announced", condition=models.Q(status="announced")),
        )
    ]
