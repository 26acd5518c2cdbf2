"""A question whose words are kept says what Django would have it say, whatever it is asked with."""

import datetime as dt
import threading
import uuid

import pytest
from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef
from django.db.transaction import TransactionManagementError

from bookings.models import Draft, Places
from hubs.models import ShowcaseSession
from hubs.vocabulary.asked_often import AskedOften, DoneOften, Given, Several
from tests.factories import NOW, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=1)
worked_out = []


@AskedOften
def of_browser():
    worked_out.append("of_browser")
    drafts = Draft.objects.select_related("school", "session__places", "session__hub_year__hub")
    large = Exists(Places.objects.filter(session=OuterRef("session"), capacity__gt=500))
    return drafts.annotate(large=large).filter(
        key=Given("key", models.UUIDField()),
        session__ref=Given("ref", models.CharField()),
        expires_at__gt=Given("now", models.DateTimeField()),
    )


@AskedOften
def titles():
    by_id = Given("above", models.BigIntegerField())
    return ShowcaseSession.objects.filter(pk__gt=by_id, visibility="public").order_by("-pk").values_list("pk", "title")


@pytest.fixture
def drafts():
    sessions = [SessionFactory(title="One"), SessionFactory(title="Other")]
    return [Draft.objects.create(session=one, answers={"typed": one.title}, expires_at=LATER) for one in sessions]


def asked(draft, **instead):
    return of_browser.one(**{"key": draft.key, "ref": draft.session.ref, "now": NOW} | instead)


def test_each_row_is_found_by_its_own_values_with_all_that_was_joined(drafts, django_assert_num_queries):
    for draft in drafts:
        with django_assert_num_queries(1):
            found = asked(draft)
            assert found == draft
            assert (found.answers, found.key, found.expires_at) == (draft.answers, draft.key, LATER)
            assert found.session.title == found.session.places.session.title == draft.answers["typed"]
            assert found.session.hub_year.hub == draft.session.hub_year.hub
            assert (found.school, found.large) == (None, False)
        Places.objects.filter(session=draft.session).update(capacity=501)
        assert asked(draft).large is True


def test_row_that_does_not_fit_is_none(drafts):
    one, other = drafts
    for instead in ({"key": uuid.uuid4()}, {"ref": other.session.ref}, {"ref": "' OR 1=1"}, {"now": LATER}):
        assert asked(one, **instead) is None


def test_words_are_worked_out_once(drafts):
    asked(drafts[0])
    before = list(worked_out)
    for draft in drafts * 3:
        asked(draft)
    assert worked_out == before


def test_found_row_can_be_changed_and_is_not_the_one_found_before(drafts):
    first, second = asked(drafts[0]), asked(drafts[0])
    first.answers["typed"] = "changed"
    first.save()
    assert second.answers == {"typed": "One"}
    assert asked(drafts[0]).answers == {"typed": "changed"}


def test_values_come_as_tuples_in_order(drafts):
    one, other = (draft.session for draft in drafts)
    assert titles.rows(above=0) == [(other.pk, "Other"), (one.pk, "One")]
    assert titles.rows(above=one.pk) == [(other.pk, "Other")]
    assert titles.rows(above=other.pk) == []


def test_value_that_was_forgotten_or_is_nothing_is_no_question(drafts):
    with pytest.raises(KeyError):
        of_browser.one(key=drafts[0].key, ref=drafts[0].session.ref)
    with pytest.raises(ValueError, match="now"):
        asked(drafts[0], now=None)


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection_in_the_words_of_the_first(drafts):
    asked(drafts[0])
    before = list(worked_out)
    found, at_once = {}, threading.Barrier(4)

    def ask(n):
        draft = drafts[n % 2]
        at_once.wait()
        found[n] = [asked(draft) for _ in range(5)] == [draft] * 5
        connection.close()

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == dict.fromkeys(range(4), True)
    assert asked(drafts[0]) == drafts[0]
    assert worked_out == before
    assert of_browser.words.compiler.connection is None


def test_words_outlive_a_connection_that_was_closed(drafts, transactional_db):
    asked(drafts[0])
    connection.close()
    assert asked(drafts[1]) == drafts[1]


@AskedOften
def to_lock():
    return Places.objects.select_for_update(of=("self",), no_key=True).filter(
        session=Given("session", models.BigIntegerField())
    )


def test_row_is_locked_in_a_transaction_alone(transactional_db):
    session = SessionFactory()
    for _ in range(2):
        with transaction.atomic():
            assert to_lock.one(session=session.pk) == session.places
        with pytest.raises(TransactionManagementError):
            to_lock.one(session=session.pk)


@DoneOften
def make_larger():
    large = Exists(Places.objects.filter(session=OuterRef("session"), capacity__gt=500))
    places = Places.objects.annotate(large=large).filter(
        session=Given("session", models.BigIntegerField()), large=False
    )
    return places, {"capacity": F("capacity") + Given("by", models.IntegerField())}


def test_rows_are_written_to_with_the_values_of_each_time(drafts, django_assert_num_queries):
    one, other = (draft.session.pk for draft in drafts)
    for session, by, written in [(one, 5, 1), (one, 1, 1), (other, 470, 1), (other, 5, 1), (other, 1, 0)]:
        with django_assert_num_queries(1):
            assert make_larger(session=session, by=by) == written
    assert dict(Places.objects.values_list("pk", "capacity")) == {one: 36, other: 505}
    assert make_larger(session=0, by=1) == 0


THREE = Several("session", models.BigIntegerField(), 3)


@AskedOften
def some():
    return ShowcaseSession.objects.filter(pk__in=THREE.given).order_by("pk").values_list("pk", flat=True)


def test_now_more_and_now_fewer_are_asked_for_in_the_same_words(django_assert_num_queries):
    made = [SessionFactory().pk for _ in range(4)]
    for few in (made[:1], made[1:3], made[:3], [made[3], made[0]]):
        with django_assert_num_queries(1):
            assert some.rows(**THREE(few)) == sorted(few)
    for none_or_too_many in ([], made):
        with pytest.raises(ValueError, match=str(len(none_or_too_many))):
            THREE(none_or_too_many)


@DoneOften
def book():
    drafts = Draft.objects.filter(pk=Given("draft", models.BigIntegerField()))
    school = Given("school", models.IntegerField(), or_nothing=True)
    return drafts, {"school": school, "answers": Given("answers", models.JSONField())}


def test_nothing_can_be_written_where_it_may_be_nothing(drafts):
    draft, school = drafts[0], SchoolFactory()
    for said in (school, None):
        answers = {"typed": "née Größe 学校", "others": [1, None]}
        assert book(draft=draft.pk, school=said and said.pk, answers=answers) == 1
        draft.refresh_from_db()
        assert (draft.school, draft.answers) == (said, answers)
    with pytest.raises(ValueError, match="answers"):
        book(draft=draft.pk, school=None, answers=None)
