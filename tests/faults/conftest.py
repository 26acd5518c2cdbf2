import time
from contextlib import contextmanager

import psycopg
import pytest

from showcase.postgres import roles
from tests import pgbouncer
from tests.bookings import rush
from tests.postgres import Cluster

PLACES, DRAFTS = 40, 60


@pytest.fixture(scope="module")
def cluster():
    """A PostgreSQL of this module's own, whatever the other tests run on."""
    with Cluster() as started:
        yield started


@pytest.fixture
def freeze(cluster):
    """`freeze()`: nobody answers any longer, until `freeze.thaw()` or the end of the test."""
    yield cluster.freeze
    cluster.thaw()


@contextmanager
def took(*, at_most):
    """Fails where the block takes longer, however it ends."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < at_most


class Installed:
    """A PostgreSQL with the roles of `database_roles`, migrated by the owner, and a session that people book."""

    def __init__(self, cluster, pooler):
        self.cluster, self.pooler = cluster, pooler
        self.give_roles()
        owner = rush.environment(self.url("owner"))
        ahead = rush.order(owner, do="prepare_ahead", capacity=PLACES, drafts=DRAFTS, rooms=[12, 12])
        self.session, self.ref, self.keys = ahead["session"], ahead["ref"], ahead["keys"]
        self.further = ahead["further"]  # two more, of 12 places
        self.give_roles()  # of the tables that are there now

    def give_roles(self):
        with psycopg.connect(self.cluster.url, autocommit=True) as superuser:
            for statement in roles.statements("showcase"):
                superuser.execute(statement)

    def url(self, role, *, pooled=False):
        port = self.pooler.port if pooled else self.cluster.port
        return f"postgres://showcase_{role}@127.0.0.1:{port}/postgres"

    def rows(self, query, *parameters):
        with psycopg.connect(self.cluster.url) as superuser:
            return superuser.execute(query, parameters).fetchall()


@pytest.fixture(scope="session")
def installed():
    """One for all tests of faults: each leaves it answering."""
    users = [f"showcase_{role.name}" for role in roles.ROLES]
    with Cluster() as cluster:
        if pgbouncer.program() is None:
            yield Installed(cluster, None)
            return
        with pgbouncer.PgBouncer(cluster, users) as pooler:
            yield Installed(cluster, pooler)
