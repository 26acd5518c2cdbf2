"""Pages of ours about a row: small classes that an admin class names in `page_classes`; and a row's buttons.

To add a page: a subclass of `RowPages` in a file of its own, and its name in that list. See
docs/decisions/0022-staff-pages-are-composed.md.

What pages and buttons do are verbs: transactions of their own, so none of it happens inside Django's change form, which
is one too.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _lazy

from bookings.admin.base.form_page import form_page
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from hubs.admin.bases import ModelAdmin


class RowPages:
    """Pages about a row of one admin class, and the links to them at the top of the row's own page.

    For example:

        class ArchivePages(RowPages):
            def urls(self):
                return [self.url_pattern("archive", self.archive_view)]

            def links(self, request, row):
                yield self.url_of(row.pk, "archive"), _("Archive")

            def archive_view(self, request, object_id):
                row = self.get_object_or_deny(request, object_id)
                …
                return self.form_page(request, form, title=_("Archive"), button=_("Archive"), original=row)

    One object serves every request, so nothing of a request is kept on it.
    """

    def __init__(self, model_admin: ModelAdmin) -> None:
        self.model_admin, self.admin_site = model_admin, model_admin.admin_site

    # --- what a subclass says -----------------------------------------------------------------------------------------

    def urls(self) -> list[URLPattern]:
        """The addresses of the pages, each by `url_pattern`."""
        return []

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        """Addresses of pages that make sense for this row now, each with its label. Asked if `has_permission`."""
        return []

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        """Who may open these pages and is shown the links: whoever may change the row, unless a subclass says who."""
        return self.model_admin.has_change_permission(request, row)

    # --- what its views need ------------------------------------------------------------------------------------------

    def get_object_or_deny(self, request: HttpRequest, object_id: int) -> Any:
        """The row, for whoever has permission. Raises Http404 for another hub's as for none, and PermissionDenied."""
        row = self.model_admin.get_object(request, str(object_id))
        if row is None:
            raise Http404
        if not self.has_permission(request, row):
            raise PermissionDenied
        return row

    def url_pattern(
        self, name: str, view: Callable[..., HttpResponse], *, route: str | None = None, **kwargs: Any
    ) -> URLPattern:
        """The address of a page, where `url_of` finds it by `name`; `kwargs` go to the view.

        `route` is what follows the row's id: the name, unless it is said. An empty one takes the place of Django's
        redirect from the bare id to the form.
        """
        address = f"<int:object_id>/{f'{name}/' if route is None else route}"
        return path(address, self.admin_site.admin_view(view), kwargs, name=self.model_admin.url_name(name))

    def url_of(self, row_id: object, page: str = "") -> str:
        """The address of a page about a row: one of these, another class's, or Django's own; without its name, the
        main one."""
        return self.model_admin.url_of(row_id, page)

    def redirect(self, row: Any, page: str = "") -> HttpResponse:
        """To a page about the row: the main one, unless it is said."""
        return HttpResponseRedirect(self.url_of(row.pk, page))

    def message(self, request: HttpRequest, text: str, level: int = messages.SUCCESS) -> None:
        """Say how it went, at the top of the next page."""
        self.model_admin.message_user(request, text, level)

    def form_page(self, request: HttpRequest, form: Any, *, title: str, button: str, **more: Any) -> TemplateResponse:
        """One form and one button in the admin's look: see bookings/admin/base/form_page.py."""
        return form_page(self.model_admin, request, form, title=title, button=button, **more)


class WithPages(ModelAdmin):
    """A row's page with buttons that do to it what actions of the list do, and with links to pages about it."""

    change_form_template = "admin/with_buttons.html"
    page_classes: Sequence[type[RowPages]] = ()  # their links are shown in this order
    back_to_main_page: Any = _lazy("Back")  # what the link from the form is called, where the row has a page of its own

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pages = [page_class(self) for page_class in self.page_classes]

    def get_urls(self) -> list[URLPattern]:
        """Those of the pages come first: Django's own take any text for a row's key."""
        return [*(url for pages in self.pages for url in pages.urls()), *super().get_urls()]

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        """Addresses of pages about this row that somebody may open, each with its label."""
        for pages in self.pages:
            if pages.has_permission(request, row):
                yield from pages.links(request, row)

    def buttons(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        """Actions that fit this row, each with its label."""
        return []

    def allowed_buttons(self, request: HttpRequest, row: Any) -> list[tuple[str, str]]:
        """Those of them that somebody may press."""
        allowed = self.get_actions(request)
        return [pair for pair in self.buttons(request, row) if pair[0] in allowed]

    def warnings(self, request: HttpRequest, row: Any) -> Iterable[str]:
        """What somebody should see to, in sentences at the top of the row's page."""
        return []

    def story(self, request: HttpRequest, row: Any) -> Iterable[Any]:
        """What has happened to the row, at the end of its page: see bookings/admin/booking/story.py."""
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if row := context.get("original"):
            context["buttons"] = self.allowed_buttons(request, row)
            context["links"] = list(self.links(request, row))
            if self.main_page != "change":  # what is to be done with the row stands there, and only the form here
                context |= {"buttons": [], "links": [(self.url_of(row.pk), self.back_to_main_page)]}
            context["warnings"] = list(self.warnings(request, row))
            context["story"] = list(self.story(request, row))
        return super().render_change_form(request, context, *args, **kwargs)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """A button on a row's page leads back to that page, where an action leads back to the list."""
        response: HttpResponse | None = super().response_action(request, queryset)
        row_id = request.POST.get("_from_row", "")
        if row_id.isdecimal() and isinstance(response, HttpResponseRedirect):
            return HttpResponseRedirect(self.url_of(row_id))
        return response

    def carry_out(
        self,
        request: HttpRequest,
        rows: Iterable[Model],
        verb: Callable[[Any], object],
        *,
        done: str,
        refused: Callable[[Any, Refused], str] | None = None,
        named: Callable[[Any], str] = str,
    ) -> None:
        """Do `verb` to each row by its id, each in a transaction of its own, and say how each went."""
        went_well = []
        for row in rows:
            try:
                verb(row.pk)
            except Refused as error:
                sentence = refused(row, error) if refused else why_not(error)
                self.message_user(request, f"{row}: {sentence}", messages.ERROR)
            else:
                went_well.append(named(row))
        if went_well:
            self.message_user(request, f"{done}: {', '.join(went_well)}", messages.SUCCESS)
