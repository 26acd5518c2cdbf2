"""Lists saved as files: what the list shows and nothing else, harmless in a spreadsheet, in bounded memory."""

import csv
import datetime as dt
import io
import tracemalloc
import uuid

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl.utils.escape import unescape

from bookings import places
from bookings.admin.base.spreadsheets import BEGINS_A_FORMULA, Column, as_csv, as_xlsx, harmless
from bookings.admin.booking.booking_forms import ContactForm
from bookings.attendance import recording
from bookings.models import Booking, Visitor
from hubs.models import HostSchool, Membership, ShowcaseSession
from hubs.vocabulary.references import booking_reference, session_ref, session_ref_of
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db
FORMULAS = ["=1+1", "+44 7700", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1+1", "＠x", "=cmd|' /C calc'!A0"]
NOBODY = {"admin_site": None, "by": None}
LISTS = ["bookings_booking", "bookings_visitor", "hubs_showcasesession", "hubs_hostschool"]


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def hub():
    return HubYearFactory(name="Kent Maths Hub")


@pytest.fixture
def client(hub):
    user = StaffFactory(email="ada@hub.example")
    Membership.objects.create(user=user, hub=hub.hub)
    return signed_in(user)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def held(session, **asked):
    return places.hold(session.pk, party(**asked), clock=lambda: NOW)


def saved(client, model, kind="csv", **asked):
    """The rows of the file, each a dict by heading."""
    answer = client.get(reverse(f"admin:{model}_{kind}"), asked)
    assert answer["Content-Disposition"].startswith("attachment; ")  # no browser shows it, or keeps it where it was
    content = b"".join(answer.streaming_content)
    if kind == "csv":
        table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        table = [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert table[0][0].startswith("Delete after 20")
    return [dict(zip(table[1], row, strict=True)) for row in table[2:]]


# --- what is in it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_bookings_are_saved_as_people_read_them(client, hub, kind):
    school = SchoolFactory(urn=118568, name="West Borough Primary School")
    booking = held(
        SessionFactory(hub_year=hub, title="Fractions"), size=2, school=school, contact_mobile="07700 900982"
    )
    (row,) = saved(client, "bookings_booking", kind)
    assert row["Reference"] == booking.reference
    assert (row["Status"], row["Session"], row["Day"], row["Start"]) == (
        "to be confirmed",
        "Fractions",
        "2027-01-26",
        "09:00",
    )
    assert (row["School"], row["Contact"], row["Mobile number"]) == (
        "West Borough Primary School",
        "Test Teacher",
        "07700 900982",
    )
    assert (row["URN"], row["Visitors"]) == ((118568, 2) if kind == "xlsx" else ("118568", "2"))
    assert (row["Made at"], row["Kept until"]) == ("2027-01-04 09:30", "2027-01-05 18:00")


def test_session_says_who_came_by_a_recorded_register_and_what_was_reported(client, hub, monkeypatch):
    counted, reported = SessionFactory(hub_year=hub, title="Counted"), SessionFactory(hub_year=hub, title="Reported")
    unrecorded = SessionFactory(hub_year=hub, title="Unrecorded")
    for session in (counted, unrecorded):
        places.confirm(held(session, size=3).pk, clock=lambda: NOW)
    late = places.confirm(held(counted, email="late@school.example", size=2).pk, clock=lambda: NOW)
    places.cancel(late.pk, clock=lambda: counted.closes_at)
    Visitor.objects.filter(position=1).update(attendance="attended", marked_at=NOW)
    recording.record(counted.pk, by=StaffFactory(), clock=lambda: counted.ends_at)
    monkeypatch.setattr(timezone, "now", lambda: counted.ends_at)
    client = signed_in(staff_of(hub.hub))
    figures = {"visitors_reported": 217, "schools_reported": 77, "reported_source": "the hub"}
    ShowcaseSession.objects.filter(pk=reported.pk).update(**figures)
    columns = ("Register", "Came", "Did not come", "Cancelled late")
    rows = {row["Session"]: [row[name] for name in columns] for row in saved(client, "hubs_showcasesession")}
    assert rows["Counted"] == ["recorded", "1", "2", "2"]
    assert rows["Unrecorded"] == ["not recorded", "", "", "0"]
    given_back = [row["Given back late"] for row in saved(client, "bookings_visitor")]
    assert sorted(given_back) == [""] * 6 + ["yes"] * 2
    columns = ("Came", "Visitors reported", "Schools reported", "Who reported it")
    rows = {row["Session"]: [row[name] for name in columns] for row in saved(client, "hubs_showcasesession")}
    assert (rows["Counted"], rows["Reported"]) == (["1", "", "", ""], ["", "217", "77", "the hub"])


def test_visit_says_what_was_reported(client, hub):
    school = SchoolFactory(name="West Borough")
    HostSchool.objects.create(hub_year=hub, school=school, visitors_reported=217, reported_source="the hub")
    HostSchool.objects.create(hub_year=HubYearFactory(), visitors_reported=5)
    (row,) = saved(client, "hubs_hostschool")
    assert (row["Academic year"], row["School"]) == ("2026–27", "West Borough")
    assert (row["Visitors reported"], row["Who reported it"]) == ("217", "the hub")


DIALLED = {
    "07700900982": "07700 900982",
    "07700 900 982": "07700 900 982",
    "07700.900982": "07700 900982",
    "07-11-2003": "07 11 2003",
    "+447700900982": "07700 900982",
    "+44 (0)7700 900982": "07700 900982",
    "00447700900982": "07700 900982",
    "+44 20 7946 0958": "020 7946 0958",
    "02079460958": "020 7946 0958",
    "01134960000": "0113 496 0000",
    "01622111111": "01622 111111",
    "+86 138 0013 8000": "00 86 138 0013 8000",
    "+8613800138000": "00 8613800138000",
    "008613800138000": "00 8613800138000",
    "1234567": "1 234567",
    "０７７００９００９８２": "07700 900982",
    "＋44 7700 900982": "07700 900982",
    "": "",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_phone_number_is_kept_as_a_spreadsheet_opens_it(client, hub, kind):
    """Digits alone would lose a leading 0, and a + is taken for a formula: so neither is in the file."""
    session = SessionFactory(hub_year=hub)
    for n, typed in enumerate(DIALLED):
        said = {"contact_name": f"Teacher {n}", "contact_email": "", "contact_mobile": typed}
        form = ContactForm(said, booking=Booking(), **NOBODY)
        assert form.is_valid(), form.errors
        named = {name: form.cleaned_data[name] for name in ("contact_name", "contact_mobile")}
        held(session, email=f"{n}@school.example", **named)
    mobiles = {row["Contact"]: row["Mobile number"] for row in saved(client, "bookings_booking", kind)}
    assert {typed: mobiles[f"Teacher {n}"] for n, typed in enumerate(DIALLED)} == DIALLED
    for dialled in DIALLED.values():
        assert not dialled.startswith(BEGINS_A_FORMULA)
        assert dialled == "" or not dialled.replace(".", "").isdigit()


def test_reference_is_never_a_number_in_powers_of_ten():
    made = [session_ref() for _ in range(500)] + [session_ref_of(uuid.uuid4(), n) for n in range(500)]
    assert [ref for ref in [*made, *(booking_reference() for _ in range(500))] if "E" in ref] == []


def test_filters_and_search_and_order_stand_as_they_are(client, hub):
    session, other = SessionFactory(hub_year=hub), SessionFactory(hub_year=hub)
    for n, name in enumerate(["Bea Bell", "Al Bell", "Cy Cole"]):
        held(session, email=f"{n}@school.example", contact_name=name)
    held(other, email="9@school.example", contact_name="Di Bell")
    asked = {"q": "bell", "session__id__exact": session.pk, "o": "1", "p": "7"}
    assert [row["Contact"] for row in saved(client, "bookings_booking", **asked)] == ["Al Bell", "Bea Bell"]
    places.confirm(held(session, email="4@school.example").pk, clock=lambda: NOW)
    assert len(saved(client, "bookings_booking", status__exact="confirmed")) == 1


def test_visitors_are_saved_with_needs_and_school(client, hub):
    held(SessionFactory(hub_year=hub), size=2)
    rows = saved(client, "bookings_visitor")
    assert {row["Visitor"] for row in rows} == {"Test Teacher", "Colleague 2"}
    assert {row["Contact"] for row in rows} == {"Test Teacher"}
    assert "Access or dietary needs" in rows[0]


def test_sessions_are_saved_with_counts(client, hub):
    session, school = SessionFactory(hub_year=hub, room__capacity=3), SchoolFactory()
    places.confirm(held(session, size=2, school=school).pk, clock=lambda: NOW)
    held(session, email="other@school.example", school=school)
    (row,) = saved(client, "hubs_showcasesession")
    counts = [row[name] for name in ("Places", "Taken", "Left", "Bookings with places", "Visitors confirmed")]
    assert counts == ["3", "3", "0", "2", "2"]
    assert (row["Schools with places"], row["Visitors waiting"]) == ("1", "0")


# --- whose rows -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("model", LISTS)
def test_another_hubs_rows_are_not_in_it_whatever_is_asked(client, hub, model, kind):
    mine, theirs = SessionFactory(hub_year=hub, title="Mine"), SessionFactory(title="Theirs")
    HostSchool.objects.create(hub_year=hub)
    HostSchool.objects.create(hub_year=theirs.hub_year, school=SchoolFactory(name="Leak School"))
    held(mine, contact_name="My Teacher")
    leaks = held(theirs, contact_name="Leak Teacher", email="leak@school.example")
    for asked in ({}, {"q": "Leak"}, {"q": leaks.reference}, {"q": "leak@school.example"}, {"q": theirs.ref}):
        found = str(saved(client, model, kind, **asked))
        assert ("Leak" in found, "Theirs" in found) == (False, False)
    assert len(saved(client, model, kind)) == 1
    by_id = {"bookings_booking": "session__id__exact", "bookings_visitor": "booking__session__hub_year__hub__id__exact"}
    if model in by_id:
        assert "Leak" not in str(saved(client, model, kind, **{by_id[model]: theirs.pk}))


def test_programme_office_saves_sessions_and_nobody(hub):
    held(SessionFactory(hub_year=hub, day_contact="Secret Person"), contact_name="Secret Teacher")
    office = signed_in(StaffFactory(is_programme_office=True))
    for model in LISTS[:2]:
        assert office.get(reverse(f"admin:{model}_csv")).status_code == 403
    rows = saved(office, "hubs_showcasesession")
    assert len(rows) == 1
    assert "Secret" not in str(rows)
    assert [entry.content_type.model for entry in LogEntry.objects.all()] == ["showcasesession"]


@pytest.mark.parametrize("model", LISTS)
def test_who_is_not_signed_in_is_asked_to(model):
    answer = Client().get(reverse(f"admin:{model}_xlsx"))
    assert (answer.status_code, LogEntry.objects.count()) == (302, 0)


def test_export_is_recorded_without_what_was_searched_for(client, hub):
    session = SessionFactory(hub_year=hub)
    for n in range(3):
        held(session, email=f"{n}@school.example", contact_name="Jo Bell")
    saved(client, "bookings_booking", q="bell", session__id__exact=session.pk)
    entry = LogEntry.objects.get()
    assert (entry.user.email, entry.object_repr) == ("ada@hub.example", "Bookings: Exported as CSV: 3 rows.")
    assert entry.change_message == f"Exported as CSV: 3 rows. session__id__exact={session.pk} Searched."


@pytest.mark.parametrize(
    "asked", [{"status__exact": "\x00"}, {"no_such": "1"}, {"p": "x"}, {"session__id__exact": "x"}]
)
def test_odd_filters_lead_back_to_the_list(client, hub, asked):
    held(SessionFactory(hub_year=hub))
    for page in ("csv", "changelist"):
        assert client.get(reverse(f"admin:bookings_booking_{page}"), asked).status_code in (200, 302)
    assert client.post(reverse("admin:bookings_booking_csv"), asked).status_code == 405


def test_links_on_the_list_carry_its_filters(client, hub):
    held(SessionFactory(hub_year=hub))
    page = client.get(reverse("admin:bookings_booking_changelist"), {"q": "teacher"}).content.decode()
    assert 'href="export.csv?q=teacher"' in page
    assert 'href="export.xlsx?q=teacher"' in page


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_file_begins_with_the_day_after_which_it_has_to_go(client, hub, kind):
    """That of the session whose names go first."""
    held(SessionFactory(hub_year=hub))
    later = NOW + dt.timedelta(days=200)
    held(SessionFactory(hub_year=hub, starts_at=later, ends_at=later + dt.timedelta(hours=2)), email="b@school.example")
    first = "Delete after 2028-01-26, and phone numbers and needs within a week of their session."
    assert first_line(client, "bookings_booking", kind) == first_line(client, "bookings_visitor", kind) == first
    assert first_line(client, "hubs_showcasesession", kind) == "Delete after 2028-01-04."


def first_line(client, model, kind):
    content = b"".join(client.get(reverse(f"admin:{model}_{kind}")).streaming_content)
    if kind == "csv":
        return next(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[0]
    return openpyxl.load_workbook(io.BytesIO(content)).active["A1"].value


# --- in a spreadsheet -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_begins_like_a_formula_has_an_apostrophe_in_csv(text):
    assert harmless(text) == f"'{text}"
    with as_csv([Column("Name", lambda row: row)], [text]) as file:
        written = file.read().decode()
    assert list(csv.reader(io.StringIO(written, newline=""))) == [["\ufeffName"], [f"'{text}"]]


@pytest.mark.parametrize("text", ["O'Neill", "a=b", "Anne-Marie", "", "1 + 1", "王老师"])
def test_other_text_stays_as_it_is(text):
    assert harmless(text) == text


@pytest.mark.parametrize("text", [*FORMULAS, "https://evil.example", "00123", "1e5", "TRUE", "a\x01b"])
def test_text_is_a_cell_of_text_in_xlsx(text):
    with as_xlsx([Column("Name", lambda row: row)], [text]) as file:
        cell = openpyxl.load_workbook(file).active["A2"]
    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert unescape(cell.value) == text


def test_formula_typed_by_a_teacher_is_harmless_in_both_files(client, hub):
    held(SessionFactory(hub_year=hub), contact_name="=HYPERLINK(1)")
    assert saved(client, "bookings_booking")[0]["Contact"] == "'=HYPERLINK(1)"
    answer = client.get(reverse("admin:bookings_booking_xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


# --- how it is made -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_a_hundred_times_the_rows_need_no_more_memory(make):
    columns = [Column(f"Heading {n}", lambda row, n=n: f"{row} {n}") for n in range(10)]

    def most(number):
        tracemalloc.start()
        made = make(columns, iter(range(number)))
        for _part in made:
            pass
        made.close()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    most(100)
    assert most(20_000) < 2 * most(2_000) + 500_000


@pytest.mark.parametrize("model", LISTS)
def test_export_asks_as_often_for_three_rows_as_for_one(client, hub, model):
    counts = []
    for number in (1, 2):  # one row, and three
        for n in range(number):
            held(SessionFactory(hub_year=hub, title=f"Session {n}"), email=f"{n}.{number}@school.example")
            HostSchool.objects.create(hub_year=hub, school=SchoolFactory())
        saved(client, model)  # what is asked once in a process is not counted
        with CaptureQueriesContext(connection) as asked:
            assert len(saved(client, model)) == 2 * number - 1
        counts.append(len(asked))
    assert counts[0] == counts[1]
