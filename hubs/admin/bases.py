"""Django's admin classes as the type checker wants them named: when it runs they cannot be subscripted."""

from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth import forms as auth_forms
from django.db import models

from hubs.models import StaffUser

if TYPE_CHECKING:
    ModelAdmin: TypeAlias = admin.ModelAdmin[Any]
    StackedInline: TypeAlias = admin.StackedInline[Any, Any]
    TabularInline: TypeAlias = admin.TabularInline[Any, Any]
    InlineFormSet: TypeAlias = forms.BaseInlineFormSet[Any, Any, Any]
    ModelForm: TypeAlias = forms.ModelForm[Any]
    UserAdmin: TypeAlias = auth_admin.UserAdmin[StaffUser]
    UserCreationForm: TypeAlias = auth_forms.UserCreationForm[StaffUser]
    UserChangeForm: TypeAlias = auth_forms.UserChangeForm[StaffUser]
else:
    ModelAdmin = admin.ModelAdmin
    StackedInline = admin.StackedInline
    TabularInline = admin.TabularInline
    InlineFormSet = forms.BaseInlineFormSet
    ModelForm = forms.ModelForm
    UserAdmin = auth_admin.UserAdmin
    UserCreationForm = auth_forms.UserCreationForm
    UserChangeForm = auth_forms.UserChangeForm

# For `formfield_overrides`: an address typed without http:// or https:// is an https one.
HTTPS: dict[Any, Any] = {models.URLField: {"assume_scheme": "https"}}
