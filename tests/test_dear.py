"""What the fast tests leave to the whole run, chosen by what each has taken."""

import pytest

from tests.dear import chosen, dear, is_there, read

MEASURED = {
    "a.py::one": 0.1,
    "a.py::two": 0.2,
    "a.py::three[x]": 1.0,
    "a.py::three[y]": 3.0,
    "a.py::four": 1.5,
    "b.py::one": 0.4,
    "b.py::two": 9.0,
    "c.py::many[x]": 0.01,
    "c.py::many[y]": 0.01,
    "c.py::third": 0.02,
    "c.py::fourth": 0.03,
}


def names(*, listed=(), budget):
    return chosen(MEASURED, frozenset(listed), budget=budget)


@pytest.mark.parametrize(
    "budget, left_out",
    [
        (20, []),
        (7, ["b.py::two"]),
        (4, ["a.py::three", "b.py::two"]),
        (1, ["a.py::four", "a.py::three", "b.py::two"]),
        (0, ["a.py::four", "a.py::three", "b.py::two"]),
    ],
)
def test_dearest_are_left_out_until_the_rest_is_cheap_and_of_each_module_something_stays(budget, left_out):
    assert names(budget=budget) == left_out


def test_what_has_not_been_run_stays_where_it_was_and_what_has_become_cheap_comes_back():
    assert names(budget=20, listed=["a.py::four", "z.py::not_run"]) == ["z.py::not_run"]


def test_cpu_of_each_test_is_in_the_report_of_a_run(tmp_path):
    file = tmp_path / "report.xml"
    case = '<testcase classname="tests.hubs.test_x" name="test_y[z]"><properties><property name="{}" value="0.5"/>'
    file.write_text(f"<testsuite>{case.format('cpu')}</properties></testcase></testsuite>")
    assert read(file) == {"tests/hubs/test_x.py::test_y[z]": 0.5}
    file.write_text(f"<testsuite>{case.format('other')}</properties></testcase></testsuite>")
    assert read(file) == {}


def test_every_name_is_that_of_a_test():
    """A dear test that is renamed would be run by script/test fast. `python -m tests.dear` mends the list."""
    gone = [name for name in dear() if not is_there(name)]
    assert gone == []
