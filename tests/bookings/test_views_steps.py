"""The steps of a booking: your school, who is coming, check and book."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings import places
from bookings.forms import Address, Line, Mobile, OtherSchoolForm, WhoForm
from bookings.models import Booking, Draft, Mail, SchoolKind
from bookings.models import draft as drafts
from bookings.models.booking import school_key
from bookings.rule.party import VisitingSchool
from bookings.states import SessionStatus, Status, Verb
from bookings.verbs import staff_booking, waiting_list
from hubs.models import LocalAuthority, School, SchoolList, ShowcaseSession
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Roles, Years
from tests.bookings.observed import statements
from tests.browser.reading import Page
from tests.browser.rows import every_row, questions
from tests.browser.steps import ADA, at, book, choose_school, fill_in, say_who, shown, shown_again
from tests.factories import GROWS, NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
BEN, CARA = {"name": "Ben Colleague"}, {"name": "Cara Colleague"}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def later(monkeypatch):
    """Puts the clock forward."""
    return lambda delta: monkeypatch.setattr(timezone, "now", lambda: NOW + delta)


@pytest.fixture
def session():
    return SessionFactory(title="Year 6 lesson", venue__name="West Borough")


@pytest.fixture
def school():
    return SchoolFactory(urn=100100, name="Ash Primary School", town="Dover", postcode="CT16 1AA")


def get(client, name, session):
    response = client.get(at(name, session))
    assert response.status_code == 200
    return Page(response)


def take(session, number, **values):
    """So many places of the session, taken by staff for somebody else."""
    asked = party(size=number, email="", contact_name="Somebody Else", **values)
    return staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: NOW, why="test")


# --- your school -----------------------------------------------------------------------------------------------------


def test_booking_starts_by_asking_for_the_school_and_keeps_nothing(client, session):
    before = every_row()
    page = get(client, "book", session)
    assert page.title == "Your school – Showcase"
    assert "Year 6 lesson · Tuesday 26 January, 9:00 · West Borough What is your school?" in page.text
    assert every_row() == before
    assert "draft" not in client.cookies


def test_school_left_empty_is_asked_for(client, session):
    response = shown_again(client, "book", session, {"school": "  "})
    page = Page(response)
    assert response.status_code == 422
    assert page.title == "Error: Your school – Showcase"
    assert page.errors == {"school": "Enter your school’s name, town, postcode or URN"}


def test_school_found_can_be_chosen(client, session, school):
    SchoolFactory(name="Oak Primary School", town="Leeds")
    SchoolFactory(urn=100101, name="Ash Junior School", town="Dover", postcode="CT16 1AB")
    response = client.post(at("book", session), {"school": "ash dover"})
    assert (response.status_code, response["Location"]) == (302, at("book-school", session))
    page = get(client, "book-school", session)
    assert "Schools that match “ash dover” Which is yours?" in page.text
    assert "Ash Primary School, Dover CT16 1AA" in page.text
    response = client.post(at("book-school", session), {"urn": "100100"})
    assert (response.status_code, response["Location"]) == (302, at("book-who", session))


@pytest.mark.parametrize("typed", ["ash", "CT16 1AA", "ct161aa", "100100", "ash primary dover", "Ash School"])
def test_only_school_found_is_taken_and_shown_with_a_way_to_change_it(client, session, school, typed):
    SchoolFactory(name="Oak Primary School", town="Leeds", postcode="LS1 4AP")
    response = client.post(at("book", session), {"school": typed})
    assert (response.status_code, response["Location"]) == (302, at("book-who", session))
    page = get(client, "book-who", session)
    assert "Who is coming? Ash Primary School, Dover CT16 1AA · Change your school" in page.text
    assert page.links["Change your school"] == at("book", session)
    other = "My school is not listed, I work somewhere else, or I have no school just now"
    assert get(client, "book", session).links[other] == at("book-other", session)
    assert get(client, "book-school", session).fields["urn"] == "100100"


@pytest.mark.parametrize("typed", ["Ash Primary School, CT16 1AA", "ash primary school dover ct161aa"])
def test_school_of_exactly_that_name_and_postcode_is_taken(client, session, school, typed):
    SchoolFactory(name="Ash Primary School Nursery", town="Dover", postcode="CT16 1AA")
    assert client.post(at("book", session), {"school": typed})["Location"] == at("book-who", session)
    assert Draft.objects.get().school == school


@pytest.mark.parametrize("typed", ["aash primary", "CT16 9ZZ", "ash primary, Leeds"])
def test_school_that_is_only_near_to_what_was_typed_is_asked_about(client, session, school, typed):
    """A slip, the neighbourhood of a postcode that no school has, a word too many: it may be another school."""
    assert client.post(at("book", session), {"school": typed})["Location"] == at("book-school", session)
    assert Draft.objects.get().school is None
    page = get(client, "book-school", session)
    if "Ash Primary School" in page.text:
        assert page.fields["urn"] == "100100"


def test_draft_cookie_is_for_the_steps_alone_and_ends_with_the_browser(client, session, school):
    client.post(at("book", session), {"school": "ash"})
    cookie = client.cookies["draft"]
    assert (cookie["path"], cookie["max-age"], cookie["expires"]) == (at("book", session), "", "")
    assert cookie["samesite"] == "Lax"
    assert (cookie["httponly"], cookie["secure"]) == (True, True)


def test_schools_that_match_are_shown_up_to_twenty(client, session):
    for n in range(21):
        SchoolFactory(name=f"St Joseph’s Catholic Primary School {n}")
    client.post(at("book", session), {"school": "st joseph's"})
    page = get(client, "book-school", session)
    assert page.text.count("St Joseph’s Catholic Primary School") == 20
    assert "There are more than these. Add its town or postcode to find yours." in page.text


def test_school_that_nobody_knows_leads_on(client, session):
    client.post(at("book", session), {"school": "école 中"})
    page = get(client, "book-school", session)
    assert "No school matches “école 中” Check the spelling, or try fewer words" in page.text
    assert page.buttons == []
    assert page.links["Search again"] == at("book", session)
    other = "My school is not listed, I work somewhere else, or I have no school just now"
    assert page.links[other] == at("book-other", session)


@pytest.mark.parametrize("chosen", [{}, {"urn": ""}, {"urn": "100101"}, {"urn": "x"}])
def test_school_that_was_not_found_cannot_be_chosen(client, session, school, chosen):
    SchoolFactory(urn=100101, name="Oak Primary School")
    SchoolFactory(urn=100102, name="Ash Junior School")
    client.post(at("book", session), {"school": "ash"})
    response = shown_again(client, "book-school", session, chosen)
    assert (response.status_code, Page(response).errors) == (422, {"urn_0": "Choose your school"})
    assert "school" not in Draft.objects.get().answers


def test_school_that_has_closed_since_it_was_found_cannot_be_chosen_but_what_it_became_can(client, session, school):
    junior = SchoolFactory(urn=100102, name="Ash Junior School")
    client.post(at("book", session), {"school": "ash"})
    academy = SchoolFactory(urn=100103, name="Elm Academy")
    School.objects.filter(pk=junior.pk).update(status=School.Status.CLOSED, successor=academy)
    page = Page(shown_again(client, "book-school", session, {"urn": "100102"}))
    assert page.errors == {"urn_0": "Choose your school"}
    assert ("Ash Junior School" in page.text, "Elm Academy" in page.text) == (False, True)
    assert client.post(at("book-school", session), {"urn": "100103"})["Location"] == at("book-who", session)
    assert Draft.objects.get().school == academy


def test_schools_found_are_offered_and_chosen_without_searching_again(client, session, school):
    SchoolFactory(urn=100102, name="Ash Junior School")
    client.post(at("book", session), {"school": "ash"})
    with statements() as asked:
        page = get(client, "book-school", session)
        client.post(at("book-school", session), {"urn": "100102"})
    assert ("Ash Primary School" in page.text, Draft.objects.get().school_id) == (True, 100102)
    assert [sql for sql in asked if "hubs_schoolword" in sql] == []


def test_draft_that_remembers_no_schools_is_searched_for_anew(client, session, school):
    """As the release before wrote it, and one made again from a booking's people."""
    SchoolFactory(urn=100102, name="Ash Junior School")
    client.post(at("book", session), {"school": "ash"})
    Draft.objects.update(answers={"typed": "ash"})
    assert "Ash Junior School" in get(client, "book-school", session).text
    assert client.post(at("book-school", session), {"urn": "100102"})["Location"] == at("book-who", session)


