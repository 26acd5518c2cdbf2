"""The staff pages: Django's admin, signed in to by email address.

`django.contrib.admin.site` is this site, for settings.INSTALLED_APPS names the configuration below: so
`@admin.register` works as everywhere.
"""

from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

# The admin's own scripts, styles and look-ups; nothing inline. The other pages have no script at all.
POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF],
    "connect-src": [SELF],
    "font-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
own_policy = csp(POLICY)


class ShowcaseAdminSite(admin.AdminSite):
    """Where staff set up sessions and look after bookings."""

    site_title = _("Showcase")
    site_header = _("Showcase")
    index_title = _("Staff pages")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002  (Django's own)
        return own_policy(super().admin_view(view, cacheable))

    def get_urls(self) -> list[Any]:
        """Without Django's redirect to any row's page: it would say to everybody which rows there are."""
        return [one for one in super().get_urls() if getattr(one, "name", None) != "view_on_site"]

    def autocomplete_view(self, request: HttpRequest) -> Any:
        from hubs.admin.scoped import ScopedAutocomplete

        return ScopedAutocomplete.as_view(admin_site=self)(request)

    @method_decorator(own_policy)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().login(request, extra_context)


class ShowcaseAdminConfig(AdminConfig):
    """Makes the site above the one that every admin class is registered with."""

    default_site = "showcase.admin_site.ShowcaseAdminSite"


site = admin.site
