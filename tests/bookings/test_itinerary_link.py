"""How a visiting teacher gets the link: sent by the hub through the outbox, withdrawn, and shown to nobody else."""

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.admin.home.needs import groups
from bookings.mail import itinerary_link, links, sending
from bookings.mail.links import Purpose
from bookings.mail.sending import send_due
from bookings.models import Mail
from bookings.rule.refusals import ItineraryOver, NoTeacherAddress
from hubs.models import Consent, VisitingTeacher
from tests.answers import errors_of, messages_of, untouched
from tests.factories import NOW, HubYearFactory, StaffFactory, staff_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("versions_kept")]
WANG = "wang@school.example"


@pytest.fixture
def at(monkeypatch):
    def set_to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(NOW)
    return set_to


@pytest.fixture
def teacher(at):
    year = HubYearFactory(name="Kent & Medway Maths Hub", contact_email="kent@hub.example")
    return VisitingTeacher.objects.create(hub_year=year, name_pinyin="Wang Fang", name_characters="王芳", email=WANG)


@pytest.fixture
def lead(client, teacher):
    user = staff_of(teacher.hub_year.hub)
    user.full_name = "Pat Lead"
    user.save()
    client.force_login(user)
    return client


def send(teacher, *, now=NOW, key=None):
    itinerary_link.send(teacher.pk, key=key or uuid.uuid4(), by=StaffFactory(), clock=lambda: now)


def page(teacher, name="itinerary"):
    return reverse(f"admin:hubs_visitingteacher_{name}", args=[teacher.pk])


def states():
    return list(Mail.objects.order_by("pk").values_list("state", flat=True))


# --- the mail --------------------------------------------------------------------------------------------------------


def test_mail_is_sent_in_both_languages_from_the_hub_with_the_link(smtp_server, teacher):
    send(teacher)
    assert send_due(lambda: NOW) == 1
    message = smtp_server.message()
    assert message["To"] == WANG
    assert message["From"].startswith("Kent & Medway Maths Hub <")
    assert message["Reply-To"] == "kent@hub.example"
    assert "Your itinerary in England" in message["Subject"]
    text = message.get_body(("plain",)).get_content()
    link = links.url(Purpose.ITINERARY, teacher).replace("/bookings/", "/zh-hans/bookings/")
    assert link in text.splitlines()
    assert ("It is always up to date." in text, "my-bookings" in text) == (True, False)
    html = message.get_body(("html",)).get_content()
    assert (f'href="{link}"' in html, '<html lang="zh-Hans">' in html) == (True, True)
    assert '<p lang="en-GB">This link opens your own page' in html


def test_row_of_the_mail_holds_no_usable_link(teacher):
    send(teacher)
    row = str(Mail.objects.values().get())
    assert (str(teacher.public_id) in row, links.token(Purpose.ITINERARY, teacher) in row) == (False, False)


def test_same_press_is_one_mail_and_another_press_another(teacher):
    key = uuid.uuid4()
    for _press in range(2):
        send(teacher, key=key)
    assert states() == ["waiting"]
    send(teacher)
    assert states() == ["waiting", "waiting"]


def test_mail_whose_link_was_withdrawn_is_not_sent_and_the_next_one_opens(client, smtp_server, teacher):
    old = f"/bookings/{links.token(Purpose.ITINERARY, teacher)}/"
    assert client.get(old).status_code == 200
    send(teacher)
    itinerary_link.withdraw(teacher.pk, by=StaffFactory())
    send(teacher)
    send_due(lambda: NOW)
    assert (states(), client.get(old).status_code) == (["dropped", "sent"], 404)
    teacher.refresh_from_db()
    text = smtp_server.message().get_body(("plain",)).get_content()
    assert links.token(Purpose.ITINERARY, teacher) in text
    assert client.get(f"/bookings/{links.token(Purpose.ITINERARY, teacher)}/").status_code == 200


def test_mail_to_an_address_that_was_put_right_since_is_not_sent(teacher):
    send(teacher)
    VisitingTeacher.objects.update(email="right@school.example")
    send_due(lambda: NOW)
    assert states() == ["dropped"]


def test_mail_that_was_given_up_is_shown_to_the_hub_and_sent_again(lead, teacher):
    send(teacher)
    Mail.objects.update(state=Mail.State.FAILED)
    user = teacher.hub_year.hub.memberships.get().user
    need = {one.words: one.address for one in groups(user, now=NOW)}
    assert list(need) == ["1 email was not delivered"]
    mail = Mail.objects.get()
    listed = lead.get(need["1 email was not delivered"]).context["cl"].result_list
    assert [one.pk for one in listed] == [mail.pk]
    sending.send_again(mail.pk, now=NOW)
    send_due(lambda: NOW)
    assert states() == ["sent"]
    assert list(groups(user, now=NOW)) == []


def test_there_must_be_an_address_and_time_left(teacher):
    with pytest.raises(ItineraryOver):
        send(teacher, now=NOW + dt.timedelta(days=365))
    VisitingTeacher.objects.update(email="")
    with pytest.raises(NoTeacherAddress):
        send(teacher)
    assert (states(), teacher.history.count()) == ([], 1)


# --- what the hub does -----------------------------------------------------------------------------------------------


