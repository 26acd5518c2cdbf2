"""A row's id as a page sends it back, and nothing else that somebody may have put in its place."""

import re

AN_ID = re.compile(r"[0-9]{1,18}", re.ASCII)  # what every database takes
