"""Logs carry no private link and no address, whatever goes wrong."""

import datetime as dt
import io
import json
import logging
import logging.config
import smtplib
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from gunicorn.config import Config
from gunicorn.glogging import Logger

from bookings import places
from bookings.models import AuditEntry, Booking, Mail
from hubs.models import School
from hubs.vocabulary import request_ids
from hubs.vocabulary.logs import JsonFormatter, PrivateFormatter, without_private, without_values
from showcase.gunicorn import logconfig_dict
from tests.browser.steps import book
from tests.factories import NOW, SchoolFactory, SessionFactory, party

WHO = "'Jo Brown' of jo@school.example"  # apart from the line that says it, which a traceback shows
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
        ("Invalid request from ip=203.0.113.9: no method", "Invalid request from ip=[network] no method"),
        ("nothing to hide at 18:00", "nothing to hide at 18:00"),
    ],
)
def test_private_parts_are_blanked(text: str, said: str) -> None:
    assert without_private(text) == said


@pytest.mark.parametrize("word", ["5.", "a", "a/", "%40", "/bookings/", "/admin/password/a", "ip="])
def test_a_long_word_takes_no_longer_than_as_many_short_ones(word: str) -> None:
    """Anybody can send one, to the address that takes delivery reports."""
    began = time.monotonic()
    without_private(word * (1_000_000 // len(word)))
    assert time.monotonic() - began < 5


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


# --- what somebody typed, in what an error says -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "said, told",
    [
        ("Key (name)=(Jo Brown) exists.\nDETAIL:  Failing row contains (1, Jo Brown).", "DETAIL: [values]"),
        ("syntax error\nLINE 1: SELECT 'Jo Brown' FROM\n               ^", "LINE 1: [values]"),
        ("could not convert 'Jo Brown'", "could not convert [value]"),
        ("could not convert 'Jo'", "could not convert [value]"),
        ('column "email_key" does not exist', 'column "email_key" does not exist'),
        ("'from_version'", "'from_version'"),
        (
            'connection to server at "127.0.0.1", port 5432 failed',
            'connection to server at "127.0.0.1", port 5432 failed',
        ),
    ],
)
def test_an_error_says_no_value(said: str, told: str) -> None:
    assert told in without_values(said)
    assert "Jo Brown" not in without_values(said.partition("\n")[2] or said)


def test_errors_that_led_to_an_error_are_said_without_values_too() -> None:
    try:
        try:
            raise LookupError(WHO)
        except LookupError:
            raise ValueError(WHO) from None
    except ValueError as error:
        alone = formatted(error)
    assert "LookupError: " not in alone
    try:
        try:
            raise LookupError(WHO)
        except LookupError as first:
            raise ValueError(WHO) from first
    except ValueError as error:
        text = formatted(error)
    assert "LookupError: [value] of [address]\n\nand then:" in text
    assert "Brown" not in text
    assert "test_logs.py" in text


@pytest.mark.django_db
def test_row_that_a_check_refuses_is_not_quoted() -> None:
    """PostgreSQL says the whole row, SQLite nothing of it."""
    booking = places.hold(SessionFactory().pk, party(contact_name="Zebedee Quill"), clock=lambda: NOW)
    assert booking
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(party=0)
    assert "Zebedee" not in formatted(caught.value)


# --- one object a line ------------------------------------------------------------------------------------------------


def test_record_is_one_object_with_its_request_and_no_line_of_its_own() -> None:
    name = request_ids.begin("0123456789abcdef")
    try:
        raise ValueError("two\nlines of jo@school.example")
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("showcase.x", logging.ERROR, __file__, 1, "At /bookings/%s/", (TOKEN,), info)
    line = JsonFormatter(version="1.2.3").format(record)
    request_ids.end()
    said = json.loads(line)
    assert "\n" not in line
    assert (said["level"], said["logger"], said["version"], said["request"]) == ("error", "showcase.x", "1.2.3", name)
    assert said["message"] == "At /bookings/[link]"
    assert said["exception"].endswith("ValueError: two\nlines of [address]")
    assert dt.datetime.fromisoformat(said["time"]).utcoffset() == dt.timedelta(0)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the console of the production settings is told."""
    console = next(one for one in logging.getLogger("django").handlers if isinstance(one, logging.StreamHandler))
    told = io.StringIO()
    before = console.setStream(told)
    yield told
    console.setStream(before)


def test_web_server_logs_as_we_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """What gunicorn makes of our settings of it; its own defaults stand behind what ours leave out."""
    told = io.StringIO()
    monkeypatch.setattr("sys.stderr", told)
    config = Config()
    config.set("logconfig_dict", logconfig_dict)
    try:
        Logger(config).warning("Invalid request from ip=203.0.113.9: /bookings/%s/", TOKEN)
    finally:
        logging.config.dictConfig(settings.LOGGING)
    said = json.loads(told.getvalue())
    assert said["logger"] == "gunicorn.error"
    assert said["message"] == "Invalid request from ip=[network] /bookings/[link]"


def test_host_that_is_not_ours_is_one_line_and_a_warning(client: Client, lines: io.StringIO) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    (line,) = lines.getvalue().splitlines()
    said = json.loads(line)
    assert (said["level"], said["logger"], "exception" in said) == ("warning", "django.security.DisallowedHost", False)


def test_too_many_fields_are_one_line(client: Client, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA_UPLOAD_MAX_NUMBER_FIELDS", 2)
    assert client.post("/admin/login/", {"a": 1, "b": 2, "c": 3}).status_code == 400
    assert [json.loads(line)["level"] for line in lines.getvalue().splitlines()] == ["warning"]


@pytest.mark.django_db
def test_fault_of_ours_can_be_found_by_what_its_page_says(
    client: Client, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError(WHO)

    monkeypatch.setattr(School, "from_db", broken)
    session = SessionFactory()
    client.raise_request_exception = False
    response = client.get(f"/sessions/{session.ref}/")
    (line,) = lines.getvalue().splitlines()
    said = json.loads(line)
    assert response.status_code == 500
    assert said["request"] in response.content.decode()
    assert said["request"] == response[request_ids.HEADER]
    assert "ValueError" in said["exception"]
    assert "Brown" not in line
    assert "jo@school" not in line


# --- the name of a request --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_press_stands_in_trail_and_outbox_by_the_name_of_its_request(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, school = SessionFactory(), SchoolFactory()
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    answer = book(client, session, school)
    name = answer[request_ids.HEADER]
    assert len(name) == 16
    assert list(AuditEntry.objects.values_list("request_id", flat=True)) == [name]
    assert list(Mail.objects.values_list("request_id", flat=True)) == [name]
    assert request_ids.current() == ""  # it has been answered


@pytest.mark.django_db
def test_what_is_due_by_itself_has_no_request() -> None:
    places.hold(SessionFactory().pk, party(), clock=lambda: NOW)
    assert AuditEntry.objects.get().request_id == ""


@pytest.mark.django_db
def test_page_that_a_cache_hands_to_others_says_no_name_of_a_request(client: Client) -> None:
    assert request_ids.HEADER not in client.get("/").headers
    assert len(client.get("/admin/login/")[request_ids.HEADER]) == 16


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given, proxies, believed",
    [
        ("0123456789abcdef0123456789abcdef", 1, True),
        ("0123456789abcdef0123456789abcdef", 0, False),
        ("jo@school.example", 1, False),
        ("0123456789ABCDEF", 1, False),
        ("0" * 33, 1, False),
    ],
)
def test_name_of_a_request_is_taken_from_our_proxy_alone(
    client: Client, monkeypatch: pytest.MonkeyPatch, given: str, proxies: int, believed: bool
) -> None:
    monkeypatch.setattr(settings, "PROXIES", proxies)
    said = client.get("/admin/login/", headers={"x-request-id": given})[request_ids.HEADER]
    assert (said == given) is believed
