"""A sign of life: an address elsewhere that is fetched while all is well, and tells somebody once it no longer is.

Whatever kills this host, its network or its mail kills the sign too: nothing here could tell of that by itself.
"""

import logging
from urllib.error import URLError
from urllib.request import urlopen

SECONDS = 5.0

log = logging.getLogger("showcase.heartbeat")


def beat(address: str) -> None:
    """Fetch it. That it cannot be had is said in the log and harms nothing."""
    try:
        with urlopen(address, timeout=SECONDS) as answer:  # noqa: S310  (settings let nothing but http and https in)
            answer.read(1)
    except (URLError, OSError, ValueError) as error:
        log.warning("The heartbeat could not be told: %s", type(error).__name__)
