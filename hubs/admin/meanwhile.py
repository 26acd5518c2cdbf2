"""A row that two people have open at once: neither overwrites what the other has saved, and neither is told it did.

A page that edits a row carries a signed digest of every value as it was shown. A save locks the row and compares field
by field: what only one of them touched merges by itself; where both did, nothing is saved, both values are shown, and
whoever presses Save again has decided. A column that counts versions would call every second save a conflict.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.core import signing
from django.db.models import Manager, Model, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    _ModelForm: TypeAlias = forms.ModelForm[Any]
    _FormSet: TypeAlias = forms.BaseInlineFormSet[Any, Any, Any]
else:
    _ModelForm = forms.ModelForm
    _FormSet = forms.BaseInlineFormSet

AS_SHOWN = "_as_shown"  # the hidden field
_SALT = "hubs.admin.meanwhile"
Shown = dict[str, dict[str, str]]  # by row ("hubs.lesson:7"), by field: the digest of the value


class ModelForm(_ModelForm):
    """A form of a row that heeds what somebody else has saved since its page was shown.

    `merged` are fields that somebody else alone has changed: theirs stay. `disputed` are those that both have.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.merged: set[str] = set()
        self.disputed: set[str] = set()

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name, was in self._shown().items():
            if name in self.cleaned_data and was != self._now(name):
                mine = digest(self.cleaned_data[name])
                if mine == was:
                    self._keep_theirs(name)
                elif mine != self._now(name):
                    self._ask(name)
        return self.cleaned_data

    def as_shown(self) -> dict[str, str]:
        """The digest of every value that the page shows. Of a merged field it still shows the old one."""
        shown = self._shown()
        return {name: shown[name] if name in self.merged else self._now(name) for name in self.fields}

    @property
    def row(self) -> str:
        """The row's name in what a page carries."""
        return f"{self.instance._meta.label_lower}:{self.instance.pk}"

    def _shown(self) -> dict[str, str]:
        """What the page that was sent had shown of this row; nothing where it was none, or is forged."""
        return shown_by(self.data).get(self.row, {}) if self.is_bound and self.instance.pk else {}

    def _now(self, name: str) -> str:
        """The digest of what is saved now."""
        return digest(self.get_initial_for_field(self.fields[name], name))

    def _keep_theirs(self, name: str) -> None:
        value = getattr(self.instance, name, None)
        self.cleaned_data[name] = value.all() if isinstance(value, Manager) else value
        self.merged.add(name)
        if name in self.changed_data:
            self.changed_data.remove(name)

    def _ask(self, name: str) -> None:
        self.disputed.add(name)
        theirs = in_words(self.instance, name)
        text = _("Somebody has saved this meanwhile: %(theirs)s. Save again to have yours, or type theirs.")
        self.add_error(name, text % {"theirs": f"“{theirs}”" if theirs else _("empty")})


class InlineFormSet(_FormSet):
    """Rows below a row, locked while what was sent is compared with them."""

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset()
        if self.is_bound and not hasattr(self, "_locked"):
            self._locked = list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))
        return rows

    def clean(self) -> None:
        super().clean()
        if any(form.instance.pk is None for form in self.initial_forms):
            text = _("Somebody has deleted a line of this list meanwhile. Open the page again to see it as it is.")
            raise forms.ValidationError(text, code="gone")


def carried(the_forms: Iterable[Any]) -> str:
    """What a page with these forms carries, signed."""
    rows = {form.row: form.as_shown() for form in the_forms if isinstance(form, ModelForm) and form.instance.pk}
    return signing.Signer(salt=_SALT).sign_object(rows, compress=True)


def shown_by(data: Any) -> Shown:
    """What the page had shown that sent `data`."""
    try:
        shown: Shown = signing.Signer(salt=_SALT).unsign_object(data.get(AS_SHOWN) or "")
    except signing.BadSignature:
        return {}
    return shown


def digest(value: Any) -> str:
    """A short digest of a value, the same for a value as it is kept, shown and sent again."""
    return hashlib.sha256(repr(_plain(value)).encode()).hexdigest()[:12]


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, (QuerySet, list, tuple, set)):
        return sorted(map(str, map(_plain, value)))
    if isinstance(value, str):
        return "\n".join(line.rstrip() for line in value.strip().splitlines())
    if isinstance(value, dt.datetime):
        return str(value.astimezone(dt.timezone.utc).replace(microsecond=0))
    return str(int(value)) if isinstance(value, int) else str(value)


def in_words(row: Model, name: str) -> str:
    """What is saved in a field, as staff read it."""
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name, "")
    if isinstance(value, Manager):
        return ", ".join(str(one) for one in value.all())
    if isinstance(value, dt.datetime):
        return formats.date_format(timezone.localtime(value), "j M Y, H:i")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return formats.localize(value) if value not in (None, "") else ""
