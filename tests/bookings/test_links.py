"""Private links: what opens, and that nothing else does."""

import uuid
from dataclasses import dataclass

import pytest
from pytest_django import Settings

from bookings.mail import links
from bookings.mail.links import Purpose

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass
class Row:
    """Anything with a private link; no model, or every test that walks the models would meet it."""

    public_id: uuid.UUID
    link_version: int


@pytest.fixture
def row() -> Row:
    return Row(public_id=uuid.UUID("0123456789abcdef0123456789abcdef"), link_version=3)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_token_says_what_it_opens(row: Row, purpose: Purpose) -> None:
    token = links.token(purpose, row)
    assert links.read(token) == (purpose, row.public_id, 3)
    assert len(token) == links.TOKEN_LENGTH


def test_each_purpose_has_a_token_of_its_own(row: Row) -> None:
    assert len({links.token(purpose, row) for purpose in Purpose}) == len(Purpose)


def test_url_is_the_whole_address(row: Row) -> None:
    assert links.url(Purpose.CONTACT, row) == f"https://testserver/bookings/{links.token(Purpose.CONTACT, row)}/"


def test_token_changed_in_any_place_opens_nothing(row: Row) -> None:
    token = links.token(Purpose.CONTACT, row)
    opened = [
        (place, letter)
        for place in range(len(token))
        for letter in ALPHABET
        if letter != token[place] and links.read(token[:place] + letter + token[place + 1 :])
    ]
    assert opened == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "A" * 49,
        "A" * 50,
        "A" * 51,
        "A" * 10000,
        "=" * 50,
        "é" * 50,
        "\N{FULLWIDTH LATIN CAPITAL LETTER A}" * 50,
        "\x00" * 50,
        "A" * 48 + "==",
        " " * 50,
        "\ud800" * 50,
    ],
)
def test_text_that_is_no_token_opens_nothing(text: str) -> None:
    assert links.read(text) is None


def test_token_with_something_added_opens_nothing(row: Row) -> None:
    token = links.token(Purpose.CONTACT, row)
    for text in (token[:-1], f"{token}A", f"{token}=", f"{token}==", f" {token}", f"{token}\n", token.lower()):
        assert links.read(text) is None


def test_standard_base64_is_another_alphabet(row: Row) -> None:
    tokens = [links.token(purpose, row) for purpose in Purpose]
    assert any("-" in token or "_" in token for token in tokens)
    for token in tokens:
        other = token.replace("-", "+").replace("_", "/")
        assert other == token or links.read(other) is None


def test_old_key_verifies_and_new_key_signs(row: Row, settings: Settings) -> None:
    settings.LINK_KEYS = ["old"]
    old = links.token(Purpose.CONTACT, row)
    settings.LINK_KEYS = ["new", "old"]
    new = links.token(Purpose.CONTACT, row)
    assert new != old
    assert links.read(old) == links.read(new) == (Purpose.CONTACT, row.public_id, 3)
    settings.LINK_KEYS = ["new"]
    assert (links.read(old), links.read(new)) == (None, (Purpose.CONTACT, row.public_id, 3))


def test_foreign_key_opens_nothing(row: Row, settings: Settings) -> None:
    settings.LINK_KEYS = ["theirs"]
    token = links.token(Purpose.CONTACT, row)
    settings.LINK_KEYS = ["ours"]
    assert links.read(token) is None


def test_secret_key_does_not_sign_links(row: Row, settings: Settings) -> None:
    token = links.token(Purpose.CONTACT, row)
    settings.SECRET_KEY = "another"
    assert links.token(Purpose.CONTACT, row) == token


def test_raised_version_makes_another_token_that_says_so(row: Row) -> None:
    before = links.token(Purpose.CONTACT, row)
    row.link_version += 1
    after = links.token(Purpose.CONTACT, row)
    assert after != before
    assert (links.read(before), links.read(after)) == (
        (Purpose.CONTACT, row.public_id, 3),
        (Purpose.CONTACT, row.public_id, 4),
    )


def test_unknown_purpose_opens_nothing(row: Row) -> None:
    """One that a later release has signed, read by this one."""
    said = row.public_id.bytes + bytes([99]) + (1).to_bytes(4, "big")
    assert links.read(_signed(said)) is None


def _signed(said: bytes) -> str:
    import base64

    from django.conf import settings

    return base64.urlsafe_b64encode(said + links._mac(settings.LINK_KEYS[0], said)).rstrip(b"=").decode()
