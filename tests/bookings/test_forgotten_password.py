"""A forgotten password: an address in, a mail out, silently; the second factor stays."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.mail import staff_mails
from bookings.mail.sending import send_due
from bookings.models import Mail, NetworkUse
from bookings.views import limits
from hubs.models import StaffUser
from hubs.vocabulary.logs import without_private
from tests.signing_in import CODE, code_of, heading, is_in, make_staff, sign_in, somebody_with_a_device

pytestmark = pytest.mark.django_db
FORGOTTEN, SENT = "/admin/password/forgotten/", "/admin/password/forgotten/sent/"
NEW = "another password of mine"
NOW = dt.datetime.now


def ask(email, **extra):
    return Client().post(FORGOTTEN, {"email": email}, **extra)


def set_password(link, password=NEW):
    client = Client()
    at = client.get(link, follow=True).request["PATH_INFO"]
    return client.post(at, {"new_password1": password, "new_password2": password})


def links_sent(mailoutbox):
    send_due(timezone.now)
    return [re.search(r"https://testserver(/admin/password/\S+)", mail.body)[1] for mail in mailoutbox]


def test_sign_in_page_leads_to_it(client):
    assert f'href="{FORGOTTEN}"' in client.get("/admin/login/").content.decode()
    assert heading(client.get(FORGOTTEN)) == "Forgotten your password?"


def test_new_password_takes_the_place_of_the_old(mailoutbox):
    user = make_staff()
    assert ask(" LEAD@hub.example").headers["Location"] == SENT
    (link,) = links_sent(mailoutbox)
    assert set_password(link).headers["Location"] == "/admin/login/"
    old, new = Client(), Client()
    sign_in(old, user.email)
    sign_in(new, user.email, NEW)
    assert (is_in(old), is_in(new)) == (False, True)


def test_new_password_leaves_the_second_factor_as_it_was(mailoutbox):
    user, codes = somebody_with_a_device()
    ask(user.email)
    (link,) = links_sent(mailoutbox)
    set_password(link)
    client = Client()
    assert sign_in(client, password=NEW).headers["Location"].startswith(CODE)
    assert not is_in(client)
    client.post(CODE, {"code": code_of(user, ahead=1)})
    assert is_in(client)
    assert len(codes) == 10


def test_new_password_ends_the_sessions_of_the_old(mailoutbox):
    user, old = make_staff(), Client()
    sign_in(old, user.email)
    StaffUser.objects.update(last_login=timezone.now() - dt.timedelta(hours=1))
    ask(user.email)
    (link,) = links_sent(mailoutbox)
    sign_in(Client(), user.email)
    assert heading(Client().get(link, follow=True)) == "This link does not work"  # they have signed in since
    Mail.objects.all().delete()
    ask(user.email)
    set_password(links_sent(mailoutbox)[1])
    assert not is_in(old)


def test_new_password_ends_a_lock_out(mailoutbox):
    user = make_staff()
    for n in range(10):
        sign_in(Client(), user.email, f"wrong {n}")
    ask(user.email)
    set_password(links_sent(mailoutbox)[0])
    client = Client()
    sign_in(client, user.email, NEW)
    assert is_in(client)


def test_link_is_good_for_three_days(mailoutbox, monkeypatch):
    make_staff()
    ask("lead@hub.example")
    (link,) = links_sent(mailoutbox)
    tokens = "django.contrib.auth.tokens.PasswordResetTokenGenerator._now"
    monkeypatch.setattr(tokens, lambda _self: NOW(None) + dt.timedelta(days=3, minutes=1))
    assert heading(Client().get(link, follow=True)) == "This link does not work"


def test_answer_and_work_are_the_same_for_every_address():
    make_staff("known@hub.example")
    make_staff("gone@hub.example", is_active=False)
    invited = make_staff("invited@hub.example")
    invited.set_unusable_password()
    invited.save()
    said, worked = set(), set()
    ask("before@hub.example")  # the first of an hour makes the row that counts for their network
    for email in ("known", "gone", "invited", "unknown", "known"):
        with CaptureQueriesContext(connection) as asked:
            answer = ask(f"{email}@hub.example")
        said.add((answer.status_code, answer.headers["Location"], answer.content))
        worked.add(tuple(re.sub(r"\W.*", "", query["sql"]) for query in asked.captured_queries))
    assert len(said) == len(worked) == 1
    sent_to = set(Mail.objects.filter(state=Mail.State.WAITING).values_list("recipient", flat=True))
    assert sent_to == {"known@hub.example", "invited@hub.example"}
    assert Client().get(SENT).status_code == 200


def test_row_for_nobody_holds_no_address_and_goes_after_a_day():
    ask("unknown@hub.example")
    (row,) = Mail.objects.values()
    assert "unknown" not in repr(row)
    assert row["state"] == Mail.State.DROPPED
    staff_mails.forget(now=timezone.now() + dt.timedelta(hours=25))
    assert not Mail.objects.exists()


def test_one_link_an_hour_and_five_a_day_silently(settings):
    make_staff()
    settings.PROXIES = 0
    now = timezone.now()
    for hours in range(0, 24, 2):
        for minutes in (0, 30):
            staff_mails.tell_password_link("lead@hub.example", now=now + dt.timedelta(hours=hours, minutes=minutes))
    assert Mail.objects.filter(state=Mail.State.WAITING).count() == 5


def test_network_that_asks_too_often_is_told_the_same_and_nothing_is_sent():
    make_staff()
    ask("unknown@hub.example")
    NetworkUse.objects.filter(what=limits.PASSWORD).update(used=limits.MOST_AN_HOUR[limits.PASSWORD])
    before = Mail.objects.count()
    assert ask("lead@hub.example").headers["Location"] == SENT
    assert Mail.objects.count() == before


@pytest.mark.parametrize("email", ["", "lead", "\x00", "a" * 300 + "@hub.example"])
def test_what_is_no_address_is_refused_in_words(email):
    answer = ask(email)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()


def test_nobody_keeps_these_pages(client):
    for page in (FORGOTTEN, SENT, "/admin/password/MQ/x/"):
        answer = client.get(page)
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "strict-origin"


def test_no_log_holds_a_link(mailoutbox):
    make_staff()
    ask("lead@hub.example")
    (link,) = links_sent(mailoutbox)
    token = link.split("/")[-2]
    assert token not in without_private(f"Internal Server Error: {link}")
    assert StaffUser.objects.count() == 1
