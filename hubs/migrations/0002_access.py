"""How accessible a place is becomes data. What staff wrote of step-free access is kept, as the note beside "not known":
"No: four steps" must not count as having it."""

from typing import Any

from django.db import migrations, models

KNOWN = ("", "yes", "partly", "no")


def has(name: str) -> Any:
    choices = [("", "not known"), ("yes", "yes"), ("partly", "partly"), ("no", "no")]
    return models.CharField(name, max_length=6, choices=choices, blank=True, default="")


def note(name: str) -> Any:
    return models.CharField(name, max_length=200, blank=True)


class Migration(migrations.Migration):
    dependencies = [("hubs", "0001_initial")]

    operations = [
        migrations.RenameField("historicalshowcasesession", "step_free", "step_free_note"),
        migrations.AlterField("historicalshowcasesession", "step_free_note", note("step-free access, in words")),
        migrations.AddField("historicalshowcasesession", "step_free", has("step-free access")),
        migrations.AddField("historicalshowcasesession", "accessible_toilet", has("accessible toilet")),
        migrations.AddField("historicalshowcasesession", "accessible_toilet_note", note("accessible toilet, in words")),
        migrations.AddField("historicalshowcasesession", "kept_bay", has("reserved parking bay")),
        migrations.AddField("historicalshowcasesession", "kept_bay_note", note("reserved parking bay, in words")),
        migrations.AddField("historicalshowcasesession", "hearing_loop", has("hearing loop")),
        migrations.AddField("historicalshowcasesession", "hearing_loop_note", note("hearing loop, in words")),
        migrations.RenameField("showcasesession", "step_free", "step_free_note"),
        migrations.AlterField("showcasesession", "step_free_note", note("step-free access, in words")),
        migrations.AddField("showcasesession", "step_free", has("step-free access")),
        migrations.AddField("showcasesession", "accessible_toilet", has("accessible toilet")),
        migrations.AddField("showcasesession", "accessible_toilet_note", note("accessible toilet, in words")),
        migrations.AddField("showcasesession", "kept_bay", has("reserved parking bay")),
        migrations.AddField("showcasesession", "kept_bay_note", note("reserved parking bay, in words")),
        migrations.AddField("showcasesession", "hearing_loop", has("hearing loop")),
        migrations.AddField("showcasesession", "hearing_loop_note", note("hearing loop, in words")),
        migrations.AddConstraint(
            "showcasesession",
            models.CheckConstraint(
                condition=models.Q(
                    step_free__in=KNOWN, accessible_toilet__in=KNOWN, kept_bay__in=KNOWN, hearing_loop__in=KNOWN
                ),
                name="session_access_known",
                violation_error_message="Say yes, partly or no, or leave it as not known.",
            ),
        ),
    ]
