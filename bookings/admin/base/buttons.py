"""Verbs as the admin offers them: actions of a list, the same as buttons on a row's page, and forms of ours.

Verbs are transactions of their own, so none of this happens inside Django's change form, which is one too.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import AdminForm
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from hubs.admin.bases import ModelAdmin
from hubs.admin.choosing import SomeRows
from hubs.models import ShowcaseSession
from hubs.vocabulary.dates import clock, days_between

Sentence = Callable[[Any, Refused], str]


class WithButtons(ModelAdmin):
    """A row's page has buttons that do to it what actions of the list do, and links to pages about it."""

    change_form_template = "admin/with_buttons.html"

    class Media:
        css = {"all": ["css/admin.css"]}

    def buttons(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        """Actions that fit this row, each with its label."""
        return []

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        """Addresses of pages about this row, each with its label."""
        return []

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
            allowed = self.get_actions(request)
            context["buttons"] = [pair for pair in self.buttons(request, row) if pair[0] in allowed]
            context["links"] = list(self.links(request, row))
            context["warnings"] = list(self.warnings(request, row))
            context["story"] = list(self.story(request, row))
        return super().render_change_form(request, context, *args, **kwargs)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """A button on a row's page leads back to that page, where an action leads back to the list."""
        response: HttpResponse | None = super().response_action(request, queryset)
        row = request.POST.get("_from_row", "")
        if row.isdecimal() and isinstance(response, HttpResponseRedirect):
            return HttpResponseRedirect(self.page_of(row))
        return response

    def row_of(
        self, request: HttpRequest, object_id: int, allowed: Callable[[HttpRequest, Any], bool] | None = None
    ) -> Any:
        """The row of a page of ours, for whoever may change it, or is `allowed`.

        Raises Http404 for another hub's as for none, and PermissionDenied.
        """
        row = self.get_object(request, str(object_id))
        if row is None:
            raise Http404
        if not (allowed or self.has_change_permission)(request, row):
            raise PermissionDenied
        return row

    def page_path(self, name: str, view: Callable[..., HttpResponse], **said: Any) -> URLPattern:
        """The address of a page about a row, where `page_of` finds it; `said` goes to the view."""
        model = f"{self.opts.app_label}_{self.opts.model_name}"
        return path(f"<int:object_id>/{name}/", self.admin_site.admin_view(view), said, name=f"{model}_{name}")

    def page_of(self, row: object, page: str = "change") -> str:
        """The address of a row's page."""
        model = f"{self.opts.app_label}_{self.opts.model_name}"
        return reverse(f"{self.admin_site.name}:{model}_{page}", args=[row])

    def carry_out(
        self,
        request: HttpRequest,
        rows: Iterable[Model],
        verb: Callable[[Any], object],
        *,
        done: str,
        refused: Sentence | None = None,
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

    def form_page(
        self,
        request: HttpRequest,
        form: Any,
        *,
        title: str,
        button: str,
        fieldsets: list[tuple[Any, dict[str, Any]]] | None = None,
        original: Any = None,
        **context: Any,
    ) -> TemplateResponse:
        """A page of ours in the admin's look: one form, one button."""
        fieldsets = fieldsets or [(None, {"fields": [field.name for field in form.visible_fields()]})]
        context |= self.admin_site.each_context(request) | {
            "title": title,
            "button": button,
            "form": form,
            "adminform": AdminForm(form, fieldsets, {}),
            "original": original,
            "opts": self.opts,
            "media": self.media + form.media,
            "error_words": _("There is a problem") if form.errors else "",
        }
        return TemplateResponse(request, "admin/form_page.html", context, status=422 if form.errors else 200)


# A session's name with its day, its time and its place, for whoever has to tell it from the next day's.
#
# A visit of a week has five sessions of one name, and nobody knows them apart by reference.


def on_its_day(session: ShowcaseSession) -> str:
    """The session has to come `with_names`."""
    when = (days_between(session.first_day, session.last_day), clock(session.starts_at))
    return ", ".join(part for part in (str(session), *when, session.where_name) if part)


class SomeSessions(SomeRows):
    """Several sessions, each with its day."""

    def label_from_instance(self, obj: Any) -> str:
        return on_its_day(obj)
