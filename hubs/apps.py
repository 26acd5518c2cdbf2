from django.apps import AppConfig


class HubsConfig(AppConfig):
    """Who, where and when: hubs, schools, visiting teachers, sessions and staff."""

    name = "hubs"
    verbose_name = "Hubs and sessions"
