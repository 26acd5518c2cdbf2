"""A form, then a preview of what it will do and whom it affects, then the button that does it.

Nothing is done before that button, and pressing it twice does it once: the verbs see to that by a key of the form.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html
from django.utils.translation import gettext as _now

from bookings.admin.base.pages import RowPages
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not

OURS = ("csrfmiddlewaretoken", "send", "test")  # what a preview's own form sends anew
Explain = Callable[[Any, Refused], Iterable[Any] | None]


def say_why_not(form: Any, error: Refused) -> None:
    """A refusal in words, above the form."""
    form.add_error(None, why_not(error))


class PreviewPages(RowPages):
    """Pages that say what they will do before they do it."""

    def form_with_preview(
        self,
        request: HttpRequest,
        form: Any,
        *,
        title: str,
        original: Any,
        preview: Callable[[Any], list[Any]],
        do: Callable[[Any], str],
        rows: Iterable[Any] = (),
        test: Callable[[Any], str] | None = None,
        button: str = "",
        refused: Explain = say_why_not,
        then: Callable[[], str] = str,
        fieldsets: Any = None,
    ) -> HttpResponse:
        """The form, the preview, or the way back to the row when it is done: by what has been sent.

        - `preview` gives the lines that say what the filled-in form would do.
        - `do` does it and says what it has done, or raises a Refused.
        - `refused` puts that beside the field that can answer it, and may give lines to show instead of `rows`.
        - `rows` are the lines above the form.
        - `test` sends a test to whoever writes it, and says so.
        - `button` is called Send unless it is said.
        - `then` names the row's page that is shown when it is done, or gives the address of another one.
        """
        if request.method == "POST" and form.is_valid():
            tested = test is not None and "test" in request.POST
            if test is not None and tested:
                self.message(request, test(form))
            if tested or "send" not in request.POST:
                second = ("test", _now("Send me a test first")) if test else None
                page = {"title": title, "original": original, "button": button, "second": second}
                return self._preview(request, form, preview(form), **page)
            try:
                done = do(form)
            except Refused as error:
                rows = refused(form, error) or rows
            else:
                self.message(request, done)
                to = then()
                return HttpResponseRedirect(to) if to.startswith("/") else self.redirect(original, to)
        page = {"title": title, "original": original, "rows": rows, "fieldsets": fieldsets}
        return self.form_page(request, form, button=_now("Next"), **page)

    def _preview(
        self, request: HttpRequest, form: Any, rows: list[Any], *, title: str, original: Any, button: str, second: Any
    ) -> HttpResponse:
        """What was filled in, hidden, and what it would do. Going back in the browser changes it."""
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
