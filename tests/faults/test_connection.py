"""Every wait for PostgreSQL ends: our engine's connections, and a server that is frozen, killed or not to be found."""

import socket
import threading
import time

import environ
import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, InternalError, NotSupportedError, OperationalError, transaction
from django.db.utils import ConnectionHandler

from hubs.vocabulary import database_faults, patience
from hubs.vocabulary.patience import CommitNotKnown
from showcase.postgres.base import FRESH, DatabaseWrapper
from showcase.postgres.connection import NOTICED, Connection, DeadlinePassed
from tests import pgbouncer
from tests.faults.conftest import took

pytestmark = pytest.mark.slow

PATIENCE = 1
ABOUT = PATIENCE + 1  # on a machine that does much else


@pytest.fixture(autouse=True)
def impatient(settings, django_db_blocker):
    settings.DATABASE_PATIENCE = PATIENCE
    with django_db_blocker.unblock():
        yield


KEEPS_PLANS = {"server_side_binding": True, "prepare_threshold": 2, "prepares_through_a_pooler": False}


def handler(url, **more):
    settings = environ.Env.db_url_config(url) | {"ENGINE": "showcase.postgres", "CONN_HEALTH_CHECKS": True}
    made = ConnectionHandler({"default": settings | {"OPTIONS": KEEPS_PLANS} | more})["default"]
    assert isinstance(made, DatabaseWrapper)
    return made


@pytest.fixture
def database(cluster, monkeypatch):
    """A connection to the cluster that has been used, with a table; `transaction.atomic()` takes it."""
    made = handler(cluster.url)
    with made.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        cursor.execute("TRUNCATE kept")
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: made)
    yield made
    made.close()


def rows(database):
    with database.cursor() as cursor:
        cursor.execute("SELECT n FROM kept")
        return [n for (n,) in cursor.fetchall()]


def put(database, n=1):
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO kept VALUES (%s)", [n])


def test_statement_to_a_frozen_server_is_given_up_and_its_connection_closed(cluster, database, freeze):
    freeze()
    with took(at_most=ABOUT), pytest.raises(OperationalError, match="did not answer within 1 seconds") as error:
        put(database)
    assert isinstance(error.value.__cause__, DeadlinePassed)
    with took(at_most=0.5), pytest.raises(OperationalError, match="closed"):  # nor does the rest of that page wait
        put(database)
    cluster.thaw()
    database.close_if_unusable_or_obsolete()
    put(database, 2)
    assert 2 in rows(database)  # and perhaps 1: nobody knows


def test_frozen_server_keeps_nobody_waiting_for_a_new_connection(cluster, freeze):
    new = handler(cluster.url)
    freeze()
    with took(at_most=ABOUT), pytest.raises(OperationalError, match="not be reached within 1 seconds"):
        put(new)
    assert new.connection is None


def test_commit_without_an_answer_is_not_known_and_connects_to_nothing(cluster, database, freeze):
    with took(at_most=ABOUT), pytest.raises(CommitNotKnown), transaction.atomic():
        put(database)
        freeze()
    assert database.connection is None
    cluster.thaw()
    assert_soon(lambda: rows(database) == [1])  # it was carried out all the same: nobody could have known


def test_rollback_without_an_answer_says_what_went_wrong_before(cluster, database, freeze):
    with took(at_most=ABOUT), pytest.raises(ZeroDivisionError), transaction.atomic():
        put(database)
        freeze()
        raise ZeroDivisionError
    cluster.thaw()
    assert rows(database) == []


def test_transaction_that_a_statement_ended_connects_to_nothing(cluster, database, freeze):
    with took(at_most=ABOUT), pytest.raises(OperationalError) as error, transaction.atomic():
        freeze()
        put(database)
    assert not isinstance(error.value, CommitNotKnown)
    assert database.connection is None


def idle_for_long(database):
    database.connection.answered_at -= FRESH


def test_kept_connection_to_a_frozen_server_is_found_out_and_another_tried(cluster, database, freeze):
    idle_for_long(database)
    database.close_if_unusable_or_obsolete()  # as each request begins
    freeze()
    with took(at_most=1 + ABOUT), pytest.raises(OperationalError, match="not be reached"):
        put(database)
    assert database.connection is None


def test_kept_connection_to_what_has_become_a_standby_is_left_before_the_next_request(cluster, database):
    database.close_at = None  # as it would be kept
    put(database, 1)
    kept = database.connection
    database.close_if_unusable_or_obsolete()  # as each request begins
    put(database, 2)
    assert database.connection is kept
    with psycopg.connect(cluster.url, autocommit=True) as operator:
        operator.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        operator.execute("SELECT pg_reload_conf()")
        try:
            assert_soon(lambda: not database.is_usable())
        finally:
            operator.execute("SET default_transaction_read_only = off")
            operator.execute("ALTER SYSTEM RESET default_transaction_read_only")
            kept.execute("SET default_transaction_read_only = on")  # one that stays what it was
            operator.execute("SELECT pg_reload_conf()")
    idle_for_long(database)
    database.close_if_unusable_or_obsolete()
    put(database, 3)
    assert database.connection is not kept


