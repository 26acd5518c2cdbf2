from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "9003_never_empty")]
    operations = [migrations.AddIndex("booking", models.Index(fields=["expanded"], name="booking_expanded"))]
