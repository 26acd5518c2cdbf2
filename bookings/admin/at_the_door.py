"""What the pages of a session's register have in common: whom they let in, where they are, how they look."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from bookings.admin.buttons import WithButtons
from bookings.models import Visitor
from hubs import scope


class AtTheDoor(WithButtons):
    """Pages of a session that name its visitors."""

    def session_at_the_door(self, request: HttpRequest, object_id: int) -> Any:
        """The session, for who may change its visitors. Raises Http404 for another hub's, PermissionDenied."""
        return self.row_of(request, object_id, lambda _request, row: scope.may(request.user, "change", Visitor, row))

    def register_path(self, name: str, view: Callable[..., HttpResponse], *, more: str = "") -> URLPattern:
        """The address of a page of the register ("" is its first); `more` is what it takes beside the session."""
        model = f"{self.opts.app_label}_{self.opts.model_name}"
        full = "_".join([model, "register", *name.replace("-", "_").split()])
        address = f"<int:object_id>/register/{name}/{more}" if name else "<int:object_id>/register/"
        return path(address, self.admin_site.admin_view(view), name=full)

    def register_page(
        self, request: HttpRequest, template: str, session: Any, *, title: str, **context: Any
    ) -> HttpResponse:
        """A page in the admin's look, of templates/admin/register/."""
        form = context.get("form")
        context |= self.admin_site.each_context(request)
        context |= {"title": title, "session": session, "original": session, "opts": self.opts, "media": self.media}
        status = 422 if form is not None and form.errors else 200
        return TemplateResponse(request, f"admin/register/{template}.html", context, status=status)
