"""The admin classes that every other stands on: scoped, and named as the type checker wants them.

When it runs, Django's own classes cannot be subscripted.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.contrib import admin
from django.db import models
from django.urls import reverse

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

    def url_name(self, page: str) -> str:
        """The name of an address of these rows, made as Django makes those of its own: hubs_hub_change."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def url_of(self, row_id: object, page: str = "change") -> str:
        """The address of a page about a row."""
        return reverse(f"{self.admin_site.name}:{self.url_name(page)}", args=[row_id])


class StackedInline(ScopedInline, _StackedInline):
    """Rows under a row, one form below the other."""


class TabularInline(ScopedInline, _TabularInline):
    """Rows under a row, a line each."""


# For `formfield_overrides`: an address typed without http:// or https:// is an https one.
HTTPS: dict[Any, Any] = {models.URLField: {"assume_scheme": "https"}}