def test_connection_that_has_just_answered_is_not_asked_whether_it_lives(database, monkeypatch):
    asked, database.close_at = [], None
    monkeypatch.setattr(Connection, "execute", lambda self, query, *args: asked.append(query))
    for number in range(3):
        database.close_if_unusable_or_obsolete()
        put(database, number)
        assert asked == []
        rows(database)
    idle_for_long(database)
    database.close_if_unusable_or_obsolete()
    with pytest.raises(AttributeError):  # for what it was asked is not answered here
        put(database, 3)
    assert asked == ["SHOW transaction_read_only"]


def test_machine_that_is_gone_is_noticed_before_a_worker_would_give_up(database):
    assert (database.connection.info.get_parameters().items()) >= {
        (name, str(value)) for name, value in NOTICED.items()
    }


def test_connection_that_has_just_failed_is_asked(database):
    database.connection.execute("SET default_transaction_read_only = on")
    with pytest.raises(InternalError, match="read-only"):
        put(database)
    assert not database.is_usable()


def test_connection_that_ended_a_moment_ago_costs_nobody_a_press(cluster, database):
    """It has answered just now, and so it is not asked: that it has ended is known all the same."""
    put(database, 1)
    kept = database.connection
    end(database, cluster)
    database.close_if_unusable_or_obsolete()
    put(database, 2)
    assert database.connection is not kept
    assert sorted(rows(database)) == [1, 2]


def test_cursor_of_the_server_is_given_up_in_the_middle(database, freeze):
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    with (
        took(at_most=ABOUT),
        pytest.raises(OperationalError),
        transaction.atomic(),
        database.chunked_cursor() as cursor,
    ):
        cursor.execute("SELECT n FROM kept")
        assert len(cursor.fetchmany(10)) == 10
        freeze()
        cursor.fetchmany(10)


def test_statement_larger_than_what_the_network_holds_is_given_up_and_closed(database, freeze):
    freeze()
    with took(at_most=ABOUT), pytest.raises(OperationalError), database.cursor() as cursor:
        cursor.execute("SELECT length(%s)", ["x" * 50_000_000])
    with took(at_most=0.5):
        database.close()


def test_connection_ended_before_commit_is_known_to_have_done_nothing(cluster, database):
    with pytest.raises(OperationalError) as error, transaction.atomic():
        put(database)
        end(database, cluster)
    assert not isinstance(error.value, CommitNotKnown)
    assert rows(database) == []


def test_connection_ended_while_it_commits_is_not_known(cluster, database):
    """The server waits in COMMIT, for a trigger of the test's, and is ended there."""
    with database.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION slow() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(9); END' LANGUAGE plpgsql"
        )
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON kept DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION slow()"
        )
    try:
        with pytest.raises(CommitNotKnown), transaction.atomic():
            put(database)
            threading.Timer(0.3, end, [database, cluster]).start()
    finally:
        with database.cursor() as cursor:
            cursor.execute("DROP TRIGGER slow ON kept")
    assert rows(database) == []


def test_commit_that_is_cancelled_while_it_waits_for_a_standby_is_not_known(cluster, database):
    """PostgreSQL says that it is done, and warns: one disk alone has it."""
    with psycopg.connect(cluster.url, autocommit=True) as operator:
        operator.execute("SET synchronous_commit = local")
        operator.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        operator.execute("SELECT pg_reload_conf()")
        try:
            cancel = threading.Timer(0.5, lambda: operator.execute("SELECT pg_cancel_backend(%s)", [pid_of(database)]))
            with pytest.raises(CommitNotKnown), transaction.atomic():
                put(database)
                cancel.start()
            assert database.connection is None
        finally:
            operator.execute("ALTER SYSTEM RESET synchronous_standby_names")
            operator.execute("SELECT pg_reload_conf()")
    assert rows(database) == [1]


def test_commit_that_the_server_refuses_is_a_refusal_as_ever(database):
    put(database)
    with pytest.raises(IntegrityError), transaction.atomic():
        put(database)
    assert rows(database) == [1]


def test_transaction_may_take_longer_by_a_setting_that_ends_with_it(database, monkeypatch):
    monkeypatch.setattr(patience, "connection", database)
    with transaction.atomic(), patience.longer(4), database.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("2s",)
        cursor.execute("SELECT pg_sleep(1.5)")  # longer than everybody's
    with database.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
        with pytest.raises(OperationalError):
            cursor.execute("SELECT pg_sleep(1.5)")
    with pytest.raises(RuntimeError), patience.longer(4):
        pass


