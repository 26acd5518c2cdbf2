"""Every address of Showcase. What teachers see is there in English and, behind /zh-hans/, in Chinese."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib.admin import site
from django.urls import include, path

from bookings.admin.find import find
from bookings.admin.home.home import home, today
from bookings.admin.report import pages as report
from bookings.admin.report import schools as report_schools
from bookings.urls import passwords
from bookings.views import feeds, hub_pages, sessions
from hubs.admin.scoped import ScopedAutocomplete
from showcase import pages

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
    path(".well-known/security.txt", pages.security, name="security"),
    path("admin/", include("hubs.staff.signing_in.urls")),
    path("admin/password/", include(passwords)),
    # Ours in place of Django's own: these stand for admin:index and admin:autocomplete.
    path("admin/", site.admin_view(home)),
    path("admin/autocomplete/", site.admin_view(ScopedAutocomplete.as_view(admin_site=site))),
    path("admin/find/", site.admin_view(find.asked), name="find"),
    path("admin/find/<str:key>/", site.admin_view(find.found), name="found"),
    path("admin/today/", site.admin_view(today), name="today"),
    path("admin/reports/", site.admin_view(report.reports), name="reports"),
    path("admin/reports/<str:of>/<int:pk>/", site.admin_view(report.page), name="report"),
    path("admin/reports/<str:of>/<int:pk>/schools/", site.admin_view(report_schools.page), name="report-schools"),
    path("admin/reports/<str:of>/<int:pk>/<slug:name>.csv", site.admin_view(report.table), name="report-table"),
    path("admin/", site.urls),
]
if settings.DEMO:
    urlpatterns += [
        path("dev/mail/", pages.kept_mails, name="dev-mail"),
        path("dev/mail/<int:name>/", pages.kept_mail, name="dev-mail-html"),
    ]

handler400 = "showcase.errors.bad_request"
handler403 = "showcase.errors.forbidden"
handler404 = "showcase.errors.not_found"
handler500 = "showcase.errors.broken"
