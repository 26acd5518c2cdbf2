"""gunicorn's own settings: `gunicorn -c python:showcase.gunicorn showcase.wsgi`. It logs as the rest of us does."""

from showcase.settings import LOGGING

logconfig_dict = LOGGING
