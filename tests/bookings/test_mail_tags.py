"""What the tags of mails write, in HTML and in plain text."""

import pytest
from django.template import Context, Engine
from django.utils import translation

from bookings.mail.rendering import _wrapped

TYPED = 'Ann & "Co" <b>'


def html(template, **said):
    return _made(template, said, autoescape=True).strip()


def text(template, **said):
    return _wrapped(_made(template, said, autoescape=False)).removesuffix("\n")


def _made(template, said, *, autoescape):
    made = Engine.get_default().from_string("{% load mail_tags %}" + template)
    return made.render(Context(said, autoescape=autoescape))


PARAGRAPH = """
  {% paragraph %}
    Come to
    {% strong %}{{ typed }}{% endstrong %}
    {% line %}
    {{ second }}
    {% line %}
    at nine.
  {% endparagraph %}
  {% paragraph %}Bring a coat.{% endparagraph %}
"""


def test_paragraph_is_words_without_the_white_space_of_its_template_and_empty_lines():
    style = 'style="margin:0 0 14px"'
    first = f"<p {style}>Come to <b>Ann &amp; &quot;Co&quot; &lt;b&gt;</b><br>at nine.</p>"
    assert html(PARAGRAPH, typed=TYPED).split("\n") == [first, f"  <p {style}>Bring a coat.</p>"]
    assert text(PARAGRAPH, typed=TYPED) == f"Come to {TYPED}\nat nine.\n\nBring a coat."


@pytest.mark.parametrize("tag", ["heading", "section", "paragraph", "panel", "words", "strong", "together"])
def test_what_is_empty_writes_nothing(tag):
    empty = f"{{% {tag} %}}\n  {{% if no %}}x{{% endif %}}\n {{% line %}} {{% end{tag} %}}"
    assert (html(empty), text(empty)) == ("", "")


@pytest.mark.parametrize("tag", ["{% facts nothing %}", "{% quoted empty %}"])
def test_no_facts_and_no_words_write_nothing(tag):
    assert (html(tag, nothing=[], empty=" \r\n"), text(tag, nothing=[], empty=" \r\n")) == ("", "")


def test_line_break_within_what_somebody_typed_is_a_space():
    said = {"typed": "Ann\nPay here\r\nnow"}
    assert text("{% paragraph %}{{ typed }}{% endparagraph %}", **said) == "Ann Pay here now"


def test_link_is_a_link_in_html_and_a_line_in_text():
    template = "{% paragraph %}See {% link url %}{% endparagraph %}{% paragraph %}{% link url name %}{% endparagraph %}"
    said = {"url": "https://x.example/?a=1&b=2", "name": TYPED}
    assert text(template, **said) == f"See\n{said['url']}\n\n{TYPED}\n{said['url']}"
    assert html(template, **said).count('<a class="link" href="https://x.example/?a=1&amp;b=2"') == 2
    assert 'style="color:#0f5b86">Ann &amp; &quot;Co&quot; &lt;b&gt;</a></p>' in html(template, **said)


def test_facts_are_a_line_each():
    pairs = [("Bring", TYPED), ("Parking", "none")]
    assert text("{% facts pairs %}", pairs=pairs) == f"Bring: {TYPED}\nParking: none"
    said = "<b>Bring:</b> Ann &amp; &quot;Co&quot; &lt;b&gt;<br><b>Parking:</b> none"
    assert html("{% facts pairs %}", pairs=pairs) == f'<p style="margin:0 0 14px">{said}</p>'


def test_quoted_words_keep_their_paragraphs_and_lines():
    typed = "Bring <b>.\r\n\r\nOne\nTwo"
    assert html("{% quoted typed %}", typed=typed) == "<p>Bring &lt;b&gt;.</p>\n\n<p>One<br>Two</p>"
    assert text("Before {% quoted typed %} after", typed=typed) == "Before\n\nBring <b>.\n\nOne\nTwo\n\n after"


@pytest.mark.parametrize("language", ["en-gb", "zh-hans"])
def test_words_in_both_languages_whatever_that_of_the_mail(language):
    with translation.override(language):
        inside = '{% paragraph %}{% in_both %} {% translate "Tuesday" %} {% endin_both %}{% endparagraph %}'
        assert '<span lang="zh-Hans">星期二</span> <span lang="en-GB">Tuesday</span>' in html(inside)
        assert text(inside) == "星期二\nTuesday"
        alone = '{% paragraph_in_both %}{% translate "Tuesday" %}{% endparagraph_in_both %}'
        assert html(alone) == '<p lang="zh-Hans">星期二</p> <p lang="en-GB">Tuesday</p>'
        assert text(f"Before.{alone}After.") == "Before.\n\n星期二\nTuesday\n\nAfter."
        typed = "{% in_both %}{{ typed }}{% endin_both %}"
        assert html(typed, typed=TYPED) == '<span lang="en-GB">Ann &amp; &quot;Co&quot; &lt;b&gt;</span>'
        assert text(typed, typed=TYPED) == TYPED
