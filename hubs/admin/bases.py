"""The admin classes that every other stands on: scoped, and named as the type checker wants them.

When it runs, Django's own classes cannot be subscripted.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.views.main import ChangeList
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from hubs.admin.meanwhile import InlineFormSet, ModelForm, carried
from hubs.admin.scoped import Scoped, ScopedInline
from hubs.admin.typed import understood
from hubs.vocabulary.ids import AN_ID

if TYPE_CHECKING:
    _ModelAdmin: TypeAlias = admin.ModelAdmin[Any]
    _StackedInline: TypeAlias = admin.StackedInline[Any, Any]
    _TabularInline: TypeAlias = admin.TabularInline[Any, Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _StackedInline = admin.StackedInline
    _TabularInline = admin.TabularInline


class Rows(ChangeList):
    """A list whose rows lead to their main page."""

    def url_for_result(self, result: Any) -> str:
        admin_class: Any = self.model_admin
        address: str = admin_class.url_of(quote(getattr(result, self.pk_attname)))
        return address


class ModelAdmin(Scoped, _ModelAdmin):
    """Rows that somebody may see. Two people who edit one at the same time do not overwrite each other."""

    form = ModelForm
    main_page = "change"  # to which lists, breadcrumbs and buttons lead: the form, unless a row has a page of its own

    def url_name(self, page: str) -> str:
        """The name of an address of these rows, made as Django makes those of its own: hubs_hub_change."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A save locks its row first, so that what is compared with it is what it stays."""
        if request.method != "POST" or not AN_ID.fullmatch(unquote(object_id or "")):
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            rows = self.model._base_manager.filter(pk=unquote(str(object_id))).order_by()  # in no order of other tables
            list(rows.select_for_update().values_list("pk"))
            return super().changeform_view(request, object_id, form_url, extra_context)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Say, too, how a date, a time or an amount was understood that was typed in other words than ours."""
        rows = [form, *(one for formset in formsets for one in formset.forms)]
        if read := understood(rows):
            self.message_user(request, _("Read as: %(what)s.") % {"what": "; ".join(read)}, messages.INFO)
        return super().construct_change_message(request, form, formsets, add)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        inlines = context.get("inline_admin_formsets", [])
        shown = [context["adminform"].form, *(form for inline in inlines for form in inline.formset.forms)]
        return super().render_change_form(request, context | {"as_shown": carried(shown)}, *args, **kwargs)

    def url_of(self, row_id: object, page: str = "") -> str:
        """The address of a page about a row: without its name, of the main one."""
        return reverse(f"{self.admin_site.name}:{self.url_name(page or self.main_page)}", args=[row_id])

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return Rows

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return self._after_save(obj) or super().response_post_save_add(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return self._after_save(obj) or super().response_post_save_change(request, obj)

    def _after_save(self, obj: Any) -> HttpResponseRedirect | None:
        """To the row's own page, where it has one; Django leads back to the list."""
        return None if self.main_page == "change" else HttpResponseRedirect(self.url_of(obj.pk))


class StackedInline(ScopedInline, _StackedInline):
    """Rows under a row, one form below the other."""

    form, formset = ModelForm, InlineFormSet


class TabularInline(ScopedInline, _TabularInline):
    """Rows under a row, a line each."""

    form, formset = ModelForm, InlineFormSet


# For `formfield_overrides`: an address typed without http:// or https:// is an https one.
HTTPS: dict[Any, Any] = {models.URLField: {"assume_scheme": "https"}}
