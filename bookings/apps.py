from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """The rule: who has a place."""

    name = "bookings"
    verbose_name = "Bookings"
