"""People book without pause while machines die: nothing that anybody was told is lost, and soon they book again.

Every page that said "booked" or "confirmed" to somebody outside is compared with the rows on what is the primary
afterwards, and with the mails that came and the links in them. The last test takes away what guards it (the standby's
answer to each COMMIT): then the same comparison finds lost bookings, so it would find them here.
"""

import time

import pytest

from tests.cluster.alone import Alone
from tests.cluster.conftest import Cluster
from tests.cluster.databases import PATIENCE, wait_for
from tests.cluster.rush import AFTERWARDS, Rush, compare, compare_letters

pytestmark = pytest.mark.long

AT_MOST = 45  # seconds until writes are back


def nothing_lost(cluster: Cluster, rush: Rush) -> None:
    """What all cases have in common."""
    start, end = rush.seconds_without()
    found = compare(rush)
    cluster.say(f"nobody was booked from {start:.1f} to {end:.1f} s after it; told {dict(rush.answers())}; {found}")
    assert found.nothing, found
    assert end <= AT_MOST


def test_primary_is_killed(cluster: Cluster) -> None:
    with cluster.rush() as rush:
        primary = cluster.databases.primary
        cluster.say(f"{primary.name}, the primary, loses power")
        rush.happens()
        primary.kill()
        rush.wait_for_bookings(AFTERWARDS)
        assert cluster.databases.primary is not primary
    nothing_lost(cluster, rush)
    cluster.bring_back(primary)


def test_primary_is_cut_off_and_lives(cluster: Cluster) -> None:
    """It does not know that another has its office, and confirms nothing: its standbys do not answer. What it wrote
    alone goes when it comes back."""
    primary = cluster.databases.primary
    with cluster.rush() as rush, Alone(cluster.databases, primary) as alone:
        cluster.say(f"{primary.name}, the primary, loses its cable and lives on")
        rush.happens()
        primary.pull_out()
        tried = alone.tried()
        rush.wait_for_bookings(AFTERWARDS)
        assert alone.tried() > tried  # it lives
        primary.put_back()
        cluster.is_whole_again(primary)
        assert cluster.databases.primary is not primary
    nothing_lost(cluster, rush)
    assert 0 < max(alone.confirmed()) <= tried
    kept = alone.rows()
    assert set(alone.confirmed()) <= kept
    assert max(kept) <= tried
    assert "pg_rewind exit code=0" in primary.log("patroni")


def test_primary_is_frozen_and_wakes(cluster: Cluster) -> None:
    """It wakes believing that it has the office, and must not take it back: what another confirmed would be undone."""
    primary = cluster.databases.primary
    with cluster.rush() as rush:
        cluster.say(f"{primary.name}, the primary, is frozen")
        rush.happens()
        primary.freeze()
        rush.wait_for_bookings(AFTERWARDS)
        primary.thaw()
        cluster.is_whole_again(primary)
        assert cluster.databases.primary is not primary
    nothing_lost(cluster, rush)


def test_synchronous_standby_is_killed(cluster: Cluster) -> None:
    standby = cluster.databases.sync_standby
    with cluster.rush() as rush:
        cluster.say(f"{standby.name}, the synchronous standby, loses power")
        rush.happens()
        standby.kill()
        rush.wait_for_bookings(AFTERWARDS)
        wait_for(
            lambda: cluster.databases.sync_standby is not standby, PATIENCE, lambda: f"It is still {standby.name}."
        )
    nothing_lost(cluster, rush)
    cluster.bring_back(standby)


def test_app_host_is_killed(cluster: Cluster) -> None:
    host = cluster.sites.apps["app1"]
    with cluster.rush() as rush:
        cluster.say(f"{host.name} loses power")
        rush.happens()
        host.kill()
        rush.wait_for_bookings(AFTERWARDS)
        host.start()
        cluster.sites.begin(host)
    nothing_lost(cluster, rush)


def test_every_mail_came_and_every_link_opens(cluster: Cluster) -> None:
    assert cluster.rushes, "This looks at what the tests before it have left."
    with cluster.phase("every mail is sent"):
        everything = cluster.sites.all_sent()
    for rush in cluster.rushes:
        assert compare_letters(rush, everything).nothing


def test_without_synchronous_standbys_bookings_are_lost(cluster: Cluster) -> None:
    """The counter-proof, and the last: what it leaves is no cluster to go on with."""
    databases = cluster.databases
    primary = databases.primary
    databases.change(synchronous_mode=False, synchronous_mode_strict=False, maximum_lag_on_failover=2**30)
    wait_for(lambda: not databases.sql(primary, "show synchronous_standby_names"), 30, lambda: "Still synchronous.")
    with cluster.rush() as rush:
        receivers = databases.stop_receivers()
        time.sleep(2)
        cluster.say(f"{primary.name} loses power 2 s after its standbys have stopped to listen")
        rush.happens()
        primary.kill()
        for host, receiver in receivers:
            host.run("sh", "-c", f"kill -KILL {receiver}")
        rush.wait_for_bookings(AFTERWARDS)
    found = compare(rush)
    cluster.say(f"lost without synchronous standbys: {len(found.lost)} bookings")
    assert found.lost
