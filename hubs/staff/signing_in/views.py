"""The pages of the second factor: the code at sign-in, setting it up, and looking after it.

`site.has_permission` lets nobody further before the code. Here come those whose password was right, so each page asks
by itself how far somebody has come.
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from django.contrib import admin, auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as otp_login
from django_otp.models import Device

from hubs.models import StaffUser
from hubs.pages import own_policy, private
from hubs.staff.signing_in import known_browser, lock_out, noted, second_factor, session
from hubs.staff.signing_in.forms import CodeForm, FirstCodeForm
from hubs.vocabulary.busy import TooBusy

MAY_REPLACE = "may_replace_device_until"
TO_REPLACE = dt.timedelta(minutes=10)  # after a current code
View = Callable[..., HttpResponse]


def after_password(view: View) -> View:
    """A page for whoever has given a right password: nobody keeps it, and strangers are sent to sign in."""

    @own_policy
    @private
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def page(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect("admin:login")
        return view(request)

    return cast("View", page)


def staff(request: HttpRequest) -> StaffUser:
    """Whose password was right."""
    return cast("StaffUser", request.user)


@own_policy
def sign_in(request: HttpRequest) -> HttpResponse:
    """The password; where that alone opens nothing, the page after it."""
    if request.method == "GET" and request.user.is_authenticated and not admin.site.has_permission(request):
        return redirect(next_step(request, onward(request)))
    try:
        response = admin.site.login(request, {"title": _("Sign in")})
    except TooBusy:
        return cast("HttpResponse", lock_out.busy(request))
    if request.method != "POST" or response.status_code != HTTPStatus.FOUND:
        return response
    known_browser.remember(request, response)
    if admin.site.has_permission(request) or session.is_verified(request.session):
        session.begin(request.session, now=timezone.now())
        return response
    session.begin_half_way(request.session, now=timezone.now())
    response["Location"] = next_step(request, response["Location"])
    return response


@after_password
def code(request: HttpRequest) -> HttpResponse:
    """The second step of signing in."""
    if _is_verified(request) or not staff(request).has_device:
        return redirect(onward(request))
    form = CodeForm(request.POST or None, user=staff(request))
    if form.is_valid():
        verify(request, form.device)
        return redirect(onward(request))
    said = [_("Enter the code that your app shows, or one of your recovery codes.")]
    lost = _("Lost both? Ask your hub lead, who can remove your device; then set up a new one.")
    return _page(request, form, title=_("Enter your code"), button=_("Sign in"), sentences=said, after=lost, leave=True)


@after_password
def set_up(request: HttpRequest) -> HttpResponse:
    """A new device: its key as a picture and in letters, its first code, and then the recovery codes."""
    if staff(request).has_device and not _may_replace(request):
        return redirect("second-factor" if _is_verified(request) else "second-factor-code")
    form = FirstCodeForm(request.POST or None, user=staff(request))
    if form.is_valid():
        request.session.pop(MAY_REPLACE, None)
        verify(request, form.device)
        return _codes(request, form.codes)
    device = second_factor.begun(staff(request), now=timezone.now())
    context = {"picture": second_factor.picture(device), "key": second_factor.key_in_words(device)}
    return _page(request, form, title=_("Set up your second factor"), button=_("Go on"), leave=True, **context)


@after_password
def own(request: HttpRequest) -> HttpResponse:
    """Look after one's own: new recovery codes, or another device, each against a current code."""
    if not staff(request).has_device:
        return redirect("second-factor-set-up")
    if not _is_verified(request):
        return redirect("second-factor-code")
    form = CodeForm(request.POST or None, user=staff(request))
    if form.is_valid():
        if "replace" in request.POST:
            request.session[MAY_REPLACE] = (timezone.now() + TO_REPLACE).isoformat()
            return redirect("second-factor-set-up")
        codes = second_factor.new_codes(staff(request))
        second_factor.note(staff(request), "New recovery codes.", by=staff(request))
        return _codes(request, codes)
    left = second_factor.codes_left(staff(request))
    said = [_("Recovery codes left: %(n)d.") % {"n": left}, _("Enter a code that your app shows, then choose.")]
    context = {"title": _("Your second factor"), "button": _("Make new recovery codes"), "sentences": said}
    return _page(request, form, replace=_("Use another phone or app"), **context)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Half-way in, as somebody else perhaps: back to the start."""
    auth.logout(request)
    return redirect("admin:login")


def verify(request: HttpRequest, device: Device | None) -> None:
    """This session has its second factor now. It gets another key, as at every step up."""
    otp_login(request, device)
    request.session.cycle_key()
    noted.code_right(staff(request), device)
    session.begin(request.session, now=timezone.now())


def next_step(request: HttpRequest, onwards: str) -> str:
    """Where somebody whose password was right, but alone opens nothing, goes on."""
    page = "second-factor-code" if staff(request).has_device else "second-factor-set-up"
    return f"{reverse(page)}?{urlencode({'next': onwards})}"


def onward(request: HttpRequest) -> str:
    """The page that somebody wanted, where it is ours; else the first."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else reverse("admin:index")


def _is_verified(request: HttpRequest) -> bool:
    return getattr(request.user, "otp_device", None) is not None


def _may_replace(request: HttpRequest) -> bool:
    until: str = request.session.get(MAY_REPLACE, "")
    return _is_verified(request) and bool(until) and dt.datetime.fromisoformat(until) > timezone.now()


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Shown in the answer itself: loading it again shows nothing, for the code that made them is used."""
    return _page(request, None, title=_("Your recovery codes"), codes=codes)


def _page(request: HttpRequest, form: Any, **said: Any) -> HttpResponse:
    if form and form.errors:
        noted.code_wrong(staff(request))
    context = admin.site.each_context(request) | {"form": form, "next": onward(request)} | said
    return render(request, "admin/signing_in.html", context, status=422 if form and form.errors else 200)
