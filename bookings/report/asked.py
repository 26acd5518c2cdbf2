"""How many were asked and answered: the two totals that every figure of feedback begins with."""

from bookings.models.feedback import Form
from bookings.report.cells import Whole
from bookings.report.facts import Facts


def asked(facts: Facts, form: Form) -> Whole:
    """Those who were asked: on the day once a visit, later once a person."""
    within = "visits" if form == Form.DAY else "people"
    return Whole(facts.asked(form), name=f"asked {form.value}", within=within)


def answers(facts: Facts, form: Form) -> Whole:
    """Those of them who answered."""
    return Whole(facts.answered(form), name=f"answered {form.value}", within=f"asked {form.value}")
