"""The forms of the page of costs: a line each, what a day's cover costs, and a remark under each heading.

A line that is emptied goes. One that nobody has filled in is no line: so each kind can stand there ready.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hubs.admin.meanwhile import InlineFormSet, ModelForm
from hubs.admin.typed import PenceField
from hubs.models import Cost, HubYear, Remark
from hubs.vocabulary.longest import not_kept
from hubs.vocabulary.typed import read_days, read_pence

if TYPE_CHECKING:
    _FormSet: TypeAlias = forms.BaseInlineFormSet[Any, Any, Any]
else:
    _FormSet = InlineFormSet

SPARE = 1  # beside those of each kind: two pay for the coaches. Save gives another
NO_AMOUNT = _("Enter an amount, or empty the line.")


class _Line(ModelForm):
    """A row that is there once something is written in `written`, and goes when `must` is emptied."""

    written: tuple[str, ...] = ()
    must = ""
    known_as = ""  # the field that says which of the lines that stand ready it is

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.initial.get(self.known_as):
            self.fields[self.known_as].widget = forms.HiddenInput()
        for field in self.fields.values():
            field.widget.attrs.pop("required", None)

    @property
    def called(self) -> str:
        """What it is, where that is not asked."""
        choices = dict(self.fields[self.known_as].choices)  # type: ignore[attr-defined]  # of a field of choices
        return str(choices.get(self.initial.get(self.known_as), ""))

    def has_changed(self) -> bool:
        """A line that is not there yet begins with what is written, and not with its kind, which stands ready."""
        if self.instance.pk:
            return super().has_changed()
        return any(str(self[name].data or "").strip() for name in self.written)

    @property
    def goes(self) -> bool:
        return bool(self.instance.pk and not self.cleaned_data.get(self.must) and self.must not in self.errors)


def read_amount(kind: str, typed: str) -> dict[str, Any]:
    """Pence of a line of pounds, or days. Raises ValidationError."""
    if kind in Cost.IN_DAYS:
        return {"pence": None, "days": read_days(typed)}
    return {"pence": read_pence(typed), "days": None}


class CostForm(_Line):
    """A line: how much of a kind, and who pays it."""

    written, must, known_as = ("amount", "who_pays", "note"), "amount", "kind"
    field_order = ("kind", "amount", "who_pays", "note")
    amount = forms.CharField(label=_("How much"), required=False, max_length=not_kept(14))

    class Meta:
        model = Cost
        fields = ("kind", "who_pays", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["amount"] = self.instance.amount
        self.fields["amount"].widget.attrs |= {"size": 8, "inputmode": "decimal"}

    @property
    def unit(self) -> str:
        kind = self["kind"].value()
        if not kind:
            return ""
        return _now("days") if kind in Cost.IN_DAYS else _now("pounds")

    def clean_amount(self) -> str:
        """As it will stand there: what is typed otherwise is no change."""
        typed = self.cleaned_data["amount"].strip()
        kind = self.cleaned_data.get("kind")
        if not typed or not kind:
            return str(typed)
        amount = Cost(kind=kind, **read_amount(kind, typed)).amount
        if amount == self.initial["amount"] and "amount" in self.changed_data:
            self.changed_data.remove("amount")
        return amount

    def clean(self) -> dict[str, Any]:
        super().clean()
        amount, kind = self.cleaned_data.get("amount"), self.cleaned_data.get("kind")
        if amount and kind and not self.errors:
            for name, value in read_amount(kind, amount).items():
                setattr(self.instance, name, value)
        elif "amount" not in self.errors and not amount and not self.instance.pk:
            self.add_error("amount", NO_AMOUNT)
        return self.cleaned_data


class RemarkForm(_Line):
    """What the hub writes under one heading."""

    written, must, known_as = ("text",), "text", "section"

    class Meta:
        model = Remark
        fields = ("section", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False

    def clean(self) -> dict[str, Any]:
        """Whoever was first under a heading that was empty is not overwritten. The year is locked."""
        super().clean()
        there = Remark.objects.filter(hub_year=self.instance.hub_year, section=self.cleaned_data.get("section"))
        if not self.instance.pk and (theirs := there.first()):
            text = _now("Somebody has written here meanwhile: “%(theirs)s”. Open the page again to change that.")
            self.add_error("text", text % {"theirs": theirs.text})
        return self.cleaned_data


class CoverForm(ModelForm):
    """What the hub reckons with for a day's cover."""

    cover_day_pence = PenceField(label=_("A day’s cover"), empty=None, help_text=_("In pounds. Empty: not said."))

    class Meta:
        model = HubYear
        fields = ("cover_day_pence",)


class Lines(_FormSet):
    """Lines of a hub's year: those that are there, in order, and those that stand ready for what is not."""

    def lines(self) -> list[Any]:
        """In the order of their kinds, whoever entered them when; the spare ones last."""
        order = list(self.form.base_fields[self.form.known_as].choices)
        place = {value: n for n, (value, _label) in enumerate(order)}
        return sorted(self.forms, key=lambda one: place.get(one.initial.get(self.form.known_as), len(order)))


def save(lines: Any, **of: Any) -> bool:
    """Write what has changed, `of` what it is. Whether anything has."""
    changed = [one for one in lines.forms if one.has_changed()]
    for one in changed:
        if one.goes:
            one.instance.delete()
        else:
            for name, value in of.items():
                setattr(one.instance, name, value)
            one.save()
    return bool(changed)


def costs(data: Any, year: HubYear, rows: Any) -> Any:
    """The lines of `rows`, one ready for each kind of which there is none, and a few more."""
    there = {row.kind for row in rows}
    ready = [{"kind": kind} for kind in Cost.Kind.values if kind not in there]
    made = forms.inlineformset_factory(
        HubYear, Cost, form=CostForm, formset=Lines, extra=len(ready) + SPARE, can_delete=False
    )
    return made(data, instance=year, queryset=rows, initial=ready, prefix="cost")


def remarks(data: Any, year: HubYear) -> Any:
    """A box under each heading."""
    rows = Remark.objects.filter(hub_year=year)
    there = {row.section for row in rows}
    ready = [{"section": section} for section in Remark.Section.values if section not in there]
    made = forms.inlineformset_factory(
        HubYear, Remark, form=RemarkForm, formset=Lines, extra=len(ready), can_delete=False
    )
    return made(data, instance=year, queryset=rows, initial=ready, prefix="remark")
