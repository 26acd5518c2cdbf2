"""Somebody is invited, sets a password and a second factor, signs out and in again, in a browser."""

import re
import time
from base64 import b32decode

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import expect

from hubs.models import StaffUser
from hubs.staff.signing_in.hashing import Argon2
from tests.browser.arriving import follow, press
from tests.browser.look import assert_looks_right, in_print, looked_at
from tests.browser.test_journey import heading
from tests.factories import HubYearFactory

pytestmark = pytest.mark.browser
EMAIL, PASSWORD = "new.lead@hub.example", "nine plums from shanghai"


def code_of(key, ahead=0):
    """What an app that was given this key shows now, or so many half minutes ahead."""
    totp = TOTP(b32decode(key.replace(" ", "")))
    totp.time = time.time() + 30 * ahead
    return f"{totp.token():06d}"


def invite(page):
    """A superuser invites the first lead of a hub that asks for a second factor: a hub of its own, for it stays so."""
    hub = HubYearFactory(name="Careful Maths Hub", hub__second_factor_required=True).hub
    root = StaffUser(email="root@hub.example", full_name="Programme Office", is_superuser=True)
    root.password = Argon2().encode(PASSWORD, "salt of the test")  # the server knows no other
    root.save()
    sign_in(page, root.email)
    page.goto("/admin/hubs/membership/add/")
    assert looked_at(page, "sign-in-invite") == []
    page.get_by_label("Email address:").fill(EMAIL)
    page.get_by_label("Full name:").fill("New Lead")
    page.get_by_label("Hub:").select_option(label=hub.slug)
    page.get_by_label("Role:").select_option(label="hub lead")
    press(page, "Save")
    assert f"An invitation is on its way to {EMAIL}." in page.locator(".messagelist").inner_text()


@pytest.mark.usefixtures("rows")
def test_invited_lead_sets_password_and_second_factor_and_signs_in_with_a_code(visit, showcase):
    invite(visit(java_script_enabled=True))
    mail = showcase.mailbox.wait_for(EMAIL)
    (link,) = set(re.findall(r"https://localhost:\d+/admin/password/\S+", mail.get_body(("plain",)).get_content()))

    page = visit(java_script_enabled=True)
    page.goto(link)
    assert heading(page) == "Set your password"
    assert_looks_right(page, "sign-in-set-password")
    page.get_by_label("New password:").fill(PASSWORD)
    page.get_by_label("New password confirmation:").fill(PASSWORD)
    press(page, "Set the password")

    sign_in(page, "  New.Lead@HUB.example ")
    assert heading(page) == "Set up your second factor"
    assert_looks_right(page, "sign-in-set-up")
    key = page.locator("code.secret").inner_text()
    page.get_by_label("Code:").fill("000 000")
    press(page, "Go on")
    assert "That code did not work" in page.locator("main").inner_text()
    time.sleep(1.1)  # after one wrong code the next is looked at a second later
    page.get_by_label("Code:").fill(code_of(key))
    press(page, "Go on")
    assert heading(page) == "Your recovery codes"
    assert_looks_right(page, "sign-in-codes")
    in_print(page, "sign-in-codes")
    recovery = page.locator(".codes li").all_inner_texts()
    assert len(recovery) == 10
    follow(page, "I have kept them: go on")
    expect(page).to_have_title("Home | Showcase")
    assert page.locator("#user-tools strong").inner_text().lower() == "new lead"
    press(page, "Sign out")

    sign_in(page, EMAIL)
    assert heading(page) == "Enter your code"
    assert_looks_right(page, "sign-in-code")
    page.get_by_label("Code:").fill(code_of(key, ahead=1))
    press(page, "Sign in")
    expect(page).to_have_title("Home | Showcase")
    page.goto("/admin/second-factor/")
    assert_looks_right(page, "sign-in-own")

    plain = visit()
    sign_in(plain, EMAIL)
    plain.get_by_label("Code:").fill(recovery[0].upper())
    press(plain, "Sign in")
    expect(plain).to_have_title("Home | Showcase")
    plain.goto("/admin/second-factor/")
    assert "Recovery codes left: 9." in plain.locator("main").inner_text()


@pytest.mark.usefixtures("rows")
def test_whoever_tries_too_often_is_told_to_wait(visit):
    page = visit(java_script_enabled=True)
    page.goto("/admin/login/")
    assert_looks_right(page, "sign-in")
    for _ in range(10):
        sign_in(page, "nobody@hub.example")
    assert heading(page) == "Too many tries"
    assert_looks_right(page, "sign-in-locked")
    follow(page, "Ask for a link to set a new password")
    assert_looks_right(page, "sign-in-forgotten")
    page.get_by_label("Email address:").fill("nobody@hub.example")
    press(page, "Send the link")
    assert heading(page) == "Check your email"
    assert_looks_right(page, "sign-in-sent")


def sign_in(page, email):
    page.goto("/admin/login/")
    page.get_by_label("Email address:").fill(email)
    page.get_by_label("Password:").fill(PASSWORD)
    press(page, "Sign in")
