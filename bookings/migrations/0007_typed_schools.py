"""The key of a typed school becomes a keyed hash, and the words that it is found by stand beside its name."""

from django.db import migrations

from hubs.vocabulary.keyed import keyed_hash
from hubs.vocabulary.school_words import searchable


def hash_keys(apps, schema_editor):
    bookings = apps.get_model("bookings", "Booking").objects.filter(school=None).exclude(school_kind="none")
    for booking in bookings.only("pk", "school_name", "school_key").iterator():
        kind, _colon, typed = booking.school_key.partition(":")
        booking.school_key = f"{kind}:{keyed_hash('bookings.school', typed)}"
        booking.school_words = searchable(booking.school_name)
        booking.save(update_fields=["school_key", "school_words"])


class Migration(migrations.Migration):
    dependencies = [("bookings", "0006_forgetting")]
    operations = [migrations.RunPython(hash_keys, migrations.RunPython.noop, elidable=True)]
