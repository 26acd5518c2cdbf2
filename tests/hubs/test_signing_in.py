"""Staff sign in: a password, then a code where there is a second factor or must be one."""

import datetime as dt
import logging
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from hubs.staff.signing_in import second_factor, session
from hubs.vocabulary.logs import TurnedAway
from tests.factories import HubFactory
from tests.signing_in import (
    CODE,
    OWN,
    PASSWORD,
    SET_UP,
    SIGN_IN,
    code_of,
    codes_on,
    enrol,
    heading,
    is_in,
    make_staff,
    sign_in,
    somebody_with_a_device,
)

pytestmark = pytest.mark.django_db
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
INDEX = "/admin/"


def test_password_alone_is_enough_where_nobody_asks_for_more(client):
    make_staff()
    assert sign_in(client, "  LEAD@Hub.example ").headers["Location"] == INDEX
    assert is_in(client)


@pytest.mark.parametrize("why", ["hub", "production"])
def test_password_alone_opens_only_the_way_to_a_second_factor(client, settings, why):
    user = make_staff(hub=HubFactory(second_factor_required=why == "hub"))
    settings.SECOND_FACTOR = "required" if why == "production" else "optional"
    school_list = reverse("admin:hubs_school_changelist")
    assert sign_in(client, onward=school_list).headers["Location"] == f"{SET_UP}?next={school_list.replace('/', '%2F')}"
    for page in (INDEX, school_list, reverse("admin:password_change"), reverse("admin:jsi18n")):
        assert client.get(page).status_code == 302
    page = client.get(f"{SET_UP}?next={school_list}")
    assert heading(page) == "Set up your second factor"
    done = client.post(SET_UP, {"code": code_of(user), "next": school_list})
    assert heading(done) == "Your recovery codes"
    assert f'href="{school_list}"' in done.content.decode()
    assert is_in(client)


def test_key_is_shown_as_a_picture_and_in_letters(client):
    user = make_staff()
    sign_in(client)
    html = client.get(SET_UP).content.decode()
    device = TOTPDevice.objects.get(user=user)
    assert not device.confirmed
    assert second_factor.key_in_words(device) in html
    assert html.count('<path fill="#fff"') == 1
    assert not re.search(r"<script(?! src)|style=|<style", html)
    assert client.get(SET_UP).content.decode().count(second_factor.key_in_words(device)) == 1


def test_code_is_asked_for_once_there_is_a_device():
    user, _codes = somebody_with_a_device()
    client = Client()
    assert sign_in(client).headers["Location"] == f"{CODE}?next=%2Fadmin%2F"
    assert not is_in(client)
    answer = client.post(CODE, {"code": code_of(user, ahead=1), "next": "/admin/hubs/"})
    assert answer.headers["Location"] == "/admin/hubs/"
    assert is_in(client)


def test_sign_in_page_leads_somebody_half_way_on_to_the_code():
    somebody_with_a_device()
    client = Client()
    sign_in(client)
    assert client.get(f"{SIGN_IN}?next=/admin/hubs/").headers["Location"] == f"{CODE}?next=%2Fadmin%2Fhubs%2F"
    assert client.get(SET_UP).headers["Location"] == CODE
    assert client.get(OWN).headers["Location"] == CODE


@pytest.mark.parametrize("wrong", ["000000", "", "x" * 50, "²²²²²²", "1", "a code", "12345-67890", "-1", "٣"])
def test_wrong_code_is_refused_in_words(wrong):
    somebody_with_a_device()
    client = Client()
    sign_in(client)
    answer = client.post(CODE, {"code": wrong})
    assert answer.status_code == 422
    assert re.search("That code did not work|Enter the code", answer.content.decode())
    assert not is_in(client)


def test_used_code_is_refused():
    user, _codes = somebody_with_a_device()
    used = code_of(user, ahead=1)
    first, second = Client(), Client()
    sign_in(first)
    first.post(CODE, {"code": used})
    sign_in(second)
    second.post(CODE, {"code": used})
    assert (is_in(first), is_in(second)) == (True, False)


def test_wrong_codes_make_the_next_one_wait():
    user, _codes = somebody_with_a_device()
    TOTPDevice.objects.update(throttling_failure_count=5, throttling_failure_timestamp=timezone.now())
    client = Client()
    sign_in(client)
    html = client.post(CODE, {"code": code_of(user, ahead=1)}).content.decode()
    assert re.search(r"Too many wrong codes\. Wait 1[56] seconds, then enter a new one\.", html)
    assert not is_in(client)


