"""The database's troubles on pages: which error is one, what is said of it, and what a page carries."""

import sqlite3

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError
from psycopg import errors

from hubs.vocabulary import database_faults as faults
from hubs.vocabulary.patience import CommitNotKnown


def caused(cause, kind=OperationalError):
    error = kind(*cause.args)
    error.__cause__ = cause
    return error


# --- by cause alone -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state", ["08006", "08P01", "40001", "40P01", "53100", "53300", "55P03", "57014", "57P01", "25006", "25P03"]
)
def test_what_passes_on_postgresql(state):
    assert faults.passes(caused(errors.lookup(state)("…")))


@pytest.mark.parametrize("state", ["42703", "42P01", "22001", "23505", "55000", "25P02", "XX000", "28P01"])
def test_what_does_not_pass_on_postgresql(state):
    assert not faults.passes(caused(errors.lookup(state)("…"), kind=ProgrammingError))


@pytest.mark.parametrize(
    "words",
    [
        "database is locked",
        "database table is locked: bookings_places",
        "database or disk is full",
        "disk I/O error",
        "attempt to write a readonly database",
        "unable to open database file",
    ],
)
def test_what_passes_on_sqlite(words):
    assert faults.passes(caused(sqlite3.OperationalError(words)))


def test_a_missing_column_is_a_fault_of_ours_on_either():
    assert not faults.passes(caused(sqlite3.OperationalError("no such column: colour")))
    assert not faults.passes(caused(errors.lookup("42703")("…"), kind=ProgrammingError))
    assert not faults.passes(OperationalError("raised by somebody"))
    assert not faults.passes(ValueError("database is locked"))
    assert not faults.passes(None)


def test_a_lost_connection_says_no_sqlstate():
    assert faults.passes(caused(errors.OperationalError("server closed the connection unexpectedly")))
    assert faults.passes(InterfaceError("connection already closed"))
    assert faults.passes(CommitNotKnown("…"))
    assert not faults.passes(InterfaceError("only protocol 3 supported"))