def test_school_chosen_before_is_shown_again(client, session, school):
    choose_school(client, session, school)
    assert get(client, "book", session).fields["school"] == "100100"
    assert get(client, "book-school", session).fields["urn"] == "100100"


@pytest.mark.parametrize("kind", [kind for kind in SchoolKind if kind not in (SchoolKind.REGISTER, SchoolKind.NONE)])
def test_other_place_is_booked_by_kind_name_and_place(client, session, kind):
    place = "CT16 1AA" if kind == SchoolKind.STATE else "Dover"
    said = {"kind": kind, "name": "Maths Trust", "place": place.lower() if kind == SchoolKind.STATE else place}
    response = client.post(at("book-other", session), said)
    assert (response.status_code, response["Location"]) == (302, at("book-who", session))
    say_who(client, session)
    assert f"School Maths Trust, {place} Change" in get(client, "book-check", session).text
    client.post(at("book-check", session))
    booking = Booking.objects.get()
    assert (booking.school_kind, booking.school_name, booking.school_place) == (kind, "Maths Trust", place)
    assert booking.school is None


def test_no_school_just_now_needs_no_name(client, session):
    client.post(at("book-other", session), {"kind": "none", "name": "", "place": ""})
    say_who(client, session)
    assert "School No school just now Change" in get(client, "book-check", session).text
    client.post(at("book-check", session))
    assert Booking.objects.get().school_key == "none"


def test_other_place_without_kind_name_or_place_is_asked_for_each(client, session):
    response = shown_again(client, "book-other", session, {"name": "", "place": ""})
    assert (response.status_code, Page(response).errors) == (422, {"kind_0": "Choose where you work"})
    response = shown_again(client, "book-other", session, {"kind": "trust", "name": "", "place": ""})
    assert Page(response).errors == {
        "name": "Enter the name of your school or organisation",
        "place": "Enter its postcode or town",
    }
    for kind in ("register", "school"):
        response = shown_again(client, "book-other", session, {"kind": kind, "name": "A", "place": "B"})
        assert (response.status_code, set(Page(response).errors)) == (422, {"kind_0"})
    assert "school" not in Draft.objects.get().answers


def test_other_place_keeps_what_was_typed_in_the_search(client, session):
    client.post(at("book", session), {"school": "Maths Trust"})
    assert get(client, "book-other", session).fields == {"name": "Maths Trust", "place": ""}
    client.post(at("book-other", session), {"kind": "trust", "name": "Maths Trust", "place": "Dover"})
    page = get(client, "book-other", session)
    assert page.fields == {"kind": "trust", "name": "Maths Trust", "place": "Dover"}


# --- who is coming ---------------------------------------------------------------------------------------------------


def test_who_asks_for_what_is_needed(client, session, school):
    choose_school(client, session, school)
    response = shown_again(client, "book-who", session)
    page = Page(response)
    assert response.status_code == 422
    assert page.title == "Error: Who is coming? – Showcase"
    assert page.errors == {
        "coming_0": "Say whether you are coming yourself",
        "name": "Enter your full name",
        "email": "Enter your email address",
        "role_own": "Choose what you do",
    }
    for words in page.errors.values():
        assert page.text.count(words) == 2  # in the summary and beside the field


