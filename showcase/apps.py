"""What makes the staff pages' site the one that Django's admin stands for."""

from django.contrib.admin.apps import AdminConfig


class ShowcaseAdminConfig(AdminConfig):
    """Makes ShowcaseAdminSite what `django.contrib.admin.site` is, so that `@admin.register` works as everywhere.

    Apart from the site itself, which knows rows: settings.INSTALLED_APPS loads this before there are any.
    """

    default_site = "showcase.admin_site.ShowcaseAdminSite"
