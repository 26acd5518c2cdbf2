"""gunicorn's own settings: `gunicorn -c python:showcase.gunicorn showcase.wsgi`. It logs as the rest of us does."""

from typing import Any

from hubs.vocabulary.shedding import doors
from showcase.settings import LOGGING

logconfig_dict = LOGGING


def post_fork(_server: Any, worker: Any) -> None:
    """How many threads there are to be kept from waiting for a lock."""
    doors.threads = worker.cfg.threads
