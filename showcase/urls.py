"""Every address of Showcase. What teachers see is there in English and, behind /zh-hans/, in Chinese."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from bookings.views import feeds, hub_pages, sessions
from showcase import pages
from showcase.admin_site import site

urlpatterns = [
    *i18n_patterns(
        path("", sessions.find, name="home"),
        path("hubs/", hub_pages.hubs, name="hubs"),
        path("hubs/<slug:slug>/", hub_pages.hub, name="hub"),
        path("", include("bookings.urls")),
        path("privacy/", pages.privacy, name="privacy"),
        path("accessibility/", pages.accessibility, name="accessibility"),
        prefix_default_language=False,
    ),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    path("robots.txt", feeds.robots, name="robots"),
    path("admin/", include("hubs.staff.signing_in.urls")),
    path("admin/password/", include("bookings.password_urls")),
    path("admin/", site.urls),
]
if settings.DEMO:
    urlpatterns.append(path("dev/mail/", pages.kept_mail, name="dev-mail"))

handler400 = "showcase.errors.bad_request"
handler403 = "showcase.errors.forbidden"
handler404 = "showcase.errors.not_found"
handler500 = "showcase.errors.broken"
