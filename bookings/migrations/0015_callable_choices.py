"""Which verbs and kinds of mail there are is the code's to say: a new one writes no migration. Changes no table."""

import bookings.mail_kinds
import bookings.models.change
import bookings.states
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0014_name_words"),
    ]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="verb",
            field=models.CharField(choices=bookings.states.verb_choices, max_length=20, verbose_name="what"),
        ),
        migrations.AlterField(
            model_name="mail",
            name="kind",
            field=models.CharField(choices=bookings.mail_kinds.kind_choices, max_length=20, verbose_name="kind"),
        ),
        migrations.AlterField(
            model_name="sessionchange",
            name="verb",
            field=models.CharField(choices=bookings.states.session_verb_choices, max_length=20, verbose_name="what"),
        ),
        migrations.AlterField(
            model_name="widechange",
            name="verb",
            field=models.CharField(
                choices=bookings.models.change.wide_verb_choices, max_length=20, verbose_name="what"
            ),
        ),
    ]