@pytest.mark.parametrize(
    "field, value, said",
    [
        ("email", "ada", "Enter an email address in the correct format, like name@school.sch.uk"),
        ("email", "ada@school", "Enter an email address in the correct format, like name@school.sch.uk"),
        ("email", "a" * 250 + "@b.uk", "Enter 254 characters or fewer"),
        ("email", GROWS, "Enter an email address in the correct format, like name@school.sch.uk"),
        ("name", "A" * 201, "Enter 200 characters or fewer"),
        ("mobile", "later", "Enter a mobile number, like 07700 900 982"),
        ("mobile", "12", "Enter a mobile number, like 07700 900 982"),
        ("needs_own", "n" * 301, "Enter 300 characters or fewer"),
        ("role_own", "3", "Choose one of these"),
    ],
)
def test_who_says_what_is_wrong_and_keeps_it(client, session, school, field, value, said):
    choose_school(client, session, school)
    response = shown_again(client, "book-who", session, ADA | {field: value})
    page = Page(response)
    assert (response.status_code, page.errors) == (422, {field: said})
    assert page.fields["name"] == (value if field == "name" else "Ada Teacher")
    if field != "role_own":
        assert page.fields[field] == value
    assert client.get(at("book-check", session))["Location"] == at("book-who", session)


def longest_texts(form):
    """What fills each field of text of a form; an address and a number are judged as such, too."""
    begins = {Address: ("a", "{}@b.uk"), Mobile: ("(", "07700900")}
    said = {}
    for name, field in form.fields.items():
        if isinstance(field, Line):
            fills, ends = begins.get(type(field), ("x", ""))
            said[name] = ends.format(name).rjust(field.longest, fills)
    return said


def test_texts_as_long_as_the_forms_take_fit_where_they_are_kept(client, session):
    """Their columns are asked, for of the two databases PostgreSQL alone says so by itself."""
    client.post(at("book-other", session), longest_texts(OtherSchoolForm()) | {"kind": "trust"})
    client.post(at("book-who", session), ADA | {"add": "1"})
    client.post(at("book-who", session), ADA | longest_texts(WhoForm(others=1)))
    client.post(at("book-check", session))
    booking = Booking.objects.get()
    for row in (booking, *booking.visitors.all()):
        row.clean_fields()


def test_name_is_taken_without_spaces_and_signs_that_cannot_be_seen(client, session, school):
    book(client, session, school, name="  Ada \t\u200b Teacher\u202e\x00 ", email=" ADA@School.Example ")
    booking = Booking.objects.get()
    assert (booking.contact_name, booking.contact_email) == ("Ada Teacher", "ADA@School.Example")
    assert booking.email_key == "ada@school.example"


def test_names_of_the_world_are_kept_as_they_are(client, session, school):
    name = "Siân Ó’Brien-Nguyễn 王芳"
    book(client, session, school, name=name)
    assert Booking.objects.get().contact_name == name


def test_add_a_colleague_shows_another_block_and_keeps_what_was_typed(client, session, school):
    choose_school(client, session, school)
    said = ADA | {"years_own": ["6", "120"], "seen_own": "no", "needs_own": "step-free", "email": "not one yet"}
    response = client.post(at("book-who", session), said | {"add": "1"})
    assert (response.status_code, response["Location"]) == (302, at("book-who", session))
    page = get(client, "book-who", session)
    empty = {"name_1": "", "email_1": "", "role_1": "", "needs_1": ""}
    assert page.fields == said | empty
    assert "Visitor 2 Full name" in page.text
    assert page.errors == {}
    assert page.buttons == ["Continue", "Remove visitor 2", "Continue", "Add a colleague"]


def test_remove_takes_that_colleague_out_and_moves_the_others_up(client, session, school):
    choose_school(client, session, school)
    blocks = [{"name": f"Colleague {n}", "email": f"c{n}@school.example", "needs": f"{n}"} for n in (1, 2, 3)]
    say_who(client, session, *blocks)
    fields = get(client, "book-who", session).form(later_2="on")
    client.post(at("book-who", session), fields | {"remove": "1"})
    page = get(client, "book-who", session)
    assert [page.fields[f"name_{n}"] for n in (1, 2)] == ["Colleague 2", "Colleague 3"]
    assert [page.fields[f"email_{n}"] for n in (1, 2)] == ["c2@school.example", "c3@school.example"]
    assert [page.fields[f"needs_{n}"] for n in (1, 2)] == ["2", "3"]
    assert [f"later_{n}" in page.fields for n in (1, 2)] == [True, False]
    assert "name_3" not in page.fields


@pytest.mark.parametrize("remove", ["0", "3", "-1", "x", "", "²", "1.0", "001", "0019", "001" + "9" * 5000, "9" * 9999])
def test_remove_of_somebody_who_is_not_there_removes_nobody(client, session, school, remove):
    choose_school(client, session, school)
    say_who(client, session, BEN, CARA)
    fields = get(client, "book-who", session).fields
    response = client.post(at("book-who", session), fields | {"remove": remove})
    assert response.status_code == 302
    assert get(client, "book-who", session).fields == fields


def test_who_reads_a_need_and_until_when_stands_beside_it(client, session, school):
    choose_school(client, session, school)
    say_who(client, session, {"name": "Ben Colleague"})
    read_by = "The hub and the school office read it; it is deleted on 2 February."
    text = get(client, "book-who", session).text
    assert text.count(read_by) == 2
    assert text.count(f"Only if they have asked you to. {read_by}") == 1


def test_ten_visitors_at_most(client, session, school):
    choose_school(client, session, school)
    say_who(client, session, *({"name": f"Colleague {n}"} for n in range(9)))
    page = get(client, "book-who", session)
    assert "Visitor 10" in page.text
    assert "A booking is for 10 visitors at most. Larger groups: ask the hub." in page.text
    assert "Add a colleague" not in page.buttons
    client.post(at("book-who", session), page.fields | {"add": "1"})
    assert "Visitor 11" not in get(client, "book-who", session).text
    client.post(at("book-check", session))
    assert Booking.objects.get().party == 10


def test_ten_others_at_most_where_the_contact_does_not_come(client, session, school):
    choose_school(client, session, school)
    say_who(client, session, *({"name": f"Colleague {n}"} for n in range(10)), coming="no")
    page = get(client, "book-who", session)
    assert "Visitor 10" in page.text
    assert "Add a visitor" not in page.buttons
    response = shown_again(client, "book-who", session, page.fields | {"coming": "yes", "role_own": "1"})
    assert (response.status_code, Page(response).errors) == (
        422,
        {"coming_0": "Remove a visitor: a booking is for 10 at most"},
    )


