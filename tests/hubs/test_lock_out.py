"""Whoever tries passwords is locked out, by account and network together; no answer tells who has an account."""

import datetime as dt
import io
import logging

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from django.utils import timezone

from hubs.staff.signing_in import known_browser, lock_out
from tests.signing_in import PASSWORD, SIGN_IN, heading, is_in, make_staff, sign_in

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
LIMIT = 10


def try_often(email="lead@hub.example", times=LIMIT, **extra):
    """So many wrong passwords, each in a browser of its own; returns the last answer."""
    for n in range(times):
        answer = sign_in(Client(), email, f"wrong {n}", **({"REMOTE_ADDR": HERE} | extra))
    return answer


def opens(email="lead@hub.example", **extra):
    client = Client()
    sign_in(client, email, **({"REMOTE_ADDR": HERE} | extra))
    return is_in(client)


@pytest.fixture(autouse=True)
def _no_proxy(settings):
    settings.PROXIES = 0


def test_tenth_wrong_password_locks_out_and_the_right_one_too():
    make_staff()
    assert try_often(times=LIMIT - 1).status_code == 200
    answer = try_often(times=1)
    assert (answer.status_code, heading(answer)) == (429, "Too many tries")
    assert "Wait 15 minutes, then try again." in answer.content.decode()
    assert not opens()


def test_lock_is_for_that_account_from_that_network():
    make_staff()
    make_staff("other@hub.example")
    try_often()
    assert not opens(email="LEAD@hub.example ")
    assert opens(email="other@hub.example")
    assert opens(REMOTE_ADDR=ELSEWHERE)


def test_lock_ends_after_a_quarter_of_an_hour_though_somebody_goes_on_trying():
    make_staff()
    try_often()
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=14, seconds=50))
    try_often(times=3)
    assert not opens()
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=15, seconds=1))
    assert opens()


def test_right_password_starts_the_count_again():
    make_staff()
    try_often(times=LIMIT - 1)
    assert opens()
    assert try_often(times=LIMIT - 1).status_code == 200


def test_network_is_what_our_proxy_says_and_not_what_the_caller_says(settings):
    make_staff()
    settings.PROXIES = 1
    for n in range(LIMIT):
        answer = try_often(times=1, HTTP_X_FORWARDED_FOR=f"192.0.2.{n}, {HERE}", REMOTE_ADDR="10.0.0.1")
    assert answer.status_code == 429
    assert not opens(HTTP_X_FORWARDED_FOR=f"192.0.2.99, {HERE}", REMOTE_ADDR="10.0.0.1")
    assert opens(HTTP_X_FORWARDED_FOR=f"{HERE}, {ELSEWHERE}", REMOTE_ADDR="10.0.0.1")


@pytest.mark.parametrize("here, elsewhere", [(HERE, ELSEWHERE), ("[2001:db8:0:1::7]", "[2001:db8:0:2::9]")])
def test_network_is_an_address_without_the_port_that_our_proxy_writes(settings, here, elsewhere):
    make_staff()
    settings.PROXIES = 1
    for n in range(LIMIT):
        answer = try_often(times=1, HTTP_X_FORWARDED_FOR=f"{here}:{51234 + n}", REMOTE_ADDR="10.0.0.1")
    assert answer.status_code == 429
    assert not opens(HTTP_X_FORWARDED_FOR=f"{here}:443", REMOTE_ADDR="10.0.0.1")
    assert opens(HTTP_X_FORWARDED_FOR=f"{elsewhere}:443", REMOTE_ADDR="10.0.0.1")


def test_another_browser_makes_no_difference():
    make_staff()
    for n in range(LIMIT):
        answer = try_often(times=1, HTTP_USER_AGENT=f"Browser {n}")
    assert answer.status_code == 429


# --- of a whole network ---------------------------------------------------------------------------------------------


def spray(n, **extra):
    """One wrong password for each of so many accounts; returns the last answer."""
    for number in range(n):
        answer = sign_in(Client(), f"teacher{number}@hub.example", "Summer2026!", **({"REMOTE_ADDR": HERE} | extra))
    return answer


def test_network_that_tries_many_accounts_is_stopped_before_anything_is_hashed(monkeypatch):
    make_staff()
    assert spray(20).status_code == 200
    monkeypatch.setattr(MD5PasswordHasher, "encode", None)  # whoever hashes now falls over
    answer = spray(5)
    assert (answer.status_code, heading(answer)) == (429, "Too many tries")
    assert "Too many wrong passwords have come from your network within this hour." in answer.content.decode()
    assert not opens()


def test_others_in_another_network_sign_in_all_the_same():
    make_staff()
    spray(25)
    assert opens(REMOTE_ADDR=ELSEWHERE)


def test_right_passwords_do_not_count():
    make_staff()
    for _morning in range(25):
        assert opens()
    assert spray(19).status_code == 200
    assert opens()
    assert spray(1).status_code == 200


def test_a_48_of_ipv6_counts_as_four_networks():
    for n in range(4):
        spray(20, REMOTE_ADDR=f"2001:db8:0:{n}::7")
    assert spray(1, REMOTE_ADDR="2001:db8:0:77::7").status_code == 429
    assert spray(1, REMOTE_ADDR="2001:db8:1:77::7").status_code == 200


def signed_in_before(email="lead@hub.example"):
    """A browser in which the account has signed in, and out again."""
    client = Client()
    sign_in(client, email, REMOTE_ADDR=HERE)
    client.cookies.pop("sessionid")
    return client


def test_browser_that_has_signed_in_before_is_slowed_by_nobody_else():
    make_staff()
    client = signed_in_before()
    spray(25)
    try_often()
    assert not opens()
    sign_in(client, REMOTE_ADDR=HERE)
    assert is_in(client)


