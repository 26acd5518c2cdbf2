from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "9002_another_name")]
    operations = [migrations.AddField("booking", "expanded", models.CharField(max_length=20, default=""))]
