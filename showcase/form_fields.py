"""A field of a form as pages of teachers show it, after the GOV.UK conventions: label, hint, error, then the box.

Templates say `{{ field.as_field_group }}`. It is drawn in Python as widgets are: ten visitors have fifty fields.
"""

from typing import Any

from django.forms import BoundField
from django.forms.utils import ErrorList
from django.utils.html import conditional_escape


def group(field: BoundField) -> str:
    """What belongs to a field; of a hidden one the input alone."""
    if field.is_hidden:
        return str(field)
    errors = field.errors
    wrong, above = " wrong" if errors else "", _above(field, errors)
    if field.use_fieldset:
        by = field.aria_describedby
        described = f' aria-describedby="{by}"' if by else ""
        choices = "\n".join(_choice(one.tag(), one.choice_label) for one in field)
        legend = f"<legend>{conditional_escape(field.label)}</legend>"
        return f'<fieldset class="field{wrong}"{described}>\n{legend}\n{above}{choices}\n</fieldset>'
    if field.widget_type == "checkbox":
        return f'<div class="field{wrong}">\n{above}{_choice(field, field.label)}\n</div>'
    label = f'<label for="{field.id_for_label}">{conditional_escape(field.label)}</label>'
    return f'<div class="field{wrong}">\n{label}\n{above}{field}\n</div>'


def _choice(box: object, label: Any) -> str:
    return f'<label class="choice">{box} <span>{conditional_escape(label)}</span></label>'


def _above(field: BoundField, errors: ErrorList) -> str:
    """The hint and the first error: nobody mends two at once."""
    said = ""
    if field.help_text:
        said = f'<span class="hint" id="{field.auto_id}_helptext">{conditional_escape(field.help_text)}</span>\n'
    if errors:
        said += f'<span class="error" id="{field.auto_id}_error">{conditional_escape(str(errors[0]))}</span>\n'
    return said
