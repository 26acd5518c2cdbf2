"""The visitors' sheet on paper: one page of A4, whatever the programme, and looked at on a phone and on a screen."""

import datetime as dt

import pytest

from hubs.models import ProgrammeSegment
from tests.browser.cast import link
from tests.browser.look import assert_looks_right, in_print
from tests.browser.test_flyer import pages_of

pytestmark = pytest.mark.browser


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("lines", [0, 4, 14])
def test_sheet_is_one_page_of_paper_with_room_to_write(visit, cast, lines):
    rows = [
        ProgrammeSegment(
            session=cast.roomy, position=n, starts=dt.time(9, 3 * n), text=f"Part {n}: " + "what we do " * 6
        )
        for n in range(1, lines + 1)
    ]
    made = ProgrammeSegment.objects.bulk_create(rows)
    page = visit(java_script_enabled=True)
    page.goto(link(cast.confirmed, "sheet/"))
    assert_looks_right(page, f"sheet-{lines}")
    in_print(page, f"sheet-{lines}")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    too_high = page.evaluate("(e => e.scrollHeight - e.clientHeight)(document.querySelector('.sheet'))")
    room = page.evaluate("[...document.querySelectorAll('.sheet-room')].map(e => e.clientHeight)")
    assert (too_high <= 0, min(room) > 120) == (True, True)
    assert pages_of(page.pdf(prefer_css_page_size=True)) == 1
    ProgrammeSegment.objects.filter(pk__in=[one.pk for one in made]).delete()
