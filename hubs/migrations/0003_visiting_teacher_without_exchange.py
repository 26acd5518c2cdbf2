"""The exchange of a visiting teacher is that of the hub's year. In a transaction of its own, after the rows are filled."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hubs", "0002_visiting_teacher_of_a_hub")]

    operations = [
        migrations.RemoveField("VisitingTeacher", "exchange"),
        migrations.AlterField(
            "VisitingTeacher",
            "hub_year",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visiting_teachers",
                to="hubs.hubyear",
                verbose_name="hub in a year",
            ),
        ),
    ]
