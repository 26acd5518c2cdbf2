"""The lesson is the hero of its session's page: its picture, what to watch for, who teaches, the time to scale."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from bookings.public.lesson_pictures import draw
from bookings.public.morning import duration, heading, lines_of
from bookings.sessions.moving import Teaching, substitute
from bookings.states import SessionStatus
from hubs.models import Lesson, MasterySpecialist, ProgrammeSegment, ShowcaseSession, VisitingTeacher
from hubs.vocabulary.number_sentences import EXAMPLES, Picture
from hubs.vocabulary.school_days import london
from tests.browser.reading import Page
from tests.factories import DAY, NOW, SessionFactory, StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def html_of(client, session, start=""):
    response = client.get(f"{start}/sessions/{session.ref}/")
    assert response.status_code == 200
    return response.content.decode()


def text_of(client, session):
    return Page(client.get(f"/sessions/{session.ref}/")).text


def lesson_of(session, **said):
    lesson = session.lessons.get()
    for name, value in said.items():
        setattr(lesson, name, value)
    lesson.full_clean()
    lesson.save()
    return lesson


# --- pictures --------------------------------------------------------------------------------------------------------


def drawn(picture, said):
    return str(draw(picture, said))


def counters(html, kind):
    return html.count(f'<circle class="{kind}"')


def test_bar_shows_the_known_part_red_and_the_unknown_yellow_to_scale():
    html = drawn("bar", "52 − 37 = ?")
    assert '<path class="whole" d="M10 12h460v62H10z"/>' in html
    assert '<path class="part" d="M10 84H337.3v62H10z"/>' in html
    assert '<path class="unknown" d="M337.3 84H470v62H337.3z"/>' in html
    assert re.findall(r"<text[^>]*>([^<]*)<", html) == ["52", "37", "?"]
    assert 'aria-label="A bar model. The whole: 52. Its parts: 37 and not known."' in html


def test_bar_whose_whole_is_asked_keeps_its_secret():
    html = drawn("bar", "3 × 12 = ?")
    assert html.count('class="part"') == 3
    assert '<path class="unknown" d="M10 12h460v62H10z"/>' in html
    assert "36" not in re.sub(r'd="[^"]*"|x="[^"]*"|y="[^"]*"', "", html)
    assert 'aria-label="A bar model. The whole: not known. 3 equal parts, each: 12."' in html


def test_number_that_is_longer_than_its_part_stands_below_it():
    html = drawn("bar", "1,000 − 999 = ?")
    assert re.findall(r'<text[^>]* y="(\d+)">\?<', html) == ["174"]


@pytest.mark.parametrize(
    "said, red, yellow, struck, words",
    [
        ("8 + 5 = 13", 8, 5, 0, "Ten frames: 8 counters of one colour and 5 of another."),
        ("? + 5 = 13", 5, 8, 0, "Ten frames: 8 counters of one colour and 5 of another."),
        ("13 − 5 = ?", 13, 0, 5, "Ten frames: 13 counters, 5 of them struck out."),
        ("13 − ? = 8", 8, 5, 5, "Ten frames: 13 counters, 5 of them struck out."),
        ("17", 17, 0, 0, "Ten frames: 17 counters."),
        ("40", 40, 0, 0, "Ten frames: 40 counters."),
    ],
)
def test_ten_frames_hold_as_many_counters_as_the_sentence_says(said, red, yellow, struck, words):
    html = drawn("frames", said)
    assert (counters(html, "part"), counters(html, "unknown"), html.count('class="struck"')) == (red, yellow, struck)
    assert f'aria-label="{words}"' in html


@pytest.mark.parametrize("digit", range(10))
def test_place_value_chart_has_as_many_counters_as_the_digit_says_each_in_a_spot_of_its_own(digit):
    html = drawn("chart", f"1{digit}00000")
    spots = re.findall(r'<circle class="part" cx="(\d+)" cy="(\d+)"', html)
    assert len(spots) == len(set(spots)) == digit + 1


def test_place_value_chart_says_its_columns():
    html = drawn("chart", "3,052.4")
    assert re.findall(r"<text[^>]*>([^<]*)<", html) == ["Th", "H", "T", "O", "t"]
    assert 'aria-label="A place-value chart. thousands: 3, hundreds: 0, tens: 5, ones: 2, tenths: 4."' in html


def test_fraction_bar_strikes_out_what_is_taken_away_and_says_what_is_left():
    html = drawn("fraction", "7/8 − 3/8 = 4/8")
    assert (html.count('class="part"'), html.count('class="struck"')) == (7, 3)
    assert 'd="M10 96v10H240v-10"' in html
    assert re.findall(r"<text[^>]*>([^<]*)<", html) == ["4/8"]
    assert html.count('<span class="visually-hidden">') == 3


@pytest.mark.parametrize("picture", Picture)
def test_picture_is_drawn_within_what_the_policy_allows_and_says_itself_in_both_languages(picture):
    english = drawn(picture, EXAMPLES[picture])
    with override("zh-hans"):
        chinese = drawn(picture, EXAMPLES[picture])
    assert "style" not in english
    labels = [re.findall('aria-label="([^"]+)"', html) for html in (english, chinese)]
    assert [len(one) for one in labels] == [1, 1]
    assert labels[0] != labels[1]


# --- on the page -----------------------------------------------------------------------------------------------------


def test_page_opens_with_title_action_and_picture_in_that_order(client):
    session = SessionFactory()
    lesson_of(session, topic="subtraction", picture="bar", picture_of="52-37=?")
    html = html_of(client, session)
    places = [html.index(part) for part in ("<h1>", 'class="lead"', 'class="button"', '<figure class="picture">')]
    assert places == sorted(places)
    assert html.index('<figure class="picture">') < html.index("<h2>Who teaches")
    assert "52 − 37 = ?" in Page(client.get(f"/sessions/{session.ref}/")).text


def test_no_picture_is_drawn_where_none_was_chosen(client):
    assert "<figure" not in html_of(client, SessionFactory())


def test_picture_that_nobody_can_draw_breaks_no_page(client):
    session = SessionFactory()
    Lesson.objects.filter(session=session).update(picture="bar", picture_of="nonsense")
    assert "<figure" not in html_of(client, session)


def test_second_lesson_has_its_own_picture_and_the_first_none_twice(client):
    session = SessionFactory()
    lesson_of(session, topic="subtraction", picture="bar", picture_of="52 − 37 = ?")
    Lesson.objects.create(session=session, position=2, topic="numbers", picture="chart", picture_of="3,052")
    html = html_of(client, session)
    assert re.findall(r'aria-label="(A bar|A place)', html) == ["A bar", "A place"]


@pytest.mark.parametrize(
    "said, field",
    [
        ({"picture": "bar", "picture_of": "52 − 37 = 14"}, "picture_of"),
        ({"picture": "bar", "picture_of": ""}, "__all__"),
        ({"picture": "", "picture_of": "8 + 5 = 13"}, "__all__"),
        ({"picture": "abacus", "picture_of": "8 + 5 = 13"}, "picture"),
        ({"watch_for": "One\nTwo\nThree\nFour"}, "watch_for"),
        ({"watch_for": "x" * 151}, "watch_for"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_was_typed(said, field):
    session = SessionFactory()
    with pytest.raises(ValidationError) as error:
        lesson_of(session, **said)
    assert [(name, len(words)) for name, words in error.value.message_dict.items()] == [(field, 1)]


def test_what_to_watch_for_is_said_line_by_line(client):
    session = SessionFactory()
    lesson_of(session, watch_for="The number line comes first.\n\nWho answers, and how.")
    assert "What to watch for 1 The number line comes first. 2 Who answers, and how." in text_of(client, session)
    assert "What to watch for" not in text_of(client, SessionFactory())


def test_who_teaches_is_said_once_and_nobody_is_named_who_has_not_agreed(client):
    session = SessionFactory()
    teachers = [
        VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Wang Fang", home_school="Hongkou 3rd"),
        VisitingTeacher.objects.create(
            hub_year=session.hub_year, name_pinyin="Li Na", home_school="Jing’an 1st", name_agreed_at=NOW
        ),
    ]
    specialist = MasterySpecialist.objects.create(hub_year=session.hub_year, full_name="A Specialist")
    for lesson in (session.lessons.get(), Lesson.objects.create(session=session, position=2, topic="division")):
        lesson.visiting_teachers.set(teachers)
        lesson.specialists.add(specialist)
    text = text_of(client, session)
    teaches = text[text.index("Who teaches") :]
    assert "Li Na Jing’an 1st Visiting teacher from Shanghai A visiting teacher from Shanghai A Specialist" in teaches
    assert "Wang" not in text
    assert "Hongkou" not in text


def test_topic_that_is_substituted_takes_its_picture_with_it():
    session = SessionFactory()
    lesson = lesson_of(session, topic="subtraction", picture="bar", picture_of="52 − 37 = ?", watch_for="The line.")
    staff = StaffFactory()
    substitute(lesson.pk, Teaching("subtraction", other_teacher="Somebody"), by=staff, clock=lambda: NOW)
    lesson.refresh_from_db()
    assert (lesson.picture, lesson.watch_for) == ("bar", "The line.")
    substitute(lesson.pk, Teaching("division", other_teacher="Somebody"), by=staff, clock=lambda: NOW)
    lesson.refresh_from_db()
    assert (lesson.picture, lesson.picture_of, lesson.watch_for) == ("", "", "")


# --- the time --------------------------------------------------------------------------------------------------------


def line(starts, text="x", *, ends=None, lesson=False):
    as_time = dt.time.fromisoformat
    times = {"starts": as_time(starts) if starts else None, "ends": as_time(ends) if ends else None}
    return SimpleNamespace(text=text, place="", is_lesson=lesson, name="Year 3", **times)


MORNING = SimpleNamespace(
    arrival_at=london(dt.date(2027, 6, 15), dt.time(8, 45)),
    starts_at=london(dt.date(2027, 6, 15), dt.time(9)),
    ends_at=london(dt.date(2027, 6, 15), dt.time(11, 45)),
)
UNDATED = SimpleNamespace(arrival_at=None, starts_at=None, ends_at=None)


@pytest.mark.parametrize(
    "programme, minutes",
    [
        ([line("08:45"), line("09:30", lesson=True), line("10:15")], [45, 45, 90]),
        ([line("08:45", ends="09:00"), line("09:30")], [15, 135]),
        ([line("08:45"), line(""), line("10:15")], [0, 0, 90]),
        ([line("10:00"), line("09:00")], [0, 165]),
        ([line("09:00"), line("12:00")], [180, 0]),
    ],
    ids=["each until the next", "until its own end", "as far as it is known", "out of order", "after the end"],
)
def test_programme_says_how_long_each_line_takes_where_that_is_known(programme, minutes):
    assert [one.minutes for one in lines_of(MORNING, programme, [])] == minutes


def test_lessons_times_make_a_programme_where_there_is_none():
    found = lines_of(MORNING, [], [line("09:30", ends="10:10")])
    assert [(one.text, one.minutes, one.is_lesson) for one in found] == [
        ("Arrive, sign in", 15, False),
        ("Welcome", 30, False),
        ("The lesson: Year 3", 40, True),
        ("Discussion of the lesson", 95, False),
    ]
    assert [one.text for one in lines_of(UNDATED, [], [line("09:30")])] == ["The lesson: Year 3"]
    assert lines_of(MORNING, [], [line("")]) == lines_of(UNDATED, [], []) == []


def test_time_is_drawn_to_scale_and_no_line_lower_than_its_words():
    arrive, _welcome, lesson, talk = lines_of(MORNING, [], [line("09:30", ends="10:10")])
    assert arrive.height == 29
    assert round(talk.height / lesson.height, 1) == round(95 / 40, 1)


@pytest.mark.parametrize(
    "minutes, said", [(15, "15 min"), (60, "1 hour"), (75, "1 hour 15 min"), (120, "2 hours"), (150, "2 hours 30 min")]
)
def test_duration_is_said_as_people_say_it(minutes, said):
    assert duration(minutes) == said


@pytest.mark.parametrize(
    "starts, ends, said",
    [("09:00", "11:45", "The morning"), ("13:00", "15:30", "The afternoon"), ("09:00", "15:00", "The day")],
)
def test_time_is_called_what_it_is(starts, ends, said):
    at = [london(DAY, dt.time.fromisoformat(time)) for time in (starts, ends)]
    assert heading(SimpleNamespace(starts_at=at[0], ends_at=at[1])) == said


def test_programme_stands_on_the_page_with_its_durations(client):
    session = SessionFactory()
    for n, (starts, text) in enumerate([(dt.time(9), "Welcome"), (dt.time(9, 30), "The lesson")]):
        ProgrammeSegment.objects.create(session=session, position=n, starts=starts, text=text, is_lesson=n == 1)
    html = html_of(client, session)
    assert "The morning 9:00 Welcome 30 min 9:30 The lesson 2 hours 15 min" in text_of(client, session)
    assert [int(n) for n in re.findall(r'<svg width="12" height="(\d+)"', html)] == [57, 256]
    assert "The hub will add times" not in html


def test_times_to_follow_are_said_only_of_a_lesson_that_is_still_to_come(client):
    said = "A lesson, then a discussion of it. The hub will add times."
    assert said in text_of(client, SessionFactory())
    assert said not in text_of(client, SessionFactory(kind=ShowcaseSession.Kind.TALK))
    assert said not in text_of(client, SessionFactory(room__status=SessionStatus.CANCELLED))
