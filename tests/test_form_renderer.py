"""Our renderer of forms draws what Django's does, but for white space between tags."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext_lazy

from showcase.form_renderer import DRAWN, Renderer

AWKWARD = "<b>\"it's\" & 'ours'</b>"
CHOICES = [("", gettext_lazy("Choose")), (AWKWARD, AWKWARD), ("Group " + AWKWARD, [(1, "one"), (1000, "thousand")])]


def drawn(html):
    return re.sub(r"\s*(<[^>]*>)\s*", r"\1", str(html))


WIDGETS = [
    *(getattr(forms, name)() for name in ("TextInput", "NumberInput", "EmailInput", "URLInput", "PasswordInput")),
    *(getattr(forms, name)() for name in ("HiddenInput", "DateInput", "TimeInput", "DateTimeInput", "CheckboxInput")),
    forms.Textarea(),
    forms.Select(choices=CHOICES),
    forms.SelectMultiple(choices=CHOICES),
    forms.NullBooleanSelect(),
    forms.RadioSelect(choices=CHOICES),
    forms.CheckboxSelectMultiple(choices=CHOICES),
    forms.ClearableFileInput(),
    forms.SplitDateTimeWidget(),
]


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@pytest.mark.parametrize("value", [None, "", AWKWARD, 1, ["1", AWKWARD], True], ids=repr)
def test_widget_is_drawn_as_django_draws_it(widget, value):
    if isinstance(widget, forms.SplitDateTimeWidget | forms.NullBooleanSelect):
        value = None  # these take no words
    attrs = {"id": "id_x", "class": AWKWARD, "required": True, "disabled": False, "data-n": 3}
    ours = widget.render("x", value, attrs, renderer=Renderer())
    assert drawn(ours) == drawn(widget.render("x", value, attrs, renderer=DjangoTemplates()))


@pytest.mark.parametrize("widget", [forms.RadioSelect, forms.CheckboxSelectMultiple])
@pytest.mark.parametrize("wrap_label", [True, False])
def test_option_alone_is_drawn_as_django_draws_it(widget, wrap_label):
    def options(renderer):
        class Form(forms.Form):
            x = forms.ChoiceField(choices=CHOICES, widget=widget, initial="1")

        return [drawn(option.tag(wrap_label)) for option in Form(renderer=renderer)["x"]]

    assert options(Renderer()) == options(DjangoTemplates())


def test_templates_that_are_drawn_exist_in_django():
    for name in DRAWN:
        DjangoTemplates().get_template(name)
