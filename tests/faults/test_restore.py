"""A backup taken in the middle of a rush, brought back: nobody has two places, no place is lost, nothing is sent."""

import json
import time

import pytest
from django.db import connection

from tests.bookings import rush
from tests.faults.restored import manage, two

# Or there would be no tables for the first of them.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ATTEMPTS, PLACES = 120, 60
TAKEN_AT = 15  # places booked when the backup begins
CONTENTS = (10, 256 * 1024, 700_001)


@pytest.fixture(scope="module")
def databases(django_db_setup, tmp_path_factory):
    with two(connection, tmp_path_factory.mktemp("restored")) as made:
        yield made


@pytest.fixture(scope="module")
def rushed(databases):
    """A rush to its end, with a backup taken on the way; brought back into the second database."""
    session = databases.does(databases.first, "session", capacity=PLACES)
    databases.does(databases.first, "store", session=session, contents=CONTENTS)
    told = rush.Told(databases.folder / "told")
    attempts = list(range(ATTEMPTS))
    with rush.begun(databases.first, do="hold", session=session, told=told.path, attempts=attempts) as rushing:
        wait_until_booked(TAKEN_AT, told, rushing)
        databases.does(databases.first, "back_up", folder=databases.backups)
        during = told.answers["booked"]
        _said, errors = rushing.communicate(timeout=rush.PATIENCE)
    assert rushing.returncode == 0, errors
    first = databases.does(databases.first, "stands")
    erased = databases.does(databases.first, "erase_one", folder=databases.backups)
    (databases.folder / "erased").write_text(json.dumps(erased))
    said = databases.does(databases.second, "restore", file=databases.newest, key=databases.key)
    return session, told, during, first, said, databases.does(databases.second, "stands")


def wait_until_booked(number, told, rushing):
    deadline = time.monotonic() + rush.PATIENCE
    while told.answers["booked"] < number:
        assert rushing.poll() is None, rushing.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_who_had_a_place_when_the_backup_was_made_has_it_and_no_place_is_counted_twice(rushed):
    _session, told, during, _first, _said, second = rushed
    assert TAKEN_AT <= second["taken"] <= during  # it was taken in the middle
    assert second["taken"] == len(second["bookings"]) < PLACES
    assert second["miscounts"] == []
    booked = {str(rush.request_key(n)) for n in told.who_was_told("booked")}
    assert {key for key, _status in second["bookings"]} < booked
    assert {status for _key, status in second["bookings"]} == {"held"}


def test_private_links_of_before_open(rushed):
    *_, first, _said, second = rushed
    assert second["links"] == second["public_ids"]
    assert set(second["links"]) < set(first["links"])


def test_a_restored_database_sends_nothing_until_somebody_says_so(rushed, databases):
    *_, first, said, second = rushed
    assert second["held"]
    assert second["mails"] == [["waiting"] * second["taken"]] * 2
    assert set(first["mails"][1]) == {"sent"}  # the same round, in the database that was not restored
    assert any("Mail is held" in line for line in said)


def test_the_rush_goes_on_in_the_restored_database_to_the_last_place(rushed, databases):
    session, *_, first, _said, second = rushed
    told = rush.Told(databases.folder / "told again")
    attempts = list(range(ATTEMPTS))  # who has a place is given the same again
    rush.order(databases.second, do="hold", session=session, told=told.path, attempts=attempts)
    after = databases.does(databases.second, "stands")
    assert (after["taken"], after["miscounts"], len(after["bookings"])) == (PLACES, [], PLACES)
    assert len({key for key, _status in after["bookings"]}) == PLACES
    # what is mailed of them is known by no token that the lost days used
    assert not set(after["tokens"]) - set(second["tokens"]) & set(first["tokens"])


def test_files_come_back_byte_for_byte(rushed, databases):
    assert databases.does(databases.second, "files", contents=CONTENTS)


def test_a_database_that_holds_anything_is_not_written_over(rushed, databases):
    before = databases.does(databases.second, "stands")
    done = manage(databases.second, "restore", databases.newest, "--key", databases.key)
    assert done.returncode == 1
    assert "already" in done.stderr
    assert "Traceback" not in done.stderr
    assert databases.does(databases.second, "stands") == before


def test_who_was_erased_after_the_backup_is_erased_again_before_anybody_can_look(rushed, databases):
    erased = json.loads((databases.folder / "erased").read_text())
    without = databases.does(databases.second, "of_somebody", **erased)
    assert "bookings.Booking.contact_email" in without["where"]  # the backup knows them
    ledger = databases.backups / "showcase-erasures.jsonl"
    assert erased["address"] not in ledger.read_text()
    said = databases.does(databases.fourth, "restore", file=databases.newest, key=databases.key, ledger=ledger)
    assert "Erased again, by the ledger: 1." in said
    found = databases.does(databases.fourth, "of_somebody", **erased)
    assert found == {"status": "cancelled", "where": [], "waits": 0}
    after = databases.does(databases.fourth, "stands")
    assert after["miscounts"] == []
    assert after["held"]


@pytest.fixture(scope="module")
def with_other_keys(databases):
    """The third database, still empty, as an installation that has lost its keys."""
    return databases.third | {"LINK_KEYS": "another key of which nobody has ever heard"}


def test_without_the_ledger_it_says_so_and_writes_nothing(rushed, databases, with_other_keys):
    alone = databases.folder / "alone.tar"
    alone.write_bytes(databases.newest.read_bytes())
    for nothing in ([], ["--ledger", databases.folder / "nowhere"]):
        command = ["restore", alone, "--key", databases.key, *nothing]
        assert "ledger of erasures" in databases.does(with_other_keys, "refused", command=command)
        assert databases.does(with_other_keys, "empty")


def test_with_other_keys_it_says_that_links_will_not_open(rushed, databases, with_other_keys):
    said = databases.does(with_other_keys, "restore", file=databases.newest, key=databases.key)
    assert [line for line in said if "LINK_KEYS" in line] == [
        "The keys here are not those of the backup. LINK_KEYS: private links that were mailed before will not open: "
        "put the old LINK_KEYS behind the new ones."
    ]


def test_the_command_says_where_the_backup_is_and_refuses_without_a_key_or_a_folder(databases):
    done = manage(databases.first | {"BACKUP_RECIPIENT": ""}, "backup", databases.backups)
    assert (done.returncode, "Set BACKUP_RECIPIENT" in done.stderr) == (1, True)
    nowhere = databases.does(databases.first, "refused", command=["backup", databases.folder / "nowhere"])
    assert "There is no folder" in nowhere
    assert "set BACKUP_DIR" in databases.does(databases.first, "refused", command=["backup"])
