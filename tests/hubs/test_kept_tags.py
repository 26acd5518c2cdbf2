"""Django's own tags, kept where a language has one answer: said as Django says it, in each language and each place."""

import pytest
from django.template import Context, Engine
from django.template.loader import get_template
from django.utils.translation import override

from hubs.templatetags.kept_tags import Kept
from hubs.vocabulary.languages import CHINESE, ENGLISH

LIBRARIES = ["django.templatetags.i18n", "hubs.templatetags.kept_tags"]
KEPT = [
    '{% translate "Privacy" %}',
    '{% translate "100%% of <b>it</b>" %}',
    '{% translate "Privacy" as said %}[{{ said }}]',
    '{% translate "May" context "a month" %}',
    "{% blocktranslate %}Privacy{% endblocktranslate %}",
    "{% blocktranslate trimmed %}\n  100% of\n  <b>it</b>\n{% endblocktranslate %}",
    "{% blocktranslate asvar said %}Privacy & <b>{% endblocktranslate %}[{{ said }}]",
    "{% url 'privacy' %}",
    "{% url 'privacy' as said %}[{{ said }}]",
]
MADE_ANEW = [
    "{% translate word %}",
    "{% translate 'Privacy'|upper %}",
    "{% translate 'May' context word %}",
    "{% blocktranslate %}For {{ word }}{% endblocktranslate %}",
    "{% blocktranslate with n=word %}For {{ n }}{% endblocktranslate %}",
    "{% blocktranslate count n=number %}one{% plural %}many{% endblocktranslate %}",
    "{% url 'hub' word %}",
    "{% url 'hub' slug=word %}",
    "{% url name %}",
]
CONTEXTS = [
    {"word": "kent", "number": 1, "name": "privacy"},
    {"word": "<b>", "number": 2, "name": "hubs"},
    {"word": "Privacy", "number": 3, "name": "home"},
]


def engine(*libraries):
    return Engine(builtins=list(libraries))


@pytest.mark.parametrize("autoescape", [True, False])
@pytest.mark.parametrize("text", [*KEPT, *MADE_ANEW])
def test_tag_says_what_django_says_in_every_language_whatever_was_said_before(text, autoescape):
    ours, theirs = engine(*LIBRARIES).from_string(text), engine(*LIBRARIES[:1]).from_string(text)
    for context in CONTEXTS * 2:
        if "'hub' " in text or "slug=" in text:
            context = context | {"word": context["word"].replace("<b>", "b")}
        for language in (ENGLISH, CHINESE, None, ENGLISH):
            with override(language):
                said = ours.render(Context(context, autoescape=autoescape))
                assert said == theirs.render(Context(context, autoescape=autoescape))


@pytest.mark.parametrize("texts, kept", [(KEPT, True), (MADE_ANEW, False)])
def test_only_what_holds_no_variable_is_kept(texts, kept):
    for text in texts:
        node = engine(*LIBRARIES).from_string(text).nodelist[0]
        assert (text, isinstance(node, Kept)) == (text, kept)


def test_our_templates_have_these_tags():
    page = get_template("base.html").template
    assert len(page.nodelist.get_nodes_by_type(Kept)) > 15