def test_not_coming_asks_for_the_first_visitor(client, session, school):
    choose_school(client, session, school)
    response = client.post(at("book-who", session), ADA | {"coming": "no"})
    assert (response.status_code, response["Location"]) == (302, at("book-who", session))
    page = get(client, "book-who", session)
    assert "Visitor 1 Full name" in page.text
    assert "What do you do?" not in page.text
    assert page.fields["name"] == "Ada Teacher"
    response = shown_again(client, "book-who", session, page.form(later_1="on"))
    assert Page(response).errors == {"name_1": "Enter the first visitor’s full name"}
    client.post(at("book-who", session), page.form(name_1="Ben Colleague"))
    text = get(client, "book-check", session).text
    assert "Your name Ada Teacher (booking for others) Change" in text
    assert "Visitor Ben Colleague Change" in text
    client.post(at("book-check", session))
    booking = Booking.objects.get()
    assert (booking.party, booking.contact_comes) == (1, False)
    assert [(one.full_name, one.is_contact) for one in booking.visitors.all()] == [("Ben Colleague", False)]


def test_coming_after_all_asks_what_the_contact_does(client, session, school):
    choose_school(client, session, school)
    client.post(at("book-who", session), ADA | {"coming": "no"})
    said = get(client, "book-who", session).form(name_1="Ben Colleague", coming="yes")
    page = Page(shown_again(client, "book-who", session, said))
    assert page.errors == {"role_own": "Choose what you do"}
    assert page.fields["name_1"] == "Ben Colleague"


def test_colleague_may_be_named_later(client, session, school):
    choose_school(client, session, school)
    response = shown(client, say_who(client, session, {"name": ""}))
    assert Page(response).errors == {"name_1": "Enter their full name, or tick “I will name them later”"}
    client.post(at("book-who", session), ADA | {"name_1": "", "later_1": "on"})
    assert "Visitors Ada Teacher To be named Change" in get(client, "book-check", session).text
    client.post(at("book-check", session))
    assert [one.full_name for one in Booking.objects.get().visitors.all()] == ["Ada Teacher", None]


@pytest.mark.parametrize("email", ["ada@school.example", " ADA@SCHOOL.EXAMPLE", "ａda@school.example"])
def test_address_is_given_once_in_a_form(client, session, school, email):
    choose_school(client, session, school)
    response = shown(client, say_who(client, session, BEN | {"email": email}))
    assert Page(response).errors == {"email_1": "Enter a different address: this one is already given above"}


def test_what_is_said_of_everybody_reaches_the_booking(client, session, school):
    ben = BEN | {"email": "ben@school.example", "role": f"{int(Roles.TRAINEE)}", "needs": "no nuts"}
    years = [f"{int(Years.RECEPTION)}", f"{int(Years.KS2)}"]
    own = {"mobile": "07700 900 982", "role_own": f"{int(Roles.MATHS_LEAD)}", "seen_own": "yes", "years_own": years}
    book(client, session, school, ben, needs_own="hearing loop", **own)
    booking = Booking.objects.get()
    ada, ben = booking.visitors.all()
    assert (booking.contact_mobile, booking.language) == ("07700 900 982", "en-gb")
    assert (ada.full_name, ada.email, ada.role, ada.years) == (
        "Ada Teacher",
        "ada@school.example",
        Roles.MATHS_LEAD,
        Years.RECEPTION | Years.KS2,
    )
    assert (ada.needs, ada.seen_before, ada.is_contact) == ("hearing loop", True, True)
    assert (ben.email, ben.role, ben.needs_added, ben.seen_before) == (
        "ben@school.example",
        Roles.TRAINEE,
        "no nuts",
        None,
    )


# --- check and book --------------------------------------------------------------------------------------------------


def test_check_shows_every_answer_with_a_way_to_change_it(client, session, school):
    ben = BEN | {"email": "ben@school.example", "needs": "no nuts", "role": f"{int(Roles.TRAINEE)}"}
    years = [f"{int(Years.KS2)}", f"{int(Years.KS3)}"]
    fill_in(client, session, school, ben, mobile="07700 900 982", years_own=years, seen_own="no")
    page = get(client, "book-check", session)
    assert (
        "Check and book School Ash Primary School, Dover CT16 1AA Change your school "
        "Your name Ada Teacher Change your name Email ada@school.example Change your email address "
        "Mobile 07700 900 982 Change your mobile number "
        "What you do Class or subject teacher Change what you do "
        "What you teach Key Stages 2 and 3 Change what you teach "
        "Seen a Shanghai lesson before No Change whether you have seen one before "
        "Visitors Ada Teacher Ben Colleague ben@school.example Trainee teacher no nuts Change who is coming "
    ) in page.text
    assert "We keep your places until 18:00 on Tuesday 5 January. Confirm with the link that we email you." in page.text
    assert page.buttons == ["Book 2 places"]
    changes = {words: href for words, href in page.links.items() if words.startswith("Change")}
    assert changes == {
        "Change your school": at("book", session),
        "Change your name": at("book-who", session),
        "Change your email address": at("book-who", session) + "#id_email",
        "Change your mobile number": at("book-who", session) + "#id_mobile",
        "Change what you do": at("book-who", session) + "#id_role_own",
        "Change what you teach": at("book-who", session) + "#id_years_own_0",
        "Change whether you have seen one before": at("book-who", session) + "#id_seen_own_0",
        "Change who is coming": at("book-who", session),
    }


def test_change_shows_the_answers_again(client, session, school):
    said = {"mobile": "07700 900 982", "years_own": ["6", "120"], "seen_own": "yes"}
    fill_in(client, session, school, BEN, **said)
    fields = get(client, "book-who", session).fields
    assert fields == ADA | said | {"name_1": "Ben Colleague", "email_1": "", "role_1": "", "needs_1": ""}
    client.post(at("book-who", session), fields | {"name": "Ada Changed"})
    assert "Your name Ada Changed" in get(client, "book-check", session).text


