"""Invite schools to a group: the nearest that would join are ticked, and others can be named."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.admin.groups.facts import GroupFacts
from bookings.forms.fields import Address, FullName, Line, StepForm
from bookings.groups import inviting
from bookings.groups.nearest import Candidate
from bookings.models import Invitation
from bookings.rule.invited import Asked
from hubs.models import WorkGroup
from hubs.schools.pasted import read_schools
from hubs.vocabulary.longest import not_kept
from hubs.vocabulary.teaching import listed

OTHERS = 3  # schools that can be named beside those that said so


class OtherForm(StepForm):
    """A school of which nobody has said so: which one, and whom to ask."""

    school = Line(label=_("School"), help_text=_("Its URN, or its name and postcode."), max_length=not_kept(200))
    name = FullName(label=_("Whom to ask"))
    email = Address(label=_("Their email address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        typed = any(said.get(name) for name in ("school", "name", "email"))
        if not typed:
            return said
        if not said.get("email") and "email" not in self.errors:
            self.add_error("email", _now("Enter an email address"))
        if not said.get("school"):
            if "school" not in self.errors:
                self.add_error("school", _now("Say which school"))
            return said
        read = read_schools(said["school"])
        if len(read.schools) != 1:
            self.add_error(
                "school", _now("We cannot tell which school this is. Give its URN, or its name and postcode.")
            )
        else:
            said["found"] = read.schools[0]
        return said

    @property
    def asked(self) -> Asked | None:
        """Whom to invite, or nobody where nothing was typed. Only after is_valid()."""
        said = self.cleaned_data
        return Asked(said["found"], said["email"], said["name"]) if "found" in said else None


class InvitePages(RowPages):
    """Tick those who said so, name others, and write to them all."""

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("invite", self.invite_view)]

    def invite_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        group = self.get_object_or_deny(request, object_id)
        facts = GroupFacts(group, timezone.now())
        again = next((one for one in facts.invitations if str(one.pk) == request.GET.get("again")), None)
        known = {"school": str(again.school.urn), "name": again.asked_name or ""} if again else {}
        others = [
            OtherForm(request.POST if request.method == "POST" else None, prefix=f"other{n}", initial=initial)
            for n, initial in enumerate([known, *[{}] * (OTHERS - 1)], start=1)
        ]
        if request.method != "POST":
            nearest = [] if again else _nearest(facts)  # who asks one school anew asks no other by the way
            return self._page(request, facts, others, ticked=request.GET.getlist("interest") or nearest)
        ticked = set(request.POST.getlist("interest"))
        right = [form.is_valid() for form in others]
        asked = [
            *_ticked(facts.candidates, ticked),
            *(one for form in others if form.is_valid() and (one := form.asked)),
        ]
        if not all(right):
            return self._page(request, facts, others, ticked=ticked, status=422)
        if not asked:
            why = _now("Tick a school, or name one.")
            return self._page(request, facts, others, ticked=ticked, status=422, why=why)
        return self._invite(request, group, asked, again)

    def _invite(
        self, request: HttpRequest, group: WorkGroup, asked: list[Asked], again: Invitation | None
    ) -> HttpResponse:
        elsewhere = again.pk if again else None
        made = inviting.invite(group.pk, asked, by=staff(request), clock=timezone.now, elsewhere=elsewhere)
        if made:
            said = ngettext("Invited: %(schools)s.", "Invited: %(schools)s.", len(made))
            self.message(request, said % {"schools": listed([one.school.name for one in made])})
        known = {one.school_id for one in made}
        if before := [one.school.name for one in asked if one.school.pk not in known]:
            said = _now("Asked or in already, so not written to: %(schools)s.")
            self.message(request, said % {"schools": listed(list(dict.fromkeys(before)))})
        return self.redirect(group)

    def _page(
        self,
        request: HttpRequest,
        facts: GroupFacts,
        others: list[OtherForm],
        *,
        ticked: Iterable[str],
        status: int = 200,
        why: str = "",
    ) -> TemplateResponse:
        chosen = set(ticked)
        context = self.admin_site.each_context(request) | {
            "title": _now("Invite schools"),
            "opts": self.model_admin.opts,
            "media": self.model_admin.media,
            "original": facts.group,
            "group": facts.group,
            "own_page": self.url_of(facts.group.pk),
            "facts": facts,
            "nearest": [(one, _is_among(one, chosen)) for one in facts.proposal.nearest],
            "left_over": [(one, _is_among(one, chosen)) for one in facts.proposal.left_over],
            "others": others,
            "mistakes": status == 422,
            "why": why,
            "from_school": facts.group.school or facts.group.hub_year.lead_school,
        }
        return TemplateResponse(request, "admin/group/invite.html", context, status=status)


def _nearest(facts: GroupFacts) -> list[str]:
    return [str(one.first.pk) for one in facts.proposal.nearest]


def _is_among(one: Candidate, chosen: set[str]) -> bool:
    """Whether anybody of that school was ticked."""
    return any(str(said.pk) in chosen for said in one.interests)


def _ticked(candidates: list[Candidate], ticked: set[str]) -> list[Asked]:
    """Those ticked who can be written to; who is not in the list any longer has been asked meanwhile."""
    found = [one for one in candidates if str(one.first.pk) in ticked and one.first.visitor.email]
    return [
        Asked(one.school, one.first.visitor.email or "", one.first.visitor.full_name or "", one.first) for one in found
    ]
