from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("bookings", "9001_no_column")]
    operations = [migrations.RenameField("mail", "dedupe_key", "once_key")]
