"""The blocks of "Who is coming?": a button adds another, or takes one away; what was typed moves with them."""

from typing import Any

from django.http import HttpRequest

from bookings.rule.party import MOST_VISITORS


def add_or_remove(request: HttpRequest, answers: dict[str, Any]) -> bool:
    """Whether the page is to be shown again with another block, or with one less."""
    others, coming = int(answers.get("others", 0)), answers["coming"]
    removed = request.POST.get("remove", "")
    if removed in {str(n) for n in range(1, others + 1)}:
        _remove_block(answers["who"], int(removed), others)
        answers["others"] = others - 1
    elif "add" in request.POST and others + coming < MOST_VISITORS:
        answers["others"] = others + 1
    elif not coming and others == 0:
        answers["others"] = 1
    else:
        return False
    return True


def _remove_block(answers: dict[str, Any], n: int, others: int) -> None:
    """Take block `n` out of what was typed; those behind it move up."""
    names = ("name", "later", "email", "role", "needs")
    for name in names:
        for later in range(n, others):
            answers[f"{name}_{later}"] = answers.get(f"{name}_{later + 1}", "")
        answers.pop(f"{name}_{others}", None)
