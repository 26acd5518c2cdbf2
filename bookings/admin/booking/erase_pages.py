"""Somebody asks that all kept of them be deleted: what would go is said first, then a second press does it."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.forgetting import erasing
from bookings.forgetting.erasing import Whom
from bookings.models import Booking, Mail, NewsConsent, TellMe, Visitor
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from hubs.staff import scope
from hubs.vocabulary.dates import short_day


class ErasePages(RowPages):
    """ "Delete all of it" on a person's page: of their address, in the hubs of whoever presses."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        """Whoever may change the booking, which no form of the admin does."""
        return request.user.has_perm("bookings.change_booking", row)

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("erase", self.erase_view)]

    def links(self, request: HttpRequest, row: Any) -> list[tuple[str, str]]:
        """Whoever has an address has a page of their own, where this stands."""
        named = row.contact_name if isinstance(row, Booking) else row.full_name
        return [(self.url_of(row.pk, "erase"), _("Delete all kept of them…"))] if named and not row.email_key else []

    def erase_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Raises Http404 where nothing stands of anybody."""
        row = self.get_object_or_deny(request, object_id)
        whoms = _whoms(request.user, row)
        if not whoms:
            raise Http404
        ready = [one for one in whoms if erasing.can_erase(one, now=timezone.now())]
        if request.method == "POST" and ready:
            return self._erase(request, row, ready)
        lines = [_line(one) for one in ready] + _besides(request.user, row.email_key)
        if len(ready) < len(whoms):
            lines.append(_("Not today: a session of theirs is today, and the school must know who is in the building."))
        lines.append(_("Colleagues keep their places. Figures stay as they are. Nobody can undo it."))
        page = {"title": _("Delete all kept of %(name)s?") % {"name": whoms[0].name or whoms[0].email}, "original": row}
        button = _("Delete it all") if ready else ""
        return self.form_page(request, forms.Form(), button=button, rows=lines, danger=True, **page)

    def _erase(self, request: HttpRequest, row: Any, whoms: list[Whom]) -> HttpResponse:
        key, by = row.email_key, staff(request)
        try:
            for whom in whoms:
                erasing.erase(erasing.as_it_stands(whom), clock=timezone.now, by=by)
        except Refused as refused:
            self.message(request, why_not(refused), level=40)
            return HttpResponseRedirect(self.url_of(row.pk, "erase"))
        for rows in _rows_besides(request.user, key):
            erasing.delete(rows, at=timezone.now())
        if key:
            erasing.erase_in_groups(key, _hubs(request.user), at=timezone.now())
        self.message(request, _("Deleted: what was kept of them. The audit says that it was done, and not of whom."))
        return HttpResponseRedirect(reverse(f"admin:{self.model_admin.url_name('changelist')}"))


def _whoms(user: Any, row: Booking | Visitor) -> list[Whom]:
    """All that is theirs where this member of staff may change it: by their address, or that row alone without one."""
    bookings, places = (
        scope.rows(user, Booking.objects.all(), "change"),
        scope.rows(user, Visitor.objects.all(), "change"),
    )
    if row.email_key:
        bookings = bookings.filter(email_key=row.email_key)
        places = places.filter(email_key=row.email_key).exclude(booking__in=bookings.order_by().values("pk"))
    elif isinstance(row, Booking):
        bookings, places = bookings.filter(pk=row.pk), places.none()
    else:
        bookings, places = bookings.none(), places.filter(pk=row.pk)
    found = bookings.exclude(contact_name=None).select_related("session__hub_year", "session__places")
    others = places.exclude(full_name=None).select_related("booking__session__hub_year", "booking__session__places")
    return [Whom(one) for one in found.order_by("pk")] + [Whom(one.booking, one) for one in others.order_by("pk")]


def _line(whom: Whom) -> str:
    """What becomes of one booking or place."""
    session = whom.booking.session
    said = f"{session.name}, {short_day(session.starts_at) or _('no date yet')}: "
    if whom.gives_back(now=timezone.now()):
        said += _("their place is given back; ") if whom.seated else _("they leave the waiting list; ")
    if others := whom.others:
        said += ngettext("%(n)d colleague keeps a place; ", "%(n)d colleagues keep their places; ", others) % {
            "n": others
        }
    return said + _("name, address, numbers, needs, emails, certificate and their own words go.")


def _hubs(user: Any) -> Any:
    """Those whose staff somebody is; None: all."""
    return None if user.is_superuser else scope.hubs_with(user, scope.STAFF)


def _rows_besides(user: Any, key: str | None) -> list[Any]:
    """What else stands of that address in those hubs."""
    if not key:
        return []
    hubs = _hubs(user)
    news = NewsConsent.objects.filter(email_key=key)
    if hubs is not None:
        news = news.filter(hub__in=hubs)
    alone = scope.rows(user, Mail.objects.filter(recipient_key=key, booking=None), "change")
    return [scope.rows(user, TellMe.objects.filter(email_key=key), "delete"), news, alone]


def _besides(user: Any, key: str | None) -> list[str]:
    said = (_("wishes to be told: %(n)d"), _("consents to news: %(n)d"), _("other emails to them: %(n)d"))
    counted = ((words, rows.count()) for words, rows in zip(said, _rows_besides(user, key), strict=False))
    lines = [words % {"n": n} for words, n in counted if n]
    if n := sum(goes.rows.count() for goes in erasing.in_groups(key, _hubs(user))) if key else 0:
        lines.append(_("places in a work group, or invitations to one: %(n)d") % {"n": n})
    return lines
