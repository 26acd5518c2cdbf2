"""What staff fill in to sign in. Messages say what to do."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from hubs.models import StaffUser
from hubs.staff.signing_in import second_factor
from hubs.vocabulary.longest import not_kept

NO_MATCH = _("That address and password do not belong together. Check both: capital letters count in the password.")
NOT_THIS = _("That code did not work. Each code works once: wait until the app shows a new one, and enter that.")


class SignInForm(AdminAuthenticationForm):
    """Address and password. What it says is the same whatever is wrong with them."""

    error_messages = {"invalid_login": NO_MATCH, "inactive": NO_MATCH}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].error_messages = {"required": _("Enter your email address.")}
        self.fields["password"].error_messages = {"required": _("Enter your password.")}


class CodeForm(forms.Form):
    """A code that proves the second factor. `device` is the one that took it."""

    code = forms.CharField(
        label=_("Code"),
        max_length=not_kept(40),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": _("Enter the code."), "max_length": NOT_THIS},
    )

    def __init__(self, *args: Any, user: StaffUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.device = user, None

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        try:
            taken = self.take(code, now=timezone.now())
        except second_factor.TooManyWrongCodes as refused:
            raise forms.ValidationError(wait(refused.seconds)) from None
        if not taken:
            raise forms.ValidationError(NOT_THIS)
        return code

    def take(self, code: str, *, now: dt.datetime) -> bool:
        self.device = second_factor.check(self.user, code, now=now)
        return self.device is not None


class FirstCodeForm(CodeForm):
    """The first code of a new device, which takes it into use. `codes` are the recovery codes to be shown."""

    def take(self, code: str, *, now: dt.datetime) -> bool:
        finished = second_factor.finish(self.user, code, now=now)
        self.device, self.codes = finished or (None, [])
        return finished is not None


def wait(seconds: int) -> str:
    minutes = -(-seconds // 60)
    if seconds < 100:
        said = ngettext(
            "Too many wrong codes. Wait %(n)d second, then enter a new one.",
            "Too many wrong codes. Wait %(n)d seconds, then enter a new one.",
            seconds,
        )
        return said % {"n": seconds}
    return ngettext(
        "Too many wrong codes. Wait %(n)d minute, then enter a new one.",
        "Too many wrong codes. Wait %(n)d minutes, then enter a new one.",
        minutes,
    ) % {"n": minutes}