def test_book_holds_the_places_and_leads_to_the_same_page_for_all(client, session, school):
    response = book(client, session, school, BEN)
    assert (response.status_code, response["Location"]) == (302, at("book-sent", session))
    booking = Booking.objects.get()
    assert (booking.status, booking.party, booking.deadline) == (
        Status.HELD,
        2,
        london(dt.date(2027, 1, 5), dt.time(18)),
    )
    session.places.refresh_from_db()
    assert session.places.places_taken == 2
    assert [mail.recipient for mail in Mail.objects.all()] == ["ada@school.example"]
    draft = Draft.objects.get()
    assert (draft.consumed_at, draft.expires_at, draft.booking) == (NOW, booking.deadline, booking)


def test_double_press_books_once(client, session, school):
    fill_in(client, session, school)
    answers = [client.post(at("book-check", session)) for _press in range(2)]
    assert [(one.status_code, one["Location"]) for one in answers] == [(302, at("book-sent", session))] * 2
    assert Booking.objects.count() == Mail.objects.count() == 1


def test_press_that_overtakes_another_books_once(client, session, school):
    """Two servers read the draft before either has consumed it."""
    fill_in(client, session, school)
    draft = Draft.objects.values().get()
    client.post(at("book-check", session))
    Draft.objects.filter(pk=draft["id"]).update(consumed_at=None, booking=None, expires_at=draft["expires_at"])
    response = client.post(at("book-check", session))
    assert (response.status_code, response["Location"]) == (302, at("book-sent", session))
    assert Booking.objects.count() == Mail.objects.count() == 1
    assert Draft.objects.get().booking == Booking.objects.get()


# --- a step is missing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", ["book-school", "book-who", "book-check", "book-sent", "book-again", "book-address"])
def test_page_without_a_draft_leads_to_the_first_step(client, session, method, name):
    before = every_row()
    response = getattr(client, method)(at(name, session), ADA)
    assert (response.status_code, response["Location"]) == (302, at("book", session))
    assert every_row() == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_check_before_who_leads_to_who(client, session, school, method):
    choose_school(client, session, school)
    before = every_row()
    response = getattr(client, method)(at("book-check", session))
    assert (response.status_code, response["Location"]) == (302, at("book-who", session))
    assert every_row() == before


