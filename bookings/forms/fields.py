"""What the forms have in common: fields that take text as people type it, and their messages."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from bookings.models import AuditEntry, Visitor
from bookings.models.visitor import needs_deleted_on
from hubs.models import ShowcaseSession
from hubs.vocabulary.dates import day_and_month
from hubs.vocabulary.email_address import as_kept, validate_address
from hubs.vocabulary.longest import longest
from hubs.vocabulary.one_line import one_line
from hubs.vocabulary.teaching import ROLE_LABELS

BAD_EMAIL = _("Enter an email address in the correct format, like name@school.sch.uk")
ROLES = [("", _("Choose")), *((str(int(role)), label) for role, label in ROLE_LABELS.items())]


class Line(forms.CharField):
    """One line of text: white space is folded, characters that cannot be seen are dropped."""

    def __init__(self, *, max_length: int, empty: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("required", empty is not None)
        super().__init__(**kwargs)
        self.longest = max_length
        if empty:
            self.error_messages["required"] = empty

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")

    def run_validators(self, value: Any) -> None:
        if len(value or "") > self.longest:
            raise ValidationError(_now("Enter %(n)d characters or fewer") % {"n": self.longest})
        super().run_validators(value)


class FullName(Line):
    """A person's name. It goes from row to row, and each column of one holds as much."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=longest(Visitor, "full_name"), **kwargs)


class Needs(Line):
    """What somebody needs, in their own words or in a colleague's, for which there is more room."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=longest(Visitor, "needs"), **kwargs)


class Why(Line):
    """A reason, for the trail."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=longest(AuditEntry, "why"), **kwargs)


class Address(Line):
    """An e-mail address, judged as it is kept. Browsers help to type it; the check is ours."""

    widget = forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=longest(Visitor, "email"), **kwargs)

    def to_python(self, value: Any) -> str:
        return as_kept(super().to_python(value))

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value:
            try:
                validate_address(value)
            except ValidationError as error:
                raise ValidationError(BAD_EMAIL) from error


class Mobile(Line):
    """A telephone number, as people write it."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=longest(Visitor, "mobile"), **kwargs)

    def to_python(self, value: Any) -> str:
        return unicodedata.normalize("NFKC", super().to_python(value))

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value and not (7 <= len(re.sub(r"\D", "", value)) <= 15 and re.fullmatch(r"\+?[\d ()/.-]+", value)):
            raise ValidationError(_now("Enter a mobile number, like 07700 900 982"))


def who_reads_needs(session: ShowcaseSession) -> str:
    """Who reads what somebody needs, and until when."""
    if day := needs_deleted_on(session):
        return _now("The hub and the school office read it; it is deleted on %(day)s.") % {"day": day_and_month(day)}
    return _now("The hub and the school office read it; it is deleted seven days after the session.")


def needs_of_colleague(session: ShowcaseSession) -> str:
    """What whoever writes down a colleague's needs is told beside the field."""
    return pgettext("two sentences", "%(first)s %(second)s") % {
        "first": _now("Only if they have asked you to."),
        "second": who_reads_needs(session),
    }


class StepForm(forms.Form):
    """A form of ours: errors before fields, nothing that makes the browser refuse."""

    use_required_attribute = False


class AddressForm(StepForm):
    """One address: for "use another address", and for "my bookings"."""

    email = Address(label=_("Email address"), empty=_("Enter your email address"))
