"""What gunicorn serves, warmed before it forks: what one process has read all share, and nobody waits for it."""

import gc
import os
from pathlib import Path

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "showcase.settings")
django = get_wsgi_application()

from django.conf import settings  # noqa: E402  (needs settings)
from django.template.loader import get_template  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils.translation import gettext, override  # noqa: E402

from bookings.operations.ready import migrations_of_this_code  # noqa: E402
from showcase.kept_pages import KeptPages  # noqa: E402
from showcase.probes import Probed  # noqa: E402
from showcase.utf8 import InUtf8  # noqa: E402

application = Probed(InUtf8(KeptPages(django, settings.PAGES_KEPT * 1024 * 1024)))


def warm() -> None:
    """Read addresses, and with them views and forms; words of each language, templates, and the names of
    migrations."""
    for language, _name in settings.LANGUAGES:
        with override(language):
            reverse("home")
            gettext("")
    folder = Path(settings.BASE_DIR, "templates")
    for path in sorted(folder.rglob("*.html")):
        get_template(str(path.relative_to(folder)))
    migrations_of_this_code()


warm()
# The collector would write to every object that it looks at, and so give each worker a copy of its own.
gc.collect()
gc.freeze()
