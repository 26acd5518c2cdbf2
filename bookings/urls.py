"""Addresses of sessions, booking steps and private links."""

from django.urls import path, register_converter

from bookings.views import (
    booking_steps,
    certificates,
    change,
    code,
    feedback,
    feeds,
    files,
    flyers,
    hub_pages,
    invitation,
    itinerary,
    kept,
    my_bookings,
    new_address,
    office,
    party,
    password,
    private,
    same_people,
    sent,
    sessions,
    tell_me,
    unproved,
)
from hubs.vocabulary.references import ALPHABET


class RefConverter:
    """A session's reference, in either case."""

    regex = f"[{ALPHABET}{ALPHABET.lower()}]{{6}}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value


class AcademicYearConverter:
    """An academic year by the year that it starts in: 2018 stands in addresses as 2018-19, and as nothing else."""

    regex = "[0-9]{4,5}-[0-9]{2}"

    def to_python(self, value: str) -> int:
        year = int(value[:-3])
        if self.to_url(year) != value:
            raise ValueError(value)  # no such address
        return year

    def to_url(self, value: int) -> str:
        return f"{value:04}-{(value + 1) % 100:02}"


register_converter(RefConverter, "ref")
register_converter(AcademicYearConverter, "academic_year")

urlpatterns = [
    path("sessions/<ref:ref>/", sessions.session, name="session"),
    path("sessions.json", feeds.sessions_json, name="sessions-json"),
    path("sessions.ics", feeds.sessions_calendar, name="sessions-calendar"),
    path("sessions/<ref:ref>.ics", feeds.session_calendar, name="session-calendar"),
    path("hubs/<slug:slug>/<academic_year:year>/", hub_pages.hub_in_a_year, name="hub-year"),
    path("hubs/<slug:slug>/sessions.ics", feeds.hub_calendar, name="hub-calendar"),
    path("hubs/<slug:slug>/embed/", feeds.embed, name="hub-embed"),
    path("sessions/<ref:ref>/files/<int:pk>/", files.resource, name="resource"),
    path("sessions/<ref:ref>/directions/", sessions.directions, name="directions"),
    path("photographs/<str:name>", files.photograph, name="photograph"),
    path("sessions/<ref:ref>/flyer/", flyers.of_session, name="flyer"),
    path("hubs/<slug:slug>/visits/<int:pk>/flyer/", flyers.of_visit, name="flyer-visit"),
    path("<ref:ref>", sessions.short, name="session-short"),
    path("sessions/<ref:ref>/tell-me/", tell_me.session, name="tell-me-session"),
    path("sessions/<ref:ref>/tell-me/sent/", tell_me.session_sent, name="tell-me-session-sent"),
    path("hubs/<slug:slug>/tell-me/", tell_me.hub, name="tell-me-hub"),
    path("hubs/<slug:slug>/tell-me/sent/", tell_me.hub_sent, name="tell-me-hub-sent"),
    path("hubs/<slug:slug>/visits/<int:pk>/tell-me/", tell_me.visit, name="tell-me-visit"),
    path("hubs/<slug:slug>/visits/<int:pk>/tell-me/sent/", tell_me.visit_sent, name="tell-me-visit-sent"),
    path("tell-me/", tell_me.search, name="tell-me-search"),
    path("tell-me/sent/", tell_me.search_sent, name="tell-me-search-sent"),
    path("tell-me/stopped/", tell_me.stopped, name="tell-me-stopped"),
    path("sessions/<ref:ref>/book/", booking_steps.find_school, name="book"),
    path("sessions/<ref:ref>/book/school/", booking_steps.pick_school, name="book-school"),
    path("sessions/<ref:ref>/book/other/", booking_steps.other_school, name="book-other"),
    path("sessions/<ref:ref>/book/code/", code.code, name="book-code"),
    path("sessions/<ref:ref>/book/who/", booking_steps.who, name="book-who"),
    path("sessions/<ref:ref>/book/check/", booking_steps.check, name="book-check"),
    path("sessions/<ref:ref>/book/sent/", sent.sent, name="book-sent"),
    path("sessions/<ref:ref>/book/again/", sent.send_again, name="book-again"),
    path("sessions/<ref:ref>/book/address/", sent.another_address, name="book-address"),
    path("bookings/<str:token>/", tell_me.by_link, name="booking"),
    path("bookings/<str:token>/tell-me/", tell_me.prove, name="tell-me-prove"),
    path("bookings/<str:token>/stop/", tell_me.stop, name="tell-me-stop"),
    path("bookings/<str:token>/confirm/", private.confirm, name="booking-confirm"),
    path("bookings/<str:token>/wait/", private.wait, name="booking-wait"),
    path("bookings/<str:token>/cancel/", private.cancel, name="booking-cancel"),
    path("bookings/<str:token>/cancel/all/", private.cancel_all, name="booking-cancel-all"),
    path("bookings/<str:token>/change/", change.change, name="booking-change"),
    path("bookings/<str:token>/needs/", change.needs, name="booking-needs"),
    path("bookings/<str:token>/same-people/", same_people.choose, name="booking-same-people"),
    path("bookings/<str:token>/keep-address/", change.keep_address, name="booking-keep-address"),
    path("bookings/<str:token>/use-address/", new_address.use, name="new-address-use"),
    path("bookings/<str:token>/answer/", unproved.answer, name="unproved-answer"),
    path("bookings/<str:token>/drop/", unproved.drop, name="unproved-drop"),
    path("bookings/<str:token>/add/", party.add, name="booking-add"),
    path("bookings/<str:token>/hand-over/", party.give, name="booking-hand-over"),
    path("bookings/<str:token>/take/", party.take, name="booking-take"),
    path("bookings/<str:token>/take-back/", party.take_back, name="booking-take-back"),
    path("bookings/<str:token>/visitors/<int:position>/remove/", party.remove, name="visitor-remove"),
    path("bookings/<str:token>/visitors/<int:position>/hand-over/", party.give, name="visitor-hand-over"),
    path("bookings/<str:token>/visitors/<int:position>/take-back/", party.take_back, name="visitor-take-back"),
    path("bookings/<str:token>/feedback/", feedback.open_form, name="booking-feedback"),
    path("bookings/<str:token>/take-back-words/", feedback.withdraw, name="feedback-withdraw"),
    path("bookings/<str:token>/seen/", private.seen, name="booking-seen"),
    path("bookings/<str:token>/arrived/", office.arrived, name="office-arrived"),
    path("bookings/<str:token>/name/", itinerary.own_name, name="itinerary-name"),
    path("bookings/<str:token>/kept/", kept.kept, name="booking-kept"),
    path("bookings/<str:token>/kept/file/", kept.download, name="booking-kept-file"),
    path("bookings/<str:token>/kept/erase/", kept.erase, name="booking-erase"),
    path("privacy/erased/", kept.erased, name="erased"),
    path("bookings/<str:token>/sheet/", private.sheet, name="booking-sheet"),
    path("bookings/<str:token>/agree/", itinerary.agree, name="itinerary-agree"),
    path("bookings/<str:token>/names/", invitation.names, name="invitation-names"),
    path("bookings/<str:token>/ask-again/", invitation.ask_again, name="invitation-ask-again"),
    path("bookings/<str:token>/join/", invitation.join, name="invitation-join"),
    path("bookings/<str:token>/decline/", invitation.decline, name="invitation-decline"),
    path("bookings/<str:token>/files/<int:pk>/", files.of_booking, name="booking-file"),
    path("bookings/<str:token>/certificate.pdf", certificates.pdf, name="certificate-pdf"),
    path("bookings/<str:token>/certificates/<int:position>/", certificates.put_right, name="certificate-name"),
    path("bookings/<str:token>/calendar.ics", private.calendar, name="booking-calendar"),
    path("certificates/", certificates.check, name="certificates"),
    path("my-bookings/", my_bookings.ask, name="my-bookings"),
    path("my-bookings/sent/", my_bookings.sent, name="my-bookings-sent"),
]

# Of a forgotten or first password, under /admin/password/. The admin's sign-in page looks for the first by its name.
passwords = [
    path("forgotten/", password.forgotten, name="admin_password_reset"),
    path("forgotten/sent/", password.sent, name="password-sent"),
    path("<str:uidb64>/<str:token>/", password.set_new, name="password-set"),
]
