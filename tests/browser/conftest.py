"""A browser before Showcase as it runs in production."""

import os

import pytest

# JavaScript of a page that is gone in a second is not worth the slowest of compilers, nor threads of its own.
SHORT_LIVED = "--js-flags=--no-opt,--single-threaded"


@pytest.fixture(scope="session", autouse=True)
def rows_beside_playwright():
    """Playwright keeps an event loop in this thread; Django has to allow its rows beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="session", autouse=True)
def sessions_ahead():
    """The server's clock is the machine's: a session that says no day is ahead of it, whenever the tests are run."""
    from tests import factories
    from tests.browser import cast

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factories, "DAY", cast.first_day())
        yield


@pytest.fixture(scope="session")
def showcase(tmp_path_factory):
    """The running server, with the cast loaded."""
    from tests.browser.showcase_server import ShowcaseServer

    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    server = ShowcaseServer(tmp_path_factory.mktemp("showcase"), run)
    try:
        server.start()
        yield server
        assert server.private_in_log() == []  # of the whole run
    finally:
        server.stop()


@pytest.fixture(scope="session")
def cast(showcase, django_db_blocker):
    """The sessions and bookings of tests/browser/cast.py."""
    from tests.browser import cast

    with showcase.opened(django_db_blocker):
        return cast.make()


@pytest.fixture
def rows(showcase, cast, django_db_blocker):
    """Lets a test at the server's rows; afterwards every place taken has its visitor."""
    from bookings.operations.counting import miscounts

    with showcase.opened(django_db_blocker):
        yield
        assert miscounts() == []


@pytest.fixture(scope="session")
def chromium(showcase):
    """A browser that trusts the server's certificate, and needs to be asked about none."""
    from playwright.sync_api import sync_playwright

    from script import _chromium

    with sync_playwright() as playwright:
        arguments = [f"--ignore-certificate-errors-spki-list={showcase.key}", SHORT_LIVED]
        arguments += ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=_chromium.program(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def windows(chromium, showcase):
    from tests.browser.windows import Windows

    return Windows(chromium, showcase.url)


@pytest.fixture
def visit(windows, cast):
    """Opens a browser of its own for somebody, without JavaScript unless asked; nothing in it may be refused.

    An error in the console, the Content-Security-Policy's violations among them, fails the test.
    """
    yield windows.open
    said = windows.leave()
    # The console repeats 404, 409 and 422, and that a browser which a test took offline is offline.
    answers = ("the server responded with a status of 4", "net::ERR_INTERNET_DISCONNECTED")
    assert [words for words in said if not any(answer in words for answer in answers)] == []
