"""Every column of the database either stands in the table of what is kept of people, or says nothing of anybody."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.utils import translation

from bookings.forgetting import when
from bookings.forgetting.kept import KEPT
from bookings.forgetting.nothing import NOTHING
from showcase.settings import BASE_DIR
from tests.browser.reading import Page
from tests.factories import HubYearFactory

SAYS_NOTHING = (
    models.IntegerField,
    models.DecimalField,
    models.FloatField,
    models.DateField,
    models.TimeField,
    models.DurationField,
    models.BooleanField,
)


def columns():
    """Every other column of every table, as the two tables name it."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if not field.is_relation and not isinstance(field, SAYS_NOTHING):
                yield _owner(model, field), field.name


def _owner(model, field):
    """A version's column is its row's; what only versions have is theirs."""
    of = getattr(model, "instance_type", None)
    if of is None:
        return model._meta.label
    names = {one.name for one in of._meta.concrete_fields}
    return of._meta.label if field.name in names else "versions"


def named(table):
    return {(model, name) for columns in table for model, names in columns.items() for name in names.split()}


KNOWN, SAID_NOTHING = named(row.columns for row in KEPT), named(NOTHING.values())


def test_every_column_stands_in_one_of_the_two_tables():
    assert sorted(set(columns()) - KNOWN - SAID_NOTHING) == []


def test_neither_names_a_column_that_is_not_there_or_stands_in_the_other():
    assert sorted((KNOWN | SAID_NOTHING) - set(columns())) == []
    assert sorted(KNOWN & SAID_NOTHING) == []


def test_no_column_is_named_twice_among_those_that_say_nothing():
    twice = [(model, name) for table in NOTHING.values() for model, names in table.items() for name in names.split()]
    assert len(twice) == len(SAID_NOTHING)


def test_whatever_is_named_as_a_time_is_one_of_those_known():
    assert {row.when.key for row in KEPT} == {one.key for one in when.EVERY}


@pytest.mark.django_db
@pytest.mark.parametrize("language, prefix", [("en-gb", ""), ("zh-hans", "/zh-hans")])
def test_privacy_page_says_all_that_the_table_says(client, language, prefix):
    HubYearFactory()
    page = Page(client.get(f"{prefix}/privacy/"))
    with translation.override(language):
        for row in KEPT:
            for said in (row.what, row.when.says, row.why.label, row.whose.label):
                assert str(said) in page.text


def test_record_of_processing_is_the_one_that_the_command_writes():
    """`manage.py privacy > docs/privacy.md` writes it anew."""
    out = StringIO()
    call_command("privacy", stdout=out)
    assert (BASE_DIR / "docs" / "privacy.md").read_text() == out.getvalue()


def test_record_names_every_column_that_is_kept():
    said = (BASE_DIR / "docs" / "privacy.md").read_text()
    for row in KEPT:
        for model, names in row.columns.items():
            assert f"{model}: {', '.join(names.split())}" in said
