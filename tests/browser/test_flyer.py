"""A flyer on paper: one page of A4, however long its words are, and looked at on a phone and on a screen."""

import re

import pytest

from hubs.models import HostSchool, ShowcaseSession
from tests.browser.look import assert_looks_right, in_print

pytestmark = pytest.mark.browser

LONG = "Lessons from Shanghai, and what we can take from them into our own classrooms "


def pages_of(pdf):
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf))


def cut_off(page):
    """What of the flyer does not fit on its page."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    return page.evaluate("(e => e.scrollHeight - e.clientHeight)(document.querySelector('.flyer'))")


def longest(session):
    """Every line that a flyer shows as long as it can be."""
    session.title, session.suits_note, session.contact = (LONG * 3)[:150], (LONG * 3)[:200], (LONG * 3)[:200]
    session.about, session.place_name, session.venue = LONG * 9, (LONG * 3)[:150], None
    session.place_address, session.place_town, session.place_postcode = (
        (LONG * 2)[:100],
        "Ashby-de-la-Zouch",
        "LE65 1AA",
    )
    session.save()


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("name", ["open", "long_names", "announced", "longest", "chinese"])
def test_flyer_is_one_page_of_paper(visit, cast, name):
    session = cast.open if name in ("chinese", "longest") else getattr(cast, name)
    before = ShowcaseSession.objects.get(pk=session.pk)
    if name == "longest":
        longest(ShowcaseSession.objects.get(pk=session.pk))
    page = visit(java_script_enabled=True)
    page.goto(f"{'/zh-hans' if name == 'chinese' else ''}/sessions/{session.ref}/flyer/")
    assert_looks_right(page, f"flyer-{name}")
    in_print(page, f"flyer-{name}")
    assert cut_off(page) <= 0
    assert pages_of(page.pdf(prefer_css_page_size=True)) == 1
    before.save()


@pytest.mark.usefixtures("rows")
def test_flyer_of_a_visit_is_one_page_of_paper(visit, cast):
    host = HostSchool.objects.create(hub_year=cast.kent, school=cast.west)
    sessions = ShowcaseSession.objects.filter(hub_year=cast.kent)
    had = dict(sessions.values_list("pk", "host_school"))
    sessions.update(host_school=host)
    page = visit(java_script_enabled=True)
    page.goto(f"/hubs/kent-medway/visits/{host.pk}/flyer/")
    assert_looks_right(page, "flyer-visit")
    assert cut_off(page) <= 0
    assert pages_of(page.pdf(prefer_css_page_size=True)) == 1
    for pk, was in had.items():
        ShowcaseSession.objects.filter(pk=pk).update(host_school=was)
    host.delete()
