"""What comes after a session, looked at: the report and its lists, costs, groups, the register, what is kept of you."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.groups import inviting
from bookings.mail.links import Purpose, token
from bookings.models import Interest, Register, Visitor
from bookings.rule.invited import Named, Sends
from bookings.rule.party import NewVisitor
from bookings.verbs import staff_booking
from hubs.models import Cost, HostSchool, LocalAuthority, Remark, VisitingTeacher
from hubs.vocabulary.school_days import academic_year
from tests.browser.cast import LONG_SCHOOL, LONG_WORD, confirmed, link
from tests.browser.look import assert_looks_right, in_forced_colours, in_print, looked_at
from tests.browser.staff_forms import signed_in
from tests.factories import (
    ExchangeFactory,
    HubYearFactory,
    SchoolFactory,
    SessionFactory,
    party,
    staff_of,
)
from tests.groups import asked, group_of

pytestmark = pytest.mark.browser
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LONG_NAME = f"Ada {LONG_WORD[:40]}"
EAST, NORTH = 340_000, 540_000  # far from the schools of other tests, for axe reads every one that a page lists


@pytest.fixture(scope="module")
def after(showcase, cast, django_db_blocker):
    """A hub's exchange with a session that is recorded and one that is not, costs, a group and whoever would join."""
    with showcase.opened(django_db_blocker):
        yield rows()


def rows():
    now = timezone.now()
    exchange = ExchangeFactory(year=academic_year(timezone.localdate()))
    cumbria = LocalAuthority.objects.create(code="909", name="Cumbria")
    venue = SchoolFactory(
        name="West Borough Primary School", local_authority=cumbria, easting=EAST - 500, northing=NORTH
    )
    year = HubYearFactory(name="Afterwards Maths Hub", exchange=exchange, lead_school=venue, cover_day_pence=21_000)
    year.area.add(cumbria)
    host = HostSchool.objects.create(hub_year=year, school=venue, first_day=(now - DAY).date(), last_day=now.date())
    over = {"host_school": host, "starts_at": now - 6 * HOUR, "ends_at": now - 4 * HOUR, "share": None}
    recorded = SessionFactory(hub_year=year, title="Year 6: dividing fractions", **over)
    fang = VisitingTeacher.objects.create(hub_year=year, name_pinyin="Wang Fang", name_characters="王芳")
    recorded.lessons.get().visiting_teachers.add(fang)
    open_still = SessionFactory(hub_year=year, title="Year 2: tens", **(over | {"host_school": None, "venue": venue}))
    staff = staff_of(year.hub, role="lead")
    for session in (recorded, open_still):
        for number in range(10):
            school = SchoolFactory(
                name=LONG_SCHOOL if number == 3 else f"School {number}", easting=EAST + 900 * number,
                northing=NORTH, local_authority=cumbria,
            )  # fmt: skip
            who = party(
                email=f"after{number}@{session.ref.lower()}.example", contact_name=LONG_NAME, school=school,
                visitors=(NewVisitor(), NewVisitor(full_name="Ben Colleague")),
            )  # fmt: skip
            staff_booking.staff_booking(session.pk, who, by=staff, clock=lambda: now - 20 * DAY, why="test")
    came = Visitor.objects.filter(booking__session=recorded)
    came.update(attendance="attended", marked_at=now, role=1)
    Register.objects.create(session=recorded, recorded_at=now, recorded_by=staff)
    Cost.objects.create(hub_year=year, kind="travel", pence=486_000, who_pays="the programme")
    Cost.objects.create(hub_year=year, kind="specialists", days="18")
    Remark.objects.create(hub_year=year, section="places", text="Snow on Friday: one session cancelled.")
    for visitor in came.filter(is_contact=True):
        Interest.objects.create(hub_year=year, visitor=visitor, wants="yes", role="lead", at=now)
    group = group_of(year, name="Oak work group", school=venue, cover_days=2, hub_pays="£190 a day.")
    schools = [(SchoolFactory(name=LONG_SCHOOL), "lead@after.example"), (SchoolFactory(), "elm@after.example")]
    invited = [asked(school, email) for school, email in schools]
    head, teacher = inviting.invite(group.pk, invited, by=staff, clock=timezone.now)
    teachers = [Named(LONG_NAME, "lead@after.example", is_lead=True), Named("Ben Colleague", "ben@after.example")]
    inviting.name(head.pk, Sends(LONG_NAME, "Pat Head", "head@after.example", teachers), clock=timezone.now)
    ahead = now + 30 * DAY
    to_come = SessionFactory(hub_year=year, title="Year 4: area", starts_at=ahead, ends_at=ahead + 2 * HOUR)
    people = (NewVisitor(), NewVisitor(full_name=LONG_NAME, email="long@after.example"))
    booking = confirmed(to_come, "kept@after.example", contact_name=LONG_NAME, visitors=people)
    return SimpleNamespace(
        year=year, host=host, recorded=recorded, open_still=open_still, staff=staff, group=group, booking=booking,
        head=head, teacher=teacher,
    )  # fmt: skip


