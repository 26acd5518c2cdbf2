"""The second factor: an app that shows codes, and ten recovery codes for when it is lost.

django-otp checks the codes: it refuses one that was used, and makes whoever gets them wrong wait longer each time.
Recovery codes are kept as keyed hashes, as passwords are: they are shown once and stand nowhere.
"""

import datetime as dt
import math
import secrets
from base64 import b32encode
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils.safestring import SafeString, mark_safe
from django_otp import verify_token
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from hubs.models import StaffUser
from hubs.vocabulary.keyed import keyed_hash
from hubs.vocabulary.later import Later

if TYPE_CHECKING:
    import segno
else:
    segno = Later("segno")

RECOVERY_CODES = 10
LENGTH = 10  # of a recovery code: 49 bits
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is read for another
KEY_KEPT = dt.timedelta(hours=1)  # of an enrolment that nobody finished


class TooManyWrongCodes(Exception):
    """Codes are not looked at for so many seconds."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds


def check(user: StaffUser, code: str, *, now: dt.datetime) -> Device | None:
    """The device that takes `code`, which is used up by that, or None. Raises TooManyWrongCodes."""
    code = "".join(letter for letter in code.lower() if letter.isalnum())
    if len(code) == LENGTH:
        device: Device | None = StaticDevice.objects.filter(user=user).first()
        code = _as_kept(user, device, code)
    else:
        device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    return _verified(user, device, code, now=now)


def _verified(user: StaffUser, device: Device | None, code: str, *, now: dt.datetime) -> Device | None:
    if device is None:
        return None
    allowed, why = device.verify_is_allowed()
    if not allowed:
        raise TooManyWrongCodes(math.ceil((why["locked_until"] - now).total_seconds()))
    found: Device | None = verify_token(user, device.persistent_id, code)
    return found


def _as_kept(user: StaffUser, device: Device | None, code: str) -> str:
    """What stands in the database for that code, by whichever key it was made; made before there were keys of their own
    for codes, it was by that of the sessions."""
    keys = [*settings.CODE_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    forms = [_kept(user, code, key) for key in keys]
    known = StaticToken.objects.filter(device=device, token__in=forms).values_list("token", flat=True).first()
    return known or forms[0]


def _kept(user: StaffUser, code: str, key: str) -> str:
    """What stands in the database for a recovery code."""
    return keyed_hash("hubs.second_factor", f"{user.pk}:{code}", key=key)[:16]


# --- setting it up --------------------------------------------------------------------------------------------------


def begun(user: StaffUser, *, now: dt.datetime) -> TOTPDevice:
    """The device that `user` is setting up. It opens nothing until its first code has been entered."""
    unfinished = TOTPDevice.objects.filter(user=user, confirmed=False)
    unfinished.filter(created_at__lt=now - KEY_KEPT).delete()
    with transaction.atomic():
        list(StaffUser.objects.select_for_update().filter(pk=user.pk))  # two tabs at once show one key
        device, _new = unfinished.get_or_create(user=user, confirmed=False, defaults={"name": "app"})
    return device


def finish(user: StaffUser, code: str, *, now: dt.datetime) -> tuple[Device, list[str]] | None:
    """Take the new device in place of any other, with new recovery codes; None where the code is wrong.

    Raises TooManyWrongCodes.
    """
    device = _verified(user, begun(user, now=now), "".join(code.split()), now=now)
    if device is None:
        return None
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        codes = new_codes(user)
        note(user, "Second factor set up.", by=user)
    return device, codes


def new_codes(user: StaffUser) -> list[str]:
    """Ten recovery codes in place of those before, to be shown once: nothing here can show them again."""
    codes = ["".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name="recovery codes")
        kept = [_kept(user, code, settings.CODE_KEYS[0]) for code in codes]
        StaticToken.objects.bulk_create([StaticToken(device=device, token=code) for code in kept])
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def codes_left(user: StaffUser) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def remove(user: StaffUser, *, by: StaffUser) -> None:
    """Forget a lost device and its recovery codes. Sessions that it opened are only as good as a password again."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
        note(user, "Second factor removed.", by=by)


def note(user: StaffUser, what: str, *, by: StaffUser) -> None:
    """In the history of the account."""
    LogEntry.objects.log_actions(by.pk, [user], CHANGE, change_message=what, single_object=True)


# --- how an app learns its key --------------------------------------------------------------------------------------


def key_in_words(device: TOTPDevice) -> str:
    """The key as it is typed, four letters at a time."""
    key = b32encode(device.bin_key).decode()
    return " ".join(key[n : n + 4] for n in range(0, len(key), 4))


def picture(device: TOTPDevice) -> SafeString:
    """The key as a QR code, dark on light in any theme, for cameras read no other; no style in it."""
    code = segno.make(device.config_url, error="m", micro=False)
    return mark_safe(code.svg_inline(border=4, light="#fff", dark="#000", omitsize=True))  # noqa: S308  (segno's own)
