"""A page of ours in the admin's look: one form, one button."""

from typing import Any

from django.contrib.admin.helpers import AdminForm
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from hubs.admin.bases import ModelAdmin


def form_page(
    model_admin: ModelAdmin,
    request: HttpRequest,
    form: Any,
    *,
    title: str,
    button: str,
    fieldsets: list[tuple[Any, dict[str, Any]]] | None = None,
    original: Any = None,
    **context: Any,
) -> TemplateResponse:
    """The page, for templates/admin/form_page.html; 422 where the form has errors.

    `original` is the row that it is about. `context` may say `rows` (lines above the form), `hidden` (names and values
    that are sent with it), `second` (name and label of another button) and `danger` (what it does cannot be undone).
    """
    fieldsets = fieldsets or [(None, {"fields": [field.name for field in form.visible_fields()]})]
    context |= model_admin.admin_site.each_context(request) | {
        "title": title,
        "button": button,
        "form": form,
        "adminform": AdminForm(form, fieldsets, {}),
        "original": original,
        "own_page": model_admin.url_of(original.pk) if original else "",
        "opts": model_admin.opts,
        "media": model_admin.media + form.media,
        "error_words": _("There is a problem") if form.errors else "",
    }
    return TemplateResponse(request, "admin/form_page.html", context, status=422 if form.errors else 200)
