"""Every address of Showcase."""

from django.conf import settings
from django.urls import include, path

from bookings.views import hub_pages, sessions
from showcase import pages
from showcase.admin_site import site

urlpatterns = [
    path("", sessions.find, name="home"),
    path("hubs/", hub_pages.hubs, name="hubs"),
    path("hubs/<slug:slug>/", hub_pages.hub, name="hub"),
    path("", include("bookings.urls")),
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("admin/", include("hubs.signing_in.urls")),
    path("admin/password/", include("bookings.password_urls")),
    path("admin/", site.urls),
]
if settings.DEMO:
    urlpatterns.append(path("dev/mail/", pages.kept_mail, name="dev-mail"))

handler400 = "showcase.errors.bad_request"
handler403 = "showcase.errors.forbidden"
handler404 = "showcase.errors.not_found"
handler500 = "showcase.errors.broken"
