"""What stands for something that is not kept: nobody who reads the database can find out of what by trying."""

from django.conf import settings
from django.utils.crypto import salted_hmac


def keyed_hash(purpose: str, value: str, *, key: str = "") -> str:
    """The hash of `value` under `key`, or under HASH_KEY; another for each purpose. 64 characters.

    Not under SECRET_KEY: that one is changed when somebody leaves, and counts and mails would not be known again.
    """
    return salted_hmac(purpose, value, secret=key or settings.HASH_KEY, algorithm="sha256").hexdigest()
