"""Lists kept with gaps: after a place was taken the next reader has it at once, and nearly nothing is asked again."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.db.models import BigAutoField
from django.utils import timezone

from bookings import places
from bookings.models import Places
from bookings.public import gaps
from bookings.public.answers import MOST, Answers, answers
from bookings.states import SessionStatus
from hubs.models import Notice, ShowcaseSession
from hubs.vocabulary import changes
from hubs.vocabulary.asked_often import AskedOften, Several
from tests.browser.reading import Page
from tests.browser.rows import questions
from tests.factories import NOW, HubFactory, HubYearFactory, SessionFactory, party

pytestmark = pytest.mark.django_db(transaction=True)
DAY_LONG = dt.timedelta(days=1)


@pytest.fixture
def clock(monkeypatch, settings):
    """What the time is; pages are kept."""
    settings.PAGES_KEPT = 8
    gaps.pages.__init__()
    now = [NOW]
    monkeypatch.setattr(timezone, "now", lambda: now[0])
    return now


@pytest.fixture
def kent(clock):
    return HubYearFactory(name="Kent Maths Hub", hub=HubFactory(slug="kent", embed_origins=""))


@pytest.fixture
def sessions(kent):
    """Three of Kent's, one of them shared, and one of another hub."""
    own = [SessionFactory(hub_year=kent, title=f"session {n}", room__capacity=8) for n in range(3)]
    own[1].also_run_by.add(HubYearFactory(name="Sussex Maths Hub", hub=HubFactory(slug="sussex")))
    return [*own, SessionFactory(title="another", room__capacity=7)]


def take(session, size=1):
    """Of its own school: a school that is new would be news for every page."""
    email = f"{Places.objects.get(session=session).places_taken}.{session.pk}@school.example"
    return places.hold(session.pk, party(size=size, email=email, school=session.venue), clock=lambda: NOW)


def anew(client, address):
    """The page as it is without anything that was kept."""
    gaps.pages.__init__()
    answers.forget()
    return client.get(address).content


SEARCHES = ["/", "/?near=ME16&within=england", "/?hub=kent", "/?teach=y6", "/zh-hans/"]
LISTS = [*SEARCHES, "/hubs/kent/", "/hubs/", "/zh-hans/hubs/"]


@pytest.mark.parametrize("address", LISTS)
def test_first_reader_after_a_place_was_taken_has_what_a_new_page_says(client, sessions, address):
    client.get(address)
    for session in (sessions[0], sessions[1], sessions[1]):
        take(session)
        assert client.get(address).content == anew(client, address)


@pytest.mark.parametrize("address, asked", [("/", 1), ("/?hub=kent", 1), ("/hubs/kent/", 1), ("/hubs/", 1)])
def test_what_has_not_changed_is_not_asked_again(client, sessions, address, asked):
    client.get(address)
    assert questions(client, address) == 0
    take(sessions[0])
    assert questions(client, address) == asked
    assert questions(client, address) == 0
    for session in sessions:
        take(session)
    assert questions(client, address) == asked


def test_more_rows_than_are_asked_for_at_once_are_new_all_the_same(client, sessions, monkeypatch):
    monkeypatch.setattr(gaps, "THESE", Several("session", BigAutoField(), 2))
    monkeypatch.setattr(gaps, "_as_listed", AskedOften(gaps._as_listed.question))
    client.get("/")
    for session in sessions[:3]:
        take(session)
    assert questions(client, "/") == 2
    assert client.get("/").content == anew(client, "/")


def test_row_says_the_place_that_was_just_taken(client, sessions):
    assert "0 of 8 taken" in Page(client.get("/")).text
    take(sessions[0], size=3)
    page = client.get("/")
    assert "5 places left 3 of 8 taken" in Page(page).text
    assert 'id="f3-0-8"' in page.content.decode()  # the frame of its picture is drawn, too


def test_hubs_add_up_what_is_left_once_a_place_is_taken(client, sessions):
    said = "Kent Maths Hub {} places left 3 sessions to come"
    assert said.format(24) in Page(client.get("/hubs/")).text
    take(sessions[1], size=2)
    assert said.format(22) in Page(client.get("/hubs/")).text
    assert "Sussex Maths Hub 6 places left 1 session to come" in Page(client.get("/hubs/")).text


def test_page_of_a_session_keeps_nothing_that_says_how_many_places_there_are(client, sessions):
    address, of_session = sessions[0].get_absolute_url(), Places.objects.filter(session=sessions[0])
    client.get(address)
    take(sessions[0])
    assert client.get(address).content == anew(client, address)
    of_session.update(held_back=2)
    changes.changed([sessions[0].pk], on_lists=False)
    page = client.get(address)
    assert page.content == anew(client, address)
    assert "Kept for guests 2 places until" in Page(page).text
    ShowcaseSession.objects.filter(pk=sessions[0].pk).update(parking="Behind the hall")
    assert "Behind the hall" in Page(client.get(address)).text


