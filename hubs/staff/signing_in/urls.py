"""Addresses of signing in that Django's admin has none for. They stand under /admin/, before the admin's own."""

from django.urls import path

from hubs.staff.signing_in import views

urlpatterns = [
    path("second-factor/", views.own, name="second-factor"),
    path("second-factor/code/", views.code, name="second-factor-code"),
    path("second-factor/set-up/", views.set_up, name="second-factor-set-up"),
    path("second-factor/leave/", views.leave, name="second-factor-leave"),
]
