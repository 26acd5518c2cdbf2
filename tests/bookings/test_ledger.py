"""The ledger of erasures: written when somebody is erased, kept outside, done again in a database that forgot it."""

import datetime as dt
import json

import pytest
from django.db import connection

from bookings import places
from bookings.afterwards import news
from bookings.due import run_due
from bookings.forgetting import staff
from bookings.forgetting.again import AGAIN, erase_again
from bookings.forgetting.erasing import Whom, erase, erase_in_groups
from bookings.mail import openings
from bookings.models import Booking, Erasure, GroupTeacher, Invitation, Mail, NewsConsent, TellMe, Visitor
from bookings.operations import copying_in, ledger
from bookings.operations.archive import NoBackup
from bookings.states import Status
from hubs.models import StaffUser, VisitingTeacher
from tests.factories import NOW, HubYearFactory, SessionFactory, StaffFactory, party
from tests.one_of_each import one_of_each

pytestmark = pytest.mark.django_db


def clock():
    return NOW


@pytest.fixture
def booking(db):
    made = places.hold(SessionFactory().pk, party(email="ada@school.example"), clock=clock)
    places.confirm(made.pk, clock=clock)
    return Booking.objects.get()


def entries():
    return [(one.of, one.column, one.row) for one in Erasure.objects.order_by("pk")]


def test_who_is_erased_stands_in_the_ledger_by_a_random_id(booking):
    erase(Whom(booking), clock=clock)
    assert entries() == [("bookings.Booking", "", str(booking.public_id))]


def test_a_visitor_stands_there_by_theirs(booking):
    visitor = booking.visitors.get()
    erase(Whom(booking, visitor), clock=clock)
    assert entries() == [("bookings.Visitor", "", str(visitor.public_id))]


def test_what_somebody_takes_back_stands_there_too():
    hub = HubYearFactory().hub
    agreed = NewsConsent.objects.create(hub=hub, email="a@a.example", email_key="a@a.example", agreed_at=NOW)
    wish = TellMe.objects.create(email="a@a.example", email_key="a@a.example", hub=hub, created_at=NOW)
    member = StaffFactory(is_active=False)
    news.stop(agreed, now=NOW)
    openings.stop(TellMe.objects.get(), now=NOW)
    staff.forget_member(member.pk, now=NOW)
    assert entries() == [
        ("bookings.NewsConsent", "", str(agreed.public_id)),
        ("bookings.TellMe", "", str(wish.public_id)),
        ("hubs.StaffUser", "", str(member.pk)),
    ]


def test_who_is_erased_in_groups_stands_there_by_the_column_that_found_them():
    one_of_each(1)
    teacher = GroupTeacher.objects.exclude(email=None).first()
    erase_in_groups(teacher.email, None, at=NOW)
    assert ("bookings.GroupTeacher", "email", str(teacher.pk)) in entries()
    assert GroupTeacher.objects.get(pk=teacher.pk).email is None


def test_all_of_it_is_done_again_where_it_was_forgotten():
    """A row of each kind that the ledger can name, as a backup has it: still there."""
    one_of_each(1)
    invitation = Invitation.objects.exclude(head_email=None).first()
    member, teacher = StaffFactory(is_active=False), VisitingTeacher.objects.first()
    VisitingTeacher.objects.filter(pk=teacher.pk).update(photo_agreed_at=NOW)
    rows = {
        "bookings.Booking": (Booking.objects.exclude(contact_name=None).first(), ""),
        "bookings.Visitor": (Visitor.objects.exclude(full_name=None).last(), ""),
        "bookings.Mail": (Mail.objects.filter(booking=None).first(), ""),
        "bookings.NewsConsent": (NewsConsent.objects.first(), ""),
        "bookings.TellMe": (TellMe.objects.first(), ""),
        "bookings.GroupTeacher": (GroupTeacher.objects.exclude(email=None).first(), "email"),
        "bookings.Invitation": (invitation, "head_email"),
        "hubs.StaffUser": (member, ""),
        "hubs.VisitingTeacher": (teacher, "photo"),
    }
    assert set(rows) == set(AGAIN)
    for row, column in rows.values():
        Erasure.objects.note([row], at=NOW, column=column)
    lines = ledger._lines(Erasure.objects.all())
    Erasure.objects.all().delete()
    ledger.erase_anew(lines)
    assert not Mail.objects.filter(pk=rows["bookings.Mail"][0].pk).exists()
    assert not NewsConsent.objects.filter(pk=rows["bookings.NewsConsent"][0].pk).exists()
    assert not TellMe.objects.filter(pk=rows["bookings.TellMe"][0].pk).exists()
    assert Booking.objects.get(pk=rows["bookings.Booking"][0].pk).contact_name is None
    assert Visitor.objects.get(pk=rows["bookings.Visitor"][0].pk).full_name is None
    assert Invitation.objects.get(pk=invitation.pk).head_email in (None, "")
    assert StaffUser.objects.get(pk=member.pk).forgotten_at == NOW
    assert VisitingTeacher.objects.get(pk=teacher.pk).photo_agreed_at is None
    assert set(lines) <= set(ledger._lines(Erasure.objects.all()))
    assert ledger.erase_anew(lines) == 0


