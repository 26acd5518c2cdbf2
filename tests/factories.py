"""Small rows with sensible values. A session is tomorrow-proof: three weeks ahead of `NOW`, open, with places."""

import datetime as dt
from typing import Any

import factory
from django.contrib.auth import get_user_model

from bookings.models import Places, SchoolKind
from bookings.rule.party import NewVisitor, Party, VisitingSchool
from bookings.states import SessionStatus
from hubs.models import Exchange, HostSchool, Hub, HubYear, Lesson, Membership, School, ShowcaseSession
from hubs.vocabulary.school_days import SchoolDays, academic_year, london
from hubs.vocabulary.teaching import Years

# A Monday in term; sessions of these tests are on Tuesday 26 January 2027. Where a test has a server that reads a clock
# of its own, DAY is another (tests/browser/conftest.py).
NOW = london(dt.date(2027, 1, 4), dt.time(9, 30))
DAY = dt.date(2027, 1, 26)
GROWS = "ada@" + ".".join(["ß" * 30] * 5) + ".uk"  # an address that fits its column, and compared does not


class ExchangeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Exchange
        django_get_or_create = ("year",)

    year = factory.LazyFunction(lambda: academic_year(DAY))
    name = "England–Shanghai exchange"


class HubFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Hub

    slug = factory.Sequence(lambda n: f"hub-{n}")


class HubYearFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = HubYear

    hub = factory.SubFactory(HubFactory)
    exchange = factory.SubFactory(ExchangeFactory)
    name = factory.Sequence(lambda n: f"Maths Hub {n}")
    contact_name = "Hub Office"
    contact_email = "office@hub.example"


class SchoolFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = School

    urn = factory.Sequence(lambda n: 900000 + n)
    name = factory.Sequence(lambda n: f"Test Primary School {n}")
    town = "Maidstone"
    postcode = "ME16 8TL"
    phase = School.Phase.PRIMARY
    easting = 574000
    northing = 155000


class SessionFactory(factory.django.DjangoModelFactory):
    """An open session of 30 places; `places=` of other values, `status=` another status."""

    class Meta:
        model = ShowcaseSession
        skip_postgeneration_save = True

    hub_year = factory.SubFactory(HubYearFactory)
    venue = factory.SubFactory(SchoolFactory)
    starts_at = factory.LazyFunction(lambda: london(DAY, dt.time(9)))
    ends_at = factory.LazyFunction(lambda: london(DAY, dt.time(11, 45)))
    suits_years = Years.Y6

    taught = factory.LazyFunction(lambda: [[int(Years.Y6), ""]])

    @classmethod
    def _create(cls, model_class: type[ShowcaseSession], *args: Any, **kwargs: Any) -> ShowcaseSession:
        """With its dates for booking at once: thousands of tests make one."""
        session = model_class(*args, **kwargs)
        session.fill_in_dates(SchoolDays())
        session.save(force_insert=True)
        return session

    @factory.post_generation
    def lessons_of(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        """Of the usual one the session's row says already what is taught; another tells it, as every lesson does."""
        if extracted:
            Lesson.objects.create(session=self, years=extracted)
        else:
            Lesson.objects.bulk_create([Lesson(session=self, years=Years.Y6)])

    @factory.post_generation
    def room(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        values = {"capacity": 30, "status": SessionStatus.OPEN} | kwargs
        Places.objects.create(session=self, **values)


def staff_of(hub: Hub, role: str = Membership.Role.ADMINISTRATOR) -> Any:
    """Somebody who works for that hub."""
    user = StaffFactory()
    Membership.objects.create(user=user, hub=hub, role=role)
    return user


class StaffFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()

    email = factory.Sequence(lambda n: f"staff{n}@hub.example")
    full_name = "Hub Staff"


def party(
    *, size: int = 1, email: str = "teacher@school.example", school: School | None = None, **fields: Any
) -> Party:
    """A party of `size` from one school: the contact, and colleagues with addresses of their own."""
    local, _, domain = email.partition("@")
    colleagues = [NewVisitor(full_name=f"Colleague {n}", email=f"{local}+{n}@{domain}") for n in range(2, size + 1)]
    if school is None and "visiting" not in fields:
        school = SchoolFactory()
    visiting = fields.pop("visiting", None) or VisitingSchool(kind=SchoolKind.REGISTER, school=school)
    defaults = {"contact_name": "Test Teacher", "contact_email": email, "school": visiting}
    return Party(**(defaults | {"visitors": (NewVisitor(), *colleagues)} | fields))


def session_of_every_page() -> ShowcaseSession:
    """With all that a public page can be of, but for files: a host school, and a hub that had an earlier year."""
    session = SessionFactory(ref="ABC234", hub_year__hub__slug="kent")
    session.host_school = HostSchool.objects.create(pk=1, hub_year=session.hub_year, school=session.venue)
    session.save()
    HubYearFactory(hub=session.hub, exchange=ExchangeFactory(year=2018))
    return session
