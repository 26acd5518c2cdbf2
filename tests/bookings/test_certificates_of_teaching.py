"""The certificate of who taught at a host school's visit: when there is one, what it counts, who finds it where."""

import datetime as dt

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.afterwards.certificates import holds
from bookings.afterwards.checking import Found, check
from bookings.afterwards.taught import MOST_QUOTED, certificates_of_visit, is_finished, taught
from bookings.mail.links import Purpose, token
from bookings.models import Certificate, Quote, Register, Visitor
from bookings.sessions import changes
from hubs.models import HostSchool, MasterySpecialist, VisitingTeacher
from hubs.models.exchange import BY_THE_TEACHER
from hubs.vocabulary.school_days import london
from tests.bookings.observed import statements
from tests.browser.reading import Page
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db
OVER = london(DAY, dt.time(18))
WEEKS_LATER = london(DAY + dt.timedelta(days=14), dt.time(9))


@pytest.fixture
def at(monkeypatch):
    def set_to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(OVER)
    return set_to


@pytest.fixture
def visit(at):
    """Wang Fang taught in both sessions, Ada the specialist in the first; the same three people watched both."""
    year = HubYearFactory(name="Kent Maths Hub")
    visit = HostSchool.objects.create(
        hub_year=year, school=SchoolFactory(name="West Borough"), first_day=DAY, last_day=DAY
    )
    fang = VisitingTeacher.objects.create(hub_year=year, name_pinyin="Wang Fang", name_characters="王芳")
    ada = MasterySpecialist.objects.create(hub_year=year, full_name="Ada Specialist")
    for number in (1, 2):
        session = SessionFactory(hub_year=year, host_school=visit, share=None)
        lesson = session.lessons.get()
        lesson.visiting_teachers.add(fang)
        if number == 1:
            lesson.specialists.add(ada)
        asked = party(size=3, email="same@school.example")
        booking = places.hold(session.pk, asked, clock=lambda: NOW)
        places.confirm(booking.pk, clock=lambda: NOW)
        booking.visitors.update(attendance="attended", marked_at=OVER)
    return visit


def recorded(visit):
    for session in visit.sessions.all():
        Register.objects.create(session=session, recorded_at=OVER, recorded_by=StaffFactory())


def of_fang(visit, now=OVER):
    return certificates_of_visit(visit, now=now)[0]


# --- when ------------------------------------------------------------------------------------------------------------


def test_there_is_one_once_all_is_over_and_each_register_recorded(visit):
    assert (is_finished(visit, now=OVER), certificates_of_visit(visit, now=OVER)) == (False, [])
    recorded(visit)
    assert not is_finished(visit, now=london(DAY, dt.time(11)))
    found = certificates_of_visit(visit, now=OVER)
    assert [one.full_name for one in found] == ["Wang Fang 王芳", "Ada Specialist"]
    assert certificates_of_visit(visit, now=OVER) == found
    assert Certificate.objects.count() == 2


def test_register_that_nobody_recorded_is_given_up_after_five_school_days(visit):
    assert is_finished(visit, now=WEEKS_LATER)
    assert len(certificates_of_visit(visit, now=WEEKS_LATER)) == 2


def test_session_that_is_off_is_waited_for_by_nobody_and_counts_for_nothing(visit):
    recorded(visit)
    off = SessionFactory(hub_year=visit.hub_year, host_school=visit)
    off.lessons.get().visiting_teachers.add(VisitingTeacher.objects.get())
    assert not is_finished(visit, now=NOW)
    changes.cancel_session(off.pk, by=StaffFactory(), clock=lambda: NOW)
    assert taught(visit, VisitingTeacher.objects.get(), now=OVER).lessons == 2


def test_reading_them_again_writes_nothing(visit):
    recorded(visit)
    certificates_of_visit(visit, now=OVER)
    with statements() as again:
        certificates_of_visit(visit, now=OVER)
    assert all(sql.startswith("SELECT") and "FOR " not in sql for sql in again)


# --- what it says ----------------------------------------------------------------------------------------------------


