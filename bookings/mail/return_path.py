"""The address that delivery reports go to: each mail has its own, which only its reader's mail server is told.

`bounces+<token>@…`, with the token of the mail's row (128 bits, at random). It is no part of what a reader sees,
answers or forwards: From and Reply-To are as ever, and the Message-ID does not tell it.
"""

import re

from django.conf import settings

from bookings.models import Mail

TOKEN = re.compile(r"\+([2-9a-z]{26})@", re.IGNORECASE)


def return_path(mail: Mail) -> str:
    """The envelope sender of a mail, or an empty string where the installation takes no reports."""
    return of_token(mail.token)


def of_token(token: str) -> str:
    box, _at, domain = settings.BOUNCE_ADDRESS.partition("@")
    return f"{box}+{token}@{domain}" if domain else ""


def tokens_in(text: str) -> set[str]:
    """The tokens of return paths in a text, whichever address took reports when the mail was sent."""
    return {token.lower() for token in TOKEN.findall(text)}