def test_recovery_code_signs_in_one_time_however_it_is_typed():
    user, codes = somebody_with_a_device()
    first, second = Client(), Client()
    sign_in(first)
    first.post(CODE, {"code": f" {codes[3].upper().replace('-', ' ')} "})
    sign_in(second)
    second.post(CODE, {"code": codes[3]})
    assert (is_in(first), is_in(second)) == (True, False)
    assert second_factor.codes_left(user) == 9


def test_recovery_code_outlives_a_change_of_keys(settings):
    """Made by an old key of codes, or by the sessions' before codes had keys of their own."""
    user, codes = somebody_with_a_device()
    old = settings.CODE_KEYS[0]
    settings.CODE_KEYS = ["a newer key"]
    assert second_factor.check(user, codes[0], now=timezone.now()) is None
    settings.CODE_KEYS = ["a newer key", old]
    StaticDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert second_factor.check(user, codes[0], now=timezone.now())
    settings.CODE_KEYS = ["a newer key"]
    settings.SECRET_KEY_FALLBACKS = [old]
    assert second_factor.check(user, codes[1], now=timezone.now())


def test_recovery_code_of_somebody_else_is_refused():
    _user, codes = somebody_with_a_device()
    somebody_with_a_device(email="other@hub.example")
    client = Client()
    sign_in(client, "other@hub.example")
    client.post(CODE, {"code": codes[0]})
    assert not is_in(client)


def test_ten_recovery_codes_are_shown_once_and_stand_nowhere(client):
    user = make_staff()
    sign_in(client)
    codes = enrol(client, user)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[2-9a-z]{5}-[2-9a-z]{5}", code) for code in codes)
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert len(kept) == 10
    assert not kept & {code.replace("-", "") for code in codes}
    assert codes_on(client.get(SET_UP, follow=True)) == []
    assert codes_on(client.post(SET_UP, {"code": code_of(user)}, follow=True)) == []


def test_first_code_must_be_right_before_a_device_counts(client):
    user = make_staff()
    sign_in(client)
    client.get(SET_UP)
    answer = client.post(SET_UP, {"code": "000000"})
    assert (answer.status_code, codes_on(answer)) == (422, [])
    assert not TOTPDevice.objects.filter(user=user, confirmed=True).exists()
    assert not StaticToken.objects.exists()


def test_key_that_nobody_took_into_use_is_replaced_after_an_hour(client):
    user = make_staff()
    sign_in(client)
    client.get(SET_UP)
    old = TOTPDevice.objects.get(user=user).key
    TOTPDevice.objects.update(created_at=timezone.now() - 2 * HOUR)
    client.get(SET_UP)
    assert TOTPDevice.objects.get(user=user).key != old


# --- looking after one's own ----------------------------------------------------------------------------------------


def signed_in_with_a_device():
    user, codes = somebody_with_a_device()
    client = Client()
    sign_in(client)
    client.post(CODE, {"code": code_of(user, ahead=1)})
    return client, user, codes


def test_new_recovery_codes_take_a_current_code_and_replace_the_old():
    client, user, old = signed_in_with_a_device()
    assert codes_on(client.post(OWN, {"code": "000000"})) == []
    TOTPDevice.objects.update(throttling_failure_count=0)
    new = codes_on(client.post(OWN, {"code": code_of(user, ahead=2)}))
    assert len(new) == 10
    another = Client()
    sign_in(another)
    another.post(CODE, {"code": old[0]})
    assert not is_in(another)
    StaticToken.objects.first().device.throttle_reset()
    another.post(CODE, {"code": new[0]})
    assert is_in(another)


def test_another_phone_takes_a_current_code_and_replaces_the_first():
    client, user, _codes = signed_in_with_a_device()
    assert client.get(SET_UP).headers["Location"] == OWN
    assert client.post(SET_UP, {"code": code_of(user, ahead=2)}).headers["Location"] == OWN
    first = TOTPDevice.objects.get(user=user)
    assert client.post(OWN, {"code": code_of(user, ahead=2), "replace": "1"}).headers["Location"] == SET_UP
    assert len(enrol(client, user)) == 10
    assert TOTPDevice.objects.get(user=user).key != first.key
    assert is_in(client)
    assert client.get(SET_UP).headers["Location"] == OWN


