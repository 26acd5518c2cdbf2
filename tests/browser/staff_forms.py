"""The staff pages' forms, filled in as somebody does at a keyboard: choices by typing, rows by "Add another"."""

import datetime as dt

from django.test import Client


def signed_in(visit, showcase, user):
    """A browser of its own in which somebody has signed in."""
    client = Client()
    client.force_login(user)
    page = visit(java_script_enabled=True)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": showcase.url}])
    return page


def open_form(page, app, model, search=""):
    page.goto(f"/admin/{app}/{model}/add/{search}")


def choose(page, field, typed, option=None):
    """In a look-up: type a part of the name and take what it offers.

    An answer that comes late draws the list again and may take a click with it: whoever sees that, clicks again.
    """
    wanted = option or typed
    unfold(page, f"#id_{field}")
    box = page.locator(f"#id_{field}").locator("xpath=following-sibling::span")
    search = page.locator(".select2-container--open .select2-search__field")
    for _try in range(3):
        if not search.count():
            box.click()
        search.fill(typed)
        page.locator(".select2-results__option--highlighted", has_text=wanted).wait_for()
        page.locator(".select2-results__option", has_text=wanted).first.click()
        if wanted.lower() in box.inner_text().lower():
            return
    raise AssertionError(f"{wanted!r} is not chosen in {field!r}: {box.inner_text()!r}")


def unfold(page, inside):
    """Open whatever of the form is folded around something."""
    folded = page.locator("details:not([open])").filter(has=page.locator(inside))
    while folded.count():
        folded.first.locator("> summary").click()


def write(page, **fields):
    for name, value in fields.items():
        unfold(page, f"#id_{name}")
        page.locator(f"#id_{name}").fill(str(value))


def tick(page, where, *labels):
    unfold(page, where)
    for label in labels:
        page.locator(where).get_by_label(label, exact=True).check()


def moment(page, field, day, time):
    """A date and a time, as the admin asks for them: London time."""
    write(page, **{f"{field}_0": f"{day:%d/%m/%Y}", f"{field}_1": time})


def day(value):
    return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else value


def add_row(page, group):
    """Another row of a list in the form; what its fields' names begin with."""
    unfold(page, f"#{group}-group")
    rows = page.locator(f"#{group}-group .dynamic-{group}")
    number = rows.count()
    page.locator(f"#{group}-group").get_by_role("button", name="Add another").or_(
        page.locator(f"#{group}-group .add-row a")
    ).first.click()
    page.locator(f"#{group}-{number}").wait_for()
    return f"{group}-{number}"


def lesson(page, *years, **fields):
    """A lesson in the form of a session."""
    row = add_row(page, "lessons")
    tick(page, f"#{row}", *years)
    for field in ("specialists", "pupils_of", "visiting_teachers"):
        if field in fields:
            choose(page, f"{row}-{field}", fields.pop(field))
    write(page, **{f"{row}-{name}": value for name, value in fields.items()})


def segment(page, text, starts="", ends="", *, is_lesson=False):
    """A line of the programme."""
    row = add_row(page, "programme")
    write(page, **{f"{row}-text": text, f"{row}-starts": starts, f"{row}-ends": ends})
    if is_lesson:
        page.locator(f"#id_{row}-is_lesson").check()


def save(page):
    """Save, and see that nothing was refused."""
    page.locator("[name=_save]").first.click()
    page.locator(".messagelist .success, .errornote").first.wait_for()
    refused = page.locator(".errornote, .errorlist").all_inner_texts()
    assert refused == [], refused
    said = page.locator(".messagelist").inner_text()
    assert "successfully" in said, said
