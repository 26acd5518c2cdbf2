"""`manage.py metrics`: figures for Prometheus at METRICS_ADDRESS, one scrape at a time, until it is told to stop."""

import ipaddress
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from django.utils import timezone
from prometheus_client import CollectorRegistry, make_wsgi_app

from bookings.operations.metrics import Figures

SECONDS = 10  # that a caller may take to ask: one that says nothing must not keep the next scrape waiting


class Quiet(WSGIRequestHandler):
    """No line for each scrape, and no patience."""

    timeout = SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (its name)
        return


class Command(BaseCommand):
    help = "Say figures to Prometheus at METRICS_ADDRESS (/metrics), asked of the database at each scrape."

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = address(settings.METRICS_ADDRESS)
        registry = CollectorRegistry()
        registry.register(Figures(timezone.now, settings.VERSION))
        figures = make_wsgi_app(registry)

        def asked(environ: Any, start: Any) -> Any:
            close_old_connections()  # as a request of the site begins: one that has failed is not asked again
            return figures(environ, start)

        with make_server(host, port, asked, handler_class=Quiet) as server:
            self.stdout.write(f"Figures are at http://{settings.METRICS_ADDRESS}/metrics")
            server.serve_forever()


def address(said: str) -> tuple[str, int]:
    """Host and port of METRICS_ADDRESS. Raises CommandError for one that the whole world could reach."""
    host, _colon, port = said.rpartition(":")
    try:
        found = ipaddress.ip_address(host.strip("[]"))
        number = int(port)
    except ValueError:
        raise CommandError(f"METRICS_ADDRESS is an IP address and a port, such as 127.0.0.1:9464: not {said}") from None
    if found.is_unspecified or not (found.is_loopback or found.is_private or found.is_link_local):
        raise CommandError(f"METRICS_ADDRESS must be this host’s own or of a private network: not {host}")
    return str(found), number
