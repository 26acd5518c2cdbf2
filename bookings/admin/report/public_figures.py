"""Which few figures of its report the hub's public page of the year shows: ticks, each beside what would be read."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.pages import RowPages
from bookings.public.chosen_figures import FIGURES, LEAST, MOST, numbers
from hubs.models import HubYear


class FiguresForm(forms.Form):
    """Ticks, at most a few."""

    shows = forms.MultipleChoiceField(label=_("Show"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, found: dict[str, dict[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shows"].choices = [(name, _as_read(name, found)) for name in FIGURES]  # type: ignore[attr-defined]  # of choices

    def clean_shows(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["shows"]
        if len(chosen) > MOST:
            raise forms.ValidationError(_("Choose %(n)s at most: a page of numbers is read by nobody.") % {"n": MOST})
        return [name for name in FIGURES if name in chosen]


def _as_read(name: str, found: dict[str, dict[str, str]]) -> str:
    """The sentence as the public will read it; or that it will not, and why."""
    says = str(FIGURES[name].says)
    if name in found:
        return mark_safe(says % found[name])  # noqa: S308  (our sentence, our numbers)
    words = says.replace("<b>", "").replace("</b>", "") % {"n": "…", "asked": "…", "answered": "…"}
    return f"{words} ({_now('not shown while it is fewer than %(n)s, or not known') % {'n': LEAST}})"


class PublicFigurePages(RowPages):
    """For the hub's leads: they change its page."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        yield self.url_of(row.pk, "figures"), _now("Figures on the public page")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("figures", self.figures_view)]

    def figures_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        year = self.get_object_or_deny(request, object_id)
        form = FiguresForm(
            request.POST if request.method == "POST" else None,
            found=numbers(year, now=timezone.now()),
            initial={"shows": year.shows},
        )
        if form.is_valid():
            with transaction.atomic():
                kept = HubYear.objects.select_for_update(no_key=True).get(pk=year.pk)
                if kept.shows != form.cleaned_data["shows"]:
                    kept.shows = form.cleaned_data["shows"]
                    kept.save(update_fields=["shows"])
            self.message(request, _now("Saved. The public page shows it within the hour."))
            return self.redirect(year)
        rows = [
            _now("As teachers would read it, in both languages, rounded as everything that leaves the hub."),
            _now("What somebody said is shown only with how many were asked and answered."),
        ]
        title = _now("Figures on the public page")
        return self.form_page(request, form, title=title, button=_now("Show these"), original=year, rows=rows)
