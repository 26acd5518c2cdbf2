"""The right school first, as teachers type it: run on both databases, over the names that make it hard."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubs.models import LocalAuthority, School, SchoolWord
from hubs.schools import search as school_search
from hubs.schools.ranking import distance
from hubs.schools.search import schools_found
from hubs.vocabulary.school_words import search_text, words_of, words_to_look_up, words_typed
from tests.factories import SchoolFactory

pytestmark = pytest.mark.django_db

WEST_BOROUGH, ST_JOSEPHS, GIRLS, WHITSTABLE = 118568, 118790, 118837, 144354
# URN, name, town, postcode, authority: schools of DfE's register (OGL v3) and, above 900000, made-up ones.
SCHOOLS = [
    (118568, "West Borough Primary School", "Maidstone", "ME16 8TL", "Kent"),
    (118790, "St Joseph's Catholic Primary School, Broadstairs", "Broadstairs", "CT10 2BA", "Kent"),
    (118835, "Maidstone Grammar School", "Maidstone", "ME15 7BT", "Kent"),
    (118837, "Maidstone Grammar School for Girls", "Maidstone", "ME16 0SF", "Kent"),
    (144354, "The Whitstable School", "Whitstable", "CT5 1PX", "Kent"),
    (118364, "Whitstable Junior School", "Whitstable", "CT5 1DB", "Kent"),
    (118737, "Whitstable and Seasalter Endowed Church of England Junior School", "Whitstable", "CT5 1AY", "Kent"),
    (118363, "Westmeads Community Infant School", "Whitstable", "CT5 1NA", "Kent"),
    (142162, "St Mary's Catholic Primary School, Whitstable", "Whitstable", "CT5 2EY", "Kent"),
    (900001, "Westborough Primary School", "Westcliff-on-Sea", "SS0 9BS", "Southend-on-Sea"),
    (900002, "St Joseph's Catholic Primary School", "Canterbury", "CT1 2AB", "Kent"),
    (900003, "St Joseph's Catholic Primary School", "Leeds", "LS1 2AB", "Leeds"),
    (900004, "St. Joseph's R.C. Infant School", "Northfleet", "DA11 9AA", "Kent"),
    (900005, "SS Peter & Paul's C.E. Primary School", "York", "YO1 7AA", "York"),
    (900006, "Saints Peter and Paul Catholic High School", "Widnes", "WA8 7DW", "Halton"),
    (900007, "King James's School", "Knaresborough", "HG5 8EB", "North Yorkshire"),
    (900008, "Princess Frederica CofE Primary School", "London", "NW10 5TP", "Brent"),
    (900009, "Ash Primary School", "Ash", "CT3 2AA", "Kent"),
    (900010, "Ashford Oaks Primary School", "Ashford", "TN23 4AA", "Kent"),
    (900011, "École Jeannine Manuel", "London", "WC1B 3DN", "Camden"),
    (900012, "Saint Nicholas' Church of England (Voluntary Controlled) Primary School", "Hull", "HU6 1AA", "Hull"),
    (900013, "Newcastle Upon Tyne Royal Grammar", "Newcastle upon Tyne", "NE2 4DX", "Newcastle upon Tyne"),
    (900014, "Moor First School", "Stoke-on-Trent", "ST8 7HR", "Staffordshire"),
    (900015, "The Grove", "Tottenham", "ME1 1AA", "Haringey"),
    (900016, "Rectory Farm", "Northampton", "ME1 2BB", "West Northamptonshire"),
]


@pytest.fixture
def register():
    names = sorted({school[-1] for school in SCHOOLS})
    authorities = {name: LocalAuthority.objects.create(code=f"{n:03}", name=name) for n, name in enumerate(names, 1)}
    School.objects.bulk_create(
        School(urn=urn, name=name, town=town, postcode=postcode, local_authority=authorities[authority])
        for urn, name, town, postcode, authority in SCHOOLS
    )


def first(typed):
    found = schools_found(typed)
    return found[0].urn if found else None


def found(typed, **options):
    return [school.urn for school in schools_found(typed, **options)]


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize(
    "typed, urn",
    [
        # as the issue has them
        ("st josephs broadstairs", ST_JOSEPHS),
        ("ME16 8TL", WEST_BOROUGH),
        ("me168tl", WEST_BOROUGH),
        ("118568", WEST_BOROUGH),
        ("west boro maidstone", WEST_BOROUGH),
        ("whitstabel", 118364),
        # any order, any case, marks and spaces
        ("maidstone west borough", WEST_BOROUGH),
        ("  WEST   BOROUGH,maidstone. ", WEST_BOROUGH),
        ("m e 1 6 8 t l", WEST_BOROUGH),
        ("ME16 8TL west borough", WEST_BOROUGH),
        ("me16 8tl west borough primary school maidstone kent", WEST_BOROUGH),
        ("118568 west borough", WEST_BOROUGH),
        ("URN 118568", WEST_BOROUGH),
        ("ecole jeannine", 900011),
        # St and Saint, saints, apostrophes
        ("Saint Joseph’s broadstairs", ST_JOSEPHS),
        ("St. Joseph's, Broadstairs", ST_JOSEPHS),
        ("st joseph broadstairs", ST_JOSEPHS),
        ("st peter and st paul york", 900005),
        ("ss peter & paul widnes", 900006),
        ("king james school", 900007),
        ("king jamess", 900007),
        ("princess frederica", 900008),
        # kinds in every way
        ("whitstable endowed ce junior", 118737),
        ("whitstable c of e", 118737),
        ("whitstable church of england", 118737),
        ("whitstable cofe jr", 118737),
        ("whitstable rc prim", 142162),
        ("whitstable roman catholic", 142162),
        ("st josephs infants", 900004),
        ("st nicholas c.e. v.c. hull", 900012),
        ("st nicholas vc primary", 900012),
        ("west borough academy maidstone", WEST_BOROUGH),
        ("west borough jmi sch maidstone", WEST_BOROUGH),
        ("maidstone grammar", 118835),
        ("girls grammar maidstone", GIRLS),
        ("mai gra girl", GIRLS),
        ("the whitstable school", WHITSTABLE),
        # where it is
        ("primary maidstone", WEST_BOROUGH),
        ("st josephs kent canterbury", 900002),
        ("newcastle on tyne royal", 900013),
        ("moor stoke on trent", 900014),
        ("ct5 1p", WHITSTABLE),
        ("infant ct5", 118363),
        # slips, and words run together or apart
        ("westborough maidstone", WEST_BOROUGH),
        ("st josefs broadstiars", ST_JOSEPHS),
        ("st jospehs broadstairs", ST_JOSEPHS),
        ("hwitstable junior", 118364),
        ("witstable junior", 118364),
        ("west bourough maidstone", WEST_BOROUGH),
        ("westmeeds whitstable", 118363),
        ("nicolas hull", 900012),
        # a postcode that no school has leads to its neighbours
        ("me16 8zz", WEST_BOROUGH),
    ],
)
def test_right_school_comes_first(typed, urn):
    assert first(typed) == urn


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize(
    "typed, urns",
    [
        ("ash", [900009, 900010]),
        ("st josephs catholic primary", [900002, 900003, 118790, 900004]),
        ("me1", [900015, 900016, 118835, WEST_BOROUGH, GIRLS]),
        ("ME1 1", [900015]),
        ("grove", [900015]),
        ("stone", [900014]),  # no school begins so: the nearest spelling
        ("urgh", []),
        ("qqqq", []),
        ("qqqq zzzz xxxx", []),
        ("999999", []),
        ("", []),
        ("  ’ … ", []),
        ("|", []),
        ("%", []),
        ("_", []),
        ("\x00", []),
        ("上海", []),
    ],
)
def test_all_that_fit_are_found_in_order(typed, urns):
    assert found(typed)[:5] == urns


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize("typed", ["a" * 100_000, "west " * 5000, "\U0010ffff", "1" * 300, "é" * 400, "st\ud800"])
def test_nothing_typed_breaks_it(typed):
    assert schools_found(typed).count() < 10


@pytest.mark.usefixtures("register")
def test_words_of_kind_alone_find_schools_of_that_kind():
    assert set(found("junior school")) == {118364, 118737}
    assert len(found("primary")) > 5
    assert len(found("primary", most=3)) == 3


def test_name_without_more_words_comes_first_where_the_place_was_typed_too():
    for urn, name in ((900101, "Oak Green Primary School"), (900102, "Oak Primary School")):
        SchoolFactory(urn=urn, name=name, town="Dover")
    assert found("oak dover") == [900102, 900101]


def test_many_schools_of_one_name_are_told_apart_by_their_place():
    School.objects.bulk_create(
        School(urn=200_000 + n, name="St Mary's Catholic Primary School", town=f"Town{chr(97 + n % 26)}", postcode="")
        for n in range(1300)
    )
    School.objects.bulk_create([School(urn=300_000, name="St Mary's Bright School", town="Deal", postcode="CT14 1AA")])
    assert first("st marys deal") == 300_000
    assert first("st mary bright") == 300_000
    assert School.objects.get(urn=first("st marys townq")).town == "Townq"
    assert len(found("st marys catholic")) == 40


def test_name_that_begins_with_what_was_typed_is_found_among_thousands(monkeypatch):
    monkeypatch.setattr(school_search, "MOST_LED_TO", 50)
    monkeypatch.setattr(school_search, "MOST_READ", 20)
    monkeypatch.setattr(school_search, "MOST_NAMED", 10)
    School.objects.bulk_create(School(urn=200_000 + n, name=f"School {n}", town="London") for n in range(100))
    School.objects.bulk_create([School(urn=300_000, name="London Academy", town="London")])
    assert first("london academy") == first("london") == 300_000


# --- closed schools -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("register")
def test_closed_school_is_found_as_what_it_has_become():
    closed = {"status": School.Status.CLOSED, "town": "Dover"}
    between = School.objects.create(urn=900101, name="Priory Academy", successor_id=WEST_BOROUGH, **closed)
    School.objects.create(urn=900100, name="Priory Junior School", successor=between, **closed)
    School.objects.create(urn=900102, name="Priory Infant School", **closed)
    assert found("priory dover") == found("900100") == found("900101") == [WEST_BOROUGH]
    assert found("900102") == []


def test_schools_that_became_each_other_are_not_found_and_break_nothing():
    closed = {"status": School.Status.CLOSED, "town": "Dover"}
    one = School.objects.create(urn=900100, name="Priory Junior School", **closed)
    School.objects.filter(urn=900100).update(
        successor=School.objects.create(urn=900101, name="Priory Academy", successor=one, **closed)
    )
    assert found("priory") == []


@pytest.mark.usefixtures("register")
def test_list_of_the_admin_finds_closed_schools_too_and_choices_do_not(admin_client):
    School.objects.create(urn=900102, name="Priory Infant School", status=School.Status.CLOSED, town="Dover")
    listed = admin_client.get("/admin/hubs/school/?q=priory dover").context["cl"].result_list
    assert [school.urn for school in listed] == [900102]
    choices = {"app_label": "hubs", "model_name": "schoollist", "field_name": "schools"}
    asked = admin_client.get("/admin/autocomplete/", choices | {"term": "st josephs broadstairs"})
    assert asked.json()["results"][0]["id"] == str(ST_JOSEPHS)
    assert admin_client.get("/admin/autocomplete/", choices | {"term": "priory dover"}).json()["results"] == []


# --- what it stands on ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("register")
def test_search_asks_once_a_word_and_twice_more():
    for typed, most in [("st josephs broadstairs", 5), ("whitstabel", 5), ("118568", 2)]:
        with CaptureQueriesContext(connection) as asked:
            found(typed)
        assert len(asked) <= most


def test_words_follow_what_is_saved():
    school = School.objects.create(urn=1, name="Oak School", town="Deal")
    school.name = "Elm School"
    school.save()
    assert set(SchoolWord.objects.values_list("word", flat=True)) == {"elm", "deal", " elm school"}
    assert (found("oak"), found("elm deal")) == ([], [1])


@pytest.mark.parametrize(
    "text, words",
    [
        ("St Joseph's R.C. Primary", "st joseph catholic primary"),
        ("Saint Joseph", "st joseph"),
        ("C of E (VA) Jnr & Inf", "ce aided junior infant"),
        ("All Saints’ CofE", "all st ce"),
        ("Ashton-upon-Mersey", "ashton mersey"),
        ("The Princess' Grass", "princess grass"),
    ],
)
def test_words_are_brought_to_one_form(text, words):
    assert words_of(text) == words.split()


def test_words_kept_are_those_that_lead_to_few():
    search = search_text(name="Ash Primary School", places=["Deal", "Kent"], postcode="CT14 1AA", urn=7)
    assert search == " ash primary school | deal kent | ct141aa 7 "
    assert words_to_look_up(search) == {"ash", "deal", "kent", "ct141aa", " ash primary school"}


def test_school_without_a_postcode_or_a_town_keeps_its_words():
    search = search_text(name="Ash School", places=["", ""], postcode="", urn=7)
    assert (words_to_look_up(search), words_typed("ash")) == ({"ash", " ash school"}, ["ash"])


@pytest.mark.parametrize(
    "one, other, far",
    [("ash", "ash", 0), ("ash", "ahs", 1), ("ash", "as", 1), ("ash", "oak", 3), ("josef", "joseph", 0), ("", "ab", 2)],
)
def test_distance_counts_slips(one, other, far):
    assert distance(one, other) == distance(other, one) == far
