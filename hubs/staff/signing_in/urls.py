"""Addresses of signing in. They stand under /admin/, before the admin's own: the first stands in for admin:login."""

from django.urls import path

from hubs.staff.signing_in import views

urlpatterns = [
    path("login/", views.sign_in),
    path("second-factor/", views.own, name="second-factor"),
    path("second-factor/code/", views.code, name="second-factor-code"),
    path("second-factor/set-up/", views.set_up, name="second-factor-set-up"),
    path("second-factor/leave/", views.leave, name="second-factor-leave"),
]
