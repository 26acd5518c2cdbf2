"""One page that says everything in Chinese and in English: the tag that does it."""

import pytest
from django.template import Context, Template, engines
from django.utils import translation

from hubs.vocabulary.languages import Both, in_both

TUESDAY = '{% both _("Tuesday") %}'  # which Django's own catalogue has in Chinese


def rendered(template, *, autoescape=True, **said):
    engine = engines["django"].engine
    return Template(template, engine=engine).render(Context(said, autoescape=autoescape))


@pytest.mark.parametrize("page", ["en-gb", "zh-hans"])
def test_words_are_said_in_both_languages_whatever_that_of_the_page(page):
    with translation.override(page):
        assert rendered(TUESDAY) == '<span lang="zh-Hans">星期二</span> <span lang="en-GB">Tuesday</span>'
        assert rendered('{% both _("Tuesday") "p" %}') == '<p lang="zh-Hans">星期二</p> <p lang="en-GB">Tuesday</p>'
        assert rendered(TUESDAY, autoescape=False) == "星期二\nTuesday"
        assert rendered('{{ _("Tuesday")|in_both }}') == "星期二 Tuesday"
        assert translation.get_language() == page


def test_words_without_chinese_are_said_once_and_as_the_english_they_are():
    said = Both("No Chinese", "No Chinese")
    assert rendered("{% both said %}", said=said) == '<span lang="en-GB">No Chinese</span>'
    assert (rendered("{% both said %}", autoescape=False, said=said), str(said)) == ("No Chinese", "No Chinese")


def test_english_within_chinese_is_marked():
    html = rendered("{% both said %}", said=Both("由 Ann Lee 授课", "Taught by Ann Lee"))
    assert html.startswith('<span lang="zh-Hans">由 <span lang="en-GB">Ann Lee</span> 授课</span>')


def test_what_a_hub_types_is_escaped_in_both():
    html = rendered("{% both said %}{{ typed|among_chinese }}", said=Both("<b>课", "<i>"), typed="<u>")
    assert [tag for tag in ("<b>", "<i>", "<u>") if tag in html] == []


def test_percent_signs_stand_for_themselves():
    assert in_both(lambda: "100%") == Both("100%", "100%")