def test_code_lets_somebody_set_up_another_phone_for_ten_minutes(monkeypatch):
    client, user, _codes = signed_in_with_a_device()
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    client.post(OWN, {"code": code_of(user, ahead=2), "replace": "1"})
    monkeypatch.setattr(timezone, "now", lambda: now + 10 * MINUTE - dt.timedelta(seconds=1))
    assert client.get(SET_UP).status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: now + 10 * MINUTE)
    first = TOTPDevice.objects.get(user=user, confirmed=True)
    for answer in (client.get(SET_UP), client.post(SET_UP, {"code": code_of(user, ahead=2)})):
        assert answer.headers["Location"] == OWN
    assert TOTPDevice.objects.get(user=user, confirmed=True).key == first.key


def test_history_of_the_account_says_what_was_done():
    client, user, _codes = signed_in_with_a_device()
    client.post(OWN, {"code": code_of(user, ahead=2)})
    second_factor.remove(user, by=user)
    said = list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True))
    assert said == ["Second factor set up.", "New recovery codes.", "Second factor removed."]


# --- who is let no further -------------------------------------------------------------------------------------------


def test_hub_that_asks_for_it_shuts_out_whoever_is_in_by_password(client):
    hub = HubFactory()
    make_staff(hub=hub)
    sign_in(client)
    assert is_in(client)
    hub.second_factor_required = True
    hub.save()
    assert not is_in(client)


def test_removed_device_ends_what_it_opened(settings):
    client, user, _codes = signed_in_with_a_device()
    settings.SECOND_FACTOR = "required"
    assert is_in(client)
    second_factor.remove(user, by=user)
    assert not is_in(client)
    assert client.get(SIGN_IN).headers["Location"].startswith(SET_UP)


@pytest.mark.parametrize("page", [CODE, SET_UP, OWN])
def test_strangers_are_sent_to_sign_in_and_nobody_keeps_the_pages(client, page):
    answer = client.get(page)
    assert answer.headers["Location"] == SIGN_IN
    assert answer["Cache-Control"] == "no-store"
    assert not TOTPDevice.objects.exists()


def test_sign_in_leads_to_no_other_site():
    _user, codes = somebody_with_a_device()
    client = Client()
    assert sign_in(client, onward="https://evil.example/").headers["Location"] == f"{CODE}?next=%2Fadmin%2F"
    answer = client.post(f"{CODE}?next=https://evil.example/", {"code": codes[0], "next": "//evil.example/"})
    assert answer.headers["Location"] == INDEX


def test_somebody_half_way_can_start_again():
    somebody_with_a_device()
    client = Client()
    sign_in(client)
    assert "Sign in as somebody else" in client.get(CODE).content.decode()
    assert client.get("/admin/second-factor/leave/").status_code == 405
    assert client.post("/admin/second-factor/leave/").headers["Location"] == SIGN_IN
    assert client.get(CODE).headers["Location"] == SIGN_IN


def test_code_gives_the_session_another_key():
    user, _codes = somebody_with_a_device()
    client = Client()
    sign_in(client)
    before = client.cookies["sessionid"].value
    client.post(CODE, {"code": code_of(user, ahead=1)})
    assert client.cookies["sessionid"].value != before
    assert not SessionStore(before).exists(before)


def test_staff_page_asks_at_most_two_questions_more(client, django_assert_num_queries):
    make_staff()
    sign_in(client)
    with django_assert_num_queries(3):  # session, user, whether a second factor is asked for
        client.get(reverse("admin:jsi18n"))
    by_code, _user, _codes = signed_in_with_a_device_of("code@hub.example")
    with django_assert_num_queries(3):  # session, user, device
        by_code.get(reverse("admin:jsi18n"))


def signed_in_with_a_device_of(email):
    user, codes = somebody_with_a_device(email=email)
    client = Client()
    sign_in(client, email)
    client.post(CODE, {"code": code_of(user, ahead=1)})
    return client, user, codes


# --- how long it lasts ----------------------------------------------------------------------------------------------


def winter(hour, minute=0):
    return dt.datetime(2027, 1, 26, hour, minute, tzinfo=dt.timezone.utc)


def summer(hour, minute=0):
    """London time, an hour ahead of UTC."""
    return dt.datetime(2027, 6, 22, hour, minute, tzinfo=dt.timezone(HOUR))