def test_that_browser_is_no_way_round_the_limit_and_none_for_another_account():
    make_staff()
    make_staff("other@hub.example")
    client = signed_in_before()
    for n in range(LIMIT):
        answer = sign_in(client, password=f"wrong {n}", REMOTE_ADDR=HERE)
    assert answer.status_code == 429
    assert opens()  # and it slows nobody else
    spray(20)
    assert sign_in(client, "other@hub.example", REMOTE_ADDR=HERE).status_code == 429


def test_cookie_of_a_known_browser_is_signed_names_nobody_and_goes_to_one_page_alone():
    make_staff()
    client = signed_in_before()
    cookie = client.cookies["known"]
    assert (cookie["path"], cookie["httponly"], cookie["secure"], cookie["samesite"]) == (SIGN_IN, True, True, "Lax")
    assert "lead" not in str(signing.loads(cookie.value, salt=known_browser.SALT))
    with pytest.raises(signing.BadSignature):
        signing.loads(cookie.value)
    spray(20)
    client.cookies["known"] = cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B")
    assert sign_in(client, REMOTE_ADDR=HERE).status_code == 429


def test_wrong_password_makes_no_browser_known():
    make_staff()
    client = Client()
    sign_in(client, password="wrong", REMOTE_ADDR=HERE)
    assert "known" not in client.cookies


# --- what the answers tell ------------------------------------------------------------------------------------------


def accounts():
    """An address of each sort, none of which the right password of another opens."""
    make_staff("known@hub.example")
    make_staff("gone@hub.example", is_active=False)
    invited = make_staff("invited@hub.example")
    invited.set_unusable_password()
    invited.save()
    return ["known@hub.example", "gone@hub.example", "invited@hub.example", "unknown@hub.example"]


def body(answer, email):
    return answer.content.decode().replace(email, "ADDRESS").replace(token_of(answer), "TOKEN")


def token_of(answer):
    return str(answer.context["csrf_token"])


def test_answers_are_the_same_for_every_sort_of_account():
    answers = {}
    for n, email in enumerate(accounts()):
        here = {"REMOTE_ADDR": f"192.0.2.{n}"}  # or the fourth would be refused for the tries of the others
        answers[email] = [body(sign_in(Client(), email, "not this one", **here), email)]
        last = try_often(email, LIMIT - 1, **here)
        answers[email] += [last.status_code, body(last, email)]
    assert "That address and password do not belong together." in answers["unknown@hub.example"][0]
    assert [email for email, said in answers.items() if said != answers["unknown@hub.example"]] == []


def test_right_password_of_somebody_inactive_says_nothing_else():
    accounts()
    right = body(sign_in(Client(), "gone@hub.example", PASSWORD), "gone@hub.example")
    wrong = body(sign_in(Client(), "gone@hub.example", "not this one"), "gone@hub.example")
    assert right == wrong


def test_every_sort_of_account_costs_the_same_work(monkeypatch):
    emails, hashed = accounts(), []
    encode = MD5PasswordHasher.encode

    def counted(self, password, salt, *more):
        hashed.append(password)
        return encode(self, password, salt, *more)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    work = {}
    for email in emails:
        hashed.clear()
        sign_in(Client(), email, "not this one")
        work[email] = len(hashed)
    assert set(work.values()) == {1}


@pytest.mark.parametrize("email", ["", " ", "\x00", "a" * 300, "a@b" * 80, "🙂@hub.example", "no address"])
def test_nothing_that_is_typed_breaks_the_sign_in_page(email):
    for _ in range(2):
        assert sign_in(Client(), email, "\x00" if email else "").status_code == 200
    assert Client().post(SIGN_IN, {}).status_code == 200


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_neither_address_nor_network_nor_password_is_kept():
    make_staff()
    try_often(times=2)
    try_often("a password in the wrong field", times=1)
    rows = repr(list(AccessAttempt.objects.values()))
    assert AccessAttempt.objects.count() == 2
    for private in ("lead@hub", HERE, "wrong 0", "a password in"):
        assert private not in rows


def test_no_log_names_who_tried():
    make_staff()
    said, axes = io.StringIO(), logging.getLogger("axes")
    handlers, level = axes.handlers[:], axes.level
    axes.handlers = [logging.StreamHandler(said)]
    axes.setLevel(logging.DEBUG)
    try:
        try_often()
        opens(REMOTE_ADDR=ELSEWHERE)
    finally:
        axes.handlers = handlers
        axes.setLevel(level)
    assert "Locking out" in said.getvalue()
    for private in ("lead@hub", HERE, ELSEWHERE, "wrong"):
        assert private not in said.getvalue()


def test_tries_are_forgotten_after_a_day_and_sessions_when_they_end():
    make_staff()
    try_often(times=2)
    sign_in(Client(), REMOTE_ADDR=ELSEWHERE)
    lock_out.forget(now=timezone.now() + dt.timedelta(hours=1))
    assert (AccessAttempt.objects.count(), Session.objects.count()) == (1, 1)
    lock_out.forget(now=timezone.now() + dt.timedelta(hours=25))
    assert (AccessAttempt.objects.count(), Session.objects.count()) == (0, 0)


def test_forgetting_nothing_writes_nothing(django_assert_num_queries):
    with django_assert_num_queries(2) as asked:
        lock_out.forget(now=timezone.now())
    assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)


def test_locked_page_may_be_shown_by_any_browser(client):
    answer = try_often()
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    again = try_often(times=1, HTTP_X_REQUESTED_WITH="XMLHttpRequest")
    assert "Access-Control-Allow-Origin" not in again