def test_it_is_done_as_at_its_moment_so_a_place_goes_back_that_could_go_back_then(booking):
    erased_at = booking.session.starts_at - dt.timedelta(minutes=5)
    one = Erasure(of="bookings.Booking", row=str(booking.public_id), at=erased_at)
    assert erase_again(one)
    booking.refresh_from_db()
    assert (booking.status, booking.contact_name, booking.ended_at) == (Status.CANCELLED, None, erased_at)


def test_where_the_place_cannot_go_back_what_is_kept_goes_all_the_same(booking):
    started = booking.session.starts_at + dt.timedelta(minutes=5)
    assert erase_again(Erasure(of="bookings.Booking", row=str(booking.public_id), at=started))
    booking.refresh_from_db()
    assert (booking.status, booking.contact_name) == (Status.CONFIRMED, None)


def test_a_row_that_the_backup_does_not_have_is_no_fault():
    for of in AGAIN:
        row = "00000000-0000-0000-0000-000000000000" if of not in ("hubs.StaffUser", "bookings.Mail") else "999999"
        row = "999999" if of == "bookings.GroupTeacher" else row
        assert not erase_again(Erasure(of=of, row=row, at=NOW, column="email"))


def test_the_worker_writes_it_outside_and_nothing_but_ids(booking, tmp_path, settings):
    settings.BACKUP_DIR = str(tmp_path)
    run_due(clock)
    assert ledger.read(tmp_path / ledger.FILE) == []  # it lies there: one that is not there is lost
    erase(Whom(booking), clock=clock)
    run_due(clock)
    text = (tmp_path / ledger.FILE).read_text()
    assert json.loads(text) == ["bookings.Booking", "", str(booking.public_id), NOW.isoformat()]
    assert [path.name for path in tmp_path.iterdir()] == [ledger.FILE]


def test_what_stands_outside_alone_stays_there_until_no_backup_needs_it(booking, tmp_path):
    erase(Whom(booking), clock=clock)
    ledger.write(tmp_path, now=NOW)
    Erasure.objects.all().delete()
    Erasure.objects.note([booking.visitors.get()], at=NOW + dt.timedelta(minutes=1))
    ledger.write(tmp_path, now=NOW)
    assert [line[0] for line in ledger.read(tmp_path / ledger.FILE)] == ["bookings.Booking", "bookings.Visitor"]
    later = NOW + ledger.KEPT + dt.timedelta(seconds=1)
    Erasure.objects.note([booking], at=later)
    ledger.write(tmp_path, now=later)
    assert [line[0] for line in ledger.read(tmp_path / ledger.FILE)] == ["bookings.Visitor", "bookings.Booking"]


def test_entries_go_when_no_backup_needs_them(booking):
    erase(Whom(booking), clock=clock)
    assert ledger.forget(now=NOW + ledger.KEPT) == 0
    assert ledger.forget(now=NOW + ledger.KEPT + dt.timedelta(seconds=1)) == 1


NO_KEY = '["bookings.Booking", "", "no key", "2027-01-04T09:30:00+00:00"]'
NO_NUMBER = '["bookings.GroupTeacher", "", "no number", "2027-01-04T09:30:00+00:00"]'


@pytest.mark.parametrize(
    "text", ["x", '["a"]', '["a","b","c","not a time"]', "[1,2,3,4,5]", "{}", "null", NO_KEY, NO_NUMBER]
)
def test_a_ledger_that_is_not_whole_is_a_sentence(text, tmp_path):
    (tmp_path / "ledger").write_text(text)
    with pytest.raises(NoBackup, match="ledger of erasures"):
        ledger.read(tmp_path / "ledger")


def test_later_rows_get_no_number_of_the_ledger():
    """Or the next restore would erase whoever got it."""
    member = StaffFactory()
    Erasure.objects.create(of="hubs.StaffUser", row=str(member.pk + 500), at=NOW)
    for of, highest in ledger.numbered().items():
        assert of == "hubs.StaffUser"
        copying_in.number_after(StaffUser._meta.db_table, highest)
    assert StaffFactory().pk > member.pk + 500
    copying_in.number_after(StaffUser._meta.db_table, 1)
    assert StaffFactory().pk > member.pk + 501
    assert connection.vendor in ("sqlite", "postgresql")
