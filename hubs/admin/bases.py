"""The admin classes that every other stands on: scoped, and named as the type checker wants them.

When it runs, Django's own classes cannot be subscripted.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.contrib import admin
from django.db import models

from hubs.admin.scoped import Scoped, ScopedInline

if TYPE_CHECKING:
    _ModelAdmin: TypeAlias = admin.ModelAdmin[Any]
    _StackedInline: TypeAlias = admin.StackedInline[Any, Any]
    _TabularInline: TypeAlias = admin.TabularInline[Any, Any]
    InlineFormSet: TypeAlias = forms.BaseInlineFormSet[Any, Any, Any]
    ModelForm: TypeAlias = forms.ModelForm[Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _StackedInline = admin.StackedInline
    _TabularInline = admin.TabularInline
    InlineFormSet = forms.BaseInlineFormSet
    ModelForm = forms.ModelForm


class ModelAdmin(Scoped, _ModelAdmin):
    """Rows that somebody may see."""


class StackedInline(ScopedInline, _StackedInline):
    """Rows under a row, one form below the other."""


class TabularInline(ScopedInline, _TabularInline):
    """Rows under a row, a line each."""


# For `formfield_overrides`: an address typed without http:// or https:// is an https one.
HTTPS: dict[Any, Any] = {models.URLField: {"assume_scheme": "https"}}
