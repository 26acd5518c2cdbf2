"""No header of a stranger's decides in which letters a page's address is read."""

import pytest

from showcase.utf8 import without_charset
from tests.factories import SessionFactory
from tests.kept_pages import Clocks, Server

ODD = ["utf-16", "cp037", "rot13", "hex", "undefined", "nonsense", "", "utf-8", '"cp037"', "cp037; q=1"]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    Clocks().rule(monkeypatch)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["charset", "CHARSET", "charset*"])
@pytest.mark.parametrize("odd", ODD)
def test_page_that_is_kept_for_others_is_the_one_at_its_address(odd: str, name: str) -> None:
    SessionFactory(hub_year__hub__slug="kent")
    server = Server()
    as_it_is = server.ask_django("/?hub=kent").text
    assert as_it_is != server.ask_django("/").text
    encoded = f"utf-8''{odd}" if name.endswith("*") else odd
    assert server.ask("/?hub=kent", CONTENT_TYPE=f"text/html; {name}={encoded}").text == as_it_is
    assert server.ask("/?hub=kent").text == as_it_is
    assert len(server.made) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ODD)
def test_form_in_another_charset_is_answered_by_a_page(odd: str) -> None:
    session = SessionFactory()
    answer = Server().ask(f"/sessions/{session.ref}/book/", "POST", CONTENT_TYPE=f"{FORM}; charset={odd}")
    assert answer.status in (302, 303, 403)  # without its token, which is as it should be


@pytest.mark.parametrize(
    "said, read_as",
    [
        ("text/html; charset=utf-8", "text/html"),
        ("multipart/form-data; charset=cp037; boundary=xyz", "multipart/form-data; boundary=xyz"),
        ('multipart/form-data; boundary="xyz" ;CharSet="a;b"', 'multipart/form-data; boundary="xyz" '),
        ("text/html; charset*=utf-8''cp037", "text/html"),
        ("text/html; charset*0=cp037", "text/html"),
        ('text/html; x="; charset=cp037"', 'text/html; x="'),
        ("text/html;charset ; charset", "text/html"),
    ],
)
def test_other_parameters_stay(said: str, read_as: str) -> None:
    assert without_charset(said) == read_as
