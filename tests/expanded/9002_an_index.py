"""An index, made while everybody goes on writing. Only PostgreSQL can."""

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

on_postgres = "postgres" in settings.DATABASES["default"]["ENGINE"]
add_index = AddIndexConcurrently if on_postgres else migrations.AddIndex


class Migration(migrations.Migration):
    atomic = not on_postgres
    dependencies = [("bookings", "9001_a_column")]
    operations = [add_index("booking", models.Index(fields=["expanded"], name="booking_expanded"))]
