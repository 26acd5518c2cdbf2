"""The staff pages: Django's admin, signed in to by email address.

`django.contrib.admin.site` is this site, for settings.INSTALLED_APPS names the configuration below: so
`@admin.register` works as everywhere.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from hubs.pages import own_policy

View = Callable[..., HttpResponse]


def _while_at_work(view: View) -> View:
    """Whoever uses the staff pages stays signed in, and is who changed the rows that a page of theirs writes."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from hubs.staff.signing_in import session

        if request.user.is_authenticated:
            session.keep_open(request.session, now=timezone.now())
        HistoricalRecords.context.request = request
        try:
            return view(request, *args, **kwargs)
        finally:
            del HistoricalRecords.context.request

    return kept


class ShowcaseAdminSite(admin.AdminSite):
    """Where staff set up sessions and look after bookings."""

    site_title = _("Showcase")
    site_header = _("Showcase")
    index_title = _("Staff pages")

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether somebody has signed in, all the way: with the second factor, where there is one or must be."""
        user: Any = request.user
        if not super().has_permission(request):
            return False
        return getattr(user, "otp_device", None) is not None or not user.needs_second_factor

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002  (Django's own)
        return own_policy(_while_at_work(super().admin_view(view, cacheable)))

    def get_urls(self) -> list[Any]:
        """Without Django's redirect to any row's page: it would say to everybody which rows there are."""
        stock = [one for one in super().get_urls() if getattr(one, "name", None) != "view_on_site"]
        return [path("today/", self.admin_view(self.today), name="today"), *stock]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Home: what needs this member of staff now, above the lists."""
        from bookings.admin.home.home import home

        said = {"home": home(request.user, now=timezone.now())}
        return super().index(request, said | (extra_context or {}))

    def today(self, request: HttpRequest) -> HttpResponse:
        from bookings.admin.home.home import today

        return today(request, self)

    def autocomplete_view(self, request: HttpRequest) -> Any:
        from hubs.admin.scoped import ScopedAutocomplete

        return ScopedAutocomplete.as_view(admin_site=self)(request)

    @method_decorator(own_policy)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The password; where that alone opens nothing, the page after it."""
        from hubs.staff.signing_in import forms, session, views

        if request.method == "GET" and request.user.is_authenticated and not self.has_permission(request):
            return HttpResponseRedirect(views.next_step(request, views.onward(request)))
        self.login_form = forms.SignInForm
        response = super().login(request, {"title": _("Sign in")} | (extra_context or {}))
        if request.method != "POST" or response.status_code != HTTPStatus.FOUND:
            return response
        if self.has_permission(request) or session.is_verified(request.session):
            session.begin(request.session, now=timezone.now())
            return response
        session.begin_half_way(request.session, now=timezone.now())
        return HttpResponseRedirect(views.next_step(request, response["Location"]))


class ShowcaseAdminConfig(AdminConfig):
    """Makes the site above the one that every admin class is registered with."""

    default_site = "showcase.admin_site.ShowcaseAdminSite"


site = admin.site
