"""What `script/test changed` runs: every test that a changed file can touch."""

import pytest

from tests.imports import python_files
from tests.touched import is_test, reached_from, touched

pytestmark = pytest.mark.slow  # whatever is asked first, every file is read
EVERY_TEST = [file for file in python_files("tests") if is_test(file)]


@pytest.mark.parametrize(
    "changed, test",
    [
        ("tests/bookings/test_hold.py", "tests/bookings/test_hold.py"),
        ("bookings/rule/fair_share.py", "tests/bookings/test_hold.py"),
        ("bookings/states.py", "tests/bookings/test_hold.py"),
        ("bookings/views/sessions.py", "tests/bookings/test_views_session.py"),
        ("templates/bookings/what_now.html", "tests/bookings/test_views_session.py"),
        ("bookings/public/pictures.py", "tests/bookings/test_views_session.py"),
        ("templates/emails/layout/mail.html", "tests/bookings/test_emails.py"),
        ("bookings/admin/home/needs.py", "tests/bookings/test_admin_home.py"),
    ],
)
def test_what_a_file_can_touch_is_run(changed, test):
    assert test in touched([changed])


@pytest.mark.parametrize("changed", ["bookings/admin/home/needs.py", "templates/bookings/what_now.html"])
def test_what_it_cannot_touch_is_not(changed):
    assert "tests/bookings/test_hold.py" not in touched([changed])


@pytest.mark.parametrize(
    "changed", ["tests/settings.py", "bookings/migrations/0001_initial.py", "requirements.txt", "showcase/settings.py"]
)
def test_what_stands_under_everything_runs_everything(changed):
    assert touched([changed]) == EVERY_TEST


def test_nothing_runs_for_what_no_test_reads():
    assert touched(["README.md", "static/css/base.css"]) == []


def test_every_file_of_the_code_is_under_some_test():
    reached = frozenset().union(*(reached_from(test) for test in EVERY_TEST))
    code = {file for file in python_files("showcase", "hubs", "bookings") if not file.endswith("__init__.py")}
    looked_for_by_django = {"showcase/wsgi.py", "showcase/formats/en_GB/formats.py", "hubs/apps.py", "bookings/apps.py"}
    assert code - reached - looked_for_by_django == set()
