import time
from contextlib import contextmanager

import pytest

from tests.postgres import Cluster


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
