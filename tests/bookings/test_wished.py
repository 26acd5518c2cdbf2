"""A wish for a search: asked for where the list finds nothing, told when a session opens that the list would show."""

import datetime as dt
import random
from collections.abc import Callable
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.utils import timezone

from bookings.due import run_due
from bookings.mail import openings, rendering
from bookings.mail.links import Purpose, token
from bookings.mail.searched import Search, fitting
from bookings.mail.sending import send_due
from bookings.mail_kinds import Kind
from bookings.models import Mail, TellMe, Told
from bookings.models.draft import TO_BE_PROVED
from bookings.public.brief import in_brief
from bookings.public.filters import FILTERS
from bookings.public.finder import FinderForm
from bookings.public.near import USUAL
from bookings.public.wished import KEPT, WishForm
from bookings.views import limits
from hubs.models import Hub, ShowcaseSession
from hubs.vocabulary.access import Has
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Roles, Years
from tests.bookings.test_telling import MEANWHILE, OPENS, at, run, soon, told
from tests.browser.reading import Page
from tests.browser.rows import every_row, questions
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db
HOUR, A_DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ADA, EVE = "ada@school.example", "eve@school.example"
MILE = 1609.344


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture(autouse=True)
def maidstone() -> Any:
    """What "maidstone" means: a school there, where every session of these tests is."""
    return SchoolFactory(town="Maidstone", postcode="ME16 8TL", easting=574000, northing=155000)


def form(email: str = ADA, **asked: Any) -> WishForm:
    made = WishForm(QueryDict(urlencode({"email": email} | asked)), hubs=Hub.objects.named(today=DAY), now=NOW)
    assert made.is_valid(), made.errors
    return made


def wish(email: str = ADA, *, proved: bool = True, **asked: Any) -> TellMe:
    """A wish for a search, as the page makes it."""
    thing = form(email, **asked).thing()
    openings.ask(email, thing, language="en-gb", now=NOW)
    made = TellMe.objects.get(email=email, **openings._of(thing))
    if proved:
        openings.prove(made, now=NOW)
    return made


def link(of: TellMe, page: str = "") -> str:
    return f"/bookings/{token(Purpose.UNSUBSCRIBE, of)}/{page}"


# --- who is told of what --------------------------------------------------------------------------------------------

KENT = {"hub_year__hub__slug": "kent", "hub_year__name": "Kent Hub"}
IN_MARCH = {"starts_at": london(dt.date(2027, 3, 9), dt.time(9)), "ends_at": london(dt.date(2027, 3, 9), dt.time(11))}
FAR = {"venue__easting": 574000 + int(31 * MILE), "venue__town": "Far"}
# Of each filter that a wish keeps: what is asked, a session that fits and one that does not.
EACH: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "near": ({"near": "maidstone"}, {}, FAR),
    "teach": (
        {"near": "maidstone", "teach": "ks2"},
        {"suits_years": Years.Y9, "lessons_of": Years.Y3},
        {"suits_years": Years.Y9, "lessons_of": Years.Y9},
    ),
    "role": (
        {"near": "maidstone", "role": int(Roles.MATHS_LEAD)},
        {"suits_roles": Roles.MATHS_LEAD | Roles.TRAINEE},
        {"suits_roles": Roles.TRAINEE},
    ),
    "since": ({"near": "maidstone", "since": "1/2/2027"}, IN_MARCH, {}),
    "until": ({"near": "maidstone", "until": "2027-02-28"}, {}, IN_MARCH),
    "step_free": ({"near": "maidstone", "step_free": "on"}, {"step_free": Has.YES}, {"step_free": Has.PARTLY}),
    "hub": ({"near": "maidstone", "hub": "kent"}, KENT, {}),
}


def test_each_filter_is_kept_by_a_wish_or_makes_no_sense_in_one() -> None:
    assert list(EACH) == [one.name for one in KEPT]
    assert {one.name for one in FILTERS} - set(EACH) == {"hubs", "month", "places"}


