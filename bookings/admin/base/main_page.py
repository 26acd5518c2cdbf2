"""Where a row's main page is, for pages of other rows: its form, or the page of its own that its admin names."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString


def address_of(model: type[Model], pk: object) -> str:
    """The address of the main page of that model's row."""
    admin_class: Any = admin.site.get_model_admin(model)
    address: str = admin_class.url_of(pk)
    return address


def link_to(row: Model, called: str = "") -> SafeString:
    """The row by its name, or as it is `called` here, leading to its main page."""
    return format_html('<a href="{}">{}</a>', address_of(type(row), row.pk), called or row)
