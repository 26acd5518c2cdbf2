"""What gunicorn serves."""

import datetime as dt
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "showcase.settings")
application = get_wsgi_application()

from hubs.school_days import is_bank_holiday  # noqa: E402  (needs settings)

# The library reads every country the first time: before gunicorn forks, so that workers share it and nobody waits.
is_bank_holiday(dt.date(2027, 1, 1))
