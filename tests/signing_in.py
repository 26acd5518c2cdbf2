"""Staff who sign in as they do: a password, and codes of a real app's arithmetic."""

import re
import time

from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from hubs.models import Membership, StaffUser

PASSWORD = "shanghai exchange 2019"
SIGN_IN = "/admin/login/"
CODE, SET_UP, OWN = "/admin/second-factor/code/", "/admin/second-factor/set-up/", "/admin/second-factor/"


def make_staff(email="lead@hub.example", hub=None, role=Membership.Role.LEAD, **fields):
    """Somebody with a password, on the staff of `hub`."""
    user = StaffUser.objects.create_user(email, PASSWORD, **({"full_name": "Jo Lead"} | fields))
    if hub:
        Membership.objects.create(user=user, hub=hub, role=role)
    return user


def sign_in(client, email="lead@hub.example", password=PASSWORD, onward="", **extra):
    """The sign-in form, sent."""
    return client.post(SIGN_IN, {"username": email, "password": password, "next": onward}, **extra)


def code_of(user, ahead=0):
    """What the app shows now, or so many half minutes ahead: each code works once, so the next is a later one."""
    device = TOTPDevice.objects.filter(user=user).order_by("-pk")[0]
    totp = TOTP(device.bin_key)
    totp.time = time.time() + 30 * ahead
    return f"{totp.token():06d}"


def enrol(client, user):
    """Set up an app; returns the recovery codes as they are shown."""
    client.get(SET_UP)
    return codes_on(client.post(SET_UP, {"code": code_of(user)}))


def codes_on(response):
    return re.findall(r"<li><code>([^<]+)</code></li>", response.content.decode())


def is_in(client):
    """Whether the staff pages open."""
    return client.get(reverse("admin:index")).status_code == 200


def heading(response):
    return re.search(r"<h1>([^<]*)</h1>", response.content.decode())[1]


def somebody_with_a_device(**fields):
    """A member of staff with a device whose code of this half minute is used, and their recovery codes."""
    user, client = make_staff(**fields), Client()
    sign_in(client, user.email)
    return user, enrol(client, user)
