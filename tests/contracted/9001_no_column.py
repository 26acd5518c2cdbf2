from django.db import migrations

from tests.contracted import LAST


class Migration(migrations.Migration):
    dependencies = [("bookings", LAST)]
    operations = [migrations.RemoveField("mail", "last_error")]
