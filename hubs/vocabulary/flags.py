"""A model field that keeps a set of flags as one number, so that both databases can match it with one `&`."""

from typing import Any

from django import forms
from django.db import models

from hubs.vocabulary.teaching import Flags


class FlagChoices(forms.TypedMultipleChoiceField):
    """Check boxes whose answer is one set of flags."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, flag: type[Flags], **kwargs: Any) -> None:
        self.flag = flag
        kwargs.setdefault("choices", flag.choices())
        super().__init__(coerce=int, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return [int(one) for one in self.flag(value).parts()] if isinstance(value, int) else value

    def clean(self, value: Any) -> Flags:
        return self.flag(sum(super().clean(value)))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial or 0), data)


class FlagField(models.PositiveSmallIntegerField):  # type: ignore[type-arg]  # generic in the stubs alone
    """Values of one IntFlag; empty is 0."""

    def __init__(self, *args: Any, flag: type[Flags], **kwargs: Any) -> None:
        self.flag = flag
        kwargs.setdefault("default", 0)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"flag": self.flag}

    def from_db_value(self, value: int | None, expression: object, connection: object) -> Flags | None:
        """None comes from a row that an outer join did not find."""
        return None if value is None else self._as_flag(value)

    def to_python(self, value: Any) -> Flags:
        return self._as_flag(super().to_python(value) or 0)

    def _as_flag(self, value: int) -> Flags:
        return self.flag(value)

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(int(value or 0))

    def formfield(self, **kwargs: Any) -> Any:
        return FlagChoices(
            flag=self.flag,
            required=False,
            label=kwargs.get("label", self.verbose_name.capitalize()),
            help_text=self.help_text,
        )
