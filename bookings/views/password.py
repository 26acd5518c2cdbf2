"""A forgotten password, and the first one: an address in, a mail out, a link that sets it.

The pages say the same for every address. A new password never touches the second factor.
"""

from contextlib import suppress
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.views import PasswordResetConfirmView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from bookings.mail import staff_mails
from bookings.rule.refusals import TooManyFromHere
from bookings.views import limits
from hubs.models import StaffUser
from hubs.pages import View, own_policy, private
from hubs.staff.signing_in import lock_out
from hubs.vocabulary.busy import TooBusy
from hubs.vocabulary.email_address import AddressField


class ForgottenForm(forms.Form):
    """The address that somebody signs in with."""

    email = AddressField(
        label=gettext_lazy("Email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Enter your email address."),
            "invalid": gettext_lazy("Enter an email address in the right form, like name@school.example."),
        },
    )


@own_policy
@private
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for the address. Limits, by address and by network, are silent."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _send(request, form.cleaned_data["email"])
        return redirect("password-sent")
    said = [_("Enter the address that you sign in with. We will send it a link to set a new password.")]
    context = {"title": _("Forgotten your password?"), "sentences": said, "form": form, "button": _("Send the link")}
    status = 422 if form.is_bound else 200
    return render(request, "admin/signing_in.html", admin.site.each_context(request) | context, status=status)


def _send(request: HttpRequest, address: str) -> None:
    now = timezone.now()
    with suppress(TooManyFromHere), transaction.atomic():
        limits.use(request, limits.PASSWORD, now=now)
        staff_mails.tell_password_link(address, now=now)


@own_policy
@private
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The same for every address."""
    said = [
        _("If that address has an account here, an email with a link is on its way to it. The link works for 3 days."),
        _("Some school systems keep mail for an hour. Look among unwanted mail too."),
        _("If nothing comes, ask your hub lead whether you were invited with another address."),
    ]
    context = admin.site.each_context(request) | {"title": _("Check your email"), "sentences": said, "to_sign_in": True}
    return render(request, "admin/signing_in.html", context)


class SetPassword(PasswordResetConfirmView):
    """The link of a mail. Django takes the token out of the address at once and keeps it in the session.

    Opening it changes nothing (mail scanners do); the password does, and ends the link.
    """

    template_name = "admin/signing_in.html"
    success_url = reverse_lazy("admin:login")
    title = gettext_lazy("Set your password")
    reset_url_token = "new"  # noqa: S105  (what stands in the address instead)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.validlink:
            said: dict[str, Any] = {"sentences": [_("After it you sign in with it.")], "button": _("Set the password")}
        else:
            said = {"title": _("This link does not work"), "form": None, "forgotten": True}
            said["sentences"] = [_("It has been used, or is older than 3 days. Ask for a new one.")]
        return admin.site.each_context(self.request) | context | said

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            response = super().form_valid(form)
        except TooBusy:
            return cast("HttpResponse", lock_out.busy(self.request))
        if isinstance(self.user, StaffUser):
            lock_out.let_try_again(self.user.email)
        return response

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        form = context.get("form")
        return super().render_to_response(context, status=422 if form and form.errors else 200, **kwargs)


set_new = own_policy(private(cast("View", SetPassword.as_view())))
