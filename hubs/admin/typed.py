"""Form fields of the staff pages that read dates, times and money as people write them, and say what was understood."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime, AdminTimeWidget
from django.db import models
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hubs.vocabulary.dates import clock, day
from hubs.vocabulary.money import pounds
from hubs.vocabulary.typed import read_date, read_pence, read_time


class DateField(forms.DateField):
    """22 Jan 2027, 22.1.27, 22/1/27, Friday 22nd January 2027, 2027-01-22."""

    widget = AdminDateWidget

    def to_python(self, value: Any) -> dt.date | None:
        return read_date(value) if isinstance(value, str) and value.strip() else super().to_python(value)


class TimeField(forms.TimeField):
    """9.00, 9:00, 9am, 0900, 1.30pm."""

    widget = AdminTimeWidget

    def to_python(self, value: Any) -> dt.time | None:
        return read_time(value) if isinstance(value, str) and value.strip() else super().to_python(value)


class SplitDateTime(AdminSplitDateTime):
    """Two boxes of which each says what it is to whoever hears the page; Django only writes it beside them."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        said = (context["date_label"], context["time_label"])
        for box, label in zip(context["widget"]["subwidgets"], said, strict=True):
            box["attrs"]["aria-label"] = str(label).rstrip(":：")
        return context


class DateTimeField(forms.SplitDateTimeField):
    """A date and a time, each as people write them; in London."""

    widget = SplitDateTime

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        parts = (DateField(), TimeField())
        for part in parts:
            part.required = False
            part.error_messages["incomplete"] = str(self.error_messages.get("incomplete", ""))
        self.fields = parts


class OnTheDayField(TimeField):
    """A moment of which the time alone is typed: its day is that of another field. See `OneDay`."""

    def prepare_value(self, value: Any) -> Any:
        return _local_time(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(_local_time(initial), data)


class OneDay(forms.BaseForm):
    """A form with `starts_at`, whose other moments, `ends_at` and `arrival_at`, are times of that day in London.

    Nothing in it can end on another day than it starts, for nobody is asked on which.
    """

    def clean_ends_at(self) -> Any:
        return self._on_the_day("ends_at")

    def clean_arrival_at(self) -> Any:
        return self._on_the_day("arrival_at")

    def keep_to_one_day(self) -> None:
        """Once more, where the day has become another since: somebody else had moved it meanwhile."""
        for name in ("ends_at", "arrival_at"):
            if self.cleaned_data.get(name):
                self.cleaned_data[name] = self._on_the_day(name)

    def _on_the_day(self, name: str) -> dt.datetime | None:
        time, starts_at = _local_time(self.cleaned_data[name]), self.cleaned_data.get("starts_at")
        if time and not starts_at and "starts_at" not in self.errors:
            self.add_error("starts_at", _("Enter when it starts."))
        if not (time and starts_at):
            return None
        return from_current_timezone(dt.datetime.combine(timezone.localdate(starts_at), time))


def _local_time(value: Any) -> Any:
    return timezone.localtime(value).time() if isinstance(value, dt.datetime) else value


class PenceField(forms.CharField):
    """Money, typed in pounds and kept in pence; `empty` is what nothing typed comes to."""

    def __init__(self, *, empty: int | None = 0, **kwargs: Any) -> None:
        self.empty = empty
        kwargs.setdefault("help_text", _("In pounds. Empty: free."))
        super().__init__(required=False, **kwargs)
        self.widget.attrs |= {"size": 8}

    def prepare_value(self, value: Any) -> Any:
        """As it is typed: 7500 is shown as 75."""
        return pounds(value).removeprefix("£") if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, int) else read_pence(value) if value and value.strip() else self.empty

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((self.empty if initial is None else initial) != self.to_python(data))
        except forms.ValidationError:
            return True


# The fields of a model that are read so, by class; the first that fits.
READ_AS_TYPED: tuple[tuple[type[Any], type[Any]], ...] = (
    (models.DateTimeField, DateTimeField),
    (models.DateField, DateField),
    (models.TimeField, TimeField),
)


def field_for(db_field: Any) -> type[Any] | None:
    """The form field that reads what is typed for a model's field, or None: Django's own."""
    return next((ours for of, ours in READ_AS_TYPED if isinstance(db_field, of)), None)


def understood(the_forms: Iterable[Any]) -> list[str]:
    """How each date, time and amount was read that was not typed as the page writes it: "Starts: Friday 22 January
    2027, 9:00"."""
    return [
        f"{form.fields[name].label}: {_in_words(form.cleaned_data[name], form.fields[name])}"
        for form in the_forms
        for name in form.changed_data
        if form.cleaned_data.get(name) and _is_other_words(form, name)
    ]


def _is_other_words(form: Any, name: str) -> bool:
    """Whether it was typed otherwise than a page of ours, or the browser's own picker, would write it."""
    field = form.fields[name]
    if not isinstance(field, DateField | TimeField | DateTimeField | PenceField):
        return False
    sent, value = form[name].data, form.cleaned_data[name]
    value = _local_time(value) if isinstance(field, OnTheDayField) else value
    if not any(sent):
        return False  # left empty, and worked out
    if isinstance(value, dt.datetime):
        local = timezone.localtime(value)
        return any(text not in _ours(part) for text, part in zip(sent, (local.date(), local.time()), strict=True))
    return sent not in _ours(value)


def _ours(value: Any) -> tuple[str, ...]:
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}", f"{value:%Y-%m-%d}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}", f"{value:%H:%M:%S}"
    return (pounds(value).removeprefix("£"),)


def _in_words(value: Any, field: Any) -> str:
    if isinstance(field, PenceField):
        return pounds(value)
    if isinstance(field, OnTheDayField):
        return clock(_local_time(value))
    if isinstance(value, dt.datetime):
        local = timezone.localtime(value)
        return f"{day(local)}, {clock(local)}"
    return day(value) if isinstance(value, dt.date) else clock(value)
