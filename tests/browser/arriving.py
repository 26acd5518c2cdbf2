"""Presses that end where the next page is there.

A click ends where the next page begins to come. What is asked of the page waits for it by itself; what is asked of the
browser does not: reload or Back is then refused ("Not attached to an active page"), one time in ten.
"""


def press(page, words):
    arrived(page, page.get_by_role("button", name=words, exact=True))


def follow(page, words):
    arrived(page, page.get_by_role("link", name=words, exact=True))


def arrived(page, found):
    """Press the first of what was found, and stay until the page that it leads to is whole."""
    found.first.click()
    page.wait_for_load_state()