@pytest.mark.parametrize("name", EACH)
def test_wish_is_told_of_what_fits_and_of_nothing_else(name: str) -> None:
    asked, fits, fails = EACH[name]
    fitting_one = soon(**fits)
    soon(**fails)
    HubYearFactory(hub__slug="kent") if name != "hub" else None
    wish(**asked)
    run(OPENS, OPENS + HOUR)
    mails = Mail.objects.filter(kind=Kind.BOOKING_OPEN)
    assert list(mails.values_list("recipient", "session")) == [(ADA, fitting_one.pk)]


def shown_by_the_list(search: str, hubs: list[Hub]) -> set[int]:
    """The sessions that the list shows for that search, within the distance asked for, however few they are."""
    finder = FinderForm(QueryDict(search), hubs=hubs, now=NOW)
    assert not finder.errors
    sessions = finder.narrow(ShowcaseSession.objects.all())
    found = in_brief(sessions, now=NOW)
    if finder.place:
        found = found.within(finder.place, finder.miles)
    return {row.pk for row in found.rows}


def test_wish_and_list_agree_on_what_fits() -> None:
    """Two hundred searches and thirty sessions, drawn at random: the two ways to choose are written apart."""
    draw = random.Random(20270104)
    years = [HubYearFactory(hub__slug=f"hub-{n}") for n in range(3)]
    sessions = [some_session(draw, years) for _n in range(30)]
    drawn = {urlencode(asked): asked for asked in (some_search(draw) for _n in range(200))}
    searches = [asked for asked in drawn.values() if asked.keys() - {"within"} != {"hub"}]
    wishes = [wish(f"{n}@school.example", **asked) for n, asked in enumerate(searches)]
    told = {session.pk: told_of(session) for session in sessions}
    shown = cache(partial(shown_by_the_list, hubs=list(Hub.objects.named(today=DAY))))
    for made, asked in zip(wishes, searches, strict=True):
        of = {pk for pk, wished in told.items() if made.pk in wished}
        assert (asked, of) == (asked, shown(made.search))
        assert (asked, of) == (asked, shown(urlencode(asked)))


def told_of(session: ShowcaseSession) -> set[int]:
    """The wishes that the session fits."""
    found = fitting(session, hubs=openings.hubs_of(session))
    return {pk for some in found for pk in some.values_list("pk", flat=True)}


def some_session(draw: random.Random, years: list[Any]) -> ShowcaseSession:
    angle = draw.choice([(1, 0), (0, 1), (-1, 0), (0, -1), (0.6, 0.8)])
    far = draw.choice([0, 9.99, 10.01, 29.99, 30.01, 59.99, 60.01, 61]) * MILE
    day = DAY + dt.timedelta(days=draw.randrange(60))
    session: ShowcaseSession = SessionFactory(
        hub_year=draw.choice(years),
        venue__easting=574000 + int(angle[0] * far),
        venue__northing=155000 + int(angle[1] * far),
        venue__town="Elsewhere",
        starts_at=london(day, dt.time(9)),
        ends_at=london(day, dt.time(11)),
        suits_years=draw.choice([0, Years.Y6, Years.KS3, Years.Y13]),
        suits_roles=draw.choice([0, Roles.TRAINEE, Roles.TRAINEE | Roles.MATHS_LEAD]),
        lessons_of=draw.choice([Years.Y3, Years.RECEPTION]),
        step_free=draw.choice([Has.YES, Has.YES, Has.NO]),
    )
    if draw.random() < 0.3:
        session.also_run_by.add(draw.choice(years))
    if draw.random() < 0.1:
        ShowcaseSession.objects.filter(pk=session.pk).update(easting=None, northing=None)
    session.refresh_from_db()
    return session


