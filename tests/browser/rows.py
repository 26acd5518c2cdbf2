"""Every row of the database, to see that nothing has changed; and how often a page asks for some."""

from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import NetworkUse


def every_row():
    """All values of all rows, by model; but not how often a network has asked for something."""
    models = (model for model in apps.get_models(include_auto_created=True) if model is not NetworkUse)
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


def questions(client, address):
    """How many queries the page at that address makes."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)
