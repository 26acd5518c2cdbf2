"""A visiting teacher corrects their own name; what they take back is public at once."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from bookings.mail import links, rendering
from bookings.mail.links import Purpose
from bookings.mail_kinds import Kind
from bookings.models import Mail
from bookings.sessions.moving import Teaching, substitute
from bookings.verbs.staff_booking import staff_booking
from hubs.models import Consent, HostSchool, VisitingTeacher
from hubs.models.exchange import BY_THE_TEACHER
from tests.answers import in_a_line
from tests.browser.rows import every_row
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return VisitingTeacher.objects.create(
        hub_year=HubYearFactory(hub__slug="kent"), name_pinyin="Wang Fang", name_characters="王芳", name_agreed_at=NOW
    )


def address(teacher, page=""):
    return f"/bookings/{links.token(Purpose.ITINERARY, teacher)}/{page}"


def rename(client, teacher, pinyin, characters=""):
    return client.post(address(teacher, "name/"), {"pinyin": pinyin, "characters": characters})


@pytest.mark.parametrize(
    "pinyin, characters",
    [
        ("Fang Wang", "王芳"),
        ("WANG Fang", ""),
        ("Ōuyáng Nà-nà", "欧阳娜娜"),
        ("Lu\u0308 Xi'an", "吕西安"),  # a letter and its dots, as some keyboards send it
        ("Mairbek", "买尔·别克"),
    ],
)
def test_name_is_kept_as_they_write_it_and_a_version_says_who(client, teacher, pinyin, characters, versions_kept):
    assert rename(client, teacher, f"  {pinyin} ", characters)["Location"] == address(teacher) + "#name"
    teacher.refresh_from_db()
    assert teacher.name_pinyin == pinyin.replace("u\u0308", "ü")
    assert teacher.name_characters == characters
    last = teacher.history.first()
    assert (last.history_change_reason, last.history_user) == (BY_THE_TEACHER, None)
    versions = teacher.history.count()
    rename(client, teacher, pinyin, characters)
    assert teacher.history.count() == versions


@pytest.mark.parametrize(
    "pinyin, characters",
    [
        ("", "王芳"),
        ("王芳", ""),
        ("x" * 101, ""),
        ("Wang <b>", ""),
        ("www.wang.example", ""),
        ("Wang 2", ""),
        ("Wang Fang", "Wang"),
        ("Wang Fang", "芳" * 51),
        ("\x00", "\x00"),
    ],
)
def test_bad_name_changes_nothing_and_loses_nothing_typed(client, teacher, pinyin, characters):
    before = every_row()
    page = rename(client, teacher, pinyin, characters)
    assert (page.status_code, every_row()) == (422, before)
    assert in_a_line(page).count('class="error"') >= 1
    if "\x00" not in pinyin:
        assert [f'value="{escape(typed)}"' in in_a_line(page) for typed in (pinyin, characters)] == [True, True]


def test_mistake_is_said_in_both_languages(client, teacher):
    page = in_a_line(rename(client, teacher, ""))
    assert "请用拼音填写您的姓名" in page
    assert "Type your name in pinyin" in page


def test_button_without_the_forms_secret_and_dead_links_change_nothing(teacher):
    before = every_row()
    assert rename(Client(enforce_csrf_checks=True), teacher, "Li Na").status_code == 403
    VisitingTeacher.objects.update(link_version=teacher.link_version + 1)
    assert rename(Client(), teacher, "Li Na").status_code == 404
    VisitingTeacher.objects.update(link_version=teacher.link_version)
    assert every_row() == before
    assert Client().get(address(teacher, "name/")).status_code == 302


def test_new_name_and_a_name_taken_back_are_public_at_once(client, teacher):
    """On every page, feed and flyer that could show it; each may be kept by a cache for five seconds at most."""
    session = SessionFactory(ref="ABC234", hub_year=teacher.hub_year)
    session.lessons.get().visiting_teachers.add(teacher)
    host = HostSchool.objects.create(hub_year=teacher.hub_year, school=SchoolFactory())
    host.visiting_teachers.add(teacher)
    pages = [
        "/sessions/ABC234/",
        "/hubs/kent/",
        "/sessions/ABC234/flyer/",
        "/sessions/ABC234.ics",
        "/sessions.json",
        "/",
    ]

    def shown(word):
        answers = [client.get(one) for one in pages]
        assert {answer["Cache-Control"] for answer in answers} == {"public, max-age=0, s-maxage=5"}
        return [one for one, answer in zip(pages, answers, strict=True) if word in answer.content.decode()]

    rename(client, teacher, "Fang WANG", "王芳")
    assert shown("Fang WANG") == ["/sessions/ABC234/", "/hubs/kent/"]
    assert shown("Wang Fang") == []
    assert "Fang WANG" in in_a_line(client.get(address(teacher)))
    client.post(address(teacher, "agree/"), {"choice": f"{Consent.NAME}:no"})
    assert shown("WANG") == shown("王芳") == []
    assert "a visiting teacher from Shanghai" in in_a_line(client.get(address(teacher)))


def test_mail_that_waits_does_not_say_a_name_that_has_been_taken_back(client, teacher):
    session = SessionFactory(hub_year=teacher.hub_year)
    lesson = session.lessons.get()
    lesson.visiting_teachers.add(teacher)
    staff_booking(session.pk, party(), by=StaffFactory(), clock=lambda: NOW)
    jo = Teaching("fractions", [teacher], other_teacher="Jo Brown")
    substitute(lesson.pk, jo, by=StaffFactory(), clock=lambda: NOW)

    def waiting():
        mail = Mail.objects.filter(kind=Kind.SESSION_CHANGED).first()
        return " ".join(str(rendering.render(mail, now=NOW).body).split())

    assert "Taught by Wang Fang 王芳 and Jo Brown. " in waiting()
    client.post(address(teacher, "agree/"), {"choice": f"{Consent.NAME}:no"})
    assert "Taught by a visiting teacher from Shanghai and Jo Brown. " in waiting()
    assert "Wang" not in waiting()
    assert "王" not in waiting()


def test_staff_see_what_the_teacher_changed_themselves(client, teacher, versions_kept):
    client.force_login(staff_of(teacher.hub_year.hub))
    page = reverse("admin:hubs_visitingteacher_itinerary", args=[teacher.pk])
    assert "changed it themselves" not in client.get(page).content.decode()
    rename(Client(), teacher, "Li Na", "李娜")
    said = client.get(page).content.decode()
    assert "The teacher last changed it themselves" in said
    assert "Li Na 李娜, agrees to: name." in said
