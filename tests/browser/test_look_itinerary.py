"""A visiting teacher's itinerary, on a phone, on a screen and on paper."""

import pytest
from playwright.sync_api import expect

from hubs.models import VisitingTeacher
from tests.browser.cast import itinerary_link
from tests.browser.look import assert_looks_right, in_forced_colours, in_print

pytestmark = pytest.mark.browser

WHOSE = {"itinerary": "teacher", "itinerary-without-dates": "teacher_without_dates"}


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("name", WHOSE)
def test_itinerary_looks_right(visit, cast, name):
    page = visit(java_script_enabled=True)
    page.goto(itinerary_link(getattr(cast, WHOSE[name])))
    assert_looks_right(page, name)
    in_print(page, name)
    in_forced_colours(page, name)


@pytest.mark.usefixtures("rows")
def test_teacher_from_shanghai_says_yes_and_takes_it_back(visit, cast):
    """Without JavaScript, on the Chinese address: each press leads back to the same place of the page."""
    page = visit(viewport={"width": 320, "height": 640})
    page.goto("/zh-hans" + itinerary_link(cast.teacher))
    row = page.locator("#film")
    for agrees in (True, False):
        row.locator("button").click()
        assert page.url.endswith("/#consent")
        assert page.url.split("/")[3] == "zh-hans"
        row = page.locator("#film")
        assert (VisitingTeacher.objects.get(pk=cast.teacher.pk).film_agreed_at is not None) == agrees
        expect(row.locator(".tag.good")).to_have_count(int(agrees))
