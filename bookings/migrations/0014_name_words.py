from itertools import islice

from django.db import migrations, models
from django.db.models import Q

from hubs.vocabulary.email_address import as_kept
from hubs.vocabulary.school_words import searchable

NAMES = [("Booking", "contact_name", "contact_email"), ("Visitor", "full_name", "email")]


def write_words(apps, schema_editor):
    """Words beside every name that is there, and addresses as they are kept from now on."""
    for model, name, address in NAMES:
        rows = apps.get_model("bookings", model).objects.order_by("pk").only("pk", name, address).iterator(2000)
        while batch := list(islice(rows, 2000)):
            for row in batch:
                row.name_words = searchable(getattr(row, name) or "")
                setattr(row, address, as_kept(getattr(row, address) or "") or None)
            apps.get_model("bookings", model).objects.bulk_update(batch, ["name_words", address], batch_size=500)


def goes_with(name):
    return Q(**{f"{name}__isnull": False}) | Q(name_words="")


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0013_move_and_cancel"),
    ]

    operations = [
        *(
            migrations.AddField(model, "name_words", models.TextField(default="", editable=False))
            for model, *_ in NAMES
        ),
        migrations.AddConstraint(
            "booking",
            models.CheckConstraint(condition=goes_with("contact_name"), name="contact_erased_with_words"),
        ),
        migrations.AddConstraint(
            "visitor",
            models.CheckConstraint(condition=goes_with("full_name"), name="visitor_erased_with_words"),
        ),
        migrations.RunPython(write_words, migrations.RunPython.noop),
    ]
