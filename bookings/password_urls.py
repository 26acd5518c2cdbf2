"""Addresses of a forgotten or first password. The admin's sign-in page looks for the first by its name."""

from django.urls import path

from bookings.views import password

urlpatterns = [
    path("forgotten/", password.forgotten, name="admin_password_reset"),
    path("forgotten/sent/", password.sent, name="password-sent"),
    path("<str:uidb64>/<str:token>/", password.set_new, name="password-set"),
]
