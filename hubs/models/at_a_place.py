"""Where a session is: at a school of the register or a named place; until that is said, at its host school. And how
one gets in there, as data that people can search by."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from hubs.models.school import School
from hubs.vocabulary.access import FEATURES, Has, Said, note_of

NOT_KNOWN = ""
CHOICES = [(NOT_KNOWN, _("not known")), *Has.choices]


class AtAPlace(models.Model):
    """A school or a named place. What is one has a `host_school`, whose school is meant where neither is said."""

    host_school: Any

    venue = models.ForeignKey(
        School,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("at the school"),
        help_text=_("Empty: the host school, or the place named below."),
    )
    place_name = models.CharField(_("place"), max_length=150, blank=True, help_text=_("Where it is no school."))
    place_address = models.CharField(_("address"), max_length=200, blank=True)
    place_town = models.CharField(_("town"), max_length=100, blank=True)
    place_postcode = models.CharField(_("postcode"), max_length=8, blank=True)
    # Where that is on the British National Grid, in metres, to find it by an index; None while nobody knows. Kept by
    # save(), by HostSchool.save() and by whatever writes a school.
    easting = models.PositiveIntegerField(_("easting"), null=True, blank=True, editable=False)
    northing = models.PositiveIntegerField(_("northing"), null=True, blank=True, editable=False)

    # How one gets in and takes part, with a note beside each in the hub's own words.
    step_free = models.CharField(_("step-free access"), max_length=6, choices=CHOICES, blank=True, default=NOT_KNOWN)
    step_free_note = models.CharField(_("step-free access, in words"), max_length=200, blank=True)
    accessible_toilet = models.CharField(
        _("accessible toilet"), max_length=6, choices=CHOICES, blank=True, default=NOT_KNOWN
    )
    accessible_toilet_note = models.CharField(_("accessible toilet, in words"), max_length=200, blank=True)
    kept_bay = models.CharField(_("reserved parking bay"), max_length=6, choices=CHOICES, blank=True, default=NOT_KNOWN)
    kept_bay_note = models.CharField(_("reserved parking bay, in words"), max_length=200, blank=True)
    hearing_loop = models.CharField(_("hearing loop"), max_length=6, choices=CHOICES, blank=True, default=NOT_KNOWN)
    hearing_loop_note = models.CharField(_("hearing loop, in words"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def set_spot(self) -> None:
        """Find its place on the map: its school's, or that of a named place's postcode."""
        if school := self.school:
            spot = school.spot
        else:
            spot = School.objects.spot_of(self.place_postcode) if self.place_name else None
        self.easting, self.northing = spot or (None, None)

    @property
    def school(self) -> School | None:
        """The school where it is, if it is at one and that is known."""
        if self.venue or self.place_name:
            return self.venue
        return self.host_school.school if self.host_school else None

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is somewhere else than its visit's school: then nothing said of that school is true of it."""
        at_the_school = not self.place_name and self.venue_id in (None, self.host_school and self.host_school.school_id)
        return bool(self.host_school and self.host_school.school_id and not at_the_school)

    @property
    def where_name(self) -> str:
        """Name of the place, or an empty string while it is to be announced."""
        return self.school.name if self.school else self.place_name

    @property
    def where_town(self) -> str:
        return self.school.town if self.school else self.place_town

    @property
    def where_postcode(self) -> str:
        return self.school.postcode if self.school else self.place_postcode

    @property
    def where(self) -> str:
        """All of it in one line, as a map or a calendar takes it: its name, address, town and postcode."""
        town = f"{self.where_town} {self.where_postcode}".strip()
        return ", ".join(part for part in (self.where_name, self.place_address, town) if part)

    @property
    def access(self) -> list[Said]:
        """What has been said, in order."""
        said = (
            Said(name, label, getattr(self, name), getattr(self, note_of(name))) for name, label in FEATURES.items()
        )
        return [one for one in said if one.has or one.note]

    @property
    def access_not_known(self) -> list[Any]:
        """Of which features nobody has said anything."""
        said = {one.name for one in self.access}
        return [label for name, label in FEATURES.items() if name not in said]

    @property
    def is_step_free(self) -> bool:
        return self.step_free == Has.YES
