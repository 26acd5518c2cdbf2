"""What says that somebody was there, or taught: a code that a school can check."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models.visitor import Visitor
from hubs.models import HostSchool, MasterySpecialist, ShowcaseSession, VisitingTeacher
from hubs.models.private_link import PrivateLink
from hubs.vocabulary.references import certificate_code


class Certificate(PrivateLink):
    """Of a visitor who came to a session; or of who taught at a host school's visit.

    Its name is as it was when it was issued: a name that is put right makes a new one and ends the old code. NULL is a
    name that is no longer kept; the code still says for which session it was issued.
    """

    code = models.CharField(_("code"), max_length=10, unique=True, default=certificate_code, editable=False)
    session = models.ForeignKey(
        ShowcaseSession, models.PROTECT, null=True, blank=True, related_name="certificates", verbose_name=_("session")
    )
    host_school = models.ForeignKey(
        HostSchool,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name=_("host school's visit"),
    )
    visitor = models.ForeignKey(
        Visitor, models.SET_NULL, null=True, blank=True, related_name="certificates", verbose_name=_("visitor")
    )
    teacher = models.ForeignKey(
        VisitingTeacher,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name=_("visiting teacher"),
    )
    specialist = models.ForeignKey(
        MasterySpecialist,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name=_("mastery specialist"),
    )
    full_name = models.CharField(_("name"), max_length=200, null=True, blank=True)  # noqa: DJ001  (NULL: erased)
    issued_at = models.DateTimeField(_("issued at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(session__isnull=False, host_school=None, teacher=None, specialist=None)
                | Q(session=None, host_school__isnull=False, visitor=None),
                name="certificate_of_a_session_or_a_visit",
            ),
            models.UniqueConstraint(
                fields=["visitor"],
                name="one_certificate_a_visitor",
                condition=Q(visitor__isnull=False, ended_at=None),
            ),
            *(
                models.UniqueConstraint(
                    fields=["host_school", of],
                    name=f"one_certificate_a_{of}",
                    condition=Q(**{f"{of}__isnull": False, "ended_at": None}),
                )
                for of in ("teacher", "specialist")
            ),
        ]

    def __str__(self) -> str:
        return self.code
