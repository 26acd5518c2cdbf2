"""What stands for a key where the key itself may not stand: enough to see whether two are the same, no more."""

import hashlib
import hmac
from typing import Any

from django.conf import settings

NAMES = ("LINK_KEYS", "CODE_KEYS", "HASH_KEY", "SECRET_KEY")
# What goes on, and what does not, where a backup was made with other keys than are set now.
OTHERWISE = {
    "LINK_KEYS": "private links that were mailed before will not open: put the old LINK_KEYS behind the new ones.",
    "CODE_KEYS": "staff's recovery codes will not be known: put the old CODE_KEYS behind the new ones.",
    "HASH_KEY": "a school that was typed before and one typed now will not share: set the old HASH_KEY.",
    "SECRET_KEY": "staff sign in anew, which is all.",
}


def of_settings() -> dict[str, list[str]]:
    """Every key that is set, by the name of its setting, the one that signs first."""
    said: dict[str, Any] = {name: getattr(settings, name) for name in NAMES}
    return {name: [_of(key) for key in ([keys] if isinstance(keys, str) else keys)] for name, keys in said.items()}


def _of(key: str) -> str:
    return hmac.new(key.encode(), b"showcase: which key this is", hashlib.sha256).hexdigest()[:12]


def differing(backup: dict[str, list[str]]) -> list[str]:
    """What of a backup's would not verify with the keys that are set here: a sentence each."""
    ours = of_settings()
    return [
        f"{name}: {OTHERWISE[name]}"
        for name in NAMES
        if not set(backup.get(name, ())) <= {*ours[name], *_fallbacks(name)}
    ]


def _fallbacks(name: str) -> list[str]:
    return [_of(key) for key in settings.SECRET_KEY_FALLBACKS] if name == "SECRET_KEY" else []
