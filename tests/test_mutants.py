"""The changes that tests.mutants makes: each the one that it says, and none of what is only read."""

from textwrap import dedent

import pytest

from tests.mutations import changes_of, is_python


def offered(source, file="bookings/verbs/made_up.py"):
    """What becomes of `source`, by kind of change."""
    source = dedent(source).strip().encode()
    return [(change.kind, change.made(source).decode()) for change in changes_of(file, source)]


@pytest.mark.parametrize(
    "line, changed, kind",
    [
        ("left < party", "left <= party", "comparison"),
        ("left <= party", "left < party", "comparison"),
        ("left > party", "left >= party", "comparison"),
        ("left >= party", "left > party", "comparison"),
        ("left == party", "left != party", "comparison"),
        ("left != party", "left == party", "comparison"),
        ("verb in verbs", "verb not in verbs", "comparison"),
        ("verb not in verbs", "verb in verbs", "comparison"),
        ("row is none", "row is not none", "comparison"),
        ("row is not none", "row is none", "comparison"),
        ("seated and live", "seated or live", "and/or"),
        ("seated or live", "seated and live", "and/or"),
        ("not live", "live", "not dropped"),
        ("not(live)", "(live)", "not dropped"),
        ("left + party", "left - party", "+/-"),
        ("left - party", "left + party", "+/-"),
        ("'Zoë', left - party", "'Zoë', left + party", "+/-"),
        ("places[0]", "places[1]", "one more"),
        ("yes = True", "yes = False", "yes/no"),
        ("booked = book(room, at=now)", "booked = book(room)", "argument dropped"),
        ("booked = book(at=now, by=by)", "booked = book(by=by)", "argument dropped"),
        ("booked = book(at=now, by=by)", "booked = book(at=now)", "argument dropped"),
        ("booked = book(\n    at=now,\n)", "booked = book(\n    \n)", "argument dropped"),
        ("room.write(booking)", "pass", "statement deleted"),
        ("taken += party", "pass", "statement deleted"),
        ("raise Ended", "pass", "statement deleted"),
    ],
)
def test_a_change_is_what_a_careless_colleague_would_type(line, changed, kind):
    assert (kind, changed) in offered(line)
    assert is_python(changed.encode())


def test_each_part_of_a_long_condition_is_changed_alone():
    changed = {made for _, made in offered("a < b <= c")}
    assert changed == {"a <= b <= c", "a < b < c"}


def test_an_early_return_is_deleted_and_the_last_is_not():
    source = """
        def settle(room):
            if room.closed:
                return room
            return room.row
    """
    assert [kind for kind, made in offered(source)] == ["statement deleted"]
    assert "pass\n    return room.row" in offered(source)[0][1]


@pytest.mark.parametrize(
    "line",
    [
        '"""Not more than 3 of them, and never True."""',
        "log.warning('Mail %s is late', mail.pk + 1, exc_info=True)",
        "raise_if(_('%(n)s places') % places)",
        "label = _('Hubs + schools', count=3)",
        "key = f'{ref + 1}'",
        "party: Literal[3]",
        "words = 'a' + word",
        "words = word + ' ' + word",
        "@dataclass(frozen=True)\nclass Room:\n    row: int",
        "field = text(label='Name')",
    ],
)
def test_what_is_only_read_is_left_alone(line):
    assert [made for kind, made in offered(line) if kind != "statement deleted"] == []


def test_what_models_and_staff_pages_declare_is_left_alone_and_what_they_do_is_not():
    source = """
        class Places:
            most = 1
            def left(self):
                return self.capacity - self.places_taken
    """
    for file in ("bookings/models/places.py", "bookings/admin/day/door.py"):
        assert [kind for kind, _ in offered(source, file)] == ["+/-"]
