"""Every row of the database, to see that nothing has changed; and how often a page asks for some."""

from functools import cache

from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import NetworkUse, Opened


def every_row():
    """All values of all rows, by model; but not how often a network has asked for something.

    Asked for as the tables are: building seventy statements by the models costs more than all that is then read.
    """
    found = {}
    with connection.cursor() as cursor:
        for label, asked in _statements():
            cursor.execute(asked)
            found[label] = cursor.fetchall()
    return found


# What a look by itself writes down: that there was one.
NOTED = (NetworkUse, Opened)


@cache
def _statements():
    """What to ask of each model's table, in the order of its key."""
    models = [model for model in apps.get_models(include_auto_created=True) if model not in NOTED]
    named = [(model._meta.label, model._meta.db_table, model._meta.pk.column) for model in models]
    return [(label, f'SELECT * FROM "{table}" ORDER BY "{key}"') for label, table, key in named]


def questions(client, address):
    """How many queries the page at that address makes."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)