def some_search(draw: random.Random) -> dict[str, str]:
    asked = {
        "near": draw.choice(["", "maidstone", "ME16 8TL"]),
        "within": draw.choice(["", "10", "30", "60"]),
        "teach": draw.choice(["", "", "y6", "ks2", "ks3", "y0"]),
        "role": draw.choice(["", "", str(int(Roles.MATHS_LEAD))]),
        "since": draw.choice(["", "", "2027-02-10"]),
        "until": draw.choice(["", "", "2027-03-01"]),
        "step_free": draw.choice(["", "", "on"]),
        "hub": draw.choice(["", "", "hub-0", "hub-2"]),
    }
    if not asked["near"] and not asked["hub"]:
        asked["near"] = "maidstone"
    return {name: value for name, value in asked.items() if value}


def test_address_with_several_wishes_that_fit_has_one_mail_a_session() -> None:
    first, second = soon(), soon()
    for asked in ({"near": "maidstone"}, {"near": "maidstone", "teach": "y6"}, {"near": "ME16 8TL", "within": 60}):
        wish(**asked)
    openings.ask(ADA, first, language="en-gb", now=NOW)
    TellMe.objects.update(proved_at=NOW)
    run(OPENS, OPENS + HOUR)
    mails = Mail.objects.filter(kind=Kind.BOOKING_OPEN).order_by("session")
    assert list(mails.values_list("session", "state")) == [(first.pk, "sent"), (second.pk, "sent")]
    assert [mail.wish.session_id for mail in mails] == [first.pk, None]


def test_wish_that_nobody_proved_is_told_nothing() -> None:
    soon()
    wish(near="maidstone", proved=False)
    run(OPENS, OPENS + HOUR)
    assert told() == []


def test_wish_is_not_told_of_what_was_open_before_nor_of_what_is_not_public() -> None:
    soon(visibility="link")
    SessionFactory()
    run(NOW)
    wish(near="maidstone")
    run(NOW + HOUR, OPENS + HOUR)
    assert told() == []


@MEANWHILE
def test_stale_mail_is_dropped(meanwhile: Callable[[ShowcaseSession], None]) -> None:
    session = soon()
    wish(near="maidstone")
    openings.make(session.pk, OPENS)
    meanwhile(session)
    send_due(at(OPENS))
    assert told() == [(ADA, "dropped")]


def test_mail_of_a_session_that_has_moved_away_meanwhile_is_dropped() -> None:
    session = soon()
    wish(near="maidstone")
    openings.make(session.pk, OPENS)
    ShowcaseSession.objects.filter(pk=session.pk).update(easting=300000)
    send_due(at(OPENS))
    assert told() == [(ADA, "dropped")]


# --- how many at a time ---------------------------------------------------------------------------------------------


def several(number: int) -> None:
    for n in range(number):
        wish(f"{n}@school.example", near="maidstone")
        wish(f"{n}@school.example", near="maidstone", teach="y6")


