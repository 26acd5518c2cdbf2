"""E-mail addresses: how they are kept, and how two of them are compared.

Chinese and Japanese keyboards write full-width letters, @ and dots. Mail servers take none of them, so an address is
brought to plain ones (NFKC) before it is judged, and what was judged is what is kept and written to.
"""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

LONGEST = 254  # characters of an address, as it is kept and as it is compared


def as_kept(address: str) -> str:
    """`address` as it is kept and written to: trimmed, with plain letters for full-width ones.

    NFKC leaves the full stop of Chinese, which browsers and mail servers take for a dot.
    """
    return unicodedata.normalize("NFKC", address).replace("。", ".").strip()


def email_key(address: str) -> str:
    """`address` as it is compared: as it is kept, and casefolded (rule.md#one-each)."""
    return as_kept(address).casefold()


def validate_address(address: str) -> None:
    """Raises ValidationError for what is no address, and for one that fits its column where its key does not: compared,
    an `ß` is two letters. No domain is so long."""
    validate_email(address)
    if len(address) <= LONGEST < len(email_key(address)):
        raise ValidationError(validate_email.message, code=validate_email.code)


class AddressField(forms.EmailField):
    """An address in a form of staff, judged as it is kept."""

    default_validators = [validate_address]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LONGEST, **kwargs})

    def to_python(self, value: Any) -> Any:
        return as_kept(super().to_python(value) or "") or self.empty_value


class EmailField(models.EmailField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A column of addresses: no other form of one reaches it, whoever writes it and however."""

    def to_python(self, value: Any) -> Any:
        return _kept(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return _kept(super().get_prep_value(value))

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": AddressField, **kwargs})

    def deconstruct(self) -> Any:
        """To the database it is Django's own."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs


def _kept(value: Any) -> Any:
    return as_kept(value) if isinstance(value, str) else value
