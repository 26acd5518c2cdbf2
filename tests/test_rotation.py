"""Keys are changed as the guide says (docs/running.md#keys): what an old one signed goes on until it is dropped.

Links and recovery codes: tests/bookings/test_links.py, tests/hubs/test_signing_in.py.
"""

import pytest
from django.urls import reverse

from bookings import places
from bookings.mail.links import Purpose, token
from bookings.models import SchoolKind
from bookings.operations import fingerprints
from bookings.rule.party import VisitingSchool
from bookings.states import Status
from tests.factories import NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
HOME = reverse("admin:index")


def test_staff_stay_signed_in_while_the_old_secret_is_among_the_fallbacks(client, settings):
    client.force_login(StaffFactory(is_superuser=True))
    assert client.get(HOME).status_code == 200
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 40, [settings.SECRET_KEY]
    assert client.get(HOME).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(HOME).status_code == 200  # the first press took the new one


def test_whoever_was_away_meanwhile_is_signed_out_once_the_old_secret_is_dropped(client, settings):
    client.force_login(StaffFactory(is_superuser=True))
    settings.SECRET_KEY = "n" * 40
    assert client.get(HOME).status_code == 302


def test_private_link_works_for_as_long_as_its_key_stands_anywhere(client, settings):
    booking = places.hold(SessionFactory().pk, party(), clock=lambda: NOW)
    link = f"/bookings/{token(Purpose.CONTACT, booking)}/"
    old = settings.LINK_KEYS[0]
    settings.LINK_KEYS = ["n" * 40, old]
    assert client.get(link).status_code == 200
    settings.LINK_KEYS = ["n" * 40]
    assert client.get(link).status_code == 404


def test_school_that_was_typed_is_counted_anew_under_another_hash_key(settings):
    """As the guide warns. What was booked stands, and can be confirmed."""
    session = SessionFactory(share=1, room__capacity=10)
    typed = VisitingSchool(kind=SchoolKind.INDEPENDENT, name="Ash Lane School", place="Kent")
    first = places.hold(session.pk, party(visiting=typed), clock=lambda: NOW)
    settings.HASH_KEY = "n" * 40
    second = places.hold(session.pk, party(visiting=typed, email="another@school.example"), clock=lambda: NOW)
    for booking in (first, second):
        assert places.confirm(booking.pk, clock=lambda: NOW).status == Status.CONFIRMED


@pytest.mark.parametrize("name", ["LINK_KEYS", "CODE_KEYS", "HASH_KEY", "SECRET_KEY"])
def test_backup_says_which_keys_were_others_until_they_stand_behind_the_new_ones(settings, name):
    backup, old, new = fingerprints.of_settings(), getattr(settings, name), "n" * 40
    assert fingerprints.differing(backup) == []
    setattr(settings, name, new if isinstance(old, str) else [new])
    assert [said.partition(":")[0] for said in fingerprints.differing(backup)] == [name]
    if name == "SECRET_KEY":
        settings.SECRET_KEY_FALLBACKS = [old]
    else:
        setattr(settings, name, old if isinstance(old, str) else [new, *old])
    assert fingerprints.differing(backup) == []
