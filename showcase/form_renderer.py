"""Widgets drawn in Python: Django draws each option of a list by three templates, which was half the cost of a page.

The markup is Django's own; what is not drawn here goes to Django's templates. A field with its label is ours
(form_fields.py).
"""

from collections.abc import Callable
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

from showcase import form_fields

Widget = dict[str, Any]


class Renderer(DjangoTemplates):
    """Django's renderer of forms, quicker at what pages are full of."""

    field_template_name = "a field with its label"  # no template

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name == self.field_template_name:
            return mark_safe(form_fields.group(context["field"]))  # noqa: S308  (escaped there)
        draw = DRAWN.get(template_name)
        if draw is None:
            return super().render(template_name, context, request)
        return mark_safe(draw(context["widget"]))  # noqa: S308  (escaped where it is drawn)


def _attributes(widget: Widget) -> str:
    """False is no attribute, True one without a value."""
    said = ((name, value) for name, value in widget["attrs"].items() if value is not False)
    return "".join(f" {name}" if value is True else f' {name}="{conditional_escape(value)}"' for name, value in said)


def _input(widget: Widget) -> str:
    value = widget.get("value")
    said = "" if value is None else f' value="{conditional_escape(value)}"'
    return f'<input type="{widget["type"]}" name="{conditional_escape(widget["name"])}"{said}{_attributes(widget)}>'


def _choice(widget: Widget) -> str:
    """One radio button or check box of several, in its label where that is asked for."""
    if not widget.get("wrap_label"):
        return _input(widget)
    of = f' for="{conditional_escape(widget["attrs"]["id"])}"' if widget["attrs"].get("id") else ""
    return f"<label{of}>{_input(widget)} {conditional_escape(widget['label'])}</label>"


def _select(widget: Widget) -> str:
    drawn = []
    for group, options, _index in widget["optgroups"]:
        lines = "".join(_option(option) for option in options)
        drawn.append(f'<optgroup label="{conditional_escape(group)}">\n{lines}</optgroup>\n' if group else lines)
    return f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget)}>\n{"".join(drawn)}</select>'


def _option(widget: Widget) -> str:
    value, label = conditional_escape(widget["value"]), conditional_escape(widget["label"])
    return f'<option value="{value}"{_attributes(widget)}>{label}</option>\n'


def _textarea(widget: Widget) -> str:
    text = conditional_escape(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{conditional_escape(widget["name"])}"{_attributes(widget)}>\n{text}</textarea>'


_INPUTS = ("text", "number", "email", "url", "password", "hidden", "date", "time", "datetime", "checkbox")
DRAWN: dict[str, Callable[[Widget], str]] = {
    f"django/forms/widgets/{name}.html": draw
    for name, draw in [
        *((name, _input) for name in _INPUTS),
        ("radio_option", _choice),
        ("checkbox_option", _choice),
        ("select", _select),
        ("textarea", _textarea),
    ]
}
