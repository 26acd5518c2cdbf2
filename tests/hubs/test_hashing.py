"""What a password costs: little, and two at once, so that many who sign in take no host's memory."""

import os
import threading
import time

import pytest
from argon2 import extract_parameters
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.test import Client

from bookings.models import NetworkUse
from hubs.models import StaffUser
from hubs.staff.signing_in import hashing
from hubs.vocabulary.busy import TooBusy
from tests.signing_in import PASSWORD, heading, is_in, make_staff, sign_in


@pytest.fixture(autouse=True)
def _as_in_production(settings):
    settings.PASSWORD_HASHERS = ["hubs.staff.signing_in.hashing.Argon2"]


def test_passwords_are_hashed_as_owasp_has_it():
    said = extract_parameters(make_password(PASSWORD).removeprefix("argon2"))
    assert (said.type.name, said.memory_cost, said.time_cost, said.parallelism) == ("ID", 19 * 1024, 2, 1)


@pytest.mark.django_db
def test_hash_made_before_is_verified_and_made_anew_at_sign_in():
    user = make_staff()
    before = Argon2PasswordHasher().encode(PASSWORD, "salt of the test")
    StaffUser.objects.filter(pk=user.pk).update(password=before)
    client = Client()
    sign_in(client)
    assert is_in(client)
    user.refresh_from_db()
    assert user.password != before
    assert extract_parameters(user.password.removeprefix("argon2")).memory_cost == 19 * 1024
    assert check_password(PASSWORD, user.password)
    assert not check_password("another", user.password)


def test_two_at_once_and_the_others_wait_their_turn(monkeypatch):
    inside, most = [], []

    def slowly(self, password, salt):
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.05)
        inside.pop()
        return "argon2$"

    monkeypatch.setattr(Argon2PasswordHasher, "encode", slowly)
    threads = [threading.Thread(target=make_password, args=(PASSWORD,)) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (max(most), len(most)) == (2, 8)


@pytest.fixture
def busy(monkeypatch):
    """Two others hash for longer than anybody has patience."""
    monkeypatch.setattr(hashing, "PATIENCE", 0.05)
    done = threading.Event()
    for _other in range(hashing.AT_ONCE):
        hashing.turns.threads.submit(done.wait)
    yield
    done.set()


@pytest.mark.usefixtures("busy")
def test_who_gets_no_turn_is_told_so():
    with pytest.raises(TooBusy):
        make_password(PASSWORD)


def test_hash_that_has_begun_is_waited_for(monkeypatch):
    monkeypatch.setattr(hashing, "PATIENCE", 0.001)
    assert check_password(PASSWORD, make_password(PASSWORD))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_process_that_is_forked_off_hashes_in_threads_of_its_own():
    make_password(PASSWORD)
    child = os.fork()
    if child == 0:
        os._exit(0 if make_password(PASSWORD).startswith("argon2") else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.django_db
def test_sign_in_that_gets_no_turn_is_a_503_and_counts_as_no_failure(request, client):
    make_staff()
    request.getfixturevalue("busy")
    answer = sign_in(client, password="wrong")
    assert (answer.status_code, heading(answer)) == (503, "Many people are signing in")
    assert (answer["Retry-After"], answer["Cache-Control"]) == ("10", "no-store")
    assert [one.used for one in NetworkUse.objects.all()] == [0]
