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


# --- a field with its label ------------------------------------------------------------------------------------------


class Fields(forms.Form):
    line = forms.CharField(label=AWKWARD, help_text=AWKWARD)
    plain = forms.CharField(label="Plain", required=False)
    tick = forms.BooleanField(label=AWKWARD)
    one = forms.ChoiceField(
        label="One", choices=[("a", AWKWARD), ("b", "B")], widget=forms.RadioSelect, help_text="Hint"
    )
    some = forms.MultipleChoiceField(label="Some", choices=[("a", "A")], widget=forms.CheckboxSelectMultiple)
    out_of_sight = forms.CharField(widget=forms.HiddenInput, required=False)


ESCAPED = "&lt;b&gt;&quot;it&#x27;s&quot; &amp; &#x27;ours&#x27;&lt;/b&gt;"
REQUIRED = '<span class="error" id="id_{}_error">This field is required.</span>'


def groups(form):
    return {field.name: drawn(field.as_field_group()) for field in form}


def test_field_has_its_label_its_hint_and_then_its_box():
    found = groups(Fields(initial={"one": "b"}))
    assert found["line"] == (
        f'<div class="field"><label for="id_line">{ESCAPED}</label>'
        f'<span class="hint" id="id_line_helptext">{ESCAPED}</span>'
        '<input type="text" name="line" required aria-describedby="id_line_helptext" id="id_line"></div>'
    )
    assert found["plain"] == (
        '<div class="field"><label for="id_plain">Plain</label><input type="text" name="plain" id="id_plain"></div>'
    )
    assert found["tick"] == (
        '<div class="field"><label class="choice"><input type="checkbox" name="tick" required id="id_tick">'
        f"<span>{ESCAPED}</span></label></div>"
    )
    assert found["one"] == (
        '<fieldset class="field" aria-describedby="id_one_helptext"><legend>One</legend>'
        '<span class="hint" id="id_one_helptext">Hint</span>'
        '<label class="choice"><input type="radio" name="one" value="a" id="id_one_0" required>'
        f"<span>{ESCAPED}</span></label>"
        '<label class="choice"><input type="radio" name="one" value="b" id="id_one_1" required checked>'
        "<span>B</span></label></fieldset>"
    )
    assert found["out_of_sight"] == '<input type="hidden" name="out_of_sight" id="id_out_of_sight">'


def test_field_that_is_wrong_says_the_first_error_above_its_box():
    form = Fields({})
    form.add_error("line", "A second error")
    form.add_error("plain", AWKWARD)
    found = groups(form)
    assert found["line"].startswith(
        f'<div class="field wrong"><label for="id_line">{ESCAPED}</label>'
        f'<span class="hint" id="id_line_helptext">{ESCAPED}</span>{REQUIRED.format("line")}<input'
    )
    assert 'aria-invalid="true"' in found["line"]
    assert 'aria-describedby="id_line_helptext id_line_error"' in found["line"]
    assert f'<span class="error" id="id_plain_error">{ESCAPED}</span>' in found["plain"]
    assert found["tick"].startswith(f'<div class="field wrong">{REQUIRED.format("tick")}<label')
    assert found["some"].startswith(
        '<fieldset class="field wrong" aria-describedby="id_some_error"><legend>Some</legend>'
        f"{REQUIRED.format('some')}<label"
    )
