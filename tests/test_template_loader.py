"""Our templates come without their indents, and otherwise as they are written."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loaders.filesystem import Loader as AsWritten

from showcase.template_loader import Loader

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
PAGES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))


def lines(kind, name):
    loader = kind(engines["django"].engine)
    origin = next(iter(loader.get_template_sources(name)))
    return loader.get_contents(origin).split("\n")


@pytest.mark.parametrize("name", ["base.html", "bookings/find.html", "emails/confirm.html", "components/brand.svg"])
def test_page_has_the_lines_that_were_written_without_their_indents(name):
    written, served = lines(AsWritten, name), lines(Loader, name)
    assert any(line.startswith(" ") for line in written)
    assert served == [line.lstrip(" \t") for line in written]


def test_text_keeps_its_spaces():
    assert lines(Loader, "emails/layout/mail.txt") == lines(AsWritten, "emails/layout/mail.txt")


def test_our_pages_are_read_by_it():
    engine = engines["django"].engine
    assert isinstance(engine.template_loaders[0].loaders[0], Loader)
    assert not any(line.startswith(" ") for line in engine.get_template("base.html").source.split("\n"))


def test_no_words_that_are_translated_depend_on_how_they_are_indented():
    """A sentence over several lines is `trimmed`, or its indents would be part of what is looked up."""
    said = re.compile(r"{% blocktranslate(?P<how>[^%]*)%}(?P<words>.*?){% endblocktranslate %}", re.DOTALL)
    found = [(name, one) for name in PAGES for one in said.finditer((TEMPLATES / name).read_text())]
    assert len(found) > 300
    assert [(name, one[0]) for name, one in found if "\n" in one["words"] and " trimmed " not in one["how"]] == []