def test_people_are_counted_once_and_at_least_where_a_register_is_missing(visit):
    fang, ada = VisitingTeacher.objects.get(), MasterySpecialist.objects.get()
    recorded(visit)
    did = taught(visit, fang, now=OVER)
    assert (did.lessons, did.watched, did.at_least) == (2, 3, False)  # the same three people twice
    assert taught(visit, ada, now=OVER).lessons == 1
    Visitor.objects.filter(pk=Visitor.objects.first().pk).update(attendance="absent")
    Visitor.objects.filter(pk=Visitor.objects.last().pk).update(person_id=None)
    assert taught(visit, fang, now=OVER).watched == 4
    Register.objects.first().delete()
    assert taught(visit, fang, now=OVER).at_least


def test_released_quotes_stand_on_it_as_far_as_there_is_room(visit):
    session, staff = visit.sessions.first(), StaffFactory()
    said = {"hub_year": visit.hub_year, "session": session, "of": "take", "released_by": staff}
    Quote.objects.create(text="Small steps.", released_at=NOW, **said)
    Quote.objects.create(text="x" * MOST_QUOTED, released_at=NOW - dt.timedelta(hours=1), **said)
    Quote.objects.create(text="Every child spoke.", released_at=NOW - dt.timedelta(hours=2), **said)
    other = SessionFactory(hub_year=visit.hub_year)
    Quote.objects.create(text="Of another visit.", released_at=NOW, **(said | {"session": other, "of": "change"}))
    assert taught(visit, VisitingTeacher.objects.get(), now=OVER).quotes == ["Small steps.", "Every child spoke."]


@pytest.mark.parametrize("start", ["", "/zh-hans"])
def test_page_says_it_in_both_languages_whatever_the_address(client, visit, start):
    recorded(visit)
    Quote.objects.create(
        hub_year=visit.hub_year, session=visit.sessions.first(), text="Small steps.", released_at=NOW,
        released_by=StaffFactory(), of="take",
    )  # fmt: skip
    certificate = of_fang(visit)
    text = Page(client.get(f"{start}/bookings/{token(Purpose.CERTIFICATE, certificate)}/")).text
    for said in ("授课证书", "Certificate of teaching", "Wang Fang 王芳", "“Small steps.”", "Kent Maths Hub"):
        assert said in text
    assert "taught 2 lessons at West Borough, watched by 3 teachers" in text
    assert "在 West Borough 执教 2 节课，3 位教师观摩" in text


def test_its_pdf_is_one_tagged_page_also_with_all_that_may_stand_on_it(client, visit, tmp_path):
    recorded(visit)
    visit.school.name = "Holy Rosary and St Anne's Catholic Primary School, a Voluntary Academy of the North"
    visit.school.save()
    for n in range(7):
        Quote.objects.create(
            hub_year=visit.hub_year, session=visit.sessions.first(), text="Every child spoke. " * 5, released_at=NOW,
            released_by=StaffFactory(), of=f"take{n}",
        )  # fmt: skip
    VisitingTeacher.objects.update(name_pinyin="Ouyang Xiuxiulonglonglong", name_characters="欧阳修修龙龙龙龙")
    certificate = of_fang(visit)
    answer = client.get(f"/bookings/{token(Purpose.CERTIFICATE, certificate)}/certificate.pdf")
    path = tmp_path / "certificate.pdf"
    path.write_bytes(answer.content)
    with pikepdf.open(path) as pdf:
        assert (len(pdf.pages), bool(pdf.Root.MarkInfo.Marked), str(pdf.Root.Lang)) == (1, True, "zh")
        assert "欧阳修修龙龙龙龙" in str(pdf.docinfo.Title)


# --- whose -----------------------------------------------------------------------------------------------------------


def test_visiting_teacher_finds_theirs_on_their_own_page(client, visit):
    itinerary = f"/bookings/{token(Purpose.ITINERARY, VisitingTeacher.objects.get())}/"
    assert "您的证书" not in client.get(itinerary).content.decode()
    recorded(visit)
    page = Page(client.get(itinerary))
    assert "您的证书 Your certificate" in page.text
    certificate = Certificate.objects.get(specialist=None)
    assert page.links["West Borough"] == f"/bookings/{token(Purpose.CERTIFICATE, certificate)}/"


