from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from bookings.public import shown


class BookingsConfig(AppConfig):
    """The rule: who has a place."""

    name = "bookings"
    verbose_name = "Bookings"

    def ready(self) -> None:
        """Have each connection to the database look at what it changes; and all is new where migrations have run."""
        connection_created.connect(shown.watch)
        post_migrate.connect(shown.migrated, sender=self)
