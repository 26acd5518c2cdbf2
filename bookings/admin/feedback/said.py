"""The hub reads what was said of a session, and in a year, and releases sentences as quotes: the very text, edited."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.afterwards import asking, quoting
from bookings.afterwards.quoting import Sentence
from bookings.attendance import register
from bookings.models import Quote
from bookings.models.feedback import LONGEST_ANSWER
from bookings.rule.refusals import NotToQuote
from bookings.rule.words import why_not
from hubs.models import HubYear, ShowcaseSession
from hubs.staff import scope


class QuoteForm(forms.Form):
    """The text that is to leave the hub."""

    text = forms.CharField(
        label=_("As it may be quoted"),
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Take out names of people, pupils and schools. This very text is what leaves the hub."),
        error_messages={
            "required": _("Write what may be quoted."),
            "max_length": _("Write 1,000 characters or fewer."),
        },
    )


class _SaidPages(RowPages):
    """Sentences of a row, and the page that releases one."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        """The hub's own staff: the programme office reads no answer."""
        return scope.may_read_names(request.user, row)

    def urls(self) -> list[URLPattern]:
        release: Callable[..., HttpResponse] = self.release_view
        return [
            self.url_pattern("said", self.said_view),
            self.url_pattern("quote", release, route="said/quote/"),
        ]

    def sentences(self, row: Any) -> list[Sentence]:
        raise NotImplementedError

    def names_in(self, text: str, row: Any, sentence: Sentence) -> list[str]:
        session: ShowcaseSession | None = getattr(sentence.answer, "session", None)
        hub_year: HubYear = row if isinstance(row, HubYear) else row.hub_year
        return quoting.names_in(text, hub_year=hub_year, session=session)

    def said_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What was said, in no order that tells who or when; a press takes a quote back."""
        row = self.get_object_or_deny(request, object_id)
        sentences = self.sentences(row)
        if request.method == "POST":
            found = quoting.find(sentences, request.POST.get("withdraw", ""))
            if found and found.quote:
                Quote.objects.filter(pk=found.quote.pk).delete()
                self.message(request, _now("Taken back. It leaves the hub no longer."))
            return self.redirect(row, "said")
        context = (
            self.admin_site.each_context(request)
            | self._about(row)
            | {
                "title": _now("What they said"),
                "sentences": sentences,
                "quote_url": self.url_of(row.pk, "quote"),
                "enough": quoting.ENOUGH,
            }
        )
        return TemplateResponse(request, "admin/feedback/said.html", context)

    def release_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Edit one sentence, be warned of words that may be names, and release it."""
        row = self.get_object_or_deny(request, object_id)
        asked = request.POST if request.method == "POST" else request.GET
        sentence = quoting.find(self.sentences(row), asked.get("of", ""))
        if sentence is None:
            raise Http404
        first = sentence.quote.text if sentence.quote else sentence.text
        form = QuoteForm(request.POST if request.method == "POST" else None, initial={"text": first})
        names = self.names_in(first, row, sentence)
        hidden = [("of", sentence.key)]
        button = _now("Release as a quote")
        if request.method == "POST" and form.is_valid():
            text = form.cleaned_data["text"]
            names = self.names_in(text, row, sentence)
            if not names or request.POST.get("read") == text:
                return self._release(request, row, sentence, text)
            hidden.append(("read", text))
            button = _now("There is no name in it: release")
        said = [_now("They wrote: “%(text)s”") % {"text": sentence.text}]
        if names:
            said.append(
                ngettext(
                    "This word may name somebody: %(words)s", "These words may name somebody: %(words)s", len(names)
                )
                % {"words": ", ".join(names)}
            )
        if not sentence.may_quote:
            said = [*said, why_not(NotToQuote())]
        page: dict[str, Any] = {"title": _now("Release as a quote"), "original": row, "rows": said, "hidden": hidden}
        return self.form_page(request, form, button=button if sentence.may_quote else "", **page)

    def _release(self, request: HttpRequest, row: Any, sentence: Sentence, text: str) -> HttpResponse:
        try:
            quoting.release(sentence, text, by=staff(request), now=timezone.now())
        except NotToQuote as refused:
            self.message(request, why_not(refused), level=40)
        else:
            self.message(request, _now("Released: “%(text)s”") % {"text": text})
        return HttpResponseRedirect(self.url_of(row.pk, "said"))

    def _about(self, row: Any) -> dict[str, Any]:
        model = self.model_admin
        return {"original": row, "own_page": model.url_of(row.pk), "opts": model.opts, "media": model.media}


class SaidPages(_SaidPages):
    """What was said of one session."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if register.is_over(row, now=timezone.now()) and asking.asks(row):
            yield self.url_of(row.pk, "said"), _now("What they said")

    def sentences(self, row: Any) -> list[Sentence]:
        return quoting.of_session(row)


class YearSaidPages(_SaidPages):
    """What may be quoted of all that a hub was told in a year, and what was said six school weeks later."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        yield self.url_of(row.pk, "said"), _now("What they said")

    def sentences(self, row: Any) -> list[Sentence]:
        return quoting.of_year(row)
