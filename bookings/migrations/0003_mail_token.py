"""Each mail gets a random name for mail servers. One made before gets it here; its Message-ID was its row's number."""

from django.db import migrations, models

import hubs.vocabulary.references

AT_ONCE = 500


def give_tokens(apps, schema_editor):
    mails = apps.get_model("bookings", "Mail").objects.order_by()
    while without := list(mails.filter(token=None).only("pk")[:AT_ONCE]):
        for mail in without:
            mail.token = hubs.vocabulary.references.mail_token()
        mails.bulk_update(without, ["token"])


class Migration(migrations.Migration):
    dependencies = [("bookings", "0002_running")]

    operations = [
        migrations.AddField("mail", "token", models.CharField(editable=False, max_length=26, null=True)),
        migrations.RunPython(give_tokens, migrations.RunPython.noop),
        migrations.AlterField(
            "mail",
            "token",
            models.CharField(default=hubs.vocabulary.references.mail_token, editable=False, max_length=26, unique=True),
        ),
    ]
