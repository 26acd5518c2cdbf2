"""The forms of the booking pages, after the GOV.UK Design System's conventions (rule.md#pages)."""

from bookings.forms.again import answers_again
from bookings.forms.change import ChangeForm, OwnPlaceForm
from bookings.forms.code import CodeForm
from bookings.forms.door import NameForm, WalkInForm
from bookings.forms.feedback import DayForm, FeedbackForm, LaterForm, PaperForm
from bookings.forms.fields import (
    Address,
    AddressForm,
    FullName,
    Line,
    Mobile,
    Needs,
    StepForm,
    Why,
    needs_of_colleague,
    who_reads_needs,
)
from bookings.forms.party import ColleagueForm, TakerForm
from bookings.forms.school import OtherSchoolForm, SchoolPickForm, SchoolSearchForm
from bookings.forms.several import SeveralForm
from bookings.forms.wait import WaitForm
from bookings.forms.who import WhoForm, typed

__all__ = [
    "Address",
    "AddressForm",
    "ChangeForm",
    "CodeForm",
    "ColleagueForm",
    "DayForm",
    "FeedbackForm",
    "FullName",
    "LaterForm",
    "Line",
    "Mobile",
    "NameForm",
    "Needs",
    "OtherSchoolForm",
    "OwnPlaceForm",
    "PaperForm",
    "SchoolPickForm",
    "SchoolSearchForm",
    "SeveralForm",
    "StepForm",
    "TakerForm",
    "WaitForm",
    "WalkInForm",
    "WhoForm",
    "Why",
    "answers_again",
    "needs_of_colleague",
    "typed",
    "who_reads_needs",
]
