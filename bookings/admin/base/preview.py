"""A form, then whom it touches, then the button that sends."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import ngettext

from bookings.admin.base.buttons import WithButtons
from bookings.models import Booking
from bookings.rule.refusals import Refused, TooFewPlaces
from bookings.rule.words import why_not

OURS = ("csrfmiddlewaretoken", "send", "test")  # what a preview's own form sends anew
MOST_NAMED = 50  # of those to ask where a room is too small


class WithPreview(WithButtons):
    """A form, a page that says whom it touches, and a button that sends."""

    def ask(
        self,
        request: HttpRequest,
        form: Any,
        *,
        title: str,
        original: Any,
        touches: Callable[[Any], list[str]],
        do: Callable[[Any], str],
        rows: Iterable[Any] = (),
        test: Callable[[Any], str] | None = None,
        button: str = "",
        refused: Callable[[Any, Refused], None] | None = None,
    ) -> HttpResponse:
        """`touches` says whom the filled-in form would touch; `do` does it and says what it has done, or raises a
        Refused, which `refused` puts beside the field that can answer it; `test` sends it to whoever writes it.
        `button` is called Send unless it is said."""
        if request.method == "POST" and form.is_valid():
            tested = test is not None and "test" in request.POST
            if test is not None and tested:
                self.message_user(request, test(form), messages.SUCCESS)
            if tested or "send" not in request.POST:
                second = ("test", _now("Send me a test first")) if test else None
                page = {"title": title, "original": original, "button": button, "second": second}
                return self._preview(request, form, touches(form), **page)
            try:
                done = do(form)
            except Refused as error:
                if refused:
                    refused(form, error)
                else:
                    form.add_error(None, why_not(error))
                if isinstance(error, TooFewPlaces):
                    rows = whom_to_ask(original)
            else:
                self.message_user(request, done, messages.SUCCESS)
                return HttpResponseRedirect(self.page_of(original.pk))
        return self.form_page(request, form, title=title, button=_now("Next"), original=original, rows=rows)

    def _preview(
        self, request: HttpRequest, form: Any, rows: list[Any], *, title: str, original: Any, button: str, second: Any
    ) -> HttpResponse:
        """What was filled in, hidden, and whom it touches. Going back in the browser changes it."""
        hidden = [(name, value) for name, values in request.POST.lists() if name not in OURS for value in values]
        message = form.cleaned_data.get("message")
        if message:
            rows = [*rows, format_html(_now("Your message: {}"), linebreaksbr(message, autoescape=True))]
        still = _now("Nothing has been done yet.") if button else _now("Nothing has been sent yet.")
        rows = [*rows, still + " " + _now("Go back in your browser to change it.")]
        return self.form_page(
            request,
            forms.Form(),
            title=title,
            button=button or _now("Send"),
            original=original,
            rows=rows,
            hidden=[*hidden, ("send", "1")],
            second=second,
        )


def whom_to_ask(session: Any) -> list[str]:
    """Who would have to give places back before a smaller room can hold them all, the last to book first."""
    seated = Booking.objects.seated().filter(session=session).select_related("school").order_by("-created_at", "-pk")
    said = [_now("Ask these to give places back, the last to book first:")]
    for one in seated[:MOST_NAMED]:
        reach = ", ".join(part for part in (one.contact_mobile, one.contact_email or "") if part)
        who = f"{one}, {one.contact_name or ''}, {one.school_in_words}"
        said.append(
            ngettext("%(who)s: %(n)d place. %(reach)s", "%(who)s: %(n)d places. %(reach)s", one.party)
            % {"who": who, "n": one.party, "reach": reach}
        )
    return said
