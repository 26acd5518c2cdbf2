"""Write to everyone of a session, a visit or a hub's year: words, then whom they reach, a test if wanted, then Send."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.base.preview import PreviewPages
from bookings.admin.base.read_only import ReadOnlyAdmin, ReadOnlyInline, staff
from bookings.admin.base.sessions import SessionsField
from bookings.admin.session.words import as_it_stands
from bookings.models import Letter
from bookings.models.letter import LONGEST_LETTER, LONGEST_SUBJECT
from bookings.sessions import messages
from bookings.states import SessionStatus
from hubs.models import HostSchool, HubYear, ShowcaseSession
from hubs.vocabulary.dates import short_day


class LetterForm(forms.Form):
    """To whom, and what. The key makes pressing twice one letter."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    to = forms.ChoiceField(
        label=_("To"), choices=Letter.To.choices, widget=forms.RadioSelect, initial=Letter.To.CONFIRMED
    )
    subject = forms.CharField(
        label=_("Subject"),
        max_length=LONGEST_SUBJECT,
        error_messages={"max_length": _("Write 100 characters or fewer.")},
    )
    message = forms.CharField(
        label=_("Message"),
        max_length=LONGEST_LETTER,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_(
            "Plain text, up to 3,000 characters. The session's day, time and place and each reader's own link follow "
            "below it. Answers come to the hub."
        ),
        error_messages={"max_length": _("Write 3,000 characters or fewer.")},
    )

    def words(self) -> messages.Message:
        data = self.cleaned_data
        return messages.Message(data["to"], data["subject"], data["message"], data["key"])


class WideLetterForm(LetterForm):
    """A letter to the people of several sessions."""

    field_order = ["sessions", "to", "subject", "message"]
    sessions = SessionsField(
        ShowcaseSession.objects.none(),
        label=_("Sessions"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who has a place at several of them gets an email for each."),
        error_messages={"required": _("Choose at least one session.")},
    )

    def __init__(self, *args: Any, sessions: Any, **kwargs: Any) -> None:
        first: dict[str, Any] = {"initial": {"sessions": list(sessions), "key": uuid.uuid4()}}
        super().__init__(*args, **(first | kwargs))
        self.fields["sessions"].queryset = sessions  # type: ignore[attr-defined]  # of a field of rows


class _WritePages(PreviewPages):
    """What both pages that write to people share."""

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("write", self.write_view)]

    def write_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        raise NotImplementedError

    def write_page(
        self, request: HttpRequest, form: LetterForm, *, original: Any, rows: list[str], session_ids: Any
    ) -> HttpResponse:
        """`session_ids` gives the sessions that the filled-in form is about."""

        def do(form: Any) -> str:
            ids = session_ids(form)
            sent = sum(one.mails for one in messages.write(ids, form.words(), by=staff(request), clock=timezone.now))
            return ngettext("%(n)d email is on its way.", "%(n)d emails are on their way.", sent) % {"n": sent}

        def test(form: Any) -> str:
            me = staff(request)
            messages.send_test(session_ids(form)[0], form.words(), to=me, clock=timezone.now)
            return _now("A test is on its way to %(address)s.") % {"address": me.email}

        def preview(form: Any) -> list[str]:
            return in_words(form, messages.reach(session_ids(form), form.cleaned_data["to"], now=timezone.now()))

        title = _now("Write to everyone")
        page = {"title": title, "original": original, "rows": rows}
        return self.form_with_preview(request, form, preview=preview, do=do, test=test, **page)


def in_words(form: LetterForm, reach: messages.Recipients) -> list[str]:
    """Whom a letter goes to, and whom it does not reach."""
    to = _now("To %(whom)s") % {"whom": Letter.To(form.cleaned_data["to"]).label}
    lines = [f"{to}: " + ngettext("%(n)d email", "%(n)d emails", reach.mails) % {"n": reach.mails}]
    if reach.without_email:
        lines.append(
            ngettext(
                "%(n)d booking has no email address: ring or write to them",
                "%(n)d bookings have no email address: ring or write to them",
                reach.without_email,
            )
            % {"n": reach.without_email}
        )
    return [*lines, _now("Subject: %(subject)s") % {"subject": form.cleaned_data["subject"]}]


class LetterPages(_WritePages):
    """Write to everyone of a session."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if row.places.status != SessionStatus.DRAFT:
            yield self.url_of(row.pk, "write"), _now("Write to everyone")

    def write_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Words to the people of one session."""
        session = self.get_object_or_deny(request, object_id)
        about = ", ".join(part for part in (session.name, short_day(session.day)) if part)
        first = {"subject": about[:LONGEST_SUBJECT], "key": uuid.uuid4()}
        form = LetterForm(request.POST or None, initial=first)
        return self.write_page(
            request, form, original=session, rows=as_it_stands(session), session_ids=lambda _form: [session.pk]
        )


class WideLetterPages(_WritePages):
    """Write to everyone of the sessions of a visit, or of a hub's year."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if sessions_to_come(row).exists():
            yield self.url_of(row.pk, "write"), _now("Write to everyone")

    def write_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Words to the people of several sessions."""
        row = self.get_object_or_deny(request, object_id)
        form = WideLetterForm(request.POST or None, sessions=sessions_to_come(row))

        def session_ids(form: Any) -> list[int]:
            return [session.pk for session in form.cleaned_data["sessions"]]

        return self.write_page(request, form, original=row, rows=[], session_ids=session_ids)


def sessions_to_come(of: HostSchool | HubYear) -> QuerySet[ShowcaseSession]:
    """The sessions to come of a visit, or of a hub in a year, of which the public has been told."""
    whose = {"host_school": of} if isinstance(of, HostSchool) else {"hub_year": of}
    told = ShowcaseSession.objects.filter(**whose).exclude(places__status=SessionStatus.DRAFT)
    return told.upcoming(today=timezone.localdate()).with_names()


# --- what has been written --------------------------------------------------------------------------------------------


class LetterInline(ReadOnlyInline):
    model = Letter
    fields = ["at", "staff", "to", "subject", "mails"]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Letter]:
        return super().get_queryset(request).select_related("staff")


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    """What hubs have written, when, and to how many."""

    list_display = ["at", "subject", "session", "to", "mails", "staff"]
    list_filter = ["to", "session__hub_year__hub"]
    list_select_related = ["session", "staff"]
    search_fields = ["session__ref", "subject"]
    fields = ["session", "at", "staff", "to", "subject", "message", "mails"]
