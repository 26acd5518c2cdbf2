"""A column that code of before does not know: the database fills it, so that such code goes on writing rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "9000_when_told")]
    operations = [
        migrations.AddField("booking", "expanded", models.CharField(max_length=20, default="", db_default="")),
        migrations.AddField("visitor", "expanded_at", models.DateTimeField(null=True)),
    ]
