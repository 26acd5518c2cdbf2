"""The staff pages: Django's admin, signed in to by email address. `django.contrib.admin.site` is this site.

Pages of ours that stand in for Django's (Home, Today, signing in, look-ups) are addresses in showcase/urls.py.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from bookings.operations.noting import note
from hubs.pages import own_policy
from hubs.staff.navigation import navigation
from hubs.staff.signing_in import session
from hubs.staff.signing_in.forms import SignInForm
from showcase import VERSION

View = Callable[..., HttpResponse]


def _while_at_work(view: View) -> View:
    """Whoever uses the staff pages stays signed in, is who changed the rows that a page of theirs writes, and is noted
    where it names people."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            session.keep_open(request.session, now=timezone.now())
        HistoricalRecords.context.request = request
        try:
            response = view(request, *args, **kwargs)
        finally:
            del HistoricalRecords.context.request
        note(request, response, now=timezone.now())
        return response

    return kept


class ShowcaseAdminSite(admin.AdminSite):
    """Where staff set up sessions and look after bookings."""

    site_title = _("Showcase")
    site_header = _("Showcase")
    index_title = _("Staff pages")
    enable_nav_sidebar = False  # ours leads to what people open: hubs/staff/navigation.py
    login_form = SignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether somebody has signed in, all the way: with the second factor, where there is one or must be."""
        user: Any = request.user
        if not super().has_permission(request):
            return False
        return getattr(user, "otp_device", None) is not None or not user.needs_second_factor

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Sign out, and have the browser of a shared computer drop the pages it has kept. Not the cookie that says that
        this account signed in here before."""
        response = super().logout(request, extra_context)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """With the navigation of who may open any page, and the version for whoever reports a fault."""
        context = super().each_context(request)
        if context["has_permission"] and not context["is_popup"]:
            context["version"] = VERSION
            context["navigation"] = navigation(request, {model._meta.label: model for model in self._registry})
        return context

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Of one app, on Django's page of it. No page of ours shows the list of all, a tenth of the work of each."""
        return super().get_app_list(request, app_label) if app_label else []

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002  (Django's own)
        return own_policy(_while_at_work(super().admin_view(view, cacheable)))

    def get_urls(self) -> list[Any]:
        """Without Django's redirect to any row's page: it would say to everybody which rows there are."""
        return [one for one in super().get_urls() if getattr(one, "name", None) != "view_on_site"]
