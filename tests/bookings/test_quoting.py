"""Staff read what was said without a name, and release the very text that may leave the hub; nobody is found out."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.afterwards import asking, quoting, ties
from bookings.afterwards.answering import Said, answer
from bookings.mail_kinds import Kind
from bookings.models import Asked, Booking, DayAnswer, Interest, LaterAnswer, Mail, NewsConsent, Quote, Visitor
from bookings.rule.refusals import NotToQuote
from hubs.models import HubYear, Membership, ShowcaseSession
from hubs.vocabulary.teaching import Roles
from tests.bookings.afterwards import A_DAY, AFTER, FOUR, HOUR, a_session, at, came, confirmed, run
from tests.factories import HubYearFactory, SchoolFactory, StaffFactory, staff_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: AFTER + HOUR)


@pytest.fixture
def session() -> ShowcaseSession:
    return a_session(venue=SchoolFactory(name="Mereworth Community Primary School"))


@pytest.fixture
def lead(session: ShowcaseSession) -> Client:
    return signed_in(staff_of(session.hub_year.hub))


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def says(session: ShowcaseSession, *, who: int = 0, **said: Any) -> Booking:
    booking = confirmed(session, email=f"person{who}@school.example", contact_name="Ada Winterbourne")
    Visitor.objects.filter(booking=booking).update(role=int(Roles.MATHS_LEAD))
    asked = asking.open_form(booking.visitors.get().pk, clock=at(AFTER))
    assert asked
    words = {"take": "We wait longer.", "change": "", "may_quote": True} | said
    assert answer(asked.pk, Said(words), clock=at(AFTER)) is asking.Stands.OPEN
    return booking


def said_page(row: ShowcaseSession | HubYear, page: str = "said") -> str:
    return reverse(f"admin:hubs_{row._meta.model_name}_{page}", args=[row.pk])


def key_of(session: ShowcaseSession, of: str = "take") -> str:
    return next(one.key for one in quoting.of_session(session) if one.of == of)


# --- release --------------------------------------------------------------------------------------------------------


def test_staff_release_the_very_text_and_take_it_back(lead, session):
    says(session, take="Ada told me to wait longer.")
    page = lead.get(said_page(session)).content.decode()
    assert "Ada told me to wait longer." in page
    key = key_of(session)
    form = lead.get(f"{said_page(session, 'quote')}?of={key}").content.decode()
    assert "This word may name somebody: Ada" in form
    answer = lead.post(said_page(session, "quote"), {"of": key, "text": "A colleague told me to wait longer."})
    assert answer["Location"] == said_page(session)
    quote = Quote.objects.get()
    assert (quote.text, quote.session, quote.of) == ("A colleague told me to wait longer.", session, "take")
    lead.post(said_page(session, "quote"), {"of": key, "text": "A colleague told me to wait."})
    assert Quote.objects.get().text == "A colleague told me to wait."
    lead.post(said_page(session), {"withdraw": key})
    assert not Quote.objects.exists()


def test_name_in_the_text_is_asked_about_and_that_text_alone_is_released(lead, session):
    says(session)
    key = key_of(session)
    address, text = said_page(session, "quote"), "At Mereworth we wait longer."
    page = lead.post(address, {"of": key, "text": text}).content.decode()
    assert "Mereworth" in page.split("may name somebody:")[1][:40]
    assert not Quote.objects.exists()
    lead.post(address, {"of": key, "text": text + " With Ada.", "read": text})
    assert not Quote.objects.exists()
    lead.post(address, {"of": key, "text": text, "read": text})
    assert Quote.objects.get().text == text


@pytest.mark.parametrize(
    "text, found",
    [
        ("We wait longer.", []),
        ("I waited. Then I wrote.", []),
        ("Winterbourne was great", ["Winterbourne"]),
        ("we asked winterbourne", ["winterbourne"]),
        ("The child Oliver said so", ["Oliver"]),
        ("Mereworth’s children", ["Mereworth’s"]),
        ("the primary school", []),
    ],
)
def test_words_that_may_name_somebody(session, text, found):
    says(session)
    assert quoting.names_in(text, hub_year=session.hub_year, session=session) == found


def test_sentence_without_permission_is_read_and_not_released(lead, session):
    says(session, may_quote=False)
    page = lead.get(said_page(session)).content.decode()
    assert "We wait longer." in page
    assert "Not to be quoted." in page
    key = key_of(session)
    assert (
        'type="submit"' not in lead.get(f"{said_page(session, 'quote')}?of={key}").content.decode().split("<form")[-1]
    )
    lead.post(said_page(session, "quote"), {"of": key, "text": "We wait."})
    assert not Quote.objects.exists()
    assert "We wait longer." not in lead.get(said_page(session.hub_year)).content.decode()


def test_permission_that_was_taken_back_meanwhile_refuses(session):
    says(session)
    sentence = quoting.of_session(session)[0]
    DayAnswer.objects.update(may_quote=False)
    with pytest.raises(NotToQuote):
        quoting.release(sentence, "We wait.", by=StaffFactory(), now=AFTER)


def test_quote_stays_on_the_page_after_the_tie_is_cut_and_no_other_is_made_twice(lead, session):
    says(session)
    lead.post(said_page(session, "quote"), {"of": key_of(session), "text": "We wait longer."})
    ties.cut(set(Asked.objects.values_list("voice", flat=True)))
    assert Quote.objects.get().voice is None
    assert lead.get(said_page(session)).status_code == 200


def test_unknown_keys_find_nothing(lead, session):
    says(session)
    for key in ("", "x", "\x00", str(uuid.uuid4()), "1"):
        assert lead.get(said_page(session, "quote"), {"of": key}).status_code == 404
        assert lead.post(said_page(session, "quote"), {"of": key, "text": "x"}).status_code == 404
        assert lead.post(said_page(session), {"withdraw": key}).status_code == 302


# --- who reads ------------------------------------------------------------------------------------------------------


def test_only_the_hubs_own_staff_read_answers(session):
    says(session)
    other = signed_in(staff_of(HubYearFactory().hub))
    office = signed_in(StaffFactory(is_programme_office=True))
    for row in (session, session.hub_year):
        for page in ("said", "quote"):
            assert other.get(said_page(row, page)).status_code == 404
            assert office.get(said_page(row, page)).status_code == 403
    assert office.get(said_page(session, "paper")).status_code == 403
    for model in ("quote", "interest", "newsconsent"):
        assert office.get(reverse(f"admin:bookings_{model}_changelist")).status_code == 403


def test_role_stands_beside_a_sentence_from_ten_answers_of_that_session_and_paper_does_not_help(lead, session):
    for who in range(9):
        says(session, who=who)
    for _form in range(5):
        DayAnswer.objects.create(
            session=session, hub_year=session.hub_year, on_paper=True, answered_at=AFTER, role=1, take="x"
        )
    pages = [said_page(session), said_page(session.hub_year)]
    for page in pages:
        assert "Maths lead" not in lead.get(page).content.decode().split('class="sentences"')[1]
    says(session, who=9)
    other = a_session(hub_year=session.hub_year)
    says(other, who=10, take="Only here.")
    for page in pages:
        assert "Maths lead" in lead.get(page).content.decode().split('class="sentences"')[1]
    year = lead.get(said_page(session.hub_year)).content.decode()
    before = year.split("Only here.")[0].rpartition("<li>")[2]
    assert "Maths lead" not in before


def test_page_of_answers_holds_no_voice_row_or_time_and_is_in_no_order_of_theirs(lead, session):
    for who in range(8):
        says(session, who=who, take=f"sentence {who} of eight")
    page = lead.get(said_page(session)).content.decode()
    for voice in Asked.objects.values_list("voice", flat=True):
        assert str(voice) not in page
        assert voice.hex not in page
    assert not re.search(r"\d\d:\d\d", page.split('class="sentences"')[1])
    shown = [int(n) for n in re.findall(r"sentence (\d) of eight", page)]
    keys = [one.key for one in quoting.of_session(session)]
    assert sorted(shown) == list(range(8))
    assert keys == sorted(keys)


def test_lists_cannot_be_narrowed_by_what_leads_to_an_answer(lead, session):
    booking = says(session)
    Quote.objects.create(
        hub_year=session.hub_year,
        voice=Asked.objects.get().voice,
        of="take",
        text="x",
        released_at=AFTER,
        released_by=StaffFactory(),
    )
    Interest.objects.create(hub_year=session.hub_year, visitor=booking.visitors.get(), wants="yes", at=AFTER)
    asked = Asked.objects.get()
    tries = {
        "quote": ["voice", "voice__startswith", "released_at__gte"],
        "interest": ["at__gte", "visitor__asked__voice", "visitor__asked__answered_at__isnull"],
        "newsconsent": ["agreed_at__gte"],
        "visitor": ["asked__voice", "asked__answered_at__isnull", "asked__answered_at__gte", "asked__stopped"],
        "booking": ["visitors__asked__answered_at__isnull", "mails__kind"],
    }
    values = {"voice": asked.voice, "startswith": str(asked.voice)[:2], "isnull": "0", "gte": "2027-01-01"}
    for model, lookups in tries.items():
        for lookup in lookups:
            value = values.get(lookup.rpartition("__")[2], "1")
            answer = lead.get(reverse(f"admin:bookings_{model}_changelist"), {lookup: value})
            assert answer.status_code in (302, 400), (model, lookup)


def test_outbox_does_not_say_who_was_reminded(session):
    booking = confirmed(session)
    came(session)
    run(FOUR, FOUR + 3 * A_DAY)
    lead = signed_in(staff_of(session.hub_year.hub))  # now: the rounds sign out who has done nothing for so long
    reminder = Mail.objects.get(kind=Kind.ASKED_AGAIN)
    words = str(Kind.ASKED_AGAIN.label)
    of_booking = reverse("admin:bookings_booking_overview", args=[booking.pk])
    for page in (reverse("admin:bookings_mail_changelist"), of_booking):
        body = lead.get(page).content.decode().casefold()
        head, _filter, rest = body.partition('id="changelist-filter"')
        shown = head + rest.partition("</nav>")[2]
        assert (str(Kind.AFTERWARDS.label) in shown, words in shown) == (True, False), page
    assert lead.get(reverse("admin:bookings_mail_change", args=[reminder.pk])).status_code == 302


# --- on paper -------------------------------------------------------------------------------------------------------


def test_staff_enter_forms_on_paper_without_a_name(lead, session):
    page = lead.get(said_page(session, "paper")).content.decode()
    assert "name" in page
    key = re.search(r'name="key" value="([0-9a-f-]+)"', page)
    assert key
    form = {"key": key[1], "lesson": "very", "take": "On paper.", "may_quote": "on"}
    for _press in range(2):
        assert lead.post(said_page(session, "paper"), form).status_code == 302
    row = DayAnswer.objects.get()
    assert (row.on_paper, row.lesson, row.take, int(row.role)) == (True, "very", "On paper.", 0)
    assert not Asked.objects.exists()
    lead.post(said_page(session, "paper"), form | {"key": str(uuid.uuid4())})
    assert DayAnswer.objects.count() == 2
    assert lead.post(said_page(session, "paper"), {"lesson": "x", "take": "y" * 1001}).status_code == 422
    assert lead.post(said_page(session, "paper"), {"key": "x"}).status_code == 422
    assert DayAnswer.objects.count() == 2


def test_no_paper_of_a_session_that_is_not_over_or_is_off(lead, session, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: session.starts_at)
    lead.post(said_page(session, "paper"), {"lesson": "very"})
    assert not DayAnswer.objects.exists()


# --- with a name ----------------------------------------------------------------------------------------------------


def test_hub_has_a_list_of_consents_with_the_link_that_stops_each(lead, session):
    consent = NewsConsent.objects.create(
        hub=session.hub_year.hub, email="a@b.example", email_key="a@b.example", full_name="Ada", agreed_at=AFTER
    )
    csv = b"".join(lead.get(reverse("admin:bookings_newsconsent_csv")).streaming_content).decode()
    address = re.search(r"/bookings/[\w-]{50}/", csv)
    assert address
    assert "a@b.example" in csv
    Client().post(address[0] + "stop/")
    assert not NewsConsent.objects.filter(pk=consent.pk).exists()


def test_interests_are_listed_with_school_and_phase_and_exported(lead, session):
    booking = says(session)
    Interest.objects.create(hub_year=session.hub_year, visitor=booking.visitors.get(), wants="yes", at=AFTER)
    page = lead.get(reverse("admin:bookings_interest_changelist")).content.decode()
    assert "Ada Winterbourne" in page
    csv = b"".join(lead.get(reverse("admin:bookings_interest_csv")).streaming_content).decode()
    assert "Primary" in csv
    assert Membership.objects.exists()
    assert not LaterAnswer.objects.exists()