def test_name_put_right_makes_a_new_one_and_either_script_is_genuine(visit):
    recorded(visit)
    old = of_fang(visit)
    VisitingTeacher.objects.get().rename(pinyin="Wang Fang", characters="王方", why=BY_THE_TEACHER)
    old = Certificate.objects.select_related("teacher", "host_school__hub_year__exchange").get(pk=old.pk)
    assert not holds(old, now=OVER)
    new = of_fang(visit)
    assert (new.full_name, new.code != old.code) == ("Wang Fang 王方", True)
    for name, found in (("wang fang", "GENUINE"), ("王方", "GENUINE"), ("王芳", "NOTHING"), ("方王", "NOTHING")):
        assert check(new.code, name, now=OVER).found == Found[found]
    assert check(old.code, "王芳", now=OVER).found == Found.ENDED


def test_stranger_reads_what_it_is_of(client, visit):
    recorded(visit)
    said = {"code": of_fang(visit).code, "name": "Wang Fang"}
    text = Page(client.post("/certificates/", said)).text
    assert "This certificate is genuine" in text
    assert "taught 2 lessons at West Borough, watched by 3 teachers" in text
    Certificate.objects.update(full_name=None)
    assert "the name is no longer kept" in Page(client.post("/certificates/", said)).text


# --- staff -----------------------------------------------------------------------------------------------------------


def of_admin(model, name, *args):
    return reverse(f"admin:hubs_{model}_{name}", args=args)


def test_staff_open_print_and_send_those_of_a_visit(client, visit):
    client.force_login(staff_of(visit.hub_year.hub))
    here = of_admin("hostschool", "certificates", visit.pk)
    assert "Not yet" in client.get(here).content.decode()
    recorded(visit)
    page = Page(client.get(here))
    assert "Ada Specialist" in page.text
    printed = Page(client.get(of_admin("hostschool", "certificates_print", visit.pk))).text
    assert ("Wang Fang 王芳" in printed, "Ada Specialist" in printed) == (True, True)
    ada = Certificate.objects.get(teacher=None)
    answer = client.get(f"{here}{ada.pk}/")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert client.get(f"{here}999999/").status_code == 404
    client.force_login(staff_of(HubYearFactory().hub))
    for address in (here, f"{here}{ada.pk}/", of_admin("hostschool", "certificates_print", visit.pk)):
        assert client.get(address).status_code in (302, 403, 404)


def test_staff_print_those_of_a_session_that_no_email_reaches(client, visit):
    session = visit.sessions.first()
    Visitor.objects.filter(booking__session=session, position=2).update(email=None, email_key=None)
    client.force_login(staff_of(visit.hub_year.hub))
    here = of_admin("showcasesession", "certificates", session.pk)
    page = client.get(here).content.decode()
    assert "No address: it is on the page of whoever booked." in page
    codes = [f"{one.code[:5]}-{one.code[5:]}" for one in Certificate.objects.all()]
    assert (len(codes), all(code in page for code in codes)) == (3, True)
    session.bookings.update(contact_email=None, email_key=None)
    assert "Print the one that no email reaches" in client.get(here).content.decode()
    by_hand = Page(client.get(of_admin("showcasesession", "certificates_print", session.pk) + "?of=by-hand")).text
    everybody = Page(client.get(of_admin("showcasesession", "certificates_print", session.pk))).text
    assert (by_hand.count("Certificate of attendance"), everybody.count("Certificate of attendance")) == (1, 3)


def test_list_of_certificates_finds_a_code_and_a_name(client, visit):
    recorded(visit)
    certificate = of_fang(visit)
    client.force_login(staff_of(visit.hub_year.hub))
    listed = reverse("admin:bookings_certificate_changelist")
    for typed in (certificate.code.lower(), "wang"):
        text = client.get(listed, {"q": typed}).content.decode()
        assert ("Wang Fang 王芳" in text, "Ada Specialist" in text) == (True, False)
