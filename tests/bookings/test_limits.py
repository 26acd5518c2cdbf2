"""Limits by network: so many an hour and a day, kept in the database, and said (rule.md#same-answer, rule.md#mails)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.test import RequestFactory
from django.utils import timezone

from bookings.due import run_due
from bookings.models import Booking, Draft, Mail, NetworkUse
from bookings.rule.refusals import TooManyFromHere
from bookings.views import limits
from bookings.views.limits import AN_HOUR, BOOKING, MAIL, MOST_A_DAY, MOST_AN_HOUR, network_of, use
from tests.browser.reading import Page
from tests.browser.steps import at, book, fill_in, shown_again
from tests.factories import NOW, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def request(address="192.0.2.1", **headers):
    return RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)


def use_up(what=BOOKING, address="127.0.0.1", *, now=NOW, times=None):
    for _ in range(times or MOST_AN_HOUR[what]):
        use(request(address), what, now=now)


def test_network_may_ask_so_often_within_an_hour_and_again_in_the_next():
    use_up()
    with pytest.raises(TooManyFromHere) as refused:
        use(request("127.0.0.1"), BOOKING, now=NOW)
    assert refused.value.at == NOW.replace(minute=0) + AN_HOUR
    assert NetworkUse.objects.get().used == MOST_AN_HOUR[BOOKING]
    use(request("127.0.0.1"), BOOKING, now=NOW + AN_HOUR)


def test_network_may_ask_so_often_within_a_day():
    for hour in range(MOST_A_DAY[BOOKING] // MOST_AN_HOUR[BOOKING]):
        use_up(now=NOW + hour * AN_HOUR)
    with pytest.raises(TooManyFromHere):
        use(request("127.0.0.1"), BOOKING, now=NOW + 10 * AN_HOUR)
    use(request("127.0.0.1"), BOOKING, now=NOW + 26 * AN_HOUR)


def used(address):
    """What has been counted for a network, by kind."""
    counts = NetworkUse.objects.filter(network=network_of(request(address)))
    return dict(counts.values("what").annotate(n=Sum("used")).values_list("what", "n"))


def test_limits_of_one_network_and_one_kind_are_its_own():
    use_up()
    use(request("127.0.0.1"), MAIL, now=NOW)
    use(request("127.0.0.2"), BOOKING, now=NOW)
    assert used("127.0.0.1") == {BOOKING: MOST_AN_HOUR[BOOKING], MAIL: 1}


def test_bookings_and_mails_do_not_count_for_each_other():
    for hour in range(MOST_A_DAY[BOOKING] // MOST_AN_HOUR[BOOKING]):
        use_up(BOOKING, now=NOW + hour * AN_HOUR)
    later = NOW + 10 * AN_HOUR
    use(request("127.0.0.1"), MAIL, now=later)
    use(request("127.0.0.1"), MAIL, now=later)
    assert used("127.0.0.1") == {BOOKING: MOST_A_DAY[BOOKING], MAIL: 2}


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_network_is_an_address_or_the_first_half_of_a_long_one(settings, one, other, same):
    settings.PROXIES = 0
    assert (network_of(request(one)) == network_of(request(other))) is same


@pytest.mark.parametrize(
    "written, caller",
    [
        ("203.0.113.7:51234", "203.0.113.7"),
        ("[203.0.113.7]:51234", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:443", "203.0.113.7"),
        ("::ffff:203.0.113.7:443", "203.0.113.7"),
        ("64:ff9b::203.0.113.7", "203.0.113.7"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8:0:0:a:b:c:d:443", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_network_is_the_address_however_our_proxy_writes_it(settings, written, caller):
    settings.PROXIES = 1
    for ahead in ("", "198.51.100.9, ", "2001:db8:9::9,"):
        behind = request("10.0.0.1", x_forwarded_for=ahead + written)
        assert network_of(behind) == network_of(request(caller))
        assert network_of(behind) != network_of(request("10.0.0.1"))


def test_callers_whose_address_nobody_can_read_do_not_share_one_network(settings):
    settings.PROXIES = 1
    unreadable = ["unknown", "_hidden", "caller-7", "203.0.113.999", "[]", "[:::]:443", "203.0.113.7/x", "十"]
    behind = {network_of(request("10.0.0.1", x_forwarded_for=f"198.51.100.9, {said}")) for said in unreadable}
    assert len(behind | {network_of(request("10.0.0.1"))}) == len(unreadable) + 1
    one, again = (request("10.0.0.1", x_forwarded_for=f"caller-7:{port}") for port in (51234, 51235))
    assert network_of(one) == network_of(again)


@pytest.mark.parametrize("said", ["", " ", "198.51.100.9, "])
def test_network_is_whoever_connected_where_our_proxy_says_nothing(settings, said):
    settings.PROXIES = 1
    assert network_of(request("192.0.2.1", x_forwarded_for=said)) == network_of(request("192.0.2.1"))


def test_network_is_kept_as_a_hash_under_our_key(settings):
    kept = network_of(request())
    assert len(kept) == 32
    settings.SECRET_KEY = "another"
    assert network_of(request()) == kept  # changed when somebody leaves; counts go on
    settings.HASH_KEY = "another"
    assert network_of(request()) != kept


def test_callers_address_is_what_our_proxy_says_and_nothing_that_a_client_sent(settings):
    settings.PROXIES = 1
    behind = request("10.0.0.1", x_forwarded_for="198.51.100.9, 192.0.2.1")
    assert network_of(behind) == network_of(request("192.0.2.1"))
    settings.PROXIES = 2
    assert network_of(behind) == network_of(request("198.51.100.9"))
    settings.PROXIES = 3
    assert network_of(behind) == network_of(request("10.0.0.1"))
    settings.PROXIES = 0
    assert network_of(behind) == network_of(request("10.0.0.1"))


def test_caller_that_sent_no_such_header_is_what_our_one_proxy_says(settings):
    """As in production: the header has one entry, and a proxy for each."""
    settings.PROXIES = 1
    behind = [network_of(request("10.0.0.1", x_forwarded_for=f"192.0.2.{n}")) for n in (1, 2)]
    assert behind == [network_of(request(f"192.0.2.{n}")) for n in (1, 2)]


def test_booking_past_the_limit_is_refused_in_a_sentence_and_keeps_the_answers(client):
    session, school = SessionFactory(), SchoolFactory(name="Ash Primary School")
    fill_in(client, session, school)
    use_up()
    response = shown_again(client, "book-check", session)
    assert response.status_code == 409
    said = "Too many requests have come from your network. Try again after 10:00, or use another connection."
    assert said in Page(response).text
    assert Booking.objects.count() == 0
    NetworkUse.objects.all().delete()
    assert client.post(at("book-check", session))["Location"] == at("book-sent", session)


@pytest.mark.slow
def test_whole_school_behind_one_address_can_book(client):
    session = SessionFactory(share=None, room__capacity=60)
    for n in range(40):
        client.cookies.clear()
        school = SchoolFactory(name=f"Ash Primary School {n}", postcode=f"ME{n} 1AA")
        book(client, session, school, email=f"teacher{n}@school.example")
    assert Booking.objects.count() == 40


def test_another_address_past_the_limit_says_so(client):
    session, school = SessionFactory(), SchoolFactory(name="Ash Primary School")
    book(client, session, school)
    use_up(times=MOST_AN_HOUR[BOOKING] - 1)
    response = shown_again(client, "book-address", session, {"email": "new@school.example"})
    assert response.status_code == 422
    assert "Too many requests have come from your network." in Page(response).text
    assert Booking.objects.get().contact_email != "new@school.example"


def test_links_past_the_limit_are_not_sent_and_say_so(client):
    use_up(MAIL)
    response = client.post("/my-bookings/", {"email": "ada@school.example"})
    assert response.status_code == 422
    assert "Too many requests have come from your network." in Page(response).text
    assert Mail.objects.count() == 0


def test_counts_are_kept_for_two_days():
    use_up(times=1)
    run_due(lambda: NOW + dt.timedelta(hours=47))
    assert NetworkUse.objects.count() == 1
    run_due(lambda: NOW + dt.timedelta(hours=49))
    assert NetworkUse.objects.count() == 0


def test_counting_takes_one_statement_but_for_the_first_of_an_hour(django_assert_num_queries):
    for statements in (3, 1, 1):
        with django_assert_num_queries(statements):
            use(request("127.0.0.1"), BOOKING, now=NOW)


def test_who_has_begun_to_book_books_within_the_hour_by_one_statement(django_assert_num_queries):
    use(request("127.0.0.1"), limits.DRAFT, now=NOW)
    assert dict(NetworkUse.objects.values_list("what", "used")) == {limits.DRAFT: 1, BOOKING: 0}
    with django_assert_num_queries(1):
        use(request("127.0.0.1"), BOOKING, now=NOW)
    use_up(times=MOST_AN_HOUR[BOOKING] - 1)
    with pytest.raises(TooManyFromHere):
        use(request("127.0.0.1"), BOOKING, now=NOW)


def test_what_is_given_back_has_not_been_counted(settings):
    settings.PROXIES = 0
    for address in ("192.0.2.1", "2001:db8::1"):
        use(request(address), BOOKING, now=NOW)
        limits.give_back(limits.callers(request(address)), BOOKING, now=NOW)
    limits.give_back(limits.callers(request("192.0.2.1")), BOOKING, now=NOW)
    assert set(NetworkUse.objects.values_list("used", flat=True)) == {0}


def test_a_site_with_a_whole_48_counts_as_a_few_networks_and_not_as_thousands(settings):
    settings.PROXIES = 0
    for n in range(limits.WIDE):
        use_up(MAIL, f"2001:db8:0:{n:x}::1")
    before = sum(NetworkUse.objects.values_list("used", flat=True))
    for asked in (use, limits.used_up):
        refused = asked_of(asked, "2001:db8:0:ffff::1")
        assert isinstance(refused, TooManyFromHere)
    assert sum(NetworkUse.objects.values_list("used", flat=True)) == before  # nothing was counted of it
    assert asked_of(use, "2001:db8:1::1") is None


def asked_of(asked, address):
    try:
        return asked(request(address), MAIL, now=NOW)
    except TooManyFromHere as refused:
        return refused


def test_what_counts_of_one_thing_alone_is_apart_from_the_rest():
    use_up(MAIL)
    use(request("127.0.0.1"), MAIL, now=NOW, of="session 7")
    use(request("127.0.0.1"), MAIL, now=NOW, of="session 8")
    assert sorted(NetworkUse.objects.values_list("used", flat=True)) == [1, 1, MOST_AN_HOUR[MAIL]]


def test_first_step_costs_a_row_and_is_counted_and_goes_on_to_be_free(client, monkeypatch):
    monkeypatch.setitem(MOST_AN_HOUR, limits.DRAFT, 2)
    session = SessionFactory()
    SchoolFactory(name="Ash Primary School")
    for _press in range(2):
        client.cookies.clear()
        for _again in range(3):
            assert client.post(at("book", session), {"school": "Ash"}).status_code in (302, 303)
    assert Draft.objects.count() == 2
    client.cookies.clear()
    response = client.post(at("book", session), {"school": "Ash"})
    assert (response.status_code, Draft.objects.count()) == (409, 2)
    assert "Too many requests have come from your network." in Page(response).text


def test_database_keeps_one_count_an_hour():
    use_up(times=1)
    again = NetworkUse.objects.get()
    again.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)