@pytest.mark.parametrize("number", [0, 1, 4, 5])
def test_many_are_told_some_at_a_time(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(openings, "AT_A_TIME", 2)
    session, sizes = soon(), []
    several(number)
    tell = openings._tell
    monkeypatch.setattr(openings, "_tell", lambda *args: (sizes.append(args[1].count()), tell(*args)))
    openings.make(session.pk, OPENS)
    assert sorted(to or "" for to, _state in told()) == [f"{n}@school.example" for n in range(number)]
    assert max(sizes, default=0) <= 4  # two addresses of two wishes each
    assert Told.objects.filter(session=session).count() == 1


def test_worker_that_dies_between_two_times_begins_again_and_tells_nobody_twice(monkeypatch: Any) -> None:
    monkeypatch.setattr(openings, "AT_A_TIME", 2)
    session = soon()
    several(5)
    tell, done = openings._tell, []

    def dies(*args: Any) -> None:
        if len(done) == 1:
            raise SystemExit
        done.append(tell(*args))

    monkeypatch.setattr(openings, "_tell", dies)
    with pytest.raises(SystemExit):
        openings.make(session.pk, OPENS)
    assert (len(told()), Told.objects.count(), openings.due(OPENS)) == (2, 0, [session.pk])
    monkeypatch.setattr(openings, "_tell", tell)
    run(OPENS, OPENS + HOUR)
    assert sorted(told()) == [(f"{n}@school.example", "sent") for n in range(5)]


# --- asking ---------------------------------------------------------------------------------------------------------


def test_search_that_finds_nothing_offers_to_tell_and_the_form_begins_with_it(client: Any) -> None:
    page = Page(client.get("/?near=maidstone&teach=y3&within=10&month=2027-02"))
    address = page.links["Tell me when a session like this opens"]
    assert address == "/tell-me/?near=maidstone&teach=y3&month=2027-02&within=10"
    fields = Page(client.get(address)).fields
    assert {name: value for name, value in fields.items() if value} == {
        "near": "Maidstone, ME16",
        "within": "10",
        "teach": "y3",
        "since": "2027-02-01",
        "until": "2027-02-28",
    }


def test_results_offer_to_tell_too_and_past_ones_do_not(client: Any) -> None:
    SessionFactory()
    assert Page(client.get("/")).links["Tell me when a session near me opens"] == "/tell-me/"
    links = Page(client.get("/?near=maidstone&within=england&places=1")).links
    assert links["Tell me when a session like this opens"] == "/tell-me/?near=maidstone&within=england"
    assert Page(client.get("/tell-me/?within=england&near=maidstone")).fields["within"] == "60"
    assert "/tell-me/" not in client.get("/?past=1").content.decode()


@pytest.mark.parametrize("query", ["?near=nowhere&teach=x&hub=y&within=z", "?near=%00&since=x&month=9999-99", "?x=1"])
def test_nonsense_in_the_address_is_no_fault(client: Any, query: str) -> None:
    for page in ("/tell-me/", "/tell-me/sent/"):
        assert client.get(page + query).status_code == 200


def test_wish_is_asked_for_proved_told_and_stopped(client: Any) -> None:
    session = soon(title="Year 6 lesson")
    asked = {"near": "me16 8tl", "within": "10", "teach": "y6", "email": f" {ADA}"}
    response = client.post("/tell-me/", asked)
    assert response["Location"] == "/tell-me/sent/?near=ME16+8TL&teach=y6&within=10"
    words = "Sessions: Year 6 · near ME16 8TL · within 10 miles"
    sent = Page(client.get(response["Location"]))
    assert words in sent.text
    assert sent.links["← Back"] == "/?near=ME16+8TL&teach=y6&within=10"
    assert "Open it and press “Yes, tell me”: until you do, we send you nothing." in sent.text
    message = rendering.render(Mail.objects.get(kind=Kind.TELL_ME), now=NOW)
    assert message.subject == f"Tell you when booking opens? {words}"
    made = TellMe.objects.get()
    before = every_row()
    assert Page(client.get(link(made))).buttons == ["Yes, tell me", "Stop telling me"]
    assert every_row() == before
    client.post(link(made, "tell-me/"))
    page = Page(client.get(link(made)))
    assert page.links[words] == "/?near=ME16+8TL&teach=y6&within=10"
    run(OPENS)
    opened = Mail.objects.get(kind=Kind.BOOKING_OPEN)
    body = " ".join(str(rendering.render(opened, now=OPENS).body).split())
    assert f"You asked for this: {words}" in body
    assert f"https://testserver/sessions/{session.ref}/" in body
    assert rendering.private_link(opened).endswith(link(made))
    client.post(link(made, "stop/"))
    assert (TellMe.objects.count(), Mail.objects.count()) == (0, 0)
    assert client.get(link(made)).status_code == 404


@pytest.mark.parametrize(
    "typed, errors",
    [
        ({"email": ""}, {"email": "Enter your email address"}),
        ({"near": ""}, {"near": "Enter a postcode, a town or a school, or choose a hub"}),
        ({"near": "", "teach": "y6"}, {"near": "Enter a postcode, a town or a school, or choose a hub"}),
        ({"teach": "y99"}, {"teach": "Choose one of these"}),
        ({"within": "7"}, {"within": "Choose one of these"}),
        ({"within": "england"}, {"within": "Choose one of these"}),
        ({"since": "", "until": "2027-01-03"}, {"until": "Enter a day that is still to come"}),
        ({"hub": "nowhere", "near": ""}, {"hub": "Choose one of these"}),
    ],
)
def test_bad_input_is_said_in_a_sentence_and_nothing_is_lost(client: Any, typed: Any, errors: Any) -> None:
    asked = {"near": "maidstone", "within": "10", "email": ADA, "since": "2027-01-20"} | typed
    response = client.post("/tell-me/", asked)
    page = Page(response)
    assert (response.status_code, page.errors) == (422, errors)
    kept = {name: page.fields[name] for name, value in asked.items() if name not in errors}
    assert kept == {name: value for name, value in asked.items() if name not in errors}
    assert (TellMe.objects.count(), Mail.objects.count()) == (0, 0)


def test_place_that_nobody_knows_is_said_with_what_may_have_been_meant(client: Any) -> None:
    page = Page(client.post("/tell-me/", {"near": "maidston", "email": ADA}))
    assert page.errors["near"].startswith("Did you mean one of these? Maidstone, ME16 · ")
    assert (page.fields["near"], page.fields["email"]) == ("maidston", ADA)


def test_dates_the_wrong_way_round_are_turned() -> None:
    made = wish(near="maidstone", since="2027-03-01", until="2027-02-01")
    assert (made.since, made.until) == (dt.date(2027, 2, 1), dt.date(2027, 3, 1))
    assert made.search == "near=Maidstone%2C+ME16&since=2027-02-01&until=2027-03-01"


def test_hub_and_nothing_else_is_the_hub_itself(client: Any) -> None:
    hub = HubYearFactory(hub__slug="kent").hub
    response = client.post("/tell-me/", {"near": "", "within": "30", "hub": "kent", "email": ADA})
    assert response["Location"] == "/hubs/kent/tell-me/sent/"
    assert TellMe.objects.get(hub=hub, search="")


def test_search_asked_for_in_two_ways_is_one_wish() -> None:
    for asked in ({"near": "maidstone"}, {"near": "MAIDSTONE ", "within": USUAL}, {"near": "Maidstone, ME16"}):
        wish(**asked)
    wish(EVE, near="maidstone")
    assert TellMe.objects.count() == 2


def test_network_that_asks_too_often_is_told_so(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.MOST_AN_HOUR, limits.MAIL, 1)
    assert client.post("/tell-me/", {"near": "maidstone", "email": ADA}).status_code == 302
    before = list(TellMe.objects.values())
    for email in (ADA, EVE):
        response = client.post("/tell-me/", {"near": "ME16 8TL", "email": email})
        assert (response.status_code, list(Page(response).errors)) == (422, ["email"])
    assert list(TellMe.objects.values()) == before


def test_page_of_an_address_with_many_wishes_asks_no_more_questions(client: Any) -> None:
    made = wish(near="maidstone")
    wish(near="maidstone", teach="y1")
    one = questions(client, link(made))
    for n in range(2, 6):
        wish(near="maidstone", teach=f"y{n}")
    assert questions(client, link(made)) == one
    assert "Sessions: Year 5 · near Maidstone, ME16 · within 30 miles" in Page(client.get(link(made))).links


def test_wish_is_deleted_when_its_days_are_over_and_when_nobody_proves_it() -> None:
    wish(near="maidstone", until="2027-01-10")
    wish(EVE, near="maidstone", proved=False)
    for moment, left in [
        (london(dt.date(2027, 1, 10), dt.time(23, 59)), 2),
        (london(dt.date(2027, 1, 11), dt.time(0)), 1),
        (NOW + TO_BE_PROVED - HOUR, 1),
        (NOW + TO_BE_PROVED, 0),
    ]:
        run_due(at(moment))
        assert (moment, TellMe.objects.count()) == (moment, left)


def test_words_that_are_too_long_are_cut() -> None:
    search = Search("near=x", "Ä" * 400, None, {"easting": 1, "northing": 1, "miles": 30})
    openings.ask(ADA, search, language="en-gb", now=NOW)
    assert TellMe.objects.get().words == "Ä" * 300
