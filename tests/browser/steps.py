"""The steps of a booking, walked with Django's test client."""

from django.urls import reverse

from tests.browser.reading import Page

ADA = {
    "coming": "yes",
    "name": "Ada Teacher",
    "email": "ada@school.example",
    "mobile": "",
    "role_own": "1",
    "seen_own": "",
    "needs_own": "",
}


def at(name, session):
    """The address of a page of the session's booking."""
    return reverse(name, args=[session.ref])


def choose_school(client, session, school):
    """The first two steps, by the school's URN."""
    client.post(at("book", session), {"school": str(school.urn)})
    return client.post(at("book-school", session), {"urn": str(school.urn)})


def say_who(client, session, *colleagues, **changes):
    """The third step: the contact, and `colleagues` as fields (`name`, `email`, …) in blocks added one by one."""
    said = ADA | changes
    for n, colleague in enumerate(colleagues, start=1):
        client.post(at("book-who", session), said | {"add": "1"})
        said |= {f"{name}_{n}": value for name, value in colleague.items()}
    return client.post(at("book-who", session), said)


def fill_in(client, session, school, *colleagues, **changes):
    """Everything up to the page that checks."""
    choose_school(client, session, school)
    response = say_who(client, session, *colleagues, **changes)
    assert response.status_code == 302, Page(response).errors
    return response


def book(client, session, school, *colleagues, **changes):
    """All steps and the last button."""
    fill_in(client, session, school, *colleagues, **changes)
    return client.post(at("book-check", session))


def shown(client, response):
    """The page that an answer to a POST leads to: no step answers one by a page, or Back would send it again."""
    assert response.status_code in (302, 303)
    return client.get(response["Location"])


def shown_again(client, name, session, said=None):
    """The step's own page after it was sent and not taken."""
    response = client.post(at(name, session), said or {})
    assert (response.status_code, response["Location"].partition("?")[0]) == (303, at(name, session))
    return shown(client, response)
