"""Logs carry no private link and no address, whatever goes wrong."""

import logging
import smtplib

import pytest
from django.db import IntegrityError, transaction

from bookings import places
from bookings.models import Mail
from hubs.vocabulary.logs import PrivateFormatter, without_private
from tests.factories import NOW, SessionFactory, party

TOKEN = "Cef-N5SQRK6zZJ4DLf6KxAEAAAABvhyQH2yIdC7ggID5_4gjPA"


@pytest.mark.parametrize(
    "text, said",
    [
        (f"GET /bookings/{TOKEN}/ 200", "GET /bookings/[link] 200"),
        (f"GET /bookings/{TOKEN}/cancel/ 200", "GET /bookings/[link] 200"),
        (
            f"https://showcase.example/bookings/{TOKEN}/?next=1 seen",
            "https://showcase.example/bookings/[link]?next=1 seen",
        ),
        (f"path='/bookings/{TOKEN}/'", "path='/bookings/[link]'"),
        ("550 <jo.brown@school.example>: no", "550 <[address]>: no"),
        ("Key (email)=(jo@school.example) exists", "Key (email)=([address]) exists"),
        ("to jo+maths@sub.school.example, an@b.example", "to [address], [address]"),
        ("'jürgen@schüle.example'", "'[address]'"),
        ("nothing to hide at 18:00", "nothing to hide at 18:00"),
    ],
)
def test_private_parts_are_blanked(text: str, said: str) -> None:
    assert without_private(text) == said


def formatted(error: Exception) -> str:
    try:
        raise error
    except Exception as raised:
        info = (type(raised), raised, raised.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "Failed at %s", (f"/bookings/{TOKEN}/",), info)
    return PrivateFormatter("{levelname} {message}", style="{").format(record)


def test_traceback_is_blanked_too() -> None:
    text = formatted(ValueError(f"jo@school.example has /bookings/{TOKEN}/"))
    assert "ValueError: [address] has /bookings/[link]" in text
    assert TOKEN not in text
    assert "jo@school" not in text


@pytest.mark.django_db
def test_row_that_the_database_quotes_is_blanked() -> None:
    booking = places.hold(SessionFactory().pk, party(email="jo@school.example"), clock=lambda: NOW)
    mail = Mail.objects.get(booking=booking)
    mail.pk = None
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        mail.save(force_insert=True)
    assert "jo@school" not in formatted(caught.value)


def test_refused_recipient_is_said_without_the_address() -> None:
    refused = smtplib.SMTPRecipientsRefused({"jo@school.example": (550, b"<jo@school.example> unknown")})
    assert "jo@school" not in formatted(refused)