@pytest.mark.skipif(pgbouncer.program() is None, reason=pgbouncer.NONE)
def test_nothing_of_a_session_is_left_on_a_connection(cluster, installed):
    """No statement is prepared, and nothing is set on connecting, so that a pooler has nothing to mix."""
    web = handler(installed.url("web", pooled=True))
    for _often in range(7):
        assert rows_of(web, "SELECT count(*) FROM pg_prepared_statements") == [(0,)]
    assert rows_of(web, "SELECT name FROM pg_settings WHERE source = 'session'") == []
    assert not web.ensure_timezone()
    web.close()


def test_plans_are_kept_where_no_pooler_stands_between_and_nobody_forbids_it(installed):
    def kept(database):
        for _often in range(4):
            rows_of(database, "SELECT 1")
        ((number,),) = rows_of(database, "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 1'")
        database.close()
        return number

    assert kept(handler(installed.url("web"))) == 1
    assert kept(handler(installed.url("web"), OPTIONS=KEEPS_PLANS | {"prepare_threshold": None})) == 0


@pytest.fixture
def planned(database):
    """A statement whose plan is kept, and what it reads."""
    put(database, 1)
    for _often in range(4):
        assert rows(database) == [1]
    assert rows_of(database, "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM kept'") == [(1,)]


def widen(cluster):
    with psycopg.connect(cluster.url, autocommit=True) as owner:
        owner.execute("ALTER TABLE kept ALTER COLUMN n TYPE bigint")


@pytest.fixture
def narrow_again(cluster, database):
    yield
    with psycopg.connect(cluster.url, autocommit=True) as owner:
        owner.execute("ALTER TABLE kept ALTER COLUMN n TYPE int")


@pytest.mark.usefixtures("planned", "narrow_again")
def test_statement_whose_table_has_changed_is_planned_anew(cluster, database):
    widen(cluster)
    for _often in range(4):
        assert rows(database) == [1]


@pytest.mark.usefixtures("planned", "narrow_again")
def test_transaction_whose_table_has_changed_has_done_nothing_and_succeeds_when_tried_again(cluster, database):
    widen(cluster)
    with pytest.raises(NotSupportedError, match="cached plan") as error, transaction.atomic():
        put(database, 2)
        rows(database)
    assert database_faults.passes(error.value)
    with transaction.atomic():
        assert rows(database) == [1]
        put(database, 2)
    assert rows(database) == [1, 2]


@pytest.mark.usefixtures("planned")
def test_column_that_is_added_disturbs_nobody(cluster, database):
    """As every release of ours changes a table (decision 0054)."""
    with psycopg.connect(cluster.url, autocommit=True) as owner:
        owner.execute("ALTER TABLE kept ADD COLUMN more text")
    try:
        with transaction.atomic():
            assert rows(database) == [1]
    finally:
        with psycopg.connect(cluster.url, autocommit=True) as owner:
            owner.execute("ALTER TABLE kept DROP COLUMN more")


@pytest.mark.usefixtures("planned")
@pytest.mark.parametrize("in_transaction", [False, True])
def test_statement_that_the_server_has_forgotten_is_planned_anew(database, in_transaction):
    database.connection.pgconn.exec_(b"DISCARD ALL")  # by nobody of whom psycopg knows
    if in_transaction:
        with pytest.raises(DatabaseError, match="does not exist") as error, transaction.atomic():
            rows(database)
        assert database_faults.passes(error.value)
    for _often in range(4):
        assert rows(database) == [1]


def test_what_is_not_supported_for_another_reason_is_a_fault_of_ours(database):
    with pytest.raises(NotSupportedError) as error, database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kept FOR UPDATE")
    assert not database_faults.passes(error.value)


def rows_of(database, query):
    with database.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_name_server_that_says_nothing_keeps_nobody(cluster, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **how: time.sleep(3))
    with took(at_most=ABOUT), pytest.raises(OperationalError, match="not be reached within 1 seconds"):
        put(handler(f"postgres://postgres@database.invalid:{cluster.port}/postgres"))


def test_each_of_several_hosts_is_given_its_part_of_the_time(cluster, settings):
    """The first takes connections and says nothing; there is time left for the second."""
    settings.DATABASE_PATIENCE = 6
    with socket.create_server(("127.0.0.1", 0)) as silent:
        ports = f"{silent.getsockname()[1]},{cluster.port}"
        several = handler(cluster.url, HOST="127.0.0.1,127.0.0.1", PORT=ports)
        with took(at_most=4.5):
            put(several, 3)
        several.close()


def pid_of(database):
    return database.connection.info.backend_pid


def end(database, cluster):
    """End the backend of a connection, as an administrator or a failover would."""
    with psycopg.connect(cluster.url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [database.connection.info.backend_pid])


def assert_soon(holds):
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
