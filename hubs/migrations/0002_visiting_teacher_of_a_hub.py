"""A visiting teacher is a hub's guest, so that other hubs' staff do not see who comes."""

import django.db.models.deletion
from django.db import migrations, models


def find_hubs(apps, schema_editor):
    """That of a school they visit; else any hub of their exchange."""
    VisitingTeacher = apps.get_model("hubs", "VisitingTeacher")
    HubYear = apps.get_model("hubs", "HubYear")
    for teacher in VisitingTeacher.objects.all():
        visit = teacher.host_schools.first()
        hub_year = visit.hub_year if visit else HubYear.objects.filter(exchange=teacher.exchange_id).first()
        if hub_year is None:
            raise ValueError(f"Visiting teacher {teacher.pk} is of an exchange without hubs: add one first.")
        teacher.hub_year = hub_year
        teacher.save(update_fields=["hub_year"])


class Migration(migrations.Migration):
    dependencies = [("hubs", "0001_initial")]

    operations = [
        migrations.AddField(
            "VisitingTeacher",
            "hub_year",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visiting_teachers",
                to="hubs.hubyear",
                verbose_name="hub in a year",
            ),
        ),
        migrations.RunPython(find_hubs, migrations.RunPython.noop),
    ]
