"""Ways around the scope that somebody might try by hand: each was open once."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hubs.models import Lesson, Membership, Notice, ShowcaseSession, VisitingTeacher
from tests.factories import NOW, HubYearFactory, SessionFactory, StaffFactory

pytestmark = pytest.mark.django_db

LISTS = ("lessons", "programme", "resources")
NO_ROWS = {f"{name}-{what}_FORMS": "0" for name in LISTS for what in ("TOTAL", "INITIAL")}


@pytest.fixture
def session(monkeypatch):
    """To come."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return SessionFactory(day_contact="Zebedee Quill", office_email="quill@school.example")


@pytest.fixture
def office():
    client = Client()
    client.force_login(StaffFactory(is_programme_office=True))
    return client


def administrator_of(hub):
    client = Client()
    user = StaffFactory()
    Membership.objects.create(user=user, hub=hub, role=Membership.Role.ADMINISTRATOR)
    client.force_login(user)
    return client


def page(name, *args):
    return reverse(f"admin:hubs_{name}", args=args)


@pytest.mark.parametrize("name", ["sessionchange", "SessionChange", "SESSIONCHANGE"])
def test_no_spelling_of_a_look_up_shows_what_no_hub_has_announced(session, name):
    SessionFactory(title="Staff only", visibility=ShowcaseSession.Visibility.STAFF)
    asked = {"app_label": "bookings", "model_name": name, "field_name": "instead", "term": ""}
    answer = administrator_of(HubYearFactory().hub).get(reverse("admin:autocomplete"), asked)
    assert [row["id"] for row in answer.json()["results"]] == [str(session.pk)]


@pytest.mark.parametrize("asked", ["day_contact__startswith=Zeb", "office_email__contains=quill", "mails=1"])
def test_programme_office_cannot_try_a_name_letter_by_letter(session, office, asked):
    assert office.get(f"{page('showcasesession_changelist')}?{asked}").status_code == 400
    assert office.get(f"{page('showcasesession_csv')}?{asked}").status_code == 400


@pytest.mark.parametrize(
    "asked", ["kind__exact=lesson", "first_day__year=2027", "needs=register", "when=past", "pk__in=1", "q=Year"]
)
def test_programme_office_has_the_filters_of_the_list(session, office, asked):
    answer = office.get(f"{page('showcasesession_changelist')}?{asked}")
    assert (answer.status_code, answer.context["cl"].params.get("e")) == (200, None)


def test_staff_filter_their_own_rows_by_any_field(session):
    answer = administrator_of(session.hub).get(f"{page('showcasesession_changelist')}?day_contact__startswith=Zeb")
    assert [row.pk for row in answer.context["cl"].result_list] == [session.pk]


@pytest.mark.usefixtures("versions_kept")
def test_programme_office_reads_no_version_of_what_it_may_not_read(session, office):
    session.day_contact = "Another Name"
    session.save()
    address = page("showcasesession_history", session.pk)
    assert "Zebedee Quill" in administrator_of(session.hub).get(address).content.decode()
    assert office.get(address).status_code == 403


def test_programme_office_does_not_see_who_teaches(session, office):
    lesson = Lesson.objects.get(session=session)
    lesson.visiting_teachers.add(VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Min Unasked"))
    address = page("showcasesession_change", session.pk)
    assert "Min Unasked" in administrator_of(session.hub).get(address).content.decode()
    html = office.get(address).content.decode()
    assert ("Year 6" in html, "Min Unasked" in html) == (True, False)


def test_only_superusers_write_a_notice_that_is_shown_everywhere(session):
    said = {"hub": "", "text": "Snow", "from_at_0": "2027-01-01", "from_at_1": "10:00"}
    said |= {"until_at_0": "2027-02-01", "until_at_1": "10:00"}
    own = Notice.objects.create(hub=session.hub, text="Ice", from_at=NOW, until_at=NOW.replace(year=2028))
    client = administrator_of(session.hub)
    for address in (page("notice_add"), page("notice_change", own.pk)):
        assert client.post(address, said).context["adminform"].errors == {"hub": ["This field is required."]}
    superuser = Client()
    superuser.force_login(StaffFactory(is_superuser=True))
    assert superuser.post(page("notice_add"), said).status_code == 302
    assert list(Notice.objects.values_list("hub", "text").order_by("pk")) == [(session.hub.pk, "Ice"), (None, "Snow")]


CHOICES = ("hub_year", "host_school", "venue", "also_run_by", "only_authorities", "only_list")
ODD = ["abc", "9" * 30, "a\x00b", "²"]


@pytest.mark.slow
@pytest.mark.parametrize("asked", [*(dict.fromkeys(CHOICES, odd) for odd in ODD), *({one: ODD[1]} for one in CHOICES)])
def test_what_is_no_id_is_no_choice(session, asked):
    """Every sort in all fields at once, and each field alone, which none before it can hide."""
    client = administrator_of(session.hub)
    assert client.get(page("showcasesession_add"), asked | {"whole": 1}).status_code == 200
    assert client.get(page("showcasesession_new"), asked).status_code == 200
    assert client.get(page("hostschool_set_up"), asked).status_code == 200
    answer = client.post(page("showcasesession_add"), asked | NO_ROWS)
    assert asked.keys() <= answer.context["adminform"].errors.keys()


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("model", ["hubs_showcasesession", "bookings_booking"])
def test_what_is_no_id_is_no_ticked_row(session, model, odd):
    address = reverse(f"admin:{model}_changelist")
    action = "announce" if model == "hubs_showcasesession" else "confirm"
    answer = administrator_of(session.hub).post(address, {"action": action, "_selected_action": odd})
    assert (answer.status_code, answer["Location"]) == (302, address)


def test_look_up_of_what_no_database_takes_finds_what_is_left(session):
    asked = {"app_label": "bookings", "model_name": "booking", "field_name": "session", "term": f"{session.ref}\x00"}
    answer = administrator_of(session.hub).get(reverse("admin:autocomplete"), asked)
    assert [row["id"] for row in answer.json()["results"]] == [str(session.pk)]


@pytest.mark.parametrize("asked", ["hub_year__hub", "hub_year__hub__id__exact", "host_school", "id__exact"])
def test_filter_by_a_number_that_no_database_takes_is_none(session, asked):
    address = page("showcasesession_changelist")
    answer = administrator_of(session.hub).get(address, {asked: "9" * 30})
    assert answer.status_code in (200, 302)
