"""Rows chosen by typing a part of their name, as the admin's own forms have it; and whatever else a browser may send.

Django's widgets ask the database for every value that came, to show it again, and fail on what is no id.
"""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError

from hubs.vocabulary.ids import AN_ID


class _OnlyIds:
    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        ids = [one for one in value if AN_ID.fullmatch(str(one))]
        return super().optgroups(name, ids, attrs)  # type: ignore[misc]  # of the widget that it is mixed into


class SelectOne(_OnlyIds, AutocompleteSelect):
    """One of many."""


class SelectSeveral(_OnlyIds, AutocompleteSelectMultiple):
    """Several of many."""


def use_autocomplete(
    form: forms.Form, name: str, field: Any, queryset: Any, *, site: AdminSite, several: bool = False
) -> None:
    """Let a form's field be chosen as the admin's forms let the model's `field` be, among `queryset`."""
    ours: Any = form.fields[name]
    ours.widget = (SelectSeveral if several else SelectOne)(field, site)
    ours.widget.is_required = ours.required
    ours.queryset = queryset  # which also tells the widget


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # no subscript when it runs
    """Several rows; an id that no database takes is none of them."""

    def clean(self, value: Any) -> Any:
        for one in value or []:
            if len(str(one)) > 18:
                wrong = str(self.error_messages["invalid_choice"])
                raise ValidationError(wrong, code="invalid_choice", params={"value": one})
        return super().clean(value)
