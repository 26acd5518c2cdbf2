from django.apps import AppConfig

from hubs.vocabulary.languages import remember_english


class HubsConfig(AppConfig):
    """Who, where and when: hubs, schools, visiting teachers, sessions and staff."""

    name = "hubs"
    verbose_name = "Hubs and sessions"

    def ready(self) -> None:
        remember_english()
