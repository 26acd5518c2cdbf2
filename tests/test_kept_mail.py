"""The demo's mail as a newcomer sees it: HTML in a frame that can do nothing, plain text, and the calendar entry."""

import html
import re

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import path

from showcase import kept_mail, pages, urls
from tests.browser.reading import Page

pytestmark = pytest.mark.urls(__name__)

urlpatterns = [
    path("dev/mail/", pages.kept_mails, name="dev-mail"),
    path("dev/mail/<int:name>/", pages.kept_mail, name="dev-mail-html"),
    *urls.urlpatterns,
]
ENTRY = "BEGIN:VCALENDAR\r\nDESCRIPTION:Declining here does not rele\r\n ase your place\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def sent(settings, tmp_path):
    """Sends a mail as the demo does; gives its name."""
    settings.EMAIL_FILE_PATH = str(tmp_path)

    def send(subject="Tomorrow", *, as_html="<html><head></head><body><b>Come & see</b></body></html>", entries=()):
        message = EmailMultiAlternatives(subject, "Come & see: https://testserver/x/", "hub@x.example", ["t@x.example"])
        if as_html:
            message.attach_alternative(as_html, "text/html")
        for entry in entries:
            message.attach("showcase.ics", entry, "text/calendar; method=REQUEST")
        kept_mail.KeptMail().send_messages([message])
        return kept_mail.newest_first()[0].name

    return send


def test_mail_is_shown_in_a_frame_that_may_only_lead_away_when_somebody_presses(client, sent):
    name = sent()
    answer = client.get("/dev/mail/")
    frame = re.search(r"<iframe[^>]*>", answer.content.decode())[0]
    assert f'src="/dev/mail/{name}/"' in frame
    assert 'sandbox="allow-top-navigation-by-user-activation"' in frame
    assert "frame-src 'self'" in answer["Content-Security-Policy"]
    assert "The same in plain text" in Page(answer).text
    assert Page(answer).links["https://testserver/x/"] == "https://testserver/x/"


def test_mail_itself_has_its_styles_and_no_more(client, sent):
    answer = client.get(f"/dev/mail/{sent()}/")
    policy = {part.strip() for part in answer["Content-Security-Policy"].split(";")}
    assert policy == {
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "frame-ancestors 'self'",
        "sandbox allow-top-navigation-by-user-activation",
    }
    assert '<head><base target="_top"></head><body><b>Come & see</b>' in html.unescape(answer.content.decode())
    assert answer["Cache-Control"] == "no-store"


def test_calendar_entry_is_shown_as_a_calendar_reads_it(client, sent):
    sent()
    assert "Its calendar entry" not in Page(client.get("/dev/mail/")).text
    sent(entries=[ENTRY, ENTRY.replace("Declining here", "Declining there")])
    said = Page(client.get("/dev/mail/")).text
    assert "Its calendar entry BEGIN:VCALENDAR DESCRIPTION:Declining here does not release your place" in said
    assert "DESCRIPTION:Declining there" in said


def test_newest_is_first_and_a_mail_that_is_not_there_is_not_found(client, sent):
    name = sent("First", as_html="")
    sent("Second")
    said = Page(client.get("/dev/mail/")).text
    assert said.index("Second") < said.index("First")
    assert client.get(f"/dev/mail/{name}/").status_code == 404
    assert client.get("/dev/mail/1/").status_code == 404
    assert client.post("/dev/mail/").status_code == 405
