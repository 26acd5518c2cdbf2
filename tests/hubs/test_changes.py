"""What has changed, as one file says it to every process of a host; nothing is known where that cannot be told."""

import os
import subprocess
import sys

import pytest

from hubs.vocabulary import changes
from hubs.vocabulary.changes import FIRST, NUMBERS, SIZE, WIDTH, Changes

OTHER = 7 + NUMBERS  # of another number than session 7 has


@pytest.fixture
def path(tmp_path):
    return tmp_path / "changes"


@pytest.fixture
def of_host(path):
    return Changes(lambda: path)


def marks(of_host):
    state = of_host.state()
    return {"all": state.of_all(), "7": state.of(7), "other": state.of(OTHER)}


def changed_between(before, after):
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize(
    "change, of",
    [
        (lambda one: one.changed([7]), {"all", "7"}),
        (lambda one: one.changed([7, OTHER]), {"all", "7", "other"}),
        (lambda one: one.changed([]), {"all"}),
        (lambda one: one.changed_all(), {"all", "7", "other"}),
    ],
)
def test_change_is_seen_by_what_shows_it_and_by_nothing_else(change, of, of_host):
    before = marks(of_host)
    assert marks(of_host) == before
    change(of_host)
    after = marks(of_host)
    assert changed_between(before, after) == of
    change(of_host)  # a second one is another
    assert changed_between(after, marks(of_host)) == of


def test_change_is_seen_by_another_process(path, of_host):
    before = marks(of_host)
    code = "import sys, pathlib; from hubs.vocabulary.changes import Changes\n"
    code += "Changes(lambda: pathlib.Path(sys.argv[1])).changed([7])"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    assert changed_between(before, marks(of_host)) == {"all", "7"}


def test_number_that_is_half_written_is_like_no_other(path, of_host):
    of_host.changed([7])
    before = marks(of_host)
    whole = path.read_bytes()
    of_host.changed([7])
    after, new = marks(of_host), path.read_bytes()
    at = next(n for n in range(FIRST * WIDTH, SIZE) if whole[n] != new[n]) // WIDTH * WIDTH
    torn = whole[: at + WIDTH // 2] + new[at + WIDTH // 2 :]
    with path.open("r+b") as file:
        file.write(torn)
    assert marks(of_host)["7"] not in (before["7"], after["7"])


def test_what_stood_in_the_file_stays_when_another_opens_it(path, of_host):
    of_host.changed_all()
    before = marks(of_host)
    assert marks(Changes(lambda: path)) == before


@pytest.mark.parametrize(
    "spoil",
    [lambda path: path.parent.rmdir(), lambda path: path.mkdir(), lambda path: path.symlink_to("/proc/no/such")],
    ids=["no folder", "a folder of that name", "nowhere"],
)
def test_nothing_is_known_where_there_is_no_file_and_nothing_breaks(spoil, tmp_path, caplog):
    path = tmp_path / "var" / "changes"
    path.parent.mkdir()
    spoil(path)
    of_host = Changes(lambda: path)
    for _ in range(2):
        assert of_host.state() is None
        of_host.changed([7])
        of_host.changed_all()
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "No page is kept in memory, for the file of changes cannot be used"
    ]


@pytest.mark.parametrize("left", [0, WIDTH, SIZE // 2, SIZE - 1])
@pytest.mark.parametrize(
    "then",
    [lambda one: one.state(), lambda one: one.changed([3]), lambda one: one.changed_all()],
    ids=["read", "of one", "of all"],
)
def test_file_that_somebody_cut_short_is_whole_again_and_everything_is_new(path, of_host, left, then):
    of_host.changed_all()
    before = marks(of_host)
    os.truncate(path, left)
    then(of_host)
    after = marks(of_host)
    assert changed_between(before, after) == {"all", "7", "other"}
    assert (path.stat().st_size, marks(of_host)) == (SIZE, after)
    assert marks(Changes(lambda: path)) == after


def test_file_that_somebody_deleted_is_made_anew_and_everything_is_new(path, of_host):
    of_host.changed_all()
    before = marks(of_host)
    path.unlink()
    assert changed_between(before, marks(of_host)) == {"all", "7", "other"}
    another = Changes(lambda: path)
    middle = marks(of_host)
    another.changed([7])
    assert changed_between(middle, marks(of_host)) == {"all", "7"}


def test_every_session_has_a_number_of_its_own_until_they_run_out(of_host):
    before = of_host.state()
    of_host.changed(range(NUMBERS))
    after = of_host.state()
    assert all(before.of(n) != after.of(n) for n in range(NUMBERS))
    of_host.changed([10**12])
    assert len([n for n in range(NUMBERS - changes.FIRST) if after.of(n) != of_host.state().of(n)]) == 1


def test_lists_hear_of_places_where_it_changes_more_than_how_many_are_taken(of_host):
    before = of_host.state()
    of_host.changed([7], on_lists=False)
    taken = of_host.state()
    assert taken.of_lists() == before.of_lists()
    assert taken.of(7) != before.of(7)
    for change in (lambda: of_host.changed([7]), of_host.changed_all):
        was = of_host.state().of_lists()
        change()
        assert of_host.state().of_lists() != was


def test_which_sessions_may_have_changed_can_be_told(of_host):
    of_host.changed_all()
    before = of_host.state()
    of_host.changed([7, 4000])
    apart = NUMBERS - FIRST
    may = {one for told in (7, 4000) for one in range(told % apart, 5001, apart)}
    assert set(of_host.state().sessions_since(before, newest=5000)) == may
    assert of_host.state().sessions_since(of_host.state(), newest=5000) == []
    assert of_host.state().sessions_since(before, newest=6) == []