REPORTS = {
    "reports": lambda after: reverse("reports"),
    "report": lambda after: reverse("report", args=["exchange", after.year.pk]),
    "report-schools": lambda after: reverse("report-schools", args=["exchange", after.year.pk]),
}
PAGES = REPORTS | {
    "costs": lambda after: reverse("admin:hubs_hubyear_costs", args=[after.year.pk]),
    "figures": lambda after: reverse("admin:hubs_hubyear_figures", args=[after.year.pk]),
    "group": lambda after: reverse("admin:hubs_workgroup_overview", args=[after.group.pk]),
    "group-invite": lambda after: reverse("admin:hubs_workgroup_invite", args=[after.group.pk]),
    "group-meetings": lambda after: reverse("admin:hubs_workgroup_meetings", args=[after.group.pk]),
    "record": lambda after: reverse("admin:hubs_showcasesession_register_record", args=[after.open_still.pk]),
    "certificates": lambda after: reverse("admin:hubs_showcasesession_certificates", args=[after.recorded.pk]),
    "certificates-visit": lambda after: reverse("admin:hubs_hostschool_certificates", args=[after.host.pk]),
    "erase": lambda after: reverse("admin:bookings_booking_erase", args=[after.booking.pk]),
    "booking-long-name": lambda after: reverse("admin:bookings_booking_overview", args=[after.booking.pk]),
}
PRIVATE = {
    "booking-long-word": lambda after: link(after.booking),
    "kept": lambda after: link(after.booking, "kept/"),
    "kept-erase": lambda after: link(after.booking, "kept/erase/"),
    "erased": lambda after: reverse("erased"),
    "invitation": lambda after: path_of(after.teacher, Purpose.INVITATION),
    "invitation-head": lambda after: path_of(after.head, Purpose.HEAD),
}


def path_of(row, purpose):
    row.refresh_from_db()
    return f"/bookings/{token(purpose, row)}/"


@pytest.mark.usefixtures("rows")
def test_what_staff_see_afterwards_looks_right(visit, showcase, after):
    """One browser for all of them: signing in and opening one costs more than looking."""
    page = signed_in(visit, showcase, after.staff)
    for name, address in PAGES.items():
        page.goto(address(after))
        assert_looks_right(page, f"staff-{name}")
    page.goto(PAGES["report"](after))
    in_print(page, "staff-report")
    in_forced_colours(page, "staff-report")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(PAGES["report"](after) + "?copy=out")  # the same page in other words, which may be longer
    assert looked_at(page, "staff-report-leaving") == []


@pytest.mark.usefixtures("rows")
def test_private_pages_afterwards_look_right(visit, after):
    page = visit(java_script_enabled=True)
    for name, address in PRIVATE.items():
        page.goto(address(after))
        assert_looks_right(page, name)