@pytest.mark.parametrize("name", ["book-sent", "book-again", "book-address"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_pages_after_booking_before_it_lead_to_the_first_step(client, session, school, method, name):
    fill_in(client, session, school)
    response = getattr(client, method)(at(name, session), {"email": "new@school.example"})
    assert (response.status_code, response["Location"]) == (302, at("book", session))
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("answers", [{"email": "not an address"}, {"coming": "perhaps"}, {"role_own": ""}])
def test_check_of_answers_that_do_not_stand_leads_to_who(client, session, school, answers):
    fill_in(client, session, school)
    draft = Draft.objects.get()
    draft.answers["who"] |= answers
    draft.save()
    for response in (client.get(at("book-check", session)), client.post(at("book-check", session))):
        assert (response.status_code, response["Location"]) == (302, at("book-who", session))
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("name", ["book-school", "book-who", "book-check"])
def test_draft_ends_a_day_after_the_last_press(client, session, school, later, name):
    fill_in(client, session, school)
    later(24 * HOUR - dt.timedelta(seconds=1))
    assert client.get(at(name, session)).status_code == 200
    later(24 * HOUR)
    for response in (client.get(at(name, session)), client.post(at(name, session), ADA)):
        assert (response.status_code, response["Location"]) == (302, at("book", session))
    assert "What you typed here before has been deleted" in get(client, "book", session).text
    assert Booking.objects.count() == 0


def test_each_step_gives_a_day_more(client, session, school, later):
    choose_school(client, session, school)
    later(HOUR)
    say_who(client, session)
    assert Draft.objects.get().expires_at == NOW + 25 * HOUR


TIME_HAS_PASSED = "More than two hours have passed, so we have counted the places again."
LATE = [
    ("book", {"school": "ash"}, "book-who", {"school": "ash"}),
    ("book-school", {"urn": "100100"}, "book-who", {"urn": "100100"}),
    ("book-other", {"kind": "trust", "name": "Maths Trust", "place": "Dover"}, "book-who", {"name": "Maths Trust"}),
    ("book-who", ADA | {"name": "Ada Late"}, "book-check", {"name": "Ada Late"}),
    ("book-check", {}, "book-sent", {}),
]


@pytest.mark.parametrize("name, said, leads_to, kept", LATE, ids=[one[0] for one in LATE])
def test_first_press_after_two_hours_shows_its_step_filled_in_and_says_so(
    client, session, school, later, name, said, leads_to, kept
):
    fill_in(client, session, school)
    later(2 * HOUR)
    response = shown_again(client, name, session, said)
    page = Page(response)
    assert (response.status_code, page.errors) == (200, {})
    assert TIME_HAS_PASSED in page.text
    assert {key: page.fields[key] for key in kept} == kept
    assert Booking.objects.count() == 0
    assert client.post(at(name, session), said)["Location"] == at(leads_to, session)
    if leads_to != "book-sent":
        assert TIME_HAS_PASSED not in Page(client.get(at(leads_to, session), follow=True)).text


def test_press_within_two_hours_goes_on(client, session, school, later):
    fill_in(client, session, school)
    later(2 * HOUR - dt.timedelta(seconds=1))
    assert client.post(at("book-who", session), ADA)["Location"] == at("book-check", session)
    later(4 * HOUR - dt.timedelta(seconds=2))
    assert client.post(at("book-check", session))["Location"] == at("book-sent", session)


def test_late_press_with_faults_says_both(client, session, school, later):
    fill_in(client, session, school)
    later(5 * HOUR)
    page = Page(shown_again(client, "book-who", session, ADA | {"name": ""}))
    assert page.errors == {"name": "Enter your full name"}
    assert TIME_HAS_PASSED in page.text


def test_late_press_counts_places_anew(client, session, school, later):
    fill_in(client, session, school, BEN)
    take(session, 29)
    later(3 * HOUR)
    page = Page(shown_again(client, "book-check", session))
    assert TIME_HAS_PASSED in page.text
    assert "Only 1 place is left, fewer than you asked for." in page.text


def test_stale_step_saved_as_the_last_button_is_pressed_changes_nothing_of_what_it_wrote(client, session, school):
    """One tab saves "who" while another books: whichever is later, the draft has booked what was mailed."""
    fill_in(client, session, school)
    as_read = Draft.objects.get()
    client.post(at("book-check", session))
    booked = Draft.objects.values().get()
    as_read.answers = as_read.answers | {"who": ADA | {"email": "other@school.example"}}
    drafts.keep(as_read, now=NOW)
    assert Draft.objects.values().get() == booked


def test_step_that_is_saved_puts_back_no_booking(client, session, school):
    fill_in(client, session, school)
    as_read = Draft.objects.get()
    booking = places.hold(session.pk, party(), clock=lambda: NOW)
    Draft.objects.update(booking=booking)
    drafts.keep(as_read, now=NOW + HOUR)
    found = Draft.objects.get()
    assert (found.booking, found.expires_at) == (booking, NOW + 25 * HOUR)


@pytest.mark.parametrize("name", ["book", "book-school", "book-other", "book-who", "book-check"])
def test_draft_that_has_booked_leads_to_the_page_afterwards(client, session, school, name):
    book(client, session, school)
    for response in (client.get(at(name, session)), client.post(at(name, session), ADA)):
        assert (response.status_code, response["Location"]) == (302, at("book-sent", session))
    assert Booking.objects.count() == 1


def test_an_hour_after_booking_the_browser_may_book_again(client, session, school, later):
    book(client, session, school)
    later(HOUR - dt.timedelta(seconds=1))
    assert client.get(at("book", session))["Location"] == at("book-sent", session)
    later(HOUR)
    assert get(client, "book", session).fields == {"school": ""}
    client.post(at("book", session), {"school": "ash"})
    assert Draft.objects.count() == 2
    assert get(client, "book-who", session).fields["name"] == ""


def test_draft_of_another_session_is_not_taken(client, session, school):
    fill_in(client, session, school)
    other = SessionFactory()
    response = client.get(at("book-check", other))
    assert (response.status_code, response["Location"]) == (302, at("book", other))
    assert client.post(at("book-check", other)).status_code == 302
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("cookie", ["", "x", "0" * 36, "00000000-0000-4000-8000-000000000000", "é", "{}", "9" * 5000])
def test_cookie_that_is_no_draft_is_none(client, session, cookie):
    client.cookies["draft"] = cookie
    assert get(client, "book", session).fields == {"school": ""}
    assert client.get(at("book-check", session))["Location"] == at("book", session)


def test_back_button_before_booking_sends_an_earlier_page_again(client, session, school):
    """The browser shows an old page from memory; what it sends is taken as it stands."""
    fill_in(client, session, school)
    first_page = {"school": "oak"}
    SchoolFactory(urn=100200, name="Oak School", town="Deal", postcode="")
    assert client.post(at("book", session), first_page)["Location"] == at("book-who", session)
    assert get(client, "book-who", session).fields["name"] == "Ada Teacher"
    assert "School Oak School, Deal" in get(client, "book-check", session).text


def test_back_button_after_booking_books_nothing_more(client, session, school):
    fill_in(client, session, school)
    who_page = get(client, "book-who", session).fields
    client.post(at("book-check", session))
    response = client.post(at("book-who", session), who_page | {"name": "Ada Changed"})
    assert (response.status_code, response["Location"]) == (302, at("book-sent", session))
    assert Booking.objects.get().contact_name == "Ada Teacher"


def test_old_page_with_a_colleague_since_removed_does_not_bring_them_back(client, session, school):
    fill_in(client, session, school, BEN, CARA)
    old_page = get(client, "book-who", session).fields
    client.post(at("book-who", session), old_page | {"remove": "2"})
    client.post(at("book-who", session), old_page)
    assert "Visitors Ada Teacher Ben Colleague Change" in get(client, "book-check", session).text


# --- not this time ---------------------------------------------------------------------------------------------------


def refused(response):
    page = Page(response)
    assert response.status_code == 409
    assert "These places cannot be booked" in page.text
    assert "Nothing has been booked. Your answers are kept for a day, in this browser." in page.text
    return page


def test_share_used_is_said_before_anything_is_typed(client, school):
    until = london(dt.date(2027, 1, 19), dt.time(8))
    session = SessionFactory(share=2, share_until=until)
    other = SessionFactory(title="Another session")
    take(session, 2, school=school)
    choose_school(client, session, school)
    said = "Each school may take 2 places at this session until 8:00 on Tuesday 19 January, and yours has them."
    assert f"{said} With these steps you join the waiting list." in get(client, "book-who", session).text
    say_who(client, session)
    page = get(client, "book-check", session)
    assert said in page.text
    assert page.buttons == ["Join the waiting list"]
    assert page.links["Another session"] == f"/sessions/{other.ref}/"


def test_share_that_is_too_small_for_the_party_says_how_many_more(client, school):
    session = SessionFactory(share=2)
    take(session, 1, school=school)
    fill_in(client, session, school, BEN)
    page = get(client, "book-check", session)
    said = "Each school may take 2 places at this session until 8:00 on Tuesday 19 January, and yours may take 1 more."
    assert page.title == "Check and book – Showcase"
    assert "Who has the place now? Ada Teacher Ben Colleague" in page.text
    assert page.buttons == ["Book 1 now, wait for 1", "Wait for 2 together"]
    assert said in page.text
    assert page.links["Change who is coming"] == at("book-who", session)
    assert get(client, "book-who", session).fields["name_1"] == "Ben Colleague"


def test_own_share_stands_where_people_are_counted(client, school):
    """A ten frame of what the school may have, and until when; with a third visitor, how many would wait."""
    session = SessionFactory(share=2)
    choose_school(client, session, school)
    response = client.get(at("book-who", session))
    until = "until 8:00 on Tuesday 19 January, and from then on as many as are left."
    assert f"Your school may take 2 places {until} It has 0 so far." in Page(response).text
    assert '<use href="#f0-0-2"/>' in response.content.decode()
    assert "would wait" not in Page(response).text
    say_who(client, session, BEN, CARA)
    page = get(client, "book-who", session)
    assert "2 of your 3 visitors can have places now. 1 would wait; you choose who on the next page." in page.text


def test_share_that_the_school_has_in_part_or_whole_is_drawn(client, school):
    session = SessionFactory(share=2)
    take(session, 1, school=school)
    choose_school(client, session, school)
    response = client.get(at("book-who", session))
    assert "It has 1 so far." in Page(response).text
    assert '<use href="#f1-0-2"/>' in response.content.decode()
    take(session, 2, school=school)  # staff may go over it
    assert '<use href="#f2-0-2"/>' in client.get(at("book-who", session)).content.decode()


@pytest.mark.parametrize("share", [None, 2])
def test_no_share_is_told_of_where_none_is_in_force(client, school, share):
    session = SessionFactory(share=share, share_until=NOW if share else None)
    choose_school(client, session, school)
    response = client.get(at("book-who", session))
    assert "Your school may take" not in Page(response).text
    assert b"<use" not in response.content


def test_who_has_the_places_now_is_chosen_by_the_person(client, school):
    session = SessionFactory(share=2)
    fill_in(client, session, school, BEN, CARA)
    page = get(client, "book-check", session)
    assert page.buttons == ["Book 2 now, wait for 1", "Wait for 3 together"]
    assert page.fields["now"] == ["0", "1"]
    sent = {"wait": "some", "now": ["1", "2"], "shown": page.fields["shown"]}
    assert client.post(at("book-check", session), sent)["Location"] == at("book-sent", session)
    held, waits = Booking.objects.order_by("pk")
    assert [one.full_name for one in held.visitors.all()] == ["Ben Colleague", "Cara Colleague"]
    assert [(one.full_name, one.is_contact) for one in waits.visitors.all()] == [("Ada Teacher", True)]
    assert (held.status, held.contact_comes, waits.status, waits.contact_comes) == ("held", False, "waiting", True)
    assert waits.goes_with == held
    client.post(at("book-address", session), {"email": "right@school.example"})
    names = [[v.full_name for v in one.visitors.all()] for one in Booking.objects.live().order_by("pk")]
    assert names == [["Ben Colleague", "Cara Colleague"], ["Ada Teacher"]]


@pytest.mark.parametrize("chosen", [[], ["0"], ["0", "1", "2"], ["0", "9"], ["x", "y"]])
def test_just_as_many_are_chosen_as_there_are_places(client, school, chosen):
    session = SessionFactory(share=2)
    fill_in(client, session, school, BEN, CARA)
    response = shown_again(client, "book-check", session, {"wait": "some", "now": chosen})
    assert (response.status_code, Page(response).errors) == (422, {"now_0": "Choose the 2 who have places now"})
    assert Booking.objects.count() == 0


def test_party_of_three_may_wait_together(client, school):
    session = SessionFactory(share=2)
    fill_in(client, session, school, BEN, CARA)
    client.post(at("book-check", session), {"wait": "all", "now": ["0"]})
    booking = Booking.objects.get()
    assert (booking.status, booking.party, booking.smallest_party) == (Status.WAITING, 3, None)


def test_contact_who_waits_does_not_come_a_second_time_with_another_school(client, school):
    session = SessionFactory(share=1)
    fill_in(client, session, school, BEN)
    client.post(at("book-check", session), {"wait": "some", "now": "1"})
    other = party(email=ADA["email"], school=SchoolFactory())
    assert places.hold(session.pk, other, clock=lambda: NOW) is None
    assert Mail.objects.order_by("pk").last().kind == "already_booked"


def test_place_that_goes_as_the_button_is_pressed_is_not_taken_from_who_was_chosen(
    client, session, school, monkeypatch
):
    """Two were to have places; under the lock there is one: nothing is booked, and they choose again."""
    fill_in(client, session, school, BEN, CARA)
    take(session, 28)
    real = waiting_list.join

    def somebody_is_quicker(*args, **kwargs):
        take(session, 1)
        return real(*args, **kwargs)

    monkeypatch.setattr(waiting_list, "join", somebody_is_quicker)
    page = Page(shown_again(client, "book-check", session, {"wait": "some", "now": ["1", "2"]}))
    assert page.buttons == ["Book 1 now, wait for 2", "Wait for 3 together"]
    assert Booking.objects.filter(contact_email=ADA["email"]).count() == 0


def test_new_state_school_shares_by_its_name_and_postcode(client, school):
    """Colleagues who type one thing in several ways; a town alone would not bring them together."""
    session = SessionFactory(share=1)
    for n, (name, place) in enumerate([("Elm Academy", "me16 8tl"), ("ELM  academy", "ME168TL")]):
        client.cookies.clear()
        client.post(at("book-other", session), {"kind": "state", "name": name, "place": place})
        say_who(client, session, email=f"teacher{n}@school.example")
        client.post(at("book-check", session))
    assert Booking.objects.get().school_key == school_key("state", name="Elm Academy", place="ME16 8TL")
    assert "and yours has them." in get(client, "book-check", session).text


def test_state_school_that_is_not_listed_gives_its_postcode(client, session):
    said = {"kind": "state", "name": "Elm Academy", "place": "Maidstone"}
    page = Page(shown_again(client, "book-other", session, said))
    assert page.errors == {
        "place": "Enter its postcode, like ME16 8TL, so that everyone from your school is counted together"
    }


def test_nobody_shares_no_school_just_now(client):
    session = SessionFactory(share=1)
    take(session, 1, visiting=VisitingSchool(kind=SchoolKind.NONE))
    client.post(at("book-other", session), {"kind": "none"})
    say_who(client, session)
    assert client.post(at("book-check", session))["Location"] == at("book-sent", session)
    assert Booking.objects.filter(status=Status.HELD).count() == 1


def test_school_of_another_authority_is_told_before_anything_is_typed(client, school):
    session = SessionFactory(who_may_book=ShowcaseSession.WhoMayBook.AUTHORITIES)
    session.only_authorities.add(LocalAuthority.objects.create(code="886", name="Kent"))
    choose_school(client, session, school)
    said = "This session is for some schools only, and yours is not one of them."
    assert said in refused(client.get(at("book-who", session))).text


def test_school_that_is_not_on_the_list_is_told_when_it_opens_to_all(client, school):
    opens = london(dt.date(2027, 1, 15), dt.time(9))
    list_ = SchoolList.objects.create(hub=SessionFactory().hub, name="Programme schools")
    session = SessionFactory(who_may_book=ShowcaseSession.WhoMayBook.LIST, only_list=list_, open_to_everyone_at=opens)
    choose_school(client, session, school)
    said = "This session is for some schools only. It opens to every school at 9:00 on Friday 15 January."
    assert said in refused(client.get(at("book-who", session))).text
    list_.schools.add(school)
    assert client.get(at("book-who", session)).status_code == 200


def test_places_that_go_while_the_form_is_filled_in_are_told(client, session, school):
    fill_in(client, session, school, BEN)
    take(session, 29)
    page = Page(shown_again(client, "book-check", session))
    assert "Only 1 place is left, fewer than you asked for." in page.text
    assert page.buttons == ["Book 1 now, wait for 1", "Wait for 2 together"]
    assert page.links["Change who is coming"] == at("book-who", session)
    assert Booking.objects.filter(status=Status.HELD).count() == 0
    fields = get(client, "book-who", session).fields
    assert fields["name_1"] == "Ben Colleague"
    client.post(at("book-who", session), fields | {"remove": "1"})
    assert client.post(at("book-check", session))["Location"] == at("book-sent", session)
    assert Booking.objects.get(status=Status.HELD).party == 1


def test_session_that_fills_up_meanwhile_says_so_at_every_step(client, session, school):
    fill_in(client, session, school)
    other = SessionFactory(title="Another session")
    take(session, 30)
    for name in ("book", "book-school", "book-other", "book-who"):
        page = get(client, name, session)
        assert "Every place at this session is taken. " in page.text or "Every place is taken. " in page.text
        assert "With these steps you join the waiting list." in page.text
    for response in (client.get(at("book-check", session)), shown_again(client, "book-check", session)):
        page = Page(response)
        assert response.status_code == 200
        assert "Wait for a place? Every place at this session is taken. Nothing has been booked." in page.text
        assert page.buttons == ["Join the waiting list"]
        assert page.links["Another session"] == f"/sessions/{other.ref}/"
    assert Booking.objects.filter(status=Status.HELD).count() == 0


@pytest.mark.parametrize(
    "status, said",
    [
        (SessionStatus.CLOSED, "Booking has closed"),
        (SessionStatus.CANCELLED, "Cancelled"),
        (SessionStatus.POSTPONED, "Postponed"),
        (SessionStatus.ANNOUNCED, "Details to follow"),
    ],
)
def test_session_that_closes_meanwhile_says_so(client, session, school, status, said):
    fill_in(client, session, school)
    verb = {SessionStatus.CLOSED: Verb.CLOSE}.get(status, Verb.ANNOUNCE)
    with places.locked(session.pk, lambda: NOW) as room:
        places.write(room, verb, by=StaffFactory(), status=status)
    for response in (client.get(at("book-check", session)), shown_again(client, "book-check", session)):
        text = Page(response).text
        assert "This session cannot be booked now" in text
        assert said in text
    assert Booking.objects.count() == 0


def test_deadline_that_passes_between_page_and_button_is_told(client, session, school, monkeypatch):
    """The view looks, and then waits for the lock: the clock that counts is the one under it."""
    fill_in(client, session, school)
    moments = iter([session.closes_at - dt.timedelta(seconds=1), *[session.closes_at] * 9])
    Draft.objects.update(expires_at=session.closes_at + HOUR)
    monkeypatch.setattr(timezone, "now", lambda: next(moments))
    page = Page(shown_again(client, "book-check", session))
    assert "This session cannot be booked now Booking has closed" in page.text
    assert Booking.objects.count() == 0


def test_full_session_whose_hold_has_lapsed_can_be_booked_without_the_worker(client, school, later):
    session = SessionFactory(room__capacity=1)
    choose_school(client, session, school)
    places.hold(session.pk, party(), clock=lambda: NOW)
    assert "Every place at this session is taken." in Page(client.get(at("book-who", session))).text
    Mail.objects.update(state=Mail.State.SENT, answered_at=NOW)
    later(dt.timedelta(hours=33))  # past 18:00 of the next school day
    Draft.objects.update(expires_at=NOW + dt.timedelta(days=3))
    assert client.get(at("book-who", session)).status_code == 200
    say_who(client, session)
    assert client.post(at("book-check", session))["Location"] == at("book-sent", session)
    assert sorted(Booking.objects.values_list("status", flat=True)) == [Status.HELD, Status.LAPSED]


def test_school_that_leaves_the_register_meanwhile_is_asked_for_again(client, session, school):
    fill_in(client, session, school)
    School.objects.filter(pk=school.pk).delete()
    for name in ("book-who", "book-check"):
        for response in (client.get(at(name, session)), client.post(at(name, session), ADA)):
            assert (response.status_code, response["Location"]) == (302, at("book", session))
    assert Booking.objects.count() == 0


def test_steps_ask_as_often_for_three_visitors_as_for_one(client, session, school):
    asked = []
    for number in (0, 1, 2):
        client.cookies.clear()
        fill_in(client, session, school, *[{"name": f"Colleague {n}"} for n in range(number)])
        pages = ["book", "book-school", "book-other", "book-who", "book-check"]
        asked.append([questions(client, at(name, session)) for name in pages])
    assert max(asked[0]) <= 6
    assert asked == [asked[0]] * 3