@pytest.mark.parametrize(
    "since, now, verified, until",
    [
        pytest.param(winter(8), winter(8), True, winter(18), id="register-stays-open"),
        pytest.param(summer(8), summer(8), True, summer(18), id="register-in-summer"),
        pytest.param(winter(17, 30), winter(17, 30), True, winter(19, 30), id="signed-in-late"),
        pytest.param(winter(9), winter(17, 40), True, winter(19, 40), id="at-work-at-18"),
        pytest.param(winter(9), winter(20), True, winter(21), id="twelve-hours"),
        pytest.param(winter(5), winter(5), True, winter(18), id="early"),
        pytest.param(winter(8), winter(8), False, winter(10), id="password-alone"),
        pytest.param(winter(8), winter(19), False, winter(20), id="password-alone-at-work"),
    ],
)
def test_session_ends(since, now, verified, until):
    assert session.ends(since=since, now=now, verified=verified) == until


def test_session_is_written_at_most_once_an_hour():
    kept = SessionStore()
    now = timezone.now()
    session.begin(kept, now=now)
    kept.modified = False
    session.keep_open(kept, now=now + 59 * MINUTE)
    assert not kept.modified
    session.keep_open(kept, now=now + 61 * MINUTE)
    assert kept.get_expiry_date() == now + 61 * MINUTE + 2 * HOUR


def test_session_with_a_code_is_kept_until_the_evening(client):
    kept = SessionStore()
    kept[DEVICE_ID_SESSION_KEY] = "otp_totp.totpdevice/1"
    session.begin(kept, now=winter(8, 30))
    assert kept.get_expiry_date() == winter(18)


def test_sign_in_says_how_long_the_session_lasts():
    user, _codes = somebody_with_a_device()
    client = Client()
    sign_in(client)
    half_way = client.session.get_expiry_date() - timezone.now()
    client.post(CODE, {"code": code_of(user, ahead=1)})
    whole = client.session.get_expiry_date() - timezone.now()
    assert 9 * MINUTE < half_way <= 10 * MINUTE
    assert whole > 119 * MINUTE
    make_staff("by-password@hub.example")
    sign_in(client, "by-password@hub.example")
    assert 119 * MINUTE < client.session.get_expiry_date() - timezone.now() <= 2 * HOUR


def test_using_staff_pages_puts_the_end_off(client):
    make_staff()
    sign_in(client)
    kept = client.session
    kept["signed_in_at"] = (timezone.now() - 3 * HOUR).isoformat()
    kept.set_expiry(timezone.now() + 5 * MINUTE)
    kept.save()
    assert is_in(client)
    assert client.session.get_expiry_date() - timezone.now() > 119 * MINUTE


def test_signing_in_again_keeps_the_second_factor_of_this_browser():
    client, _user, _codes = signed_in_with_a_device()
    assert sign_in(client, password=PASSWORD).headers["Location"] == INDEX
    assert is_in(client)


def test_lost_device_of_a_superuser_is_removed_by_command(capsys):
    user, _codes = somebody_with_a_device(is_superuser=True)
    call_command("remove_second_factor", " LEAD@hub.example")
    assert capsys.readouterr().out.startswith("Removed.")
    assert not TOTPDevice.objects.filter(user=user).exists()
    with pytest.raises(CommandError, match="Nobody signs in with this address"):
        call_command("remove_second_factor", "unknown@hub.example")


@pytest.fixture
def noted():
    """What the log says of signing in."""
    said, logger = [], logging.getLogger("showcase.signing_in")
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    logger.addHandler(handler)
    yield said
    logger.removeHandler(handler)


def test_each_step_of_signing_in_is_a_line_of_the_log_that_names_nobody(client, noted):
    user, codes = somebody_with_a_device()
    noted.clear()
    sign_in(client, user.email, password="not this one")
    sign_in(client, user.email)
    client.post(CODE, {"code": "000000"})
    client.post(CODE, {"code": codes[0]})
    client.post(reverse("admin:logout"))
    wrong = re.fullmatch(r"A wrong password, or no such account \(what was typed: [0-9a-f]{8}\)", noted[0])
    assert wrong, noted
    assert noted[1:] == [
        f"Account {user.pk}: the password was right",
        f"Account {user.pk}: a wrong code",
        f"Account {user.pk}: signed in with a recovery code",
        f"Account {user.pk}: signed out",
    ]


def test_log_of_requests_keeps_who_was_refused_and_our_faults():
    def record(level, status):
        return logging.makeLogRecord({"levelno": level, "status_code": status})

    kept = TurnedAway().filter
    assert kept(record(logging.WARNING, 403))
    assert kept(record(logging.ERROR, 500))
    assert not kept(record(logging.WARNING, 404))


def test_signing_out_has_the_browser_drop_the_pages_it_kept(client):
    make_staff()
    sign_in(client)
    assert client.post(reverse("admin:logout")).headers["Clear-Site-Data"] == '"cache", "storage"'