def test_hub_sends_and_withdraws_by_buttons_and_the_row_remembers(lead, client, teacher):
    assert f'value="{page(teacher)}"' in lead.get(page(teacher, "change")).content.decode()
    first = lead.get(page(teacher))
    assert (f"It goes to {WANG}." in first.content.decode(), "Withdraw" in first.content.decode()) == (True, False)
    answer = lead.post(page(teacher), untouched(first))
    assert messages_of(answer) == [f"The itinerary is on its way to {WANG}."]
    lead.post(page(teacher), untouched(first))
    assert states() == ["waiting"]
    shown = lead.get(page(teacher)).content.decode()
    assert f"Last sent to {WANG} at 9:30 on Monday 4 January: to be sent." in shown
    answer = lead.post(page(teacher), {"withdraw": "1"})
    assert messages_of(answer) == ["Withdrawn: the links sent so far no longer work."]
    shown = lead.get(page(teacher)).content.decode()
    assert ("Its link has been withdrawn." in shown, 'name="withdraw"' in shown) == (True, False)
    trail = teacher.history.values_list("history_change_reason", "history_user__full_name", "link_version")
    assert list(trail) == [
        ("Link to the itinerary withdrawn", "Pat Lead", 2),
        ("Itinerary sent", "Pat Lead", 1),
        (None, None, 1),
    ]
    told = lead.get(page(teacher, "history")).content.decode()
    assert ("Itinerary sent" in told, "Pat Lead" in told) == (True, True)


def test_hub_without_the_teachers_address_is_told_what_to_do(lead, teacher):
    VisitingTeacher.objects.update(email="")
    shown = lead.get(page(teacher))
    assert "Give the visiting teacher an email address first." in shown.content.decode()
    answer = lead.post(page(teacher), untouched(shown))
    assert (answer.status_code, errors_of(answer)) == (422, ["Give the visiting teacher an email address first."])
    assert states() == []


@pytest.mark.parametrize("key", ["", "x", "\x00"])
def test_press_with_no_key_of_ours_sends_nothing(lead, teacher, key):
    assert lead.post(page(teacher), {"key": key}).status_code == 422
    assert states() == []


def test_link_itself_is_shown_on_no_page_of_staff(lead, teacher):
    send(teacher)
    mail = Mail.objects.get()
    pages = [page(teacher), page(teacher, "change"), page(teacher, "history")]
    pages += [reverse("admin:bookings_mail_changelist"), reverse("admin:bookings_mail_change", args=[mail.pk])]
    for one in pages:
        html = lead.get(one).content.decode()
        assert (one, str(teacher.public_id) in html, links.token(Purpose.ITINERARY, teacher) in html) == (
            *(one, False),
            False,
        )


def test_another_hub_and_the_programme_office_neither_see_nor_send(client, teacher):
    send(teacher)
    mail = Mail.objects.get()
    other, office = Client(), Client()
    other.force_login(staff_of(HubYearFactory().hub))
    office.force_login(StaffFactory(is_programme_office=True))
    sent = {"key": str(uuid.uuid4())}
    for one, answers in ((other, {302, 404}), (office, {302, 403, 404})):
        for name in ("itinerary", "change", "history"):
            assert one.get(page(teacher, name)).status_code in answers
        assert one.post(page(teacher), sent).status_code in answers
        assert one.post(page(teacher), {"withdraw": "1"}).status_code in answers
        listed = one.get(reverse("admin:bookings_mail_changelist"))
        assert WANG not in listed.content.decode()
        assert one.get(reverse("admin:bookings_mail_change", args=[mail.pk])).status_code in answers
        assert WANG not in one.get(reverse("admin:index")).content.decode()
    teacher.refresh_from_db()
    assert (states(), teacher.link_version) == (["waiting"], 1)


def test_own_hub_sees_the_mail_in_its_outbox(lead, teacher):
    send(teacher)
    listed = lead.get(reverse("admin:bookings_mail_changelist"))
    assert WANG in listed.content.decode()
    assert lead.get(reverse("admin:bookings_mail_change", args=[Mail.objects.get().pk])).status_code == 200


def test_address_stands_in_no_version(teacher):
    send(teacher)
    assert WANG not in str(list(teacher.history.values()))


# --- a form of staff and a button of the teacher ----------------------------------------------------------------------


def test_form_opened_before_the_teacher_took_it_back_does_not_bring_it_back(lead, teacher):
    teacher.say(Consent.NAME, agrees=True, now=NOW, why="")
    form = untouched(lead.get(page(teacher, "change")))
    teacher.say(Consent.NAME, agrees=False, now=NOW, why="")
    itinerary_link.withdraw(teacher.pk, by=StaffFactory())
    assert lead.post(page(teacher, "change"), form | {"home_school": "A school"}).status_code == 302
    teacher.refresh_from_db()
    assert (teacher.home_school, teacher.name_agreed_at, teacher.link_version) == ("A school", None, 2)
    assert teacher.history.latest().name_agreed_at is None


def test_staff_can_write_what_a_teacher_told_them(lead, teacher):
    form = untouched(lead.get(page(teacher, "change")))
    said = {"photo_agreed_at_0": "04/01/2027", "photo_agreed_at_1": "9:00"}
    assert lead.post(page(teacher, "change"), form | said).status_code == 302
    teacher.refresh_from_db()
    assert (teacher.photo_agreed_at, teacher.film_agreed_at) == (NOW - dt.timedelta(minutes=30), None)
    assert teacher.history.latest().history_user.full_name == "Pat Lead"


def test_link_sent_to_a_wrong_address_dies_when_the_address_is_put_right(client, lead, teacher):
    send(teacher)
    send_due(lambda: NOW)
    gone_astray = f"/bookings/{links.token(Purpose.ITINERARY, teacher)}/"
    assert client.get(gone_astray).status_code == 200
    form = untouched(lead.get(page(teacher, "change")))
    lead.post(page(teacher, "change"), form | {"email": "right@school.example"})
    assert client.get(gone_astray).status_code == 404
    again = untouched(lead.get(page(teacher, "change")))
    lead.post(page(teacher, "change"), again | {"email": " RIGHT@school.example"})  # the same address
    teacher.refresh_from_db()
    assert teacher.link_version == 2
