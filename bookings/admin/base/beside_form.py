"""Rows whose form is their own page: what leads on from it, to a verb or to another page, saves what is typed first.

See decision 0028.
"""

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from bookings.admin.base.pages import WithPages

THEN = "_then"  # which of the row's buttons was pressed beside its form
ON_TO = "_on_to"  # or to which of the pages about the row


class WithButtonsBeside(WithPages):
    """A form with the row's buttons and the ways to its pages after Save: the Enter key saves, and no more."""

    change_form_template = "admin/with_buttons_beside.html"

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A button beside the form saves what is typed, and then does its verb in transactions of its own, or leads on.

        Where the form has a mistake, neither happens; a verb that is refused leaves the form saved, and says so.
        """
        response = super().changeform_view(request, object_id, form_url, extra_context)
        if not (request.method == "POST" and isinstance(response, HttpResponseRedirect)):
            return response
        row = self.get_object(request, unquote(object_id or ""))
        if address := request.POST.get(ON_TO, ""):
            # What was saved may have ended what the page is for: then it is not among the row's pages any more.
            found = row is not None and address in [link for link, _label in self.links(request, row)]
            return HttpResponseRedirect(address) if found else response
        if wanted := request.POST.get(THEN, ""):
            action: Any = (self.get_actions(request).get(wanted) or [None])[0]
            if row is None or action is None:
                raise PermissionDenied
            answer: HttpResponse | None = action(self, request, self.get_queryset(request).filter(pk=row.pk))
            return answer or HttpResponseRedirect(self.url_of(row.pk))
        return response

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """A button that was pressed beside a form in which nothing was typed writes no version of the row."""
        if not (change and _leads_on(request) and not form.has_changed()):
            super().save_model(request, obj, form, change)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:  # noqa: FBT001, FBT002
        found = super().construct_change_message(request, form, formsets, add)
        request.typed = bool(found)  # type: ignore[attr-defined]  # for response_change
        return found

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if not _leads_on(request):
            return super().response_change(request, obj)
        if request.typed:  # type: ignore[attr-defined]  # as construct_change_message has seen
            self.message_user(request, _("Saved."), messages.SUCCESS)
        return HttpResponseRedirect(self.url_of(obj.pk))


def _leads_on(request: HttpRequest) -> bool:
    return THEN in request.POST or ON_TO in request.POST