def test_page_of_a_session_does_not_keep_what_changed_while_it_was_made(client, sessions):
    address, session = sessions[0].get_absolute_url(), ShowcaseSession.objects.filter(pk=sessions[0].pk)
    written = []

    def meanwhile(execute, sql, *args):
        """Staff save it once it has been read."""
        found = execute(sql, *args)
        if not written and sql.startswith("SELECT") and "hubs_showcasesession" in sql:
            written.append(sql)
            session.update(parking="Behind the hall")
        return found

    with connection.execute_wrapper(meanwhile):
        assert "Behind the hall" not in Page(client.get(address)).text
    assert "Behind the hall" in Page(client.get(address)).text


@pytest.mark.parametrize("address", LISTS)
def test_list_is_new_once_a_session_is_full(client, sessions, address):
    client.get(address)
    take(sessions[0], size=8)
    assert client.get(address).content == anew(client, address)


def test_chip_counts_those_with_places_left_once_one_is_full(client, sessions):
    assert "With places left 4" in Page(client.get("/")).text
    take(sessions[0], size=8)
    assert "With places left 3" in Page(client.get("/")).text


def test_list_is_new_once_something_else_has_changed(client, sessions):
    client.get("/")
    Notice.objects.create(text="Snow", from_at=NOW, until_at=NOW + DAY_LONG)
    assert "Snow" in Page(client.get("/")).text
    ShowcaseSession.objects.filter(pk=sessions[0].pk).update(title="renamed")
    assert "renamed" in Page(client.get("/")).text


def test_what_nobody_has_told_of_is_seen_within_five_seconds(client, sessions, clock):
    """As where another host has changed it."""
    client.get("/")
    Places.objects.filter(session=sessions[0]).update(capacity=11)
    told = []
    for _second in range(4):
        page = client.get("/")
        assert "of 11 taken" not in Page(page).text
        told.append(page["Cache-Control"])
        clock[0] += dt.timedelta(seconds=1)
    assert told == [f"public, max-age=0, s-maxage={left}" for left in (5, 4, 3, 2)]  # no cache makes it older than five
    assert "of 11 taken" in Page(client.get("/")).text


def test_page_of_a_session_says_how_old_its_details_are(client, sessions, clock):
    address, told = sessions[0].get_absolute_url(), []
    client.get(address)
    written = f"UPDATE hubs_showcasesession SET parking = 'Behind the hall' WHERE id = {sessions[0].pk}"
    connection.cursor().cursor.execute(written)  # by another host: nobody here is told
    for language in ("", "/zh-hans", "", ""):
        page = client.get(f"{language}{address}")
        told.append(page["Cache-Control"].rpartition("=")[2])
        clock[0] += dt.timedelta(seconds=1)
    assert told == ["5", "4", "3", "2"]
    assert "Behind the hall" in Page(client.get(address)).text


def test_nothing_is_kept_past_the_seconds_on_which_bookings_open(client, kent, clock):
    opens_at = NOW + dt.timedelta(seconds=60)
    SessionFactory(hub_year=kent, opens_at=opens_at)
    clock[0] = opens_at - dt.timedelta(seconds=1)
    assert "Opening soon" in Page(client.get("/")).text
    clock[0] = opens_at
    assert "30 places left" in Page(client.get("/")).text


@pytest.mark.parametrize("now", [SessionStatus.CANCELLED, SessionStatus.DRAFT])
def test_row_that_stands_elsewhere_now_makes_its_list_anew(client, sessions, now):
    """Whatever was told of it."""
    client.get("/")
    Places.objects.filter(session=sessions[0]).update(status=now)
    changes.changed([sessions[0].pk], on_lists=False)
    page = client.get("/").content
    assert page == anew(client, "/")
    assert (b"Cancelled" in page) == (now == SessionStatus.CANCELLED)


def test_search_goes_along_in_the_links_of_rows_that_are_drawn_again(client, sessions):
    client.get("/?hub=kent")
    take(sessions[0])
    assert f"/sessions/{sessions[0].ref}/?hub=kent" in client.get("/?hub=kent").content.decode()


def test_nothing_is_kept_of_what_is_not_committed(client, sessions):
    with transaction.atomic():
        ShowcaseSession.objects.filter(pk=sessions[0].pk).update(title="never")
        assert "never" in Page(client.get("/")).text
        transaction.set_rollback(True)
    assert "never" not in Page(client.get("/")).text


def test_no_more_pages_are_kept_than_a_few_and_none_of_an_endless_address(client, sessions):
    for n in range(gaps.MOST + 5):
        client.get(f"/?since=2027-01-{n % 28 + 1:02}&until=2027-02-{n % 27 + 1:02}")
    assert len(gaps.pages._pages) <= gaps.MOST
    client.get("/?near=" + "x" * gaps.LONGEST)
    assert not [key for key in gaps.pages._pages if "xxx" in key[1]]


def test_nothing_is_kept_where_nothing_can_be_told(client, sessions, monkeypatch):
    monkeypatch.setattr(changes, "state", lambda: None)
    client.get("/")
    Places.objects.filter(session=sessions[0]).update(capacity=11)
    assert "of 11 taken" in Page(client.get("/")).text


@pytest.mark.usefixtures("clock")
def test_answer_that_was_given_first_goes_first():
    kept, asked = Answers(), []
    for key in [*range(MOST + 1), MOST, 1, 0]:
        kept.get(key, lambda key=key: asked.append(key), now=NOW)
    assert asked == [*range(MOST + 1), 0]
